/**
 * Transactions that wait for a block. Of each sender those that follow its nonce without a gap can be mined; later ones wait for the
 * gap to close. A transaction replaces another with the same sender and nonce if it pays at least a tenth more, fee and tip alike.
 */
import type { AddressKey } from "../../store/keys.js";
import { addressHex } from "../../store/keys.js";
import type { Hex } from "../encoding/hex.js";
import { effectiveGasPrice, TransactionError, type NodeTransaction } from "./transaction.js";

export interface PoolLimits {
  /** Transactions in all. */
  readonly total: number;
  /** Of one sender. */
  readonly perSender: number;
  /** Bytes in all. */
  readonly bytes: number;
}

export const POOL_LIMITS: PoolLimits = { total: 20_000, perSender: 2_000, bytes: 128 * 1024 * 1024 };

/** What a replacement must pay, as a percentage of what it replaces. */
const REPLACEMENT_PERCENT = 110n;

interface Waiting {
  readonly transaction: NodeTransaction;
  /** Order of arrival, for ties. */
  readonly arrival: number;
}

export class TransactionPool {
  private readonly senders = new Map<AddressKey, Map<number, Waiting>>();
  private readonly byHash = new Map<Hex, NodeTransaction>();
  private bytes = 0;
  private arrivals = 0;
  /** Grows with each change of what waits. */
  revision = 0;

  constructor(
    private readonly nextNonce: (sender: AddressKey) => number,
    private readonly limits: PoolLimits = POOL_LIMITS,
  ) {}

  get size(): number {
    return this.byHash.size;
  }

  get(hash: Hex): NodeTransaction | undefined {
    return this.byHash.get(hash);
  }

  /** A sender's waiting transaction with a nonce. */
  of(sender: AddressKey, nonce: number): NodeTransaction | undefined {
    return this.senders.get(sender)?.get(nonce)?.transaction;
  }

  /** Takes all of a sender's transactions out. */
  removeAll(sender: AddressKey): void {
    for (const { transaction } of [...(this.senders.get(sender)?.values() ?? [])]) this.remove(transaction.hash);
  }

  /** Adds a transaction whose nonce is not used up. Throws TransactionError. */
  add(transaction: NodeTransaction): void {
    if (this.byHash.has(transaction.hash)) throw new TransactionError("already known");
    const own = this.senders.get(transaction.from) ?? new Map<number, Waiting>();
    const replaced = own.get(transaction.nonce)?.transaction;
    if (replaced) requireHigherPrice(transaction, replaced);
    else if (this.size >= this.limits.total) throw new TransactionError("txpool is full");
    else if (own.size >= this.limits.perSender) throw new TransactionError(`txpool is full: the sender has ${own.size} transactions waiting`);
    if (this.bytes - (replaced?.raw.length ?? 0) + transaction.raw.length > this.limits.bytes) throw new TransactionError("txpool is full");
    if (replaced) this.remove(replaced.hash);
    own.set(transaction.nonce, { transaction, arrival: this.arrivals++ });
    this.senders.set(transaction.from, own);
    this.byHash.set(transaction.hash, transaction);
    this.bytes += transaction.raw.length;
    this.revision++;
  }

  /** Takes a transaction out; false where there was none. */
  remove(hash: Hex): boolean {
    const transaction = this.byHash.get(hash);
    if (!transaction) return false;
    this.byHash.delete(hash);
    this.bytes -= transaction.raw.length;
    this.revision++;
    const own = this.senders.get(transaction.from)!;
    own.delete(transaction.nonce);
    if (own.size === 0) this.senders.delete(transaction.from);
    return true;
  }

  clear(): void {
    this.senders.clear();
    this.byHash.clear();
    this.bytes = 0;
    this.revision++;
  }

  /** Drops transactions whose nonces are used up. */
  dropUsed(senders: Iterable<AddressKey>): void {
    for (const sender of senders) {
      const next = this.nextNonce(sender);
      for (const { transaction } of [...(this.senders.get(sender)?.values() ?? [])]) if (transaction.nonce < next) this.remove(transaction.hash);
    }
  }

