/** Names in expressions: what they refer to, overloads chosen by arguments, `this` and `super`. */
import type { Declaration, Identifier, SourceUnit } from "../syntax/ast.js";
import { isBefore } from "../syntax/language.js";
import { canTakeArguments } from "./arguments.js";
import { FAILED, type CallArguments, type CodeContext, type Result, type Use } from "./code-context.js";
import { declarationType, functionDefinitionType } from "./function-types.js";
import { sameTypes } from "./same-type.js";
import { quotedAlternatives, type BuiltinSymbol, type NamedSymbol } from "./scope.js";
import { deprecationOfSelfdestruct } from "./instruction-warnings.js";
import { contractType, isInvalid, typeType } from "./type-factory.js";
import type { FunctionType, SolType } from "./types.js";

export function checkIdentifier(cx: CodeContext, e: Identifier, use: Use): Result {
  if (cx.contract && (e.name === "this" || (e.name === "super" && cx.contract.contractKind !== "library"))) {
    cx.m.references.set(e, { kind: "builtin", name: e.name });
    return { type: e.name === "this" ? contractType(cx.contract) : typeType(contractType(cx.contract, true)) };
  }
  const found = cx.scope.lookup(e.name);
  if (found.length === 0) return undeclared(cx, e);
  const symbol = found.length === 1 ? found[0]! : chooseOverload(cx, e, found, use.call);
  if (!symbol) return FAILED;
  return symbol.kind === "Builtin" ? builtinResult(cx, e, symbol) : declarationResult(cx, e, symbol);
}

function undeclared(cx: CodeContext, e: Identifier): Result {
  const similar = cx.scope.similarNames(e.name);
  let message = "Undeclared identifier.";
  let hint: string | undefined;
  if (e.name === "this" || e.name === "super") {
    message += ` "${e.name}" is not (or not yet) visible at this point.`;
    hint = `Only functions of contracts have "${e.name}".`;
  } else if (similar.length === 1 && similar[0] === e.name) {
    message += ` "${e.name}" is not (or not yet) visible at this point.`;
    hint = `If it is an external function, call it as this.${e.name}(...); a variable must be declared before its use.`;
  } else if (similar.length > 0) message += ` Did you mean ${quotedAlternatives(similar)}?`;
  else hint = "Declare it, or import the file that does.";
  cx.error("7576", message, e.span, hint, undefined, "DeclarationError");
  return FAILED;
}

function typeOfSymbol(cx: CodeContext, symbol: NamedSymbol): SolType {
  if (symbol.kind === "Builtin") return symbol.type;
  if (symbol.kind === "FunctionDefinition") return functionDefinitionType(cx.m, symbol, "internal");
  return declarationType(cx.m, symbol);
}

/** Among several declarations of one name, drops those that others override, then those that cannot take the arguments. */
function chooseOverload(cx: CodeContext, e: Identifier, found: readonly NamedSymbol[], call: CallArguments | undefined): NamedSymbol | undefined {
  const unique: { symbol: NamedSymbol; type: FunctionType }[] = [];
  for (const symbol of found) {
    const type = typeOfSymbol(cx, symbol);
    if (type.kind !== "function") return symbol;
    if (!unique.some((known) => sameTypes(known.type.parameters, type.parameters))) unique.push({ symbol, type });
  }
  if (unique.length === 1) return unique[0]!.symbol;
  if (!call) {
    cx.error("2144", "No matching declaration found after variable lookup.", e.span, "The name is overloaded: call it, or give it a unique name.");
    return undefined;
  }
  const matching = unique.filter(({ type }) => canTakeArguments(cx.m, type, call, undefined));
  if (matching.length === 1) return matching[0]!.symbol;
  // An argument in error fits every candidate.
  if (matching.length > 1 && call.types.some(isInvalid)) return undefined;
  const related = unique.flatMap(({ symbol }) => (symbol.kind === "Builtin" ? [] : [{ span: symbol.span, message: "Candidate:" }]));
  const signatures = unique.map(({ type }) => `${e.name}(${type.parameters.map((t) => cx.show(t)).join(", ")})`).join(", ");
  if (matching.length === 0) {
    cx.error("9322", "No matching declaration found after argument-dependent lookup.", e.span, `Candidates: ${signatures}.`, related);
  } else {
    const hint = "Convert the arguments explicitly so that only one candidate fits.";
    cx.error("4487", "No unique declaration found after argument-dependent lookup.", e.span, hint, related);
  }
  return undefined;
}

function declarationResult(cx: CodeContext, e: Identifier, declaration: Declaration): Result {
  cx.m.references.set(e, referenceTo(cx, declaration));
  const type = declarationType(cx.m, declaration);
  if (declaration.kind === "VariableDeclaration") {
    const isConstant = declaration.mutability === "constant";
    return { type, isPure: isConstant, isLValue: !isConstant };
  }
  return { type, isPure: type.kind === "type" || type.kind === "module" };
}

/** A unit alias refers to its unit. */
export function referenceTo(cx: CodeContext, declaration: Declaration): { kind: "declaration"; declaration: Declaration } | { kind: "module"; unit: SourceUnit } {
  const unit = declaration.kind === "ImportDirective" ? cx.m.importedUnits.get(declaration) : undefined;
  return unit ? { kind: "module", unit } : { kind: "declaration", declaration };
}

function builtinResult(cx: CodeContext, e: Identifier, symbol: BuiltinSymbol): Result {
  cx.m.references.set(e, { kind: "builtin", name: symbol.name });
  switch (symbol.name) {
    case "sha3":
      cx.error("3557", '"sha3" has been deprecated in favour of "keccak256".', e.span, "Write keccak256.");
      break;
    case "suicide":
      cx.error("8050", '"suicide" has been deprecated in favour of "selfdestruct".', e.span, "Write selfdestruct.");
      break;
    case "selfdestruct":
      cx.warn("5159", deprecationOfSelfdestruct, e.span);
      break;
    case "now":
      if (!isBefore(cx.line, "0.7")) cx.error("7359", '"now" has been deprecated. Use "block.timestamp" instead.', e.span, "Write block.timestamp.");
      break;
  }
  return { type: symbol.type, isPure: symbol.type.kind === "function" };
}
