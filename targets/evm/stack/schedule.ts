/**
 * Schedules a function; where a word lies too deep for DUP16 and SWAP16, puts words into reserved memory and tries again.
 * Each try has more words in memory, and with all of them there nothing lies deep, so it ends: "stack too deep" cannot
 * happen.
 */
import { InternalError } from "../../../compiler/diagnostics/diagnostic.js";
import type { AsmBlock } from "../asm/item.js";
import { edgesOf, operandsOf, type LFunc, type Word } from "../lir/lir.js";
import type { Deferred } from "./deferral.js";
import { computeFlow, layoutBlocks, type Flow } from "./flow.js";
import { deferAll, Scheduler, type ObjectContext } from "./scheduler.js";
import { TooDeep } from "./stack.js";

export interface ScheduledFunction {
  readonly blocks: readonly AsmBlock[];
  /** Number of reserved memory words for this function. */
  readonly slots: number;
  /** Number of reserved words for results while saved words are put back. */
  readonly resultSlots: number;
}

export function scheduleFunction(func: LFunc, context: ObjectContext): ScheduledFunction {
  const flow = computeFlow(func);
  const order = layoutBlocks(func, flow);
  const deferred = deferAll(func, flow);
  const spilled = new Map<Word, number>();
  const spill = (word: Word): void => void spilled.set(word, spilled.size);
  let weights: Map<Word, number> | undefined;
  for (let tries = 0; ; tries++) {
    const scheduler = new Scheduler(func, flow, order, deferred, spilled, context);
    try {
      const blocks = scheduler.run();
      return { blocks, slots: spilled.size, resultSlots: scheduler.resultSlots };
    } catch (error) {
      if (!(error instanceof TooDeep)) throw error;
      weights ??= spillWeights(func, flow, deferred);
      // Few tries keep as much as possible on the stack; a large function gives in faster.
      for (const word of chooseSpills(func, error, weights, spilled, 1 + (tries >> 2))) spill(word);
    }
  }
}

/** Of the words between the wanted one and the top, those whose loads and store cost least. */
function chooseSpills(func: LFunc, error: TooDeep, weights: ReadonlyMap<Word, number>, spilled: ReadonlyMap<Word, number>, count: number): Word[] {
  const candidates = [...new Set(error.above)].filter((word) => weights.has(word) && !spilled.has(word));
  if (candidates.length === 0) throw new InternalError(`no word of '${func.name}' can be put into memory: [${error.above.join(" ")}]`);
  return candidates.sort((a, b) => weights.get(a)! - weights.get(b)!).slice(0, count);
}

/** Uses weighed by loop depth, for every word that can live in memory. */
function spillWeights(func: LFunc, flow: Flow, deferred: readonly Deferred[]): Map<Word, number> {
  const weights = new Map<Word, number>();
  const trees = new Set(deferred.flatMap((words) => [...words.keys()]));
  const add = (word: Word, weight: number): void => {
    if (!func.isPush(word) && !trees.has(word)) weights.set(word, (weights.get(word) ?? 0) + weight);
  };
  for (const word of func.params) add(word, 1);
  if (func.returnAddress !== undefined) add(func.returnAddress, 1);
  for (const id of flow.rpo) {
    const block = func.blocks[id]!;
    const weight = 8 ** Math.min(flow.loopDepth[id]!, 6);
    block.params.forEach((word) => add(word, weight));
    for (const inst of block.insts) {
      inst.results.forEach((word) => add(word, weight));
      inst.args.forEach((word) => add(word, weight));
    }
    operandsOf(block.term).forEach((word) => add(word, weight));
    for (const edge of edgesOf(block.term)) edge.args.forEach((word) => add(word, weight));
  }
  return weights;
}
