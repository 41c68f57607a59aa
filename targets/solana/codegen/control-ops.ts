/** Handlers of local variables, calls within the module, and terminators. */
import type { BlockId, Inst, Target, ValueId } from "../../../compiler/ir/module.js";
import type { Label, Operand, VReg } from "../lir/instruction.js";
import { FRAME, STATUS } from "../layout.js";
import { RUNTIME } from "../runtime/abi.js";
import { ARGUMENT_REGISTERS, passCells, resultRegisters, takeCells } from "./arguments.js";
import type { FunctionContext } from "./context.js";
import { branchOn } from "./compare.js";
import { constantLimbs, limbCount } from "./limbs.js";
import { SUPPORT } from "./support.js";

/** Blocks and locals of the function in work. */
export interface ControlState {
  readonly labelOf: (block: BlockId) => Label;
  /** Registers of a block's parameters. */
  readonly paramsOf: (block: BlockId) => readonly (readonly VReg[])[];
  readonly locals: readonly (readonly VReg[])[];
}

export type ControlHandler = (c: FunctionContext, inst: Inst, state: ControlState) => void;

/** Assigns a target's block parameters, at once. */
function passParameters(c: FunctionContext, target: Target, state: ControlState): void {
  const moves: { to: VReg; from: Operand }[] = [];
  state.paramsOf(target.block).forEach((regs, i) => {
    const limbs = c.limbs(target.args[i]!);
    regs.forEach((to, k) => {
      if (to !== limbs[k]) moves.push({ to, from: limbs[k]! });
    });
  });
  const written = new Set(moves.map((m) => m.to));
  // A parameter that is also a source of a later move is read before anything is written.
  const conflict = moves.some((m) => typeof m.from !== "bigint" && written.has(m.from));
  const sources = conflict ? moves.map((m) => (typeof m.from === "bigint" ? m.from : c.f.copy(m.from))) : moves.map((m) => m.from);
  moves.forEach((m, i) => c.f.set(m.to, sources[i]!));
}

function goTo(c: FunctionContext, target: Target, state: ControlState): void {
  passParameters(c, target, state);
  c.f.jump(state.labelOf(target.block));
}

/** A label that leads to a target with its arguments, and the code to emit for it later. */
function edge(c: FunctionContext, target: Target, state: ControlState): { label: Label; emit: () => void } {
  if (target.args.length === 0) return { label: state.labelOf(target.block), emit: () => undefined };
  const label = c.f.label();
  return {
    label,
    emit: () => {
      c.f.place(label);
      goTo(c, target, state);
    },
  };
}

function branch(c: FunctionContext, inst: Inst, state: ControlState): void {
  const [yes, no] = inst.targets as [Target, Target];
  const taken = edge(c, yes, state);
  c.branchIf(inst.args[0]!, true, taken.label);
  goTo(c, no, state);
  taken.emit();
}

function switchTo(c: FunctionContext, inst: Inst, state: ControlState): void {
  const value = inst.args[0]!;
  const cases = inst.cases ?? [];
  const edges = inst.targets.map((target) => edge(c, target, state));
  const otherwise = edges[cases.length]!;
  const bits = c.bits(value);
  if (bits <= 64)
    searchCases(
      c,
      c.limbs(value)[0]!,
      bits,
      cases,
      edges.map((e) => e.label),
      otherwise.label,
    );
  else {
    cases.forEach((k, i) => branchOn(c.e, "eq", c.limbs(value), constantLimbs(k, bits), bits, edges[i]!.label));
    c.f.jump(otherwise.label);
  }
  for (const e of edges) e.emit();
}

/**
 * Binary search. Values of up to 32 bits are sign-extended and compared with sign, so that every case fits the 32-bit
 * immediate of a jump.
 */
