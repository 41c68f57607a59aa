/** Locals that one block needs are used again by the next: a function's locals do not grow with its length. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { parseModule } from "../../../../compiler/ir/parser.js";
import type { Module } from "../../../../compiler/ir/module.js";
import { encodeContract } from "../../../../targets/supervm/lower.js";
import { SECTION } from "../../../../targets/supervm/wasm/opcodes.js";
import { Reader, readSections } from "../../../../targets/supervm/wasm/reader.js";
import { assertSame, words } from "./run.js";

/** A runtime of many blocks in a row: each loads a word, adds and multiplies, stores it, and goes on or gives the sum so far. */
function chain(blocks: number): Module {
  const body = ["b0:", "%0: i64 = const 64", "%1: i64 = const 4096", "%2: i256 = zext %1", "mem.store %0, %2"];
  body.push("%3: i256 = calldata.load %0", "%4: i64 = const 0", "jump b1");
  let next = 10;
  for (let i = 1; i <= blocks; i++) {
    const [word, sum, product, more] = [next++, next++, next++, next++];
    body.push(`b${i}:`, `%${word}: i256 = calldata.load %4`, `%${sum}: i256 = add %${word}, %2`, `%${product}: i256 = mul %${sum}, %3`);
    body.push(`mem.store %4, %${product}`, `%${more}: i1 = lt.u %${product}, %2`, `branch %${more}, b${i + 1}, b${blocks + 2}`);
  }
  body.push(`b${blocks + 1}:`, "exit.return %4, %0", `b${blocks + 2}:`, "exit.return %0, %0");
  return parseModule(`module "t.ir:T" contract creation @creation runtime @runtime\nfunc @creation() {\nb0:\n exit.deploy\n}\nfunc @runtime() {\n${body.join("\n")}\n}\n`);
}

/** The largest number of locals of any function. */
function mostLocals(wasm: Uint8Array): number {
  const reader = new Reader(readSections(wasm).find((section) => section.id === SECTION.CODE)!.content);
  let most = 0;
  for (let count = reader.u32(); count > 0; count--) {
    const size = reader.u32();
    const end = reader.at + size;
    let locals = 0;
    for (let runs = reader.u32(); runs > 0; runs--) {
      locals += reader.u32();
      reader.byte();
    }
    most = Math.max(most, locals);
    reader.at = end;
  }
  return most;
}

test("twenty times as many blocks need no more locals", () => {
  const [short, long] = [10, 200].map((blocks) => mostLocals(encodeContract(chain(blocks), false).wasm));
  assert.equal(long, short);
});

test("values that later blocks need keep their locals", async () => {
  await assertSame([chain(6)], [words(0, 0, 0, 0, 0), words(1, 2, 3, 4, 5)], { optimization: "0" });
});
