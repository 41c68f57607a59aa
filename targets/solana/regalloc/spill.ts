/**
 * Rewrites a function so that spilled registers are only read and written by instructions that can reach the frame:
 * moves, calls and returns. Other instructions get a short-lived register.
 *
 *   v3 = add v3, v1      (v3, v1 spilled)   ->   t = v3 ; u = v1 ; t = add t, u ; v3 = t
 *
 * A reloaded value is used again within the next `window` instructions of the block; a constant is made again
 * instead of loaded. Safe: a short-lived register is dropped as soon as its original is written or a call intervenes.
 */
import { defsOf, usesOf, type LirFunc, type LirInst, type Operand, type VReg } from "../lir/instruction.js";
import { renameInst } from "./rename.js";

export interface SpillRequest {
  readonly spilled: ReadonlySet<VReg>;
  /** Constants among them. */
  readonly constants: ReadonlyMap<VReg, bigint>;
  /** Instructions for which a reloaded value may be kept; 0 reloads at every use. */
  readonly window: number;
}

/** The rewritten function and the short-lived registers, which must not be spilled again. */
export function rewriteSpills(func: LirFunc, request: SpillRequest, shortLived: Set<VReg>): LirFunc {
  const rewriter = new SpillRewriter(func.regCount, request, shortLived);
  for (let i = 0; i < func.insts.length; i++) rewriter.rewrite(func.insts[i]!, func.insts[i + 1]);
  return { ...func, insts: rewriter.out, regCount: rewriter.regCount };
}

/** Whether the instruction computes a register's new value from its old one. */
function changesInPlace(inst: LirInst | undefined, reg: VReg): boolean {
  if (inst?.kind === "alu") return inst.dst === reg && inst.a === reg && inst.b !== reg;
  return (inst?.kind === "swap" || inst?.kind === "neg") && inst.dst === reg && inst.a === reg;
}

class SpillRewriter {
  readonly out: LirInst[] = [];
  private cache = new Map<VReg, { temp: VReg; at: number }>();
  private index = 0;
  /** A register whose first move was deferred to the instruction after it. */
  private pending: { reg: VReg; temp: VReg } | undefined;

  constructor(
    public regCount: number,
    private readonly request: SpillRequest,
    private readonly shortLived: Set<VReg>,
  ) {}

  private fresh(): VReg {
    const reg = this.regCount++ as VReg;
    this.shortLived.add(reg);
    return reg;
  }
  private isSpilled(reg: VReg): boolean {
    return this.request.spilled.has(reg);
  }

  rewrite(inst: LirInst, next: LirInst | undefined): void {
    this.index++;
    switch (inst.kind) {
      case "label":
        this.cache.clear();
        this.out.push(inst);
        return;
      case "mov":
        return this.move(inst, next);
      case "call":
      case "syscall":
      case "ret":
        // These take operands from anywhere, except that constants are made in place.
        this.out.push(this.withConstants(inst));
        this.cache.clear();
        return;
      default:
        return this.general(inst);
    }
  }

  private move(inst: LirInst & { kind: "mov" }, next: LirInst | undefined): void {
    const { dst } = inst;
    let { a } = inst;
    if (typeof a !== "bigint" && this.isSpilled(a)) {
      const constant = this.request.constants.get(a);
      const cached = this.cached(a);
      if (constant !== undefined) a = constant;
      else if (cached !== undefined) a = cached;
    }
    if (!this.isSpilled(dst)) {
      this.out.push({ kind: "mov", dst, a });
      return;
    }
    if (this.request.constants.has(dst)) return; // made again at each use
    if (changesInPlace(next, dst)) {
      const temp = this.fresh();
      this.out.push({ kind: "mov", dst: temp, a });
      this.pending = { reg: dst, temp };
      return;
    }
    const simple = typeof a !== "bigint" ? !this.isSpilled(a) : BigInt.asIntN(32, a) === BigInt.asIntN(64, a);
    if (simple) {
      this.out.push({ kind: "mov", dst, a });
      this.cache.delete(dst);
      return;
    }
    const temp = this.fresh();
    this.out.push({ kind: "mov", dst: temp, a }, { kind: "mov", dst, a: temp });
    this.remember(dst, temp);
  }

  private general(inst: LirInst): void {
    const renamed = new Map<VReg, VReg>();
    if (this.pending) {
      renamed.set(this.pending.reg, this.pending.temp);
      this.pending = undefined;
    }
    const defs = defsOf(inst);
    for (const reg of usesOf(inst)) {
      if (!this.isSpilled(reg) || renamed.has(reg)) continue;
      renamed.set(reg, this.reload(reg, defs.includes(reg)));
    }
    for (const reg of defs) if (this.isSpilled(reg) && !renamed.has(reg)) renamed.set(reg, this.fresh());
    this.out.push(renameInst(inst, (r) => renamed.get(r) ?? r));
    for (const reg of defs) {
      const temp = renamed.get(reg);
      if (temp === undefined) continue;
      this.out.push({ kind: "mov", dst: reg, a: temp });
      this.remember(reg, temp);
    }
  }

  /** A register with the value; a fresh one where the instruction changes it. */
  private reload(reg: VReg, written: boolean): VReg {
    const cached = this.cached(reg);
    if (cached !== undefined && !written) return cached;
    const temp = this.fresh();
    const constant = this.request.constants.get(reg);
    this.out.push({ kind: "mov", dst: temp, a: constant ?? cached ?? reg });
    if (!written) this.remember(reg, temp);
    return temp;
  }

  private cached(reg: VReg): VReg | undefined {
    const entry = this.cache.get(reg);
    return entry !== undefined && this.index - entry.at <= this.request.window ? entry.temp : undefined;
  }
  private remember(reg: VReg, temp: VReg): void {
    this.cache.set(reg, { temp, at: this.index });
  }

  private withConstants(inst: LirInst): LirInst {
    const constant = (o: Operand): Operand => (typeof o === "bigint" ? o : (this.request.constants.get(o) ?? o));
    const use = (o: Operand): Operand => (typeof o !== "bigint" && this.isSpilled(o) ? constant(o) : o);
    if (inst.kind === "call" || inst.kind === "syscall") return { ...inst, args: inst.args.map(use) };
    if (inst.kind === "ret") return { ...inst, values: inst.values.map(use) };
    return inst;
  }
}
