/**
 * Instruction selection: one IR function to low-level IR for one object (creation or runtime code).
 *
 *   branch %c, b1(%x), b2      ->  branch c, edge, b2 ; edge: jump b1(x)
 *   %r = call @f(%a); ret %r   ->  tailcall f(a)
 *
 * Edges from a block with several successors into a block with several predecessors, or with arguments, get a block of
 * their own, so that the scheduler can arrange the stack on them.
 */
import { computeCfg } from "../../../compiler/analysis/cfg.js";
import { InternalError } from "../../../compiler/diagnostics/diagnostic.js";
import type { Block, Func, Inst, Target, ValueId } from "../../../compiler/ir/module.js";
import { hasOpcode } from "../hardfork.js";
import { LirBuilder } from "../lir/builder.js";
import { EVERYTHING, LFunc, Region, type Edge, type LBlock, type Word } from "../lir/lir.js";
import { applyBounds } from "../lir/bounds.js";
import { removeDead } from "../lir/dead.js";
import { reversePostorder } from "../lir/order.js";
import { dropScratchStores } from "../lir/scratch-stores.js";
import { ARITHMETIC } from "./arithmetic.js";
import { CHECKED } from "./checked.js";
import { Selection, STACK_WORDS, type Handler, type Unit } from "./context.js";
import { computeDemands, Demand } from "./demand.js";
import { ENVIRONMENT_OPS } from "./environment.js";
import { MEMORY_OPS } from "./memory.js";

const HANDLERS: Readonly<Record<string, Handler>> = {
  const: (s, inst) => s.set(inst, s.b.const(inst.imm.int!)),
  ...ARITHMETIC,
  ...CHECKED,
  ...MEMORY_OPS,
  ...ENVIRONMENT_OPS,
};

/**
 * The blocks that control reaches, in reverse postorder. Code ends at a call of a function that never returns, so the blocks behind
 * such calls only are left out: what they use of the call's block was never selected.
 */
function liveBlocks(unit: Unit, func: Func, rpo: readonly Block[]): readonly Block[] {
  const byId = new Map(rpo.map((block) => [block.id, block]));
  const reached = new Set([func.entry.id]);
  for (const id of reached) {
    const { insts } = byId.get(id)!;
    if (insts.some((inst) => inst.op === "call" && !unit.returning.has(inst.imm.func!))) continue;
    for (const target of insts[insts.length - 1]!.targets) reached.add(target.block);
  }
  return rpo.filter((block) => reached.has(block.id));
}

class FunctionSelector {
  private readonly target: LFunc;
  private readonly b: LirBuilder;
  private readonly s: Selection;
  private readonly blocks: readonly Block[];
  /** By IR block id. */
  private readonly lowered = new Map<number, LBlock>();
  private readonly incoming = new Map<number, number>();

  constructor(
    private readonly unit: Unit,
    private readonly func: Func,
  ) {
    const { rpo } = computeCfg(func);
    this.blocks = liveBlocks(unit, func, rpo);
    this.target = new LFunc(func.name);
    this.b = new LirBuilder(this.target, unit.fork);
    this.s = new Selection(unit, func, this.b, computeDemands(func, rpo));
  }

  run(): LFunc {
    for (const block of this.blocks) {
      const bits = block.params.map((param) => (this.s.demands[param] === Demand.clean ? this.func.typeOf(param) : 256));
      const made = this.b.newBlock(bits);
      this.lowered.set(block.id, made);
      block.params.forEach((param, i) => (this.s.words[param] = made.params[i]!));
      for (const inst of block.insts) for (const result of inst.results) this.s.definitions[result] = inst;
      for (const target of block.insts[block.insts.length - 1]!.targets) this.incoming.set(target.block, (this.incoming.get(target.block) ?? 0) + 1);
    }
    this.takeParams();
    for (const block of this.blocks) this.selectBlock(block);
    removeDead(this.target);
    const rpo = reversePostorder(this.target);
    applyBounds(this.target, rpo, this.unit.fork);
    dropScratchStores(this.target, rpo);
    return this.target;
  }

  private takeParams(): void {
    const { func, target, b, s, unit } = this;
    const isEntry = func.name === (unit.creation ? unit.module.creation : unit.module.runtime);
    b.at(this.lowered.get(func.entry.id)!);
    if (!isEntry && unit.returning.has(func.name)) {
      target.returnAddress = target.param(32);
      target.resultCount = Math.min(func.resultTypes.length, STACK_WORDS);
    }
    func.params.forEach((param, i) => {
      if (i < STACK_WORDS) {
        const word = target.param(func.typeOf(param));
        target.params.push(word);
        s.words[param] = word;
      } else s.words[param] = b.effect("MLOAD", [this.transferSlot(i)], { reads: Region.transfer }, func.typeOf(param));
    });
  }

  private transferSlot(index: number): Word {
    return this.target.push({ kind: "slot", area: "transfer", index: index - STACK_WORDS }, 32);
  }

  private selectBlock(block: Block): void {
    // The entry block's parameters were loaded into it already; its cache is empty still.
    this.b.at(this.lowered.get(block.id)!);
    for (const [i, inst] of block.insts.entries()) {
      this.b.span = inst.span;
      if (inst.op === "call") {
        if (this.selectCall(inst, block.insts[i + 1]!)) return;
      } else if (i === block.insts.length - 1) this.selectTerminator(inst);
      else {
        const handler = HANDLERS[inst.op];
        if (!handler) throw new InternalError(`the EVM target has no selection for '${inst.op}'`, inst.span);
        handler(this.s, inst);
      }
    }
  }

