/**
 * Values of one function while its WebAssembly is made. An SSA value is a list of limbs, each in a local, a known constant, or (one limb, one
 * use, same block, pure) code that is emitted where the value is used. Constants and aliases cost nothing:
 *
 *   %1 = zext %0 : i64 to i256    ->   no code: limbs (local of %0, 0, 0, 0)
 *   %2 = and %1, 0xff : i256      ->   one i64.and; the other limbs stay 0
 *
 * Aliasing a local is safe although locals of block parameters are assigned many times: an alias's definition dominates its uses, and
 * between an assignment and a use that definition runs again.
 *
 * Locals that only one block needs are given to later blocks again: a contract whose dispatcher has swallowed its functions would have tens of
 * thousands otherwise, and binaryen's sharing of locals takes the square of their number.
 */
import { InternalError } from "../../compiler/diagnostics/diagnostic.js";
import type { BlockId, Func, Inst, Module, ValueId } from "../../compiler/ir/module.js";
import type { Type } from "../../compiler/ir/ops.js";
import { kernel, kernelGlobal } from "./kernels.js";
import { STATUS } from "../../runtime/host/abi.js";
import type { ModulePlan } from "./plan.js";
import { isNarrow, isSingle, limbCount, limbType, mask, topBits, wasmTypes } from "./types.js";
import { Code } from "./wasm/code.js";
import { I32, I64, V128, type WasmType } from "./wasm/opcodes.js";

export type Limb =
  | { readonly kind: "local"; readonly local: number }
  | { readonly kind: "const"; readonly value: bigint }
  | { readonly kind: "deferred"; readonly emit: () => void; readonly depth: number };

/** Deeper expressions go to a local: they are emitted by recursion. */
const MAX_EXPRESSION_DEPTH = 32;

export const ZERO: Limb = { kind: "const", value: 0n };
export const constLimb = (value: bigint): Limb => ({ kind: "const", value: BigInt.asUintN(64, value) });
export const isZero = (limb: Limb): boolean => limb.kind === "const" && limb.value === 0n;

export class Emitter {
  readonly code: Code;
  private readonly limbsOf: (Limb[] | undefined)[] = [];
  /** IR uses of each value, and the block that holds them all (-2 where there are several). */
  private readonly uses: Int32Array;
  private readonly useBlock: Int32Array;
  /** The block in work. */
  private block = -1 as BlockId;
  /** Local that caches the gas counter, in functions with loops. */
  private gasLocal: number | undefined;
  private scratchVector: number | undefined;
  /** Locals taken while the block in work is emitted, with the values that it defines. */
  private taken: { readonly local: number; readonly type: WasmType }[] | undefined;
  private defined: ValueId[] = [];
  /** Locals that hold nothing any more, by type. */
  private readonly free = new Map<WasmType, number[]>();
  private readonly variables: Limb[][];
  /** Set when the rest of the block cannot run. */
  dead = false;

  constructor(
    readonly module: Module,
    readonly func: Func,
    readonly plan: ModulePlan,
    /** The function never returns: exits are WebAssembly returns of a status. */
    readonly returnsStatus: boolean,
  ) {
    const params = wasmTypes(func.paramTypes);
    this.code = new Code(params);
    let next = 0;
    for (const param of func.params) {
      this.limbsOf[param] = Array.from({ length: limbCount(func.typeOf(param)) }, () => ({ kind: "local", local: next++ }));
    }
    this.uses = new Int32Array(func.valueTypes.length);
    this.useBlock = new Int32Array(func.valueTypes.length).fill(-1);
    for (const block of func.blocks) {
      for (const inst of block.insts) {
        for (const arg of inst.args) this.countUse(arg, block.id);
        for (const target of inst.targets) for (const arg of target.args) this.countUse(arg, block.id);
      }
      for (const param of block.params) this.limbsOf[param] = this.newLimbs(func.typeOf(param));
    }
    this.variables = func.locals.map((local) => this.newLimbs(local.type));
  }

  private countUse(value: ValueId, block: BlockId): void {
    this.useBlock[value] = this.uses[value]! === 0 ? block : this.useBlock[value] === block ? block : -2;
    this.uses[value]!++;
  }

  enterBlock(block: BlockId): void {
    this.block = block;
    this.dead = false;
    this.taken = [];
    this.defined = [];
  }

