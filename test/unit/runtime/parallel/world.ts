/** A world of real contracts on a shared state, random blocks on it, and everything that a state holds for comparison. */
import { AbiCoder, Interface } from "ethers";
import fc from "fast-check";
import { keccak_256 } from "@noble/hashes/sha3.js";
import type { ModuleEntry } from "../../../../runtime/host/code.js";
import { sharedExecutorState, SerialExecutor, type BlockInput, type ExecutorState, type Outcome } from "../../../../runtime/executor/block-executor.js";
import { blockCells } from "../../../../runtime/executor/block.js";
import { executeTransaction, type Receipt, type Transaction } from "../../../../runtime/executor/transaction.js";
import { StateTrie } from "../../../../runtime/node/state/state-trie.js";
import { addressHex, bytesOfKey, type AddressKey } from "../../../../runtime/store/keys.js";
import { OWNER_NONE, RECORD, RECORD_WORDS, STATE } from "../../../../runtime/store/shared/layout.js";
import { SharedState } from "../../../../runtime/store/shared/state.js";
import { slotFromWords } from "../../../../runtime/store/shared/words.js";
import type { AccountRecord } from "../../../../runtime/store/state.js";
import { artifact, bytes, codeOf } from "../executor/setup.js";

export const SENDERS = 8;
export const FUNDS = 10n ** 18n;
export const COINBASE: AddressKey = "\x0c".repeat(20);
export const sender = (n: number): AddressKey => String.fromCharCode(0x31 + n).repeat(20);

export const BLOCK = blockCells({
  number: 300n,
  timestamp: 1_700_000_000n,
  coinbase: COINBASE,
  gasLimit: 10n ** 9n,
  baseFee: 7n,
  blobBaseFee: 1n,
  prevrandao: 1n,
  chainId: 1n,
  blockHash: (number) => (number >= 44n && number < 300n ? number * 1_000_003n : undefined),
});

const abis = new Map(["Coin", "Pool", "Caller", "Odd"].map((name) => [name, new Interface(artifact(name).abi)]));

/** A contract of the world: where it is and how it is called. */
export class Deployed {
  constructor(
    readonly address: AddressKey,
    private readonly abi: Interface,
  ) {}

  get hex(): string {
    return addressHex(this.address);
  }

  encode(name: string, args: readonly unknown[] = []): string {
    return this.abi.encodeFunctionData(name, args);
  }

  transaction(from: AddressKey, name: string, args: readonly unknown[] = [], value = 0n): Transaction {
    return { from, to: this.address, data: bytes(this.encode(name, args)), value, gasLimit: 3_000_000, gasPrice: 0n };
  }
}

export class World {
  readonly state = SharedState.create({ records: 2048 });
  readonly executorState: ExecutorState = sharedExecutorState(this.state);
  readonly coinA: Deployed;
  readonly coinB: Deployed;
  readonly pool: Deployed;
  readonly caller: Deployed;
  readonly odd: Deployed;

  constructor() {
    for (let n = 0; n < SENDERS; n++) this.fund(sender(n), FUNDS);
    [this.coinA, this.coinB, this.caller, this.odd] = [this.deploy("Coin"), this.deploy("Coin"), this.deploy("Caller"), this.deploy("Odd")];
    this.pool = this.deploy("Pool", AbiCoder.defaultAbiCoder().encode(["address", "address"], [this.coinA.hex, this.coinB.hex]));
    for (const coin of [this.coinA, this.coinB]) {
      for (let n = 0; n < SENDERS; n++) this.send(coin.transaction(sender(0), "mint", [addressHex(sender(n)), 1000]));
      this.send(coin.transaction(sender(0), "mint", [this.pool.hex, 100_000]));
    }
  }

  fund(address: AddressKey, balance: bigint): void {
    this.state.apply({ accounts: new Map([[address, { nonce: 0, balance }]]), storage: new Map() });
  }

  send(transaction: Transaction): Receipt {
    const receipt = executeTransaction(this.state, BLOCK, this.executorState.registry, transaction);
    if (!receipt.success) throw new Error(receipt.error);
    this.executorState.commit(receipt.changes, receipt.modules);
    return receipt;
  }

