/** The call graph of an object's functions: which lie on cycles, where their memory frames go. */
import type { LFunc } from "./lir/lir.js";

/** Functions that a low-level function calls or ends in. */
export function calleesOf(func: LFunc): Set<string> {
  const names = new Set<string>();
  for (const block of func.blocks) {
    for (const inst of block.insts) if (inst.callee !== undefined) names.add(inst.callee);
    if (block.term.kind === "tailcall") names.add(block.term.callee);
  }
  return names;
}

export class CallGraph {
  /** Number of the cycle group of each function; functions on no common cycle differ. */
  private readonly group = new Map<string, number>();
  /** Groups in the order callees before callers. */
  private readonly groups: string[][] = [];
  private readonly callees = new Map<string, Set<string>>();

  constructor(funcs: ReadonlyMap<string, LFunc>) {
    for (const func of funcs.values()) this.callees.set(func.name, calleesOf(func));
    this.findGroups();
  }

  inSameCycle(caller: string, callee: string): boolean {
    return this.group.get(caller) === this.group.get(callee);
  }

  /**
   * First word of each function's frame. Frames of functions that can be active at the same time are disjoint: a caller's lies
   * behind those of all its callees. Functions of one cycle each have their own.
   */
  placeFrames(sizes: ReadonlyMap<string, number>): { starts: Map<string, number>; total: number } {
    const starts = new Map<string, number>();
    const ends = new Map<string, number>();
    let total = 0;
    for (const members of this.groups) {
      let at = 0;
      for (const name of members) for (const callee of this.callees.get(name)!) at = Math.max(at, ends.get(callee) ?? 0);
      for (const name of members) {
        starts.set(name, at);
        at += sizes.get(name) ?? 0;
      }
      for (const name of members) ends.set(name, at);
      total = Math.max(total, at);
    }
    return { starts, total };
  }

  /** Tarjan's strongly connected components, without recursion. */
  private findGroups(): void {
    const index = new Map<string, number>();
    const low = new Map<string, number>();
    const open: string[] = [];
    for (const root of this.callees.keys()) {
      if (index.has(root)) continue;
      const path: { name: string; todo: string[] }[] = [];
      const enter = (name: string): void => {
        index.set(name, index.size);
        low.set(name, index.get(name)!);
        open.push(name);
        path.push({ name, todo: [...this.callees.get(name)!] });
      };
      enter(root);
      while (path.length > 0) {
        const { name, todo } = path[path.length - 1]!;
        const callee = todo.pop();
        if (callee !== undefined) {
          if (!index.has(callee)) enter(callee);
          else if (!this.group.has(callee)) low.set(name, Math.min(low.get(name)!, index.get(callee)!));
          continue;
        }
        path.pop();
        const parent = path[path.length - 1];
        if (parent) low.set(parent.name, Math.min(low.get(parent.name)!, low.get(name)!));
        if (low.get(name) === index.get(name)) this.closeGroup(name, open);
      }
    }
  }

  private closeGroup(root: string, open: string[]): void {
    const members = open.splice(open.lastIndexOf(root));
    for (const name of members) this.group.set(name, this.groups.length);
    this.groups.push(members);
  }
}
