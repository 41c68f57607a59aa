/** What every node of the syntax tree has, of Solidity and of inline assembly alike. */
import type { Span } from "../../../base/span.js";

/** `id` is unique within one compilation and grows in parse order (children first). */
export interface NodeBase {
  readonly id: number;
  readonly span: Span;
}
