/** Rules of single declarations: which keywords functions, modifiers, variables and events may carry, and which types they expose. */
import type { ErrorDefinition, EventDefinition, FunctionDefinition, ModifierDefinition, VariableDeclaration } from "../syntax/ast.js";
import { isBefore } from "../syntax/language.js";
import { isOldEncodable, usesOldCoder } from "./abi-coder.js";
import type { CodeContext } from "./code-context.js";
import { getterType, interfaceFunctionType } from "./function-types.js";
import { externalType } from "./interface-types.js";
import { sameType } from "./same-type.js";
import { BYTES_CALLDATA, BYTES_MEMORY, isInvalid, isReference } from "./type-factory.js";
import { containsMapping, isValueType, locationFault } from "./type-properties.js";
import type { SolType } from "./types.js";
import { functionVisibility, isPartOfExternalInterface, isPublic } from "./visibility.js";

export function checkFunctionRules(cx: CodeContext, f: FunctionDefinition): void {
  checkVirtual(cx, f);
  checkSyntaxRules(cx, f);
  if (f.stateMutability === "payable") checkPayable(cx, f);
  for (const variable of [...f.parameters, ...f.returnParameters]) checkExposedType(cx, f, variable);
  checkImplementation(cx, f);
  if (f.functionKind === "fallback") checkFallback(cx, f);
  if (f.functionKind === "receive") checkReceive(cx, f);
  if (f.functionKind === "constructor") checkConstructor(cx, f);
}

function syntaxError(cx: CodeContext, code: string, message: string, f: FunctionDefinition, hint?: string): void {
  cx.error(code, message, f.span, hint, undefined, "SyntaxError");
}

function checkVirtual(cx: CodeContext, f: FunctionDefinition): void {
  const isFree = f.functionKind === "freeFunction";
  if (f.isVirtual) {
    if (isFree) syntaxError(cx, "4493", "Free functions cannot be virtual.", f);
    else if (f.functionKind === "constructor") cx.error("7001", "Constructors cannot be virtual.", f.span);
    else if (cx.contract?.contractKind === "interface") cx.warn("5815", 'Interface functions are implicitly "virtual"', f.span);
    else if (f.visibility === "private") cx.error("3942", '"virtual" and "private" cannot be used together.', f.span);
    else if (cx.contract?.contractKind === "library") cx.error("7801", 'Library functions cannot be "virtual".', f.span);
  }
  if (f.overrides && isFree) syntaxError(cx, "1750", "Free functions cannot override.", f);
  if (f.modifiers.length > 0 && isFree) syntaxError(cx, "5811", "Free functions cannot have modifiers.", f);
}

function checkSyntaxRules(cx: CodeContext, f: FunctionDefinition): void {
  const isFree = f.functionKind === "freeFunction";
  const isInterface = cx.contract?.contractKind === "interface";
  if (!isFree && f.functionKind !== "constructor" && f.visibility === undefined) {
    const suggested = f.functionKind !== "function" || isInterface ? "external" : "public";
    syntaxError(cx, "4937", `No visibility specified. Did you intend to add "${suggested}"?`, f, `Add "${suggested}" behind the parameters.`);
  } else if (isFree) {
    if (f.visibility !== undefined) syntaxError(cx, "4126", "Free functions cannot have visibility.", f);
    if (!f.body) cx.error("4668", "Free functions must be implemented.", f.span);
  }
  if (f.modifiers.length === 0) return;
  if (isInterface) syntaxError(cx, "5842", "Functions in interfaces cannot have modifiers.", f);
  else if (!f.body) syntaxError(cx, "2668", "Functions without implementation cannot have modifiers.", f);
}

function checkPayable(cx: CodeContext, f: FunctionDefinition): void {
  if (cx.contract?.contractKind === "library") cx.error("7708", "Library functions cannot be payable.", f.span);
  else if (f.functionKind === "freeFunction") cx.error("9559", "Free functions cannot be payable.", f.span);
  else if (f.functionKind === "function" && !isPartOfExternalInterface(f)) {
    cx.error("5587", '"internal" and "private" functions cannot be payable.', f.span);
  }
}

