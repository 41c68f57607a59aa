/**
 * Rebuilds expression trees within a block: an instruction with one use is computed at that use, where its result lies on
 * the stack just as it is needed.
 *
 *   a = SLOAD(k); b = CALLER; SSTORE(k, ADD(a, 1))    one statement; nothing is stored in between
 *
 * An instruction may move down to its use only past instructions that do not write what it reads; what writes or may fail
 * (a root) stays in order. So memory, storage and failures are seen in the order of the program.
 */
import { edgesOf, operandsOf, type LBlock, type LInst, type Word } from "../lir/lir.js";

/** For each word of the block that is computed at its use: its instruction. */
export type Deferred = ReadonlyMap<Word, LInst>;

/** Instructions that are computed where they stand, whatever their effects. */
function isFixed(inst: LInst): boolean {
  return inst.results.length !== 1 || inst.writes !== 0 || inst.op === "call" || inst.op === "trapif";
}

export function findDeferred(block: LBlock, liveOut: ReadonlySet<Word>): Deferred {
  const uses = countUses(block);
  const end = block.insts.length;
  /** Where each single-use word is used: an instruction's index, or `end`. */
  const user = new Map<Word, number>();
  block.insts.forEach((inst, i) => inst.args.forEach((arg) => user.set(arg, i)));
  for (const word of terminatorUses(block)) user.set(word, end);
  const deferred = new Map<Word, LInst>();
  /** Index of the root at which an instruction is computed. */
  const rootOf = block.insts.map((_, i) => i);
  for (let i = end - 1; i >= 0; i--) {
    const inst = block.insts[i]!;
    const word = inst.results[0];
    if (isFixed(inst) || word === undefined || uses.get(word) !== 1 || liveOut.has(word)) continue;
    const at = user.get(word)!;
    const root = at === end ? end : rootOf[at]!;
    if (!canMove(block, inst, i, root)) continue;
    rootOf[i] = root;
    deferred.set(word, inst);
  }
  return deferred;
}

function canMove(block: LBlock, inst: LInst, from: number, to: number): boolean {
  if (inst.reads === 0 && inst.op !== "GAS") return true;
  for (let i = from + 1; i < to; i++) {
    const other = block.insts[i]!;
    // What is measured with GAS must stay between the same effects, and readings in their order.
    if (inst.op === "GAS" ? other.writes !== 0 || other.reads !== 0 || other.op === "trapif" || other.op === "GAS" : (other.writes & inst.reads) !== 0) return false;
  }
  return true;
}

/** Operand occurrences of each word in the block, the terminator and its edges included. */
export function countUses(block: LBlock): Map<Word, number> {
  const uses = new Map<Word, number>();
  const use = (word: Word): void => void uses.set(word, (uses.get(word) ?? 0) + 1);
  for (const inst of block.insts) inst.args.forEach(use);
  terminatorUses(block).forEach(use);
  return uses;
}

function terminatorUses(block: LBlock): Word[] {
  return [...operandsOf(block.term), ...edgesOf(block.term).flatMap((edge) => edge.args)];
}
