/**
 * The precompiled contracts at addresses 1 to 9 (Ethereum's yellow paper, appendix E; EIP-196, -197, -198, -152) and P-256 signature
 * verification at 0x100 (EIP-7951). Each maps its input to its output, or undefined where it fails. No gas is taken.
 */
import { p256 } from "@noble/curves/nist.js";
import { ripemd160 } from "@noble/hashes/legacy.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { recoverAddress } from "./recover.js";
import { blake2f } from "./blake2f.js";
import { bn254Add, bn254Mul, bn254Pairing } from "./bn254.js";
import { bytesToInt, concatBytes, intToBytes, sliceZeroPadded } from "./bytes.js";

export type Precompile = (input: Uint8Array) => Uint8Array | undefined;

const EMPTY = new Uint8Array();

/** The precompile at an address, or undefined. */
export function precompile(address: bigint): Precompile | undefined {
  return address === 0n || address > 0x100n ? undefined : TABLE.get(Number(address));
}

const TABLE = new Map<number, Precompile>([
  [1, ecrecover],
  [2, (input) => sha256(input)],
  [3, (input) => concatBytes(new Uint8Array(12), ripemd160(input))],
  [4, (input) => input.slice()],
  [5, modexp],
  [6, bn254Add],
  [7, bn254Mul],
  [8, bn254Pairing],
  [9, blake2f],
  [0x100, p256verify],
]);

/** Input: hash, v (27 or 28), r, s. Output: the signer's address as a word, or nothing for an invalid signature. */
function ecrecover(input: Uint8Array): Uint8Array {
  const [hash, v, r, s] = [0, 1, 2, 3].map((i) => sliceZeroPadded(input, BigInt(32 * i), 32)) as [Uint8Array, Uint8Array, Uint8Array, Uint8Array];
  const recovery = bytesToInt(v) - 27n;
  if (recovery !== 0n && recovery !== 1n) return EMPTY;
  const address = recoverAddress(hash, concatBytes(r, s), Number(recovery) as 0 | 1);
  return address ? concatBytes(new Uint8Array(12), address) : EMPTY;
}

/** EIP-198. Input: lengths of base, exponent and modulus as words, then the three. */
function modexp(input: Uint8Array): Uint8Array | undefined {
  const lengths = [0, 1, 2].map((i) => bytesToInt(sliceZeroPadded(input, BigInt(32 * i), 32)));
  const [baseLength, exponentLength, modulusLength] = lengths as [bigint, bigint, bigint];
  if (lengths.some((l) => l > 1024n)) return undefined; // EIP-7823
  const base = bytesToInt(sliceZeroPadded(input, 96n, Number(baseLength)));
  const exponent = bytesToInt(sliceZeroPadded(input, 96n + baseLength, Number(exponentLength)));
  const modulus = bytesToInt(sliceZeroPadded(input, 96n + baseLength + exponentLength, Number(modulusLength)));
  if (modulusLength === 0n) return EMPTY;
  return intToBytes(modulus === 0n ? 0n : powerModulo(base, exponent, modulus), Number(modulusLength));
}

function powerModulo(base: bigint, exponent: bigint, modulus: bigint): bigint {
  let result = 1n % modulus;
  for (let square = base % modulus, e = exponent; e > 0n; e >>= 1n) {
    if (e & 1n) result = (result * square) % modulus;
    square = (square * square) % modulus;
  }
  return result;
}

/** EIP-7951. Input: hash, r, s, x, y. Output: 1 as a word, or nothing. */
function p256verify(input: Uint8Array): Uint8Array {
  if (input.length !== 160) return EMPTY;
  try {
    const key = concatBytes(Uint8Array.of(4), input.subarray(96, 160));
    const valid = p256.verify(input.slice(32, 96), input.slice(0, 32), key, { prehash: false, lowS: false });
    return valid ? intToBytes(1n, 32) : EMPTY;
  } catch {
    return EMPTY; // the key is no point of the curve
  }
}
