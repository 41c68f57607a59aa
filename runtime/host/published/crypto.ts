/**
 * The cryptographic functions of `crypto_api`: hashes, ECDSA over secp256k1 (SEC 1, section 4.1), Ed25519 (RFC 8032) and Ethereum addresses.
 * Verification answers 1 for valid, 0 for a well-formed signature that is not, and -1 for input of the wrong form.
 */
import { ed25519 } from "@noble/curves/ed25519.js";
import { secp256k1 } from "@noble/curves/secp256k1.js";
import { keccak256 } from "../../../machine/keccak.js";
import { bytesToInt } from "../../../machine/bytes.js";

const MALFORMED = -1;

/** True where `make` does not throw: the bytes spell what it parses. */
function parses(make: () => unknown): boolean {
  try {
    make();
    return true;
  } catch {
    return false;
  }
}

/** ECDSA over a 32-byte hash; r and s of 32 bytes each, of either sign; a key of 33 or 65 bytes. */
export function verifySecp256k1(hash: Uint8Array, signature: Uint8Array, key: Uint8Array): number {
  if (!parses(() => secp256k1.Signature.fromBytes(signature, "compact")) || !parses(() => secp256k1.Point.fromBytes(key))) return MALFORMED;
  return secp256k1.verify(signature, hash, key, { prehash: false, lowS: false }) ? 1 : 0;
}

/** Ed25519 as RFC 8032 has it: canonical encodings only, s below the group's order. */
export function verifyEd25519(message: Uint8Array, signature: Uint8Array, key: Uint8Array): number {
  const s = bytesToInt(Uint8Array.from(signature.subarray(32)).reverse());
  if (s >= ed25519.Point.Fn.ORDER || !parses(() => ed25519.Point.fromBytes(signature.subarray(0, 32))) || !parses(() => ed25519.Point.fromBytes(key))) return MALFORMED;
  return ed25519.verify(signature, message, key, { zip215: false }) ? 1 : 0;
}

/** The 64 bytes of the key that signed a hash; the 65th byte of the signature is 0, 1, 27 or 28. Undefined where there is none. */
export function recoverSecp256k1(hash: Uint8Array, signature: Uint8Array): Uint8Array | undefined {
  const v = signature[64]!;
  const recovery = v >= 27 ? v - 27 : v;
  if (recovery > 1) return undefined;
  try {
    const parsed = secp256k1.Signature.fromBytes(signature.subarray(0, 64), "compact").addRecoveryBit(recovery);
    return parsed.recoverPublicKey(hash).toBytes(false).subarray(1);
  } catch {
    return undefined;
  }
}

/** The last 20 bytes of the Keccak-256 of a key; undefined where the 33 or 65 bytes are none. */
export function deriveEthAddress(key: Uint8Array): Uint8Array | undefined {
  if (key.length !== 33 && key.length !== 65) return undefined;
  try {
    return keccak256(secp256k1.Point.fromBytes(key).toBytes(false).subarray(1)).subarray(12);
  } catch {
    return undefined;
  }
}
