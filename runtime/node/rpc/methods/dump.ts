/** anvil_dumpState and anvil_loadState: the whole chain as one text (dump/format.ts). */
import type { DevChain } from "../../chain/dev-chain.js";
import { DumpError } from "../../dump/format.js";
import { readDump, unpackDump } from "../../dump/read-dump.js";
import { packDump, writeDump } from "../../dump/write-dump.js";
import { invalidParams, RPC_CODE, RpcError } from "../errors.js";
import type { Methods, Params } from "../params.js";

export function dumpMethods(node: DevChain): Methods {
  const dump = (p: Params): string => {
    if (p.boolean(0, "preserveHistoricalStates", false)) throw invalidParams("preserveHistoricalStates: a dump holds the newest state only");
    try {
      return packDump(writeDump(node.chain));
    } catch (error) {
      if (error instanceof DumpError) throw new RpcError(RPC_CODE.RESPONSE_TOO_LARGE, error.message);
      throw error;
    }
  };
  const load = (p: Params): true => {
    const bytes = p.data(0, "state");
    try {
      node.load(readDump(unpackDump(bytes), { chainId: node.chain.settings.chainId, registry: node.chain.backend.registry }));
    } catch (error) {
      if (error instanceof DumpError) throw invalidParams(`state: ${error.message}`);
      throw error;
    }
    return true;
  };
  return { anvil_dumpState: dump, hardhat_dumpState: dump, anvil_loadState: load, hardhat_loadState: load };
}
