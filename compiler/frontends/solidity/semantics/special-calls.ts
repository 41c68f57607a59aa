/** Builtin functions with rules of their own: `abi.*`, `type(T)`, `bytes.concat`, `string.concat`. */
import type { Expression, FunctionCall } from "../syntax/ast.js";
import { isOldEncodable, usesOldCoder } from "./abi-coder.js";
import { checkArguments } from "./call-checks.js";
import type { CodeContext } from "./code-context.js";
import { implicitly, isImplicit } from "./conversions.js";
import { asExternallyCallable } from "./function-types.js";
import { encodingType } from "./interface-types.js";
import { BYTES32, BYTES_CALLDATA, BYTES_MEMORY, INVALID, isInvalid, isReference, PAYABLE_ADDRESS, STRING_MEMORY, withLocationIfReference } from "./type-factory.js";
import { isFractional, locationFault, mobileType } from "./type-properties.js";
import type { FunctionType, SolType } from "./types.js";

/** Checks a call of a builtin that takes any arguments; its result types, or undefined for other functions. */
export function checkSpecialCall(cx: CodeContext, e: FunctionCall, type: FunctionType): readonly SolType[] | undefined {
  switch (type.functionKind) {
    case "abiDecode":
      return checkDecode(cx, e);
    case "abiEncode":
    case "abiEncodePacked":
    case "abiEncodeWithSelector":
    case "abiEncodeWithSignature":
    case "abiEncodeCall":
      checkEncode(cx, e, type);
      return type.returns;
    case "metaType":
      return [checkMetaType(cx, e)];
    case "bytesConcat":
    case "stringConcat":
      checkConcat(cx, e, type);
      return type.returns;
    default:
      return undefined;
  }
}

function checkDecode(cx: CodeContext, e: FunctionCall): readonly SolType[] {
  const [data, types] = e.arguments;
  if (e.arguments.length !== 2) cx.error("5782", `This function takes two arguments, but ${e.arguments.length} were provided.`, e.span);
  if (data) {
    const type = cx.typeOf(data);
    if (!isImplicit(cx.m, type, BYTES_MEMORY) && !isImplicit(cx.m, type, BYTES_CALLDATA)) {
      const message = `The first argument to "abi.decode" must be implicitly convertible to bytes memory or bytes calldata, but is of type ${cx.show(type)}.`;
      cx.error("1956", message, data.span);
    }
  }
  if (!types) return [INVALID];
  if (types.kind !== "TupleExpression") {
    cx.error("6444", 'The second argument to "abi.decode" has to be a tuple of types.', types.span, "Write the types in parentheses: (uint256, bool).");
    return [INVALID];
  }
  return types.components.map((component) => (component ? decodedType(cx, component) : INVALID));
}

function decodedType(cx: CodeContext, component: Expression): SolType {
  const named = cx.typeOf(component);
  if (isInvalid(named)) return INVALID;
  if (named.kind !== "type") {
    cx.error("1039", "Argument has to be a type name.", component.span);
    return INVALID;
  }
  const actual = withLocationIfReference(named.actual, "memory");
  // Decoded addresses are payable, as solc has it.
  if (actual.kind === "address") return PAYABLE_ADDRESS;
  const isTooNew = usesOldCoder(cx) && !isOldEncodable(actual);
  if (isTooNew || !encodingType(cx.m, mobileType(cx.m, actual), false)) cx.error("9611", `Decoding type ${cx.show(actual)} not supported.`, component.span);
  else if (isReference(actual)) {
    const fault = locationFault(cx.m, actual, "memory");
    if (fault !== undefined) cx.error("6118", fault, component.span);
  }
  return actual;
}

function checkMetaType(cx: CodeContext, e: FunctionCall): SolType {
  const [argument] = e.arguments;
  if (!argument || e.arguments.length !== 1) {
    cx.error("8885", `This function takes one argument, but ${e.arguments.length} were provided.`, e.span);
    return INVALID;
  }
  const type = cx.typeOf(argument);
  if (isInvalid(type)) return INVALID;
  const of = type.kind === "type" ? type.actual : undefined;
  const isAllowed = of?.kind === "integer" || of?.kind === "enum" || (of?.kind === "contract" && !of.isSuper);
  if (isAllowed) return { kind: "magic", magic: "metaType", of };
  const message = `Invalid type for argument in the function call. An enum type, contract type or an integer type is required, but ${cx.show(type)} provided.`;
  cx.error("4259", message, argument.span);
  return INVALID;
}

function checkConcat(cx: CodeContext, e: FunctionCall, type: FunctionType): void {
  const isString = type.functionKind === "stringConcat";
  for (const argument of e.arguments) {
    const found = cx.typeOf(argument);
    const isBytes = !isString && found.kind !== "rational" && (isImplicit(cx.m, found, BYTES32) || isImplicit(cx.m, found, BYTES_MEMORY));
    if (isBytes || (isString && isImplicit(cx.m, found, STRING_MEMORY))) continue;
    const name = isString ? "string" : "bytes";
    const wanted = isString ? "string type" : "bytes or fixed bytes type";
    const message = `Invalid type for argument in the ${name}.concat function call. ${wanted} is required, but ${cx.show(found)} provided.`;
    cx.error(isString ? "9977" : "8015", message, argument.span);
  }
}

