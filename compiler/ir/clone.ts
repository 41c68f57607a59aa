/** Deep copies of modules, for targets that optimise further on their own: passes change a module in place. */
import { Func, Module, type Inst } from "./module.js";

/** A copy that shares nothing mutable with the original; spans, types and names are the same. */
export function cloneModule(module: Module): Module {
  const copy = new Module(module.name);
  copy.kind = module.kind;
  copy.creation = module.creation;
  copy.runtime = module.runtime;
  for (const [name, bytes] of module.data) copy.data.set(name, bytes);
  for (const immutable of module.immutables) copy.immutables.push({ ...immutable });
  for (const func of module.funcs.values()) copy.addFunc(cloneFunc(func));
  return copy;
}

function cloneFunc(func: Func): Func {
  const copy = new Func(func.name, [], [...func.resultTypes]);
  for (const type of func.valueTypes) copy.newValue(type);
  copy.params.push(...func.params);
  copy.locals = func.locals.map((local) => ({ ...local }));
  copy.inline = func.inline;
  copy.span = func.span;
  copy.reserveBlockId(func.blockIdLimit);
  copy.blocks = func.blocks.map(({ id, params, insts }) => ({ id, params: [...params], insts: insts.map(cloneInst) }));
  return copy;
}

function cloneInst(inst: Inst): Inst {
  const targets = inst.targets.map(({ block, args }) => ({ block, args: [...args] }));
  const copy: Inst = { op: inst.op, args: [...inst.args], results: [...inst.results], imm: { ...inst.imm }, targets, span: inst.span };
  if (inst.cases) copy.cases = [...inst.cases];
  return copy;
}
