/** eth_subscribe and eth_unsubscribe for one connection. */
import { randomBytes } from "node:crypto";
import type { DevChain } from "../chain/dev-chain.js";
import { selectLogs } from "../chain/logs.js";
import { invalidParams, RPC_CODE, RpcError } from "../rpc/errors.js";
import { formatHeader, formatLog, formatPending } from "../rpc/format.js";
import type { RpcLimits } from "../rpc/limits.js";
import { readLogQuery } from "../rpc/log-query.js";
import type { Methods, Params } from "../rpc/params.js";

export class Subscriptions {
  private readonly stops = new Map<string, () => void>();

  /** @param send Carries a notification to the client. */
  constructor(
    private readonly node: DevChain,
    private readonly limits: RpcLimits,
    private readonly send: (text: string) => void,
  ) {}

  get size(): number {
    return this.stops.size;
  }

  get methods(): Methods {
    return { eth_subscribe: (p) => this.subscribe(p), eth_unsubscribe: (p) => this.unsubscribe(p.string(0, "id")) };
  }

  private subscribe(p: Params): string {
    if (this.stops.size >= this.limits.subscriptions) throw new RpcError(RPC_CODE.LIMIT, `too many subscriptions: the limit is ${this.limits.subscriptions}`);
    const id = `0x${randomBytes(16).toString("hex")}`;
    const notify = (result: unknown): void => {
      const text = JSON.stringify({ jsonrpc: "2.0", method: "eth_subscription", params: { subscription: id, result } });
      // Nobody hears of a block that could still be lost.
      const durable = this.node.chain.archive.durable();
      if (!durable) this.send(text);
      else
        durable.then(
          () => this.send(text),
          () => undefined,
        );
    };
    this.stops.set(id, this.listen(p, notify));
    return id;
  }

  private listen(p: Params, notify: (result: unknown) => void): () => void {
    const kind = p.string(0, "kind");
    switch (kind) {
      case "newHeads":
        return this.node.onBlock((block) => notify(formatHeader(block.header)));
      case "logs": {
        const { selector } = readLogQuery(p.has(1) ? p.object(1, "filter") : {});
        return this.node.onBlock((block) => selectLogs(block, selector).forEach((place) => notify(formatLog(place))));
      }
      case "newPendingTransactions": {
        const full = p.boolean(1, "full", false);
        return this.node.onPending((transaction) => notify(full ? formatPending(transaction) : transaction.hash));
      }
      case "syncing":
        // The node is always in step: nothing will ever come.
        return () => undefined;
      default:
        throw invalidParams("no such subscription: newHeads, logs, newPendingTransactions and syncing are there");
    }
  }

  private unsubscribe(id: string): boolean {
    this.stops.get(id)?.();
    return this.stops.delete(id);
  }

  close(): void {
    for (const stop of this.stops.values()) stop();
    this.stops.clear();
  }
}
