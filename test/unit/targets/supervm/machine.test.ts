/** What the machine does around instructions: exits from anywhere, gas, memory limits, recursion, calls, creation, immutables, libraries. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { parseModule } from "../../../../compiler/ir/parser.js";
import type { Module } from "../../../../compiler/ir/module.js";
import { lowerSupervm } from "../../../../targets/supervm/lower.js";
import type { Outcome } from "../../../../targets/target.js";
import { assertSame, deploy, hex, lower, OPTIONS, words } from "./run.js";

const DEPLOY = "func @creation() {\nb0:\n exit.deploy\n}\n";
const START = "b0:\n %100: i64 = const 64\n %101: i64 = const 128\n mem.store %100, %101\n";
const NONE = new Uint8Array();

/** Returns the word in %0. */
const RETURN = "%200: i64 = const 0\n %201: i64 = const 32\n mem.store %200, %0\n exit.return %200, %201\n";

function contract(body: string, rest: string = DEPLOY, head = ""): Module {
  return parseModule(`module "t.ir:T" contract creation @creation runtime @runtime\n${head}\n${rest}\nfunc @runtime() {\n${START}${body}\n}\n`);
}

async function outcome(module: Module, data: Uint8Array = NONE, gas?: bigint): Promise<Outcome> {
  const { chain, address } = await deploy([module], { optimization: "1" });
  return chain.send({ from: chain.accounts[0]!, to: address, data: hex(data), value: 0n, ...(gas !== undefined && { gas }) });
}

test("exits deep inside internal calls leave at once", async () => {
  const helper = (end: string): string => `func @helper(%0: i256) -> (i256) {\nb0:\n %1: i1 = trunc %0\n branch %1, b1, b2\nb1:\n ${end}\nb2:\n ret %0\n}\n`;
  const body = "%1: i64 = const 0\n %2: i256 = calldata.load %1\n %0: i256 = call @helper %2\n" + RETURN;
  const exits = [
    "exit.stop",
    "exit.invalid",
    "panic 18",
    "%5: i64 = const 64\n %6: i64 = const 32\n exit.return %5, %6",
    "%5: i64 = const 64\n %6: i64 = const 32\n exit.revert %5, %6",
  ];
  for (const end of exits) await assertSame([contract(body, DEPLOY + helper(end))], [words(1), words(2)], { optimization: "0" });
});

test("a function that never returns gives its status to its caller", async () => {
  const rest = `${DEPLOY}func @out(%0: i256) {\nb0:\n ${RETURN}}\nfunc @may(%0: i256) -> (i256) {\nb0:\n %1: i1 = trunc %0\n branch %1, b1, b2\nb1:\n call @out %0\n unreachable\nb2:\n ret %0\n}\n`;
  const body = "%1: i64 = const 0\n %2: i256 = calldata.load %1\n %3: i256 = call @may %2\n call @out %3\n unreachable";
  await assertSame([contract(body, rest)], [words(7), words(8)], { optimization: "0" });
  await assertSame([contract(body, rest)], [words(7), words(8)], { optimization: "2" });
});

test("an endless loop runs out of gas", async () => {
  const result = await outcome(contract("jump b1\nb1:\n jump b2\nb2:\n jump b1"), NONE, 1_000_000n);
  assert.equal(result.success, false);
  assert.equal(result.gasUsed, 1_000_000n);
});

test("irreducible control flow", async () => {
  const body = `%1: i64 = const 0\n %2: i8 = calldata.load %1\n %3: i1 = trunc %2\n %4: i8 = const 1\n branch %3, b1(%2), b2(%2)
b1(%10: i8):\n %11: i8 = const 0\n %12: i1 = eq %10, %11\n %13: i8 = sub %10, %4\n branch %12, b3(%13), b2(%13)
b2(%20: i8):\n %21: i8 = const 0\n %22: i1 = eq %20, %21\n %23: i8 = sub %20, %4\n branch %22, b3(%20), b1(%23)
b3(%0: i8):\n ${RETURN}`;
  await assertSame([contract(body)], [words(5), words(6), words(0)], { optimization: "0" });
  await assertSame([contract(body)], [words(5), words(6), words(0)], { optimization: "2" });
});

