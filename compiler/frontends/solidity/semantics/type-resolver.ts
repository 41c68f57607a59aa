/**
 * Third stage: type names to types, and the types of all declared variables with their data locations. Works in the
 * scope where a name is written; bodies call it for their local variables.
 */
import type { ArrayTypeName, Declaration, FunctionTypeName, MappingTypeName, StructDefinition, TypeName, UserDefinedTypeName, VariableDeclaration } from "../syntax/ast.js";
import { ConstantEvaluator } from "./constants.js";
import { declareName } from "./declare.js";
import { declarationType, functionTypeNameType } from "./function-types.js";
import { externalType } from "./interface-types.js";
import type { Model } from "./model.js";
import { resolvePath } from "./paths.js";
import { compareRationals } from "./rationals.js";
import { Scope } from "./scope.js";
import { enclosingContract, warnOfShadowing } from "./shadowing.js";
import { arrayType, elementaryType, INVALID, isInvalid, withLocationIfReference } from "./type-factory.js";
import { readable } from "./type-strings.js";
import type { MappingType, SolType } from "./types.js";
import { VariableTyper, type VariableContext } from "./variable-types.js";

export class TypeResolver {
  readonly constants: ConstantEvaluator;
  private readonly variables: VariableTyper;

  constructor(private readonly m: Model) {
    this.constants = new ConstantEvaluator(m, (variable) => this.constantType(variable));
    this.variables = new VariableTyper(m);
  }

  /** The type a name stands for; reference types are storage pointers. The invalid type (and a report) for what names none. */
  resolve(name: TypeName, scope: Scope): SolType {
    const known = this.m.typeNames.get(name);
    if (known) return known;
    const type = this.compute(name, scope);
    this.m.typeNames.set(name, type);
    return type;
  }

  /** Resolves a variable's type and data location and notes the result. */
  declare(variable: VariableDeclaration, scope: Scope, context: VariableContext = {}): SolType {
    const known = this.m.variableTypes.get(variable);
    if (known) return known;
    const named = variable.typeName ? this.resolve(variable.typeName, scope) : INVALID;
    const type = this.variables.typeOf(variable, named, context);
    this.m.variableTypes.set(variable, type);
    return type;
  }

  /** Constants may be used as array lengths before their declaration has been reached. */
  private constantType(variable: VariableDeclaration): SolType {
    const owner = this.m.contractOf.get(variable) ?? this.m.unitOf.get(variable);
    const scope = owner && this.m.scopes.get(owner);
    return scope && variable.typeName ? this.resolve(variable.typeName, scope) : INVALID;
  }

  private compute(name: TypeName, scope: Scope): SolType {
    switch (name.kind) {
      case "ElementaryTypeName":
        return elementaryType(name);
      case "UserDefinedTypeName":
        return this.userDefined(name, scope);
      case "MappingTypeName":
        return this.mapping(name, scope);
      case "ArrayTypeName":
        return this.array(name, scope);
      case "FunctionTypeName":
        return this.functionType(name, scope);
    }
  }

  private userDefined(name: UserDefinedTypeName, scope: Scope): SolType {
    const declaration = resolvePath(this.m, name.path, scope);
    if (!declaration) return INVALID;
    switch (declaration.kind) {
      case "UserDefinedValueTypeDefinition":
        if (declaration.underlyingType.kind === "ElementaryTypeName") this.resolve(declaration.underlyingType, scope);
        else this.m.typeNames.set(declaration.underlyingType, INVALID);
        break;
      case "ContractDefinition":
        if (declaration.contractKind !== "library") break;
        this.m.sink.error("TypeError", "1130", "Invalid use of a library name.", name.span);
        return INVALID;
      case "StructDefinition":
      case "EnumDefinition":
        break;
      default:
        this.m.sink.error("TypeError", "5172", "Name has to refer to a user-defined type.", name.span, hintOfHidden(declaration, scope));
        return INVALID;
    }
    const type = declarationType(this.m, declaration);
    return type.kind === "type" ? type.actual : INVALID;
  }

  private mapping(name: MappingTypeName, scope: Scope): SolType {
    const key = this.resolve(name.keyType, scope);
    const value = this.resolve(name.valueType, scope);
    const isKey = name.keyType.kind === "ElementaryTypeName" || key.kind === "enum" || key.kind === "contract" || key.kind === "userValue";
    if (!isKey && !isInvalid(key)) {
      const message = "Only elementary types, user defined value types, contract types or enums are allowed as mapping keys.";
      this.m.sink.error("TypeError", "7804", message, name.keyType.span);
    }
    const type: MappingType = {
      kind: "mapping",
      key: withLocationIfReference(key, "memory"),
      value: withLocationIfReference(value, "storage"),
      ...(name.keyName && { keyName: name.keyName.name }),
      ...(name.valueName && { valueName: name.valueName.name }),
    };
    this.checkMappingNames(name, type);
    return type;
  }

  /** The names of keys and value become parameters of a getter, so they must differ. */
  private checkMappingNames(name: MappingTypeName, type: MappingType): void {
    if (type.keyName === undefined) return;
    let inner: SolType = type.value;
    let valueName = type.valueName;
    let isConflict = false;
    for (; inner.kind === "mapping"; inner = inner.value) {
      isConflict ||= inner.keyName === type.keyName;
      valueName = inner.valueName;
    }
    if (isConflict || valueName === type.keyName) {
      this.m.sink.error("DeclarationError", "1809", `Conflicting parameter name "${type.keyName}" in mapping.`, name.span);
    }
  }

