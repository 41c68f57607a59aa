/**
 * Uses what branches say about the size of words: behind a check that a word has at most k bits its mask does nothing.
 *
 *   branch GT(x, 2^160-1), fail, ok          branch SHR(160, x), fail, ok
 *   ok: ... AND(2^160-1, x) ...         ->   ok: ... x ...
 *
 * Safe because the replaced uses lie in blocks that the checked edge dominates, where x is its own masked value. The comparison
 * with 2^k-1, or with the masked value, becomes a shift, which is as good a condition and shorter.
 */
import { LirBuilder } from "./builder.js";
import { removeDead } from "./dead.js";
import { exactLog2 } from "./fold.js";
import { hasOpcode, type Fork } from "../hardfork.js";
import { edgesOf, type LBlock, type LFunc, type LTerm, type Word } from "./lir.js";

/** A word has at most `bits` bits where the condition is (not) zero. */
interface Fact {
  readonly word: Word;
  readonly bits: number;
  readonly whereZero: boolean;
  /** The condition says just that, so a shift can replace it. */
  readonly isComparison: boolean;
}

/** What a condition says, negations looked through. */
function factOf(func: LFunc, cond: Word): Fact | undefined {
  let word = cond;
  let whereZero = false;
  for (let inst = func.defInst(word); inst?.op === "ISZERO"; inst = func.defInst(word)) {
    word = inst.args[0]!;
    whereZero = !whereZero;
  }
  const inst = func.defInst(word);
  if (!inst || inst.args.length !== 2) return undefined;
  const [a, b] = inst.args as [Word, Word];
  const [ca, cb] = [func.constantOf(a), func.constantOf(b)];
  const fact = (of: Word, bits: number, zero: boolean, isComparison = false): Fact => ({ word: of, bits, whereZero: zero !== whereZero, isComparison });
  const limit = (value: bigint): number | undefined => exactLog2(value + 1n);
  // x > 2^k - 1 is false, or x < 2^k is true.
  if (inst.op === "GT" && cb !== undefined && limit(cb) !== undefined) return fact(a, limit(cb)!, true, true);
  if (inst.op === "LT" && ca !== undefined && limit(ca) !== undefined) return fact(b, limit(ca)!, true, true);
  if (inst.op === "LT" && cb !== undefined && cb > 0n) return fact(a, bitLength(cb - 1n), false);
  if (inst.op === "GT" && ca !== undefined && ca > 0n) return fact(b, bitLength(ca - 1n), false);
  if (inst.op === "SHR" && ca !== undefined && ca < 256n) return fact(b, Number(ca), true);
  if (inst.op !== "EQ" && inst.op !== "XOR") return undefined;
  for (const [masked, plain] of [
    [a, b],
    [b, a],
  ] as const) {
    const bits = maskOf(func, masked, plain);
    if (bits !== undefined) return fact(plain, bits, inst.op === "XOR", true);
  }
  return undefined;
}

function bitLength(value: bigint): number {
  return value === 0n ? 0 : value.toString(2).length;
}

/** k where `masked` is AND(2^k-1, plain). */
function maskOf(func: LFunc, masked: Word, plain: Word): number | undefined {
  const inst = func.defInst(masked);
  if (inst?.op !== "AND") return undefined;
  const [a, b] = inst.args as [Word, Word];
  const constant = func.constantOf(b === plain ? a : b);
  if ((a !== plain && b !== plain) || constant === undefined) return undefined;
  return exactLog2(constant + 1n);
}

/** Immediate dominators by block id, by the iterative method of Cooper, Harvey and Kennedy. */
function dominators(func: LFunc, rpo: readonly number[]): number[] {
  const order = new Array<number>(func.blocks.length).fill(-1);
  rpo.forEach((id, i) => (order[id] = i));
  const preds = func.blocks.map((): number[] => []);
  for (const id of rpo) for (const edge of edgesOf(func.blocks[id]!.term)) preds[edge.block]!.push(id);
  const idom = new Array<number>(func.blocks.length).fill(-1);
  idom[rpo[0]!] = rpo[0]!;
  const meet = (a: number, b: number): number => {
    while (a !== b) {
      while (order[a]! > order[b]!) a = idom[a]!;
      while (order[b]! > order[a]!) b = idom[b]!;
    }
    return a;
  };
  for (let changed = true; changed;) {
    changed = false;
    for (const id of rpo.slice(1)) {
      const known = preds[id]!.filter((pred) => idom[pred]! >= 0);
      const next = known.reduce(meet);
      if (idom[id] === next) continue;
      idom[id] = next;
      changed = true;
    }
  }
  return idom;
}

function replaceUses(block: LBlock, replace: (word: Word) => Word): void {
  for (const inst of block.insts) inst.args = inst.args.map(replace);
  const { term } = block;
  for (const edge of edgesOf(term)) edge.args = edge.args.map(replace);
  if (term.kind === "branch") term.cond = replace(term.cond);
  else if (term.kind === "switch") term.value = replace(term.value);
  else if (term.kind === "ret") term.values = term.values.map(replace);
  else if (term.kind === "exit" || term.kind === "tailcall") term.args = term.args.map(replace);
}

/** Applies what branches say. `rpo` are the reachable blocks in reverse postorder. */
export function applyBounds(func: LFunc, rpo: readonly number[], fork: Fork): void {
  const masks = collectMasks(func, rpo);
  const facts = rpo.flatMap((id) => {
    const { term } = func.blocks[id]!;
    const fact = term.kind === "branch" ? factOf(func, term.cond) : undefined;
    return fact && term.kind === "branch" ? [{ id, term, fact }] : [];
  });
  if (facts.length === 0) return;
  const idom = dominators(func, rpo);
  for (const { id, term, fact } of facts) {
    const good = fact.whereZero ? term.else.block : term.then.block;
    const replaced = new Map((masks.get(fact.word) ?? []).filter(({ bits }) => bits >= fact.bits).map(({ word }) => [word, fact.word]));
    if (replaced.size > 0) for (const other of rpo) if (isDominatedBy(idom, other, good)) replaceUses(func.blocks[other]!, (word) => replaced.get(word) ?? word);
    if (fact.isComparison && fact.bits > 16 && hasOpcode(fork, "SHR")) shiftInstead(func, func.blocks[id]!, term, fact, fork);
  }
  removeDead(func);
}

function isDominatedBy(idom: readonly number[], block: number, by: number): boolean {
  for (let at = block; ; at = idom[at]!) {
    if (at === by) return true;
    if (at === idom[at]) return false;
  }
}

/** Words that are AND(2^bits-1, x), by x. */
function collectMasks(func: LFunc, rpo: readonly number[]): Map<Word, { word: Word; bits: number }[]> {
  const masks = new Map<Word, { word: Word; bits: number }[]>();
  for (const id of rpo)
    for (const inst of func.blocks[id]!.insts) {
      if (inst.op !== "AND") continue;
      for (const plain of inst.args) {
        const bits = maskOf(func, inst.results[0]!, plain);
        if (bits !== undefined && !func.isPush(plain)) masks.set(plain, [...(masks.get(plain) ?? []), { word: inst.results[0]!, bits }]);
      }
    }
  return masks;
}

function shiftInstead(func: LFunc, block: LBlock, term: LTerm & { kind: "branch" }, fact: Fact, fork: Fork): void {
  const b = new LirBuilder(func, fork);
  b.at(block);
  b.span = term.span;
  const above = b.op("SHR", b.const(fact.bits), fact.word);
  term.cond = fact.whereZero ? above : b.isZero(above);
}
