/** Calls of every sort: functions, conversions, struct constructors, call options, `new`. */
import type { Expression, FunctionCall, FunctionCallOptions, NewExpression } from "../syntax/ast.js";
import { checkArguments, isBareCall } from "./call-checks.js";
import { FAILED, type CodeContext, type Result, type Use } from "./code-context.js";
import { explicitly } from "./conversions.js";
import { expectType, withDetail } from "./expectations.js";
import { creationType, structConstructorType } from "./function-types.js";
import type { CallInfo } from "./program.js";
import { checkSpecialCall } from "./special-calls.js";
import { BYTES32, functionType, isInvalid, isReference, resultType, UINT256, withLocation, withLocationIfReference } from "./type-factory.js";
import { isDynamicallySized, isStorageOnly } from "./type-properties.js";
import type { FunctionType, SolType } from "./types.js";

export function checkCall(cx: CodeContext, e: FunctionCall): Result {
  for (const argument of e.arguments) cx.visit(argument);
  const callee = cx.visit(e.expression, { call: { types: e.arguments.map((a) => cx.typeOf(a)), names: e.names } });
  if (isInvalid(callee)) return FAILED;
  if (callee.kind === "function") return checkFunctionCall(cx, e, callee);
  if (callee.kind !== "type") return cx.fail("5704", "This expression is not callable.", e.span);
  return callee.actual.kind === "struct" ? checkStructConstructor(cx, e, callee.actual) : checkConversion(cx, e, callee.actual);
}

function argumentsArePure(cx: CodeContext, e: FunctionCall): boolean {
  return e.arguments.every((argument) => cx.isPure(argument));
}

const pureKinds: ReadonlySet<string> = new Set([
  "keccak256",
  "ecrecover",
  "sha256",
  "ripemd160",
  "addmod",
  "mulmod",
  "objectCreation",
  "abiEncode",
  "abiEncodePacked",
  "abiEncodeWithSelector",
  "abiEncodeCall",
  "abiEncodeWithSignature",
  "abiDecode",
  "metaType",
  "wrap",
  "unwrap",
  "erc7201",
  "bytesConcat",
  "stringConcat",
]);

function checkFunctionCall(cx: CodeContext, e: FunctionCall, type: FunctionType): Result {
  const isPure = argumentsArePure(cx, e) && cx.isPure(e.expression) && pureKinds.has(type.functionKind);
  if (type.functionKind === "declaration") return declarationCall(cx, e, type);
  const special = checkSpecialCall(cx, e, type);
  if (special) {
    cx.m.calls.set(e, { kind: "call", functionType: type, arguments: e.arguments });
    return { type: resultType(special), isPure };
  }
  const ordered = checkArguments(cx, e, type, "call");
  cx.m.calls.set(e, { kind: "call", functionType: type, arguments: ordered ?? e.arguments, ...lookupOf(cx, e.expression, type) });
  const isLValue = type.functionKind === "arrayPush" && e.arguments.length === 0;
  return { type: resultType(type.returns), isPure, isLValue };
}

function declarationCall(cx: CodeContext, e: FunctionCall, type: FunctionType): Result {
  const { declaration } = type;
  const home = declaration && cx.m.contractOf.get(declaration);
  const isUnimplementedBase = cx.contract && home && cx.m.derivesFrom(cx.contract, home) && declaration.kind === "FunctionDefinition" && !declaration.body;
  if (isUnimplementedBase) return cx.fail("7501", "Cannot call unimplemented base function.", e.span);
  return cx.fail("3419", "Cannot call function via contract type name.", e.span, "Call it on an instance of the contract.");
}

/** The callee below parentheses and call options. */
function bareCallee(e: Expression): Expression {
  if (e.kind === "FunctionCallOptions") return bareCallee(e.expression);
  const [only] = e.kind === "TupleExpression" && e.components.length === 1 ? e.components : [];
  return only ? bareCallee(only) : e;
}

/** How an internal call of a named function finds its target. */
function lookupOf(cx: CodeContext, callee: Expression, type: FunctionType): Pick<CallInfo, "lookup"> {
  const { declaration } = type;
  if (type.functionKind !== "internal" || declaration?.kind !== "FunctionDefinition") return {};
  const e = bareCallee(callee);
  if (e.kind === "MemberAccess") return { lookup: cx.builtin(e.expression) === "super" ? "super" : "static" };
  const isVirtual = cx.m.contractOf.has(declaration) && declaration.visibility !== "private" && !cx.m.isLibraryMember(declaration);
  return { lookup: isVirtual ? "virtual" : "static" };
}

