/**
 * The import family `supervm` (docs/host-abi.md, section 3): what a compiled contract can ask of its host. Each function reads its
 * operands from cells of the instance's memory and writes results there; pointers were checked by the contract.
 */
import { keccak256 } from "../../machine/keccak.js";
import { CALL_KIND, CELL, CODE_KIND, CREATE_KIND, REFERENCE_SIZE } from "./abi.js";
import type { Activation } from "./activation.js";
import { codeHash, referenceBytes, type ModuleEntry } from "./code.js";
import { HOST_GAS } from "./gas-schedule.js";
import { readBigint, writeBigint } from "./cells.js";
import type { Journal } from "../store/journal.js";
import { keyOfWords, writeKeyWords, type AddressKey } from "../store/keys.js";

const ADDRESS_WORDS = 5;
const WORD = 32;
const MAX_TOPICS = 4;
/** Cells as indexes of 32-bit words. */
const KEY_WORDS = CELL.KEY >> 2;
const VALUE_WORDS = CELL.VALUE >> 2;
const TOPIC_WORDS = CELL.TOPICS >> 2;
const EMPTY = new Uint8Array(0);
/** keccak256 of no bytes: EXTCODEHASH of an account without code. */
const EMPTY_HASH = keccak256(EMPTY);

/** Thrown by the import `exit` to leave a contract from within nested functions. Made once: no stack is captured. */
export const EXIT_SIGNAL: unique symbol = Symbol("contract exit");
/** Thrown by imports that end an activation as INVALID: a write in a static call. */
export class InvalidOperation {
  constructor(readonly reason: string) {}
}

/** What the imports see of the instance that they belong to. */
export interface HostView {
  readonly module: ModuleEntry;
  readonly activation: Activation;
  /** Views of its memory; valid after {@link refresh}. */
  readonly bytes: Uint8Array;
  readonly view: DataView;
  readonly words: Int32Array;
  /** Of the running activation: its transaction's journal, and the number of its account's storage there. */
  readonly journal: Journal;
  readonly owner: number;
  /** Gas left that the contract may hand on. Throws {@link InvalidOperation} where it reports more than it was given. */
  availableGas(): number;
  /** Tells the contract what a call or creation left of `available`. */
  settleGas(available: number, used: number): void;
  /** Of the last call. */
  returnData: Uint8Array;
  exitStatus: number;
  /** Renews the views where memory has grown. */
  refresh(): void;
}