  private array(name: ArrayTypeName, scope: Scope): SolType {
    const element = this.resolve(name.baseType, scope);
    if (isInvalid(element)) return INVALID;
    if (!name.length) return arrayType(element, undefined, "storage");
    const fault = (code: string, message: string): SolType => {
      this.m.sink.error("TypeError", code, message, name.length?.span);
      return INVALID;
    };
    const told = this.m.sink.all.length;
    const length = this.constants.evaluate(name.length, scope);
    if (this.m.sink.all.length > told) return INVALID;
    const failed = length ? undefined : this.constants.incompatible(name.length, scope);
    if (failed) {
      const [left, right] = failed.operands.map((type) => readable(this.m, type));
      return fault("6020", `Operator ${failed.operator} not compatible with types ${left} and ${right}`);
    }
    if (!length) return fault("5462", "Invalid array length, expected integer literal or constant expression.");
    if (length.numerator === 0n) return fault("1406", "Array with zero length specified.");
    if (length.denominator !== 1n) return fault("3208", "Array with fractional length specified.");
    if (length.numerator < 0n) return fault("3658", "Array with negative length specified.");
    if (compareRationals(length, { numerator: 1n << 256n, denominator: 1n }) >= 0) return fault("1847", "Array length too large, maximum is 2**256 - 1.");
    this.m.constants.set(name.length, length.numerator);
    return arrayType(element, length.numerator, "storage");
  }

  /** Names in function types document only, but solc holds them to the rules of other names. */
  private enterNames(name: FunctionTypeName, scope: Scope): void {
    const inner = new Scope(scope);
    for (const variable of [...name.parameters, ...name.returnParameters]) {
      if (variable.name === "" || !declareName(this.m, inner, variable.name, variable, variable.span)) continue;
      warnOfShadowing(this.m, inner, variable.name, variable.span, enclosingContract(this.m, scope));
    }
  }

  private functionType(name: FunctionTypeName, scope: Scope): SolType {
    const isExternal = name.visibility === "external";
    this.enterNames(name, scope);
    for (const parameter of [...name.parameters, ...name.returnParameters]) this.declare(parameter, scope, { isExternal, isInternal: !isExternal });
    if (name.visibility !== undefined && name.visibility !== "internal" && name.visibility !== "external") {
      this.m.sink.error("TypeError", "6012", 'Invalid visibility, can only be "external" or "internal".', name.span);
      return INVALID;
    }
    if (name.stateMutability === "payable" && !isExternal) {
      this.m.sink.error("TypeError", "7415", "Only external function types can be payable.", name.span);
      return INVALID;
    }
    if ([...name.parameters, ...name.returnParameters].some((p) => isInvalid(this.m.variableType(p)) || this.m.misplaced.has(p))) return INVALID;
    if (isExternal) {
      for (const parameter of [...name.parameters, ...name.returnParameters]) {
        if ("type" in externalType(this.m, this.m.variableType(parameter), false)) continue;
        this.m.sink.error("TypeError", "2582", "Internal type cannot be used for external function type.", parameter.span);
        return INVALID;
      }
    }
    return functionTypeNameType(this.m, name);
  }
}

/** A parameter named like the type of another, or of its own, hides that type. */
function hintOfHidden(declaration: Declaration, scope: Scope): string | undefined {
  const isHiding =
    declaration.kind === "VariableDeclaration" && (declaration.role === "parameter" || declaration.role === "returnParameter" || declaration.role === "catchParameter");
  return isHiding && scope.parent && scope.parent.lookup(declaration.name).length > 0 ? "A parameter of this name hides it here: rename the parameter." : undefined;
}

/** Notes recursive structs, and reports structs that contain themselves in place (2046). */
export function checkStructRecursion(m: Model, structs: readonly StructDefinition[]): void {
  const links = (definition: StructDefinition, onlyInPlace: boolean): StructDefinition[] =>
    definition.members.flatMap((member) => {
      let type = m.variableType(member);
      while ((type.kind === "array" && (!onlyInPlace || type.length !== undefined)) || (type.kind === "mapping" && !onlyInPlace)) {
        type = type.kind === "array" ? type.element : type.value;
      }
      return type.kind === "struct" ? [type.definition] : [];
    });
  const inPlace = cyclicNodes(structs, (s) => links(s, true), false);
  const told = new Set<StructDefinition>();
  for (const definition of structs) {
    if (!inPlace.has(definition) || told.has(definition)) continue;
    // One report for all structs of a circle.
    const others = reachableFrom(definition, (s) => links(s, true).filter((next) => inPlace.has(next) && !told.has(next)));
    for (const other of others) told.add(other);
    const related = [...others].filter((other) => other !== definition).map(({ span }) => ({ span, message: "It goes through this struct:" }));
    m.sink.error("TypeError", "2046", "Recursive struct definition.", definition.span, "Use a mapping, a dynamic array or an index instead.", related);
  }
  for (const definition of cyclicNodes(structs, (s) => links(s, false), true)) m.recursiveStructs.add(definition);
}

function reachableFrom<T>(start: T, next: (node: T) => readonly T[]): Set<T> {
  const found = new Set([start]);
  for (const node of found) for (const successor of next(node)) found.add(successor);
  return found;
}

/** The nodes that lie on a cycle, or, if `reaching`, from which one can be reached. */
function cyclicNodes<T>(nodes: readonly T[], next: (node: T) => readonly T[], reaching: boolean): Set<T> {
  const state = new Map<T, "open" | "done">();
  const result = new Set<T>();
  const path: T[] = [];
  const visit = (node: T): void => {
    state.set(node, "open");
    path.push(node);
    for (const successor of next(node)) {
      if (state.get(successor) === "open") for (const member of path.slice(path.indexOf(successor))) result.add(member);
      else if (!state.has(successor)) visit(successor);
      if (reaching && result.has(successor)) result.add(node);
    }
    path.pop();
    state.set(node, "done");
  };
  for (const node of nodes) if (!state.has(node)) visit(node);
  return result;
}
