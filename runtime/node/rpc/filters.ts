/** Filters that clients poll (eth_newFilter and its like). One that nobody asks for some minutes is dropped. */
import { randomBytes } from "node:crypto";
import type { DevChain } from "../chain/dev-chain.js";
import { selectLogs } from "../chain/logs.js";
import type { Hex } from "../encoding/hex.js";
import { RPC_CODE, RpcError, serverError } from "./errors.js";
import { formatLog } from "./format.js";
import type { RpcLimits } from "./limits.js";
import { coversHeight, queryLogs, type LogQuery } from "./log-query.js";

interface Filter {
  /** Undefined: blocks or transactions. */
  readonly query: LogQuery | undefined;
  /** What came since the last poll. */
  changes: unknown[];
  lastAsked: number;
  readonly stop: () => void;
}

/** Changes that a filter keeps between two polls; the oldest go. */
const MAX_CHANGES = 100_000;

export class Filters {
  private readonly filters = new Map<string, Filter>();

  constructor(
    private readonly node: DevChain,
    private readonly limits: RpcLimits,
    private readonly now: () => number = Date.now,
  ) {}

  get size(): number {
    return this.filters.size;
  }

  logs(query: LogQuery): Hex {
    return this.add(query, (push) =>
      this.node.onBlock((block) => {
        if (coversHeight(this.node, query, block.header.number)) push(selectLogs(block, query.selector).map((place) => formatLog(place)));
      }),
    );
  }

  blocks(): Hex {
    return this.add(undefined, (push) => this.node.onBlock((block) => push([block.header.hash])));
  }

  pendingTransactions(): Hex {
    return this.add(undefined, (push) => this.node.onPending((transaction) => push([transaction.hash])));
  }

  private add(query: LogQuery | undefined, listen: (push: (changes: readonly unknown[]) => void) => () => void): Hex {
    this.dropIdle();
    if (this.filters.size >= this.limits.filters) throw new RpcError(RPC_CODE.LIMIT, `too many filters: the limit is ${this.limits.filters}`);
    // Not to be guessed by another client.
    const id: Hex = `0x${randomBytes(16).toString("hex").replace(/^0+/, "") || "1"}`;
    const filter: Filter = {
      query,
      changes: [],
      lastAsked: this.now(),
      stop: listen((changes) => {
        // Who never asks again must not cost memory until somebody else asks for something.
        if (this.isIdle(filter)) {
          this.remove(id);
          return;
        }
        for (const change of changes) filter.changes.push(change);
        if (filter.changes.length > MAX_CHANGES) filter.changes = filter.changes.slice(-MAX_CHANGES);
      }),
    };
    this.filters.set(id, filter);
    return id;
  }

  remove(id: string): boolean {
    const filter = this.filters.get(id);
    filter?.stop();
    return this.filters.delete(id);
  }

  /** What came since the last time. */
  changes(id: string): unknown[] {
    const filter = this.require(id);
    const { changes } = filter;
    filter.changes = [];
    return changes;
  }

  /** All logs that a filter selects, old and new. */
  all(id: string): unknown[] {
    const { query } = this.require(id);
    if (!query) throw serverError("filter not found");
    return queryLogs(this.node, query, this.limits).map((place) => formatLog(place));
  }

  private require(id: string): Filter {
    this.dropIdle();
    const filter = this.filters.get(id);
    if (!filter) throw serverError("filter not found");
    filter.lastAsked = this.now();
    return filter;
  }

  private isIdle(filter: Filter): boolean {
    return filter.lastAsked < this.now() - 1000 * this.limits.filterSeconds;
  }

  private dropIdle(): void {
    for (const [id, filter] of this.filters) if (this.isIdle(filter)) this.remove(id);
  }

  close(): void {
    for (const id of [...this.filters.keys()]) this.remove(id);
  }
}
