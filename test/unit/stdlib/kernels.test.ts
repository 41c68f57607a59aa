/** The kernels against bigint arithmetic: random operands of all sizes and the edges where carries, estimates and signs go wrong. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { keccak_256 } from "@noble/hashes/sha3.js";
import fc from "fast-check";
import { kernelMemory, limbs, MODULUS, overflowed, raw, wide } from "./kernel-instance.js";

const EDGES = [
  0n,
  1n,
  2n,
  3n,
  (1n << 32n) - 1n,
  1n << 32n,
  (1n << 64n) - 1n,
  1n << 64n,
  (1n << 127n) - 1n,
  1n << 127n,
  (1n << 128n) - 1n,
  1n << 128n,
  (1n << 192n) - 1n,
  1n << 192n,
  1n << 255n,
  (1n << 255n) - 1n,
  MODULUS - 1n,
  MODULUS - 2n,
  0x8000_0000_0000_0000_ffff_fffe_0000_0000n,
  (1n << 128n) | ((1n << 64n) - 1n),
  ((1n << 63n) << 192n) | 1n,
  0xffffffff_00000000_ffffffff_00000000_ffffffff_00000000n,
];

/** Edges, and numbers of every bit length, near powers of two too. */
const word = fc.oneof(
  fc.constantFrom(...EDGES),
  fc.tuple(fc.bigInt({ min: 0n, max: MODULUS - 1n }), fc.integer({ min: 0, max: 255 })).map(([value, shift]) => value >> BigInt(shift)),
  fc.tuple(fc.integer({ min: 0, max: 255 }), fc.integer({ min: -3, max: 3 })).map(([bit, by]) => BigInt.asUintN(256, (1n << BigInt(bit)) + BigInt(by))),
);
const runs = { numRuns: 3_000 };
const wrap = (value: bigint): bigint => BigInt.asUintN(256, value);
const signed = (value: bigint, bits = 256): bigint => BigInt.asIntN(bits, value);

/** All pairs of edges, then random pairs. */
function forPairs(check: (a: bigint, b: bigint) => void): void {
  for (const a of EDGES) for (const b of EDGES) check(a, b);
  fc.assert(fc.property(word, word, check), runs);
}

test("products", () => {
  forPairs((a, b) => {
    assert.equal(wide("mul256", [a, b]), wrap(a * b));
    const [a0, a1, b0, b1] = [limbs(a)[0]!, limbs(a)[1]!, limbs(b)[0]!, limbs(b)[1]!];
    assert.equal(raw("umulh", a0, b0), (a0 * b0) >> 64n);
    const low = raw("mul128", a0, a1, b0, b1);
    assert.equal(low, BigInt.asUintN(64, a0 * b0));
  });
});

test("checked products of every width", () => {
  const widths = [72, 96, 128, 136, 160, 192, 200, 248, 256];
  forPairs((a, b) => {
    for (const bits of widths) {
      const [x, y] = [BigInt.asUintN(bits, a), BigInt.asUintN(bits, b)];
      const product = wide("mul_checked_u", [x, y], bits);
      assert.equal(overflowed(), (x * y) >> BigInt(bits) !== 0n, `${x} * ${y} in ${bits} bits`);
      assert.equal(product, wrap(x * y));
      const [s, t] = [signed(a, bits), signed(b, bits)];
      const signedProduct = wide("mul_checked_s", [wrap(s), wrap(t)], bits);
      const fits = signed(s * t, bits) === s * t;
      assert.equal(overflowed(), !fits, `${s} * ${t} in ${bits} bits`);
      if (fits) assert.equal(signedProduct, wrap(s * t));
    }
  });
});

test("quotients and remainders", () => {
  forPairs((a, b) => {
    assert.equal(wide("div_u", [a, b]), b === 0n ? 0n : a / b, `${a} / ${b}`);
    assert.equal(wide("rem_u", [a, b]), b === 0n ? 0n : a % b, `${a} % ${b}`);
    const [x, y] = [signed(a), signed(b)];
    assert.equal(wide("div_s", [a, b]), y === 0n ? 0n : wrap(x / y), `${x} / ${y}`);
    assert.equal(wide("rem_s", [a, b]), y === 0n ? 0n : wrap(x % y), `${x} % ${y}`);
  });
});

test("sums and products modulo a number, over 257 and 512 bits", () => {
  const check = (a: bigint, b: bigint, m: bigint): void => {
    assert.equal(wide("addmod", [a, b, m]), m === 0n ? 0n : (a + b) % m, `${a} + ${b} mod ${m}`);
    assert.equal(wide("mulmod", [a, b, m]), m === 0n ? 0n : (a * b) % m, `${a} * ${b} mod ${m}`);
  };
  for (const a of EDGES) for (const b of EDGES) for (const m of EDGES) check(a, b, m);
  fc.assert(fc.property(word, word, word, check), runs);
});

