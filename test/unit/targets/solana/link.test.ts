/** Several contracts in one image: each runs its own code; immutables, references and libraries. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Builder } from "../../../../compiler/ir/builder.js";
import { Func, Module } from "../../../../compiler/ir/module.js";
import { CREATION_TAG, RUNTIME_TAG, STATUS } from "../../../../targets/solana/layout.js";
import { contractId, linkImage } from "../../../../targets/solana/link.js";
import { TestWorld } from "./test-world.js";

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");
const reference = (tag: string, name: string): string => hex(Buffer.from(tag)) + contractId(name).toString(16).padStart(16, "0");

/** Its constructor keeps the first argument as an immutable and stores it; its runtime code returns `body`'s memory. */
function contract(name: string, body: (b: Builder) => void): Module {
  const module = new Module(`link.ir:${name}`);
  module.immutables.push({ name: "first" }, { name: "second" });
  const creation = module.addFunc(new Func("creation", [], []));
  const c = new Builder(creation).at(creation.addBlock());
  c.emit("immutable.store", [c.emit("calldata.load", [c.const(64, 0)], 256)], undefined, { immutable: "second" });
  c.emit("storage.store", [c.const(256, 0), c.emit("immutable.load", [], undefined, { immutable: "second" })]);
  c.emit("storage.store", [c.const(256, 1), c.emit("immutable.load", [], undefined, { immutable: "first" })]);
  c.emit("storage.store", [c.const(256, 2), c.zext(c.emit("code.size", []), 256)]);
  c.emit("code.copy", [c.const(256, 0x80), c.const(256, 24), c.const(256, 24)]);
  c.emit("storage.store", [c.const(256, 3), c.emit("mem.load", [c.const(64, 0x80)], 256)]);
  c.exit("exit.deploy");
  const runtime = module.addFunc(new Func("runtime", [], []));
  const b = new Builder(runtime).at(runtime.addBlock());
  body(b);
  b.exit("exit.return", [b.const(64, 0), b.const(64, 0x80)]);
  return module;
}

test("runs each contract of an image, and halts for another id", () => {
  const modules = Array.from({ length: 9 }, (_, i) => contract(`C${i}`, (b) => b.emit("mem.store", [b.const(64, 0), b.const(256, 100 + i)])));
  const world = new TestWorld(modules);
  modules.forEach((module, i) => {
    const result = world.run(module, { data: new Uint8Array(0) });
    assert.equal(result.success, true);
    assert.equal(result.returnData[31], 100 + i);
  });
  assert.equal(world.run(new Module("link.ir:Missing"), { data: new Uint8Array(0) }).status, STATUS.HALT);
});

test("creation code reads its arguments and its code", () => {
  const module = contract("Created", () => undefined);
  const world = new TestWorld([module]);
  const argument = Buffer.alloc(32, 0);
  argument.writeUInt32BE(0xabcdef01, 0);
  const result = world.run(module, { data: argument, creation: true });
  assert.deepEqual([result.error, result.status], [undefined, STATUS.DEPLOY]);
  const value = BigInt(`0x${hex(argument)}`);
  // The code is the reference, then the argument; bytes 24 to 47 of it are the contract id and half of the argument.
  const copied = BigInt(`0x${contractId(module.name).toString(16).padStart(16, "0")}${hex(argument).slice(0, 32)}${"0".repeat(16)}`);
  assert.deepEqual(
    [...world.storage],
    [
      [0n, value],
      [2n, 64n],
      [3n, copied],
    ],
  );
});

test("references of code", () => {
  const other = contract("Other", () => undefined);
  const module = contract("Refers", (b) => {
    b.emit("object.copy", [b.const(64, 0)], undefined, { object: other.name });
    b.emit("object.runtime.copy", [b.const(64, 32)], undefined, { object: other.name });
    b.emit("code.copy", [b.const(64, 64), b.const(64, 0), b.const(64, 64)]);
  });
  const result = new TestWorld([other, module]).run(module, { data: new Uint8Array(0) });
  assert.equal(hex(result.returnData), reference(CREATION_TAG, other.name) + reference(RUNTIME_TAG, other.name) + reference(RUNTIME_TAG, module.name) + "00".repeat(32));
});

test("libraries are listed by name", () => {
  const module = contract("Linked", (b) => {
    for (const library of ["z.sol:Z", "a.sol:A", "z.sol:Z"]) b.emit("mem.store", [b.const(64, 0), b.emit("library.address", [], undefined, { library })]);
  });
  const [linked] = linkImage([module]).contracts;
  assert.deepEqual(linked, { name: module.name, id: contractId(module.name), immutables: 2, libraries: ["a.sol:A", "z.sol:Z"] });
});
