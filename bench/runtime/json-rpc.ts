/** A node as a process of its own on a free loopback port, and one connection of each kind to it. */
import { spawn, type ChildProcess } from "node:child_process";
import http from "node:http";
import { createServer, type AddressInfo } from "node:net";
import { WebSocket } from "ws";

const START_TRIES = 600;
const START_PAUSE_MS = 100;
/** Requests of one batch; what every node takes. */
const BATCH = 100;
/** Requests on a WebSocket connection that wait for their answers at a time. */
const WINDOW = 100;

export type RpcCall = readonly [method: string, params: readonly unknown[]];

interface Answer {
  readonly id: number;
  readonly result?: unknown;
  readonly error?: { readonly message: string };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

export class NodeProcess {
  // One socket: what is measured is one connection.
  private readonly agent = new http.Agent({ keepAlive: true, maxSockets: 1 });

  private socket: Promise<WebSocket> | undefined;

  private constructor(
    readonly name: string,
    private readonly child: ChildProcess,
    private readonly port: number,
  ) {}

  /** Starts a program whose arguments depend on the port, and waits until it answers. */
  static async start(name: string, program: string, args: (port: number) => readonly string[]): Promise<NodeProcess> {
    const port = await freePort();
    const node = new NodeProcess(name, spawn(program, args(port), { stdio: "ignore" }), port);
    for (let i = 0; i < START_TRIES; i++) {
      try {
        await node.request("eth_blockNumber", []);
        return node;
      } catch {
        await new Promise((resolve) => setTimeout(resolve, START_PAUSE_MS));
      }
    }
    await node.stop();
    throw new Error(`${name} did not start`);
  }

  async stop(): Promise<void> {
    this.agent.destroy();
    (await this.socket)?.terminate();
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

  private resultOf({ result, error }: Answer): unknown {
    if (error) throw new Error(`${this.name}: ${error.message}`);
    return result;
  }

  /** One request's result. Throws with the node's message. */
  async request(method: string, params: readonly unknown[]): Promise<unknown> {
    return this.resultOf(JSON.parse(await this.post(JSON.stringify({ jsonrpc: "2.0", id: 1, method, params }))) as Answer);
  }

  /** The results of many requests, sent in batches, in their order. */
  async requests(calls: readonly RpcCall[], size = BATCH): Promise<unknown[]> {
    const results: unknown[] = [];
    for (let at = 0; at < calls.length; at += size) {
      const batch = calls.slice(at, at + size).map(([method, params], id) => ({ jsonrpc: "2.0", id, method, params }));
      for (const answer of JSON.parse(await this.post(JSON.stringify(batch))) as Answer[]) results[at + answer.id] = this.resultOf(answer);
    }
    return results;
  }

  private open(): Promise<WebSocket> {
    return new Promise((resolve, reject) => {
      const socket = new WebSocket(`ws://127.0.0.1:${this.port}`);
      socket.once("open", () => resolve(socket));
      socket.once("error", reject);
    });
  }

  /** The results of many requests in their order, over one WebSocket connection: each answer makes room for another request. */
  async pipelined(calls: readonly RpcCall[]): Promise<unknown[]> {
    const socket = await (this.socket ??= this.open());
    const results: Answer[] = [];
    let [sent, received] = [0, 0];
    const send = (): void => {
      if (sent === calls.length) return;
      const [method, params] = calls[sent]!;
      socket.send(JSON.stringify({ jsonrpc: "2.0", id: sent++, method, params }));
    };
    await new Promise<void>((resolve, reject) => {
      const lost = (): void => reject(new Error(`${this.name} closed the connection`));
      const take = (data: Buffer): void => {
        const answer = JSON.parse(data.toString()) as Answer;
        results[answer.id] = answer;
        send();
        if (++received < calls.length) return;
        socket.off("message", take);
        socket.off("close", lost);
        resolve();
      };
      socket.on("message", take);
      socket.on("close", lost);
      for (let i = 0; i < WINDOW; i++) send();
    });
    return results.map((answer) => this.resultOf(answer));
  }
}
