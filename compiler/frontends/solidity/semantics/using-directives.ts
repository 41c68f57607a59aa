/** Resolves and checks one `using for` directive: its library or functions, its type, its operators. */
import type { ContractDefinition, FunctionDefinition, IdentifierPath, UsingForDirective, UsingFunction } from "../syntax/ast.js";
import { isImplicit } from "./conversions.js";
import { functionDefinitionType, typeViaContractName } from "./function-types.js";
import type { Model } from "./model.js";
import { lookupPath } from "./paths.js";
import { sameType } from "./same-type.js";
import type { Scope } from "./scope.js";
import { BOOL, isInvalid, withLocationIfReference } from "./type-factory.js";
import { bareString, canonicalTypeName, readable } from "./type-strings.js";
import type { TypeResolver } from "./type-resolver.js";
import type { FunctionType, SolType } from "./types.js";
import { libraryFunctions, typeDefinition, type AttachedFunction, type UsingTable } from "./using-for.js";

export function resolveUsing(m: Model, resolver: TypeResolver, table: UsingTable, directive: UsingForDirective, scope: Scope, contract: ContractDefinition | undefined): void {
  const type = directive.typeName && resolver.resolve(directive.typeName, scope);
  checkForm(m, directive, contract, type);
  const site = contract ?? m.units.find((unit) => unit.nodes.includes(directive))!;
  if (type && isInvalid(type)) return table.addBroken(site, undefined);
  const functions: AttachedFunction[] = [];
  const library = directive.library && attachedLibrary(m, directive.library, scope);
  if (library) functions.push(...library);
  else if (directive.library) table.addBroken(site, undefined);
  for (const f of directive.functions ?? []) {
    const attached = attachedFunction(m, directive, f, scope, contract, type);
    if (attached) functions.push(attached);
    else table.addBroken(site, f.path.parts.at(-1)!.name);
  }
  table.add(site, { directive, type, functions });
  for (const f of directive.functions ?? []) {
    const definition = functions.find((known) => known.name === f.path.parts.at(-1)!.name && known.operator === f.operator)?.definition;
    if (!definition || f.operator === undefined || !type) continue;
    const isUnary = definition.parameters.length === 1;
    if (table.operators(type, f.operator, site, isUnary).length < 2) continue;
    const message = `User-defined ${isUnary ? "unary" : "binary"} operator ${f.operator} has more than one definition matching the operand type visible in the current scope.`;
    m.sink.error("TypeError", "4705", message, f.path.span);
  }
}

function checkForm(m: Model, d: UsingForDirective, contract: ContractDefinition | undefined, type: SolType | undefined): void {
  const syntax = (code: string, message: string): void => m.sink.error("SyntaxError", code, message, d.span);
  if (!contract && !d.typeName) syntax("8118", "The type has to be specified explicitly at file level (cannot use '*').");
  else if (d.functions && !d.typeName) syntax("3349", "The type has to be specified explicitly when attaching specific functions.");
  if (d.isGlobal && !d.typeName) syntax("2854", "Can only globally attach functions to specific types.");
  if (d.isGlobal && contract) syntax("3367", '"global" can only be used at file level.');
  if (contract?.contractKind === "interface") syntax("9088", 'The "using for" directive is not allowed inside interfaces.');
  if (!d.isGlobal || contract || !type || isInvalid(type)) return;
  const definition = typeDefinition(type);
  if (!definition) m.sink.error("TypeError", "8841", 'Can only use "global" with user-defined types.', d.span);
  else if (m.contractOf.has(definition) || !m.unitOf.get(definition)!.nodes.includes(d)) {
    const message = 'Can only use "global" with types defined in the same source unit at file level.';
    m.sink.error("TypeError", "4117", message, d.span);
  }
}

function attachedLibrary(m: Model, path: IdentifierPath, scope: Scope): readonly AttachedFunction[] | undefined {
  const declaration = lookupPath(
    m,
    path.parts.map((p) => p.name),
    scope,
    true,
  );
  if (!declaration) {
    m.sink.error("DeclarationError", "9589", "Identifier is not a library name.", path.span);
    return undefined;
  }
  m.references.set(path, { kind: "declaration", declaration });
  if (declaration.kind === "ContractDefinition" && declaration.contractKind === "library") return libraryFunctions(m, declaration);
  m.sink.error("TypeError", "4357", "Library name expected. If you want to attach a function, use '{...}'.", path.span);
  return undefined;
}