function checkStructConstructor(cx: CodeContext, e: FunctionCall, actual: SolType & { readonly kind: "struct" }): Result {
  if (isStorageOnly(cx.m, actual, cx.line)) return cx.fail("9515", "Struct containing a (nested) mapping cannot be constructed.", e.span);
  const type = structConstructorType(cx.m, actual.definition);
  const ordered = checkArguments(cx, e, type, "structConstructor");
  cx.m.calls.set(e, { kind: "structConstructor", functionType: type, arguments: ordered ?? e.arguments });
  return { type: resultType(type.returns), isPure: argumentsArePure(cx, e) };
}

function checkConversion(cx: CodeContext, e: FunctionCall, actual: SolType): Result {
  if (actual.kind === "contract" && actual.isSuper) return cx.fail("1744", "Cannot convert to the super type.", e.span);
  cx.m.calls.set(e, { kind: "typeConversion", arguments: e.arguments });
  const isPure = argumentsArePure(cx, e);
  const [argument] = e.arguments;
  if (!argument || e.arguments.length !== 1) {
    cx.error("2558", "Exactly one argument expected for explicit type conversion.", e.span);
    return { type: withLocationIfReference(actual, "memory"), isPure };
  }
  if (e.names) {
    cx.error("5153", "Type conversion cannot allow named arguments.", e.span);
    return { type: withLocationIfReference(actual, "memory"), isPure };
  }
  const from = cx.typeOf(argument);
  // A reference stays where it is.
  const source = from.kind === "arraySlice" ? from.array : from;
  const location = isReference(source) ? source.location : "memory";
  const to = isReference(actual) ? withLocation(actual, location, actual.pointer) : actual;
  const verdict = explicitly(cx.m, from, to, cx.line);
  if (!verdict.ok) reportConversion(cx, e, argument, from, to, verdict.detail);
  return { type: conversionResult(cx, to, from), isPure };
}

/** Before 0.8, `address(x)` of a payable contract, a number or bytes was payable. */
function conversionResult(cx: CodeContext, to: SolType, from: SolType): SolType {
  if (to.kind !== "address" || to.payable || cx.line === "0.8") return to;
  const isPayable = from.kind === "contract" ? cx.m.isPayableContract(from.definition) : from.kind !== "address" && from.kind !== "type";
  return { kind: "address", payable: isPayable || (from.kind === "address" && from.payable) };
}

function reportConversion(cx: CodeContext, e: FunctionCall, argument: Expression, from: SolType, to: SolType, detail: string | undefined): void {
  const message = `Explicit type conversion not allowed from "${cx.show(from)}" to "${cx.show(to)}".`;
  if (to.kind === "contract" && from.kind === "address") {
    const reference = argument.kind === "Identifier" ? cx.m.references.get(argument) : undefined;
    const variable = reference?.kind === "declaration" ? reference.declaration : undefined;
    const related = variable && [{ span: variable.span, message: 'Did you mean to declare this variable as "address payable"?' }];
    const text = `Explicit type conversion not allowed from non-payable "address" to "${cx.show(to)}", which has a payable fallback function.`;
    cx.error("7398", text, e.span, "Write payable(...) around the address.", related);
  } else if (from.kind === "function" && from.functionKind === "external" && to.kind === "address") {
    const text = `${message} To obtain the address of the contract of the function, you can use the .address member of the function.`;
    cx.error("5030", text, e.span, "Write .address.");
  } else cx.error("9640", withDetail(message, detail), e.span, twoStepHint(cx, from, to));
}

/** Since 0.8, a conversion changes only one of width, sign and kind. */
function twoStepHint(cx: CodeContext, from: SolType, to: SolType): string | undefined {
  if (from.kind === "integer" && to.kind === "integer") return `Convert in two steps: first the width, then the sign.`;
  if (to.kind === "address" && from.kind === "integer") return "Convert to uint160 first: address(uint160(x)).";
  if (from.kind === "address" && to.kind === "integer") return "Convert to uint160 first: uint256(uint160(a)).";
  if (from.kind === "integer" && to.kind === "fixedBytes") return `Convert to uint${to.size * 8} first.`;
  if (from.kind === "fixedBytes" && to.kind === "integer") return `Convert to uint${from.size * 8} first.`;
  if (from.kind === "rational" && to.kind === "integer") return `The value does not fit ${cx.show(to)}.`;
  return undefined;
}

