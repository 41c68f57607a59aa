/** Code objects: constructor arguments, immutables, embedded contracts, data, linking, sizes, versions. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { SourceFile } from "../../../../compiler/base/span.js";
import type { Module } from "../../../../compiler/ir/module.js";
import { evmTarget } from "../../../../targets/evm/target.js";
import { contract, creation, define, input, output } from "./build.js";
import { assertSame, deploy, lower, OPTIONS, words } from "./run.js";

/** Two immutables from the constructor's arguments, the first one used twice. */
function withImmutables(): Module {
  const module = contract("Fixed", (b) => {
    const [x, y] = [b.emit("immutable.load", [], 256, { immutable: "x" }), b.emit("immutable.load", [], 256, { immutable: "y" })];
    output(b, x, y, b.emit("add", [b.emit("immutable.load", [], 256, { immutable: "x" }), input(b, 0)]));
  });
  module.immutables.push({ name: "x", astId: 17 }, { name: "y" });
  creation(module, (b) => {
    const size = b.emit("calldata.size", []);
    const copy = b.emit("mem.alloc", [b.const(64, 96)]);
    b.emit("calldata.copy", [copy, b.const(64, 0), b.const(64, 96)]);
    b.emit("immutable.store", [b.emit("mem.load", [copy], 256)], undefined, { immutable: "x" });
    const before = b.emit("immutable.load", [], 256, { immutable: "y" });
    const sum = b.emit("add", [input(b, 1), b.emit("add", [b.zext(size, 256), b.emit("immutable.load", [], 256, { immutable: "x" })])]);
    b.emit("immutable.store", [b.emit("add", [sum, before])], undefined, { immutable: "y" });
    // Beyond the arguments' end there are zeros, also where the offset wraps around.
    const wrapped = b.emit("calldata.load", [b.const(256, -64n)], 256);
    b.emit("storage.store", [b.const(256, 0), b.emit("add", [input(b, 9), wrapped])]);
    b.exit("exit.deploy");
  });
  return module;
}

test("constructor arguments and immutables", async () => {
  await assertSame([withImmutables()], [words(5)], {}, words(1000, 2000, 3000));
  const { part } = await deploy([withImmutables()], {}, words(1, 2));
  const references = part.immutableReferences as Record<string, { start: number; length: number }[]>;
  assert.deepEqual(Object.keys(references), ["17", "y"]);
  const code = part.deployedBytecode as string;
  for (const { start, length } of Object.values(references).flat()) {
    assert.equal(length, 32);
    assert.equal(code.slice(2 + 2 * (start - 1), 2 + 2 * start), "7f");
    assert.equal(code.slice(2 + 2 * start, 2 + 2 * (start + 32)), "0".repeat(64));
  }
});

test("contracts that create contracts, from creation and runtime code", async () => {
  const child = withImmutables();
  const parent = contract("Factory", (b) => {
    const size = b.emit("object.size", [], undefined, { object: child.name });
    const memory = b.emit("mem.alloc", [b.emit("add.nuw", [size, b.const(64, 64)])]);
    b.emit("object.copy", [memory], undefined, { object: child.name });
    const args = b.emit("add.nuw", [memory, size]);
    b.emit("mem.store", [args, input(b, 0)]);
    b.emit("mem.store", [b.emit("add.nuw", [args, b.const(64, 32)]), input(b, 1)]);
    const account = b.emit("ext.create", [b.const(256, 0), memory, b.emit("add.nuw", [size, b.const(64, 64)])]);
    const out = b.emit("mem.alloc", [b.const(64, 96)]);
    b.emit("mem.store", [out, b.const(256, 77)]);
    const ok = b.emit("ext.staticcall", [b.zext(b.emit("env.gas", []), 256), account, out, b.const(64, 32), out, b.const(64, 96)]);
    const loaded = [0, 32, 64].map((at) => b.emit("mem.load", [b.emit("add.nuw", [out, b.const(64, at)])], 256));
    output(b, b.zext(ok, 256), b.zext(account, 256), ...loaded);
  });
  creation(parent, (b) => {
    const size = b.emit("object.size", [], undefined, { object: child.name });
    const memory = b.emit("mem.alloc", [size]);
    b.emit("object.copy", [memory], undefined, { object: child.name });
    b.emit("storage.store", [b.const(256, 1), b.zext(b.emit("ext.create", [b.const(256, 0), memory, size]), 256)]);
    b.exit("exit.deploy");
  });
  await assertSame([parent, child], [words(40, 2)]);
  const parts = await lower([parent, child]);
  const [outer, inner] = [parts.get(parent.name)!.bytecode as string, parts.get(child.name)!.bytecode as string];
  assert.equal(outer.split(inner.slice(2)).length - 1, 1, "the child is embedded once");
});

