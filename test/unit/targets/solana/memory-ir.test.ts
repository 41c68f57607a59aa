/** Memory, call data, code and constant data on the Solana target, at the edges of every range, as in the interpreter. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Builder } from "../../../../compiler/ir/builder.js";
import { World } from "../../../../compiler/ir/interpreter/world.js";
import { Func, Module, type ValueId } from "../../../../compiler/ir/module.js";
import { STATUS } from "../../../../targets/solana/layout.js";
import { TestWorld } from "./test-world.js";

const word = (value: bigint): string => BigInt.asUintN(256, value).toString(16).padStart(64, "0");
const encode = (values: readonly bigint[]): Uint8Array => Uint8Array.from(Buffer.from(values.map(word).join(""), "hex"));
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

/** A contract whose runtime code runs `body` on the words of its call data and then returns memory [0, 0x400). */
function contract(name: string, body: (b: Builder, words: ValueId[]) => void): Module {
  const module = new Module(`memory.ir:${name}`);
  module.data.set("text", new TextEncoder().encode("The quick brown fox jumps over the lazy dog; 0123456789."));
  const creation = module.addFunc(new Func("creation", [], []));
  new Builder(creation).at(creation.addBlock()).exit("exit.deploy");
  const runtime = module.addFunc(new Func("runtime", [], []));
  const b = new Builder(runtime).at(runtime.addBlock());
  b.emit("mem.store", [b.const(64, 0x40), b.const(64, 0x80)]);
  b.emit("mem.ensure", [b.const(64, 0), b.const(64, 0x400)]);
  const words = [0, 1, 2, 3].map((i) => b.emit("calldata.load", [b.const(64, 32 * i)], 256));
  body(b, words);
  if (!b.ended) b.exit("exit.return", [b.const(64, 0), b.const(64, 0x400)]);
  return module;
}

function compare(module: Module, inputs: readonly Uint8Array[]): void {
  const world = new World([module]);
  const { address } = world.deploy({ module });
  assert.ok(address !== undefined);
  for (const version of ["v0", "v3"] as const) {
    const machine = new TestWorld([module], version);
    for (const data of inputs) {
      const expected = world.call({ to: address, data });
      const actual = machine.run(module, { data, address });
      const where = `${module.name} ${version} 0x${hex(data)}`;
      assert.equal(actual.error, undefined, where);
      assert.equal(actual.success, expected.success, where);
      if (!expected.success && expected.error !== undefined) assert.equal(actual.status, STATUS.HALT, where);
      assert.equal(hex(actual.returnData), hex(expected.returnData), where);
    }
  }
}

const HUGE = [1n << 40n, (1n << 64n) - 1n, (1n << 64n) - 32n, 1n << 64n, 1n << 200n, -1n, -32n];
const ADDRESSES = [0n, 1n, 31n, 0x200n, 0x3e0n, 0x3e1n, 5000n, 40_000n, ...HUGE];

test("untrusted loads and stores", () => {
  const inputs = ADDRESSES.flatMap((a) => [encode([a, 0x0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20n]), encode([a, -2n])]);
  compare(
    contract("store", (b, [at, value]) => {
      b.emit("mem.store", [at!, value!]);
      b.emit("mem.store", [b.const(64, 0), b.emit("mem.load", [at!], 256)]);
      b.emit("mem.store.byte", [b.emit("add", [at!, b.const(256, 5)]), b.trunc(value!, 8)]);
      b.emit("mem.store", [b.const(64, 32), b.zext(b.emit("mem.load.byte", [at!]), 256)]);
      for (const [i, bits] of [8, 24, 32, 64, 72, 160].entries()) b.emit("mem.store.s", [b.const(64, 64 + 32 * i), b.emit("mem.load", [at!], bits)]);
    }),
    inputs,
  );
});

