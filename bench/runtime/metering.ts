/**
 * What metering costs: the same IR compiled with and without charges for its basic blocks, run in turns, results compared. Beside it the
 * loop of 256-bit arithmetic on anvil, whose eth_call runs solc's code of the same function. And what the guard costs (runtime/host/guard): the same
 * contracts guarded and as they were deployed.
 */
import { compileDetailed } from "../../compiler/driver/compile.js";
import type { Artifact } from "../../compiler/driver/artifact.js";
import { parseModule } from "../../compiler/ir/parser.js";
import { CodeRegistry } from "../../runtime/host/code.js";
import { MemoryStore } from "../../runtime/store/memory-store.js";
import { assembleBytecode } from "../../targets/supervm/bytecode.js";
import { encodeContract } from "../../targets/supervm/lower.js";
import { optimiseModule } from "../../targets/supervm/optimise.js";
import { solcArtifacts } from "../../test/differential/solc.js";
import type { Bench, Row } from "../report.js";
import { ANVIL_MISSING, findAnvil, startMiningAnvil } from "./anvil.js";
import { DeployedContract, LOOPS_SOURCE } from "./contract.js";
import { inTurns, inTurnsWith } from "./timing.js";
import { compileToken, random, randomTransfers, TOKEN_SOURCE, TokenWorld, type Transfer } from "./token.js";

const ROUNDS = 9;
const NANO = 1e9;
const TRANSFERS = 20_000;
const ACCOUNTS = 1_000;
/** Calls of a function that does nothing, each a transaction. */
const CALLS = 50_000;

interface Loop {
  readonly name: string;
  readonly iterations: number;
}

const LOOPS: readonly Loop[] = [
  { name: "arithmetic", iterations: 1_000_000 },
  { name: "mixed", iterations: 3_000 },
  { name: "hashes", iterations: 30_000 },
];

/** Creation code of a contract that does not meter itself, from the IR that the metered one was made of. */
async function unmetered(source: string, contract: string): Promise<Uint8Array> {
  const { files, diagnostics } = await compileDetailed({ sources: [source], targets: ["supervm"], emit: ["ir"] });
  const ir = files.get(`${source}:${contract}`)?.[".ir"];
  if (typeof ir !== "string") throw new Error(diagnostics.map((d) => d.message).join("\n"));
  const { wasm, libraries } = encodeContract(parseModule(ir), false, false);
  return assembleBytecode({ name: contract, wasm: optimiseModule(wasm, "2", false).wasm, objects: [], libraries }).bytecode;
}

async function metered(source: string, contract: string): Promise<Artifact> {
  const { artifacts, diagnostics } = await compileDetailed({ sources: [source], targets: ["supervm"] });
  const artifact = artifacts.find((a) => a.contractName === contract);
  if (!artifact) throw new Error(diagnostics.map((d) => d.message).join("\n"));
  return artifact;
}

const codeOf = (artifact: Artifact): Uint8Array => Uint8Array.from(Buffer.from((artifact.targets.supervm!.bytecode as string).slice(2), "hex"));

async function loopRows(contract: DeployedContract): Promise<Row[]> {
  const free = new DeployedContract((await metered(LOOPS_SOURCE, "Loops")).abi, await unmetered(LOOPS_SOURCE, "Loops"));
  return LOOPS.map(({ name, iterations }) => {
    const data = contract.encode(name, [iterations]);
    const [ours, theirs] = [contract.call(data), free.call(data)];
    if (Buffer.compare(ours.data, theirs.data) !== 0) throw new Error(`${name} answers differently without metering`);
    if (theirs.executionGas >= ours.executionGas / 2) throw new Error(`${name} is metered where it should not be`);
    const times = inTurns(
      ROUNDS,
      () => void contract.call(data),
      () => void free.call(data),
    );
    return { name: `${name}, metered; peer: not metered`, ours: (times.ours / iterations) * NANO, peer: (times.peer / iterations) * NANO, unit: "ns a round" };
  });
}

/** Transfers through the whole executor. */
async function transferRow(): Promise<Row> {
  const artifact = await compileToken();
  const bare = await unmetered(TOKEN_SOURCE, "SampleToken");
  const part = { ...artifact.targets.supervm!, bytecode: `0x${Buffer.from(bare).toString("hex")}` };
  const worlds = [artifact, { ...artifact, targets: { supervm: part } }].map((a) => {
    const world = new TokenWorld(a);
    world.distribute(ACCOUNTS);
    return world;
  });
  const list: Transfer[] = randomTransfers(TRANSFERS, ACCOUNTS, random(7)(1000));
  const [ours, free] = worlds as [TokenWorld, TokenWorld];
  const transactions = [ours.transactions(list), free.transactions(list)] as const;
  const times = inTurns(
    ROUNDS,
    () => void ours.runBlock(transactions[0]),
    () => void free.runBlock(transactions[1]),
  );
  if (ours.balances(ACCOUNTS).some((balance, n) => balance !== free.balances(n + 1)[n])) throw new Error("balances differ without metering");
  return { name: "ERC-20 transfer, metered; peer: not metered", ours: (times.ours / TRANSFERS) * NANO, peer: (times.peer / TRANSFERS) * NANO, unit: "ns a transfer" };
}

