/** Where declarations can be seen from: visibility by default and by kind, as the language defines it. */
import type { Declaration, FunctionDefinition, Visibility } from "../syntax/ast.js";

/** The visibility of a function, with the default filled in; free functions are internal. */
export function functionVisibility(f: FunctionDefinition): Visibility {
  if (f.visibility) return f.visibility;
  if (f.functionKind === "fallback" || f.functionKind === "receive") return "external";
  return f.functionKind === "freeFunction" ? "internal" : "public";
}

function visibilityOf(d: Declaration): Visibility {
  switch (d.kind) {
    case "FunctionDefinition":
      return functionVisibility(d);
    case "VariableDeclaration":
      return d.visibility ?? "internal";
    case "ModifierDefinition":
      return "internal";
    default:
      return "public";
  }
}

/** Callable by message: public or external. */
export function isPublic(d: Declaration): boolean {
  const visibility = visibilityOf(d);
  return visibility === "public" || visibility === "external";
}

/** A function or getter that other contracts can call by selector. */
export function isPartOfExternalInterface(d: Declaration): boolean {
  if (d.kind === "FunctionDefinition") return d.functionKind === "function" && isPublic(d);
  return d.kind === "VariableDeclaration" && d.role === "state" && d.visibility === "public";
}

/** External functions cannot be named without `this.`. */
export function isVisibleInContract(d: Declaration): boolean {
  return visibilityOf(d) !== "external";
}

export function isVisibleInDerivedContracts(d: Declaration): boolean {
  if (d.kind === "FunctionDefinition" && d.functionKind !== "function") return false;
  return isVisibleInContract(d) && visibilityOf(d) !== "private";
}

/** Members that `L.name` finds in a library. */
export function isVisibleAsLibraryMember(d: Declaration): boolean {
  return visibilityOf(d) !== "private";
}

/** Members that `C.name` finds from outside of C. */
export function isVisibleViaContractType(d: Declaration): boolean {
  switch (d.kind) {
    case "FunctionDefinition":
      return isPublic(d) && d.functionKind === "function";
    case "StructDefinition":
    case "EnumDefinition":
    case "ErrorDefinition":
    case "EventDefinition":
    case "UserDefinedValueTypeDefinition":
      return true;
    default:
      return false;
  }
}
