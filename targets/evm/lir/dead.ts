/** Removes instructions whose results nobody uses and that only compute or read, and blocks that nothing reaches. */
import { opcode } from "../asm/opcodes.js";
import { edgesOf, MEMORY, operandsOf, type LFunc, type LInst, type Word } from "./lir.js";

/** Opcodes that have effects beside the regions that they write. */
const KEPT: ReadonlySet<string> = new Set(["call", "trapif", "CALL", "CALLCODE", "DELEGATECALL", "STATICCALL", "CREATE", "CREATE2"]);

/** Blocks reachable from the entry, by id. */
export function reachableBlocks(func: LFunc): Set<number> {
  const reached = new Set<number>();
  const work = [0];
  while (work.length > 0) {
    const id = work.pop()!;
    if (reached.has(id)) continue;
    reached.add(id);
    for (const edge of edgesOf(func.blocks[id]!.term)) work.push(edge.block);
  }
  return reached;
}

/** A read at an address of which nothing is known may run out of gas, which must not get lost. */
function isRemovable(inst: LInst): boolean {
  return inst.writes === 0 && !KEPT.has(inst.op) && opcode(inst.op).pushes === 1 && (inst.reads & MEMORY) !== MEMORY;
}

export function removeDead(func: LFunc): void {
  const uses = new Uint32Array(func.defs.length);
  const use = (word: Word): void => {
    uses[word]!++;
  };
  const reached = reachableBlocks(func);
  for (const id of reached) {
    const block = func.blocks[id]!;
    for (const inst of block.insts) inst.args.forEach(use);
    operandsOf(block.term).forEach(use);
    for (const edge of edgesOf(block.term)) edge.args.forEach(use);
  }
  // Reverse order within a block sees users before definitions; across blocks it repeats until nothing changes.
  for (let changed = true; changed;) {
    changed = false;
    for (const id of reached) {
      const block = func.blocks[id]!;
      const kept = [];
      for (let i = block.insts.length - 1; i >= 0; i--) {
        const inst = block.insts[i]!;
        if (!isRemovable(inst) || uses[inst.results[0]!] !== 0) kept.push(inst);
        else {
          inst.args.forEach((arg) => uses[arg]!--);
          changed = true;
        }
      }
      block.insts = kept.reverse();
    }
  }
}
