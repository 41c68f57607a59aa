/** The precompile of BLAKE2b's compression function F (EIP-152, RFC 7693 section 3.2). */
import { sliceZeroPadded } from "./bytes.js";

/** The hash's initial value (RFC 7693, section 2.6). */
export const IV: readonly bigint[] = [
  0x6a09e667f3bcc908n,
  0xbb67ae8584caa73bn,
  0x3c6ef372fe94f82bn,
  0xa54ff53a5f1d36f1n,
  0x510e527fade682d1n,
  0x9b05688c2b3e6c1fn,
  0x1f83d9abfb41bd6bn,
  0x5be0cd19137e2179n,
];

/** Message words in the order in which a round takes them; rounds repeat after ten (section 2.7). */
export const SIGMA: readonly (readonly number[])[] = [
  [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15],
  [14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3],
  [11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4],
  [7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8],
  [9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13],
  [2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9],
  [12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11],
  [13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10],
  [6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5],
  [10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0],
];

/** Words of the state that a round mixes: columns, then diagonals. */
export const LANES = [
  [0, 4, 8, 12],
  [1, 5, 9, 13],
  [2, 6, 10, 14],
  [3, 7, 11, 15],
  [0, 5, 10, 15],
  [1, 6, 11, 12],
  [2, 7, 8, 13],
  [3, 4, 9, 14],
] as const;

const wrap = (x: bigint): bigint => BigInt.asUintN(64, x);
const rotateRight = (x: bigint, n: bigint): bigint => wrap((x >> n) | (x << (64n - n)));

function mix(v: bigint[], [a, b, c, d]: readonly [number, number, number, number], x: bigint, y: bigint): void {
  v[a] = wrap(v[a]! + v[b]! + x);
  v[d] = rotateRight(v[d]! ^ v[a], 32n);
  v[c] = wrap(v[c]! + v[d]);
  v[b] = rotateRight(v[b]! ^ v[c], 24n);
  v[a] = wrap(v[a] + v[b] + y);
  v[d] = rotateRight(v[d] ^ v[a], 16n);
  v[c] = wrap(v[c] + v[d]);
  v[b] = rotateRight(v[b] ^ v[c], 63n);
}

/** Input: rounds (4 bytes), h (64), m (128), t (16), final flag (1). Fails on any other length or flag. */
export function blake2f(input: Uint8Array): Uint8Array | undefined {
  const final = input[212];
  if (input.length !== 213 || (final !== 0 && final !== 1)) return undefined;
  const view = new DataView(sliceZeroPadded(input, 0n, 213).buffer);
  const words = (at: number, count: number): bigint[] => Array.from({ length: count }, (_, i) => view.getBigUint64(at + 8 * i, true));
  const h = words(4, 8);
  const m = words(68, 16);
  const t = words(196, 2);
  const v = [...h, ...IV];
  v[12]! ^= t[0]!;
  v[13]! ^= t[1]!;
  if (final === 1) v[14] = wrap(~v[14]!);
  const rounds = view.getUint32(0);
  for (let round = 0; round < rounds; round++) {
    const order = SIGMA[round % 10]!;
    LANES.forEach((lane, i) => mix(v, lane, m[order[2 * i]!]!, m[order[2 * i + 1]!]!));
  }
  const output = new DataView(new ArrayBuffer(64));
  h.forEach((word, i) => output.setBigUint64(8 * i, word ^ v[i]! ^ v[i + 8]!, true));
  return new Uint8Array(output.buffer);
}
