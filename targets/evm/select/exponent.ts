/**
 * Checked exponentiation. A constant base bounds the exponent and a constant exponent bounds the base, so one comparison
 * decides; the rest calls a helper function that squares and multiplies, in solc's manner:
 * https://github.com/ethereum/solidity, libsolidity/codegen/YulUtilFunctions.cpp, overflowCheckedUnsignedExpFunction.
 */
import type { Inst } from "../../../compiler/ir/module.js";
import { LirBuilder } from "../lir/builder.js";
import type { Fork } from "../hardfork.js";
import { LFunc, type LBlock, type TrapKey, type Word } from "../lir/lir.js";
import type { Selection } from "./context.js";

const OVERFLOW: TrapKey = "panic:17";

/** The largest e with base^e <= max, for base >= 2. */
function largestExponent(base: bigint, max: bigint): bigint {
  let exponent = 0n;
  for (let power = base; power <= max; power *= base) exponent++;
  return exponent;
}

/** The largest base with base^exponent <= max, for exponent >= 1. */
function largestBase(exponent: bigint, max: bigint): bigint {
  let low = 1n;
  let high = max;
  while (low < high) {
    const middle = (low + high + 1n) / 2n;
    if (powerAtMost(middle, exponent, max)) low = middle;
    else high = middle - 1n;
  }
  return low;
}

function powerAtMost(base: bigint, exponent: bigint, max: bigint): boolean {
  if (base <= 1n) return true;
  let power = 1n;
  for (let i = 0n; i < exponent; i++) {
    power *= base;
    if (power > max) return false;
  }
  return true;
}

/** A known small power by multiplication (5 gas each), else EXP (60 gas and more). */
function power(b: LirBuilder, base: Word, exponent: Word): Word {
  const times = b.func.constantOf(exponent);
  if (b.func.constantOf(base) === 2n) return b.op("SHL", exponent, b.const(1));
  if (times === undefined || times > 4n) return b.op("EXP", base, exponent);
  if (times === 0n) return b.const(1);
  if (times === 4n) {
    const square = b.op("MUL", base, base);
    return b.op("MUL", square, square);
  }
  let word = base;
  for (let i = 1n; i < times; i++) word = b.op("MUL", word, base);
  return word;
}

/** Traps and defines the result where base or exponent is a constant that decides by one comparison. */
function byBound(s: Selection, inst: Inst, max: bigint): boolean {
  const { b } = s;
  const [base, exponent] = [s.clean(inst.args[0]!), s.clean(inst.args[1]!)];
  const [cb, ce] = [b.func.constantOf(base), b.func.constantOf(exponent)];
  if (cb !== undefined && cb >= 2n && cb <= max) b.trapIf(b.op("GT", exponent, b.const(largestExponent(cb, max))), OVERFLOW);
  else if (ce !== undefined && ce >= 2n) b.trapIf(b.op("GT", base, b.const(largestBase(ce, max))), OVERFLOW);
  else return false;
  const word = power(b, base, exponent);
  if (b.func.defInst(word)) b.func.bits[word] = Math.min(b.bits(word), s.typeOf(inst.results[0]!));
  s.set(inst, word);
  return true;
}

export function checkedExpUnsigned(s: Selection, inst: Inst): void {
  const max = (1n << BigInt(s.typeOf(inst.results[0]!))) - 1n;
  if (byBound(s, inst, max)) return;
  const name = s.unit.helper("checked_exp_unsigned", makeUnsigned);
  const [word] = s.b.call(name, [s.clean(inst.args[0]!), s.clean(inst.args[1]!), s.b.const(max)], [s.typeOf(inst.results[0]!)], {});
  s.set(inst, word!);
}

export function checkedExpSigned(s: Selection, inst: Inst): void {
  const type = BigInt(s.typeOf(inst.results[0]!));
  const max = (1n << (type - 1n)) - 1n;
  // The bound works for constant bases from 2 to the maximum; a constant exponent says nothing of a negative base.
  const base = s.constantOf(inst.args[0]!);
  if (base !== undefined && base >= 2n && base <= max && byBound(s, inst, max)) return;
  const name = s.unit.helper("checked_exp_signed", makeSigned);
  const [word] = s.b.call(name, [s.signed(inst.args[0]!), s.clean(inst.args[1]!), s.b.const(max), s.b.const(-max - 1n)], [256], {});
  s.wrapped(inst, word!);
}

function helperFunc(name: string, params: number, fork: Fork): LirBuilder {
  const func = new LFunc(name);
  func.params = Array.from({ length: params }, () => func.param(256));
  func.returnAddress = func.param(32);
  func.resultCount = 1;
  const b = new LirBuilder(func, fork);
  b.at(b.newBlock());
  return b;
}