test("loops may exchange their parameters", async () => {
  const body = `%1: i64 = const 0\n %2: i8 = calldata.load %1\n %3: i256 = const 1\n %4: i256 = const 2\n %5: i8 = const 0\n %6: i8 = const 1\n jump b1(%2, %3, %4)
b1(%10: i8, %0: i256, %12: i256):\n %13: i1 = eq %10, %5\n branch %13, b2, b3\nb3:\n %14: i8 = sub %10, %6\n jump b1(%14, %12, %0)\nb2:\n ${RETURN}`;
  await assertSame([contract(body)], [words(0), words(1), words(2), words(3)]);
});

test("switches of many cases, narrow and wide", async () => {
  const blocks = Array.from({ length: 20 }, (_, i) => `b${i + 1}:\n %${i + 300}: i256 = const ${i * 11}\n jump b50(%${i + 300})`).join("\n");
  for (const type of ["i32", "i64", "i256"]) {
    const scale = type === "i256" ? 1n << 200n : 7n;
    const cases = Array.from({ length: 20 }, (_, i) => `${BigInt(i + 1) * scale}: b${i + 1}`).join(", ");
    const body = `%1: i64 = const 0\n %2: ${type} = calldata.load %1\n %3: i256 = const 999\n switch %2, [${cases}], b50(%3)\n${blocks}\nb50(%0: i256):\n ${RETURN}`;
    await assertSame([contract(body)], [0n, 1n, 5n, 20n, 21n].map((i) => words(i * scale)).concat(words(3)), { optimization: "1" });
  }
});

test("untrusted addresses: growth, the limit, zero lengths", async () => {
  const load = contract(`%1: i64 = const 0\n %2: i256 = calldata.load %1\n mem.store %2, %2\n %0: i256 = mem.load %2\n ${RETURN}`);
  await assertSame([load], [words(0), words(4064), words(4065), words(70_000), words(1_000_000)]);
  for (const address of [1n << 28n, (1n << 32n) + 5n, 1n << 64n, (1n << 256n) - 1n]) assert.equal((await outcome(load, words(address))).success, false);
  const empty = contract(`%1: i64 = const 0\n %2: i256 = calldata.load %1\n %3: i256 = const 0\n mem.copy %2, %2, %3\n %0: i256 = mem.keccak %2, %3\n ${RETURN}`);
  await assertSame([empty], [words(0), words(-1), words(1n << 40n)]);
});

test("memory that grew is zero again for the next activation", async () => {
  const module = contract(`%1: i64 = const 0\n %2: i256 = calldata.load %1\n %0: i256 = mem.load %2\n %3: i256 = const 5\n mem.store %2, %3\n ${RETURN}`);
  await assertSame([module], [words(300), words(300), words(20_000), words(20_000), words(200_000), words(200_000)]);
});

test("call data within the window, across its end and beyond", async () => {
  const module = contract(`%1: i64 = const 0\n %2: i256 = calldata.load %1\n %0: i256 = calldata.load %2\n ${RETURN}`);
  const data = (offset: bigint, size: number): Uint8Array => Uint8Array.from([...words(offset), ...Array.from({ length: size }, (_, i) => (i * 13 + 1) & 0xff)]);
  await assertSame([module], [data(4060n, 4200), data(4064n, 4200), data(4080n, 4200), data(4230n, 4200), data(5000n, 4200), data(1n << 200n, 10), data(33n, 10)]);
  const copy = contract(
    `%1: i64 = const 0\n %2: i256 = calldata.load %1\n %3: i64 = const 6000\n %4: i64 = mem.alloc %3\n %5: i256 = zext %4\n %6: i256 = const 6000\n calldata.copy %5, %2, %6\n exit.return %4, %3`,
  );
  await assertSame([copy], [data(0n, 10), data(4000n, 3000), data(5000n, 9000), data(1n << 90n, 10)]);
});