/** Types at the border of a contract must have an ABI form. */
function checkExposedType(cx: CodeContext, f: FunctionDefinition, variable: VariableDeclaration): void {
  const type = cx.m.variableType(variable);
  if (isInvalid(type) || cx.m.misplaced.has(variable)) return;
  const isConstructor = f.functionKind === "constructor";
  const isAbstract = cx.contract !== undefined && cx.m.isAbstract(cx.contract);
  const inLibrary = cx.contract?.contractKind === "library";
  if (isConstructor && !isAbstract && variable.location === "storage") {
    const message = "This parameter has a type that can only be used internally. You can make the contract abstract to avoid this problem.";
    cx.error("3644", message, variable.span);
    return;
  }
  if (isConstructor ? isAbstract : !isPublic(f)) return;
  const external = externalType(cx.m, type, inLibrary);
  if ("message" in external) {
    const advice = isConstructor ? " You can make the contract abstract to avoid this problem." : "";
    cx.error("4103", external.message + advice, variable.span);
    return;
  }
  if (usesOldCoder(cx) && !isOldEncodable(type, inLibrary)) {
    cx.error("4957", 'This type is only supported in ABI coder v2. Use "pragma abicoder v2;" to enable the feature.', variable.span);
  }
  const isLibraryStorage = inLibrary && isReference(type) && type.location === "storage";
  const fault = isReference(type) && !isLibraryStorage ? locationFault(cx.m, type, "calldata") : undefined;
  if (fault !== undefined) cx.error("1534", fault, variable.span);
}

function checkImplementation(cx: CodeContext, f: FunctionDefinition): void {
  const kind = cx.contract?.contractKind;
  if (kind === "interface") {
    if (f.body) cx.error("4726", "Functions in interfaces cannot have an implementation.", f.span);
    if (f.functionKind === "constructor") cx.error("6482", "Constructor cannot be defined in interfaces.", f.span);
    else if (functionVisibility(f) !== "external") cx.error("1560", "Functions in interfaces must be declared external.", f.span);
  } else if (kind === "library" && f.functionKind === "constructor") cx.error("7634", "Constructor cannot be defined in libraries.", f.span);
  if (f.body) return;
  if (f.functionKind === "constructor") cx.error("5700", "Constructor must be implemented if declared.", f.span);
  else if (cx.line === "0.5") {
    // A library with such a function has no code; one for inside use could never get a body.
    if (kind === "library" && !isPublic(f)) cx.error("9231", "Internal library function must be implemented if declared.", f.span);
  } else if (kind === "library") cx.error("9231", "Library functions must be implemented if declared.", f.span);
  else if (!f.isVirtual && kind === "contract") {
    cx.error("5424", "Functions without implementation must be marked virtual.", f.span, 'Add "virtual" or a body.');
  }
}

function checkFallback(cx: CodeContext, f: FunctionDefinition): void {
  if (cx.contract?.contractKind === "library") cx.error("5982", "Libraries cannot have fallback functions.", f.span);
  if (f.stateMutability === "pure" || f.stateMutability === "view") {
    cx.error("4575", `Fallback function must be payable or non-payable, but is "${f.stateMutability}".`, f.span);
  }
  if (functionVisibility(f) !== "external") cx.error("1159", 'Fallback function must be defined as "external".', f.span);
  if (f.parameters.length === 0 && f.returnParameters.length === 0) return;
  const isOnly = (list: readonly VariableDeclaration[], type: SolType): boolean => list.length === 1 && sameType(cx.m.variableType(list[0]!), type);
  if (isOnly(f.parameters, BYTES_CALLDATA) && isOnly(f.returnParameters, BYTES_MEMORY)) return;
  const message = 'Fallback function either has to have the signature "fallback()" or "fallback(bytes calldata) returns (bytes memory)".';
  cx.error("5570", message, f.span);
}

function checkReceive(cx: CodeContext, f: FunctionDefinition): void {
  const fault = (code: string, message: string): void => cx.error(code, message, f.span, undefined, undefined, "DeclarationError");
  if (cx.contract?.contractKind === "library") fault("4549", "Libraries cannot have receive ether functions.");
  if (f.stateMutability !== "payable") fault("7793", `Receive ether function must be payable, but is "${f.stateMutability}".`);
  if (functionVisibility(f) !== "external") fault("4095", 'Receive ether function must be defined as "external".');
  if (f.returnParameters.length > 0) fault("6899", "Receive ether function cannot return values.");
  if (f.parameters.length > 0) fault("6857", "Receive ether function cannot take parameters.");
}

