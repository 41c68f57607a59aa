/**
 * What the code generator hands to the assembler: blocks of items. An item is an opcode or the push of a number that may
 * be known only when code is laid out (a label, the place of a data object, an immutable, a spill slot).
 */
import type { Span } from "../../../compiler/base/span.js";

export type Label = number & { readonly __brand: "Label" };

/**
 * A data object behind the code: `data:<segment>`, `creation:<contract>`, `runtime:<contract>`, or `self`, the module's own
 * runtime code within its creation code.
 */
export type ObjectKey = string;

export type ItemBody =
  | { readonly kind: "op"; readonly name: string }
  | { readonly kind: "push"; readonly value: bigint }
  | { readonly kind: "label"; readonly label: Label }
  /** Offset and size of a data object within the code being assembled. */
  | { readonly kind: "offset"; readonly object: ObjectKey }
  | { readonly kind: "size"; readonly object: ObjectKey }
  /** Size of the whole object: behind creation code constructor arguments begin there. */
  | { readonly kind: "end" }
  /** A 32-byte placeholder that deployment overwrites. */
  | { readonly kind: "immutable"; readonly name: string }
  /** A 20-byte placeholder that linking overwrites. */
  | { readonly kind: "library"; readonly name: string }
  /** Address of a reserved memory word: spill slot `index` of the area of that name. */
  | { readonly kind: "slot"; readonly area: string; readonly index: number }
  /** First address of the heap, behind the reserved words. */
  | { readonly kind: "heap" }
  /** Place of the n-th occurrence of an immutable in the module's own runtime code, relative to its start. */
  | { readonly kind: "hole"; readonly name: string; readonly index: number };

export type Item = ItemBody & {
  readonly span?: Span;
  /** solc's jump marks: into a function, out of one. */
  readonly jump?: "i" | "o";
};

/** A run of items that is entered at its start only. */
export interface AsmBlock {
  readonly label: Label;
  readonly items: Item[];
}

/** Hands out labels, unique within an object. */
export class LabelSource {
  private next = 0;
  fresh(): Label {
    return this.next++ as Label;
  }
}
