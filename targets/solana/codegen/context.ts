/**
 * What the lowering of one IR function knows: limbs of values, labels of blocks, shared exits, the frame's BASE. The
 * handlers of the instructions (arithmetic-ops.ts, memory-ops.ts, ...) work on it.
 *
 * A function that may end its contract's frame returns a status first (STATUS of ../layout.ts); callers return any status other
 * than CONTINUE at once, so that the frame unwinds to the runtime.
 */
import { InternalError } from "../../../compiler/diagnostics/diagnostic.js";
import type { Func, Inst, Module, ValueId } from "../../../compiler/ir/module.js";
import type { LirBuilder } from "../lir/builder.js";
import type { Label, Operand, Slot, VReg } from "../lir/instruction.js";
import { FRAME, STATUS } from "../layout.js";
import type { Routine } from "../runtime/abi.js";
import { branchOn, COMPARISONS, compareValue, negated, type Comparison } from "./compare.js";
import { constantOf, LimbEmitter, type Limbs } from "./limbs.js";
import { SUPPORT } from "./support.js";

/** What a function's callers must know, across the module. */
export interface CalleeInfo {
  /** LIR name. */
  readonly name: string;
  /** May return a status other than CONTINUE; only then a status is returned at all. */
  readonly traps: boolean;
  readonly resultTypes: readonly number[];
}

export interface ModuleInfo {
  readonly module: Module;
  readonly callee: (name: string) => CalleeInfo;
  /** Index of a library in the contract's link table. */
  readonly libraryIndex: (name: string) => number;
  /** Contract id of a contract of the compilation. */
  readonly contractId: (name: string) => bigint;
  /** Whether entries of mappings are keyed directly (../slots.ts). */
  readonly keyedSlots: boolean;
}

/** A memory operand of LIR: register and offset. */
export interface AbsoluteAddress {
  readonly base: VReg;
  readonly offset: number;
}

const MAX_OFFSET = 32_000;

export class FunctionContext {
  readonly e: LimbEmitter;
  /** Register of the status of trapping calls; the shared exit returns it. */
  readonly status: VReg;
  private readonly values = new Map<ValueId, Limbs>();
  private readonly definitions = new Map<ValueId, Inst>();
  private readonly deferred = new Set<ValueId>();
  private readonly panics = new Map<number, Label>();
  private readonly temporaries: { slot: Slot; bytes: number }[] = [];
  private unwind: Label | undefined;
  private absolutes = new Map<ValueId, VReg>();
  /** Addresses of the cells that slots of mappings name, 0 where there is none yet: looked up where the slot is derived. */
  private readonly cells = new Map<ValueId, VReg>();
  private readonly storageSlots = new Set<ValueId>();
  private readonly slotNumbers = new Set<ValueId>();
  private readonly lazySlots = new Map<ValueId, () => Limbs>();
  private readonly unlikely: (() => void)[] = [];

  constructor(
    readonly f: LirBuilder,
    readonly base: VReg,
    readonly func: Func,
    readonly info: ModuleInfo,
    readonly traps: boolean,
  ) {
    this.e = new LimbEmitter(f);
    this.status = f.reg();
    for (const block of func.blocks)
      for (const inst of block.insts) {
        for (const r of inst.results) this.definitions.set(r, inst);
        const isAccess = inst.op === "storage.load" || inst.op === "storage.store";
        inst.args.forEach((a, i) => (isAccess && i === 0 ? this.storageSlots : this.slotNumbers).add(a));
        for (const target of inst.targets) target.args.forEach((a) => this.slotNumbers.add(a));
      }
    this.findDeferred();
  }

  /** Comparisons that only decide branches and selections are emitted there, as branches. */
  private findDeferred(): void {
    const other = new Set<ValueId>();
    for (const block of this.func.blocks) {
      for (const inst of block.insts) {
        inst.args.forEach((a, i) => {
          const asCondition = (inst.op === "branch" || inst.op === "select") && i === 0;
          if (!asCondition && inst.op !== "not") other.add(a);
        });
        for (const target of inst.targets) for (const a of target.args) other.add(a);
      }
    }
    for (const [value, inst] of this.definitions) {
      const condition = COMPARISONS.has(inst.op) || (inst.op === "not" && this.bits(value) === 1);
      if (condition && !other.has(value)) this.deferred.add(value);
    }
  }

