/** Keccak-256 for the host side (machine/keccak.ts): a module of its own around the kernels' permutation. */
import { keccak256 } from "../keccak";
import { r1, r2, r3 } from "../results";

/** Hashes `length` bytes at `at` and writes the digest to `out`. */
export function digest(at: u32, length: u32, out: u32): void {
  const low = keccak256(at, length);
  store<u64>(out, bswap(r3));
  store<u64>(out, bswap(r2), 8);
  store<u64>(out, bswap(r1), 16);
  store<u64>(out, bswap(low), 24);
}
