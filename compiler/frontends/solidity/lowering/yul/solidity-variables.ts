/**
 * Solidity's variables in inline assembly. A value is its word as solc has it on the stack: integers extended by their sign, bytesN at the
 * high end, memory references as addresses.
 */
import { InternalError } from "../../../../diagnostics/diagnostic.js";
import type { LocalId, ValueId } from "../../../../ir/module.js";
import { I256 } from "../../../../ir/ops.js";
import type { VariableDeclaration, YulIdentifier } from "../../syntax/ast.js";
import type { YulReference } from "../../semantics/program.js";
import type { SolType } from "../../semantics/types.js";
import type { Body } from "../body.js";
import { toWord } from "../data/words.js";
import { isReference } from "../data/shapes.js";
import { constantValue, stateItem } from "../expressions/variables.js";
import { isValueType } from "../values.js";
import type { YulState } from "./state.js";

/** Reads a library's address, `x`, `x.slot`, `x.offset`, `x.length`, `x.address`, `x.selector`. */
export function readSolidity(y: YulState, reference: YulReference): ValueId {
  const { f } = y;
  const { declaration, suffix } = reference;
  if (declaration.kind !== "VariableDeclaration") {
    const address = f.b.emit("library.address", [], undefined, { library: f.program.contractInfo(declaration).fullName });
    return f.b.zext(address, I256);
  }
  if (declaration.mutability === "constant") return toWord(f.b, constantValue(f, declaration));
  if (declaration.role === "state") {
    const item = stateItem(f, declaration);
    return f.b.const(I256, suffix === "offset" ? BigInt(item.offset) : item.slot);
  }
  const type = f.program.variableType(declaration);
  if (isStorageReference(type)) return suffix === "offset" ? f.b.const(I256, 0) : f.b.localGet(f.localsOf(declaration)[0]!);
  const local = partOf(f, declaration, type, suffix);
  const id = f.b.localGet(local);
  if (f.b.func.locals[local]!.type === I256) return id;
  return suffix === undefined && isValueType(type) ? toWord(f.b, { type, ids: [id] }) : f.b.zext(id, I256);
}

/** Assigns a word; Solidity code that reads it takes the bits of its type (`assigned-variables.ts`). */
export function writeSolidity(y: YulState, e: YulIdentifier, reference: YulReference, word: ValueId): void {
  const { f } = y;
  const { declaration, suffix } = reference;
  if (declaration.kind !== "VariableDeclaration" || declaration.role === "state") return f.unsupported(`an assignment to '${e.name}' in inline assembly`, e.span);
  const type = f.program.variableType(declaration);
  f.b.localSet(isStorageReference(type) ? f.localsOf(declaration)[0]! : partOf(f, declaration, type, suffix), word);
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
