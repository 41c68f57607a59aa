/**
 * Call data during creation. In creation code the IR's call data is the constructor's arguments, but Solidity's is empty there. Functions
 * that the constructors reach and that read call data get a copy for creation in which it is empty.
 *
 *   call @Context._msgData   ->   call @Context._msgData$creation      calldata.size -> const 0
 *
 * Only functions on a path to such an instruction are copied; the decoding of the constructor's arguments is not reached from there.
 */
import { Func, type Inst, type Module } from "../../../../ir/module.js";
import { CONSTRUCTOR } from "./creation.js";

export function hideCreationCalldata(module: Module): void {
  const root = module.funcs.get(CONSTRUCTOR);
  if (!root) return;
  const reading = readersReachedFrom(module, root);
  if (reading.size === 0) return;
  const renamed = new Map([...reading].map((name) => [name, name === CONSTRUCTOR ? name : `${name}$creation`]));
  for (const [name, copyName] of renamed) {
    const source = module.funcs.get(name)!;
    const target = name === copyName ? source : module.addFunc(cloneFunc(source, copyName));
    for (const block of target.blocks) block.insts = block.insts.flatMap((inst) => rewrite(inst, renamed));
  }
}

function callees(func: Func): string[] {
  return func.blocks.flatMap((block) => block.insts.flatMap((inst) => (inst.imm.func === undefined ? [] : [inst.imm.func])));
}

/** Functions reached from `root` that read call data themselves or through what they call. */
function readersReachedFrom(module: Module, root: Func): Set<string> {
  const reached = new Map<string, Func>([[root.name, root]]);
  for (const func of reached.values()) for (const name of callees(func)) if (!reached.has(name)) reached.set(name, module.funcs.get(name)!);
  const reading = new Set<string>();
  const reads = (func: Func): boolean => func.blocks.some((block) => block.insts.some((i) => i.op.startsWith("calldata."))) || callees(func).some((name) => reading.has(name));
  for (let changed = true; changed;) {
    changed = false;
    for (const [name, func] of reached)
      if (!reading.has(name) && reads(func)) {
        reading.add(name);
        changed = true;
      }
  }
  return reading;
}

/** An instruction as it is during creation. */
function rewrite(inst: Inst, renamed: ReadonlyMap<string, string>): Inst[] {
  if (inst.op === "calldata.size" || inst.op === "calldata.load") return [{ ...inst, op: "const", args: [], imm: { int: 0n } }];
  if (inst.op === "calldata.copy") return [{ ...inst, op: "mem.zero", args: [inst.args[0]!, inst.args[2]!] }];
  const callee = inst.imm.func === undefined ? undefined : renamed.get(inst.imm.func);
  return [callee === undefined ? inst : { ...inst, imm: { ...inst.imm, func: callee } }];
}

function cloneFunc(source: Func, name: string): Func {
  const copy = new Func(name, source.paramTypes, source.resultTypes);
  copy.valueTypes.length = 0;
  copy.valueTypes.push(...source.valueTypes);
  copy.locals = source.locals.map((local) => ({ ...local }));
  copy.inline = source.inline;
  copy.span = source.span;
  copy.reserveBlockId(source.blockIdLimit);
  copy.blocks = source.blocks.map((block) => ({
    id: block.id,
    params: [...block.params],
    insts: block.insts.map((inst) => ({ ...inst, args: [...inst.args], results: [...inst.results], targets: inst.targets.map((t) => ({ ...t, args: [...t.args] })) })),
  }));
  return copy;
}