test("constant data: whole words, odd lengths and offsets", async () => {
  const module = contract("Data", (b, module) => {
    module.data.set(
      "text",
      Uint8Array.from({ length: 100 }, (_, i) => i + 1),
    );
    const memory = b.emit("mem.alloc", [b.const(64, 256)]);
    b.emit("mem.zero", [memory, b.const(64, 256)]);
    const at = (offset: number) => b.emit("add.nuw", [memory, b.const(64, offset)]);
    b.emit("data.copy", [at(0), b.const(64, 0), b.const(64, 64)], undefined, { data: "text" });
    b.emit("data.copy", [at(64), b.const(64, 5), b.const(64, 32)], undefined, { data: "text" });
    b.emit("data.copy", [at(99), b.const(64, 60), b.const(64, 37)], undefined, { data: "text" });
    b.emit("mem.copy", [at(161), at(3), b.const(64, 45)]);
    b.emit("mem.copy", [at(8), at(1), b.const(64, 70)]);
    b.emit("mem.copy", [at(1), at(9), b.const(64, 33)]);
    b.exit("exit.return", [memory, b.const(64, 256)]);
  });
  await assertSame([module], [words()]);
  await assertSame([module], [words()], { evmVersion: "london" });
});

test("libraries are linked by placeholders, in embedded contracts too", async () => {
  const user = contract("User", (b) => output(b, b.zext(b.emit("library.address", [], 160, { library: "lib.sol:L" }), 256)));
  const factory = contract("Maker", (b) => {
    b.emit("object.copy", [b.emit("mem.alloc", [b.emit("object.size", [], undefined, { object: user.name })])], undefined, { object: user.name });
    output(b, b.zext(b.emit("library.address", [], 160, { library: "lib.sol:L" }), 256));
  });
  const parts = await lower([factory, user]);
  for (const module of [user, factory]) {
    const part = parts.get(module.name)!;
    assert.equal(part.linkReferences!["lib.sol:L"]!.length, module === user ? 1 : 2);
    const chain = await evmTarget.createChain();
    const library = chain.accounts[3]!;
    const { address } = await chain.deploy({ part, contractName: module.name, args: "0x", from: chain.accounts[0]!, value: 0n, libraries: new Map([["lib.sol:L", library]]) });
    const { returnData } = await chain.call({ from: library, to: address!, data: "0x", value: 0n });
    assert.equal(BigInt(returnData), BigInt(library));
  }
});

test("a switch over many cases and its default", async () => {
  const module = contract("Switch", (b) => {
    const value = input(b, 0);
    const cases = Array.from({ length: 23 }, (_, i): [bigint, ReturnType<typeof b.newBlock>] => [BigInt(i * i * 77 + i), b.newBlock()]);
    const otherwise = b.newBlock();
    b.switch(value, cases, otherwise);
    cases.forEach(([, block], i) => output(b.at(block), b.const(256, i + 1000), input(b, 1)));
    output(b.at(otherwise), b.const(256, 1));
  });
  await assertSame([module], [...Array.from({ length: 23 }, (_, i) => words(i * i * 77 + i, i)), words(1), words(-1n), words(79)]);
});

