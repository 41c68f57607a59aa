/** The meaning of pure operations at their edges: signs, overflow, zero divisors, shifts beyond the width. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { evaluate, foldOp, isFoldable } from "../../../../compiler/ir/fold.js";
import { opInfo, OPS } from "../../../../compiler/ir/ops.js";

const MIN8 = 0x80n;
const MAX8 = 0x7fn;
const M1 = 0xffn;

/** Operands of i8, result of i8 unless it is another type. */
const CASES: readonly [op: string, args: bigint[], expected: bigint | "trap" | undefined, result?: number][] = [
  ["add", [200n, 100n], 44n],
  ["sub", [1n, 2n], M1],
  ["mul", [16n, 16n], 0n],
  ["add.nuw", [200n, 55n], 255n],
  ["add.nuw", [200n, 56n], undefined],
  ["sub.nuw", [1n, 2n], undefined],
  ["div.u", [7n, 0n], 0n],
  ["div.s", [MIN8, M1], MIN8],
  ["div.s", [0xf9n, 2n], 0xfdn], // -7 / 2 = -3
  ["rem.u", [7n, 0n], 0n],
  ["rem.s", [0xf9n, 2n], M1], // -7 % 2 = -1
  ["rem.s", [7n, 0xfen], 1n], // 7 % -2 = 1
  ["exp", [0n, 0n], 1n],
  ["exp", [3n, 255n], 171n],
  ["add.checked.u", [200n, 55n], 255n],
  ["add.checked.u", [200n, 56n], "trap"],
  ["add.checked.s", [MAX8, 1n], "trap"],
  ["add.checked.s", [MIN8, M1], "trap"],
  ["add.checked.s", [M1, 1n], 0n],
  ["sub.checked.s", [MIN8, 1n], "trap"],
  ["sub.checked.s", [0n, MIN8], "trap"],
  ["mul.checked.s", [MIN8, M1], "trap"],
  ["mul.checked.s", [M1, M1], 1n],
  ["div.checked.u", [7n, 0n], "trap"],
  ["div.checked.s", [MIN8, M1], "trap"],
  ["rem.checked.s", [MIN8, M1], 0n],
  ["rem.checked.s", [1n, 0n], "trap"],
  ["exp.checked.u", [2n, 7n], 128n],
  ["exp.checked.u", [2n, 8n], "trap"],
  ["exp.checked.u", [1n, 255n], 1n],
  ["exp.checked.s", [0xfen, 7n], MIN8], // (-2) ** 7 = -128
  ["exp.checked.s", [2n, 7n], "trap"],
  ["exp.checked.s", [M1, 255n], M1],
  ["not", [0x0fn], 0xf0n],
  ["shl", [1n, 7n], 128n],
  ["shl", [1n, 8n], 0n],
  ["shr.u", [MIN8, 255n], 0n],
  ["shr.s", [MIN8, 255n], M1],
  ["shr.s", [MIN8, 3n], 0xf0n],
  ["lt.s", [MIN8, MAX8], 1n, 1],
  ["lt.u", [MIN8, MAX8], 0n, 1],
  ["sext", [MIN8], 0xff80n, 16],
  ["zext", [MIN8], 0x80n, 16],
  ["trunc", [0xabn], 1n, 1],
];

test("operations on i8", () => {
  for (const [op, args, expected, result = 8] of CASES) assert.equal(foldOp(op, [...args.map(() => 8), result], args), expected, `${op} ${args.join(" ")}`);
});

test("operations on words", () => {
  const word = (op: string, ...args: bigint[]) => foldOp(op, [...args.map(() => 256), 256], args);
  const max = (1n << 256n) - 1n;
  assert.equal(word("byte", 31n, 0x1234n), 0x34n);
  assert.equal(word("byte", 32n, max), 0n);
  assert.equal(word("signextend", 0n, 0x1ffn), max);
  assert.equal(word("signextend", 31n, 0x1ffn), 0x1ffn);
  assert.equal(word("clz", 0n), 256n);
  assert.equal(word("clz", 1n), 255n);
  assert.equal(word("clz", max), 0n);
  assert.equal(word("addmod", max, max, max), 0n);
  assert.equal(word("addmod", max, 2n, 3n), 2n);
  assert.equal(word("mulmod", max, max, 12n), 9n);
  assert.equal(word("mulmod", 5n, 5n, 0n), 0n);
  assert.equal(word("exp", 2n, 255n), 1n << 255n);
  assert.equal(word("exp", 3n, max), foldOp("exp", [256, 256, 256], [3n, (1n << 254n) - 1n]), "3 has the order 2^254");
});

test("on i1 the signed numbers are 0 and -1", () => {
  const bit = (op: string, ...args: bigint[]) => foldOp(op, [1, 1, 1], args);
  assert.equal(bit("add.checked.s", 1n, 1n), "trap");
  assert.equal(bit("mul.checked.s", 1n, 1n), "trap");
  assert.equal(bit("sub.checked.s", 1n, 1n), 0n);
});

test("panic codes; false claims; everything pure and nothing else is foldable", () => {
  assert.deepEqual(evaluate("div.checked.u", [8, 8, 8], [1n, 0n]), { trap: 0x12 });
  assert.deepEqual(evaluate("div.checked.s", [8, 8, 8], [MIN8, M1]), { trap: 0x11 });
  assert.equal(evaluate("mul.nuw", [8, 8, 8], [16n, 16n]), "false claim");
  assert.equal(foldOp("storage.load", [256, 256], [0n]), undefined);
  for (const { name } of OPS.values()) {
    const { reads, writes, terminator, args } = opInfo(name);
    if (isFoldable(name)) assert.ok(reads.length === 0 && writes.length === 0 && !terminator && args.length > 0, name);
  }
});