  bits(value: ValueId): number {
    return this.func.typeOf(value);
  }
  definition(value: ValueId): Inst | undefined {
    return this.definitions.get(value);
  }
  isDeferred(value: ValueId): boolean {
    return this.deferred.has(value);
  }

  set(value: ValueId, limbs: Limbs): void {
    this.values.set(value, limbs);
  }
  /** Gives the (only) result of an instruction its limbs. */
  define(inst: Inst, limbs: Limbs): void {
    this.set(inst.results[0]!, limbs);
  }
  limbs(value: ValueId): Limbs {
    const known = this.values.get(value);
    if (known) return known;
    const inst = this.definitions.get(value);
    if (inst && this.deferred.has(value)) return [this.materialize(inst)];
    throw new InternalError(`value %${value} of '${this.func.name}' is used before it is computed`, inst?.span);
  }
  constant(value: ValueId): bigint | undefined {
    return this.values.has(value) ? constantOf(this.limbs(value)) : undefined;
  }

  private materialize(inst: Inst): VReg {
    if (inst.op === "not") return this.f.xor(this.limbs(inst.args[0]!)[0]!, 1n);
    const [a, b] = inst.args as [ValueId, ValueId];
    return compareValue(this.e, inst.op as Comparison, this.limbs(a), this.limbs(b), this.bits(a));
  }

  /** Jumps to `yes` where an i1 value is `expected`. */
  branchIf(value: ValueId, expected: boolean, yes: Label): void {
    const inst = this.definitions.get(value);
    if (inst && this.deferred.has(value)) {
      if (inst.op === "not") return this.branchIf(inst.args[0]!, !expected, yes);
      const [a, b] = inst.args as [ValueId, ValueId];
      const comparison = inst.op as Comparison;
      return branchOn(this.e, expected ? comparison : negated(comparison), this.limbs(a), this.limbs(b), this.bits(a), yes);
    }
    this.f.branch(expected ? "ne" : "eq", this.limbs(value)[0]!, 0n, yes);
  }

  /** How a slot is used: storage is accessed there, or something else needs its number. */
  isStorageSlot(value: ValueId): boolean {
    return this.storageSlots.has(value);
  }
  isSlotNumber(value: ValueId): boolean {
    return this.slotNumbers.has(value);
  }
  /** The limbs of a slot, which may only be computed here: see `setLazySlot`. */
  slotLimbs(slot: ValueId): Limbs {
    return this.lazySlots.get(slot)?.() ?? this.limbs(slot);
  }
  /** Gives a slot whose number only unlikely paths need a computation in place of limbs. */
  setLazySlot(slot: ValueId, compute: () => Limbs): void {
    this.lazySlots.set(slot, compute);
  }
  cellOf(slot: ValueId): VReg | undefined {
    return this.cells.get(slot);
  }
  setCell(slot: ValueId, cell: VReg): void {
    this.cells.set(slot, cell);
  }

  /** Emits code at the function's end, where the usual path does not have to jump over it; it goes back by itself. */
  outOfLine(emit: () => void): void {
    this.unlikely.push(emit);
  }

  // ---- exits ------------------------------------------------------------------------------------------------
  /** The label of a shared exit with Panic(code). */
  panic(code: number): Label {
    let label = this.panics.get(code);
    if (label === undefined) {
      label = this.f.label();
      this.panics.set(code, label);
    }
    return label;
  }
  /** The shared exit that returns `status`. */
  get unwinding(): Label {
    return (this.unwind ??= this.f.label());
  }
  /** Ends the function with a constant status. */
  exit(status: bigint): void {
    this.f.ret([status]);
  }
  /** Jumps to an exit with HALT where a comparison holds. */
  get halting(): Label {
    return this.panic(-1);
  }

  /** Emits the shared exits; the last thing of a function. */
  finish(): void {
    const { f } = this;
    for (const emit of this.unlikely) emit();
    for (const [code, label] of this.panics) {
      f.place(label);
      if (code < 0) f.ret([STATUS.HALT]);
      else f.ret([f.call1(SUPPORT.panic, [this.base, BigInt(code)])]);
    }
    if (this.unwind !== undefined) {
      f.place(this.unwind);
      f.ret([this.status]);
    }
  }

  /** Calls a function whose first result is a status, and unwinds unless that is CONTINUE. */
  callTrapping(name: string, args: readonly Operand[], resultCount: number): VReg[] {
    const results = Array.from({ length: resultCount }, () => this.f.reg());
    this.f.append({ kind: "call", callee: name, args, results: [this.status, ...results] });
    this.f.branch("ne", this.status, STATUS.CONTINUE, this.unwinding);
    return results;
  }

