/**
 * The stack scheduler: one low-level function to blocks of items.
 *
 * Convention of internal calls: the caller pushes the return address, then the arguments, the first on top, and jumps; the
 * callee leaves the results, the first on top, in their place.
 *
 *   [.. ret a1 a0]  --call-->  [.. r1 r0]
 */
import { InternalError } from "../../../compiler/diagnostics/diagnostic.js";
import type { AsmBlock, Label } from "../asm/item.js";
import type { LBlock, LFunc, LInst, LTerm, TrapKey, Word } from "../lir/lir.js";
import { countUses, findDeferred, type Deferred } from "./deferral.js";
import { Edges } from "./edges.js";
import type { Flow } from "./flow.js";
import { Operands } from "./operands.js";
import { shuffleTo } from "./shuffle.js";
import { JUNK, Stack } from "./stack.js";
import { emitSwitch } from "./switch.js";

/** What the scheduler asks of the object that the function becomes part of. */
export interface ObjectContext {
  freshLabel(): Label;
  functionLabel(name: string): Label;
  trapLabel(trap: TrapKey): Label;
  /** True where a call of `callee` may run `caller` again: they lie on a cycle of calls. */
  inSameCycle(caller: string, callee: string): boolean;
  returns(callee: string): boolean;
  /** Emits the end of creation code. */
  deploy(stack: Stack): void;
  /** Prefer gas to bytes. */
  readonly favourGas: boolean;
}

const FLIPPED: ReadonlyMap<string, string> = new Map([
  ["EQ", "XOR"],
  ["XOR", "EQ"],
  ["SUB", "EQ"],
]);

export class Scheduler {
  private readonly stack = new Stack();
  private readonly operands: Operands;
  private readonly edges: Edges;
  private readonly labels: Label[];
  private out: AsmBlock[] = [];
  /** Words that have a value by now. */
  private defined = new Set<Word>();
  /** Number of reserved words in which results wait while saved words are put back. */
  resultSlots = 0;

  constructor(
    private readonly func: LFunc,
    private readonly flow: Flow,
    private readonly order: readonly number[],
    private readonly deferred: readonly Deferred[],
    private readonly spilled: ReadonlyMap<Word, number>,
    private readonly context: ObjectContext,
  ) {
    this.operands = new Operands(func, this.stack, spilled);
    this.edges = new Edges(func, this.operands, flow.liveIn, flow.tidy);
    this.labels = func.blocks.map((block) => (block.id === 0 ? context.functionLabel(func.name) : context.freshLabel()));
  }

  /** The blocks in layout order. Throws TooDeep. */
  run(): AsmBlock[] {
    const { func } = this;
    const entry = [...func.params].reverse();
    this.edges.layouts.set(0, func.returnAddress === undefined ? entry : [func.returnAddress, ...entry]);
    const code = new Map<number, AsmBlock[]>();
    for (const id of this.flow.rpo) code.set(id, this.emitBlock(func.blocks[id]!));
    return this.order.flatMap((id) => code.get(id)!);
  }

  private begin(label: Label): void {
    this.stack.items.length = 0;
    this.out.push({ label, items: [] });
  }

  /** Moves the items emitted so far into the present block. */
  private flush(): void {
    this.out[this.out.length - 1]!.items.push(...this.stack.items);
    this.stack.items.length = 0;
  }

  private emitBlock(block: LBlock): AsmBlock[] {
    const { flow, func, operands, stack } = this;
    this.out = [];
    this.begin(this.labels[block.id]!);
    stack.slots = [...this.edges.layouts.get(block.id)!];
    stack.span = block.insts[0]?.span ?? block.term.span;
    operands.beginBlock(countUses(block), this.deferred[block.id]!, flow.liveOut[block.id]!, flow.tidy[block.id]!);
    if (block.term.kind === "ret" && func.returnAddress !== undefined) operands.remaining.set(func.returnAddress, (operands.remaining.get(func.returnAddress) ?? 0) + 1);
    this.defined = new Set([...flow.liveIn[block.id]!, ...block.params]);
    if (block.id === 0) for (const word of [...stack.slots].reverse()) this.store(word);
    this.dropDead();
    for (const inst of block.insts) {
      if (inst.results.length === 1 && this.deferred[block.id]!.has(inst.results[0]!)) continue;
      this.emitRoot(inst);
      inst.results.forEach((word) => this.defined.add(word));
      this.dropDead();
    }
    stack.span = block.term.span;
    this.emitTerminator(block.term, this.order[this.order.indexOf(block.id) + 1]);
    this.flush();
    return this.out;
  }

