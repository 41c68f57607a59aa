/** JSON-RPC over WebSocket: requests of a connection are answered in order, subscriptions push between them. */
import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { WebSocket, WebSocketServer } from "ws";
import type { DevChain } from "../chain/dev-chain.js";
import type { Dispatcher } from "../rpc/dispatcher.js";
import { Subscriptions } from "./subscriptions.js";

/** Requests of one connection that may wait. */
const MAX_WAITING = 1_000;
const PING_MILLISECONDS = 30_000;
const TRY_AGAIN_LATER = 1013;
const GOING_AWAY = 1001;

export class WebSocketEndpoint {
  private readonly server: WebSocketServer;
  private readonly connections = new Map<WebSocket, Subscriptions>();
  private readonly pings: NodeJS.Timeout;

  constructor(
    private readonly node: DevChain,
    private readonly dispatcher: Dispatcher,
  ) {
    this.server = new WebSocketServer({ noServer: true, maxPayload: dispatcher.limits.bodyBytes, perMessageDeflate: false });
    this.pings = setInterval(() => this.ping(), PING_MILLISECONDS);
    this.pings.unref();
  }

  get connectionCount(): number {
    return this.connections.size;
  }

  get subscriptionCount(): number {
    let count = 0;
    for (const subscriptions of this.connections.values()) count += subscriptions.size;
    return count;
  }

  /** Takes over a connection whose request was allowed. */
  accept(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    this.server.handleUpgrade(request, socket, head, (client) => this.connect(client));
  }

  private connect(client: WebSocket): void {
    const subscriptions = new Subscriptions(this.node, this.dispatcher.limits, (text) => this.push(client, text));
    this.connections.set(client, subscriptions);
    this.alive.add(client);
    let waiting = 0;
    let queue = Promise.resolve();
    client.on("message", (data: Buffer) => {
      if (++waiting > MAX_WAITING) {
        client.close(TRY_AGAIN_LATER, "too many requests are waiting");
        return;
      }
      const reading = this.dispatcher.read(data.toString(), waiting > 1);
      queue = queue.then(async () => {
        if (client.readyState === WebSocket.OPEN) this.push(client, await this.dispatcher.answer(reading, subscriptions.methods));
        else this.dispatcher.drop(reading);
        waiting--;
      });
    });
    client.on("pong", () => this.alive.add(client));
    // A broken frame or one that is too large: ws closes the connection with the right code.
    client.on("error", () => undefined);
    client.on("close", () => {
      subscriptions.close();
      this.connections.delete(client);
    });
  }

  /** Connections that have answered since the last ping. */
  private readonly alive = new WeakSet<WebSocket>();

  private push(client: WebSocket, text: string): void {
    // Empty: notifications are not answered.
    if (client.readyState !== WebSocket.OPEN || text === "") return;
    // What a client does not read stays in this process's memory: one that is too slow is dropped.
    if (client.bufferedAmount > this.dispatcher.limits.backlogBytes) client.terminate();
    else client.send(text);
  }

  private ping(): void {
    for (const client of this.connections.keys()) {
      if (this.alive.has(client)) {
        this.alive.delete(client);
        client.ping();
      } else client.terminate();
    }
  }

  /** Ends all connections; those that do not answer are cut off. */
  close(): void {
    clearInterval(this.pings);
    for (const client of this.connections.keys()) {
      client.close(GOING_AWAY, "the node stops");
      setTimeout(() => client.terminate(), 500).unref();
    }
    this.server.close();
  }
}
