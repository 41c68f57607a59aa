/** Variables by their declarations: locals, state variables, immutables, constants. */
import { InternalError } from "../../../../diagnostics/diagnostic.js";
import { I256 } from "../../../../ir/ops.js";
import type { VariableDeclaration } from "../../syntax/ast.js";
import type { Body } from "../body.js";
import { flatTypes } from "../functions.js";
import { placeAt } from "../data/storage.js";
import type { Place } from "../place.js";
import { isValueType, type Value } from "../values.js";

/** Where a variable lies; a constant is its value. */
export function variablePlace(f: Body, variable: VariableDeclaration): Place {
  const type = f.program.variableType(variable);
  if (variable.mutability === "constant") return { kind: "value", ...constantValue(f, variable) };
  if (variable.role !== "state") return { kind: "local", type, locals: f.localsOf(variable) };
  if (variable.mutability === "immutable") return { kind: "immutable", type, name: immutableName(f, variable) };
  const { slot, offset } = stateItem(f, variable);
  return { kind: "storage", type, place: placeAt(variable.isTransient ? "transient" : "storage", f.b.const(I256, slot), offset) };
}

/** Slot and byte offset of a state variable in the contract being compiled. */
export function stateItem(f: Body, variable: VariableDeclaration): { slot: bigint; offset: number } {
  const layout = f.m.layouts.contract(f.m.contract);
  const item = (variable.isTransient ? layout.transient : layout.storage).find((i) => i.variable === variable);
  if (!item) throw new InternalError(`'${variable.name}' has no place in '${f.m.contract.fullName}'`, variable.span);
  return item;
}

/** The IR's name of an immutable: the module declares it on first use. */
function immutableName(f: Body, variable: VariableDeclaration): string {
  const name = `${f.program.contractOf(variable)?.name ?? ""}.${variable.name}#${variable.id}`;
  f.m.immutable(name, variable);
  return name;
}

/**
 * A constant's value, evaluated anew at each use: values in place (they fold), byte strings by a helper function. Arithmetic in it is
 * checked wherever it is used.
 */
export function constantValue(f: Body, variable: VariableDeclaration): Value {
  const { value } = variable;
  if (!value) throw new InternalError(`constant '${variable.name}' has no value`, variable.span);
  const type = f.program.variableType(variable);
  const scope = { contract: f.program.contractOf(variable), line: f.program.lineOf(f.program.unitOf(variable)) };
  if (isValueType(type)) return f.scoped({ unchecked: false, scope }, () => f.exprAs(value, type));
  const func = f.m.helper(`constant_${variable.name}#${variable.id}`, [], flatTypes([type]), (b) => {
    const body = f.nested(b, scope);
    b.ret([...body.exprAs(value, type).ids]);
  });
  return { type, ids: f.b.call(func, []) };
}