test("quotient digits whose estimate is too large", () => {
  // Knuth's worst cases: leading digits equal, the next ones as unfavourable as they can be.
  const top = 1n << 255n;
  for (const low of [0n, 1n, (1n << 64n) - 1n, (1n << 128n) - 1n, (1n << 192n) - 1n]) {
    for (const divisor of [top | low, (top >> 64n) | (low >> 64n), (top >> 128n) | (low >> 128n), (1n << 192n) - 1n]) {
      for (const delta of [-1n, 0n, 1n]) {
        const dividend = wrap(divisor * ((MODULUS - 1n) / divisor) + delta);
        assert.equal(wide("div_u", [dividend, divisor]), dividend / divisor);
        assert.equal(wide("rem_u", [dividend, divisor]), dividend % divisor);
        assert.equal(wide("mulmod", [dividend, MODULUS - 1n, divisor]), (dividend * (MODULUS - 1n)) % divisor);
      }
    }
  }
});

test("shifts", () => {
  const amount = fc.oneof(fc.bigInt({ min: 0n, max: 260n }), fc.constantFrom(64n, 128n, 192n, 255n, 256n, 257n, (1n << 64n) - 1n));
  fc.assert(
    fc.property(word, amount, (value, by) => {
      assert.equal(wide("shl256", [value], by), by > 255n ? 0n : wrap(value << by));
      assert.equal(wide("shr256", [value], by), by > 255n ? 0n : value >> by);
      assert.equal(wide("sar256", [value], by), wrap(signed(value) >> (by > 255n ? 255n : by)));
    }),
    runs,
  );
});

test("bytes, sign extension and leading zeros", () => {
  fc.assert(
    fc.property(word, fc.bigInt({ min: 0n, max: 40n }), (value, k) => {
      assert.equal(raw("byte256", ...limbs(value), k), k > 31n ? 0n : (value >> (8n * (31n - k))) & 0xffn);
      assert.equal(wide("signextend256", [value], k), k > 30n ? value : wrap(BigInt.asIntN(8 * Number(k) + 8, value)));
      assert.equal(raw("clz256", ...limbs(value)), value === 0n ? 256n : BigInt(256 - value.toString(2).length));
    }),
    runs,
  );
});

test("powers", () => {
  const exponent = fc.oneof(fc.bigInt({ min: 0n, max: 300n }), word);
  fc.assert(
    fc.property(word, exponent, (base, power) => {
      let expected = 1n;
      for (const bit of power.toString(2)) expected = wrap(expected * expected * (bit === "1" ? base : 1n));
      assert.equal(wide("exp256", [base, power]), expected);
    }),
    { numRuns: 500 },
  );
  const bases = fc.oneof(
    fc.bigInt({ min: -20n, max: 20n }),
    word.map((v) => signed(v)),
  );
  fc.assert(
    fc.property(bases, fc.bigInt({ min: 0n, max: 300n }), fc.constantFrom(8, 64, 128, 200, 256), (base, power, bits) => {
      const x = signed(base, bits);
      const exact = x ** power;
      const result = wide("exp_checked_s", [wrap(x), power], bits);
      assert.equal(overflowed(), signed(exact, bits) !== exact, `${x} ** ${power} in ${bits} bits`);
      if (!overflowed()) assert.equal(result, wrap(exact));
      const u = BigInt.asUintN(bits, x);
      const unsignedResult = wide("exp_checked_u", [u, power], bits);
      assert.equal(overflowed(), (u ** power) >> BigInt(bits) !== 0n, `${u} ** ${power} in ${bits} bits`);
      if (!overflowed()) assert.equal(unsignedResult, u ** power);
    }),
    { numRuns: 1_000 },
  );
  assert.equal(wide("exp_checked_u", [1n, MODULUS - 1n], 256), 1n);
  assert.equal(overflowed(), false);
});

test("Keccak-256 of every length around the rate, and of words", () => {
  const AT = 0x5000;
  const bytes = new Uint8Array(kernelMemory.buffer);
  const number = (digest: Uint8Array): bigint => BigInt(`0x${Buffer.from(digest).toString("hex")}`);
  const big = (value: bigint): Uint8Array => Uint8Array.from(Buffer.from(value.toString(16).padStart(64, "0"), "hex"));
  for (const length of [...Array.from({ length: 150 }, (_, i) => i), 271, 272, 273, 408, 1000]) {
    const data = Uint8Array.from({ length }, (_, i) => (i * 7 + length) & 0xff);
    bytes.set(data, AT + (length % 9));
    assert.equal(wide("keccak256", [], AT + (length % 9), length), number(keccak_256(data)), `${length} bytes`);
  }
  fc.assert(
    fc.property(word, word, (a, b) => {
      assert.equal(wide("keccak_pair", [a, b]), number(keccak_256(Uint8Array.from([...big(a), ...big(b)]))));
      assert.equal(wide("keccak_word", [a]), number(keccak_256(big(a))));
    }),
    { numRuns: 100 },
  );
});