  /**
   * Gives back the locals of values that nothing after the block needs. `later` are values that are still to be pushed for an edge of the block,
   * behind other blocks: they keep their locals, and where one of them is deferred nobody knows what its code reads: all stay.
   */
  leaveBlock(later: readonly ValueId[]): void {
    const taken = this.taken ?? [];
    this.taken = undefined;
    if (later.some((value) => this.limbsOf[value]?.[0]?.kind === "deferred")) return;
    const kept = new Set<number>();
    const keep = (value: ValueId): void => {
      for (const limb of this.limbsOf[value] ?? []) if (limb.kind === "local") kept.add(limb.local);
    };
    for (const value of this.defined) if (this.uses[value]! > 0 && this.useBlock[value] !== this.block) keep(value);
    later.forEach(keep);
    for (const { local, type } of taken) {
      if (kept.has(local)) continue;
      const list = this.free.get(type);
      if (list) list.push(local);
      else this.free.set(type, [local]);
    }
  }

  type(value: ValueId): Type {
    return this.func.typeOf(value);
  }
  isUsed(value: ValueId): boolean {
    return this.uses[value]! > 0;
  }

  // ---- values ----------------------------------------------------------------------------------------------------

  /** A local to be assigned before it is read: it may hold a value of another block. */
  newLocal(type: WasmType): number {
    const local = this.free.get(type)?.pop() ?? this.code.newLocal(type);
    this.taken?.push({ local, type });
    return local;
  }
  newI64(): number {
    return this.newLocal(I64);
  }
  newI32(): number {
    return this.newLocal(I32);
  }
  /** The local that byte-reversed words pass through; never live across other code. */
  vector(): number {
    return (this.scratchVector ??= this.code.newLocal(V128));
  }
  newLimbs(type: Type): Limb[] {
    return Array.from({ length: limbCount(type) }, () => ({ kind: "local", local: this.newLocal(limbType(type)) }));
  }

  /** Limbs of a local variable. */
  variable(index: number): readonly Limb[] {
    return this.variables[index]!;
  }

  /** A value's limbs, which may be used several times: none is deferred. */
  limbs(value: ValueId): readonly Limb[] {
    const limbs = this.raw(value);
    const first = limbs[0]!;
    if (first.kind !== "deferred") return limbs;
    first.emit();
    const local = this.newLocal(limbType(this.type(value)));
    this.code.set(local);
    return (this.limbsOf[value] = [{ kind: "local", local }]);
  }

  private raw(value: ValueId): Limb[] {
    const limbs = this.limbsOf[value];
    if (!limbs) throw new InternalError(`%${value} of @${this.func.name} has no value yet`);
    return limbs;
  }

  /** The value where it is a constant. */
  constant(value: ValueId): bigint | undefined {
    const limbs = this.raw(value);
    let result = 0n;
    for (let i = limbs.length - 1; i >= 0; i--) {
      const limb = limbs[i]!;
      if (limb.kind !== "const") return undefined;
      result = (result << 64n) | limb.value;
    }
    return result;
  }

  pushLimb(limb: Limb, type: WasmType = I64): void {
    if (limb.kind === "local") this.code.get(limb.local);
    else if (limb.kind === "deferred") limb.emit();
    else if (type === I32) this.code.i32(Number(limb.value));
    else this.code.i64(limb.value);
  }

  /** Pushes a value of one limb. A handler calls it once per operand; who needs the operand twice takes `limbs`. */
  push(value: ValueId): void {
    if (!isSingle(this.type(value))) throw new InternalError(`%${value} has several limbs`);
    this.pushLimb(this.raw(value)[0]!, limbType(this.type(value)));
  }

  /** Pushes all limbs, in the value's own representation. */
  pushAll(value: ValueId): void {
    for (const limb of this.raw(value)) this.pushLimb(limb, limbType(this.type(value)));
  }

  setLimbs(value: ValueId, limbs: readonly Limb[]): void {
    this.limbsOf[value] = [...limbs];
    this.defined.push(value);
  }

