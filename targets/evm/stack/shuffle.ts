/**
 * Brings the stack into an exact layout: for block edges, returns and calls with many arguments.
 *
 *   [ret x y]  ->  [y ret]:  SWAP2 SWAP1 POP ...
 *
 * Greedy, as in solc's shuffler: a superfluous top is popped; a top that is in its place makes room for the next missing
 * entry or is exchanged for a misplaced one; a misplaced top goes to its place. Every step settles an entry for good or
 * brings up one that is not settled, so it ends.
 */
import { InternalError } from "../../../compiler/diagnostics/diagnostic.js";
import type { Word } from "../lir/lir.js";
import { JUNK, type Stack } from "./stack.js";

/** Puts a word that is not (often enough) on the stack onto it. */
export type Provide = (word: Word) => void;

class Shuffle {
  constructor(
    private readonly stack: Stack,
    private readonly target: readonly Word[],
    private readonly provide: Provide,
  ) {}

  run(): void {
    const { stack, target } = this;
    this.markSuperfluous();
    for (let steps = 0; !this.done(); steps++) {
      if (steps > 40 * (target.length + stack.height + 4)) throw new InternalError(`the stack [${stack.slots.join(" ")}] cannot be brought into [${target.join(" ")}]`);
      this.step();
    }
  }

  /** Copies that the target has no use for become JUNK, which from here on is a word like any other; those in their place stay. */
  private markSuperfluous(): void {
    const { slots } = this.stack;
    const left = new Map<Word, number>();
    for (const word of this.target) left.set(word, (left.get(word) ?? 0) + 1);
    const take = (index: number): void => {
      const word = slots[index]!;
      const count = left.get(word) ?? 0;
      if (count > 0) left.set(word, count - 1);
      else slots[index] = JUNK;
    };
    const settled = (index: number): boolean => this.fits(index, slots[index]!);
    const indices = [...slots.keys()];
    const order = [...indices.filter((i) => settled(i)), ...indices.filter((i) => !settled(i))];
    for (const index of order) if (slots[index] !== JUNK) take(index);
  }

  private fits(index: number, word: Word): boolean {
    return this.target[index] === word;
  }

  private done(): boolean {
    const { slots } = this.stack;
    return slots.length === this.target.length && slots.every((word, i) => this.fits(i, word));
  }

  private countOf(list: readonly Word[], word: Word): number {
    let count = 0;
    for (const entry of list) if (entry === word) count++;
    return count;
  }

  /** How many copies are missing (positive) or superfluous (negative). */
  private deficit(word: Word): number {
    return this.countOf(this.target, word) - this.countOf(this.stack.slots, word);
  }

  private step(): void {
    const { stack, target } = this;
    const { slots } = stack;
    const top = slots.length - 1;
    const word = slots[top];
    if (word === undefined) return this.grow();
    if (this.fits(top, word)) {
      if (this.misplaced() < 0 || slots.length < target.length) return this.grow();
      return stack.swap(top - this.misplaced());
    }
    if (this.deficit(word) < 0) return stack.pop();
    // Its place, lowest first, where it is not yet.
    const home = target.findIndex((wanted, i) => i < top && wanted === word && slots[i] !== word);
    if (home >= 0) return stack.swap(top - home);
    // Its place is further up.
    if (slots.length < target.length) return this.grow();
    const other = this.misplaced();
    if (other < 0 || other === top) throw new InternalError("no entry to exchange");
    stack.swap(top - other);
  }

  /** Lowest entry that is not in its place, -1 if none. A copy of the top is no use: exchanging it changes nothing. */
  private misplaced(): number {
    const { slots, top } = this.stack;
    return slots.findIndex((word, i) => word !== top && !this.fits(i, word));
  }

  /** Adds a missing entry: the one that belongs on top of the present height, if that one is missing. */
  private grow(): void {
    const { stack, target } = this;
    const next = target[stack.height];
    let word = next !== undefined && this.deficit(next) > 0 ? next : undefined;
    word ??= target.find((wanted) => this.deficit(wanted) > 0);
    // Nothing is missing but places are in the wrong order: there are superfluous entries below to bring up.
    if (word === undefined) return this.bringUp();
    const depth = word === JUNK ? 0 : stack.depthOf(word);
    if (depth > 0) stack.dup(depth);
    else this.provide(word);
  }

  private bringUp(): void {
    const { stack } = this;
    const other = this.misplaced();
    if (other < 0) throw new InternalError("no entry to bring up");
    stack.swap(stack.height - 1 - other);
  }
}

/** Arranges the whole stack as `target`, bottom first; JUNK there accepts anything. */
export function shuffleTo(stack: Stack, target: readonly Word[], provide: Provide): void {
  new Shuffle(stack, target, provide).run();
}