function attachedFunction(
  m: Model,
  directive: UsingForDirective,
  { path, operator }: UsingFunction,
  scope: Scope,
  contract: ContractDefinition | undefined,
  type: SolType | undefined,
): AttachedFunction | undefined {
  const definition = lookupPath(
    m,
    path.parts.map((p) => p.name),
    scope,
    true,
  );
  if (!definition) {
    const [only, another] = path.parts.length === 1 ? scope.lookup(path.name) : [];
    const isBuiltin = only?.kind === "Builtin" && !another;
    if (isBuiltin) m.sink.error("TypeError", "8187", "Expected function name.", path.span, "A builtin cannot be attached: write a function that calls it.");
    else m.sink.error("DeclarationError", "9589", "Identifier is not a function name or not unique.", path.span);
    return undefined;
  }
  m.references.set(path, { kind: "declaration", declaration: definition });
  if (definition.kind !== "FunctionDefinition") {
    m.sink.error("TypeError", "8187", "Expected function name.", path.span);
    return undefined;
  }
  const isFree = definition.functionKind === "freeFunction";
  if (!isFree && !m.isLibraryMember(definition)) {
    const message = 'Only file-level functions and library functions can be attached to a type in a "using" statement';
    m.sink.error("TypeError", "4167", message, path.span);
    return undefined;
  }
  const functionType = isFree ? functionDefinitionType(m, definition, "internal") : (typeViaContractName(m, definition) as FunctionType);
  if (type && !checkAttachable(m, directive, path, operator, definition, functionType, contract, type)) return undefined;
  return { name: path.parts.at(-1)!.name, definition, ...(operator !== undefined && { operator }) };
}

function checkAttachable(
  m: Model,
  directive: UsingForDirective,
  path: IdentifierPath,
  operator: UsingFunction["operator"],
  definition: FunctionDefinition,
  functionType: FunctionType,
  contract: ContractDefinition | undefined,
  type: SolType,
): boolean {
  const related = [{ span: definition.span, message: "Function defined here:" }];
  const fault = (code: string, message: string): void => m.sink.error("TypeError", code, message, path.span, undefined, related);
  const [self] = functionType.parameters;
  if (!self) {
    fault("4731", `The function "${path.name}" does not have any parameters, and therefore cannot be attached to the type "${bareString(m, type)}".`);
    return false;
  }
  if (definition.visibility === "private" && m.contractOf.get(definition) !== contract) {
    fault("6772", `Function "${path.name}" is private and therefore cannot be attached to a type outside of the library where it is defined.`);
  }
  if (operator === undefined) {
    if (!isImplicit(m, withLocationIfReference(type, "storage"), withLocationIfReference(self, "storage"))) {
      fault(
        "3100",
        `The function "${path.name}" cannot be attached to the type "${bareString(m, type)}" because the type cannot be implicitly converted to the first argument of the function ("${readable(m, self)}").`,
      );
    }
    return true;
  }
  return checkOperator(m, directive, path, operator, definition, functionType, type);
}

const unaryOnly: ReadonlySet<string> = new Set(["~"]);
const unaryOrBinary: ReadonlySet<string> = new Set(["-"]);
const comparisons: ReadonlySet<string> = new Set(["==", "!=", "<", "<=", ">", ">="]);

function checkOperator(
  m: Model,
  directive: UsingForDirective,
  path: IdentifierPath,
  operator: string,
  definition: FunctionDefinition,
  functionType: FunctionType,
  type: SolType,
): boolean {
  const fault = (code: string, message: string, span = path.span): void => m.sink.error("TypeError", code, message, span);
  if (!directive.isGlobal) fault("3320", "Operators can only be defined in a global 'using for' directive.");
  const isPureFree = functionType.mutability === "pure" && definition.functionKind === "freeFunction";
  if (!isPureFree) fault("7775", "Only pure free functions can be used to define operators.");
  if (type.kind !== "userValue") {
    fault("5332", "Operators can only be implemented for user-defined value types.");
    return false;
  }
  const { parameters, returns } = functionType;
  const name = canonicalTypeName(m, type);
  const areSame = parameters.length < 2 || sameType(parameters[0]!, parameters[1]!);
  const fitsType = sameType(type, parameters[0]!);
  let wanted: string | undefined;
  if (unaryOnly.has(operator)) wanted = parameters.length !== 1 || !fitsType ? `exactly one parameter of type ${name}` : undefined;
  else if (!unaryOrBinary.has(operator) && (parameters.length !== 2 || !areSame)) wanted = `two parameters of type ${name} and the same data location`;
  else if (parameters.length >= 3 || !fitsType || !areSame) wanted = `one or two parameters of type ${name} and the same data location`;
  if (wanted !== undefined) {
    fault("1884", `Wrong parameters in operator definition. The function "${path.name}" needs to have ${wanted} to be used for the operator ${operator}.`, definition.span);
  }
  const isComparing = comparisons.has(operator);
  if (returns.length !== 1 || !sameType(returns[0]!, isComparing ? BOOL : parameters[0]!)) {
    const ofType = isComparing ? "bool" : name;
    const result = isComparing || fitsType ? `exactly one value of type ${ofType}` : "a value of the same type and data location as its parameters";
    fault(
      "7743",
      `Wrong return parameters in operator definition. The function "${path.name}" needs to return ${result} to be used for the operator ${operator}.`,
      definition.span,
    );
  }
  return true;
}
