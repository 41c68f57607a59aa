/**
 * Evaluation of operands onto the stack: expression trees in place, other words by copying, moving or pushing.
 *
 * Operands are evaluated from the deepest to the top one. Those already evaluated are "pinned": they must stay on top, in
 * order, whatever is done below and above them.
 */
import type { LFunc, LInst, Word } from "../lir/lir.js";
import { arrange, type Move } from "./arrange.js";
import type { Deferred } from "./deferral.js";
import { shuffleTo } from "./shuffle.js";
import { JUNK, type Stack } from "./stack.js";

/** Opcodes whose operands may change places, with the opcode that they have then. */
const MIRRORED: ReadonlyMap<string, string> = new Map([
  ["ADD", "ADD"],
  ["MUL", "MUL"],
  ["AND", "AND"],
  ["OR", "OR"],
  ["XOR", "XOR"],
  ["EQ", "EQ"],
  ["LT", "GT"],
  ["GT", "LT"],
  ["SLT", "SGT"],
  ["SGT", "SLT"],
]);

export interface Placement {
  readonly moves: readonly ({ readonly swap: number } | { readonly word: Word })[];
  readonly cost: number;
}

export class Operands {
  /** Uses of each word that are still to come in the block. */
  remaining = new Map<Word, number>();
  deferred = new Map<Word, LInst>();
  liveOut: ReadonlySet<Word> = new Set();
  /** Entries at the top that are operands already evaluated. */
  pinned = 0;
  tidy = false;

  constructor(
    private readonly func: LFunc,
    readonly stack: Stack,
    /** Words in reserved memory, by slot. */
    readonly spilled: ReadonlyMap<Word, number>,
  ) {}

  beginBlock(remaining: Map<Word, number>, deferred: Deferred, liveOut: ReadonlySet<Word>, tidy: boolean): void {
    this.remaining = remaining;
    this.deferred = new Map(deferred);
    this.liveOut = liveOut;
    this.tidy = tidy;
    this.pinned = 0;
  }

  /** Pushed at each use instead of kept on the stack. */
  isFree(word: Word): boolean {
    return this.func.isPush(word) || this.spilled.has(word);
  }

  isLive(word: Word): boolean {
    return word !== JUNK && ((this.remaining.get(word) ?? 0) > 0 || this.liveOut.has(word));
  }

  use(word: Word): void {
    this.remaining.set(word, this.remaining.get(word)! - 1);
  }

  slotItem(slot: number): void {
    this.stack.emit({ kind: "slot", area: this.func.name, index: slot });
  }

  /** Pushes a word that is not taken from the stack. */
  readonly provide = (word: Word): void => {
    const { stack } = this;
    const slot = this.spilled.get(word);
    const def = word === JUNK ? undefined : this.func.defs[word]!;
    if (word === JUNK) stack.push({ kind: "push", value: 0n }, JUNK);
    else if (slot !== undefined) {
      this.slotItem(slot);
      stack.op("MLOAD");
      stack.slots.push(word);
    } else if (def?.kind === "push") stack.push(def.item, word);
    else throw new Error(`word ${word} of '${this.func.name}' is not on the stack`);
  };

  /** Computes an instruction with one result or none; pinned operands of others stay below it. */
  compute(inst: LInst): void {
    const base = this.pinned;
    const name = this.evaluateArgs(inst);
    this.stack.span = inst.span;
    this.stack.op(name);
    this.stack.consumed(inst.args.length);
    this.pinned = base;
    this.stack.slots.push(...inst.results);
  }

  /** Puts a word that would be computed at its use onto the stack now; its use is still to come. */
  materialize(word: Word): void {
    const inst = this.deferred.get(word);
    if (!inst) return;
    this.deferred.delete(word);
    this.compute(inst);
  }

  /** Evaluates operands, bottom first, onto the top; they are pinned then. */
  evaluate(words: readonly Word[]): void {
    let simple: Word[] = [];
    for (const word of words) {
      const inst = this.deferred.get(word);
      if (!inst) {
        simple.push(word);
        continue;
      }
      this.placeAll(simple);
      simple = [];
      this.use(word);
      this.compute(inst);
      this.pinned++;
    }
    this.placeAll(simple);
  }

  /** Evaluates an instruction's operands in the better order; the opcode that fits it. */
  private evaluateArgs(inst: LInst): string {
    const bottomFirst = [...inst.args].reverse();
    const mirrored = MIRRORED.get(inst.op);
    if (!mirrored) {
      this.evaluate(bottomFirst);
      return inst.op;
    }
    const [deep, top] = bottomFirst as [Word, Word];
    const trees = [this.deferred.has(deep), this.deferred.has(top)];
    if (!trees[0] && !trees[1]) return this.placeEither(deep, top) ? mirrored : inst.op;
    const exchange = trees[0] && trees[1] ? this.leaf(top) === this.stack.top && this.leaf(deep) !== this.stack.top : trees[0] ? this.goesFirst(top) : !this.goesFirst(deep);
    this.evaluate(exchange ? [top, deep] : [deep, top]);
    return exchange ? mirrored : inst.op;
  }