test("recursion is counted, and ends before the engine's stack does", async () => {
  const rest = `${DEPLOY}func @down(%0: i256) -> (i256) {\nb0:\n %1: i256 = const 0\n %2: i1 = eq %0, %1\n branch %2, b1, b2\nb1:\n ret %0\nb2:\n %3: i256 = const 1\n %4: i256 = sub %0, %3\n %5: i256 = call @down %4\n %6: i256 = add %5, %0\n ret %6\n}\n`;
  const module = contract(`%1: i64 = const 0\n %2: i256 = calldata.load %1\n %0: i256 = call @down %2\n ${RETURN}`, rest);
  await assertSame([module], [words(0), words(10), words(1000)], { optimization: "1" });
  const deep = await outcome(module, words(2000));
  assert.equal(deep.success, false);
});

test("gas: the same module and input cost the same, and what is not enough is out of gas", async () => {
  const module = contract(`%1: i64 = const 0\n %2: i256 = calldata.load %1\n %3: i256 = const 3\n %0: i256 = exp %3, %2\n ${RETURN}`);
  const first = await outcome(module, words(1000));
  const second = await outcome(module, words(1000));
  assert.equal(first.gasUsed, second.gasUsed);
  assert.equal((await outcome(module, words(1000), first.gasUsed)).success, true);
  assert.equal((await outcome(module, words(1000), first.gasUsed - 1n)).success, false);
});

test("immutables and constructor arguments", async () => {
  const creation = `func @creation() {\nb0:\n %0: i64 = const 0\n %1: i256 = calldata.load %0\n %2: i256 = immutable.load "a"\n %3: i256 = add %1, %2\n immutable.store "a" %3\n exit.deploy\n}\n`;
  const module = contract(`%0: i256 = immutable.load "a"\n ${RETURN}`, creation, 'immutable "a"');
  await assertSame([module], [NONE], {}, words(-77));
});

test("contracts create others, which they carry", async () => {
  const child = parseModule(
    `module "t.ir:Child" contract creation @creation runtime @runtime\nfunc @creation() {\nb0:\n %0: i64 = const 0\n %1: i256 = calldata.load %0\n storage.store %1, %1\n exit.deploy\n}\nfunc @runtime() {\nb0:\n %1: i64 = const 0\n %2: i256 = calldata.load %1\n %0: i256 = storage.load %2\n ${RETURN}}\n`,
  );
  const body = `%1: i64 = object.size "t.ir:Child"\n %2: i64 = const 32\n %3: i64 = add %1, %2\n %4: i64 = mem.alloc %3\n object.copy "t.ir:Child" %4\n %5: i64 = add %4, %1\n %6: i256 = const 9\n mem.store %5, %6\n %7: i256 = const 0
 %8: i160 = ext.create %7, %4, %3\n %9: i64 = const 0\n mem.store %9, %6\n %10: i256 = const 1000000\n %11: i1 = ext.call %10, %8, %7, %9, %2, %9, %2\n %0: i256 = mem.load %9\n `;
  const parent = contract(body + RETURN);
  const { chain, address } = await deploy([parent, child]);
  const result = await chain.send({ from: chain.accounts[0]!, to: address, data: "0x", value: 0n });
  assert.equal(result.returnData, hex(words(9)));
});

test("contracts that carry each other are refused", async () => {
  const creates = (name: string, other: string): Module =>
    parseModule(
      `module "t.ir:${name}" contract creation @creation runtime @runtime\n${DEPLOY}func @runtime() {\nb0:\n %0: i64 = object.size "t.ir:${other}"\n %1: i64 = mem.alloc %0\n object.copy "t.ir:${other}" %1\n exit.stop\n}\n`,
    );
  const { diagnostics, parts } = await lowerSupervm([creates("A", "B"), creates("B", "A")], OPTIONS);
  assert.equal(parts.size, 0);
  assert.match(diagnostics[0]!.message, /in a circle: t.ir:A -> t.ir:B -> t.ir:A/);
});