  private deploy(name: string, args = "0x"): Deployed {
    const data = Uint8Array.from(Buffer.concat([codeOf(name), bytes(args)]));
    return new Deployed(this.send({ from: sender(0), data, value: 0n, gasLimit: 50_000_000, gasPrice: 0n }).created!, abis.get(name)!);
  }
}

const salt = (n: number): string => `0x${n.toString(16).padStart(64, "0")}`;

/** Any transaction of a world; the contracts' addresses are the same in every world. */
export function anyTransaction({ coinA, coinB, pool, caller, odd }: World): fc.Arbitrary<Transaction> {
  const who = fc.nat(SENDERS - 1);
  const coin = fc.constantFrom(coinA, coinB);
  const of = (weight: number, arbitrary: fc.Arbitrary<Transaction>): { weight: number; arbitrary: fc.Arbitrary<Transaction> } => ({ weight, arbitrary });
  const plain = (from: number, to: AddressKey, value: bigint): Transaction => ({ from: sender(from), to, data: new Uint8Array(0), value, gasLimit: 90_000, gasPrice: 0n });
  return fc.oneof(
    of(
      5,
      fc.tuple(who, who, coin, fc.nat(1500)).map(([from, to, c, amount]) => c.transaction(sender(from), "transfer", [addressHex(sender(to)), amount])),
    ),
    of(
      2,
      fc.tuple(who, who, coin).map(([from, to, c]) => c.transaction(sender(from), "mint", [addressHex(sender(to)), 5])),
    ),
    of(
      3,
      fc.tuple(who, fc.boolean(), fc.nat(900)).map(([from, forth, amount]) => pool.transaction(sender(from), "swap", [forth, amount])),
    ),
    of(
      1,
      fc.tuple(who, fc.integer({ min: 12, max: 14 })).map(([from, n]) => caller.transaction(sender(from), "make", [n], 1n)),
    ),
    // CREATE2 with few salts: the second one at a place fails.
    of(
      1,
      fc.tuple(who, fc.nat(2)).map(([from, n]) => caller.transaction(sender(from), "makeAt", [salt(n), 1])),
    ),
    of(
      1,
      who.map((from) => caller.transaction(sender(from), "forward", [coinA.hex, coinA.encode("mint", [caller.hex, 1])])),
    ),
    of(
      1,
      who.map((from) => caller.transaction(sender(from), "touchAndRevert")),
    ),
    of(
      1,
      who.map((from) => caller.transaction(sender(from), "touch", [], 7n)),
    ),
    // Created and destroyed within a transaction, at few addresses.
    of(
      1,
      fc.tuple(who, fc.nat(2)).map(([from, n]) => odd.transaction(sender(from), "makeAndEnd", [salt(n)], 3n)),
    ),
    of(
      1,
      who.map((from) => odd.transaction(sender(from), "look")),
    ),
    of(
      1,
      who.map((from) => odd.transaction(sender(from), "tip", [], 11n)),
    ),
    of(
      1,
      fc.tuple(who, fc.integer({ min: 40, max: 301 })).map(([from, n]) => odd.transaction(sender(from), "past", [n])),
    ),
    // Plain transfers of wei, some above the balance, some to the coinbase.
    of(
      2,
      fc.tuple(who, fc.option(who), fc.bigInt(0n, 2n * FUNDS)).map(([from, to, value]) => plain(from, to === null ? COINBASE : sender(to), value)),
    ),
    // A module that the chain does not know: the first creation pays for it, later ones do not.
    of(
      1,
      who.map((from) => ({ from: sender(from), data: codeOf("Logs"), value: 0n, gasLimit: 5_000_000, gasPrice: 0n })),
    ),
    // Not even its data is paid for.
    of(
      1,
      who.map((from) => ({ ...coinA.transaction(sender(from), "mint", [coinA.hex, 1]), gasLimit: 21_100 })),
    ),
  );
}