  /** Passes arguments and results beyond the stack words through reserved memory. True where the block ends here. */
  private selectCall(inst: Inst, next: Inst): boolean {
    const { b, s, unit } = this;
    const callee = unit.module.funcs.get(inst.imm.func!)!;
    const args = inst.args.map((arg) => s.clean(arg));
    args.slice(STACK_WORDS).forEach((arg, i) => b.effect("MSTORE", [this.transferSlot(STACK_WORDS + i), arg], { writes: Region.transfer }));
    const stackArgs = args.slice(0, STACK_WORDS);
    if (!unit.returning.has(callee.name)) {
      b.terminate({ kind: "tailcall", callee: callee.name, args: stackArgs });
      return true;
    }
    const forwards = next.op === "ret" && next.args.length === inst.results.length && next.args.every((arg, i) => arg === inst.results[i]);
    // Results beyond the stack words are left in the transfer words by the callee, where this function's caller expects them.
    if (forwards && this.target.returnAddress !== undefined) {
      b.terminate({ kind: "tailcall", callee: callee.name, args: [...stackArgs, this.target.returnAddress] });
      return true;
    }
    const bits = callee.resultTypes.map((type) => type);
    const words = b.call(callee.name, stackArgs, bits.slice(0, STACK_WORDS), { reads: EVERYTHING, writes: EVERYTHING });
    inst.results.forEach((result, i) => {
      s.words[result] = words[i] ?? b.effect("MLOAD", [this.transferSlot(i)], { reads: Region.transfer }, bits[i]);
    });
    return false;
  }

  private selectTerminator(inst: Inst): void {
    const { b, s } = this;
    switch (inst.op) {
      case "jump":
        return b.terminate({ kind: "jump", to: this.edge(inst.targets[0]!) });
      case "branch":
        return this.selectBranch(inst);
      case "switch": {
        const value = s.clean(inst.args[0]!);
        const edges = this.splitEdges(inst.targets);
        const cases = inst.cases!.map((value, i) => ({ value, to: edges[i]! }));
        return b.terminate({ kind: "switch", value, cases, otherwise: edges[edges.length - 1]! });
      }
      case "ret":
        return this.selectRet(inst);
      case "panic":
        return b.terminate({ kind: "trap", trap: `panic:${inst.imm.code!}` });
      case "unreachable":
        return b.terminate({ kind: "trap", trap: "invalid" });
      case "exit.deploy":
        return b.terminate({ kind: "deploy" });
      default:
        return this.selectExit(inst);
    }
  }

  private selectBranch(inst: Inst): void {
    const cond = this.s.clean(inst.args[0]!);
    const known = this.target.constantOf(cond);
    if (known !== undefined) return this.b.terminate({ kind: "jump", to: this.edge(inst.targets[known === 0n ? 1 : 0]!) });
    const [then, otherwise] = this.splitEdges(inst.targets) as [Edge, Edge];
    this.b.terminate({ kind: "branch", cond, then, else: otherwise });
  }

  private selectRet(inst: Inst): void {
    const { b, s } = this;
    const words = inst.args.map((arg) => s.clean(arg));
    if (this.target.returnAddress === undefined) return b.terminate({ kind: "exit", op: "STOP", args: [] });
    words.slice(STACK_WORDS).forEach((word, i) => b.effect("MSTORE", [this.transferSlot(STACK_WORDS + i), word], { writes: Region.transfer }));
    b.terminate({ kind: "ret", values: words.slice(0, STACK_WORDS) });
  }

  private selectExit(inst: Inst): void {
    const { b, s } = this;
    const op = { "exit.return": "RETURN", "exit.revert": "REVERT", "exit.stop": "STOP", "exit.invalid": "INVALID", "exit.selfdestruct": "SELFDESTRUCT" }[inst.op];
    if (!op) throw new InternalError(`the EVM target has no selection for '${inst.op}'`, inst.span);
    if (op === "REVERT" && !hasOpcode(this.unit.fork, op)) return b.terminate({ kind: "trap", trap: "invalid" });
    const args = inst.args.map((arg) => (s.typeOf(arg) === 64 ? s.address(arg) : s.clean(arg)));
    b.terminate({ kind: "exit", op, args });
  }

  private edge(target: Target): Edge {
    const params = this.lowered.get(target.block)!.params.length;
    const irParams = this.blocks.find((block) => block.id === target.block)!.params;
    if (params !== target.args.length) throw new InternalError(`'${this.func.name}': an edge passes ${target.args.length} of ${params} arguments`);
    return { block: this.lowered.get(target.block)!.id, args: target.args.map((arg, i) => this.argument(arg, irParams[i]!)) };
  }

  private argument(arg: ValueId, param: ValueId): Word {
    const demand = this.s.demands[param]!;
    return demand === Demand.clean ? this.s.clean(arg) : this.s.raw(arg);
  }

  /** One edge a target; equal targets without arguments share a block. */
  private splitEdges(targets: readonly Target[]): Edge[] {
    const edges = targets.map((target) => this.edge(target));
    const from = this.b.block;
    const shared = new Map<string, Edge>();
    return targets.map((target, i) => {
      const edge = edges[i]!;
      if (edge.args.length === 0 && this.incoming.get(target.block) === 1) return edge;
      const key = `${edge.block}(${edge.args.join(",")})`;
      let split = shared.get(key);
      if (!split) {
        const block = this.b.newBlock();
        block.term = { kind: "jump", to: edge, span: from.term.span };
        split = { block: block.id, args: [] };
        shared.set(key, split);
      }
      return split;
    });
  }
}

/** Selects instructions for a function. */
export function selectFunction(unit: Unit, func: Func): LFunc {
  return new FunctionSelector(unit, func).run();
}
