/**
 * Runs one contract's instructions until it ends or another contract has to run: constants, locals, control flow and the endings
 * here, pure operations by fold.ts, the rest by the handlers.
 */
import { InternalError } from "../../diagnostics/diagnostic.js";
import { evaluate, isFoldable } from "../fold.js";
import type { Func, Inst, Target } from "../module.js";
import { printInst } from "../printer.js";
import type { Activation, CallResult, Frame, Handler, Request, Step } from "./frame.js";
import { MEMORY_HANDLERS, readRange } from "./handlers-memory.js";
import { STATE_HANDLERS } from "./handlers-state.js";
import { FrameEnd, halt, OutOfFuel, panicData } from "./outcome.js";

/** Functions deep; a machine with any stack ends somewhere, and this is further than programs go that end well. */
const MAX_ACTIVATIONS = 20_000;

/** Begins the execution of a function in a frame. */
export function enter(frame: Frame, func: Func, args: readonly bigint[]): void {
  if (frame.activations.length >= MAX_ACTIVATIONS) throw halt("stack overflow");
  const blocks = new Array<Func["entry"] | undefined>(func.blockIdLimit).fill(undefined);
  for (const block of func.blocks) blocks[block.id] = block;
  const values = new Array<bigint>(func.valueTypes.length);
  func.params.forEach((param, i) => (values[param] = args[i]!));
  frame.activations.push({ func, blocks, values, locals: func.locals.map(() => 0n), block: func.entry, next: 0 });
}

/** Runs until the frame asks for another contract. Throws a {@link FrameEnd} where it ends. */
export function runFrame(frame: Frame): Request {
  for (;;) {
    const activation = frame.activations[frame.activations.length - 1];
    if (!activation) throw new InternalError("a frame returned from its entry");
    if (frame.session.fuel-- <= 0) throw new OutOfFuel();
    const inst = activation.block.insts[activation.next++];
    if (!inst) throw new InternalError(`@${activation.func.name} b${activation.block.id} does not end in a terminator`);
    const request = step(frame, activation, inst);
    if (request) return request;
  }
}

/** Gives the waiting instruction of a frame its result. */
export function resumeFrame(frame: Frame, result: bigint): void {
  const activation = frame.activations[frame.activations.length - 1]!;
  const waiting = activation.block.insts[activation.next - 1]!;
  activation.values[waiting.results[0]!] = result;
}

/** The outcome of a call that ended so. */
export function resultOf(end: FrameEnd): CallResult {
  const success = end.kind === "return" || end.kind === "deploy";
  return end.reason === undefined ? { success, data: end.data } : { success, data: end.data, error: end.reason };
}

function step(frame: Frame, activation: Activation, inst: Inst): Request | undefined {
  const { func, values } = activation;
  const args = inst.args.map((arg) => valueOf(activation, inst, arg));
  if (isFoldable(inst.op)) {
    const pure = evaluate(
      inst.op,
      [...inst.args, ...inst.results].map((v) => func.typeOf(v)),
      args,
    )!;
    if (pure === "false claim") throw new InternalError(`a claim does not hold: ${describe(func, inst, args)}`, inst.span);
    if (typeof pure !== "bigint") throw new FrameEnd("revert", panicData(pure.trap));
    values[inst.results[0]!] = pure;
    return undefined;
  }
  const control = CONTROL[inst.op];
  if (control) {
    control(frame, activation, inst, args);
    return undefined;
  }
  const handler = HANDLERS.get(inst.op);
  if (!handler) throw new InternalError(`the interpreter has no meaning for '${inst.op}'`, inst.span);
  const result = runHandler(handler, { frame, inst, func, args });
  if (typeof result !== "bigint") return result;
  values[inst.results[0]!] = result;
  return undefined;
}

/** Faults of the IR name the instruction that showed them. */
function runHandler(handler: Handler, at: Step): ReturnType<Handler> {
  try {
    return handler(at);
  } catch (error) {
    if (error instanceof InternalError) throw new InternalError(`${error.message}: ${describe(at.func, at.inst, at.args)}`, at.inst.span);
    throw error;
  }
}