function searchCases(c: FunctionContext, value: Operand, bits: number, cases: readonly bigint[], labels: readonly Label[], otherwise: Label): void {
  const { f, e } = c;
  const signed = bits > 16 && bits <= 32;
  const key = e.inRegister(signed ? e.signExtend(value, 32) : value);
  const order = cases.map((k, i) => ({ k: signed ? BigInt.asIntN(32, k) : k, label: labels[i]! }));
  order.sort((a, b) => (a.k < b.k ? -1 : 1));
  const search = (from: number, to: number): void => {
    if (to - from <= 3) {
      for (let i = from; i < to; i++) f.branch("eq", key, order[i]!.k, order[i]!.label);
      f.jump(otherwise);
      return;
    }
    const middle = (from + to) >> 1;
    const upper = f.label();
    f.branch(signed ? "ge.s" : "ge.u", key, order[middle]!.k, upper);
    search(from, middle);
    f.place(upper);
    search(middle, to);
  };
  search(0, order.length);
}

function ret(c: FunctionContext, inst: Inst): void {
  const limbs = inst.args.flatMap((a) => c.limbs(a));
  const passed = passCells(c.f, limbs, resultRegisters(c.traps));
  c.f.ret(c.traps ? [STATUS.CONTINUE, ...passed] : passed);
}

function call(c: FunctionContext, inst: Inst): void {
  const callee = c.info.callee(inst.imm.func ?? "");
  const args = passCells(
    c.f,
    inst.args.flatMap((a) => c.limbs(a)),
    ARGUMENT_REGISTERS,
  );
  const counts = callee.resultTypes.map(limbCount);
  const total = counts.reduce((a, b) => a + b, 0);
  const direct = Math.min(total, resultRegisters(callee.traps));
  const registers = callee.traps ? c.callTrapping(callee.name, [c.base, ...args], direct) : c.f.call(callee.name, [c.base, ...args], direct);
  const limbs = [...registers, ...takeCells(c.f, total - direct)];
  let at = 0;
  inst.results.forEach((result, i) => {
    c.set(result, limbs.slice(at, at + counts[i]!));
    at += counts[i]!;
  });
}

/** exit.return and exit.revert: the output is a range of this frame's memory. */
const exitWith =
  (status: bigint): ControlHandler =>
  (c, inst) => {
    const [address, length] = inst.args as [ValueId, ValueId];
    const size = c.saturated(length);
    const at = c.register(c.range(address, size));
    c.f.store(8, c.base, FRAME.OUTPUT, at);
    c.f.store(8, c.base, FRAME.OUTPUT_SIZE, size);
    c.exit(status);
  };

const exitEmpty =
  (status: bigint): ControlHandler =>
  (c) => {
    c.f.store(8, c.base, FRAME.OUTPUT_SIZE, 0n);
    c.exit(status);
  };

function selfdestruct(c: FunctionContext, inst: Inst): void {
  const { f } = c;
  f.store(8, c.base, FRAME.OUTPUT_SIZE, 0n);
  f.ret([f.call1(RUNTIME.selfdestruct.name, [c.base, ...c.limbs(inst.args[0]!)])]);
}

/** By instruction name. */
export const CONTROL_HANDLERS: ReadonlyMap<string, ControlHandler> = new Map<string, ControlHandler>([
  // A later local.set must not change what was read before.
  ["local.get", (c, inst, state) => c.define(inst, c.e.fresh(state.locals[inst.imm.local!]!))],
  [
    "local.set",
    (c, inst, state) => {
      const limbs = c.limbs(inst.args[0]!);
      state.locals[inst.imm.local!]!.forEach((reg, i) => c.f.set(reg, limbs[i]!));
    },
  ],
  ["jump", (c, inst, state) => goTo(c, inst.targets[0]!, state)],
  ["branch", branch],
  ["switch", switchTo],
  ["ret", ret],
  ["call", call],
  ["exit.return", exitWith(STATUS.RETURN)],
  ["exit.revert", exitWith(STATUS.REVERT)],
  ["exit.stop", exitEmpty(STATUS.RETURN)],
  ["exit.deploy", exitEmpty(STATUS.DEPLOY)],
  ["exit.invalid", exitEmpty(STATUS.HALT)],
  ["exit.selfdestruct", selfdestruct],
  ["panic", (c, inst) => c.f.ret([c.f.call1(SUPPORT.panic, [c.base, BigInt(inst.imm.code ?? 0)])])],
  [
    "unreachable",
    (c) => {
      c.f.syscall("abort", []);
      c.f.ret([STATUS.HALT]);
    },
  ],
]);
