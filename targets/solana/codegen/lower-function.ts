/**
 * Lowers one IR function to LIR: blocks in reverse postorder (so that definitions come before uses), each instruction by
 * its handler. Parameters: BASE, then the limbs of the IR parameters. Results: a status where the function may trap, then
 * the limbs of the results.
 */
import { InternalError } from "../../../compiler/diagnostics/diagnostic.js";
import { terminator, type Block, type BlockId, type Func } from "../../../compiler/ir/module.js";
import { LirBuilder } from "../lir/builder.js";
import { MAX_ARGS, type Label, type LirProgram, type VReg } from "../lir/instruction.js";
import { ARITHMETIC_HANDLERS } from "./arithmetic-ops.js";
import { takeCells } from "./arguments.js";
import { FunctionContext, type ModuleInfo } from "./context.js";
import { CONTROL_HANDLERS, type ControlState } from "./control-ops.js";
import { limbCount } from "./limbs.js";
import { MEMORY_HANDLERS } from "./memory-ops.js";
import { STATE_HANDLERS } from "./state-ops.js";

/** Adds the function to the program, under the name that `info.callee` gives. */
export function lowerFunction(program: LirProgram, func: Func, info: ModuleInfo): void {
  const { name, traps } = info.callee(func.name);
  const limbs = func.paramTypes.map(limbCount);
  const total = 1 + limbs.reduce((a, b) => a + b, 0);
  const f = new LirBuilder(program, name, Math.min(total, MAX_ARGS));
  const c = new FunctionContext(f, f.param(0), func, info, traps);
  const incoming = [...f.params.slice(1), ...takeCells(f, total - MAX_ARGS)];
  let at = 0;
  func.params.forEach((param, i) => {
    c.set(param, incoming.slice(at, at + limbs[i]!));
    at += limbs[i]!;
  });
  const state = controlState(f, func);
  for (const regs of state.locals) for (const reg of regs) f.set(reg, 0n);
  const blocks = reversePostorder(func);
  for (const block of blocks) {
    block.params.forEach((param, i) => c.set(param, state.paramsOf(block.id)[i]!));
  }
  for (const block of blocks) {
    f.place(state.labelOf(block.id));
    c.beginBlock();
    for (const inst of block.insts) {
      const handler = ARITHMETIC_HANDLERS.get(inst.op) ?? MEMORY_HANDLERS.get(inst.op) ?? STATE_HANDLERS.get(inst.op);
      const control = CONTROL_HANDLERS.get(inst.op);
      if (handler) handler(c, inst);
      else if (control) control(c, inst, state);
      else throw new InternalError(`the Solana target has no lowering of '${inst.op}'`, inst.span);
    }
  }
  c.finish();
  f.finish();
}

/** Instructions that this target lowers; the others are refused through its capabilities. */
export function isLowered(op: string): boolean {
  return ARITHMETIC_HANDLERS.has(op) || MEMORY_HANDLERS.has(op) || STATE_HANDLERS.has(op) || CONTROL_HANDLERS.has(op);
}

function controlState(f: LirBuilder, func: Func): ControlState {
  const labels = new Map<BlockId, Label>();
  const params = new Map<BlockId, VReg[][]>();
  const registers = (bits: number): VReg[] => Array.from({ length: limbCount(bits) }, () => f.reg());
  for (const block of func.blocks) {
    labels.set(block.id, f.label());
    params.set(
      block.id,
      block.params.map((p) => registers(func.typeOf(p))),
    );
  }
  const known = <T>(map: Map<BlockId, T>, id: BlockId): T => {
    const value = map.get(id);
    if (value === undefined) throw new InternalError(`'${func.name}' has no block ${id}`);
    return value;
  };
  return {
    labelOf: (id) => known(labels, id),
    paramsOf: (id) => known(params, id),
    locals: func.locals.map((local) => registers(local.type)),
  };
}

function reversePostorder(func: Func): Block[] {
  const byId = new Map(func.blocks.map((block) => [block.id, block]));
  const seen = new Set<Block>([func.entry]);
  const out: Block[] = [];
  const stack: { block: Block; next: number }[] = [{ block: func.entry, next: 0 }];
  while (stack.length > 0) {
    const top = stack[stack.length - 1]!;
    // The last successor first, so that the first one follows its predecessor in the final order.
    const targets = terminator(top.block).targets;
    const target = targets[targets.length - 1 - top.next++];
    if (target === undefined) {
      out.push(top.block);
      stack.pop();
      continue;
    }
    const block = byId.get(target.block);
    if (!block) throw new InternalError(`'${func.name}' has no block ${target.block}`);
    if (!seen.has(block)) {
      seen.add(block);
      stack.push({ block, next: 0 });
    }
  }
  return out.reverse();
}
