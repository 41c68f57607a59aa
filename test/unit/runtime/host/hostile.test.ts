/** What strangers may deploy: every module of fixtures/wasm/hostile ends in the way that its first line says, and leaves nothing behind. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { HOST_GAS } from "../../../../runtime/host/gas-schedule.js";
import { bytesOfKey } from "../../../../runtime/store/keys.js";
import { sized } from "../../../../runtime/host/wasm/encode.js";
import { OP, TYPE } from "../../../../runtime/host/wasm/instructions.js";
import { SECTION } from "../../../../runtime/host/wasm/sections.js";
import { ALICE, assemble, callModule, creationCode, deployModule, hostileModules, newChain } from "./hostile.js";

const ERRORS: Readonly<Record<string, RegExp>> = {
  OUT_OF_GAS: /^out of gas$/,
  STACK_OVERFLOW: /^recursion too deep$/,
  INVALID: /./,
};

const modules = hostileModules();

test("there are modules for every kind of ending", () => {
  for (const how of Object.keys(ERRORS))
    assert.ok(
      modules.some((m) => m.how === how),
      how,
    );
  assert.ok(modules.some((m) => m.when === "refused"));
});

for (const { name, text, when, how, detail } of modules)
  test(`hostile: ${name}`, () => {
    const chain = newChain();
    const created = deployModule(chain, assemble(text));
    if (when === "refused") {
      assert.equal(created.success, false);
      assert.ok(created.error?.includes(detail), `${created.error} does not say: ${detail}`);
      return;
    }
    if (when === "create") {
      assert.equal(created.success, false);
      if (how !== "") assert.match(created.error!, ERRORS[how]!);
      assert.ok(created.error!.includes(detail), created.error);
      assert.equal(created.gasUsed, 1_000_000);
      return;
    }
    assert.equal(created.success, true, created.error);
    // The second and the third time on an instance that was used before, if it was kept.
    const receipts = [1, 2, 3].map(() => callModule(chain, created.created!));
    for (const receipt of receipts) {
      assert.equal(receipt.gasUsed, receipts[0]!.gasUsed, "the gas is the same each time");
      if (how === "RETURN") {
        assert.equal(receipt.success, true, receipt.error);
        if (detail === "zero") assert.deepEqual([...receipt.data], new Array<number>(8).fill(0));
        continue;
      }
      assert.equal(receipt.success, false);
      assert.match(receipt.error!, ERRORS[how]!);
      assert.ok(receipt.error!.includes(detail), receipt.error);
      assert.equal(receipt.gasUsed, 80_000, "all gas is used");
    }
  });

test("who charges nothing pays what the guard counted", () => {
  const chain = newChain();
  const { created } = deployModule(chain, assemble(modules.find((m) => m.name === "pays-nothing")!.text));
  const idle = callModule(chain, deployModule(chain, assemble(modules.find((m) => m.name === "memory-grow-beyond")!.text)).created!, { gasLimit: 10_000_000 });
  const busy = callModule(chain, created!, { gasLimit: 10_000_000 });
  assert.equal(idle.success && busy.success, true);
  // A million rounds of a handful of instructions.
  assert.ok(busy.gasUsed - idle.gasUsed > 5_000, `${busy.gasUsed} and ${idle.gasUsed}`);
});

/** Calls the account whose address is its call data, as a cell, with all the gas it may give; returns whether that succeeded. */
const CALLER = `(module
  (import "supervm" "call" (func $call (param i32 i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (func (export "create") (result i32) (i32.const 2))
  (func (export "call") (result i32)
    (v128.store (i32.const 0x100) (v128.load (i32.const 0x2000)))
    (v128.store (i32.const 0x110) (v128.load (i32.const 0x2010)))
    (i64.store (i32.const 0x140) (i64.const -1))
    (i32.store (i32.const 0x400) (call $call (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0)))
    (i32.store (i32.const 0x28) (i32.const 0x400))
    (i32.store (i32.const 0x2c) (i32.const 4))
    (i32.const 0)))`;

