/**
 * Arithmetic, bits, comparisons and conversions of iN values on 256-bit words.
 *
 *   %c:i64 = add %a, %b    ->  AND(2^64-1, ADD(a, b)), without the mask where bounds or uses allow it
 *   %c = lt.s:i8 %a, %b    ->  SLT(SHL(248, a), SHL(248, b)): shifting left keeps signed order and costs less than SIGNEXTEND
 */
import type { Inst } from "../../../compiler/ir/module.js";
import { hasOpcode } from "../hardfork.js";
import type { Word } from "../lir/lir.js";
import type { Handler, Selection } from "./context.js";

/** A raw opcode on both operands, masked where needed. */
const wrapping =
  (name: string): Handler =>
  (s, inst) =>
    s.wrapped(inst, s.b.op(name, s.raw(inst.args[0]!), s.raw(inst.args[1]!)));

/** Known not to wrap: clean as far as its operands are. */
const exact =
  (name: string): Handler =>
  (s, inst) => {
    const [a, b] = [s.raw(inst.args[0]!), s.raw(inst.args[1]!)];
    const word = s.b.op(name, a, b);
    const type = s.typeOf(inst.results[0]!);
    if (s.b.bits(a) <= type && s.b.bits(b) <= type && s.b.func.defInst(word)) s.b.func.bits[word] = Math.min(s.b.bits(word), type);
    s.set(inst, word);
  };

const unsigned =
  (name: string): Handler =>
  (s, inst) =>
    s.set(inst, s.b.op(name, s.clean(inst.args[0]!), s.clean(inst.args[1]!)));

const signedDivision =
  (name: string): Handler =>
  (s, inst) =>
    s.wrapped(inst, s.b.op(name, s.signed(inst.args[0]!), s.signed(inst.args[1]!)));

const negated =
  (compare: Handler): Handler =>
  (s, inst) => {
    compare(s, inst);
    s.set(inst, s.b.isZero(s.raw(inst.results[0]!)));
  };

/** A word that compares (signed) as the N-bit value does; both operands get the same treatment. */
function comparable(s: Selection, inst: Inst): [Word, Word] {
  const [x, y] = inst.args as [Inst["args"][0], Inst["args"][0]];
  const type = s.typeOf(x);
  const [a, b] = [s.raw(x), s.raw(y)];
  if (type === 256 || (s.b.bits(a) < type && s.b.bits(b) < type)) return [a, b];
  if (type === 1 || !hasOpcode(s.unit.fork, "SHL")) return [s.signed(x), s.signed(y)];
  const up = s.b.const(256 - type);
  return [s.b.op("SHL", up, a), s.b.op("SHL", up, b)];
}

const signedCompare =
  (name: string): Handler =>
  (s, inst) =>
    s.set(inst, s.b.op(name, ...comparable(s, inst)));

function shiftLeft(s: Selection, inst: Inst): void {
  const type = s.typeOf(inst.args[0]!);
  const amount = s.constantOf(inst.args[1]!);
  if (amount !== undefined && amount >= BigInt(type)) return s.set(inst, s.b.const(0));
  // Amounts from N to 255 leave no low N bits by themselves.
  s.wrapped(inst, s.b.op("SHL", s.clean(inst.args[1]!), s.raw(inst.args[0]!)));
}

function shiftRightSigned(s: Selection, inst: Inst): void {
  // Amounts of N and more fill with the sign of the extended word as well.
  s.wrapped(inst, s.b.op("SAR", s.clean(inst.args[1]!), s.signed(inst.args[0]!)));
}

function not(s: Selection, inst: Inst): void {
  const type = s.typeOf(inst.args[0]!);
  const word = s.raw(inst.args[0]!);
  if (type === 1) s.set(inst, s.b.isZero(s.clean(inst.args[0]!)));
  // On a clean word one exclusive or does both, complement and mask.
  else if (type < 256 && s.b.bits(word) <= type && s.demands[inst.results[0]!] !== 0) s.set(inst, s.b.op("XOR", s.b.const((1n << BigInt(type)) - 1n), word));
  else s.wrapped(inst, s.b.op("NOT", word));
}

