/** What an instance costs: a call on a fresh one and on one of the pool, each beside the engine's bare `new WebAssembly.Instance`. */
import { compile } from "../../index.js";
import type { Activation } from "../../runtime/host/activation.js";
import { HOST_MODULE } from "../../runtime/host/abi.js";
import { ContractInstance, execute } from "../../runtime/host/instance.js";
import { Messages } from "../../runtime/executor/messages.js";
import { transactionCells } from "../../runtime/executor/block.js";
import { Journal } from "../../runtime/store/journal.js";
import { STATUS } from "../../runtime/host/abi.js";
import type { Bench } from "../report.js";
import { CALLER, DeployedContract, LOOPS_SOURCE } from "./contract.js";
import { inTurns } from "./timing.js";
import { bytesOfHex } from "./token.js";

const ROUNDS = 9;
const FRESH = 2_000;
const POOLED = 100_000;
const MICRO = 1e6;

/** A call of a function that does nothing. */
function activation(contract: DeployedContract): Activation {
  const { code } = contract.store.account(contract.address)!;
  const handler = new Messages(new Journal(contract.store), contract.block, transactionCells(CALLER, 0n), contract.registry);
  return {
    handler,
    address: contract.address,
    caller: CALLER,
    value: 0n,
    data: contract.encode("nothing", []),
    gas: 1_000_000,
    isStatic: false,
    depth: 0,
    module: code!.module!,
    code: code!.bytes,
    immutables: code!.immutables,
    isCreation: false,
  };
}

export const instances: Bench = {
  name: "runtime-calls",
  title: "a call of a function that does nothing; peer: new WebAssembly.Instance of the same module, without a call",
  async run() {
    const { artifacts } = await compile({ sources: [LOOPS_SOURCE], targets: ["supervm"] });
    const contract = new DeployedContract(artifacts.Loops!.abi, bytesOfHex(artifacts.Loops!.targets.supervm!.bytecode as string));
    const call = activation(contract);
    const { compiled } = call.module;
    const imports: Record<string, () => void> = {};
    for (const { name } of WebAssembly.Module.imports(compiled)) imports[name] = () => undefined;
    const bare = (count: number) => (): void => {
      for (let i = 0; i < count; i++) new WebAssembly.Instance(compiled, { [HOST_MODULE]: imports });
    };
    const succeed = (status: number): void => {
      if (status !== STATUS.RETURN) throw new Error("the call failed");
    };
    const fresh = inTurns(
      ROUNDS,
      () => {
        for (let i = 0; i < FRESH; i++) succeed(new ContractInstance(call.module).execute(call).status);
      },
      bare(FRESH),
    );
    const pooled = inTurns(
      ROUNDS,
      () => {
        for (let i = 0; i < POOLED; i++) succeed(execute(call).status);
      },
      bare(FRESH),
    );
    return [
      { name: "instantiate and call", ours: (fresh.ours / FRESH) * MICRO, peer: (fresh.peer / FRESH) * MICRO, unit: "µs" },
      { name: "call, pooled instance", ours: (pooled.ours / POOLED) * MICRO, peer: (pooled.peer / FRESH) * MICRO, unit: "µs" },
    ];
  },
};
