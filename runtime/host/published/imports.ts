/**
 * The import families `storage_api`, `chain_api` and `crypto_api` of hand-written contracts (docs/host-abi.md, section 7). Pointers are the
 * contract's and not trusted: each range is checked, and one that leaves the memory traps the call.
 */
import { sha256 } from "@noble/hashes/sha2.js";
import { keccak256 } from "../../../machine/keccak.js";
import { GAS } from "../gas-schedule.js";
import { deriveEthAddress, recoverSecp256k1, verifyEd25519, verifySecp256k1 } from "./crypto.js";

/** Ends a call; the message says why. No stack is captured. */
export class Trap {
  constructor(readonly reason: string) {}
}

/** What the imports see of the running call. */
export interface PublishedCall {
  readonly blockNumber: bigint;
  /** Seconds. */
  readonly timestamp: bigint;
  /** Events of this call. */
  readonly events: Uint8Array[];
  /** Takes gas; throws {@link Trap} where none is left. */
  charge(gas: number): void;
  load(key: Uint8Array): Uint8Array | undefined;
  /** Undefined deletes. */
  store(key: Uint8Array, value: Uint8Array | undefined): void;
}

export interface PublishedHost {
  /** The running call. */
  readonly call: PublishedCall;
  /** Linear memory as it is now; empty where the contract has none. */
  memory(): Uint8Array;
}

/** Gas of what the contract's own metering cannot see. Verification costs what the precompiled contracts do. */
const PRICE = { STORED_WORD: 100, SIGNATURE: 3_000, SHA256: 60, SHA256_WORD: 12, EVENT_COUNT: GAS.ENVIRONMENT } as const;
/** Longest key in bytes. */
export const MAX_KEY = 1024;
/** Longest value and event in bytes. */
export const MAX_VALUE = 1024 * 1024;

const words = (length: number): number => Math.ceil(length / 32);

type Imports = Record<string, Record<string, (...args: number[]) => number | bigint>>;

/** The part [pointer, pointer + length) of memory; a trap where that leaves it. */
function range(host: PublishedHost, pointer: number, length: number): Uint8Array {
  const memory = host.memory();
  const start = pointer >>> 0;
  const size = length >>> 0;
  if (start + size > memory.length) throw new Trap(`the range of ${size} bytes at ${start} is outside memory`);
  return memory.subarray(start, start + size);
}

/** Copies what fits into the range; the number of bytes copied. */
function give(host: PublishedHost, source: Uint8Array, pointer: number, length: number): number {
  const target = range(host, pointer, length);
  const part = source.subarray(0, target.length);
  host.call.charge(GAS.COPY + GAS.COPY_WORD * words(part.length));
  target.set(part);
  return part.length;
}

/** The imports of one instance. `cache` is the value that `storage_get` found last. */
export function publishedImports(host: PublishedHost, cache: { value: Uint8Array | undefined }): Imports {
  return { storage_api: storageApi(host, cache), chain_api: chainApi(host), crypto_api: cryptoApi(host) };
}

function storageApi(host: PublishedHost, cache: { value: Uint8Array | undefined }): Imports[string] {
  const keyAt = (pointer: number, length: number): Uint8Array => {
    const key = range(host, pointer, length);
    if (key.length > MAX_KEY) throw new Trap(`a key of ${key.length} bytes is longer than ${MAX_KEY}`);
    return key.slice();
  };
  return {
    storage_get(pointer, length) {
      host.call.charge(GAS.STORAGE_LOAD);
      cache.value = host.call.load(keyAt(pointer, length));
      if (!cache.value) return -1n;
      host.call.charge(GAS.COPY_WORD * words(cache.value.length));
      return BigInt(cache.value.length);
    },
    storage_read_value: (pointer, length) => give(host, cache.value ?? new Uint8Array(0), pointer, length),
    storage_set(keyPointer, keyLength, pointer, length) {
      const key = keyAt(keyPointer, keyLength);
      const value = range(host, pointer, length);
      if (value.length > MAX_VALUE) throw new Trap(`a value of ${value.length} bytes is longer than ${MAX_VALUE}`);
      host.call.charge(GAS.STORAGE_STORE + PRICE.STORED_WORD * words(key.length + value.length));
      host.call.store(key, value.slice());
      return 0;
    },
    storage_delete(pointer, length) {
      host.call.charge(GAS.STORAGE_STORE);
      host.call.store(keyAt(pointer, length), undefined);
      return 0;
    },
  };
}

function chainApi(host: PublishedHost): Imports[string] {
  return {
    block_number: () => BigInt.asIntN(64, host.call.blockNumber),
    timestamp: () => BigInt.asIntN(64, host.call.timestamp),
    emit_event(pointer, length) {
      const data = range(host, pointer, length);
      if (data.length > MAX_VALUE) throw new Trap(`an event of ${data.length} bytes is longer than ${MAX_VALUE}`);
      host.call.charge(GAS.LOG + GAS.LOG_BYTE * data.length);
      host.call.events.push(data.slice());
      return 0;
    },
    events_len() {
      host.call.charge(PRICE.EVENT_COUNT);
      return host.call.events.length;
    },
    read_event(index, pointer, length) {
      const event = host.call.events[index >>> 0];
      host.call.charge(GAS.COPY);
      return event ? give(host, event, pointer, length) : -1;
    },
  };
}

function cryptoApi(host: PublishedHost): Imports[string] {
  return {
    sha256(pointer, length, out) {
      const data = range(host, pointer, length);
      host.call.charge(PRICE.SHA256 + PRICE.SHA256_WORD * words(data.length));
      range(host, out, 32).set(sha256(data));
      return 0;
    },
    keccak256(pointer, length, out) {
      const data = range(host, pointer, length);
      host.call.charge(GAS.KECCAK + GAS.KECCAK_WORD * words(data.length));
      range(host, out, 32).set(keccak256(data));
      return 0;
    },
    verify_secp256k1(hash, signature, key, keyLength) {
      host.call.charge(PRICE.SIGNATURE);
      return verifySecp256k1(range(host, hash, 32), range(host, signature, 64), range(host, key, keyLength));
    },
    verify_ed25519(message, length, signature, key) {
      const data = range(host, message, length);
      host.call.charge(PRICE.SIGNATURE + PRICE.SHA256_WORD * words(data.length));
      return verifyEd25519(data, range(host, signature, 64), range(host, key, 32));
    },
    recover_secp256k1_pubkey(hash, signature, out) {
      host.call.charge(PRICE.SIGNATURE);
      const target = range(host, out, 64);
      const key = recoverSecp256k1(range(host, hash, 32), range(host, signature, 65));
      if (!key) return -1;
      target.set(key);
      return 0;
    },
    derive_eth_address(key, keyLength, out) {
      host.call.charge(PRICE.SIGNATURE);
      const target = range(host, out, 20);
      const address = deriveEthAddress(range(host, key, keyLength));
      if (!address) return -1;
      target.set(address);
      return 0;
    },
  };
}
