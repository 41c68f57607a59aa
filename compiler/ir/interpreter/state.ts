/**
 * The world that contracts act on: accounts, storage, transient storage, logs. Every change is journaled with its undoing, so that a
 * revert takes back exactly what happened since a snapshot.
 */
import type { Code } from "./code.js";

export interface Account {
  nonce: bigint;
  /** In wei. */
  balance: bigint;
  code: Code | undefined;
  readonly storage: Map<bigint, bigint>;
}

export interface Log {
  readonly address: bigint;
  readonly topics: readonly bigint[];
  readonly data: Uint8Array;
}

export class State {
  private readonly accounts = new Map<bigint, Account>();
  private transient = new Map<bigint, Map<bigint, bigint>>();
  private undo: (() => void)[] = [];
  /** Logs of the running transaction. */
  logs: Log[] = [];
  /** Accounts made by the running transaction, which alone SELFDESTRUCT deletes (EIP-6780). */
  private created = new Set<bigint>();
  private destroyed = new Set<bigint>();

  /** An account's data where it has any. */
  peek(address: bigint): Readonly<Account> | undefined {
    return this.accounts.get(address);
  }

  balance(address: bigint): bigint {
    return this.accounts.get(address)?.balance ?? 0n;
  }

  nonce(address: bigint): bigint {
    return this.accounts.get(address)?.nonce ?? 0n;
  }

  code(address: bigint): Code | undefined {
    return this.accounts.get(address)?.code;
  }

  /** An empty account is as none (EIP-161). */
  exists(address: bigint): boolean {
    const account = this.accounts.get(address);
    return account !== undefined && (account.nonce > 0n || account.balance > 0n || account.code !== undefined);
  }

  setBalance(address: bigint, balance: bigint): void {
    this.change(this.account(address), "balance", balance);
  }

  setNonce(address: bigint, nonce: bigint): void {
    this.change(this.account(address), "nonce", nonce);
  }

  /** Empty code is none. */
  setCode(address: bigint, code: Code): void {
    this.change(this.account(address), "code", code.bytes.length > 0 ? code : undefined);
  }

  /** The caller has checked that the sender can pay. */
  transfer(from: bigint, to: bigint, value: bigint): void {
    if (value === 0n) return;
    this.setBalance(from, this.balance(from) - value);
    this.setBalance(to, this.balance(to) + value);
  }

  loadStorage(address: bigint, slot: bigint): bigint {
    return this.accounts.get(address)?.storage.get(slot) ?? 0n;
  }

  storeStorage(address: bigint, slot: bigint, value: bigint): void {
    this.write(this.account(address).storage, slot, value);
  }

  loadTransient(address: bigint, slot: bigint): bigint {
    return this.transient.get(address)?.get(slot) ?? 0n;
  }

  storeTransient(address: bigint, slot: bigint, value: bigint): void {
    let words = this.transient.get(address);
    if (!words) {
      words = new Map<bigint, bigint>();
      this.transient.set(address, words);
    }
    this.write(words, slot, value);
  }

  emit(log: Log): void {
    this.logs.push(log);
    this.undo.push(() => this.logs.pop());
  }

  markCreated(address: bigint): void {
    this.created.add(address);
    this.undo.push(() => this.created.delete(address));
  }

  /** SELFDESTRUCT: the balance goes to the beneficiary; the account goes only if this transaction made it. */
  selfdestruct(address: bigint, beneficiary: bigint): void {
    const balance = this.balance(address);
    const deleted = this.created.has(address);
    if (beneficiary !== address) this.transfer(address, beneficiary, balance);
    else if (deleted) this.setBalance(address, 0n);
    if (deleted && !this.destroyed.has(address)) {
      this.destroyed.add(address);
      this.undo.push(() => this.destroyed.delete(address));
    }
  }

  snapshot(): number {
    return this.undo.length;
  }

  revert(snapshot: number): void {
    while (this.undo.length > snapshot) this.undo.pop()!();
  }

  /** Ends a transaction, keeping what it did. */
  commit(): void {
    for (const address of this.destroyed) this.accounts.delete(address);
    this.endTransaction();
  }

  /** Ends a transaction, undoing all of it. */
  rollback(): void {
    this.revert(0);
    this.endTransaction();
  }

  private endTransaction(): void {
    this.undo = [];
    this.logs = [];
    this.transient = new Map();
    this.created = new Set();
    this.destroyed = new Set();
  }

  private account(address: bigint): Account {
    let account = this.accounts.get(address);
    if (!account) {
      account = { nonce: 0n, balance: 0n, code: undefined, storage: new Map() };
      this.accounts.set(address, account);
    }
    return account;
  }

  private change<K extends "nonce" | "balance" | "code">(account: Account, key: K, value: Account[K]): void {
    const old = account[key];
    account[key] = value;
    this.undo.push(() => (account[key] = old));
  }

  private write(words: Map<bigint, bigint>, slot: bigint, value: bigint): void {
    const old = words.get(slot) ?? 0n;
    if (old === value) return;
    put(words, slot, value);
    this.undo.push(() => put(words, slot, old));
  }
}

/** Zero words are absent, so that equal worlds have equal maps. */
function put(words: Map<bigint, bigint>, slot: bigint, value: bigint): void {
  if (value === 0n) words.delete(slot);
  else words.set(slot, value);
}