/** Branch-free: XOR(b, MUL(c, XOR(a, b))), and shorter where an alternative is a constant. */
function select(s: Selection, inst: Inst): void {
  const { b } = s;
  const condition = s.clean(inst.args[0]!);
  const [then, otherwise] = [s.clean(inst.args[1]!), s.clean(inst.args[2]!)];
  const [ct, co] = [b.func.constantOf(then), b.func.constantOf(otherwise)];
  const small = b.bits(then) <= 1 && b.bits(otherwise) <= 1;
  let word: Word;
  const decided = b.func.constantOf(condition);
  if (decided !== undefined) word = decided === 1n ? then : otherwise;
  else if (then === otherwise) word = then;
  else if (co === 0n) word = small ? b.op("AND", condition, then) : b.op("MUL", condition, then);
  else if (ct === 0n) word = small ? b.op("GT", otherwise, condition) : b.op("MUL", b.isZero(condition), otherwise);
  else if (ct === 1n && small) word = b.op("OR", condition, otherwise);
  else if (ct !== undefined && co !== undefined) word = b.op("ADD", b.const(co), b.op("MUL", condition, b.const(ct - co)));
  else word = b.op("XOR", otherwise, b.op("MUL", condition, b.op("XOR", then, otherwise)));
  const type = s.typeOf(inst.results[0]!);
  if (b.func.defInst(word)) b.func.bits[word] = Math.min(b.bits(word), type);
  s.set(inst, word);
}

function exponentiate(s: Selection, inst: Inst): void {
  const exponent = s.clean(inst.args[1]!);
  const base = s.clean(inst.args[0]!);
  s.wrapped(inst, s.b.func.constantOf(base) === 2n ? s.b.op("SHL", exponent, s.b.const(1)) : s.b.op("EXP", base, exponent));
}

const ternary =
  (name: string): Handler =>
  (s, inst) =>
    s.set(inst, s.b.op(name, s.clean(inst.args[0]!), s.clean(inst.args[1]!), s.clean(inst.args[2]!)));

export const ARITHMETIC: Readonly<Record<string, Handler>> = {
  add: wrapping("ADD"),
  sub: wrapping("SUB"),
  mul: wrapping("MUL"),
  "add.nuw": exact("ADD"),
  "sub.nuw": exact("SUB"),
  "mul.nuw": exact("MUL"),
  "div.u": unsigned("DIV"),
  "rem.u": unsigned("MOD"),
  "div.s": signedDivision("SDIV"),
  "rem.s": signedDivision("SMOD"),
  exp: exponentiate,
  addmod: ternary("ADDMOD"),
  mulmod: ternary("MULMOD"),
  and: wrapping("AND"),
  or: wrapping("OR"),
  xor: wrapping("XOR"),
  not,
  shl: shiftLeft,
  "shr.u": (s, inst) => s.set(inst, s.b.op("SHR", s.clean(inst.args[1]!), s.clean(inst.args[0]!))),
  "shr.s": shiftRightSigned,
  byte: unsigned("BYTE"),
  signextend: unsigned("SIGNEXTEND"),
  clz: (s, inst) => s.set(inst, s.b.op("CLZ", s.clean(inst.args[0]!))),
  eq: unsigned("EQ"),
  ne: negated(unsigned("EQ")),
  "lt.u": unsigned("LT"),
  "gt.u": unsigned("GT"),
  "le.u": negated(unsigned("GT")),
  "ge.u": negated(unsigned("LT")),
  "lt.s": signedCompare("SLT"),
  "gt.s": signedCompare("SGT"),
  "le.s": negated(signedCompare("SGT")),
  "ge.s": negated(signedCompare("SLT")),
  zext: (s, inst) => s.set(inst, s.clean(inst.args[0]!)),
  sext: (s, inst) => s.wrapped(inst, s.signed(inst.args[0]!)),
  trunc: (s, inst) => s.loaded(inst, s.raw(inst.args[0]!)),
  select,
};
