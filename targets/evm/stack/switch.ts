/**
 * Switches: few cases are compared one after the other, more by binary search. The value stays on the stack.
 *
 *   DUP1 PUSH4 <case> EQ PUSH <label> JUMPI ...              22 gas a comparison
 *   DUP1 PUSH4 <middle> GT PUSH <lower half> JUMPI ...       one of these halves the rest
 */
import type { ItemBody, Label } from "../asm/item.js";

export interface SwitchCase {
  readonly value: bigint;
  readonly label: Label;
}

/** Cases up to this number are compared one by one: half of them on average costs no more than another halving. */
const LINEAR = 4;

export interface SwitchSink {
  emit(item: ItemBody): void;
  /** Begins a block of its own. */
  begin(label: Label): void;
  fresh(): Label;
}

export function emitSwitch(cases: readonly SwitchCase[], otherwise: Label, sink: SwitchSink): void {
  const sorted = [...cases].sort((a, b) => (a.value < b.value ? -1 : a.value > b.value ? 1 : 0));
  search(sorted, otherwise, sink);
}

function search(cases: readonly SwitchCase[], otherwise: Label, sink: SwitchSink): void {
  const op = (name: string): void => sink.emit({ kind: "op", name });
  const branch = (value: bigint, compare: string, label: Label): void => {
    op("DUP1");
    sink.emit({ kind: "push", value });
    op(compare);
    sink.emit({ kind: "label", label });
    op("JUMPI");
  };
  if (cases.length <= LINEAR) {
    for (const { value, label } of cases) branch(value, "EQ", label);
    sink.emit({ kind: "label", label: otherwise });
    return op("JUMP");
  }
  const middle = cases.length >> 1;
  const lower = sink.fresh();
  // GT compares the pushed number with the value below it.
  branch(cases[middle]!.value, "GT", lower);
  search(cases.slice(middle), otherwise, sink);
  sink.begin(lower);
  search(cases.slice(0, middle), otherwise, sink);
}