function checkEncode(cx: CodeContext, e: FunctionCall, type: FunctionType): void {
  if (e.names) {
    cx.error("2627", "Named arguments cannot be used for functions that take arbitrary parameters.", e.span);
    return;
  }
  if (type.functionKind === "abiEncodeCall") {
    checkEncodeCall(cx, e);
    return;
  }
  checkArguments(cx, e, type, "call");
  for (const argument of e.arguments) checkEncodable(cx, argument, type.functionKind === "abiEncodePacked");
}

function checkEncodable(cx: CodeContext, argument: Expression, isPacked: boolean): void {
  const type = cx.typeOf(argument);
  if (type.kind === "rational") {
    if (isFractional(type)) return cx.error("6090", "Fractional numbers cannot yet be encoded.", argument.span);
    if (!mobileType(cx.m, type)) return cx.error("8009", "Invalid rational number (too large or division by zero).", argument.span);
    if (isPacked) {
      const message = "Cannot perform packed encoding for a literal. Please convert it to an explicit type first.";
      return cx.error("7279", message, argument.span, "Write the type: uint256(...).");
    }
  }
  // Structs and nested dynamic arrays have no packed form.
  if (isPacked && !isOldEncodable(type)) return cx.error("9578", "Type not supported in packed mode.", argument.span);
  const isTooNew = usesOldCoder(cx) && !isOldEncodable(type);
  if (isTooNew || !encodingType(cx.m, mobileType(cx.m, type), false)) cx.error("2056", "This type cannot be encoded.", argument.span);
}

const refusals: Readonly<Record<string, string>> = {
  internal: "Provided internal function.",
  delegatecall: "Cannot use library functions for abi.encodeCall.",
  creation: "Provided creation function.",
  event: "Cannot use events for abi.encodeCall.",
  error: "Cannot use errors for abi.encodeCall.",
};

function checkEncodeCall(cx: CodeContext, e: FunctionCall): void {
  const [pointer, values] = e.arguments;
  if (!pointer || !values || e.arguments.length !== 2) {
    cx.error("6219", "Expected two arguments: a function pointer followed by a tuple.", e.span);
    return;
  }
  const type = cx.typeOf(pointer);
  if (isInvalid(type)) return;
  if (type.kind !== "function") {
    cx.error("5511", `Expected first argument to be a function pointer, not "${cx.show(type)}".`, pointer.span);
    return;
  }
  if (type.functionKind !== "external" && type.functionKind !== "declaration") {
    refuseEncodeCall(cx, pointer, type);
    return;
  }
  const tupleType = cx.typeOf(values);
  if (isInvalid(tupleType)) return;
  if (tupleType.kind === "tuple" && !isInvalid(tupleType) && values.kind !== "TupleExpression") {
    cx.error("9062", "Expected an inline tuple, not an expression of a tuple type.", values.span);
    return;
  }
  checkEncodedValues(cx, e, asExternallyCallable(type, false), values);
}

function refuseEncodeCall(cx: CodeContext, pointer: Expression, type: FunctionType): void {
  const { declaration } = type;
  const home = declaration && cx.m.contractOf.get(declaration);
  let message = `Expected regular external function type, or external view on public function. ${refusals[type.functionKind] ?? "Cannot use special function."}`;
  let hint: string | undefined;
  if (declaration?.kind === "FunctionDefinition" && declaration.visibility === "public" && home === cx.contract) {
    message += ' Did you forget to prefix "this."?';
    hint = `Write this.${declaration.name}.`;
  } else if (home && cx.contract && cx.m.derivesFrom(cx.contract, home)) message += " Functions from base contracts have to be external.";
  cx.error("3509", message, pointer.span, hint, declaration && [{ span: declaration.span, message: "Function is declared here:" }]);
}

function checkEncodedValues(cx: CodeContext, e: FunctionCall, type: FunctionType, values: Expression): void {
  const isTuple = cx.typeOf(values).kind === "tuple";
  const given = values.kind === "TupleExpression" && isTuple ? values.components : [values];
  const wanted = type.parameters.length;
  if (wanted !== given.length) {
    if (isTuple) cx.error("7788", `Expected ${wanted} instead of ${given.length} components for the tuple parameter.`, e.span);
    else cx.error("7515", `Expected a tuple with ${wanted} components instead of a single non-tuple parameter.`, e.span);
  }
  given.slice(0, wanted).forEach((value, i) => {
    if (!value) return;
    const verdict = implicitly(cx.m, cx.typeOf(value), type.parameters[i]!);
    if (verdict.ok) return;
    const reason = verdict.detail === undefined ? "." : `: ${verdict.detail}`;
    const message = `Cannot implicitly convert component at position ${i} from "${cx.show(cx.typeOf(value))}" to "${cx.show(type.parameters[i]!)}"${reason}`;
    cx.error("5407", message, value.span);
  });
}
