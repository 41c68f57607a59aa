/** Register pressure: whatever the number of live values, arguments or results, functions compile and compute the right thing. */
import { test } from "node:test";
import type { ValueId } from "../../../../compiler/ir/module.js";
import { contract, define, input, output } from "./build.js";
import { assertSame, words } from "./run.js";

const SEVEN = words(7, 11, 13, -1n, 3);

test("60 values that are all live at once", async () => {
  const module = contract("Live", (b) => {
    const x = input(b, 0);
    const values: ValueId[] = [x];
    for (let i = 1; i < 60; i++) values.push(b.emit("mul", [values[i - 1]!, b.const(256, 2 * i + 1)]));
    // Used again in another order, twice.
    let sum = b.const(256, 0);
    for (let round = 0; round < 2; round++) for (let i = 0; i < 60; i++) sum = b.emit("add", [b.emit("mul", [sum, b.const(256, 31)]), values[(i * 37 + round) % 60]!]);
    output(b, sum, values[59]!, values[0]!);
  });
  await assertSame([module], [SEVEN, words(0), words(-1n)]);
});

test("60 values live across a loop that changes all of them", async () => {
  const module = contract("Loop", (b) => {
    const start = Array.from({ length: 30 }, (_, i) => b.emit("add", [input(b, 0), b.const(256, i)]));
    const head = b.newBlock([256, ...start.map(() => 256)]);
    const body = b.newBlock();
    const done = b.newBlock();
    b.jump(head, [b.const(256, 5), ...start]);
    b.at(head);
    const [count, ...values] = head.params as [ValueId, ...ValueId[]];
    b.branch(b.emit("eq", [count, b.const(256, 0)]), done, body);
    b.at(body);
    // Each value becomes its neighbour: on the edge all must be read before any is overwritten.
    b.jump(head, [b.emit("sub", [count, b.const(256, 1)]), ...values.map((_, i) => (i % 3 === 0 ? b.emit("add", [values[(i + 1) % 30]!, values[i]!]) : values[(i + 7) % 30]!))]);
    b.at(done);
    output(
      b,
      ...values.slice(0, 12),
      values.reduce((a, v) => b.emit("xor", [b.emit("mul", [a, b.const(256, 3)]), v])),
    );
  });
  await assertSame([module], [SEVEN, words(123456789)]);
});

test("40 parameters and 40 results", async () => {
  const module = contract("Many", (b, module) => {
    const types = Array.from({ length: 40 }, (_, i) => [256, 64, 8, 160][i % 4]!);
    const { func, b: f } = define(module, "many", types, types);
    const next = (i: number): ValueId => f.emit("add", [func.params[i]!, f.resize(func.params[(i + 11) % 40]!, types[i]!)]);
    f.ret(types.map((_, i) => next(39 - i)).map((value, i) => f.resize(value, types[i]!)));
    const { func: outer, b: g } = define(module, "forward", types, types);
    // Forwards the transferred words both ways.
    g.ret(g.call(func, [...outer.params]));
    const args = types.map((type, i) => b.resize(b.emit("add", [input(b, i % 5), b.const(256, i)]), type));
    const results = b.call(
      outer,
      b.call(func, args).map((value) => value),
    );
    output(b, ...results.map((value) => b.zext(value, 256)));
  });
  await assertSame([module], [SEVEN, words(1, 2, 3, 4, 5)]);
});

test("recursion whose values are in memory keeps them across the calls", async () => {
  const module = contract("Recursion", (b, module) => {
    const { func, b: f } = define(module, "walk", [256, 256], [256, 256]);
    const [n, seed] = func.params as [ValueId, ValueId];
    const stop = f.newBlock();
    const go = f.newBlock();
    const values = Array.from({ length: 24 }, (_, i) => f.emit("mul", [f.emit("add", [seed, n]), f.const(256, i + 3)]));
    f.branch(f.emit("eq", [n, f.const(256, 0)]), stop, go);
    f.at(stop);
    f.ret([values.reduce((a, v) => f.emit("add", [a, v])), seed]);
    f.at(go);
    const less = f.emit("sub", [n, f.const(256, 1)]);
    const [left, mid] = f.call(func, [less, f.emit("add", [seed, f.const(256, 1)])]) as [ValueId, ValueId];
    const [right] = f.call(func, [less, f.emit("xor", [mid, left])]) as [ValueId];
    f.ret([values.reduce((a, v) => f.emit("add", [f.emit("mul", [a, f.const(256, 7)]), v]), f.emit("sub", [left, right])), mid]);
    output(b, ...b.call(func, [b.emit("and", [input(b, 0), b.const(256, 7)]), input(b, 1)]));
  });
  await assertSame([module], [SEVEN, words(3, 9), words(0, 1)]);
});

test("mutual recursion with many arguments", async () => {
  const module = contract("Mutual", (b, module) => {
    const types = Array.from({ length: 20 }, () => 256);
    const even = define(module, "even", types, types);
    const odd = define(module, "odd", types, types);
    for (const [self, other] of [
      [even, odd],
      [odd, even],
    ] as const) {
      const { func, b: f } = self;
      const stop = f.newBlock();
      const go = f.newBlock();
      f.branch(f.emit("eq", [func.params[0]!, f.const(256, 0)]), stop, go);
      f.at(stop);
      f.ret([...func.params].reverse());
      f.at(go);
      const args = func.params.map((p, i) => (i === 0 ? f.emit("sub", [p, f.const(256, 1)]) : f.emit("add", [p, func.params[(i + 3) % 20]!])));
      const results = f.call(other.func, args);
      f.ret(results.map((r, i) => f.emit("xor", [r, func.params[(i * 7) % 20]!])));
    }
    const first = b.emit("and", [input(b, 0), b.const(256, 15)]);
    output(
      b,
      ...b.call(
        even.func,
        types.map((_, i) => (i === 0 ? first : b.emit("add", [input(b, 1), b.const(256, i)]))),
      ),
    );
  });
  await assertSame([module], [SEVEN, words(8, 3), words(0, 5)]);
});

test("a chain of 100 calls", async () => {
  const module = contract("Chain", (b, module) => {
    let callee = define(module, "f0", [256, 256], [256]);
    callee.b.ret([callee.b.emit("sub", [callee.func.params[0]!, callee.func.params[1]!])]);
    for (let i = 1; i < 100; i++) {
      const { func, b: f } = define(module, `f${i}`, [256, 256], [256]);
      const [x, y] = func.params as [ValueId, ValueId];
      const [inner] = f.call(callee.func, [f.emit("add", [x, f.const(256, i)]), f.emit("xor", [x, y])]) as [ValueId];
      f.ret([f.emit("add", [inner, f.emit("mul", [x, y])])]);
      callee = { func, b: f };
    }
    output(b, ...b.call(callee.func, [input(b, 0), input(b, 1)]));
  });
  await assertSame([module], [SEVEN, words(0, 0)]);
});