  /** Calls a routine of the runtime; BASE is passed first. */
  routine(routine: Routine, args: readonly Operand[]): VReg[] {
    if (routine.traps) return this.callTrapping(routine.name, [this.base, ...args], routine.results.length);
    return this.f.call(routine.name, [this.base, ...args], routine.results.length);
  }

  // ---- frame space ------------------------------------------------------------------------------------------
  /** The k-th temporary of the function: free for each instruction's own use, undefined afterwards. */
  temporary(k: number, bytes: number): Slot {
    const existing = this.temporaries[k];
    if (existing !== undefined && existing.bytes >= bytes) return existing.slot;
    while (this.temporaries.length < k) this.temporaries.push({ slot: this.f.slot(32), bytes: 32 });
    const slot = this.f.slot(Math.max(bytes, 32));
    this.temporaries[k] = { slot, bytes: Math.max(bytes, 32) };
    return slot;
  }
  /** The address of a temporary that holds the value as a quad. */
  quad(k: number, limbs: Limbs): VReg {
    const slot = this.temporary(k, 32);
    this.e.storeQuad({ slot }, 0, limbs);
    return this.f.slotAddr(slot);
  }

  // ---- addresses --------------------------------------------------------------------------------------------
  beginBlock(): void {
    this.absolutes = new Map();
  }

  /** The virtual-machine address of a trusted machine address. */
  trusted(value: ValueId): AbsoluteAddress {
    let root = value;
    let offset = 0n;
    for (;;) {
      const constant = this.constant(root);
      if (constant !== undefined && constant + offset >= 0n && constant + offset <= MAX_OFFSET) return { base: this.base, offset: Number(constant + offset) };
      const inst = this.definitions.get(root);
      if (!inst || (inst.op !== "add" && inst.op !== "add.nuw" && inst.op !== "sub.nuw")) break;
      const [a, b] = inst.args as [ValueId, ValueId];
      const right = this.constant(b);
      const left = inst.op === "sub.nuw" ? undefined : this.constant(a);
      const step = right ?? left;
      if (step === undefined || step > MAX_OFFSET) break;
      const next = inst.op === "sub.nuw" ? offset - step : offset + step;
      if (next > MAX_OFFSET || next < -MAX_OFFSET) break;
      offset = next;
      root = right !== undefined ? a : b;
    }
    let base = this.absolutes.get(root);
    if (base === undefined) {
      base = this.f.add(this.base, this.limbs(root)[0]!);
      this.absolutes.set(root, base);
    }
    return { base, offset: Number(offset) };
  }

  /** An address in a register. */
  register(address: AbsoluteAddress): VReg {
    return address.offset === 0 ? address.base : this.f.add(address.base, BigInt(address.offset));
  }

  /** An i64 or i256 length or offset as one limb; values of 2^64 and more become 2^64 - 1. */
  saturated(value: ValueId): Operand {
    const limbs = this.limbs(value);
    const high = this.e.orAll(limbs.slice(1));
    if (high === 0n) return limbs[0]!;
    if (typeof high === "bigint") return (1n << 64n) - 1n;
    const result = this.f.copy(limbs[0]!);
    this.f.if("ne", high, 0n, () => this.f.set(result, -1n));
    return result;
  }

  /**
   * The virtual-machine address of machine memory [address, address + length). Untrusted ranges (i256 addresses) are
   * checked and touched; the function halts where they are beyond the limit.
   */
  range(address: ValueId, length: Operand): AbsoluteAddress {
    if (this.bits(address) === 64) return this.trusted(address);
    const { f, e } = this;
    const start = this.saturated(address);
    const size = length;
    // Usual case: inside what was touched already. TOUCHED is at least 1,024.
    const touched = f.load(8, this.base, FRAME.TOUCHED);
    const slow = f.label();
    const done = f.label();
    if (typeof size === "bigint" && size <= 1024n) {
      f.branch("gt.u", start, f.sub(touched, size), slow);
    } else {
      f.branch("gt.u", size, touched, slow);
      f.branch("gt.u", start, f.sub(touched, size), slow);
    }
    f.jump(done);
    f.place(slow);
    this.callTrapping(SUPPORT.touch, [this.base, start, size], 0);
    f.place(done);
    const base = e.inRegister(e.alu("add", start, this.base));
    return { base, offset: 0 };
  }
}
