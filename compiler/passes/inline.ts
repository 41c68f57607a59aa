/**
 * Inlining: the body of a called function takes the place of the call.
 *
 *   %3: i256 = call @double %1            jump b1
 *   ret %3                          ==>   b1: %4: i256 = add %1, %1
 *                                             jump b2(%4)
 *                                         b2(%3: i256): ret %3
 *
 * Bottom-up over the call graph, so that a callee is final when it is copied. Inlined are functions that are small for the level, those
 * that are called once, and those a frontend advises; never recursive ones, nor into callers that grew large. Functions that the entries no
 * longer reach are removed. Results of the call become parameters of the block behind it, so uses need no change. Needs SSA.
 */
import { callsOf, computeCallGraph } from "../analysis/call-graph.js";
import type { Block, BlockId, Func, Inst, Module, Target, ValueId } from "../ir/module.js";
import { opInfo } from "../ir/ops.js";
import type { Level, ModulePass } from "./pass.js";
import { removeUnreachable } from "./rewrite.js";

interface SizeModel {
  /** Functions of at most this size are inlined everywhere. */
  readonly small: number;
  /** Functions with one call are inlined up to this size. */
  readonly calledOnce: number;
  /** Callers do not grow beyond this size. */
  readonly caller: number;
}

/** Sizes are in instructions that cost code: see sizeOf. */
const MODELS: Readonly<Record<Level, SizeModel>> = {
  "0": { small: 0, calledOnce: 0, caller: 0 },
  "1": { small: 5, calledOnce: 60, caller: 800 },
  "2": { small: 12, calledOnce: 250, caller: 1500 },
  "3": { small: 30, calledOnce: 500, caller: 3000 },
  s: { small: 5, calledOnce: 250, caller: 1500 },
};

/** Code size in a target-independent measure: constants are part of their users; a call to the outside is a sequence. */
export function sizeOf(func: Func): number {
  let size = 0;
  for (const block of func.blocks)
    for (const { op, args } of block.insts) {
      if (op === "const" || op === "jump" || op === "ret") continue;
      size += op.startsWith("ext.") ? 6 : op === "call" ? 2 + args.length : opInfo(op).traps ? 2 : 1;
    }
  return size;
}

class Inliner {
  private readonly sizes = new Map<string, number>();
  private readonly sites = new Map<string, number>();

  constructor(
    private readonly module: Module,
    private readonly model: SizeModel,
  ) {}

  run(): boolean {
    const graph = computeCallGraph(this.module);
    let changed = removeUnused(this.module, new Set(graph.bottomUp));
    for (const func of graph.bottomUp) {
      this.sizes.set(func.name, sizeOf(func));
      for (const [callee, count] of graph.calls.get(func.name)!) this.count(callee, count);
    }
    for (const caller of graph.bottomUp) changed = this.intoCaller(caller, graph.recursive) || changed;
    return removeUnused(this.module, new Set(computeCallGraph(this.module).bottomUp)) || changed;
  }

  private count(callee: string, change: number): void {
    this.sites.set(callee, (this.sites.get(callee) ?? 0) + change);
  }

  private intoCaller(caller: Func, recursive: ReadonlySet<string>): boolean {
    const out: Block[] = [];
    const work = [...caller.blocks].reverse();
    let changed = false;
    while (work.length > 0) {
      const block = work.pop()!;
      out.push(block);
      const at = block.insts.findIndex((inst) => inst.op === "call" && !recursive.has(inst.imm.func!) && this.wants(caller, inst.imm.func!));
      if (at < 0) continue;
      changed = true;
      const callee = this.module.funcs.get(block.insts[at]!.imm.func!)!;
      this.account(caller, callee);
      const { body, rest } = inlineCall(caller, block, at, callee);
      out.push(...body);
      work.push(rest);
    }
    caller.blocks = out;
    if (changed) removeUnreachable(caller);
    return changed;
  }

  private wants(caller: Func, name: string): boolean {
    const callee = this.module.funcs.get(name)!;
    if (callee.inline !== "auto") return callee.inline === "always";
    const size = this.sizes.get(name)!;
    if (size <= this.model.small) return true;
    return this.sites.get(name) === 1 && size <= this.model.calledOnce && this.sizes.get(caller.name)! + size <= this.model.caller;
  }

  /** Keeps sizes and call counts up to date. */
  private account(caller: Func, callee: Func): void {
    this.sizes.set(caller.name, this.sizes.get(caller.name)! + this.sizes.get(callee.name)!);
    this.count(callee.name, -1);
    // The callee's own calls are copied, or moved where nothing calls it any more.
    if (this.sites.get(callee.name)! > 0) for (const [name, count] of callsOf(callee)) this.count(name, count);
  }
}

/** Copies the callee between the halves of the block around the call; returns the copies and the second half. */
function inlineCall(caller: Func, block: Block, at: number, callee: Func): { body: Block[]; rest: Block } {
  const call = block.insts[at]!;
  const rest = caller.createBlock();
  rest.params = call.results;
  rest.insts = block.insts.slice(at + 1);
  const values = new Array<ValueId>(callee.valueTypes.length);
  callee.params.forEach((param, i) => (values[param] = call.args[i]!));
  const copies = new Array<Block>(callee.blockIdLimit);
  for (const original of callee.blocks) {
    const copy = caller.createBlock(original.params.map((p) => callee.typeOf(p)));
    copies[original.id] = copy;
    original.params.forEach((param, i) => (values[param] = copy.params[i]!));
    for (const inst of original.insts) for (const result of inst.results) values[result] = caller.newValue(callee.typeOf(result));
  }
  for (const original of callee.blocks) copies[original.id]!.insts = original.insts.map((inst) => copyInst(inst, values, copies, rest.id));
  block.insts = [...block.insts.slice(0, at), jumpTo(copies[callee.entry.id]!.id, [], call)];
  return { body: callee.blocks.map((b) => copies[b.id]!), rest };
}

function copyInst(inst: Inst, values: readonly ValueId[], copies: readonly Block[], rest: BlockId): Inst {
  const map = (value: ValueId): ValueId => values[value]!;
  const args = inst.args.map(map);
  if (inst.op === "ret") return jumpTo(rest, args, inst);
  const targets: Target[] = inst.targets.map((t) => ({ block: copies[t.block]!.id, args: t.args.map(map) }));
  const copy: Inst = { op: inst.op, args, results: inst.results.map(map), imm: { ...inst.imm }, targets, span: inst.span };
  if (inst.cases) copy.cases = [...inst.cases];
  return copy;
}

function jumpTo(block: BlockId, args: ValueId[], { span }: Inst): Inst {
  return { op: "jump", args: [], results: [], imm: {}, targets: [{ block, args }], span };
}

function removeUnused(module: Module, reached: ReadonlySet<Func>): boolean {
  let changed = false;
  for (const [name, func] of module.funcs) {
    if (reached.has(func)) continue;
    module.funcs.delete(name);
    changed = true;
  }
  return changed;
}

export const inline: ModulePass = {
  kind: "module",
  name: "inline",
  doc: "Puts the bodies of small and once-called functions in place of calls; removes unused functions.",
  needs: ["ssa"],
  gives: [],
  run: (module, context) => new Inliner(module, MODELS[context.level]).run(),
};
