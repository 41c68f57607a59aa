/** Addresses of created contracts. */
import { keccak256 } from "./keccak.js";
import { bytesToInt, concatBytes, intToBytes } from "./bytes.js";

/** CREATE: the low 160 bits of keccak256(rlp([sender, nonce])). */
export function createAddress(sender: bigint, nonce: bigint): bigint {
  const items = concatBytes(Uint8Array.of(0x80 + 20), intToBytes(sender, 20), rlpInt(nonce));
  return low160(keccak256(concatBytes(Uint8Array.of(0xc0 + items.length), items)));
}

/** CREATE2 (EIP-1014): the low 160 bits of keccak256(0xff . sender . salt . keccak256(creation code)). */
export function create2Address(sender: bigint, salt: bigint, creationCode: Uint8Array): bigint {
  return low160(keccak256(concatBytes(Uint8Array.of(0xff), intToBytes(sender, 20), intToBytes(salt, 32), keccak256(creationCode))));
}

function rlpInt(value: bigint): Uint8Array {
  if (value === 0n) return Uint8Array.of(0x80);
  if (value < 0x80n) return Uint8Array.of(Number(value));
  const length = Math.ceil(value.toString(16).length / 2);
  return concatBytes(Uint8Array.of(0x80 + length), intToBytes(value, length));
}

function low160(hash: Uint8Array): bigint {
  return bytesToInt(hash.subarray(12));
}
