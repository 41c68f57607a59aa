/** LIR functions through allocation, encoding and both ELF formats, run on the test machine. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { emitElf } from "../../../../targets/solana/emit.js";
import { LirBuilder } from "../../../../targets/solana/lir/builder.js";
import { LirProgram, type Operand, type VReg } from "../../../../targets/solana/lir/instruction.js";
import { syscallKey } from "../../../../targets/solana/sbpf/murmur3.js";
import { runElf } from "./sbpf-machine.js";

const VERSIONS = ["v0", "v3"] as const;

for (const version of VERSIONS) {
  test(`an empty program exits in two instructions (${version})`, () => {
    const program = new LirProgram();
    const f = new LirBuilder(program, "entrypoint", 1);
    f.ret([0n]);
    f.finish();
    const result = runElf(emitElf(program, "entrypoint", version));
    assert.deepEqual([result.r0, result.instructions, result.error], [0n, 2, undefined]);
  });

  test(`calls, loops, data and syscalls (${version})`, () => {
    const program = new LirProgram();
    const sum = new LirBuilder(program, "sum", 2);
    const total = sum.copy(0n);
    const i = sum.copy(sum.param(0));
    sum.while(
      () => ["lt.u", i, sum.param(1)],
      () => {
        sum.aluTo(total, "add", total, i);
        sum.aluTo(i, "add", i, 1n);
      },
    );
    sum.ret([total, i]);
    sum.finish();
    const f = new LirBuilder(program, "entrypoint", 1);
    const text = new TextEncoder().encode("hello");
    f.syscall("sol_log_", [f.rodata(text), BigInt(text.length)]);
    const [a, b] = f.call("sum", [10n, 20n], 2) as [VReg, VReg];
    f.ret([f.add(f.mul(a, 1000n), b)]);
    f.finish();
    const result = runElf(emitElf(program, "entrypoint", version));
    assert.equal(result.error, undefined);
    assert.equal(result.r0, 145n * 1000n + 20n);
    assert.deepEqual(result.logs, ["hello"]);
  });
}

test("syscall keys are Solana's", () => {
  assert.equal(syscallKey("abort"), 0xb6fc1a11);
  assert.equal(syscallKey("sol_panic_"), 0x686093bb);
});

/** A deterministic generator (mulberry32). */
function random(seed: number): (limit: number) => number {
  let state = seed;
  return (limit) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % limit;
  };
}

test("random straight and looping code with far more values than registers", () => {
  const MASK = (1n << 64n) - 1n;
  for (let seed = 1; seed <= 60; seed++) {
    const next = random(seed);
    const program = new LirProgram();
    const callee = new LirBuilder(program, "mix", 6);
    callee.ret(callee.params.map((p, k) => callee.xor(p, BigInt(k * 7 + 1))));
    callee.finish();
    const f = new LirBuilder(program, "entrypoint", 1);
    const regs: VReg[] = [];
    const values: bigint[] = [];
    const define = (reg: VReg, value: bigint): void => {
      regs.push(reg);
      values.push(value & MASK);
    };
    for (let k = 0; k < 24; k++) {
      const value = next(2) === 0 ? BigInt(next(1000)) : (BigInt(next(2 ** 31)) << 33n) | BigInt(next(2 ** 31));
      define(f.copy(value), value);
    }
    const pick = (): [Operand, bigint] => {
      if (next(8) === 0) {
        const value = BigInt(next(2 ** 31)) * (next(2) === 0 ? 1n : 0x300000001n);
        return [value, value & MASK];
      }
      const k = next(regs.length);
      return [regs[k]!, values[k]!];
    };
    const rounds = f.copy(3n);
    for (let k = 0; k < 120; k++) {
      const [a, x] = pick();
      const [b, y] = pick();
      const what = next(12);
      if (what === 0) {
        const picks = Array.from({ length: 6 }, pick);
        f.call(
          "mix",
          picks.map((p) => p[0]),
          6,
        ).forEach((r, j) => define(r, picks[j]![1] ^ BigInt(j * 7 + 1)));
      } else if (what === 1) {
        const r = f.copy(0n);
        f.if(
          "lt.u",
          a,
          b,
          () => f.set(r, 1n),
          () => f.set(r, 2n),
        );
        define(r, x < y ? 1n : 2n);
      } else if (what === 2) define(f.shl(a, b), x << (y & 63n));
      else if (what === 3) define(f.sar(a, b), BigInt.asIntN(64, x) >> (y & 63n));
      else if (what === 4) define(f.sub(a, b), x - y);
      else if (what === 5) define(f.mul(a, b), x * y);
      else if (what === 6 && y !== 0n) define(f.div(a, b), x / y);
      else if (what === 7) define(f.and(a, 0xffffffffn), x & 0xffffffffn);
      else if (what === 8) {
        const k2 = next(regs.length);
        f.aluTo(regs[k2]!, "sub", a, regs[k2]!);
        values[k2] = (x - values[k2]!) & MASK;
      } else define(f.add(a, b), x + y);
    }
    const hash = f.copy(0n);
    let expected = 0n;
    f.while(
      () => ["ne", rounds, 0n],
      () => {
        f.aluTo(rounds, "sub", rounds, 1n);
        for (const r of regs) f.set(hash, f.add(f.mul(hash, 31n), r));
      },
    );
    for (let round = 0; round < 3; round++) for (const v of values) expected = (expected * 31n + v) & MASK;
    f.ret([hash]);
    f.finish();
    for (const version of VERSIONS) {
      const result = runElf(emitElf(program, "entrypoint", version));
      assert.equal(result.error, undefined, `seed ${seed}`);
      assert.equal(result.r0, expected, `seed ${seed}`);
    }
  }
});

test("a function with more live values than a frame holds", () => {
  const COUNT = 700n;
  for (const version of VERSIONS) {
    const program = new LirProgram();
    const big = new LirBuilder(program, "big", 2);
    const [seed, depth] = [big.param(0), big.param(1)];
    const values = Array.from({ length: Number(COUNT) }, (_, k) => big.mul(seed, BigInt(k + 1)));
    const inner = big.copy(0n);
    big.if("ne", depth, 0n, () => big.set(inner, big.call1("big", [big.add(seed, 1n), big.sub(depth, 1n)])));
    big.ret([values.reduce((a, b) => big.add(a, b), inner)]);
    big.finish();
    const f = new LirBuilder(program, "entrypoint", 1);
    f.ret([f.add(f.call1("big", [5n, 3n]), f.call1("big", [1n, 0n]))]);
    f.finish();
    const result = runElf(emitElf(program, "entrypoint", version));
    assert.equal(result.error, undefined);
    assert.equal(result.r0, ((COUNT * (COUNT + 1n)) / 2n) * (5n + 6n + 7n + 8n + 1n));
  }
});