test("checked exponentiation", async () => {
  for (const op of ["exp.checked.u", "exp.checked.s"])
    for (const type of [8, 64, 136, 256]) {
      const module = contract(`Exp${type}`, (b) => {
        const kinds = b.emit("and", [input(b, 0), b.const(256, 3)]);
        const blocks = [0, 1, 2].map((i): [bigint, ReturnType<typeof b.newBlock>] => [BigInt(i), b.newBlock()]);
        const otherwise = b.newBlock();
        b.switch(kinds, blocks, otherwise);
        const base = () => b.trunc(input(b, 1), type);
        b.at(blocks[0]![1]);
        output(b, b.resize(b.emit(op, [base(), input(b, 2)]), 256));
        b.at(blocks[1]![1]);
        output(b, b.resize(b.emit(op, [b.const(type, 10), input(b, 2)]), 256));
        b.at(blocks[2]![1]);
        output(b, b.resize(b.emit(op, [base(), b.const(256, 3)]), 256));
        b.at(otherwise);
        output(b, b.resize(b.emit(op, [b.const(type, 2), input(b, 2)]), 256));
      });
      const interesting: [bigint, bigint][] = [];
      for (const base of [0n, 1n, 2n, 3n, 5n, 10n, -1n, -2n, -5n, 181n, 1n << 85n, 1n << 127n, -(1n << 255n), (1n << 255n) - 1n])
        for (const exponent of [0n, 1n, 2n, 3n, 5n, 19n, 76n, 77n, 78n, 254n, 255n, 256n]) interesting.push([base, exponent]);
      const calls = interesting.flatMap(([base, exponent], i) => (i % 3 === 0 ? [0, 1, 2, 3] : [0, 2]).map((kind) => words(kind, base, exponent)));
      await assertSame([module], calls);
    }
});

test("what an EVM version lacks is an error or is emulated", async () => {
  const module = contract("New", (b) => {
    b.emit("transient.store", [b.const(256, 1), b.emit("clz", [input(b, 0)])]);
    output(b, b.emit("transient.load", [b.const(256, 1)]));
  });
  await assertSame([module], [words(0), words(1), words(-1n), words(1n << 200n)], { evmVersion: "cancun" });
  const { diagnostics, parts } = await evmTarget.lower([module], { ...OPTIONS, evmVersion: "shanghai" });
  assert.equal(parts.size, 0);
  assert.deepEqual(new Set(diagnostics.map((d) => d.code)), new Set(["EVM-0001"]));
  const unknown = await evmTarget.lower([module], { ...OPTIONS, evmVersion: "atlantis" });
  assert.equal(unknown.diagnostics[0]!.code, "EVM-0002");
});

test("code beyond EIP-170's limit is a warning", async () => {
  const module = contract("Big", (b, module) => {
    module.data.set("blob", new Uint8Array(25_000).fill(7));
    b.emit("data.copy", [b.const(64, 0x80), b.const(64, 0), b.const(64, 25_000)], undefined, { data: "blob" });
    b.exit("exit.stop");
  });
  const { diagnostics } = await evmTarget.lower([module], OPTIONS);
  assert.deepEqual(
    diagnostics.map((d) => [d.severity, d.code]),
    [["warning", "5574"]],
  );
});

test("the source map has one entry an instruction", async () => {
  const file: SourceFile = { id: 4, name: "a.sol", content: "π = x + y;" };
  const module = contract("Mapped", (b) => {
    b.span = { file, start: 4, end: 9 };
    const sum = b.emit("add.checked.u", [input(b, 0), input(b, 1)]);
    output(b, sum);
  });
  const part = (await lower([module], { emit: new Set(["asm"]) })).get(module.name)!;
  const entries = (part.sourceMap as string).split(";");
  const opcodes = (part.opcodes as string).split(" ").filter((text) => !text.startsWith("0x"));
  assert.equal(entries.length, opcodes.length);
  // Offsets are in bytes: π has two.
  assert.ok(entries.some((entry) => entry.startsWith("5:5:4")));
});

test("helpers and functions are compiled into each object that reaches them", async () => {
  const module = contract("Shared", (b, module) => {
    const { func, b: f } = define(module, "shared", [256], [256]);
    f.ret([f.emit("exp.checked.u", [func.params[0]!, f.emit("calldata.load", [f.const(64, 32)], 256)])]);
    output(b, ...b.call(func, [input(b, 0)]));
  });
  creation(module, (b) => {
    b.emit("storage.store", [b.const(256, 3), b.call(module.funcs.get("shared")!, [b.const(256, 3)])[0]!]);
    b.exit("exit.deploy");
  });
  await assertSame([module], [words(7, 3), words(7, 300)], {}, words(0, 5));
});