  /** The result is what `emit` pushes: one pure limb, deferred where it is used once in this block. */
  pure(inst: Inst, emit: () => void): void {
    const result = inst.results[0]!;
    if (!this.isUsed(result)) return;
    const depth = 1 + Math.max(0, ...inst.args.map((v) => this.depthOf(v)));
    if (this.uses[result] === 1 && this.useBlock[result] === this.block && depth <= MAX_EXPRESSION_DEPTH) {
      this.limbsOf[result] = [{ kind: "deferred", emit, depth }];
    } else {
      emit();
      this.setTop(result);
    }
  }

  private depthOf(value: ValueId): number {
    const limb = this.limbsOf[value]?.[0];
    return limb?.kind === "deferred" ? limb.depth : 0;
  }

  /** Takes the result, all limbs of it, from the stack. */
  setTop(result: ValueId): void {
    const limbs = this.newLimbs(this.type(result));
    this.setLimbs(result, limbs);
    this.popInto(limbs);
  }

  /** Pops into locals, the last limb first. */
  popInto(limbs: readonly Limb[]): void {
    for (let i = limbs.length - 1; i >= 0; i--) {
      const limb = limbs[i]!;
      if (limb.kind !== "local") throw new InternalError("only a local can be assigned");
      this.code.set(limb.local);
    }
  }

  /** A new i64 local with what `emit` pushes. */
  save(emit: () => void, type: WasmType = I64): Limb {
    emit();
    const local = this.newLocal(type);
    this.code.set(local);
    return { kind: "local", local };
  }

  // ---- widening ----------------------------------------------------------------------------------------------------

  /** A value as `count` 64-bit limbs, zero-extended. */
  wide(value: ValueId, count: number): Limb[] {
    const type = this.type(value);
    const limbs = this.limbs(value);
    const low = isNarrow(type) ? [this.extend(limbs[0]!, "u")] : [...limbs];
    while (low.length < count) low.push(ZERO);
    return low;
  }

  private extend(limb: Limb, sign: "u" | "s"): Limb {
    if (limb.kind === "const") return sign === "u" ? limb : constLimb(BigInt.asIntN(32, limb.value));
    return this.save(() => {
      this.pushLimb(limb, I32);
      this.code.op(sign === "u" ? "i64_extend_i32_u" : "i64_extend_i32_s");
    });
  }

  /** A value as `count` 64-bit limbs, sign-extended. */
  wideSigned(value: ValueId, count: number): Limb[] {
    const type = this.type(value);
    const constant = this.constant(value);
    if (constant !== undefined) {
      const signed = BigInt.asIntN(type, constant);
      return Array.from({ length: count }, (_, i) => constLimb(signed >> BigInt(64 * i)));
    }
    const limbs = this.limbs(value);
    const result = limbs.slice(0, -1);
    const top = limbs[limbs.length - 1]!;
    const last = this.save(() => {
      this.pushLimb(top, limbType(type));
      if (isNarrow(type)) this.code.op("i64_extend_i32_u");
      this.signExtendTop64(topBits(type));
    });
    result.push(last);
    if (result.length >= count) return result;
    const fill = this.save(() => {
      this.pushLimb(last);
      this.code.i64(63n).op("i64_shr_s");
    });
    while (result.length < count) result.push(fill);
    return result;
  }

  /** Sign-extends the i64 on the stack from its low `bits` bits. */
  signExtendTop64(bits: number): void {
    if (bits === 64) return;
    const shift = BigInt(64 - bits);
    this.code.i64(shift).op("i64_shl").i64(shift).op("i64_shr_s");
  }

  /** The value as one i64 that is exact below 2^64 and saturated from there on: shift amounts, indices. */
  pushSaturated(value: ValueId): void {
    const type = this.type(value);
    if (isNarrow(type)) {
      this.push(value);
      this.code.op("i64_extend_i32_u");
      return;
    }
    if (type <= 64) return this.push(value);
    const limbs = this.limbs(value);
    const upper = limbs.slice(1).filter((limb) => !isZero(limb));
    if (upper.length === 0) return this.pushLimb(limbs[0]!);
    this.pushLimb(limbs[0]!);
    this.code.i64(-1n);
    this.pushOr(upper);
    this.code.op("i64_eqz").op("select");
  }

