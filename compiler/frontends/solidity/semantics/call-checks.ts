/** The arguments of one call against the parameters of what is called: counts, names, types, with solc's codes by kind of call. */
import type { Expression, FunctionCall } from "../syntax/ast.js";
import { checkOldCoderCall } from "./abi-coder.js";
import { callParameters } from "./arguments.js";
import type { CodeContext } from "./code-context.js";
import { implicitly } from "./conversions.js";
import { conversionHint, withDetail } from "./expectations.js";
import type { CallKind } from "./program.js";
import type { FunctionType } from "./types.js";

const bareKinds: ReadonlySet<string> = new Set(["bareCall", "bareCallCode", "bareDelegateCall", "bareStaticCall"]);
const hashKinds: ReadonlySet<string> = new Set(["keccak256", "sha256", "ripemd160"]);

export function isBareCall(type: FunctionType): boolean {
  return bareKinds.has(type.functionKind);
}

/** Checks a call's arguments; returns them in the order of the parameters, or undefined after a report. */
export function checkArguments(cx: CodeContext, call: FunctionCall, type: FunctionType, kind: CallKind): readonly Expression[] | undefined {
  const { types, names } = callParameters(type);
  const given = call.arguments.length;
  if (given < types.length || (!type.variadic && given > types.length)) {
    reportCount(cx, call, type, kind, types.length, names);
    return undefined;
  }
  checkOldCoderCall(cx, type, call);
  const ordered = call.names ? orderByName(cx, call, names) : call.arguments;
  if (!ordered) return undefined;
  types.forEach((wanted, i) => {
    const argument = ordered[i];
    if (!argument) return;
    const verdict = implicitly(cx.m, cx.typeOf(argument), wanted);
    if (verdict.ok) return;
    const found = cx.typeOf(argument);
    const message = `Invalid type for argument in function call. Invalid implicit conversion from ${cx.show(found)} to ${cx.show(wanted)} requested.`;
    reportType(cx, argument, type, withDetail(message, verdict.detail), conversionHint(cx, found, wanted));
  });
  return ordered;
}

function reportCount(cx: CodeContext, call: FunctionCall, type: FunctionType, kind: CallKind, wanted: number, names: readonly string[]): void {
  const given = call.arguments.length;
  const what = kind === "structConstructor" ? "struct constructor" : "function call";
  const message = type.variadic
    ? `Need at least ${wanted} arguments for ${what}, but provided only ${given}.`
    : `Wrong argument count for ${what}: ${given} arguments given but expected ${wanted}.`;
  const report = (code: string, advice = ""): void => {
    const isNamed = names.length > 0 && names.every((name) => name !== "");
    cx.error(code, message + advice, call.span, isNamed ? `The parameters are: ${names.join(", ")}.` : undefined);
  };
  if (kind === "structConstructor") report("9755");
  else if (isBareCall(type)) {
    if (given === 0) report("6138", ' This function requires a single bytes argument. Use "" as argument to provide empty calldata.');
    else report("8922", " This function requires a single bytes argument. If all your arguments are value types, you can use abi.encode(...) to properly generate it.");
  } else if (hashKinds.has(type.functionKind)) {
    report("4323", " This function requires a single bytes argument. Use abi.encodePacked(...) to obtain the pre-0.5.0 behaviour or abi.encode(...) to use ABI encoding.");
  } else report(type.variadic ? "9308" : "6160");
}

function reportType(cx: CodeContext, argument: Expression, type: FunctionType, message: string, hint: string | undefined): void {
  if (isBareCall(type)) {
    const advice = " This function requires a single bytes argument. If all your arguments are value types, you can use abi.encode(...) to properly generate it.";
    cx.error("8051", message + advice, argument.span, hint);
  } else if (hashKinds.has(type.functionKind)) {
    const advice = " This function requires a single bytes argument. Use abi.encodePacked(...) to obtain the pre-0.5.0 behaviour or abi.encode(...) to use ABI encoding.";
    cx.error("7556", message + advice, argument.span, hint);
  } else cx.error("9553", message, argument.span, hint);
}

function orderByName(cx: CodeContext, call: FunctionCall, parameterNames: readonly string[]): readonly Expression[] | undefined {
  const names = call.names ?? [];
  const ordered: Expression[] = [];
  const seen = new Set<string>();
  let isComplete = true;
  for (const [i, { name }] of names.entries()) {
    const argument = call.arguments[i]!;
    const position = parameterNames.indexOf(name);
    if (seen.has(name)) {
      cx.error("6995", `Duplicate named argument "${name}".`, argument.span);
      isComplete = false;
    } else if (position < 0) {
      const hint = `The parameters are: ${parameterNames.join(", ")}.`;
      cx.error("4974", `Named argument "${name}" does not match function declaration.`, call.span, hint);
      isComplete = false;
    } else ordered[position] = argument;
    seen.add(name);
  }
  return isComplete ? ordered : undefined;
}
