/**
 * Checked arithmetic: the operation and a jump to a shared panic tail where it overflowed.
 *
 *   %c:i256 = add.checked.u %a, %b  ->  c = ADD(a, b); trapif GT(a, c)
 *   %c:i128 = mul.checked.u %a, %b  ->  c = MUL(a, b); trapif SHR(128, c)
 *
 * A product of operands that have at most 256 bits together is exact, so one comparison decides; others need the division test.
 */
import type { Inst } from "../../../compiler/ir/module.js";
import type { TrapKey, Word } from "../lir/lir.js";
import type { Handler, Selection } from "./context.js";
import { checkedExpSigned, checkedExpUnsigned } from "./exponent.js";

const OVERFLOW: TrapKey = "panic:17";
const DIVISION: TrapKey = "panic:18";

/** Traps where an exact unsigned result has more than N bits; defines the result. */
function fits(s: Selection, inst: Inst, word: Word, type: number): void {
  const { b } = s;
  if (b.bits(word) > type) {
    b.trapIf(b.op("SHR", b.const(type), word), OVERFLOW);
    if (b.func.defInst(word)) b.func.bits[word] = type;
  }
  s.set(inst, word);
}

/** Traps where an exact signed result does not fit N bits (N < 256); defines the result. */
function fitsSigned(s: Selection, inst: Inst, word: Word, type: number): void {
  const { b } = s;
  b.trapIf(b.op("XOR", b.signed(word, type), word), OVERFLOW);
  s.wrapped(inst, word);
}

/** Sign extension is the same for narrower words, whatever the bounds say: results of signed arithmetic are not bounded. */
const addUnsigned: Handler = (s, inst) => {
  const { b } = s;
  const type = s.typeOf(inst.results[0]!);
  const [x, y] = [s.clean(inst.args[0]!), s.clean(inst.args[1]!)];
  const sum = b.op("ADD", x, y);
  if (type < 256 || (b.bits(x) < 256 && b.bits(y) < 256)) return fits(s, inst, sum, type);
  // The sum wrapped where it is below an operand; a constant is free to push again.
  b.trapIf(b.op("GT", b.func.isPush(y) ? y : x, sum), OVERFLOW);
  s.set(inst, sum);
};

const subUnsigned: Handler = (s, inst) => {
  const { b } = s;
  const [x, y] = [s.clean(inst.args[0]!), s.clean(inst.args[1]!)];
  b.trapIf(b.op("GT", y, x), OVERFLOW);
  const difference = b.op("SUB", x, y);
  // Where it does not trap the difference is at most x.
  if (b.func.defInst(difference)) b.func.bits[difference] = b.bits(x);
  s.set(inst, difference);
};

const mulUnsigned: Handler = (s, inst) => {
  const { b } = s;
  const type = s.typeOf(inst.results[0]!);
  const [x, y] = [s.clean(inst.args[0]!), s.clean(inst.args[1]!)];
  if (b.bits(x) + b.bits(y) <= 256) return fits(s, inst, b.op("MUL", x, y), type);
  for (const [factor, other] of [
    [x, y],
    [y, x],
  ] as const) {
    const constant = b.func.constantOf(factor);
    if (constant === undefined || constant === 0n) continue;
    b.trapIf(b.op("GT", other, b.const(((1n << BigInt(type)) - 1n) / constant)), OVERFLOW);
    return setBounded(s, inst, b.op("MUL", x, y), type);
  }
  const product = b.op("MUL", x, y);
  // product / x == y, or x is 0 (where DIV gives 0, and y may be anything).
  b.trapIf(b.isZero(b.op("OR", b.isZero(x), b.op("EQ", b.op("DIV", product, x), y))), OVERFLOW);
  fits(s, inst, product, type);
};

function setBounded(s: Selection, inst: Inst, word: Word, type: number): void {
  if (s.b.func.defInst(word)) s.b.func.bits[word] = Math.min(s.b.bits(word), type);
  s.set(inst, word);
}

