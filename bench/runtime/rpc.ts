/**
 * JSON-RPC over one connection: signed ERC-20 transfers from eth_sendRawTransaction to the receipt, and eth_call, over HTTP one request after another
 * and in batches of 100, over WebSocket with 100 requests on their way. Both nodes are processes of their own and mine a block for each transaction.
 */
import { fileURLToPath } from "node:url";
import { HDNodeWallet, Mnemonic, Transaction, type Interface } from "ethers";
import type { Artifact } from "../../index.js";
import { solcArtifacts } from "../../test/differential/solc.js";
import type { Bench, Row } from "../report.js";
import { ANVIL_MISSING, findAnvil, startAnvil } from "./anvil.js";
import { NodeProcess, type RpcCall } from "./json-rpc.js";
import { compileToken, TOKEN_CAP, TOKEN_SOURCE, tokenAbi } from "./token.js";

const MNEMONIC = "test test test test test test test test test test test junk";
const PATH = "m/44'/60'/0'/0/0";
const CHAIN_ID = 31_337n;
const RECEIVER = `0x${"b0".repeat(20)}`;
const SUPPLY = 10n ** 18n;
/** Transactions (and calls) of each row, after as many to warm up. */
const COUNT = 1_000;
const CALLS = 5_000;

/** How requests are sent. */
type Way = "single" | "batched" | "pipelined";

interface Receipt {
  readonly status: string;
  readonly contractAddress: string | null;
}

/** A node with the token on it. */
class RpcWorld {
  private nonce = 0;
  private readonly wallet = HDNodeWallet.fromMnemonic(Mnemonic.fromPhrase(MNEMONIC), PATH);
  private token: string | null = null;

  constructor(
    private readonly node: NodeProcess,
    private readonly abi: Interface,
  ) {}

  /** Signs before the clock runs. */
  private sign(to: string | null, data: string, gasLimit: bigint): string {
    const transaction = Transaction.from({ type: 2, chainId: CHAIN_ID, nonce: this.nonce++, to, data, gasLimit, maxFeePerGas: 20n * 10n ** 9n, maxPriorityFeePerGas: 1n });
    transaction.signature = this.wallet.signingKey.sign(transaction.unsignedHash);
    return transaction.serialized;
  }

  private async send(calls: readonly RpcCall[], way: Way): Promise<unknown[]> {
    if (way === "batched") return this.node.requests(calls);
    if (way === "pipelined") return this.node.pipelined(calls);
    const results: unknown[] = [];
    for (const [method, params] of calls) results.push(await this.node.request(method, params));
    return results;
  }

  private async mined(raws: readonly string[], way: Way): Promise<Receipt[]> {
    const hashes = await this.send(
      raws.map((raw): RpcCall => ["eth_sendRawTransaction", [raw]]),
      way,
    );
    return this.receipts(hashes, way);
  }

  /** Receipts of transactions that were sent; asks again for those that are not mined yet (anvil answers before it has mined). */
  private async receipts(hashes: readonly unknown[], way: Way): Promise<Receipt[]> {
    const calls = hashes.map((hash): RpcCall => ["eth_getTransactionReceipt", [hash]]);
    let receipts: (Receipt | null)[];
    do receipts = (await this.send(calls, way)) as (Receipt | null)[];
    while (receipts.includes(null));
    if (receipts.some((r) => r?.status !== "0x1")) throw new Error("a transaction failed");
    return receipts as Receipt[];
  }

  async deploy(bytecode: string): Promise<void> {
    const { address } = this.wallet;
    const creation = this.sign(null, bytecode + this.abi.encodeDeploy([address, TOKEN_CAP]).slice(2), 16_000_000n);
    this.token = (await this.mined([creation], "single"))[0]!.contractAddress;
    await this.mined([this.sign(this.token, this.abi.encodeFunctionData("mint", [address, SUPPLY]), 1_000_000n)], "single");
  }

  private transfers(count: number): string[] {
    const data = this.abi.encodeFunctionData("transfer", [RECEIVER, 1n]);
    return Array.from({ length: count }, () => this.sign(this.token, data, 100_000n));
  }

  /** Transfers a second, each sent and its receipt fetched. */
  async transferRate(way: Way): Promise<number> {
    const raws = this.transfers(COUNT);
    const start = performance.now();
    if (way !== "single") await this.mined(raws, way);
    else for (const raw of raws) await this.mined([raw], way);
    return COUNT / ((performance.now() - start) / 1000);
  }

  private balanceCall(account: string): RpcCall {
    return ["eth_call", [{ to: this.token, data: this.abi.encodeFunctionData("balanceOf", [account]) }, "latest"]];
  }

  async callRate(way: Way): Promise<number> {
    const call = this.balanceCall(RECEIVER);
    const start = performance.now();
    await this.send(new Array<RpcCall>(CALLS).fill(call), way);
    return CALLS / ((performance.now() - start) / 1000);
  }

  async balance(): Promise<bigint> {
    return BigInt((await this.node.request(...this.balanceCall(RECEIVER))) as string);
  }

  stop(): Promise<void> {
    return this.node.stop();
  }
}

const MEASURES: readonly [name: string, measure: (world: RpcWorld) => Promise<number>][] = [
  ["transfer to receipt, one after another", (world) => world.transferRate("single")],
  ["transfer to receipt, batches of 100", (world) => world.transferRate("batched")],
  ["transfer to receipt, WebSocket, pipelined", (world) => world.transferRate("pipelined")],
  ["eth_call, one after another", (world) => world.callRate("single")],
  ["eth_call, batches of 100", (world) => world.callRate("batched")],
  ["eth_call, WebSocket, pipelined", (world) => world.callRate("pipelined")],
];

async function worldOf(node: NodeProcess, artifact: Artifact, bytecode: unknown): Promise<RpcWorld> {
  const world = new RpcWorld(node, tokenAbi(artifact));
  await world.deploy(String(bytecode));
  return world;
}

function startOurs(): Promise<NodeProcess> {
  const main = fileURLToPath(new URL("../../cli/main.js", import.meta.url));
  return NodeProcess.start("supervm node", process.execPath, (port) => [main, "node", "--silent", "--port", String(port)]);
}

export const rpc: Bench = {
  name: "runtime-rpc",
  title: "JSON-RPC on one connection, a block each, signatures checked; peer: anvil with solc's code",
  async run() {
    const program = findAnvil();
    if (program === undefined) {
      process.stderr.write(ANVIL_MISSING);
      return [];
    }
    const [ours, theirs] = [await compileToken(), solcArtifacts([TOKEN_SOURCE]).SampleToken!];
    const worlds = [
      await worldOf(await startOurs(), ours, ours.targets.supervm!.bytecode),
      await worldOf(await startAnvil(program), theirs, theirs.targets.evm!.bytecode),
    ] as const;
    const rows: Row[] = [];
    for (const [name, measure] of MEASURES) {
      for (const world of worlds) await measure(world);
      const [a, b] = [await measure(worlds[0]), await measure(worlds[1])];
      rows.push({ name, ours: a, peer: b, unit: "a second", higherIsBetter: true });
    }
    const [a, b] = [await worlds[0].balance(), await worlds[1].balance()];
    for (const world of worlds) await world.stop();
    if (a !== b) throw new Error(`the balances differ: ${a} and ${b}`);
    return rows;
  },
};
