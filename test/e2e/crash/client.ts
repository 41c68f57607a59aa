/** A node as a process, and a client that keeps it busy until it is killed. */
import { spawn, type ChildProcess, type ChildProcessByStdio } from "node:child_process";
import path from "node:path";
import type { Readable } from "node:stream";
import { Interface } from "ethers";

const URL_LINE = /Listening on 127\.0\.0\.1:(\d+)/;

export interface NodeProcess {
  readonly child: ChildProcess;
  readonly url: string;
  readonly ended: Promise<void>;
}

/** Starts `supervm node` on a state. Rejects with what it printed where it ends before it listens. */
export async function startNodeProcess(state: string, ...options: string[]): Promise<NodeProcess> {
  return listening(spawn(process.execPath, nodeArguments(state, ...options), { stdio: ["ignore", "pipe", "pipe"] }));
}

/** What Node.js is given to run a node on a state. */
export function nodeArguments(state: string, ...options: string[]): string[] {
  return [path.resolve("dist/cli/main.js"), "node", "--port", "0", "--state", state, ...options];
}

/** A node that is being started. Rejects with what it printed where it ends before it listens. */
export async function listening(child: ChildProcessByStdio<null, Readable, Readable>): Promise<NodeProcess> {
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  let printed = "";
  const port = await new Promise<string>((resolve, reject) => {
    const read = (part: Buffer): void => {
      if (printed.length < 100_000) printed += part.toString();
      const found = URL_LINE.exec(printed);
      if (found) resolve(found[1]!);
    };
    child.stdout.on("data", read);
    child.stderr.on("data", read);
    child.once("exit", () => reject(new Error(`the node ended before it listened:\n${printed}`)));
  });
  return { child, url: `http://127.0.0.1:${port}`, ended };
}

/** What the node was heard to say. */
export interface Heard {
  /** Transactions whose receipt was answered, with the block that it named. */
  readonly receipts: Map<string, string>;
  /** Transactions whose hash was answered: automine had put them into a block. */
  readonly hashes: Set<string>;
  /** The highest block number answered. */
  height: number;
}

async function rpc(url: string, method: string, ...params: unknown[]): Promise<unknown> {
  const response = await fetch(url, { method: "POST", body: JSON.stringify({ jsonrpc: "2.0", id: 1, method, params }) });
  const answer = (await response.json()) as { readonly result?: unknown; readonly error?: { readonly message: string } };
  if (answer.error) throw new RefusedError(answer.error.message);
  return answer.result;
}

/** The node answered with an error, which it must not. */
export class RefusedError extends Error {}

const increment = new Interface(["function increment()"]).encodeFunctionData("increment");

/** What the client works with. */
export interface World {
  readonly accounts: readonly string[];
  readonly counter: string;
}

/** Deploys the counter. */
export async function prepareWorld(url: string, bytecode: string): Promise<World> {
  const accounts = (await rpc(url, "eth_accounts")) as string[];
  const hash = await rpc(url, "eth_sendTransaction", { from: accounts[0], data: bytecode });
  const { contractAddress } = (await rpc(url, "eth_getTransactionReceipt", hash)) as { contractAddress: string };
  return { accounts, counter: contractAddress };
}

/** Sends transfers and increments from all accounts at once until the node no longer answers. Rejects where it answers an error. */
export async function keepBusy(url: string, { accounts, counter }: World, random: () => number, heard: Heard): Promise<void> {
  const one = async (from: string): Promise<void> => {
    for (;;) {
      const to = accounts[Math.floor(random() * accounts.length)]!;
      const transaction = random() < 0.5 ? { from, to, value: "0x3b9aca07", gas: "0x5208" } : { from, to: counter, data: increment, gas: "0x186a0" };
      const hash = (await rpc(url, "eth_sendTransaction", transaction)) as string;
      heard.hashes.add(hash);
      const receipt = (await rpc(url, "eth_getTransactionReceipt", hash)) as { blockHash: string; blockNumber: string };
      heard.receipts.set(hash, receipt.blockHash);
      heard.height = Math.max(heard.height, Number(receipt.blockNumber));
    }
  };
  await Promise.all(
    accounts.map((from) =>
      one(from).catch((error: unknown) => {
        if (error instanceof RefusedError) throw error;
        // The connection broke: the node is gone.
      }),
    ),
  );
}