const addSigned: Handler = (s, inst) => {
  const { b } = s;
  const type = s.typeOf(inst.results[0]!);
  const [x, y] = [s.signed(inst.args[0]!), s.signed(inst.args[1]!)];
  const sum = b.op("ADD", x, y);
  if (type < 256) return fitsSigned(s, inst, sum, type);
  // It must have become smaller exactly where y is negative.
  b.trapIf(b.op("XOR", b.op("SLT", sum, x), b.op("SLT", y, b.const(0))), OVERFLOW);
  s.set(inst, sum);
};

const subSigned: Handler = (s, inst) => {
  const { b } = s;
  const type = s.typeOf(inst.results[0]!);
  const [x, y] = [s.signed(inst.args[0]!), s.signed(inst.args[1]!)];
  const difference = b.op("SUB", x, y);
  if (type < 256) return fitsSigned(s, inst, difference, type);
  b.trapIf(b.op("XOR", b.op("SGT", difference, x), b.op("SLT", y, b.const(0))), OVERFLOW);
  s.set(inst, difference);
};

const mulSigned: Handler = (s, inst) => {
  const { b } = s;
  const type = s.typeOf(inst.results[0]!);
  const [x, y] = [s.signed(inst.args[0]!), s.signed(inst.args[1]!)];
  const product = b.op("MUL", x, y);
  if (type <= 128) return fitsSigned(s, inst, product, type);
  // SDIV(product, x) == y decides wrapping, but for -1 * -2^255, where both wrap.
  let fine = b.op("OR", b.isZero(x), b.op("EQ", b.op("SDIV", product, x), y));
  if (type === 256) fine = b.op("GT", fine, b.op("AND", b.isZero(b.op("NOT", x)), b.op("EQ", y, b.const(1n << 255n))));
  b.trapIf(b.isZero(fine), OVERFLOW);
  if (type < 256) return fitsSigned(s, inst, product, type);
  s.set(inst, product);
};

function trapOnZero(s: Selection, divisor: Word): void {
  s.b.trapIf(s.b.isZero(divisor), DIVISION);
}

const divUnsigned =
  (name: string): Handler =>
  (s, inst) => {
    const divisor = s.clean(inst.args[1]!);
    trapOnZero(s, divisor);
    s.set(inst, s.b.op(name, s.clean(inst.args[0]!), divisor));
  };

const divSigned: Handler = (s, inst) => {
  const { b } = s;
  const type = s.typeOf(inst.results[0]!);
  const [x, y] = [s.signed(inst.args[0]!), s.signed(inst.args[1]!)];
  trapOnZero(s, y);
  const quotient = b.op("SDIV", x, y);
  // Only MIN / -1 leaves the range: to +2^(N-1), which on 256 bits is MIN itself.
  if (type === 256) b.trapIf(b.op("AND", b.isZero(b.op("NOT", y)), b.op("EQ", x, b.const(1n << 255n))), OVERFLOW);
  else b.trapIf(b.op("EQ", quotient, b.const(1n << BigInt(type - 1))), OVERFLOW);
  s.wrapped(inst, quotient);
};

const remSigned: Handler = (s, inst) => {
  const [x, y] = [s.signed(inst.args[0]!), s.signed(inst.args[1]!)];
  trapOnZero(s, y);
  s.wrapped(inst, s.b.op("SMOD", x, y));
};

export const CHECKED: Readonly<Record<string, Handler>> = {
  "add.checked.u": addUnsigned,
  "sub.checked.u": subUnsigned,
  "mul.checked.u": mulUnsigned,
  "add.checked.s": addSigned,
  "sub.checked.s": subSigned,
  "mul.checked.s": mulSigned,
  "div.checked.u": divUnsigned("DIV"),
  "rem.checked.u": divUnsigned("MOD"),
  "div.checked.s": divSigned,
  "rem.checked.s": remSigned,
  "exp.checked.u": checkedExpUnsigned,
  "exp.checked.s": checkedExpSigned,
};
