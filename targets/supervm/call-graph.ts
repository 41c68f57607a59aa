/**
 * What calls what within a module: which functions are reached from the entries, which are recursive (they count their depth), and which never
 * return to their caller. The last leave with a status as their WebAssembly result instead of unwinding through the host:
 *
 *   a dispatcher calls `external_transfer()`, all of whose paths end in exit.return or exit.revert
 *   ->  the caller does `return external_transfer()`, and no exception is thrown
 */
import { InternalError } from "../../compiler/diagnostics/diagnostic.js";
import { terminator, type Func, type Module } from "../../compiler/ir/module.js";
import { reachableBlocks } from "./flow.js";

export interface CallGraph {
  /** Functions to emit, entries first, in a fixed order. */
  readonly order: readonly Func[];
  readonly recursive: ReadonlySet<Func>;
  readonly neverReturns: ReadonlySet<Func>;
}

export function analyseCalls(module: Module): CallGraph {
  const entries = [module.creation, module.runtime].map((name) => findFunc(module, name));
  const order: Func[] = [];
  const callees = new Map<Func, Func[]>();
  const pending = [...new Set(entries)];
  for (const func of pending) {
    order.push(func);
    const called = new Set<Func>();
    for (const block of reachableBlocks(func)) {
      for (const inst of block.insts) if (inst.op === "call") called.add(findFunc(module, inst.imm.func!));
    }
    callees.set(func, [...called]);
    for (const callee of called) if (!pending.includes(callee)) pending.push(callee);
  }
  const neverReturns = new Set(order.filter((func) => entries.includes(func) || !returns(func)));
  return { order, recursive: findRecursive(order, callees), neverReturns };
}

function findFunc(module: Module, name: string): Func {
  const func = module.funcs.get(name);
  if (!func) throw new InternalError(`${module.name} has no function '${name}'`);
  return func;
}

function returns(func: Func): boolean {
  return reachableBlocks(func).some((block) => terminator(block).op === "ret");
}

/** Members of cycles of the call graph: Tarjan's strongly connected components, without recursion of its own. */
function findRecursive(order: readonly Func[], callees: ReadonlyMap<Func, readonly Func[]>): Set<Func> {
  const recursive = new Set<Func>();
  const index = new Map<Func, number>();
  const low = new Map<Func, number>();
  const stack: Func[] = [];
  const onStack = new Set<Func>();
  for (const root of order) {
    if (index.has(root)) continue;
    const work: { func: Func; next: number }[] = [];
    const visit = (func: Func): void => {
      index.set(func, index.size);
      low.set(func, index.get(func)!);
      stack.push(func);
      onStack.add(func);
      work.push({ func, next: 0 });
    };
    visit(root);
    while (work.length > 0) {
      const top = work[work.length - 1]!;
      const callee = callees.get(top.func)![top.next++];
      if (callee) {
        if (!index.has(callee)) visit(callee);
        else if (onStack.has(callee)) low.set(top.func, Math.min(low.get(top.func)!, index.get(callee)!));
        continue;
      }
      work.pop();
      const parent = work[work.length - 1]?.func;
      if (parent) low.set(parent, Math.min(low.get(parent)!, low.get(top.func)!));
      if (low.get(top.func) === index.get(top.func)) popComponent(top.func);
    }
  }
  return recursive;

  function popComponent(root: Func): void {
    const members = stack.splice(stack.indexOf(root));
    for (const member of members) onStack.delete(member);
    if (members.length > 1 || callees.get(root)!.includes(root)) for (const member of members) recursive.add(member);
  }
}