function describe(func: Func, inst: Inst, args: readonly bigint[]): string {
  return `@${func.name} \`${printInst(func, inst)}\` with (${args.map((a) => "0x" + a.toString(16)).join(", ")})`;
}

function valueOf(activation: Activation, inst: Inst, value: Inst["args"][number]): bigint {
  const found = activation.values[value];
  if (found === undefined) throw new InternalError(`%${value} has no value: @${activation.func.name} \`${printInst(activation.func, inst)}\``);
  return found;
}

const HANDLERS: ReadonlyMap<string, Handler> = new Map(Object.entries({ ...MEMORY_HANDLERS, ...STATE_HANDLERS }));

type Control = (frame: Frame, activation: Activation, inst: Inst, args: readonly bigint[]) => void;

function jump(activation: Activation, inst: Inst, target: Target): void {
  const block = activation.blocks[target.block]!;
  // All arguments are read before any parameter is written: a loop may swap its parameters.
  const args = target.args.map((arg) => valueOf(activation, inst, arg));
  block.params.forEach((param, i) => (activation.values[param] = args[i]!));
  activation.block = block;
  activation.next = 0;
}

function call(frame: Frame, _activation: Activation, inst: Inst, args: readonly bigint[]): void {
  enter(frame, frame.message.module.funcs.get(inst.imm.func!)!, args);
}

function ret(frame: Frame, _activation: Activation, _inst: Inst, args: readonly bigint[]): void {
  frame.activations.pop();
  const caller = frame.activations[frame.activations.length - 1];
  if (!caller) throw new InternalError("an entry function returns instead of ending the execution");
  const results = caller.block.insts[caller.next - 1]!.results;
  results.forEach((result, i) => (caller.values[result] = args[i]!));
}

/** Return and revert read their data from the range that their two operands give. */
const exitWith =
  (kind: "return" | "revert"): Control =>
  (frame, { func }, inst, args) => {
    const handler: Handler = (at) => {
      throw new FrameEnd(kind, readRange(at, 0));
    };
    runHandler(handler, { frame, func, inst, args });
  };

function deploy(frame: Frame): void {
  if (!frame.message.creation) throw new InternalError("exit.deploy outside of creation code");
  throw new FrameEnd("deploy");
}

function selfdestruct(frame: Frame, _activation: Activation, _inst: Inst, args: readonly bigint[]): void {
  if (frame.message.isStatic) throw halt("a selfdestruct in a static call");
  frame.session.state.selfdestruct(frame.message.address, args[0]!);
  throw new FrameEnd("return");
}

const CONTROL: Readonly<Record<string, Control>> = {
  const: (_frame, { values }, inst) => void (values[inst.results[0]!] = inst.imm.int!),
  "local.get": (_frame, { values, locals }, inst) => void (values[inst.results[0]!] = locals[inst.imm.local!]!),
  "local.set": (_frame, { locals }, inst, args) => void (locals[inst.imm.local!] = args[0]!),
  call,
  ret,
  jump: (_frame, activation, inst) => jump(activation, inst, inst.targets[0]!),
  branch: (_frame, activation, inst, args) => jump(activation, inst, inst.targets[args[0] === 1n ? 0 : 1]!),
  switch: (_frame, activation, inst, args) => {
    const found = inst.cases!.indexOf(args[0]!);
    jump(activation, inst, inst.targets[found < 0 ? inst.targets.length - 1 : found]!);
  },
  "exit.return": exitWith("return"),
  "exit.revert": exitWith("revert"),
  "exit.stop": () => {
    throw new FrameEnd("return");
  },
  "exit.deploy": deploy,
  "exit.invalid": () => {
    throw halt("invalid");
  },
  "exit.selfdestruct": selfdestruct,
  panic: (_frame, _activation, inst) => {
    throw new FrameEnd("revert", panicData(inst.imm.code!));
  },
  unreachable: (_frame, { func }) => {
    throw new InternalError(`unreachable code of @${func.name} was reached`);
  },
};

/** Names of all instructions that the interpreter gives a meaning, beyond those of fold.ts; a test compares them with the table. */
export const EXECUTED_OPS: readonly string[] = [...Object.keys(CONTROL), ...HANDLERS.keys()];