  /** A word used for the last time goes below a tree, so that it need not be moved above it; others are pushed above it. */
  private goesFirst(word: Word): boolean {
    return !this.isFree(word) && !this.liveOut.has(word) && this.remaining.get(word) === 1 && (this.pinned === 0 || this.stack.depthOf(word) > 1);
  }

  /** The word that a tree's evaluation begins with. */
  private leaf(word: Word): Word {
    let at = word;
    for (let inst = this.deferred.get(at); inst && inst.args.length > 0; inst = this.deferred.get(at)) at = inst.args[inst.args.length - 1]!;
    return at;
  }

  /** Places two words in the cheaper order; true where that is the exchanged one. */
  private placeEither(deep: Word, top: Word): boolean {
    this.use(deep);
    this.use(top);
    const straight = this.plan([deep, top]);
    const exchanged = this.plan([top, deep]);
    const exchange = exchanged !== undefined && (straight === undefined || exchanged.cost < straight.cost);
    this.perform(exchange ? [top, deep] : [deep, top], exchange ? exchanged : straight);
    return exchange;
  }

  private placeAll(words: readonly Word[]): void {
    if (words.length === 0) return;
    words.forEach((word) => this.use(word));
    this.perform(words, this.plan(words));
  }

  private perform(words: readonly Word[], placement: Placement | undefined): void {
    if (placement) this.follow(placement);
    else this.rearrange(words);
    this.pinned += words.length;
  }

  private follow(placement: Placement): void {
    for (const move of placement.moves) {
      if ("swap" in move) this.stack.swap(move.swap);
      else this.take(move.word);
    }
  }

  private take(word: Word): void {
    const depth = this.isFree(word) ? 0 : this.stack.depthOf(word);
    if (depth > 0) this.stack.dup(depth);
    else this.provide(word);
  }

  /** On the stack, and these are its last uses. */
  private isDying(word: Word): boolean {
    return !this.isFree(word) && !this.isLive(word);
  }

  private plan(words: readonly Word[]): Placement | undefined {
    const { slots } = this.stack;
    let placed = 0;
    if (this.pinned === 0)
      for (let n = Math.min(words.length, slots.length); n > 0 && placed === 0; n--) {
        const prefix = words.slice(0, n);
        if (new Set(prefix).size === n && prefix.every((word, i) => slots[slots.length - n + i] === word && this.isDying(word))) placed = n;
      }
    const rest = words.slice(placed);
    const settled = words.slice(0, placed);
    if (rest.every((word) => !this.isDying(word) || settled.includes(word))) return { moves: rest.map((word) => ({ word })), cost: 3 * rest.length };
    return this.planBySearch(words);
  }

  private planBySearch(words: readonly Word[]): Placement | undefined {
    const { slots } = this.stack;
    const { pinned } = this;
    if (pinned + words.length > 7) return undefined;
    const distinct = [...new Set(words)];
    const base = slots.length - pinned;
    const chosen = new Map<number, number>();
    let lowest = base;
    distinct.forEach((word, i) => {
      if (!this.isDying(word)) return;
      const at = slots.lastIndexOf(word, base - 1);
      chosen.set(at, pinned + i);
      lowest = Math.min(lowest, at);
    });
    if (slots.length - lowest > 17) return undefined;
    const stack: number[] = [];
    for (let i = lowest; i < slots.length; i++) stack.push(i >= base ? i - base : (chosen.get(i) ?? -1));
    const goal = [...Array(pinned).keys(), ...words.map((word) => pinned + distinct.indexOf(word))];
    const dying = [...Array<boolean>(pinned).fill(false), ...distinct.map((word) => this.isDying(word))];
    const solution = arrange({ stack, goal, dying, leftover: this.tidy ? 5 : 1 });
    return solution && { moves: solution.moves.map((move: Move) => ("swap" in move ? move : { word: distinct[move.take - pinned]! })), cost: solution.cost };
  }

  /** Brings all of the stack into the layout: others, pinned operands, words; for long operand lists. */
  private rearrange(words: readonly Word[]): void {
    const { slots } = this.stack;
    const base = slots.length - this.pinned;
    const others: Word[] = slots.slice(0, base).map((word) => (words.includes(word) && this.isDying(word) ? JUNK : word));
    // Holes are filled from above, which moves the fewest entries.
    for (let hole = others.indexOf(JUNK); hole >= 0; hole = others.indexOf(JUNK)) {
      const last = others.pop()!;
      if (hole < others.length) others[hole] = last;
    }
    shuffleTo(this.stack, [...others, ...slots.slice(base), ...words], this.provide);
  }
}