/** The same creation code twice: as the node runs it, and trusted. */
async function guardRows(artifact: Artifact): Promise<Row[]> {
  const [guarded, trusted] = [true, false].map((guards) => new DeployedContract(artifact.abi, codeOf(artifact), new CodeRegistry(guards))) as [DeployedContract, DeployedContract];
  const rows = [...LOOPS, { name: "calls", iterations: CALLS }].map(({ name, iterations }): Row => {
    const calls = name === "calls";
    const data = calls ? guarded.encode("nothing", []) : guarded.encode(name, [iterations]);
    const [ours, theirs] = [guarded.call(data), trusted.call(data)];
    if (Buffer.compare(ours.data, theirs.data) !== 0 || ours.gasUsed !== theirs.gasUsed) throw new Error(`${name} differs under the guard`);
    const run = (contract: DeployedContract) => (): void => {
      for (let i = 0; i < (calls ? iterations : 1); i++) contract.call(data);
    };
    const times = inTurns(ROUNDS, run(guarded), run(trusted));
    return { name: `${name}, guarded; peer: trusted`, ours: (times.ours / iterations) * NANO, peer: (times.peer / iterations) * NANO, unit: calls ? "ns a call" : "ns a round" };
  });
  return [...rows, await guardedTransferRow()];
}

async function guardedTransferRow(): Promise<Row> {
  const artifact = await compileToken();
  const [guarded, trusted] = [true, false].map((guards) => {
    const world = new TokenWorld(artifact, new MemoryStore(), new CodeRegistry(guards));
    world.distribute(ACCOUNTS);
    return world;
  }) as [TokenWorld, TokenWorld];
  const list = randomTransfers(TRANSFERS, ACCOUNTS, random(7)(1000));
  const transactions = [guarded.transactions(list), trusted.transactions(list)] as const;
  const times = inTurns(
    ROUNDS,
    () => void guarded.runBlock(transactions[0]),
    () => void trusted.runBlock(transactions[1]),
  );
  if (guarded.balances(ACCOUNTS).some((balance, n) => balance !== trusted.balances(n + 1)[n])) throw new Error("balances differ under the guard");
  return { name: "ERC-20 transfer, guarded; peer: trusted", ours: (times.ours / TRANSFERS) * NANO, peer: (times.peer / TRANSFERS) * NANO, unit: "ns a transfer" };
}

async function anvilRow(contract: DeployedContract, program: string): Promise<Row> {
  const iterations = 200_000;
  const theirs = solcArtifacts([LOOPS_SOURCE]).Loops!;
  const anvil = await startMiningAnvil(program);
  try {
    const from = `0x${"a1".repeat(20)}`;
    await anvil.request("anvil_setBalance", [from, "0xde0b6b3a7640000"]);
    const hash = await anvil.request("eth_sendTransaction", [{ from, data: theirs.targets.evm!.bytecode, gas: "0xf42400", gasPrice: "0x0" }]);
    await anvil.request("evm_mine", []);
    const { contractAddress: to } = (await anvil.request("eth_getTransactionReceipt", [hash])) as { contractAddress: string };
    const data = contract.abi.encodeFunctionData("arithmetic", [iterations]);
    const ask = (): Promise<unknown> => anvil.request("eth_call", [{ from, to, data, gas: "0x3b9aca00" }, "latest"]);
    const own = contract.encode("arithmetic", [iterations]);
    if ((await ask()) !== `0x${Buffer.from(contract.call(own).data).toString("hex")}`) throw new Error("anvil answers differently");
    const times = await inTurnsWith(
      ROUNDS,
      () => void contract.call(own),
      async () => {
        await ask();
      },
    );
    return { name: "arithmetic of 256 bits; peer: anvil (revm)", ours: (times.ours / iterations) * NANO, peer: (times.peer / iterations) * NANO, unit: "ns a round" };
  } finally {
    await anvil.stop();
  }
}

export const metering: Bench = {
  name: "runtime-metering",
  title: "metered code beside the same code unmetered, guarded beside trusted, and beside revm",
  async run() {
    const artifact = await metered(LOOPS_SOURCE, "Loops");
    const contract = new DeployedContract(artifact.abi, codeOf(artifact));
    const rows = [...(await loopRows(contract)), await transferRow(), ...(await guardRows(artifact))];
    const program = findAnvil();
    if (program === undefined) process.stderr.write(ANVIL_MISSING);
    else rows.push(await anvilRow(contract, program));
    return rows;
  },
};