test("a caller pays for a callee that does not charge, and goes on when it has run out", () => {
  const chain = newChain();
  const [caller, endless] = [CALLER, modules.find((m) => m.name === "endless-loop")!.text].map((text) => deployModule(chain, assemble(text)).created!) as [string, string];
  const address = new Uint8Array(32);
  address.set(bytesOfKey(endless).subarray(0, 20));
  const receipt = callModule(chain, caller, { data: address, gasLimit: 300_000 });
  assert.deepEqual([receipt.success, ...receipt.data], [true, 0, 0, 0, 0]);
  // All but a 64th was given on and used.
  assert.ok(receipt.gasUsed > 290_000, `${receipt.gasUsed}`);
});

test("modules are not looked at before they are paid for", () => {
  // A section of types that is none.
  const damaged = Uint8Array.from([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, SECTION.TYPE, ...sized(new Uint8Array(20_000).fill(0xff))]);
  const chain = newChain();
  const poor = chain.send({ from: ALICE, data: creationCode(damaged), value: 0n, gasLimit: 60_000 + HOST_GAS.MODULE_BYTE * 10_000, gasPrice: 0n });
  assert.equal(poor.error, "out of gas");
  const rich = chain.send({ from: ALICE, data: creationCode(damaged), value: 0n, gasLimit: 60_000 + HOST_GAS.MODULE_BYTE * 20_000, gasPrice: 0n });
  assert.match(rich.error!, /too long/);
});

const module = (body: string): string =>
  `(module (memory (export "memory") 1) (func (export "create") (result i32) (i32.const 2)) (func (export "call") (result i32) (i32.const 0)) ${body})`;
const BOMBS: readonly (readonly [string, string, RegExp])[] = [
  ["functions", module("(func)".repeat(20_001)), /20003 functions/],
  ["locals", module(`(func (local ${"i64 ".repeat(10_001)}))`), /10001 locals/],
  ["parameters", module(`(func (param ${"i32 ".repeat(201)}))`), /201 parameters/],
  ["results", module(`(func (result ${"i32 ".repeat(51)}) unreachable)`), /51 results/],
  ["types", module(Array.from({ length: 1_001 }, (_, i) => `(type (func (param ${"i32 ".repeat(i % 40)}) (result ${"i32 ".repeat(Math.floor(i / 40))})))`).join("")), /types/],
  ["globals", module("(global i32 (i32.const 0))".repeat(1_001)), /1001 globals/],
  ["segments", module('(data "")'.repeat(20_001)), /20001 segments/],
  ["operands", module(`(func ${"i32.const 0 ".repeat(2_001)} ${"drop ".repeat(2_001)})`), /more than 2000 operands/],
  ["labels", module(`(func (block (br_table ${"0 ".repeat(10_001)} (i32.const 0))))`), /10001 labels/],
  ["one function's bytes", module(`(func ${"i64.const 0x7fffffffffffffff drop ".repeat(90_000)})`), /at most 1000000 are allowed/],
];

for (const [what, text, reason] of BOMBS)
  test(`too many ${what}: refused before it is compiled`, () => {
    const receipt = deployModule(newChain(), assemble(text), 100_000_000);
    assert.equal(receipt.success, false);
    assert.match(receipt.error!, reason);
  });

test("too many blocks within blocks: refused before it is compiled", () => {
  const depth = 2_001;
  const code = [0, ...Array.from({ length: depth }, () => [OP.BLOCK, TYPE.VOID]).flat(), ...new Array<number>(depth + 1).fill(OP.END)];
  const small = assemble(module("(func)"));
  // The empty function is the last of the code section, and that the last of the module.
  const empty = [2, 0, OP.END];
  assert.deepEqual([...small.subarray(-empty.length)], empty);
  const at = small.lastIndexOf(SECTION.CODE, small.length - 12);
  const bodies = small.slice(at + 2, -empty.length);
  const nested = Uint8Array.from([...small.subarray(0, at), SECTION.CODE, ...sized(Uint8Array.from([...bodies, ...sized(Uint8Array.from(code))]))]);
  const receipt = deployModule(newChain(), nested, 100_000_000);
  assert.match(receipt.error!, /nests more than 2000 blocks/);
});
