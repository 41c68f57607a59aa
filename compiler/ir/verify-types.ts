/**
 * The verifier's check of one instruction's operands and results against its row: counts, type patterns (see ops.ts), and the rules that
 * patterns cannot say: conversions change the width in their direction, constants fit, `i64` or `i256` where the row says "A".
 */
import { ArityFault, ImmediateFault, OperandTypeFault, ResultTypeFault, type IrFault } from "./faults.js";
import type { Func, Inst } from "./module.js";
import { isType, type OpInfo, type Type, type TypePattern } from "./ops.js";

type Fail = (kind: new (message: string, place: { func: string }) => IrFault, message: string) => void;

/** Types that the patterns T, U, V and A stand for in one instruction. */
type Bindings = Map<TypePattern, Type>;

export function verifyTypes(func: Func, inst: Inst, info: OpInfo, fail: Fail): void {
  for (const result of inst.results) if (!isType(func.typeOf(result))) fail(ResultTypeFault, `i${func.typeOf(result)} is no type`);
  const enough = info.variadic === undefined ? inst.args.length === info.args.length : inst.args.length >= info.args.length;
  if (!enough) return fail(ArityFault, `${inst.args.length} operands instead of ${info.args.length}`);
  const bindings: Bindings = new Map();
  inst.args.forEach((arg, i) => {
    const pattern = info.args[i] ?? (info.variadic === 256 ? 256 : undefined);
    const problem = pattern === undefined ? undefined : mismatch(bindings, pattern, func.typeOf(arg));
    if (problem) fail(OperandTypeFault, `operand ${i + 1} ${problem}`);
  });
  if (info.name === "log" && inst.args.length > 6) fail(ArityFault, "more than four topics");
  results(func, inst, info, bindings, fail);
  conversions(func, inst, fail);
}

function results(func: Func, inst: Inst, info: OpInfo, bindings: Bindings, fail: Fail): void {
  if (info.name === "local.get") {
    const local = func.locals[inst.imm.local ?? -1];
    if (inst.results.length !== 1) fail(ArityFault, `${inst.results.length} results instead of 1`);
    else if (local && func.typeOf(inst.results[0]!) !== local.type) fail(ResultTypeFault, `the local's type is i${local.type}`);
    return;
  }
  if (info.dynamicResults) return; // a call: the signature check
  if (inst.results.length !== info.results.length) return fail(ArityFault, `${inst.results.length} results instead of ${info.results.length}`);
  inst.results.forEach((result, i) => {
    const problem = mismatch(bindings, info.results[i]!, func.typeOf(result));
    if (problem) fail(ResultTypeFault, `the result ${problem}`);
  });
}

function mismatch(bindings: Bindings, pattern: TypePattern, type: Type): string | undefined {
  if (typeof pattern === "number") return type === pattern ? undefined : `is i${type} instead of i${pattern}`;
  const bound = bindings.get(pattern);
  if (bound !== undefined) return type === bound ? undefined : `is i${type} instead of i${bound}`;
  if (pattern === "A" && type !== 64 && type !== 256) return `is i${type} instead of i64 or i256`;
  bindings.set(pattern, type);
  return undefined;
}

function conversions(func: Func, inst: Inst, fail: Fail): void {
  const to = func.typeOf(inst.results[0]!);
  const from = func.typeOf(inst.args[0]!);
  switch (inst.op) {
    case "const":
      if (inst.imm.int !== undefined && BigInt.asUintN(to, inst.imm.int) !== inst.imm.int) fail(ImmediateFault, `the constant is no i${to}`);
      return;
    case "zext":
    case "sext":
      if (to <= from) fail(ResultTypeFault, `i${to} is not wider than i${from}`);
      return;
    case "trunc":
      if (to >= from) fail(ResultTypeFault, `i${to} is not narrower than i${from}`);
      return;
    case "local.set": {
      const local = func.locals[inst.imm.local ?? -1];
      if (local && local.type !== from) fail(OperandTypeFault, `the local's type is i${local.type}`);
    }
  }
}
