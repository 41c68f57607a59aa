/**
 * Solidity's variables in inline assembly. A value is its word as solc has it on the stack: integers extended by their sign, bytesN at the
 * high end, memory references as addresses. What is written is cleaned to the variable's width.
 */
import { InternalError } from "../../../../diagnostics/diagnostic.js";
import type { LocalId, ValueId } from "../../../../ir/module.js";
import { I256, PTR } from "../../../../ir/ops.js";
import type { VariableDeclaration, YulIdentifier } from "../../syntax/ast.js";
import type { YulReference } from "../../semantics/program.js";
import type { SolType } from "../../semantics/types.js";
import type { Body } from "../body.js";
import { panicIf } from "../data/control.js";
import { fromWord, mulPtr, offsetPtr, toWord } from "../data/words.js";
import { isReference } from "../data/shapes.js";
import { constantValue, stateItem } from "../expressions/variables.js";
import { isValueType, underlying } from "../values.js";
import type { YulState } from "./state.js";

/** Reads `x`, `x.slot`, `x.offset`, `x.length`, `x.address`, `x.selector`. */
export function readSolidity(y: YulState, e: YulIdentifier, reference: YulReference): ValueId {
  const { f } = y;
  const { declaration, suffix } = reference;
  if (declaration.kind !== "VariableDeclaration") return f.unsupported(`the function '${e.name}' in inline assembly`, e.span);
  if (declaration.mutability === "constant") return toWord(f.b, constantValue(f, declaration));
  if (declaration.role === "state") {
    const item = stateItem(f, declaration);
    return f.b.const(I256, suffix === "offset" ? BigInt(item.offset) : item.slot);
  }
  const type = f.program.variableType(declaration);
  if (isStorageReference(type)) return suffix === "offset" ? f.b.const(I256, 0) : f.b.localGet(f.localsOf(declaration)[0]!);
  if (suffix === undefined && isValueType(type)) return toWord(f.b, { type, ids: f.getLocals(f.localsOf(declaration)) });
  return f.b.zext(f.b.localGet(partOf(f, declaration, type, suffix)), I256);
}

/** Assigns a word. */
export function writeSolidity(y: YulState, e: YulIdentifier, reference: YulReference, word: ValueId): void {
  const { f } = y;
  const { declaration, suffix } = reference;
  if (declaration.kind !== "VariableDeclaration" || declaration.role === "state") return f.unsupported(`an assignment to '${e.name}' in inline assembly`, e.span);
  const type = f.program.variableType(declaration);
  if (suffix === undefined && isValueType(type)) {
    const t = underlying(type);
    // An enum never holds a value that it does not have: solc panics at its next use, this at the assignment.
    if (t.kind === "enum") panicIf(f.b, f.b.emit("ge.u", [word, f.b.const(I256, t.definition.members.length)]), 0x21);
    f.setLocals(f.localsOf(declaration), fromWord(f.b, type, word).ids);
    return;
  }
  if (isStorageReference(type)) {
    f.b.localSet(f.localsOf(declaration)[0]!, word);
    return;
  }
  const local = partOf(f, declaration, type, suffix);
  f.b.localSet(local, f.b.trunc(word, f.b.func.locals[local]!.type));
  if (isReference(type) && type.location === "memory") y.assignedPointers.add(declaration);
}

function isStorageReference(type: SolType): boolean {
  return type.kind === "mapping" || (isReference(type) && (type.location === "storage" || type.location === "transient"));
}

/** The IR local that a suffix names. */
function partOf(f: Body, variable: VariableDeclaration, type: SolType, suffix: string | undefined): LocalId {
  const second = suffix === "length" || suffix === "selector";
  const local = f.localsOf(variable)[second ? 1 : 0];
  if (local === undefined) throw new InternalError(`'${variable.name}' of type '${type.kind}' has no '${suffix ?? "value"}'`, variable.span);
  return local;
}

/**
 * Makes what the assigned pointers point to trusted, as the rest of the function takes it to be: a fixed size, or the length that stands
 * there when the block ends.
 */
export function trustPointers(y: YulState): void {
  const { f } = y;
  for (const variable of y.assignedPointers) {
    const type = underlying(f.program.variableType(variable));
    const pointer = f.b.localGet(f.localsOf(variable)[0]!);
    if (type.kind === "struct") f.b.emit("mem.ensure", [pointer, f.b.const(PTR, 32 * type.definition.members.length)]);
    else if (type.kind === "array" && type.length !== undefined) f.b.emit("mem.ensure", [pointer, f.b.const(PTR, 32n * type.length)]);
    else if (type.kind === "array" || type.kind === "bytes") {
      f.b.emit("mem.ensure", [pointer, f.b.const(PTR, 32)]);
      const length = f.b.emit("mem.load", [pointer], PTR);
      f.b.emit("mem.ensure", [offsetPtr(f.b, pointer, 32), type.kind === "array" ? mulPtr(f.b, length, 32) : length]);
    }
  }
}
