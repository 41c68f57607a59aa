/** The type of one declared variable: its type name at its data location, with the rules on which locations may be written. */
import type { VariableDeclaration } from "../syntax/ast.js";
import type { Model } from "./model.js";
import { arrayType, isInvalid, isReference, INVALID, withLocation } from "./type-factory.js";
import { isValueType, needsLocation } from "./type-properties.js";
import type { Location, SolType } from "./types.js";

/** Whose parameter a variable is, where that decides about its location. */
export interface VariableContext {
  readonly isExternal?: boolean;
  /** Internal or private functions, modifiers, free functions, internal function types. */
  readonly isInternal?: boolean;
  readonly isConstructor?: boolean;
  readonly inLibrary?: boolean;
}

const SOME_ARRAY = arrayType(INVALID, undefined, "storage");

type Allowed = Location | undefined;

export class VariableTyper {
  constructor(private readonly m: Model) {}

  /** @param named the type that the variable's type name stands for */
  typeOf(variable: VariableDeclaration, named: SolType, context: VariableContext): SolType {
    this.checkKeywords(variable);
    if (isInvalid(named)) {
      // An array needs a location whatever its elements and length.
      if (variable.typeName?.kind === "ArrayTypeName") this.location(variable, SOME_ARRAY, context);
      return INVALID;
    }
    const location = this.location(variable, named, context);
    const type = isReference(named) ? withLocation(named, location, variable.role !== "state") : named;
    if (variable.mutability === "constant" && !isValueType(type) && type.kind !== "bytes") {
      this.m.sink.error("TypeError", "9259", "Only constants of value type and byte array type are implemented.", variable.span);
      return INVALID;
    }
    if (variable.isTransient && !isValueType(type)) {
      const message = "Transient data location is only supported for value types.";
      this.m.sink.error("UnimplementedFeatureError", "1834", message, variable.span);
      return INVALID;
    }
    return type;
  }

  private checkKeywords(v: VariableDeclaration): void {
    const fault = (code: string, message: string): void => this.m.sink.error("DeclarationError", code, message, v.span);
    const isTopLevel = v.role === "state" || v.role === "fileConstant";
    if (v.role === "fileConstant" && v.mutability !== "constant") fault("8342", "Only constant variables are allowed at file level.");
    if (v.mutability === "constant" && !isTopLevel) {
      fault("1788", 'The "constant" keyword can only be used for state variables or variables at file level.');
    }
    if (v.mutability === "immutable" && v.role !== "state") fault("8297", 'The "immutable" keyword can only be used for state variables.');
    if (!v.isTransient || v.role !== "state") return;
    if (v.mutability !== "mutable") fault("2197", "Transient cannot be used as data location for constant or immutable variables.");
    if (v.value) fault("9825", "Initialization of transient storage state variables is not supported.");
  }

  private location(v: VariableDeclaration, type: SolType, context: VariableContext): Location {
    const allowed = allowedLocations(v, type, context);
    let written: Allowed = v.isTransient ? "transient" : v.location;
    if (!allowed.includes(written)) {
      this.reportLocation(v, type, context, allowed, written);
      written = allowed[0];
    }
    if (v.role === "state" || v.role === "fileConstant") {
      if (written === "transient") return "transient";
      return v.mutability === "mutable" && v.role === "state" ? "storage" : "memory";
    }
    if (v.role === "structMember") return "storage";
    return written ?? "memory";
  }

  private reportLocation(v: VariableDeclaration, type: SolType, context: VariableContext, allowed: readonly Allowed[], written: Allowed): void {
    this.m.misplaced.add(v);
    const quote = (location: Allowed): string => (location === undefined ? "none" : `"${location}"`);
    let message = "Data location can only be specified for array, struct or mapping types";
    if (needsLocation(type)) {
      message = `Data location must be ${joinOr(allowed.map(quote))}${subject(v, context)}`;
    }
    const first = allowed[0];
    const hint = first === undefined ? "Remove the data location." : `Write ${quote(first)} in front of the name.`;
    this.m.sink.error("TypeError", "6651", `${message}, but ${quote(written)} was given.`, v.span, hint);
  }
}

function isCallableParameter(v: VariableDeclaration): boolean {
  return v.role === "parameter" || v.role === "returnParameter" || v.role === "catchParameter" || v.role === "functionTypeParameter";
}

function allowedLocations(v: VariableDeclaration, type: SolType, context: VariableContext): readonly Allowed[] {
  if (v.role === "state") return [undefined, "transient"];
  if (!needsLocation(type) || v.role === "eventParameter" || v.role === "errorParameter") return [undefined];
  if (isCallableParameter(v)) {
    const allowed: Location[] = context.isConstructor || context.isInternal || context.inLibrary ? ["storage", "memory"] : ["memory"];
    if (v.role !== "catchParameter" && !context.isConstructor) allowed.push("calldata");
    return allowed;
  }
  return v.role === "local" ? ["storage", "memory", "calldata"] : [undefined];
}

function subject(v: VariableDeclaration, context: VariableContext): string {
  if (context.isConstructor) return " for constructor parameter";
  if (!isCallableParameter(v)) return " for variable";
  const kind = v.role === "returnParameter" ? "return parameter" : "parameter";
  return ` for ${kind} in${context.isExternal ? " external" : ""} function`;
}

function joinOr(parts: readonly string[]): string {
  return parts.length === 1 ? parts[0]! : `${parts.slice(0, -1).join(", ")} or ${parts.at(-1)!}`;
}
