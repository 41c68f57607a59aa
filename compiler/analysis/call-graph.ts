/** Call graph of a module: who calls whom how often, and an order in which callees come before their callers. */
import type { Func, Module } from "../ir/module.js";

export interface CallGraph {
  /** Names of called functions with the number of call instructions, by caller. */
  readonly calls: ReadonlyMap<string, ReadonlyMap<string, number>>;
  /** Functions that the entries reach, callees before callers except along cycles. */
  readonly bottomUp: readonly Func[];
  /** Functions that call themselves, directly or through others. */
  readonly recursive: ReadonlySet<string>;
}

/** Calls of one function: callee to number of sites. */
export function callsOf(func: Func): Map<string, number> {
  const calls = new Map<string, number>();
  for (const block of func.blocks) for (const { op, imm } of block.insts) if (op === "call") calls.set(imm.func!, (calls.get(imm.func!) ?? 0) + 1);
  return calls;
}

export function computeCallGraph(module: Module): CallGraph {
  const calls = new Map([...module.funcs].map(([name, func]) => [name, callsOf(func)]));
  const bottomUp: Func[] = [];
  const recursive = new Set<string>();
  for (const component of components(calls, [module.creation, module.runtime]))
    for (const name of component) {
      bottomUp.push(module.funcs.get(name)!);
      if (component.length > 1 || calls.get(name)!.has(name)) recursive.add(name);
    }
  return { calls, bottomUp, recursive };
}

/** Strongly connected components in the order callees first (Tarjan 1972), without recursion. */
function components(calls: ReadonlyMap<string, ReadonlyMap<string, number>>, roots: readonly string[]): string[][] {
  const index = new Map<string, number>();
  const low = new Map<string, number>();
  const onStack = new Set<string>();
  const open: string[] = [];
  const result: string[][] = [];
  for (const root of roots) {
    if (index.has(root)) continue;
    const path: { name: string; callees: string[]; next: number }[] = [];
    const enter = (name: string): void => {
      index.set(name, index.size);
      low.set(name, index.get(name)!);
      open.push(name);
      onStack.add(name);
      path.push({ name, callees: [...calls.get(name)!.keys()], next: 0 });
    };
    enter(root);
    while (path.length > 0) {
      const top = path[path.length - 1]!;
      const callee = top.callees[top.next++];
      if (callee !== undefined) {
        if (!index.has(callee)) enter(callee);
        else if (onStack.has(callee)) low.set(top.name, Math.min(low.get(top.name)!, index.get(callee)!));
        continue;
      }
      path.pop();
      const parent = path[path.length - 1];
      if (parent) low.set(parent.name, Math.min(low.get(parent.name)!, low.get(top.name)!));
      if (low.get(top.name) === index.get(top.name)) result.push(close(open, onStack, top.name));
    }
  }
  return result;
}

function close(open: string[], onStack: Set<string>, root: string): string[] {
  const component = open.splice(open.lastIndexOf(root));
  for (const name of component) onStack.delete(name);
  return component;
}
