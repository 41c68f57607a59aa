/**
 * Comparisons. Wide ones work limb by limb from the lowest, each step keeping the verdict of the lower limbs where its own are equal.
 *
 *   %2 = lt.u %0, %1 : i128   ->   (a1 == b1) ? a0 < b0 : a1 < b1
 */
import type { ValueId } from "../../../compiler/ir/module.js";
import type { Type } from "../../../compiler/ir/ops.js";
import { type Emitter, isZero, type Limb } from "../emitter.js";
import { isNarrow, isSingle, limbCount, topBits } from "../types.js";
import type { OP } from "../wasm/opcodes.js";
import type { OpHandler, OpTable } from "./handler.js";

function equality(kind: "eq" | "ne"): OpHandler {
  return (e, inst) => {
    const [x, y] = [inst.args[0]!, inst.args[1]!];
    const type = e.type(x);
    if (isSingle(type)) {
      e.pure(inst, () => {
        e.push(x);
        e.push(y);
        e.code.op(`${isNarrow(type) ? "i32" : "i64"}_${kind}`);
      });
      return;
    }
    if (!e.isUsed(inst.results[0]!)) return;
    const [a, b] = [e.limbs(x), e.limbs(y)];
    e.pure(inst, () => {
      pushDifference(e, a, b);
      e.code.op("i64_eqz");
      if (kind === "ne") e.code.op("i32_eqz");
    });
  };
}

/** Pushes an i64 that is 0 where the limbs are equal. */
function pushDifference(e: Emitter, a: readonly Limb[], b: readonly Limb[]): void {
  let any = false;
  for (const [i, x] of a.entries()) {
    const y = b[i]!;
    if (isZero(x) && isZero(y)) continue;
    if (isZero(x)) {
      e.pushLimb(y);
    } else {
      e.pushLimb(x);
      if (!isZero(y)) {
        e.pushLimb(y);
        e.code.op("i64_xor");
      }
    }
    if (any) e.code.op("i64_or");
    any = true;
  }
  if (!any) e.code.i64(0n);
}

type Relation = "lt" | "gt" | "le" | "ge";
type OpName = keyof typeof OP;

/** lt and ge come from lt; gt and le are the same with the operands exchanged. */
function relation(kind: Relation, sign: "u" | "s"): OpHandler {
  return (e, inst) => {
    const [x, y] = [inst.args[0]!, inst.args[1]!];
    const type = e.type(x);
    if (isSingle(type)) {
      e.pure(inst, () => {
        pushOrdered(e, x, type, sign);
        pushOrdered(e, y, type, sign);
        e.code.op(`${isNarrow(type) ? "i32" : "i64"}_${kind}_${sign}` as OpName);
      });
      return;
    }
    if (!e.isUsed(inst.results[0]!)) return;
    const swap = kind === "gt" || kind === "le";
    const [a, b] = swap ? [y, x] : [x, y];
    const [la, lb] = [ordered(e, a, type, sign), ordered(e, b, type, sign)];
    e.pure(inst, () => {
      pushLess(e, la, lb, sign);
      if (kind === "le" || kind === "ge") e.code.op("i32_eqz");
    });
  };
}

/** Pushes a single value so that the machine's own comparison orders it: signed narrow values move to the top of the register. */
function pushOrdered(e: Emitter, value: ValueId, type: Type, sign: "u" | "s"): void {
  e.push(value);
  if (sign === "u") return;
  if (isNarrow(type)) {
    if (type < 32) e.code.i32(32 - type).op("i32_shl");
  } else if (type < 64) {
    e.code.i64(BigInt(64 - type)).op("i64_shl");
  }
}

/** Limbs of which the highest orders by its sign. */
function ordered(e: Emitter, value: ValueId, type: Type, sign: "u" | "s"): readonly Limb[] {
  return sign === "s" && topBits(type) < 64 ? e.wideSigned(value, limbCount(type)) : e.limbs(value);
}

/** Pushes a < b. */
function pushLess(e: Emitter, a: readonly Limb[], b: readonly Limb[], sign: "u" | "s"): void {
  let verdict = false;
  for (const [i, x] of a.entries()) {
    const y = b[i]!;
    const top = i === a.length - 1;
    const compare: OpName = top && sign === "s" ? "i64_lt_s" : "i64_lt_u";
    if (isZero(x) && isZero(y)) continue;
    if (isZero(y) && compare === "i64_lt_u") {
      // Nothing is below 0; equal means that x is 0.
      if (!verdict) continue;
      e.pushLimb(x);
      e.code.op("i64_eqz").op("i32_and");
      continue;
    }
    e.pushLimb(x);
    e.pushLimb(y);
    e.code.op(compare);
    if (verdict) {
      e.pushLimb(x);
      e.pushLimb(y);
      e.code.op("i64_eq").op("select");
    }
    verdict = true;
  }
  if (!verdict) e.code.i32(0);
}

export const COMPARE_OPS: OpTable = {
  eq: equality("eq"),
  ne: equality("ne"),
  "lt.u": relation("lt", "u"),
  "gt.u": relation("gt", "u"),
  "le.u": relation("le", "u"),
  "ge.u": relation("ge", "u"),
  "lt.s": relation("lt", "s"),
  "gt.s": relation("gt", "s"),
  "le.s": relation("le", "s"),
  "ge.s": relation("ge", "s"),
};
