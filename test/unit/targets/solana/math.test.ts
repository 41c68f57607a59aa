/** The 256-bit arithmetic routines against bigint arithmetic, on the test machine. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { defineMath } from "../../../../targets/solana/codegen/math/define.js";
import { emitElf } from "../../../../targets/solana/emit.js";
import { LirBuilder } from "../../../../targets/solana/lir/builder.js";
import { LirProgram, type VReg } from "../../../../targets/solana/lir/instruction.js";
import { runElf } from "./sbpf-machine.js";

const MOD = 1n << 256n;
const EDGES = [
  0n,
  1n,
  2n,
  3n,
  10n,
  255n,
  (1n << 32n) - 1n,
  1n << 32n,
  (1n << 64n) - 1n,
  1n << 64n,
  (1n << 128n) - 1n,
  1n << 128n,
  (1n << 255n) - 1n,
  1n << 255n,
  MOD - 1n,
  MOD - 2n,
  0xffffffff00000000ffffffff00000000n,
  0x80000000_00000000_fffffffe_00000000n,
  0x80000000_00000000_80000000_00000001_00000000n,
];

/** Runs a routine whose first `quads` arguments are pointers to 32-byte quads of the input, then a register argument. */
function compileRoutine(name: string, quads: number, byValue: boolean, results: number): (args: bigint[]) => bigint[] {
  const program = new LirProgram();
  defineMath(program);
  const f = new LirBuilder(program, "entrypoint", 1);
  const input = f.param(0);
  const args: VReg[] = byValue ? Array.from({ length: 4 }, (_, i) => f.load(8, input, 8 * i)) : Array.from({ length: quads }, (_, i) => f.add(input, BigInt(32 * i)));
  if (byValue && quads > 1) args.push(f.load(8, input, 32));
  const out = f.call(name, args, results);
  const heap = f.copy(0x3_0000_0000n);
  out.forEach((r, i) => f.store(8, heap, 8 * i, r));
  f.ret([0n]);
  f.finish();
  const elf = emitElf(program, "entrypoint", "v3");
  return (values) => {
    const bytes = new Uint8Array(32 * Math.max(values.length, 3));
    const view = new DataView(bytes.buffer);
    values.forEach((v, i) => [0n, 64n, 128n, 192n].forEach((s, j) => view.setBigUint64(32 * i + 8 * j, BigInt.asUintN(64, v >> s), true)));
    const result = runElf(elf, { input: bytes, heapSize: 256 });
    assert.equal(result.error, undefined);
    const heapView = new DataView(result.heap.buffer);
    const word = (i: number): bigint => heapView.getBigUint64(8 * i, true);
    const low = results >= 4 ? word(0) | (word(1) << 64n) | (word(2) << 128n) | (word(3) << 192n) : word(0);
    return results === 5 ? [low, word(4)] : [low];
  };
}

function samples(): bigint[] {
  let state = 0x9e3779b97f4a7c15n;
  const out = [...EDGES];
  for (let i = 0; i < 12; i++) {
    let value = 0n;
    for (let j = 0; j < 4; j++) {
      state = (state * 6364136223846793005n + 1442695040888963407n) & ((1n << 64n) - 1n);
      value = (value << 64n) | state;
    }
    out.push(value >> BigInt((i * 37) % 250));
  }
  return out;
}

const POWERS = [0n, 1n, 2n, 3n, 5n, 16n, 77n, 255n, 256n, MOD - 1n];

test("multiplication", () => {
  const mul = compileRoutine("math.mul", 2, false, 5);
  for (const a of samples()) for (const b of samples()) assert.deepEqual(mul([a, b]), [(a * b) % MOD, a * b >= MOD ? 1n : 0n], `${a} * ${b}`);
});

test("division and remainder", () => {
  const div = compileRoutine("math.div_u", 2, false, 4);
  const rem = compileRoutine("math.rem_u", 2, false, 4);
  for (const a of samples())
    for (const b of samples()) {
      assert.deepEqual(div([a, b]), [b === 0n ? 0n : a / b], `${a} / ${b}`);
      assert.deepEqual(rem([a, b]), [b === 0n ? 0n : a % b], `${a} % ${b}`);
    }
});

test("addmod and mulmod", () => {
  const addmod = compileRoutine("math.addmod", 3, false, 4);
  const mulmod = compileRoutine("math.mulmod", 3, false, 4);
  const values = samples();
  values.forEach((a, i) => {
    for (const m of values) {
      const b = values[(i * 7 + 3) % values.length]!;
      assert.deepEqual(addmod([a, b, m]), [m === 0n ? 0n : (a + b) % m], `${a} + ${b} mod ${m}`);
      assert.deepEqual(mulmod([a, b, m]), [m === 0n ? 0n : (a * b) % m], `${a} * ${b} mod ${m}`);
    }
  });
});

test("powers", () => {
  const exp = compileRoutine("math.exp", 2, false, 5);
  for (const base of samples())
    for (const power of POWERS) {
      const small = base < 2n || power < 300n;
      const exact = base < 2n ? (power === 0n ? 1n : base) : small ? base ** power : 0n;
      const [value, overflow] = exp([base, power]);
      if (small) assert.deepEqual([value, overflow], [exact % MOD, exact >= MOD ? 1n : 0n], `${base} ** ${power}`);
      else assert.equal(overflow, 1n);
    }
});

test("shifts and leading zeros", () => {
  const shl = compileRoutine("math.shl", 2, true, 4);
  const shr = compileRoutine("math.shr", 2, true, 4);
  const sar = compileRoutine("math.sar", 2, true, 4);
  const clz = compileRoutine("math.clz", 1, true, 1);
  for (const x of samples()) {
    assert.deepEqual(clz([x]), [x === 0n ? 256n : BigInt(256 - x.toString(2).length)]);
    for (const n of [0n, 1n, 8n, 63n, 64n, 65n, 127n, 128n, 200n, 255n, 256n, 1000n]) {
      assert.deepEqual(shl([x, n]), [n > 255n ? 0n : (x << n) % MOD]);
      assert.deepEqual(shr([x, n]), [n > 255n ? 0n : x >> n]);
      assert.deepEqual(sar([x, n]), [BigInt.asUintN(256, BigInt.asIntN(256, x) >> (n > 255n ? 255n : n))]);
    }
  }
});