/** The imports of one instance. */
export function hostImports(host: HostView): Record<string, unknown> {
  const addressAt = (cell: number): AddressKey => keyOfWords(host.words, cell >> 2, ADDRESS_WORDS);
  const setValue = (word: Uint8Array | undefined): void => {
    if (word) host.bytes.set(word, CELL.VALUE);
    else host.bytes.fill(0, CELL.VALUE, CELL.VALUE + WORD);
  };
  const requireWritable = (what: string): void => {
    if (host.activation.isStatic) throw new InvalidOperation(`${what} in a static call`);
  };
  /** Pointers of guarded contracts are not trusted: `length` bytes at `at` must lie in memory. */
  const requireRange = (at: number, length: number): void => {
    if (at + length > host.bytes.length && length > 0) throw new InvalidOperation(`the range of ${length} bytes at ${at} is outside memory`);
  };
  /** Copies part of a byte string, zeros beyond its end. */
  const copy = (source: Uint8Array, to: number, offset: number, length: number): void => {
    if (length === 0) return;
    requireRange(to, length);
    const part = source.subarray(offset, offset + length);
    host.bytes.set(part, to);
    if (part.length < length) host.bytes.fill(0, to + part.length, to + length);
  };
  /** Hands a call's or creation's result to the contract. */
  const settle = (data: Uint8Array, available: number, used: number): void => {
    host.refresh();
    host.returnData = data;
    host.view.setUint32(CELL.RETURNDATA_SIZE, data.length, true);
    host.settleGas(available, used);
  };
  const codeOf = (): { bytes: Uint8Array } => host.journal.account(addressAt(CELL.KEY))?.code ?? { bytes: EMPTY };

  return {
    exit(status: number): never {
      host.exitStatus = status;
      throw EXIT_SIGNAL;
    },

    storage_load(): void {
      host.refresh();
      host.journal.loadWord(host.owner, host.words, KEY_WORDS, VALUE_WORDS);
    },
    storage_store(): void {
      host.refresh();
      requireWritable("a storage write");
      host.journal.storeWord(host.owner, host.words, KEY_WORDS, VALUE_WORDS);
    },
    transient_load(): void {
      host.refresh();
      host.journal.loadTransient(host.owner, host.words, KEY_WORDS, VALUE_WORDS);
    },
    transient_store(): void {
      host.refresh();
      requireWritable("a transient storage write");
      host.journal.storeTransient(host.owner, host.words, KEY_WORDS, VALUE_WORDS);
    },

    calldata_copy(to: number, offset: number, length: number): void {
      host.refresh();
      copy(host.activation.data, to >>> 0, offset >>> 0, length >>> 0);
    },
    returndata_copy(to: number, offset: number, length: number): void {
      host.refresh();
      copy(host.returnData, to >>> 0, offset >>> 0, length >>> 0);
    },
    code_size: (): number => host.activation.code.length,
    code_copy(to: number, offset: number, length: number): void {
      host.refresh();
      copy(host.activation.code, to >>> 0, offset >>> 0, length >>> 0);
    },

    balance(): void {
      host.refresh();
      writeBigint(host.view, CELL.VALUE, host.journal.balance(addressAt(CELL.KEY)));
    },
    extcode_size(): number {
      host.refresh();
      return codeOf().bytes.length;
    },
    extcode_hash(): void {
      host.refresh();
      const account = host.journal.account(addressAt(CELL.KEY));
      // EIP-1052: zero for accounts that are empty (EIP-161).
      if (!account || (account.nonce === 0 && account.balance === 0n && !account.code)) setValue(undefined);
      else setValue(Uint8Array.from(account.code ? codeHash(account.code) : EMPTY_HASH).reverse());
    },
    extcode_copy(to: number, offset: number, length: number): void {
      host.refresh();
      copy(codeOf().bytes, to >>> 0, offset >>> 0, length >>> 0);
    },

    blockhash(): void {
      host.refresh();
      setValue(host.activation.handler.block.blockHash(readBigint(host.view, CELL.KEY)));
    },
    blobhash(): void {
      host.refresh();
      const index = readBigint(host.view, CELL.KEY);
      const { blobHashes } = host.activation.handler.transaction;
      setValue(index < BigInt(blobHashes.length) ? blobHashes[Number(index)] : undefined);
    },

    log(topics: number, pointer: number, length: number): void {
      host.refresh();
      requireWritable("a log");
      if (topics >>> 0 > MAX_TOPICS) throw new InvalidOperation(`a log with ${topics >>> 0} topics`);
      requireRange(pointer >>> 0, length >>> 0);
      host.journal.addLog(host.activation.address, host, topics, TOPIC_WORDS, pointer >>> 0, length >>> 0);
    },

    call(kind: number, input: number, inputLength: number, output: number, outputLength: number): number {
      host.refresh();
      if (kind >>> 0 > CALL_KIND.STATICCALL) throw new InvalidOperation(`a call of the kind ${kind >>> 0}`);
      requireRange(input >>> 0, inputLength >>> 0);
      requireRange(output >>> 0, outputLength >>> 0);
      const { activation } = host;
      const target = addressAt(CELL.CALL_TO);
      const value = kind === CALL_KIND.CALL ? readBigint(host.view, CELL.CALL_VALUE) : 0n;
      if (value > 0n) requireWritable("a transfer of value");
      const available = host.availableGas();
      const requested = host.view.getUint32(CELL.CALL_GAS, true) + host.view.getUint32(CELL.CALL_GAS + 4, true) * 0x1_0000_0000;
      const forwarded = Math.min(requested, available - Math.floor(available / 64));
      const gas = forwarded + (value > 0n ? HOST_GAS.CALL_STIPEND : 0);
      const delegate = kind === CALL_KIND.DELEGATECALL;
      const start = input >>> 0;
      const result = activation.handler.call({
        kind: delegate ? "delegatecall" : kind === CALL_KIND.STATICCALL ? "staticcall" : "call",
        codeAddress: target,
        address: delegate ? activation.address : target,
        caller: delegate ? activation.caller : activation.address,
        value: delegate ? activation.value : value,
        data: host.bytes.slice(start, start + (inputLength >>> 0)),
        gas,
        isStatic: activation.isStatic || kind === CALL_KIND.STATICCALL,
        depth: activation.depth + 1,
      });
      // What is left of the stipend is the caller's, as on the EVM.
      settle(result.data, available, forwarded - result.gasLeft);
      const part = result.data.subarray(0, outputLength >>> 0);
      if (part.length > 0) host.bytes.set(part, output >>> 0);
      return result.success ? 1 : 0;
    },

    create(kind: number, pointer: number, length: number): number {
      host.refresh();
      requireWritable("a creation");
      requireRange(pointer >>> 0, length >>> 0);
      const { activation } = host;
      const start = pointer >>> 0;
      const available = host.availableGas();
      const gas = available - Math.floor(available / 64);
      const result = activation.handler.create({
        caller: activation.address,
        value: readBigint(host.view, CELL.CALL_VALUE),
        code: host.bytes.slice(start, start + (length >>> 0)),
        ...(kind === CREATE_KIND.CREATE2 && { salt: host.bytes.slice(CELL.KEY, CELL.KEY + WORD) }),
        gas,
        depth: activation.depth + 1,
      });
      settle(result.success ? EMPTY : result.data, available, gas - result.gasLeft);
      setValue(undefined);
      if (!result.success || result.address === undefined) return 0;
      writeKeyWords(result.address, host.words, VALUE_WORDS);
      return 1;
    },

    object_reference(index: number, kind: number, to: number): void {
      host.refresh();
      requireRange(to >>> 0, REFERENCE_SIZE);
      const identity = host.module.references[index];
      if (!identity) throw new InvalidOperation("a reference to a contract that the module does not carry");
      host.bytes.set(referenceBytes(identity, kind === 0 || kind === CODE_KIND.CREATION_REFERENCE ? CODE_KIND.CREATION_REFERENCE : CODE_KIND.RUNTIME_REFERENCE), to >>> 0);
    },

    selfdestruct(): void {
      host.refresh();
      requireWritable("a selfdestruct");
      const { address } = host.activation;
      host.journal.transfer(address, addressAt(CELL.KEY), host.journal.balance(address));
      host.journal.destroy(address);
    },
  };
}
