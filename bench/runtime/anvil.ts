/**
 * anvil as a peer: a process of its own on a free loopback port, spoken to over HTTP. It mines on request only, and takes
 * transactions of any sender unsigned, so that what is measured is mining alone.
 */
import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import http from "node:http";
import { createServer, type AddressInfo } from "node:net";

const START_TRIES = 100;
const START_PAUSE_MS = 100;
/** Requests of one batch. */
const BATCH = 500;

/** The anvil to run: SUPERVM_ANVIL, or the PATH's; undefined where there is none. */
export function findAnvil(): string | undefined {
  const program = process.env.SUPERVM_ANVIL ?? "anvil";
  return spawnSync(program, ["--version"], { stdio: "ignore" }).status === 0 ? program : undefined;
}

export const ANVIL_MISSING = "anvil is not installed, so its rows are left out: npm install --no-save @foundry-rs/anvil, then put it on the PATH or name it in SUPERVM_ANVIL\n";

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

interface Answer {
  readonly id: number;
  readonly result?: unknown;
  readonly error?: { readonly message: string };
}

export class Anvil {
  private readonly agent = new http.Agent({ keepAlive: true });

  private constructor(
    private readonly child: ChildProcess,
    private readonly port: number,
  ) {}

  static async start(program: string): Promise<Anvil> {
    const port = await freePort();
    const chain = ["--no-mining", "--auto-impersonate", "--order", "fifo", "--gas-limit", "100000000000", "--base-fee", "0", "--gas-price", "0", "--disable-min-priority-fee"];
    const child = spawn(program, ["--silent", "--port", String(port), ...chain], { stdio: "ignore" });
    const anvil = new Anvil(child, port);
    for (let i = 0; i < START_TRIES; i++) {
      try {
        await anvil.request("eth_blockNumber", []);
        return anvil;
      } catch {
        await new Promise((resolve) => setTimeout(resolve, START_PAUSE_MS));
      }
    }
    await anvil.stop();
    throw new Error("anvil did not start");
  }

  async stop(): Promise<void> {
    this.agent.destroy();
    if (this.child.exitCode !== null) return;
    const ended = new Promise((resolve) => this.child.once("exit", resolve));
    this.child.kill();
    await ended;
  }

  private post(body: string): Promise<string> {
    return new Promise((resolve, reject) => {
      const headers = { "content-type": "application/json", "content-length": Buffer.byteLength(body) };
      const request = http.request({ host: "127.0.0.1", port: this.port, method: "POST", agent: this.agent, headers }, (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.on("end", () => resolve(Buffer.concat(chunks).toString()));
      });
      request.on("error", reject);
      request.end(body);
    });
  }

  /** One request's result. Throws with the node's message. */
  async request(method: string, params: readonly unknown[]): Promise<unknown> {
    return (await this.requests([[method, params]]))[0];
  }

  /** The results of many requests, sent in batches, in their order. */
  async requests(calls: readonly (readonly [method: string, params: readonly unknown[]])[]): Promise<unknown[]> {
    const results: unknown[] = [];
    for (let at = 0; at < calls.length; at += BATCH) {
      const batch = calls.slice(at, at + BATCH).map(([method, params], id) => ({ jsonrpc: "2.0", id, method, params }));
      const answers = JSON.parse(await this.post(JSON.stringify(batch))) as Answer[];
      for (const { id, result, error } of answers) {
        if (error) throw new Error(`anvil: ${error.message}`);
        results[at + id] = result;
      }
    }
    return results;
  }
}
