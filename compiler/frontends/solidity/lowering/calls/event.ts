/** `emit E(...)`: topics for the indexed arguments, the others encoded behind the free pointer. */
import { InternalError } from "../../../../diagnostics/diagnostic.js";
import { I256 } from "../../../../ir/ops.js";
import type { EventDefinition, Expression, FunctionCall } from "../../syntax/ast.js";
import type { Body } from "../body.js";
import { abiEncode } from "../data/abi-encode.js";
import { topicHash } from "../data/abi-packed.js";
import { toWord } from "../data/words.js";
import { eventTopic } from "../signatures.js";
import { isValueType, type Value } from "../values.js";
import { calleeOf, evaluateArguments } from "./callee.js";
import { encodable } from "./encodable.js";

/** Before 0.8 the indexed arguments are evaluated first, from the last to the first. */
function eventArguments(f: Body, e: FunctionCall, event: EventDefinition): Value[] {
  if (!f.isOldCode) return evaluateArguments(f, e);
  const values: Value[] = [];
  const args = [...f.program.callInfo(e).arguments.entries()];
  const isIndexed = ([i]: readonly [number, Expression]): boolean => event.parameters[i]!.isIndexed;
  for (const [i, argument] of [...args.filter(isIndexed).reverse(), ...args.filter((a) => !isIndexed(a))]) values[i] = f.expr(argument);
  return values;
}

export function emitEvent(f: Body, e: FunctionCall): void {
  const { b } = f;
  const type = f.typeOf(calleeOf(e.expression));
  if (type.kind !== "function" || type.declaration?.kind !== "EventDefinition") throw new InternalError("emit without an event", e.span);
  const event = type.declaration;
  const values = eventArguments(f, e, event).map((v, i) => encodable(f, v, type.parameters[i]!));
  const topics = event.isAnonymous ? [] : [b.const(I256, eventTopic(f.program, event))];
  values.forEach((value, i) => {
    if (event.parameters[i]!.isIndexed) topics.push(isValueType(value.type) ? toWord(b, value) : topicHash(f.m, b, value));
  });
  const data = values.filter((_, i) => !event.parameters[i]!.isIndexed);
  const start = b.emit("mem.free", []);
  const end = abiEncode(f.m, b, data, start);
  b.emit("log", [start, b.emit("sub.nuw", [end, start]), ...topics]);
}
