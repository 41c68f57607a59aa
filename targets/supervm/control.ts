/**
 * From a control flow graph to structured WebAssembly, along the dominator tree (Ramsey: Beyond Relooper, 2022):
 *
 *   b0: branch c, b1, b2         block $b3
 *   b1: jump b3(x)                 if c: [b1] p = x; br $b3
 *   b2: jump b3(y)         ->      [b2] p = y; br $b3
 *   b3(p): ...                   end
 *                                [b3] ...
 *
 * A block with several forward predecessors is placed behind a WebAssembly block that its dominator opens; a loop header opens a loop; other blocks go
 * where their only predecessor branches to them. Arguments are pushed all before any parameter is set, so that loops may exchange parameters.
 * Irreducible graphs become one loop around a jump table over all blocks.
 */
import { InternalError } from "../../compiler/diagnostics/diagnostic.js";
import { terminator, type Block, type Func, type Inst, type Module, type Target } from "../../compiler/ir/module.js";
import { STATUS } from "../../runtime/host/abi.js";
import { Emitter } from "./emitter.js";
import { analyseFlow, type Flow } from "./flow.js";
import { kernelGlobal } from "./kernels.js";
import { blockCharges } from "./metering.js";
import type { ModulePlan } from "./plan.js";
import { isNarrow, limbType } from "./types.js";
import type { Bytes } from "./wasm/bytes.js";
import { I32 } from "./wasm/opcodes.js";
import { BIT_OPS } from "./ops/bits.js";
import { COMPARE_OPS } from "./ops/compare.js";
import { EXIT_OPS, leaveEmpty } from "./ops/exits.js";
import type { OpHandler } from "./ops/handler.js";
import { MEMORY_OPS } from "./ops/memory.js";
import { PRODUCT_OPS } from "./ops/products.js";
import { STATE_OPS } from "./ops/state.js";
import { SUM_OPS } from "./ops/sums.js";

/** Code of every instruction but the terminators that name blocks. */
export const HANDLERS: ReadonlyMap<string, OpHandler> = new Map(
  Object.entries({ ...SUM_OPS, ...PRODUCT_OPS, ...BIT_OPS, ...COMPARE_OPS, ...MEMORY_OPS, ...STATE_OPS, ...EXIT_OPS }),
);

/** Up to this many cases a switch compares one after another. */
const LINEAR_CASES = 4;

/** The body of a function. */
export function emitFunction(module: Module, func: Func, plan: ModulePlan): Bytes {
  const flow = analyseFlow(func);
  const e = new Emitter(module, func, plan, plan.calls.neverReturns.has(func));
  return new FunctionEmission(e, func, flow, plan.calls.recursive.has(func)).run();
}

class FunctionEmission {
  private readonly charges: number[];
  /** Open label of a merge block (its end) or of a loop header (its start), by position. */
  private readonly mergeLabel: (number | undefined)[] = [];
  private readonly loopLabel: (number | undefined)[] = [];
  /** Dispatch loop: the local that names the next block. */
  private dispatch: { readonly state: number; readonly label: number } | undefined;
  /** What is still to be emitted, the next last: long functions would overflow the stack of a recursive emission. */
  private readonly work: (() => void)[] = [];

  constructor(
    private readonly e: Emitter,
    func: Func,
    private readonly flow: Flow,
    private readonly recursive: boolean,
  ) {
    this.charges = blockCharges(func, flow);
  }

  run(): Bytes {
    const { e } = this;
    if (this.recursive) this.enterRecursion();
    if (this.flow.hasLoops) e.cacheGas();
    if (this.flow.reducible) {
      this.tree(0);
      this.drain();
    } else {
      this.dispatchLoop();
    }
    e.code.op("unreachable");
    return e.code.finish();
  }

  private enterRecursion(): void {
    const depth = kernelGlobal("depth");
    const { code } = this.e;
    code.globalGet(depth).i32(1).op("i32_sub").globalSet(depth).globalGet(depth).i32(0).op("i32_lt_s").open("if");
    this.e.callKernel("stack_overflow");
    code.op("unreachable").end();
  }

  private leaveRecursion(): void {
    const depth = kernelGlobal("depth");
    this.e.code.globalGet(depth).i32(1).op("i32_add").globalSet(depth);
  }

  private drain(): void {
    for (let next = this.work.pop(); next; next = this.work.pop()) next();
  }

  /**
   * A block with all that it dominates: inside one WebAssembly block for each merge point that it dominates directly, the last one outermost, and
   * inside a loop where it is a loop's header. Control never falls out at the end.
   */
  private tree(at: number): void {
    const { code } = this.e;
    if (this.flow.isLoopHeader[at]) {
      this.loopLabel[at] = code.open("loop");
      this.work.push(() => code.end());
    }
    const children = this.flow.mergeChildren[at]!;
    for (let i = children.length - 1; i >= 0; i--) {
      const child = children[i]!;
      this.mergeLabel[child] = code.open("block");
      this.work.push(() => {
        code.end();
        this.work.push(() => this.tree(child));
      });
    }
    this.instructions(at);
  }

  private instructions(at: number): void {
    const { e } = this;
    const block = this.flow.order[at]!;
    e.enterBlock(block.id);
    e.charge(this.charges[at]!);
    for (const inst of block.insts) {
      this.instruction(at, inst);
      if (e.dead) break;
    }
    // The second edge of a branch is emitted behind all that the first one leads to.
    const last = terminator(block);
    e.leaveBlock(last.op === "branch" ? last.targets.flatMap((target) => target.args) : []);
  }

