/** Identifiers and dotted names as values: variables, functions taken as pointers, `this`, enum values. */
import { InternalError } from "../../../../diagnostics/diagnostic.js";
import { I160, PTR } from "../../../../ir/ops.js";
import type { EnumValue, FunctionDefinition, Identifier, MemberAccess } from "../../syntax/ast.js";
import type { FunctionType, SolType } from "../../semantics/types.js";
import type { Body } from "../body.js";
import type { Reference } from "../../semantics/program.js";
import { loadPlace } from "../places.js";
import type { Value } from "../values.js";
import { variablePlace } from "./variables.js";

/** The value of an identifier. Names of types, modules and built-in functions have no IR values; their type says everything. */
export function identifier(f: Body, e: Identifier): Value {
  const reference = f.program.reference(e);
  if (!reference) throw new InternalError(`'${e.name}' is not resolved`, e.span);
  const type = f.typeOf(e);
  if (reference.kind === "builtin") {
    if (reference.name === "this") return { type, ids: [f.b.emit("env.address", [])] };
    if (reference.name === "now") return { type, ids: [f.b.zext(f.b.emit("env.timestamp", []), 256)] };
    return { type, ids: [] };
  }
  return named(f, e, reference) ?? { type, ids: [] };
}

/** The value of a name that refers to a declaration; undefined for types, modules, events and the like. */
export function named(f: Body, e: Identifier | MemberAccess, reference: Reference): Value | undefined {
  if (reference.kind !== "declaration") return undefined;
  const { declaration } = reference;
  const type = f.typeOf(e);
  switch (declaration.kind) {
    case "VariableDeclaration":
      return loadPlace(f, variablePlace(f, declaration));
    case "EnumValue":
      return { type, ids: [f.b.const(8, enumIndex(f, e, declaration))] };
    case "FunctionDefinition":
      if (type.kind === "function" && type.functionKind === "internal") return functionPointer(f, e, declaration, type);
      return undefined;
    default:
      return undefined;
  }
}

function enumIndex(f: Body, e: Identifier | MemberAccess, value: EnumValue): number {
  const type = f.typeOf(e);
  if (type.kind !== "enum") throw new InternalError("an enum's value has another type", e.span);
  return type.definition.members.indexOf(value);
}

/** A pointer to an internal function: the id of what the name finds in the contract being compiled. */
function functionPointer(f: Body, e: Identifier | MemberAccess, definition: FunctionDefinition, type: FunctionType): Value {
  return { type, ids: [f.b.const(PTR, f.functions.pointerId(resolveNamed(f, e, definition)))] };
}

/** The type of `super`, in parentheses too. */
export function isSuper(type: SolType): boolean {
  const t = type.kind === "type" ? type.actual : type;
  return t.kind === "contract" && t.isSuper;
}

/** The function that a name finds: `super.f` the next one, `Base.f`, private and free functions exactly this, others the most derived. */
export function resolveNamed(f: Body, e: Identifier | MemberAccess, definition: FunctionDefinition): FunctionDefinition {
  if (e.kind === "MemberAccess") {
    if (isSuper(f.typeOf(e.expression))) {
      if (!f.scope.contract) throw new InternalError("super outside a contract", e.span);
      return f.program.resolveSuper(f.m.contract, f.scope.contract, definition);
    }
    return definition;
  }
  const contract = f.program.contractOf(definition);
  if (!contract || contract.contractKind === "library" || definition.visibility === "private") return definition;
  return f.program.resolveVirtual(f.m.contract, definition);
}

/** An external function of a contract instance. */
export function externalFunction(f: Body, type: FunctionType, address: Value, selector: number): Value {
  return { type, ids: [f.b.resize(address.ids[0]!, I160), f.b.const(32, selector)] };
}