  private emitRoot(inst: LInst): void {
    if (inst.op === "trapif") return this.emitTrapIf(inst);
    if (inst.op === "call") this.emitCall(inst);
    else this.operands.compute(inst);
    inst.results.forEach((word) => this.store(word));
  }

  /** Moves a word that belongs into memory there from the stack. */
  private store(word: Word): void {
    const { stack, spilled } = this;
    const slot = spilled.get(word);
    if (slot === undefined) return;
    stack.swap(stack.depthOf(word) - 1);
    this.operands.slotItem(slot);
    stack.op("MSTORE");
    stack.consumed(1);
  }

  /** Pops what no one needs, as long as it lies on top: later it would cost more. Blocks that only end the execution keep it. */
  private dropDead(): void {
    const { stack, operands } = this;
    const enough = operands.tidy ? 0 : 10;
    while (stack.height > enough && !operands.isLive(stack.top!)) stack.pop();
  }

  private jump(label: Label, mark?: "i" | "o"): void {
    this.stack.emit({ kind: "label", label });
    this.stack.emit({ kind: "op", name: "JUMP" }, mark);
  }

  private jumpIf(label: Label): void {
    this.stack.emit({ kind: "label", label });
    this.stack.op("JUMPI");
    this.stack.consumed(1);
    this.operands.pinned = 0;
  }

  /**
   * Evaluates a condition. Negations at its root are not computed but counted: the result says whether a nonzero
   * word means that the condition is false. `wanted` polarity is met where that costs nothing.
   */
  private condition(cond: Word, negatedWanted: boolean): boolean {
    const { operands } = this;
    let word = cond;
    let negated = false;
    for (let inst = operands.deferred.get(word); inst?.op === "ISZERO"; inst = operands.deferred.get(word)) {
      operands.use(word);
      operands.deferred.delete(word);
      word = inst.args[0]!;
      negated = !negated;
    }
    const inst = operands.deferred.get(word);
    const flipped = inst && FLIPPED.get(inst.op);
    if (negated !== negatedWanted && inst && flipped) {
      operands.deferred.set(word, { ...inst, op: flipped });
      negated = !negated;
    }
    operands.evaluate([word]);
    return negated;
  }

  private emitTrapIf(inst: LInst): void {
    this.stack.span = inst.span;
    if (this.condition(inst.args[0]!, false)) this.stack.op("ISZERO");
    this.jumpIf(this.context.trapLabel(inst.trap!));
  }

  private emitCall(inst: LInst): void {
    const { context, func, operands, stack } = this;
    const saved = context.inSameCycle(func.name, inst.callee!) ? this.wordsToSave(inst) : [];
    for (const word of saved) {
      operands.provide(word);
      stack.slots[stack.height - 1] = JUNK;
    }
    const back = context.freshLabel();
    const returnWord = func.newWord({ kind: "push", item: { kind: "label", label: back } }, 32);
    operands.remaining.set(returnWord, 1);
    operands.evaluate([returnWord, ...[...inst.args].reverse()]);
    stack.span = inst.span;
    this.jump(context.functionLabel(inst.callee!), "i");
    stack.consumed(inst.args.length + 1);
    operands.pinned = 0;
    this.flush();
    this.begin(back);
    stack.slots.push(...[...inst.results].reverse());
    if (saved.length > 0) this.restore(saved, inst.results);
  }

  /** A call within a cycle may run this function again, which uses the same slots: those still needed are kept on the stack. */
  private wordsToSave(inst: LInst): Word[] {
    const { operands } = this;
    const uses = new Map<Word, number>();
    for (const arg of this.leaves(inst.args)) uses.set(arg, (uses.get(arg) ?? 0) + 1);
    const isLiveAfter = (word: Word): boolean => operands.liveOut.has(word) || (operands.remaining.get(word) ?? 0) > (uses.get(word) ?? 0);
    return [...this.spilled.keys()].filter((word) => this.defined.has(word) && isLiveAfter(word));
  }