  private instruction(at: number, inst: Inst): void {
    const { e } = this;
    switch (inst.op) {
      case "jump":
        return this.edge(at, inst.targets[0]!);
      case "branch":
        return this.branch(at, inst);
      case "switch":
        return this.switch(at, inst);
      case "ret":
        return this.ret(inst);
    }
    const handler = HANDLERS.get(inst.op);
    if (!handler) throw new InternalError(`SuperVM has no code for '${inst.op}'`, inst.span);
    handler(e, inst);
  }

  private ret(inst: Inst): void {
    const { e } = this;
    // Only an entry that returns instead of ending is a function without return that has a `ret`.
    if (e.returnsStatus) return leaveEmpty(e, STATUS.RETURN);
    if (this.recursive) this.leaveRecursion();
    e.flushGas();
    for (const arg of inst.args) e.pushAll(arg);
    e.code.op("return");
  }

  /** Sets the target's parameters and goes there, or puts the target here (what is emitted next). */
  private edge(from: number, target: Target): void {
    const { e } = this;
    const to = this.flow.position[target.block]!;
    this.assign(target, this.flow.order[to]!);
    if (this.dispatch) {
      e.code.i32(to).set(this.dispatch.state).br(this.dispatch.label);
    } else if (to <= from) {
      e.code.br(this.loopLabel[to]!);
    } else if (this.flow.isMerge[to]) {
      e.code.br(this.mergeLabel[to]!);
    } else {
      this.work.push(() => this.tree(to));
    }
  }

  private assign(target: Target, block: Block): void {
    const { e } = this;
    for (const arg of target.args) e.pushAll(arg);
    e.popInto(block.params.flatMap((param) => [...e.limbs(param)]));
  }

  /** The arm that ends soonest goes into the `if`, so that the rest is not nested in it. */
  private branch(at: number, inst: Inst): void {
    const { e } = this;
    const [then, otherwise] = [inst.targets[0]!, inst.targets[1]!];
    const swap = this.isShort(at, otherwise) && !this.isShort(at, then);
    e.push(inst.args[0]!);
    if (swap) e.code.op("i32_eqz");
    e.code.open("if");
    this.work.push(() => {
      e.code.end();
      this.edge(at, swap ? then : otherwise);
    });
    this.edge(at, swap ? otherwise : then);
  }

  private isShort(at: number, target: Target): boolean {
    const to = this.flow.position[target.block]!;
    return to <= at || this.flow.isMerge[to]! || terminator(this.flow.order[to]!).targets.length === 0;
  }

  // Targets of a switch are merge points: none is put in its place, so that nothing is left to emit inside the ifs.

  // ---- switch ----------------------------------------------------------------------------------------------------

  private switch(at: number, inst: Inst): void {
    const { e } = this;
    const cases = inst.cases!.map((value, i) => ({ value, target: inst.targets[i]! })).sort((a, b) => (a.value < b.value ? -1 : 1));
    const otherwise = inst.targets[inst.targets.length - 1]!;
    const type = e.type(inst.args[0]!);
    const limbs = e.limbs(inst.args[0]!);
    const search = (from: number, to: number): void => {
      if (to - from <= LINEAR_CASES || limbs.length > 1) {
        for (const { value, target } of cases.slice(from, to)) {
          this.pushEquals(limbs, value, isNarrow(type));
          e.code.open("if");
          this.edge(at, target);
          e.code.end();
        }
        return this.edge(at, otherwise);
      }
      const middle = (from + to) >> 1;
      e.pushLimb(limbs[0]!, limbType(type));
      const pivot = cases[middle]!.value;
      if (isNarrow(type)) e.code.i32(Number(pivot)).op("i32_lt_u");
      else e.code.i64(pivot).op("i64_lt_u");
      e.code.open("if");
      search(from, middle);
      e.code.end();
      search(middle, to);
    };
    search(0, cases.length);
  }

  private pushEquals(limbs: ReturnType<Emitter["limbs"]>, value: bigint, narrow: boolean): void {
    const { e } = this;
    if (narrow) {
      e.pushLimb(limbs[0]!, I32);
      e.code.i32(Number(value)).op("i32_eq");
      return;
    }
    limbs.forEach((limb, i) => {
      e.pushLimb(limb);
      e.code.i64(BigInt.asUintN(64, value >> BigInt(64 * i))).op("i64_xor");
      if (i > 0) e.code.op("i64_or");
    });
    e.code.op("i64_eqz");
  }

  // ---- irreducible graphs -------------------------------------------------------------------------------------------

  /** loop { block* { br_table state } block 0 ... block n }. */
  private dispatchLoop(): void {
    const { e } = this;
    const { code } = e;
    const state = e.newI32();
    this.dispatch = { state, label: code.open("loop") };
    const labels: number[] = [];
    for (let i = this.flow.order.length - 1; i >= 0; i--) labels[i] = code.open("block");
    code.get(state).brTable(labels.slice(0, -1), labels[labels.length - 1]!);
    this.flow.order.forEach((_, i) => {
      code.end();
      this.instructions(i);
      this.drain();
    });
    code.end();
  }
}