function checkConstructor(cx: CodeContext, f: FunctionDefinition): void {
  if (f.overrides) cx.error("1209", "Constructors cannot override.", f.span);
  if (f.returnParameters.length > 0) cx.error("9712", 'Non-empty "returns" directive for constructor.', f.span);
  if (f.stateMutability === "pure" || f.stateMutability === "view") {
    cx.error("1558", `Constructor must be payable or non-payable, but is "${f.stateMutability}".`, f.span);
  }
  if (isBefore(cx.line, "0.7")) {
    if (f.visibility === undefined) cx.error("4937", 'No visibility specified. Did you intend to add "public"?', f.span, undefined, undefined, "SyntaxError");
    else if (f.visibility !== "public" && f.visibility !== "internal") cx.error("9239", "Constructor must be public or internal.", f.span);
    return;
  }
  if (f.visibility === undefined) return;
  const isAbstract = cx.contract?.isAbstract ?? false;
  const fault = (code: string, message: string): void => cx.error(code, message, f.span, undefined, undefined, "DeclarationError");
  if (f.visibility !== "public" && f.visibility !== "internal") cx.error("9239", "Constructor cannot have visibility.", f.span);
  else if (f.visibility === "public" && isAbstract) {
    fault("8295", 'Abstract contracts cannot have public constructors. Remove the "public" keyword to fix this.');
  } else if (f.visibility === "internal" && !isAbstract) {
    fault("1845", 'Non-abstract contracts cannot have internal constructors. Remove the "internal" keyword and make the contract abstract to fix this.');
  } else {
    cx.warn("2462", 'Visibility for constructor is ignored. If you want the contract to be non-deployable, making it "abstract" is sufficient.', f.span);
  }
}

export function checkModifierRules(cx: CodeContext, modifier: ModifierDefinition): void {
  const kind = cx.contract?.contractKind;
  if (modifier.isVirtual && kind === "library") cx.error("3275", "Modifiers in a library cannot be virtual.", modifier.span);
  if (kind === "interface") cx.error("6408", "Modifiers cannot be defined or declared in interfaces.", modifier.span);
  if (!modifier.body && !modifier.isVirtual) cx.error("8063", "Modifiers without implementation must be marked virtual.", modifier.span);
}

export function checkVariableRules(cx: CodeContext, variable: VariableDeclaration, type: SolType): void {
  if (variable.mutability === "constant") {
    if (!variable.value && !isInvalid(type)) cx.error("4266", 'Uninitialized "constant" variable.', variable.span);
    else if (variable.value && !cx.isPure(variable.value)) {
      cx.error("8349", "Initial value for constant variable has to be compile-time constant.", variable.value.span, 'Use "immutable" for values known at deployment.');
    }
  } else if (variable.mutability === "immutable") {
    if (!isValueType(type) && !isInvalid(type)) cx.error("6377", "Immutable variables cannot have a non-value type.", variable.span);
    if (type.kind === "function" && type.functionKind === "external") {
      cx.error("3366", "Immutable variables of external function type are not yet supported.", variable.span);
    }
  }
  if (!isPartOfExternalInterface(variable) || isInvalid(type)) return;
  const getter = getterType(cx.m, variable);
  if (usesOldCoder(cx) && ![...getter.parameters, ...getter.returns].every((t) => isOldEncodable(t))) {
    const advice = 'Either remove "public" or use "pragma abicoder v2;" to enable the feature.';
    cx.error("2763", `Types of the getter are only supported in ABI coder v2. ${advice}`, variable.span);
  }
  if (interfaceFunctionType(cx.m, getter)) return;
  if (getter.returns.length === 0 && getter.parameters.length === 0) {
    cx.error("5359", "The struct has all its members omitted, therefore the getter cannot return any values.", variable.span);
  } else cx.error("6744", "Internal or recursive type is not allowed for public state variables.", variable.span);
}

export function checkLogParameters(cx: CodeContext, d: EventDefinition | ErrorDefinition): void {
  const what = d.kind === "EventDefinition" ? "event" : "error";
  for (const parameter of d.parameters) {
    const type = cx.m.variableType(parameter);
    if (isInvalid(type)) continue;
    if (containsMapping(cx.m, type)) {
      cx.error("3448", `Type containing a (nested) mapping is not allowed as ${what} parameter type.`, parameter.span);
    } else if ("message" in externalType(cx.m, type, false)) {
      cx.error("3417", `Internal or recursive type is not allowed as ${what} parameter type.`, parameter.span);
    }
    if (usesOldCoder(cx) && !isOldEncodable(type)) {
      cx.error("3061", 'This type is only supported in ABI coder v2. Use "pragma abicoder v2;" to enable the feature.', parameter.span);
    }
  }
  if (d.kind !== "EventDefinition") return;
  const indexed = d.parameters.filter((p) => p.isIndexed).length;
  if (d.isAnonymous && indexed > 4) cx.error("8598", "More than 4 indexed arguments for anonymous event.", d.span);
  else if (!d.isAnonymous && indexed > 3) cx.error("7249", "More than 3 indexed arguments for event.", d.span);
}
