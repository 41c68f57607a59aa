/** Getters of public state variables: mapping keys and array indices are parameters, structs return their members without arrays and mappings. */
import { InternalError } from "../../../../diagnostics/diagnostic.js";
import type { ValueId } from "../../../../ir/module.js";
import { isBefore } from "../../syntax/language.js";
import type { VariableDeclaration } from "../../syntax/ast.js";
import type { SolType } from "../../semantics/types.js";
import type { Body } from "../body.js";
import { panicIf, revertIf } from "../data/control.js";
import { structMembers } from "../data/shapes.js";
import { elementPlace, loadStorage, placeAt, storageData, storageLength } from "../data/storage.js";
import { elementType } from "../data/shapes.js";
import { entrySlot, structMember } from "../expressions/access.js";
import { variablePlace } from "../expressions/variables.js";
import type { Place } from "../place.js";
import { loadPlace } from "../places.js";
import { underlying, type Value } from "../values.js";

/** What the getter of a variable returns for these keys. */
export function getterResults(f: Body, variable: VariableDeclaration, keys: readonly Value[]): Value[] {
  let place = variablePlace(f, variable);
  for (const key of keys) place = step(f, place, key);
  const type = underlying(place.type);
  if (type.kind !== "struct") return [loadPlace(f, place)];
  const base = loadPlace(f, place);
  return structMembers(f.program, type)
    .filter((member) => isReturned(member.type))
    .map((member) => loadPlace(f, structMember(f, type, base, member.index)));
}

function isReturned(type: SolType): boolean {
  return type.kind !== "mapping" && type.kind !== "array";
}

/** One key further: a mapping's entry, or an array's element (beyond the end a revert without data, INVALID before 0.7). */
function step(f: Body, place: Place, key: Value): Place {
  const type = underlying(place.type);
  const slot = slotOf(f, place);
  if (type.kind === "mapping") return { kind: "storage", type: type.value, place: placeAt("storage", entrySlot(f, type, slot, key)) };
  if (type.kind !== "array") throw new InternalError(`'${type.kind}' takes no key`);
  const index = key.ids[0]!;
  const isBeyond = f.b.emit("ge.u", [index, storageLength(f.m, f.b, type, slot)]);
  if (isBefore(f.scope.line, "0.7")) panicIf(f.b, isBeyond, 0x32);
  else revertIf(f.b, isBeyond);
  return { kind: "storage", type: elementType(type), place: elementPlace(f.m, f.b, type, storageData(f.b, type, slot), index) };
}

function slotOf(f: Body, place: Place): ValueId {
  if (place.kind !== "storage") throw new InternalError("only storage has keys");
  return loadStorage(f.m, f.b, place.type, place.place).ids[0]!;
}
