/** Solidity names in inline assembly: which can be read or written, with which suffix. */
import type { ContractDefinition, Expression, VariableDeclaration, YulIdentifier } from "../syntax/ast.js";
import { isBefore } from "../syntax/language.js";
import type { CodeContext } from "./code-context.js";
import type { NamedSymbol } from "./scope.js";
import { isValueType, needsLocation } from "./type-properties.js";
import type { SolType } from "./types.js";

const suffixes: ReadonlySet<string> = new Set(["slot", "offset", "length", "address", "selector"]);

/** The name as written, dots included. */
export function fullYulName(e: YulIdentifier): string {
  return e.suffix === undefined ? e.name : `${e.name}.${e.suffix}`;
}

function symbolsOf(cx: CodeContext, e: YulIdentifier): { readonly symbols: readonly NamedSymbol[]; readonly suffix: string | undefined } {
  const former = isBefore(cx.line, "0.7") && e.suffix === undefined ? /^(.+)_(slot|offset)$/.exec(e.name) : null;
  // Before 0.7 these endings always stood for the variable's place in storage.
  if (former) return { symbols: cx.scope.lookup(former[1]!), suffix: former[2] };
  const suffix = e.suffix !== undefined && suffixes.has(e.suffix) ? e.suffix : undefined;
  return { symbols: cx.scope.lookup(suffix === undefined ? fullYulName(e) : e.name), suffix };
}

/** Whether Solidity declares the name at all, so that a fault has been reported already. */
export function resolvesInSolidity(cx: CodeContext, e: YulIdentifier): boolean {
  return symbolsOf(cx, e).symbols.some((symbol) => symbol.kind !== "Builtin");
}

/** Whether a name within a Yul function is also the name of a local Solidity variable; reports it (6578). */
export function reportHiddenLocal(cx: CodeContext, e: YulIdentifier): void {
  const [symbol] = symbolsOf(cx, e).symbols;
  if (symbol?.kind !== "VariableDeclaration" || symbol.role === "state" || symbol.role === "fileConstant") return;
  const message = "Cannot access local Solidity variables from inside an inline assembly function.";
  cx.error("6578", message, e.span, "Rename the assembly variable.", undefined, "DeclarationError");
}

/** `x_slot` and `x_offset`, which `x.slot` and `x.offset` replaced in 0.7; reports them (9467). */
export function reportOldPlace(cx: CodeContext, e: YulIdentifier): boolean {
  const [, name, part] = /^(.+)_(slot|offset)$/.exec(fullYulName(e)) ?? [];
  if (name === undefined || cx.scope.lookup(name).length === 0) return false;
  const message = 'Identifier not found. Use ".slot" and ".offset" to access storage or transient storage variables.';
  cx.error("9467", message, e.span, `Write ${name}.${part!}.`, undefined, "DeclarationError");
  return true;
}

type Access = "read" | "write";

/** Notes what a name refers to. False if it refers to nothing usable; faults of names that exist are reported. */
export function resolveYulReference(cx: CodeContext, e: YulIdentifier, access: Access, isInsideFunction: boolean): boolean {
  const { symbols, suffix } = symbolsOf(cx, e);
  const [symbol] = symbols;
  if (!symbol || symbol.kind === "Builtin") return false;
  const fail = (code: string, message: string, hint?: string): false => {
    cx.error(code, message, e.span, hint, undefined, code === "4718" || code === "6578" || code === "2025" ? "DeclarationError" : "TypeError");
    return false;
  };
  if (symbols.length > 1) return fail("4718", "Multiple matching identifiers. Resolving overloaded identifiers is not supported.");
  if (symbol.kind !== "VariableDeclaration") {
    const library = usableLibrary(symbol, suffix, access, fail);
    if (library) cx.m.yulReferences.set(e, { declaration: library, suffix: undefined });
    return library !== undefined;
  }
  const isLocal = symbol.role !== "state" && symbol.role !== "fileConstant";
  if (isLocal && isInsideFunction) return fail("6578", "Cannot access local Solidity variables from inside an inline assembly function.", "Pass it as an argument.");
  const fault = symbol.mutability === "constant" ? constantFault(cx, symbol, suffix, access) : variableFault(cx, symbol, suffix, access);
  if (fault) return fail(fault[0], fault[1]);
  const constantValue = symbol.mutability === "constant" ? rootValue(cx, symbol) : undefined;
  cx.m.yulReferences.set(e, { declaration: symbol, suffix, ...(constantValue && { constantValue }) });
  return true;
}

/** Of what is no variable, only a library has a value: its address. */
function usableLibrary(symbol: NamedSymbol, suffix: string | undefined, access: Access, fail: (code: string, message: string) => false): ContractDefinition | undefined {
  if (suffix !== undefined) fail("7944", 'The suffixes ".offset", ".slot" and ".length" can only be used with variables.');
  else if (access === "write") fail("1990", "Only local variables can be assigned to in inline assembly.");
  else if (symbol.kind === "FunctionDefinition") fail("2025", "Access to functions is not allowed in inline assembly.");
  else if (symbol.kind === "ContractDefinition" && symbol.contractKind === "library") return symbol;
  else fail("4977", "Expected a library.");
  return undefined;
}