const optionKinds: ReadonlySet<string> = new Set(["creation", "external"]);

export function checkCallOptions(cx: CodeContext, e: FunctionCallOptions, use: Use): Result {
  const type = cx.visit(e.expression, use.call ? { call: use.call } : {});
  if (isInvalid(type)) {
    for (const option of e.options) cx.visit(option);
    return FAILED;
  }
  if (type.kind !== "function") return cx.fail("2622", "Expected callable expression before call options.", e.span);
  if (!optionKinds.has(type.functionKind) && !isBareCall(type)) {
    return cx.fail("2193", "Function call options can only be set on external function calls or contract creations.", e.span);
  }
  if (cx.line === "0.8" && (type.gasSet || type.valueSet || type.saltSet)) {
    const message = "Function call options have already been set, you have to combine them into a single {...}-option.";
    cx.error("1645", message, e.span);
  }
  const set = { gas: false, value: false, salt: false };
  e.names.forEach(({ name }, i) => checkOption(cx, e, type, name, e.options[i]!, set));
  return { type: { ...type, gasSet: type.gasSet || set.gas, valueSet: type.valueSet || set.value, saltSet: type.saltSet || set.salt } };
}

function checkOption(cx: CodeContext, e: FunctionCallOptions, type: FunctionType, name: string, option: Expression, set: { gas: boolean; value: boolean; salt: boolean }): void {
  const refuse = (code: string, message: string): void => {
    cx.visit(option);
    cx.error(code, message, e.span);
  };
  const isCreation = type.functionKind === "creation";
  switch (name) {
    case "salt":
      if (!isCreation) return refuse("2721", 'Function call option "salt" can only be used with "new".');
      break;
    case "gas":
      if (isCreation) return refuse("9903", 'Function call option "gas" cannot be used with "new".');
      break;
    case "value":
      if (type.functionKind === "bareDelegateCall") return refuse("6189", 'Cannot set option "value" for delegatecall.');
      if (type.functionKind === "bareStaticCall") return refuse("2842", 'Cannot set option "value" for staticcall.');
      if (type.mutability !== "payable") {
        const created = type.returns[0] ? cx.show(type.returns[0]) : "";
        const reason = isCreation ? `, since the constructor of ${created} is not payable.` : " on a non-payable function type.";
        return refuse("7006", `Cannot set option "value"${reason}`);
      }
      break;
    default:
      return refuse("9318", `Unknown call option "${name}". Valid options are "salt", "value" and "gas".`);
  }
  expectType(cx, option, name === "salt" ? BYTES32 : UINT256);
  if (set[name]) cx.error("9886", `Duplicate option "${name}".`, e.span);
  set[name] = true;
}

export function checkNew(cx: CodeContext, e: NewExpression): Result {
  const type = cx.tables.resolver.resolve(e.typeName, cx.scope);
  if (isInvalid(type)) return FAILED;
  if (type.kind === "contract") {
    const { definition } = type;
    if (definition.contractKind === "interface") return cx.fail("2971", "Cannot instantiate an interface.", e.span);
    if (cx.m.isAbstract(definition)) cx.error("4614", "Cannot instantiate an abstract contract.", e.span);
    return { type: creationType(cx.m, definition) };
  }
  if (e.typeName.kind === "UserDefinedTypeName") return cx.fail("5540", "Identifier is not a contract.", e.span);
  if (type.kind !== "array" && type.kind !== "bytes") return cx.fail("8807", "Contract or array type expected.", e.span);
  if (isStorageOnly(cx.m, type, cx.line)) {
    return cx.fail("1164", "Array containing a (nested) mapping cannot be constructed in memory.", e.typeName.span);
  }
  if (!isDynamicallySized(type)) {
    cx.error("3904", "Length has to be placed in parentheses after the array type for new expression.", e.typeName.span);
  }
  return { type: functionType("objectCreation", [UINT256], [withLocation(type, "memory", true)], "pure"), isPure: true };
}