  /** The bitwise or of 64-bit limbs. */
  pushOr(limbs: readonly Limb[]): void {
    const present = limbs.filter((limb) => !isZero(limb));
    if (present.length === 0) this.code.i64(0n);
    present.forEach((limb, i) => {
      this.pushLimb(limb);
      if (i > 0) this.code.op("i64_or");
    });
  }

  /** Masks the single value on the stack to a type's width. */
  maskTop(type: Type): void {
    const bits = topBits(type);
    if (isNarrow(type)) {
      if (bits < 32) this.code.i32(Number(mask(bits))).op("i32_and");
    } else if (bits < 64) {
      this.code.i64(mask(bits)).op("i64_and");
    }
  }

  // ---- kernels and gas ------------------------------------------------------------------------------------------------

  callKernel(name: string): void {
    this.code.call(kernel(name));
  }

  /** Calls a kernel on 64-bit limbs (and then what `more` pushes); the result's limbs become `result`, cut to its type. */
  kernelResult(result: ValueId, name: string, args: readonly (readonly Limb[])[], more?: () => void): void {
    for (const limbs of args) for (const limb of limbs) this.pushLimb(limb);
    more?.();
    this.callKernel(name);
    this.takeKernelResult(result);
  }

  /** Cuts the four limbs that a kernel gave (the lowest on the stack) to a type. */
  takeKernelResult(result: ValueId): void {
    const type = this.type(result);
    if (isNarrow(type)) {
      this.code.op("i32_wrap_i64");
      this.maskTop(type);
      return this.setTop(result);
    }
    const count = limbCount(type);
    if (count === 1) this.maskTop(type);
    for (let i = 1; i < count; i++) {
      this.code.globalGet(kernelGlobal(`r${i}`));
      if (i === count - 1) this.maskTop(type);
    }
    this.setTop(result);
  }

  get gasGlobal(): number {
    return kernelGlobal("gas");
  }

  /** From now on the function counts in a local. */
  cacheGas(): void {
    this.gasLocal = this.newI64();
    this.reloadGas();
  }
  /** Makes the global counter current: before whatever observes or changes it. */
  flushGas(): void {
    if (this.gasLocal !== undefined) this.code.get(this.gasLocal).globalSet(this.gasGlobal);
  }
  reloadGas(): void {
    if (this.gasLocal !== undefined) this.code.globalGet(this.gasGlobal).set(this.gasLocal);
  }
  /** Pushes the gas left. */
  pushGas(): void {
    if (this.gasLocal !== undefined) this.code.get(this.gasLocal);
    else this.code.globalGet(this.gasGlobal);
  }

  charge(amount: number): void {
    if (amount === 0 || !this.plan.metered) return;
    this.pushGas();
    this.code.i64(BigInt(amount)).op("i64_sub");
    if (this.gasLocal !== undefined) {
      this.code.tee(this.gasLocal);
    } else {
      this.code.globalSet(this.gasGlobal).globalGet(this.gasGlobal);
    }
    this.code.i64(0n).op("i64_lt_s").open("if");
    this.callKernel("out_of_gas");
    this.code.op("unreachable").end();
  }

  /** Calls a kernel that may charge gas, grow memory or leave: `args` pushes its arguments, `take` pops its result. */
  callMachine(name: string, args: () => void, take?: () => void): void {
    this.flushGas();
    args();
    this.callKernel(name);
    take?.();
    this.reloadGas();
  }

  // ---- leaving ---------------------------------------------------------------------------------------------------------

  /** Runs `emit` where the i32 on the stack is not 0. */
  when(emit: () => void): void {
    this.code.open("if");
    emit();
    this.code.end();
  }

  panic(code: number): void {
    this.flushGas();
    this.code.i32(code);
    if (this.returnsStatus) {
      this.callKernel("panic_result");
      this.code.i32(STATUS.REVERT).op("return");
    } else {
      this.callKernel("panic");
      this.code.op("unreachable");
    }
  }

  /** Returns a status from a function that never returns otherwise. */
  status(status: number): void {
    this.flushGas();
    this.code.i32(status).op("return");
  }

  /** Leaves with the range (u32 address and length) on the stack as the result. */
  leave(status: number): void {
    this.callKernel("set_result");
    if (this.returnsStatus) return this.status(status);
    this.flushGas();
    this.code.i32(status);
    this.callKernel("leave");
    this.code.op("unreachable");
  }
}