type Fault = readonly [code: string, message: string] | undefined;

/** The value behind a constant, aliases followed; undefined for a cycle. */
function rootValue(cx: CodeContext, variable: VariableDeclaration): Expression | undefined {
  const seen = new Set<VariableDeclaration>();
  let current = variable;
  while (!seen.has(current)) {
    seen.add(current);
    const value = current.value;
    const next = value && aliasOf(cx, current, value);
    if (!next) return value;
    current = next;
  }
  return undefined;
}

function aliasOf(cx: CodeContext, from: VariableDeclaration, value: Expression): VariableDeclaration | undefined {
  let symbols: readonly NamedSymbol[] = [];
  if (value.kind === "Identifier") {
    const owner = cx.m.contractOf.get(from) ?? cx.m.unitOf.get(from);
    symbols = (owner && cx.m.scopes.get(owner)?.lookup(value.name)) ?? [];
  } else if (value.kind === "MemberAccess") {
    const reference = cx.m.references.get(value);
    symbols = reference?.kind === "declaration" ? [reference.declaration] : [];
  }
  const [symbol] = symbols;
  return symbol?.kind === "VariableDeclaration" && symbol.mutability === "constant" ? symbol : undefined;
}

function constantFault(cx: CodeContext, variable: VariableDeclaration, suffix: string | undefined, access: Access): Fault {
  const value = rootValue(cx, variable);
  if (!value) return variable.value ? ["3558", "Constant variable is circular."] : ["3224", "Constant has no value."];
  if (access === "write") return ["6252", "Constant variables cannot be assigned to."];
  if (suffix === "slot" || suffix === "offset") {
    return ["6617", "The suffixes .offset and .slot can only be used on non-constant storage or transient storage variables."];
  }
  const isLiteral = value.kind === "NumberLiteral" || value.kind === "StringLiteral" || value.kind === "BooleanLiteral";
  const type = cx.m.expressionTypes.get(value);
  if (!isLiteral && !type) return ["2249", "Constant variables with non-literal values cannot be forward referenced from inline assembly."];
  if (!isValueType(cx.m.variableType(variable)) || (!isLiteral && type?.kind !== "rational")) {
    return ["7615", "Only direct number constants and references to such constants are supported by inline assembly."];
  }
  return suffix === undefined ? undefined : ["3622", `The suffix ".${suffix}" is not supported by this variable or type.`];
}

function variableFault(cx: CodeContext, variable: VariableDeclaration, suffix: string | undefined, access: Access): Fault {
  if (variable.mutability === "immutable") return ["3773", "Assembly access to immutable variables is not supported."];
  const type = cx.m.variableType(variable);
  const isState = variable.role === "state";
  if (suffix !== undefined) return suffixFault(type, isState, suffix, access);
  if (isState) return ["1408", 'Only local variables are supported. To access state variables, use the ".slot" and ".offset" suffixes.'];
  if (isInStorage(type)) return ["9068", 'You have to use the ".slot" or ".offset" suffix to access storage reference variables.'];
  if (isCalldataArray(type)) {
    const advice = 'Use ".offset" and ".length" to access the calldata offset and length of this array and then use "calldatacopy".';
    return ["1397", `Call data elements cannot be accessed directly. ${advice}`];
  }
  const isWide = type.kind === "function" && type.functionKind === "external";
  return isWide ? ["9857", "Only types that use one stack slot are supported."] : undefined;
}

function isInStorage(type: SolType): boolean {
  return type.kind === "mapping" || (needsLocation(type) && "location" in type && type.location === "storage");
}

function isCalldataArray(type: SolType): boolean {
  return (type.kind === "bytes" || (type.kind === "array" && type.length === undefined)) && type.location === "calldata";
}

function suffixFault(type: SolType, isState: boolean, suffix: string, access: Access): Fault {
  if (isState || isInStorage(type)) {
    if (suffix !== "slot" && suffix !== "offset") return ["4656", 'State variables only support ".slot" and ".offset".'];
    if (access === "read") return undefined;
    if (isState) return ["4713", 'State variables cannot be assigned to - you have to use "sstore()" or "tstore()".'];
    return suffix === "slot" ? undefined : ["9739", "Only .slot can be assigned to."];
  }
  if (isCalldataArray(type)) {
    return suffix === "offset" || suffix === "length" ? undefined : ["1536", 'Calldata variables only support ".offset" and ".length".'];
  }
  if (type.kind === "function") {
    if (suffix !== "selector" && suffix !== "address") {
      return ["9272", 'Variables of type function pointer only support ".selector" and ".address".'];
    }
    if (type.functionKind === "external") return undefined;
    return ["8533", 'Only Variables of type external function pointer support ".selector" and ".address".'];
  }
  return ["3622", `The suffix ".${suffix}" is not supported by this variable or type.`];
}