  /** The words that the evaluation of operands uses. */
  private leaves(words: readonly Word[]): Word[] {
    return words.flatMap((word) => [word, ...this.leaves(this.operands.deferred.get(word)?.args ?? [])]);
  }

  /** Puts saved words back into their slots from below the results, which wait in reserved words meanwhile. */
  private restore(saved: readonly Word[], results: readonly Word[]): void {
    const { operands, stack } = this;
    const transfer = (index: number): void => stack.emit({ kind: "slot", area: "results", index });
    this.resultSlots = Math.max(this.resultSlots, results.length);
    results.forEach((_, i) => {
      transfer(i);
      stack.op("MSTORE");
    });
    stack.consumed(results.length);
    for (const word of [...saved].reverse()) {
      operands.slotItem(this.spilled.get(word)!);
      stack.op("MSTORE");
    }
    stack.consumed(saved.length);
    for (let i = results.length - 1; i >= 0; i--) {
      transfer(i);
      stack.op("MLOAD");
      stack.slots.push(results[i]!);
    }
  }

  private emitTerminator(term: LTerm, next: number | undefined): void {
    const { context, edges, operands, stack } = this;
    switch (term.kind) {
      case "jump":
        edges.take(term.to);
        return this.jump(this.labels[term.to.block]!);
      case "branch":
        return this.emitBranch(term, next);
      case "switch":
        return this.emitSwitchTerm(term);
      case "ret":
        return this.emitRet(term.values);
      case "tailcall":
        return this.emitTailCall(term.callee, term.args);
      case "exit":
        operands.evaluate([...term.args].reverse());
        return stack.op(term.op);
      case "trap":
        return this.jump(context.trapLabel(term.trap));
      case "deploy":
        return context.deploy(stack);
    }
  }

  private emitBranch(term: LTerm & { kind: "branch" }, next: number | undefined): void {
    const { context, edges, stack } = this;
    const [then, otherwise] = [term.then.block, term.else.block];
    const negated = this.condition(term.cond, next === then);
    // A nonzero word leads to `target`, zero to `other`.
    let [target, other] = negated ? [otherwise, then] : [then, otherwise];
    if (target === next && !context.favourGas) {
      stack.op("ISZERO");
      [target, other] = [other, target];
    }
    this.jumpIf(this.labels[target]!);
    edges.passOn(target);
    edges.passOn(other);
    // Where the target comes next this jumps around it: 1 gas for its JUMPDEST instead of 3 for ISZERO on the likely path.
    this.jump(this.labels[other]!);
  }

  private emitSwitchTerm(term: LTerm & { kind: "switch" }): void {
    const { context, edges, operands } = this;
    operands.evaluate([term.value]);
    operands.pinned = 0;
    for (const { to } of term.cases) edges.passOn(to.block);
    edges.passOn(term.otherwise.block);
    const cases = term.cases.map(({ value, to }) => ({ value, label: this.labels[to.block]! }));
    emitSwitch(cases, this.labels[term.otherwise.block]!, {
      emit: (item) => this.stack.emit(item),
      fresh: () => context.freshLabel(),
      begin: (label) => {
        this.flush();
        this.begin(label);
      },
    });
  }

  private emitRet(values: readonly Word[]): void {
    const { func, operands, stack } = this;
    if (func.returnAddress === undefined) throw new InternalError(`'${func.name}' returns to nobody`);
    const target = [...[...values].reverse(), func.returnAddress];
    for (const word of target) operands.materialize(word);
    shuffleTo(stack, target, operands.provide);
    stack.emit({ kind: "op", name: "JUMP" }, "o");
  }

  private emitTailCall(callee: string, args: readonly Word[]): void {
    const { context, operands, stack } = this;
    const target = [...args].reverse();
    if (context.returns(callee)) {
      for (const word of target) operands.materialize(word);
      shuffleTo(stack, target, operands.provide);
    } else operands.evaluate(target);
    this.jump(context.functionLabel(callee), "i");
  }
}

/** Expression trees of every block. */
export function deferAll(func: LFunc, flow: Flow): Deferred[] {
  return func.blocks.map((block) => findDeferred(block, flow.liveOut[block.id]!));
}