test("library addresses are linked at the places that the artifact names", async () => {
  const module = contract(`%1: i160 = library.address "l.sol:L"\n %0: i256 = zext %1\n ${RETURN}`);
  const library = "0x00112233445566778899aabbccddeeff01020304";
  const { chain, address, part } = await deploy([module], { optimization: "2" }, NONE, new Map([["l.sol:L", library]]));
  assert.equal(part.linkReferences!["l.sol:L"]!.length, 1);
  const result = await chain.send({ from: chain.accounts[0]!, to: address, data: "0x", value: 0n });
  assert.equal(BigInt(result.returnData), BigInt(library));
});

test("the same input gives the same bytes", async () => {
  const module = (): Module => contract(`%1: i64 = const 0\n %0: i256 = calldata.load %1\n ${RETURN}`);
  assert.deepEqual(await lower([module()]), await lower([module()]));
});

test("a loop over 64-bit numbers has no wide arithmetic, and one charge a round", async () => {
  const body = `%1: i64 = const 0\n %2: i64 = calldata.load %1\n %3: i64 = const 1\n jump b1(%1, %1)
b1(%10: i64, %0: i64):\n %11: i1 = lt.u %10, %2\n branch %11, b2, b3\nb2:\n %12: i64 = add.checked.u %0, %10\n %13: i64 = add.nuw %10, %3\n jump b1(%13, %12)\nb3:\n ${RETURN}`;
  const part = (await lower([contract(body)], { emit: new Set(["wat"]) })).get("t.ir:T")!;
  const text = part.wat as string;
  const start = text.indexOf("(loop");
  const end = text.indexOf("\n (func", start);
  const loop = text.slice(start, end < 0 ? text.length : end);
  const called = new Set([...loop.matchAll(/call \$kernel\.(\w+)/g)].map((call) => call[1]!));
  for (const leaving of ["finish", "out_of_gas", "panic_result", "set_result"]) called.delete(leaving);
  assert.deepEqual([...called], [], loop);
  // One for the header and the body together, one for the block behind the loop, which leaves.
  assert.equal(loop.match(/\$kernel\.out_of_gas/g)?.length, 2, loop);
  await assertSame([contract(body)], [words(0), words(10), words(1000)]);
});

test("a function of thousands of blocks, checks and diamonds alike", async () => {
  const checks: string[] = [];
  for (let i = 0; i < 3000; i++) {
    const v = 1000 + 10 * i;
    const test = `%${v}: i256 = const ${i + 5}\n %${v + 1}: i1 = eq %2, %${v}\n`;
    const label = 100 + 4 * i;
    checks.push(
      i % 2 === 0
        ? `${test} branch %${v + 1}, b${label + 1}, b${label + 4}\nb${label + 1}:\n panic 1\nb${label + 4}:\n`
        : `${test} branch %${v + 1}, b${label + 1}, b${label + 2}\nb${label + 1}:\n jump b${label + 4}\nb${label + 2}:\n jump b${label + 4}\nb${label + 4}:\n`,
    );
  }
  const module = contract(`%1: i64 = const 0\n %2: i256 = calldata.load %1\n ${checks.join(" ")} %0: i256 = add %2, %2\n ${RETURN}`);
  await assertSame([module], [words(1), words(5), words(3003), words(3004)], { optimization: "0" });
});

test("gas left goes down from reading to reading", async () => {
  const result = await outcome(contract(`%1: i64 = env.gas\n %2: i64 = env.gas\n %3: i64 = sub %1, %2\n %0: i256 = zext %3\n ${RETURN}`));
  assert.ok(BigInt(result.returnData) > 0n && BigInt(result.returnData) < 100n);
});
