/** The precompiles of the curve bn254 (alt_bn128): addition and multiplication (EIP-196), pairing check (EIP-197). */
import { bn254 } from "@noble/curves/bn254.js";
import { bytesToInt, concatBytes, intToBytes, sliceZeroPadded } from "./bytes.js";

const { G1, G2, fields } = bn254;
type PointG1 = typeof G1.Point.ZERO;
type PointG2 = typeof G2.Point.ZERO;

const FIELD = fields.Fp.ORDER;
const PAIR_LENGTH = 192;

function word(input: Uint8Array, index: number): bigint {
  return bytesToInt(sliceZeroPadded(input, BigInt(32 * index), 32));
}

/** A point of two words; (0, 0) is the point at infinity. Undefined where it is not on the curve. */
function pointG1(x: bigint, y: bigint): PointG1 | undefined {
  if (x >= FIELD || y >= FIELD) return undefined;
  if (x === 0n && y === 0n) return G1.Point.ZERO;
  return valid(() => G1.Point.fromAffine({ x, y }));
}

/** Coordinates are given imaginary part first; the point must be in the subgroup of the right order. */
function pointG2(words: readonly bigint[]): PointG2 | undefined {
  if (words.some((w) => w >= FIELD)) return undefined;
  if (words.every((w) => w === 0n)) return G2.Point.ZERO;
  const [xi, xr, yi, yr] = words as [bigint, bigint, bigint, bigint];
  const x = fields.Fp2.fromBigTuple([xr, xi]);
  const y = fields.Fp2.fromBigTuple([yr, yi]);
  return valid(() => G2.Point.fromAffine({ x, y }));
}

/** The point, unless noble finds that it is none. */
function valid<P extends { assertValidity(): void }>(make: () => P): P | undefined {
  try {
    const point = make();
    point.assertValidity();
    return point;
  } catch {
    return undefined;
  }
}

function encode(point: PointG1): Uint8Array {
  if (point.is0()) return new Uint8Array(64);
  const { x, y } = point.toAffine();
  return concatBytes(intToBytes(x, 32), intToBytes(y, 32));
}

export function bn254Add(input: Uint8Array): Uint8Array | undefined {
  const a = pointG1(word(input, 0), word(input, 1));
  const b = pointG1(word(input, 2), word(input, 3));
  return a && b && encode(a.add(b));
}

export function bn254Mul(input: Uint8Array): Uint8Array | undefined {
  const point = pointG1(word(input, 0), word(input, 1));
  const scalar = word(input, 2) % G1.Point.Fn.ORDER;
  return point && encode(scalar === 0n ? G1.Point.ZERO : point.multiply(scalar));
}

/** 1 as a word where the product of the pairings is one, else 0. */
export function bn254Pairing(input: Uint8Array): Uint8Array | undefined {
  if (input.length % PAIR_LENGTH !== 0) return undefined;
  const pairs: { g1: PointG1; g2: PointG2 }[] = [];
  for (let at = 0; at < input.length; at += PAIR_LENGTH) {
    const words = Array.from({ length: 6 }, (_, i) => bytesToInt(input.subarray(at + 32 * i, at + 32 * i + 32)));
    const g1 = pointG1(words[0]!, words[1]!);
    const g2 = pointG2(words.slice(2));
    if (!g1 || !g2) return undefined;
    // A pair with the point at infinity contributes the factor one.
    if (!g1.is0() && !g2.is0()) pairs.push({ g1, g2 });
  }
  const isOne = pairs.length === 0 || fields.Fp12.eql(bn254.pairingBatch(pairs), fields.Fp12.ONE);
  return intToBytes(isOne ? 1n : 0n, 32);
}
