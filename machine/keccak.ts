/**
 * Keccak-256 in WebAssembly: about seven times as fast as JavaScript on the short inputs that addresses, storage slots and trie nodes are.
 * The permutation is the one that contracts carry (stdlib/kernels/keccak.ts).
 */
import { keccak_256 } from "@noble/hashes/sha3.js";
import { KECCAK } from "./keccak.gen.js";

interface KeccakModule {
  readonly memory: WebAssembly.Memory;
  /** Hashes `length` bytes at `at`; writes 32 bytes to `out`. */
  readonly digest: (at: number, length: number, out: number) => void;
}

/** Where inputs lie: above all that the kernels keep for themselves. */
const PAGE = 65_536;
const LIMIT = PAGE - 32;

// A module of this size may be compiled synchronously everywhere, and takes microseconds.
const instance = new WebAssembly.Instance(new WebAssembly.Module(Buffer.from(KECCAK, "base64")), {});
const { memory, digest } = instance.exports as unknown as KeccakModule;
const INPUT = memory.grow(1) * PAGE;
const OUTPUT = INPUT + LIMIT;
const room = new Uint8Array(memory.buffer);

/** The Keccak-256 digest (the padding of the original submission, as Ethereum uses it), 32 bytes. */
export function keccak256(data: Uint8Array): Uint8Array {
  // Rare, and the copy would cost what is gained.
  if (data.length > LIMIT) return keccak_256(data);
  room.set(data, INPUT);
  digest(INPUT, data.length, OUTPUT);
  return room.slice(OUTPUT, OUTPUT + 32);
}
