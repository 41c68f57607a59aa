/** Finding a transaction by its sender and nonce, newest block first: there is no index for it. */
import type { AddressKey } from "../../store/keys.js";
import type { Place } from "../chain/block.js";
import type { DevChain } from "../chain/dev-chain.js";
import { RPC_CODE, RpcError } from "./errors.js";
import type { RpcLimits } from "./limits.js";

/** Where the transaction was mined; undefined where none was. Throws -32005 where too many blocks would have to be searched. */
export function findBySender(node: DevChain, sender: AddressKey, nonce: number, limits: RpcLimits): Place | undefined {
  if (nonce >= node.nonce(sender)) return undefined;
  const end = node.chain.height - limits.logBlocks;
  for (let height = node.chain.height; height > 0; height--) {
    if (height <= end) throw new RpcError(RPC_CODE.LIMIT, `the transaction is none of the newest ${limits.logBlocks} blocks`);
    const block = node.chain.block(height)!;
    const receipt = block.receipts.find(({ transaction }) => transaction.from === sender && transaction.nonce === nonce);
    if (receipt) return { block, receipt };
  }
  return undefined;
}