test("untrusted copies, clearing and hashing", () => {
  const inputs = ADDRESSES.flatMap((to) => [0n, 1n, 33n, 300n, 1n << 50n, 1n << 90n].flatMap((length) => [encode([to, 0x20n, length]), encode([0x10n, to, length])]));
  compare(
    contract("copy", (b, [to, from, length]) => {
      for (let i = 0; i < 8; i++) b.emit("mem.store", [b.const(64, 0x80 + 32 * i), b.const(256, 0x1111n * BigInt(i + 1))]);
      b.emit("mem.copy", [to!, from!, length!]);
      b.emit("mem.store", [b.const(64, 0x300), b.emit("mem.keccak", [to!, length!])]);
      b.emit("mem.zero", [b.emit("add", [to!, b.const(256, 3)]), b.emit("shr.u", [length!, b.const(8, 1)])]);
    }),
    inputs,
  );
});

test("call data beyond its end", () => {
  const offsets = [0n, 1n, 33n, 96n, 97n, 127n, 128n, 129n, ...HUGE];
  compare(
    contract("calldata", (b, [offset, length]) => {
      b.emit("mem.store", [b.const(64, 0), b.emit("calldata.load", [offset!], 256)]);
      b.emit("mem.store", [b.const(64, 32), b.emit("calldata.load", [b.trunc(offset!, 64)], 40)]);
      b.emit("calldata.copy", [b.const(256, 0x100), offset!, length!]);
      b.emit("mem.store", [b.const(64, 64), b.zext(b.emit("calldata.size", []), 256)]);
    }),
    offsets.flatMap((o) => [encode([o, 40n, 7n, -1n]), encode([o, 0n, 1n, 2n]), encode([o, 200n]), encode([o]).slice(0, 20)]),
  );
});

test("return data of no call", () => {
  compare(
    contract("returndata", (b, [offset, length]) => b.emit("returndata.copy", [b.const(256, 0), offset!, length!])),
    [0n, 1n, 1n << 64n].flatMap((o) => [0n, 1n, 1n << 70n].map((l) => encode([o, l]))),
  );
});

test("allocation and its panics", () => {
  compare(
    contract("alloc", (b, [size, free]) => {
      b.emit("mem.store", [b.const(256, 0x40), free!]);
      const at = b.emit("mem.alloc", [b.trunc(size!, 64)]);
      b.emit("mem.store", [b.const(64, 0), at]);
      b.emit("mem.store", [b.const(64, 0x20), b.emit("mem.load", [b.const(64, 0x40)], 256)]);
      b.emit("mem.store", [b.const(64, 0x60), b.emit("mem.free", [])]);
    }),
    [0n, 1n, 32n, 33n, 5000n, (1n << 64n) - 1n, (1n << 64n) - 0x200n, 1n << 63n].flatMap((s) =>
      [0x80n, 0x400n, 1n << 63n, (1n << 64n) - 1n, 1n << 64n, -1n].map((f) => encode([s, f])),
    ),
  );
});

test("constant data", () => {
  compare(
    contract("data", (b, [offset, length]) => {
      const copy = (to: number, from: ValueId, size: ValueId): void => {
        b.emit("data.copy", [b.const(64, to), from, size], undefined, { data: "text" });
      };
      copy(0, b.const(64, 4), b.const(64, 32));
      copy(0x100, b.trunc(offset!, 64), b.trunc(length!, 64));
      copy(0x200, b.trunc(offset!, 64), b.const(64, 16));
    }),
    [encode([0n, 0n]), encode([7n, 21n]), encode([40n, 16n])],
  );
});

test("reverts and exceptional halts", () => {
  for (const op of ["exit.return", "exit.revert"]) {
    compare(
      contract(op, (b, [at, length]) => {
        b.emit("mem.store", [b.const(64, 0x20), b.const(256, 0xabcdefn)]);
        b.exit(op, [at!, length!]);
      }),
      ADDRESSES.flatMap((a) => [encode([a, 0n]), encode([a, 70n]), encode([a, 1n << 65n])]),
    );
  }
  compare(
    contract("invalid", (b) => b.exit("exit.invalid")),
    [encode([])],
  );
  compare(
    contract("stop", (b) => b.exit("exit.stop")),
    [encode([])],
  );
  compare(
    contract("panic", (b) => b.panic(0x32)),
    [encode([])],
  );
});
