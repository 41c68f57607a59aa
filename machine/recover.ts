/**
 * Public keys from ECDSA signatures over secp256k1 (SEC 1, section 4.1.6), as transactions and the precompiled contract 1 need them. The work is
 * libsecp256k1's, as WebAssembly.
 */
import { recover } from "tiny-secp256k1";
import { keccak256 } from "./keccak.js";

/**
 * The address (20 bytes) whose key signed a hash.
 * @param hash 32 bytes.
 * @param signature r and s, 32 bytes each; s may be in the upper half of the group's order.
 * @returns undefined where r or s is 0 or not below the order, or no key fits.
 */
export function recoverAddress(hash: Uint8Array, signature: Uint8Array, parity: 0 | 1): Uint8Array | undefined {
  let key: Uint8Array | null;
  try {
    key = recover(hash, signature, parity, false);
  } catch {
    return undefined; // r or s is out of range
  }
  return key === null ? undefined : keccak256(key.subarray(1)).subarray(12);
}
