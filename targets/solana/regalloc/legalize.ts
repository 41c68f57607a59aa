/**
 * Rewrites LIR into forms that one sBPF instruction can do: two-address arithmetic, immediates of 32 bits.
 *
 *   v3 = sub v1, v2                 ->  v3 = v1 ; v3 = sub v3, v2
 *   v3 = add 7, v1                  ->  v3 = v1 ; v3 = add v3, 7
 *   store64 [v1], 0x123456789abc    ->  t = 0x123456789abc ; store64 [v1], t
 *
 * Safe because each replacement computes the same value and fresh registers are used once.
 */
import { isImmediate, type Address, type Condition, type LirFunc, type LirInst, type Operand, type VReg } from "../lir/instruction.js";
import { fitsImmediate } from "../sbpf/opcodes.js";

const COMMUTATIVE: ReadonlySet<string> = new Set(["add", "mul", "and", "or", "xor"]);
const MIRROR: Readonly<Record<Condition, Condition>> = {
  eq: "eq",
  ne: "ne",
  test: "test",
  "lt.u": "gt.u",
  "gt.u": "lt.u",
  "le.u": "ge.u",
  "ge.u": "le.u",
  "lt.s": "gt.s",
  "gt.s": "lt.s",
  "le.s": "ge.s",
  "ge.s": "le.s",
};

class Legalizer {
  readonly out: LirInst[] = [];
  constructor(private regCount: number) {}

  get registers(): number {
    return this.regCount;
  }
  private fresh(): VReg {
    return this.regCount++ as VReg;
  }
  private inRegister(a: Operand): VReg {
    if (!isImmediate(a)) return a;
    const dst = this.fresh();
    this.out.push({ kind: "mov", dst, a });
    return dst;
  }
  private operand(a: Operand): Operand {
    return isImmediate(a) && !fitsImmediate(a) ? this.inRegister(a) : a;
  }
  /** Offsets are 16 bits signed; larger ones are added to the base. */
  private address(a: Address): Address {
    if (typeof a.base !== "number" || (a.offset >= -0x8000 && a.offset <= 0x7fff)) return a;
    const base = this.fresh();
    this.out.push({ kind: "mov", dst: base, a: a.base }, { kind: "alu", op: "add", dst: base, a: base, b: BigInt(a.offset) });
    return { base, offset: 0 };
  }

  lower(inst: LirInst): void {
    switch (inst.kind) {
      case "alu":
        return this.alu(inst);
      case "neg":
      case "swap":
        if (inst.dst === inst.a) this.out.push(inst);
        else this.out.push({ kind: "mov", dst: inst.dst, a: inst.a }, { ...inst, a: inst.dst });
        return;
      case "load":
        this.out.push({ ...inst, from: this.address(inst.from) });
        return;
      case "store": {
        // A narrow store keeps the low bytes only, so that every constant of its size fits.
        const a = isImmediate(inst.a) && inst.size < 8 ? BigInt.asIntN(32, inst.a) : this.operand(inst.a);
        this.out.push({ ...inst, to: this.address(inst.to), a });
        return;
      }
      case "branch":
        return this.branch(inst);
      default:
        this.out.push(inst);
    }
  }

  private alu(inst: LirInst & { kind: "alu" }): void {
    const { op, dst } = inst;
    let { a, b } = inst;
    if (COMMUTATIVE.has(op) && (isImmediate(a) || b === dst)) [a, b] = [b, a];
    if (op === "and" && isImmediate(b) && !isImmediate(a) && BigInt.asUintN(64, b) === 0xffffffffn) {
      this.out.push({ kind: "zext32", dst, a });
      return;
    }
    if ((op === "shl" || op === "shr" || op === "sar") && isImmediate(b)) b &= 63n; // the verifier wants amounts below 64
    // The verifier refuses a constant zero divisor even where the code is never reached.
    b = (op === "div" || op === "mod") && b === 0n ? this.inRegister(b) : this.operand(b);
    if (b === dst && a !== dst) {
      const saved = this.fresh();
      this.out.push({ kind: "mov", dst: saved, a: b });
      b = saved;
    }
    if (a !== dst) this.out.push({ kind: "mov", dst, a });
    this.out.push({ kind: "alu", op, dst, a: dst, b });
  }

  private branch(inst: LirInst & { kind: "branch" }): void {
    if (isImmediate(inst.a) && !isImmediate(inst.b)) {
      return this.branch({ ...inst, cond: MIRROR[inst.cond], a: inst.b, b: inst.a });
    }
    if (isImmediate(inst.a) && isImmediate(inst.b)) {
      if (holds(inst.cond, inst.a, inst.b)) this.out.push({ kind: "jump", to: inst.to });
      return;
    }
    this.out.push({ ...inst, b: this.operand(inst.b) });
  }
}

/** Whether a comparison of two 64-bit constants holds. */
export function holds(cond: Condition, left: bigint, right: bigint): boolean {
  const signed = cond.endsWith(".s");
  const a = signed ? BigInt.asIntN(64, left) : BigInt.asUintN(64, left);
  const b = signed ? BigInt.asIntN(64, right) : BigInt.asUintN(64, right);
  switch (cond) {
    case "eq":
      return a === b;
    case "ne":
      return a !== b;
    case "lt.u":
    case "lt.s":
      return a < b;
    case "le.u":
    case "le.s":
      return a <= b;
    case "gt.u":
    case "gt.s":
      return a > b;
    case "ge.u":
    case "ge.s":
      return a >= b;
    case "test":
      return (a & b) !== 0n;
  }
}

/** The function with every instruction encodable once its registers are assigned. */
export function legalize(func: LirFunc): LirFunc {
  const legalizer = new Legalizer(func.regCount);
  for (const inst of func.insts) legalizer.lower(inst);
  return { ...func, insts: legalizer.out, regCount: legalizer.registers };
}
