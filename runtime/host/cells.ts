/** 256-bit numbers in cells: little-endian, 32 bytes. */

const LIMB = 1n << 64n;

/** Writes a number to a cell; nothing is computed for zero, the usual case. */
export function writeBigint(view: DataView, at: number, value: bigint): void {
  if (value === 0n) {
    for (let i = 0; i < 32; i += 8) view.setFloat64(at + i, 0);
    return;
  }
  if (value < LIMB) {
    view.setBigUint64(at, value, true);
    for (let i = 8; i < 32; i += 8) view.setFloat64(at + i, 0);
    return;
  }
  for (let i = 0; i < 4; i++) view.setBigUint64(at + 8 * i, BigInt.asUintN(64, value >> BigInt(64 * i)), true);
}

const SAFE = BigInt(Number.MAX_SAFE_INTEGER);
const HALF = 0x1_0000_0000;

/** Writes a number as eight 32-bit words, which are zero. */
export function writeNumberWords(value: bigint, words: Int32Array, at: number): void {
  if (value <= SAFE) {
    const small = Number(value);
    words[at] = small;
    words[at + 1] = small / HALF;
    return;
  }
  for (let i = 0; i < 8; i++) words[at + i] = Number(BigInt.asIntN(32, value >> BigInt(32 * i)));
}

/** Reads a number from a cell. */
export function readBigint(view: DataView, at: number): bigint {
  let value = 0n;
  for (let i = 3; i >= 0; i--) value = (value << 64n) | view.getBigUint64(at + 8 * i, true);
  return value;
}
