/**
 * The model of the EVM's stack during scheduling, with the items that bring it about. Index 0 is the function's bottom;
 * the last entry is the top. It refuses to reach deeper than DUP16 and SWAP16 do.
 */
import type { Span } from "../../../compiler/base/span.js";
import type { Item, ItemBody } from "../asm/item.js";
import type { Word } from "../lir/lir.js";

/** An entry that no one needs any more. */
export const JUNK = -1 as Word;

/** A word lies too deep; the function is scheduled again with some words in memory. */
export class TooDeep extends Error {
  constructor(
    readonly wanted: Word,
    /** The entries from the wanted one up to the top. */
    readonly above: readonly Word[],
  ) {
    super("stack too deep");
  }
}

export class Stack {
  readonly items: Item[] = [];
  slots: Word[] = [];
  span: Span | undefined;

  get height(): number {
    return this.slots.length;
  }

  get top(): Word | undefined {
    return this.slots[this.slots.length - 1];
  }

  emit(body: ItemBody, jump?: "i" | "o"): void {
    this.items.push(jump ? { ...body, span: this.span, jump } : { ...body, span: this.span });
  }

  op(name: string): void {
    this.emit({ kind: "op", name });
  }

  /** Pushes an item as a word. */
  push(body: ItemBody, word: Word): void {
    this.emit(body);
    this.slots.push(word);
  }

  /** Distance of the topmost copy from the top: 1 is the top; 0 where there is none. */
  depthOf(word: Word): number {
    const at = this.slots.lastIndexOf(word);
    return at < 0 ? 0 : this.slots.length - at;
  }

  dup(depth: number): void {
    const word = this.slots[this.slots.length - depth]!;
    if (depth > 16) throw new TooDeep(word, this.slots.slice(-depth));
    this.op(`DUP${depth}`);
    this.slots.push(word);
  }

  /** Exchanges the top with the entry `distance` below it. */
  swap(distance: number): void {
    if (distance === 0) return;
    const top = this.slots.length - 1;
    const below = top - distance;
    if (distance > 16) throw new TooDeep(this.slots[below]!, this.slots.slice(below));
    // Equal entries need no exchange.
    if (this.slots[top] !== this.slots[below]) this.op(`SWAP${distance}`);
    [this.slots[top], this.slots[below]] = [this.slots[below]!, this.slots[top]!];
  }

  pop(): void {
    this.op("POP");
    this.slots.length--;
  }

  /** Takes entries off the model that an emitted opcode consumed. */
  consumed(count: number): void {
    this.slots.length -= count;
  }
}