function hex(part: Uint8Array): string {
  return Buffer.from(part).toString("hex");
}

export function outcome({ success, data, gasUsed, executionGas, logs, error, created }: Outcome): unknown {
  return { success, data: hex(data), gasUsed, executionGas, error, created, logs: logs.map((log) => ({ address: log.address, topics: log.topics.map(hex), data: hex(log.data) })) };
}

function describeAccount({ nonce, balance, code }: AccountRecord): string {
  return `${nonce} ${balance} ${code ? hex(code.bytes) : ""} ${code?.module ? hex(code.module.identity) : ""}`;
}

/** All that a shared state holds, in words. No chain of versions may be left. */
export function contentOf(state: SharedState): Map<string, string> {
  for (const index of state.table.indexes()) if (state.table.records[index * RECORD_WORDS + RECORD.HEAD] !== 0) throw new Error("a chain of versions was left behind");
  const content = new Map<string, string>();
  for (const [address, account] of accountsOf({ state })) content.set(addressHex(address), describeAccount(account));
  for (const [address, words] of storageOf({ state })) for (const [slot, word] of words) content.set(`${addressHex(address)} ${hex(bytesOfKey(slot))}`, hex(word));
  for (const module of modulesOf({ state })) content.set(`module ${hex(module.identity)}`, `${module.size} ${hex(keccak_256(module.bytes))}`);
  return new Map([...content].sort(([a], [b]) => (a < b ? -1 : 1)));
}

function* presentRecords(state: SharedState): Generator<{ readonly index: number; readonly owner: number; readonly key: string }> {
  const { records } = state.table;
  for (const index of state.table.indexes()) {
    const at = index * RECORD_WORDS;
    if (records[at + RECORD.STATE] === STATE.PRESENT) yield { index, owner: records[at + RECORD.OWNER]!, key: slotFromWords(records, at + RECORD.KEY) };
  }
}

export function accountsOf({ state }: { readonly state: SharedState }): Map<AddressKey, AccountRecord> {
  const accounts = new Map<AddressKey, AccountRecord>();
  for (const { index, owner } of presentRecords(state)) if (owner === OWNER_NONE) accounts.set(state.table.addressOf(index), state.accountAt(index)!);
  return accounts;
}

export function storageOf({ state }: { readonly state: SharedState }): Map<AddressKey, Map<string, Uint8Array>> {
  const storage = new Map<AddressKey, Map<string, Uint8Array>>();
  for (const { index, owner, key } of presentRecords(state)) {
    if (owner <= 0) continue;
    const address = state.table.addressOf(owner);
    const words = storage.get(address) ?? new Map<string, Uint8Array>();
    storage.set(address, words.set(key, state.wordAt(index)!));
  }
  return storage;
}

export function modulesOf({ state }: { readonly state: SharedState }): ModuleEntry[] {
  return [...presentRecords(state)].filter((r) => r.owner < 0).map((r) => state.moduleAt(r.index)!);
}

/** The root of a shared state's trie. */
export function rootOf(state: SharedState): string {
  return Buffer.from(StateTrie.empty.apply({ accounts: accountsOf({ state }), storage: storageOf({ state }) }).root).toString("hex");
}

export interface Expected {
  readonly outcomes: readonly unknown[];
  readonly content: Map<string, string>;
  readonly root: string;
}

/** What running transactions one after another gives. */
export function serially(input: Omit<BlockInput, "block">): Expected {
  const world = new World();
  const { outcomes } = new SerialExecutor(world.executorState).run({ block: BLOCK, ...input });
  return { outcomes: [...outcomes].map(outcome), content: contentOf(world.state), root: rootOf(world.state) };
}

/** Fees at a price that everybody can pay for all transactions of a test. */
export const FEES = { baseFee: 7n, coinbase: COINBASE };
export const paying = (transactions: readonly Transaction[], gasPrice = 9n): Transaction[] =>
  transactions.map((t) => ({ ...t, gasPrice, ...(t.value > FUNDS / 2n && { value: FUNDS / 2n }) }));