/** Continues in a new block where the condition is zero; returns `word` where it is not. */
function returnIf(b: LirBuilder, cond: Word, word: Word): void {
  const done = b.newBlock();
  const next = b.newBlock();
  b.branch(cond, done, next);
  b.at(done);
  b.terminate({ kind: "ret", values: [word] });
  b.at(next);
}

/** The loop of squares: while exponent > 1. Leaves [power, base] with power * base as the result still to be checked. */
function squareLoop(b: LirBuilder, startPower: Word, startBase: Word, startExponent: Word, max: Word): [Word, Word] {
  const head = b.newBlock([256, 256, 256]);
  const body = b.newBlock();
  const odd = b.newBlock();
  const even = b.newBlock();
  const square = b.newBlock([256]);
  const exit = b.newBlock();
  b.jump(head, startPower, startBase, startExponent);
  const [power, base, exponent] = head.params as [Word, Word, Word];
  b.at(head);
  b.branch(b.op("GT", exponent, b.const(1)), body, exit);
  b.at(body);
  b.trapIf(b.op("GT", base, b.op("DIV", max, base)), OVERFLOW);
  b.branch(b.op("AND", exponent, b.const(1)), odd, even);
  b.at(odd);
  // No check is needed: |power| is at most base, whose square fits.
  b.jump(square, b.op("MUL", power, base));
  b.at(even);
  b.jump(square, power);
  b.at(square);
  b.jump(head, square.params[0]!, b.op("MUL", base, base), b.op("SHR", b.const(1), exponent));
  b.at(exit);
  return [power, base];
}

/** checked_exp_unsigned(base, exponent, max) -> power. */
function makeUnsigned(fork: Fork): LFunc {
  const b = helperFunc("checked_exp_unsigned", 3, fork);
  const [base, exponent, max] = b.func.params as [Word, Word, Word];
  returnIf(b, b.isZero(exponent), b.const(1));
  returnIf(b, b.op("LT", base, b.const(2)), base);
  const small = b.op("AND", b.op("LT", base, b.const(11)), b.op("LT", exponent, b.const(78)));
  const medium = b.op("AND", b.op("LT", base, b.const(307)), b.op("LT", exponent, b.const(32)));
  const direct = b.newBlock();
  const loop = b.newBlock();
  b.branch(b.op("OR", small, medium), direct, loop);
  // 10^77 and 306^31 are below 2^256.
  b.at(direct);
  const result = b.op("EXP", base, exponent);
  b.trapIf(b.op("GT", result, max), OVERFLOW);
  b.terminate({ kind: "ret", values: [result] });
  b.at(loop);
  const [power, last] = squareLoop(b, b.const(1), base, exponent, max);
  b.trapIf(b.op("GT", power, b.op("DIV", max, last)), OVERFLOW);
  b.terminate({ kind: "ret", values: [b.op("MUL", power, last)] });
  return b.func;
}

/** checked_exp_signed(base, exponent, max, min) -> power, all in two's complement. */
function makeSigned(fork: Fork): LFunc {
  const b = helperFunc("checked_exp_signed", 4, fork);
  const [base, exponent, max, min] = b.func.params as [Word, Word, Word, Word];
  returnIf(b, b.isZero(exponent), b.const(1));
  returnIf(b, b.op("EQ", exponent, b.const(1)), base);
  returnIf(b, b.isZero(base), b.const(0));
  squareOfFirst(b, base, max);
  const start = b.newBlock([256]);
  oddOrOne(b, exponent, base, start);
  const [power, last] = squareLoop(b, start.params[0]!, b.op("MUL", base, base), b.op("SHR", b.const(1), exponent), max);
  b.trapIf(b.op("AND", b.op("SGT", power, b.const(0)), b.op("GT", power, b.op("DIV", max, last))), OVERFLOW);
  b.trapIf(b.op("AND", b.op("SLT", power, b.const(0)), b.op("SLT", power, b.op("SDIV", min, last))), OVERFLOW);
  b.terminate({ kind: "ret", values: [b.op("MUL", power, last)] });
  return b.func;
}

/** Traps where base * base exceeds max; base is not 0. */
function squareOfFirst(b: LirBuilder, base: Word, max: Word): void {
  const positive = b.op("SGT", base, b.const(0));
  b.trapIf(b.op("AND", positive, b.op("GT", base, b.op("DIV", max, base))), OVERFLOW);
  b.trapIf(b.op("AND", b.isZero(positive), b.op("SLT", base, b.op("SDIV", max, base))), OVERFLOW);
}

/** Jumps to `to` with base where the exponent is odd, else with 1; continues there. */
function oddOrOne(b: LirBuilder, exponent: Word, base: Word, to: LBlock): void {
  const odd = b.newBlock();
  const even = b.newBlock();
  b.branch(b.op("AND", exponent, b.const(1)), odd, even);
  b.at(odd);
  b.jump(to, base);
  b.at(even);
  b.jump(to, b.const(1));
  b.at(to);
}
