/**
 * Values as 64-bit limbs. A value of type iN is ceil(N / 64) operands, least significant first; a limb is a register
 * or a constant, so that what is known about a value (the zero limbs of an extended one) folds away while code is emitted.
 * Values are clean: bits at and above N are zero.
 */
import type { LirBuilder } from "../lir/builder.js";
import type { AluOp, Operand, VReg } from "../lir/instruction.js";

export type Limbs = readonly Operand[];

const MASK64 = (1n << 64n) - 1n;

/** Number of limbs of a type. */
export const limbCount = (bits: number): number => (bits + 63) >> 6;
/** Bits of the highest limb that a type uses: 1 to 64. */
export const topBits = (bits: number): number => (bits & 63 ? bits & 63 : 64);

/** A constant as limbs. */
export function constantLimbs(value: bigint, bits: number): bigint[] {
  return Array.from({ length: limbCount(bits) }, (_, i) => (BigInt.asUintN(bits, value) >> BigInt(64 * i)) & MASK64);
}

/** The value of limbs that are all constant. */
export function constantOf(limbs: Limbs): bigint | undefined {
  let value = 0n;
  for (let i = limbs.length - 1; i >= 0; i--) {
    const limb = limbs[i]!;
    if (typeof limb !== "bigint") return undefined;
    value = (value << 64n) | (limb & MASK64);
  }
  return value;
}

const isZero = (o: Operand): boolean => o === 0n;

/** Emits arithmetic on single limbs, folding constants. */
export class LimbEmitter {
  /** Registers that are written once, with the number of low bits that can be set. */
  private readonly narrow = new Map<VReg, number>();

  constructor(readonly f: LirBuilder) {}

  /** Notes that a register, which is never written again, only has low bits. */
  knownBits(reg: VReg, bits: number): VReg {
    this.narrow.set(reg, bits);
    return reg;
  }
  private bitsOf(a: Operand): number {
    return typeof a === "bigint" ? a.toString(2).length : (this.narrow.get(a) ?? 64);
  }

  private fold(op: AluOp, a: bigint, b: bigint): bigint | undefined {
    switch (op) {
      case "add":
        return (a + b) & MASK64;
      case "sub":
        return (a - b) & MASK64;
      case "mul":
        return (a * b) & MASK64;
      case "and":
        return a & b;
      case "or":
        return a | b;
      case "xor":
        return a ^ b;
      case "shl":
        return (a << (b & 63n)) & MASK64;
      case "shr":
        return a >> (b & 63n);
      case "sar":
        return (BigInt.asIntN(64, a) >> (b & 63n)) & MASK64;
      default:
        return undefined;
    }
  }

  /** An operation whose result must not be changed in place. */
  alu(op: AluOp, a: Operand, b: Operand): Operand {
    if (typeof a === "bigint" && typeof b === "bigint") {
      const folded = this.fold(op, a & MASK64, b & MASK64);
      if (folded !== undefined) return folded;
    }
    if (isZero(b) && (op === "add" || op === "sub" || op === "or" || op === "xor" || op === "shl" || op === "shr" || op === "sar")) return a;
    if (isZero(a) && (op === "add" || op === "or" || op === "xor")) return b;
    if ((isZero(a) || isZero(b)) && (op === "and" || op === "mul")) return 0n;
    if (isZero(a) && (op === "shl" || op === "shr" || op === "sar")) return 0n;
    if (op === "and" && b === MASK64) return a;
    if (op === "and" && a === MASK64) return b;
    if (op === "mul" && b === 1n) return a;
    if (op === "mul" && a === 1n) return b;
    const result = this.f.alu(op, a, b);
    if (op === "shr" && typeof b === "bigint") this.knownBits(result, Math.max(0, this.bitsOf(a) - Number(b & 63n)));
    if (op === "and") this.knownBits(result, Math.min(this.bitsOf(a), this.bitsOf(b)));
    if (op === "or" || op === "xor") this.knownBits(result, Math.max(this.bitsOf(a), this.bitsOf(b)));
    return result;
  }

  /** The limb with only its low bits. */
  low(a: Operand, bits: number): Operand {
    if (bits >= 64 || this.bitsOf(a) <= bits) return a;
    const mask = (1n << BigInt(bits)) - 1n;
    if (typeof a === "bigint") return a & mask;
    if (bits <= 32) return this.knownBits(this.f.and(a, mask), bits);
    const shift = BigInt(64 - bits);
    return this.knownBits(this.f.shr(this.f.shl(a, shift), shift), bits);
  }

  /** The limb with its low bits sign-extended to 64. */
  signExtend(a: Operand, bits: number): Operand {
    if (bits >= 64) return a;
    const shift = BigInt(64 - bits);
    return this.alu("sar", this.alu("shl", a, shift), shift);
  }

  /** Clears the bits of the highest limb above the type. */
  clean(limbs: Limbs, bits: number): Operand[] {
    const out = limbs.slice(0, limbCount(bits));
    out[out.length - 1] = this.low(out[out.length - 1]!, topBits(bits));
    return out;
  }

  zeroExtend(limbs: Limbs, bits: number): Operand[] {
    const out = limbs.slice(0, limbCount(bits));
    while (out.length < limbCount(bits)) out.push(0n);
    return out;
  }

  /** Sign extension from one type to a wider one; the result is clean. */
  signExtendTo(limbs: Limbs, from: number, to: number): Operand[] {
    const out = limbs.slice();
    const top = this.signExtend(out[out.length - 1]!, topBits(from));
    out[out.length - 1] = top;
    if (out.length < limbCount(to)) {
      const sign = this.alu("sar", top, 63n);
      while (out.length < limbCount(to)) out.push(sign);
    }
    return this.clean(out, to);
  }

  /** All limbs or-ed together. */
  orAll(limbs: Limbs): Operand {
    return limbs.reduce<Operand>((a, b) => this.alu("or", a, b), 0n);
  }

  /** A register with the operand's value (which must not be changed). */
  inRegister(a: Operand): VReg {
    return typeof a === "bigint" ? this.f.copy(a) : a;
  }

  /** Copies that may be changed in place. */
  fresh(limbs: Limbs): VReg[] {
    return limbs.map((limb) => this.f.copy(limb));
  }

  /** Stores limbs as a quad (zero-extended to 256 bits) at [base + offset]. */
  storeQuad(base: Parameters<LirBuilder["store"]>[1], offset: number, limbs: Limbs): void {
    for (let i = 0; i < 4; i++) this.f.store(8, base, offset + 8 * i, limbs[i] ?? 0n);
  }
}
