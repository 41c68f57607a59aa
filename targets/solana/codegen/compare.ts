/** Comparisons of limbs as branches: the form that sBPF has. A value is made from a branch only where one is needed. */
import type { Condition, Label, Operand, VReg } from "../lir/instruction.js";
import { topBits, type LimbEmitter, type Limbs } from "./limbs.js";

export type Comparison = "eq" | "ne" | "lt.u" | "le.u" | "gt.u" | "ge.u" | "lt.s" | "le.s" | "gt.s" | "ge.s";

export const COMPARISONS: ReadonlySet<string> = new Set(["eq", "ne", "lt.u", "le.u", "gt.u", "ge.u", "lt.s", "le.s", "gt.s", "ge.s"]);

const NEGATED: Readonly<Record<Comparison, Comparison>> = {
  eq: "ne",
  ne: "eq",
  "lt.u": "ge.u",
  "ge.u": "lt.u",
  "gt.u": "le.u",
  "le.u": "gt.u",
  "lt.s": "ge.s",
  "ge.s": "lt.s",
  "gt.s": "le.s",
  "le.s": "gt.s",
};

export const negated = (comparison: Comparison): Comparison => NEGATED[comparison];

/** Jumps to `yes` where the comparison of two values of a type holds, else goes on behind the code. */
export function branchOn(e: LimbEmitter, comparison: Comparison, a: Limbs, b: Limbs, bits: number, yes: Label): void {
  const { f } = e;
  const n = a.length;
  if (comparison === "eq" || comparison === "ne") return branchOnEquality(e, comparison, a, b, yes);
  const signed = comparison.endsWith(".s");
  const prepared = (x: Limbs): Operand[] => {
    const out = x.slice();
    if (signed) out[n - 1] = e.alu("shl", out[n - 1]!, BigInt(64 - topBits(bits)));
    return out;
  };
  const x = prepared(a);
  const y = prepared(b);
  // Higher limbs decide unless they are equal; only the highest is compared with sign.
  const strict = comparison.slice(0, 2) === "lt" || comparison.slice(0, 2) === "le" ? "lt" : "gt";
  const no = f.label();
  for (let i = n - 1; i > 0; i--) {
    if (x[i] === y[i]) continue;
    const next = f.label();
    f.branch("eq", x[i]!, y[i]!, next);
    f.branch(`${strict}.${signed && i === n - 1 ? "s" : "u"}` as Condition, x[i]!, y[i]!, yes);
    f.jump(no);
    f.place(next);
  }
  const lowest = n === 1 ? comparison : (`${comparison.slice(0, 2)}.u` as Condition);
  f.branch(lowest, x[0]!, y[0]!, yes);
  f.place(no);
}

function branchOnEquality(e: LimbEmitter, comparison: "eq" | "ne", a: Limbs, b: Limbs, yes: Label): void {
  const { f } = e;
  const differing = a.map((_, i) => i).filter((i) => a[i] !== b[i]);
  if (comparison === "ne") {
    for (const i of differing) f.branch("ne", a[i]!, b[i]!, yes);
    return;
  }
  const no = f.label();
  differing.forEach((i, k) => {
    if (k + 1 < differing.length) f.branch("ne", a[i]!, b[i]!, no);
    else f.branch("eq", a[i]!, b[i]!, yes);
  });
  if (differing.length === 0) f.jump(yes);
  f.place(no);
}

/** The comparison's outcome as 0 or 1. */
export function compareValue(e: LimbEmitter, comparison: Comparison, a: Limbs, b: Limbs, bits: number): VReg {
  const { f } = e;
  const result = f.copy(1n);
  const yes = f.label();
  branchOn(e, comparison, a, b, bits, yes);
  f.set(result, 0n);
  f.place(yes);
  return result;
}