  /** Drops whatever the state has overtaken: after the state was set back or changed by hand. */
  dropAllUsed(): void {
    this.dropUsed([...this.senders.keys()]);
  }

  /** The nonce that a sender's next transaction should have. */
  pendingNonce(sender: AddressKey): number {
    const own = this.senders.get(sender);
    let nonce = this.nextNonce(sender);
    while (own?.has(nonce) === true) nonce++;
    return nonce;
  }

  /** Wei that a sender's other waiting transactions may cost. */
  committed(sender: AddressKey, except: number, cost: (transaction: NodeTransaction) => bigint): bigint {
    let sum = 0n;
    for (const [nonce, { transaction }] of this.senders.get(sender) ?? []) if (nonce !== except) sum += cost(transaction);
    return sum;
  }

  /** All transactions by sender, those that can be mined and those behind a gap. */
  content(): { pending: Map<Hex, NodeTransaction[]>; queued: Map<Hex, NodeTransaction[]> } {
    const pending = new Map<Hex, NodeTransaction[]>();
    const queued = new Map<Hex, NodeTransaction[]>();
    for (const [sender, own] of this.senders) {
      const end = this.pendingNonce(sender);
      const sorted = [...own.values()].map((w) => w.transaction).sort((a, b) => a.nonce - b.nonce);
      const address = addressHex(sender) as Hex;
      const [ready, late] = [sorted.filter((t) => t.nonce < end), sorted.filter((t) => t.nonce >= end)];
      if (ready.length > 0) pending.set(address, ready);
      if (late.length > 0) queued.set(address, late);
    }
    return { pending, queued };
  }

  /**
   * Offers transactions for a block in the order in which they pay, each sender's in the order of their nonces; those that do not pay the
   * base fee stay. `take` says whether it took one: where it did not, the sender's later ones are not offered.
   */
  select(baseFee: bigint, take: (transaction: NodeTransaction) => boolean): void {
    const heads = new Heap<Waiting>((a, b) => comesBefore(a, b, baseFee));
    const offer = (sender: AddressKey, nonce: number): void => {
      const next = this.senders.get(sender)?.get(nonce);
      if (next && next.transaction.maxFeePerGas >= baseFee) heads.push(next);
    };
    for (const sender of this.senders.keys()) offer(sender, this.nextNonce(sender));
    for (let head = heads.pop(); head; head = heads.pop()) {
      const { transaction } = head;
      if (take(transaction)) offer(transaction.from, transaction.nonce + 1);
    }
  }
}

function requireHigherPrice(transaction: NodeTransaction, replaced: NodeTransaction): void {
  const enough = (next: bigint, before: bigint): boolean => next * 100n >= before * REPLACEMENT_PERCENT && next > before;
  if (!enough(transaction.maxFeePerGas, replaced.maxFeePerGas) || !enough(transaction.maxPriorityFeePerGas, replaced.maxPriorityFeePerGas))
    throw new TransactionError("replacement transaction underpriced");
}

function comesBefore(a: Waiting, b: Waiting, baseFee: bigint): boolean {
  const [x, y] = [effectiveGasPrice(a.transaction, baseFee), effectiveGasPrice(b.transaction, baseFee)];
  return x === y ? a.arrival < b.arrival : x > y;
}

/** A binary heap: the item that comes before all others is popped first. */
class Heap<T> {
  private readonly items: T[] = [];

  constructor(private readonly before: (a: T, b: T) => boolean) {}

  push(item: T): void {
    const { items } = this;
    let at = items.push(item) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!this.before(item, items[parent]!)) break;
      items[at] = items[parent]!;
      at = parent;
    }
    items[at] = item;
  }

  pop(): T | undefined {
    const { items } = this;
    const top = items[0];
    const last = items.pop();
    if (items.length === 0 || last === undefined) return top;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= items.length) break;
      if (child + 1 < items.length && this.before(items[child + 1]!, items[child]!)) child++;
      if (!this.before(items[child]!, last)) break;
      items[at] = items[child]!;
      at = child;
    }
    items[at] = last;
    return top;
  }
}
