/** The interpreter: control flow, memory with trusted addresses, state with reverts, calls and creation between contracts. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { isFoldable } from "../../../../compiler/ir/fold.js";
import { create2Address, createAddress } from "../../../../machine/create-address.js";
import { EXECUTED_OPS } from "../../../../compiler/ir/interpreter/execute.js";
import { World, type WorldOptions } from "../../../../compiler/ir/interpreter/world.js";
import type { Module } from "../../../../compiler/ir/module.js";
import { OPS } from "../../../../compiler/ir/ops.js";
import { parseModule } from "../../../../compiler/ir/parser.js";
import { assertValid } from "../../../../compiler/ir/verifier.js";

const DEPLOY = "func @creation() {\nb0:\n  exit.deploy\n}\n";
const INIT = "%900: i64 = const 64\n %901: i64 = const 128\n mem.store %900, %901\n";

function parse(text: string): Module {
  const module = parseModule(text);
  assertValid(module, "as written");
  return module;
}

function contract(runtime: string, more = DEPLOY, name = "m:C"): Module {
  return parse(`module ${JSON.stringify(name)} contract creation @creation runtime @runtime\n${more}\nfunc @runtime() {\nb0:\n ${INIT} ${runtime}\n}\n`);
}

function word(value: bigint): Uint8Array {
  return Uint8Array.from(Buffer.from(BigInt.asUintN(256, value).toString(16).padStart(64, "0"), "hex"));
}

function words(...values: bigint[]): Uint8Array {
  return Uint8Array.from(Buffer.concat(values.map(word)));
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex");
}

/** Deploys a contract and calls it once. */
function execute(runtime: string, data: Uint8Array = new Uint8Array(), options: WorldOptions = {}) {
  const world = new World([contract(runtime)], options);
  const { address } = world.deploy({ module: "m:C" });
  return { world, address: address!, ...world.send({ to: address!, data }) };
}

const RETURN_WORD = (value: string): string => `%800: i64 = const 0\n %801: i64 = const 32\n mem.store %800, ${value}\n exit.return %800, %801`;

test("every instruction of the table has a meaning", () => {
  const executed = new Set(EXECUTED_OPS);
  const missing = [...OPS.keys()].filter((op) => !executed.has(op) && !isFoldable(op));
  assert.deepEqual(missing, []);
  assert.deepEqual(
    EXECUTED_OPS.filter((op) => !OPS.has(op)),
    [],
  );
});

test("a loop with block parameters sums call data", () => {
  const { returnData } = execute(
    `%0: i256 = const 0
  %1: i64 = const 32
  %9: i64 = const 0
  jump b1(%9, %0)
b1(%2: i64, %3: i256):
  %4: i64 = calldata.size
  %5: i1 = lt.u %2, %4
  branch %5, b2, b3
b2:
  %6: i256 = calldata.load %2
  %7: i256 = add.checked.u %3, %6
  %8: i64 = add %2, %1
  jump b1(%8, %7)
b3:
  ${RETURN_WORD("%3")}`,
    words(1n, 2n, 39n),
  );
  assert.equal(hex(returnData), hex(word(42n)));
});

test("checked arithmetic reverts with Panic(0x11)", () => {
  const { success, returnData } = execute("%0: i8 = const 255\n %1: i8 = add.checked.u %0, %0\n exit.stop");
  assert.equal(success, false);
  assert.equal(hex(returnData), "4e487b71" + hex(word(0x11n)));
});

test("a false claim is a fault of the IR", () => {
  assert.throws(() => execute("%0: i8 = const 255\n %1: i8 = add.nuw %0, %0\n exit.stop"), /a claim does not hold: @runtime `%1: i8 = add.nuw/);
});

test("functions take and return several values", () => {
  const module = contract(
    `%0: i256 = const 7\n %1: i8 = const 2\n %2: i8, %3: i256 = call @swap %0, %1\n %4: i256 = zext %2\n %5: i256 = shl %3, %4\n ${RETURN_WORD("%5")}`,
    DEPLOY + "func @swap(%0: i256, %1: i8) -> (i8, i256) {\nb0:\n ret %1, %0\n}",
  );
  const world = new World([module]);
  const { address } = world.deploy({ module });
  assert.equal(hex(world.call({ to: address!, data: new Uint8Array() }).returnData), hex(word(28n)));
});

test("trusted addresses must be allocated, ensured or just beyond the free pointer", () => {
  const store = (address: string): string => `%1: i8 = const 1\n ${address}\n mem.store.byte %0, %1\n exit.stop`;
  assert.throws(() => execute(store("%0: i64 = const 128")), /trusted access to memory \[0x80, 0x81\) beyond 0x80/);
  assert.ok(execute(store("%0: i64 = const 127")).success);
  assert.ok(execute(store("%2: i64 = const 1\n %0: i64 = mem.alloc %2")).success);
  assert.ok(execute(store("%2: i64 = mem.free\n %3: i64 = const 1023\n %0: i64 = add %2, %3")).success);
  assert.throws(() => execute(store("%2: i64 = mem.free\n %3: i64 = const 1024\n %0: i64 = add %2, %3")), /trusted access/);
  assert.ok(execute(store("%0: i64 = const 5000\n %3: i64 = const 1\n mem.ensure %0, %3")).success);
});

test("untrusted addresses grow memory up to the machine's limit", () => {
  const at = (address: string) =>
    execute(`%0: i256 = const ${address}\n %1: i256 = mem.load %0\n %2: i256 = mem.size\n ${RETURN_WORD("%2")}`, new Uint8Array(), { memoryLimit: 4096n });
  assert.equal(hex(at("1000").returnData), hex(word(1056n)));
  assert.equal(at("4065").error, "out of gas (memory)");
  assert.equal(at("0x" + "f".repeat(64)).success, false);
});

test("allocation moves the free pointer by whole words and panics beyond 2^64", () => {
  const { returnData } = execute(`%0: i64 = const 33\n %1: i64 = mem.alloc %0\n %2: i64 = mem.alloc %0\n ${RETURN_WORD("%2")}`);
  assert.equal(hex(returnData), hex(word(0xc0n)));
  const failed = execute("%0: i64 = const 0xffffffffffffffff\n %1: i64 = mem.alloc %0\n exit.stop");
  assert.equal(hex(failed.returnData), "4e487b71" + hex(word(0x41n)));
});

test("a revert undoes storage, and logs go with it", () => {
  const world = new World([
    contract(`%0: i256 = const 1
  %1: i64 = const 0
  %2: i64 = const 32
  storage.store %0, %0
  log %1, %2, %0
  %3: i256 = calldata.load %1
  %4: i1 = eq %3, %0
  branch %4, b1, b2
b1:
  exit.revert %1, %2
b2:
  exit.stop`),
  ]);
  const { address: to } = world.deploy({ module: "m:C" });
  const failed = world.send({ to: to!, data: word(1n) });
  assert.deepEqual([failed.success, failed.returnData.length, failed.logs.length, world.storageAt(to!, 1n)], [false, 32, 0, 0n]);
  const dropped = world.call({ to: to!, data: word(0n) });
  assert.deepEqual([dropped.success, dropped.logs.length, world.storageAt(to!, 1n)], [true, 1, 0n]);
  const kept = world.send({ to: to!, data: word(0n) });
  assert.deepEqual(kept.logs, [{ address: to, topics: [1n], data: new Uint8Array(32) }]);
  assert.equal(world.storageAt(to!, 1n), 1n);
});

test("immutables are set in creation and read at run time", () => {
  const creation = "immutable x\nfunc @creation() {\nb0:\n %0: i64 = const 0\n %1: i256 = calldata.load %0\n immutable.store x %1\n exit.deploy\n}";
  const module = contract(`%0: i256 = immutable.load x\n ${RETURN_WORD("%0")}`, creation);
  const world = new World([module]);
  const { address } = world.deploy({ module, args: word(99n) });
  assert.equal(hex(world.call({ to: address!, data: new Uint8Array() }).returnData), hex(word(99n)));
});

/** Calls the address in the first word with the second word as input, and returns success, return data size and the output word. */
const CALLER = (op: string): string => `%0: i64 = const 0
  %1: i160 = calldata.load %0
  %2: i64 = const 32
  %3: i256 = calldata.load %2
  %4: i256 = const 0
  %5: i64 = const 96
  %6: i64 = mem.alloc %5
  mem.store %6, %3
  %7: i1 = ${op === "ext.call" ? "ext.call %4, %1, %4" : `${op} %4, %1`}, %6, %2, %6, %2
  %8: i64 = add %6, %2
  %9: i64 = returndata.size
  mem.store %8, %9
  %10: i64 = add %8, %2
  mem.store %10, %7
  exit.return %6, %5`;

const STORER = `%0: i64 = const 0
  %1: i256 = calldata.load %0
  %2: i256 = const 5
  storage.store %2, %1
  %3: i160 = env.caller
  ${RETURN_WORD("%3")}`;

test("call, delegatecall and staticcall", () => {
  for (const op of ["ext.call", "ext.delegatecall", "ext.staticcall"]) {
    const caller = contract(CALLER(op), DEPLOY, "m:Caller");
    const world = new World([caller, contract(STORER)]);
    const from = world.deploy({ module: caller }).address!;
    const to = world.deploy({ module: "m:C" }).address!;
    const { success, returnData } = world.send({ to: from, data: words(to, 77n) });
    assert.ok(success);
    const [out, size, flag] = [0, 32, 64].map((i) => BigInt("0x" + hex(returnData.subarray(i, i + 32))));
    const stored = [world.storageAt(from, 5n), world.storageAt(to, 5n)];
    if (op === "ext.call") assert.deepEqual([out, size, flag, ...stored], [from, 32n, 1n, 0n, 77n]);
    if (op === "ext.delegatecall") assert.deepEqual([out, size, flag, ...stored], [world.env.origin, 32n, 1n, 77n, 0n]);
    // The static call fails on the write; its output range keeps the input.
    if (op === "ext.staticcall") assert.deepEqual([out, size, flag, ...stored], [77n, 0n, 0n, 0n, 0n]);
  }
});

test("endless recursion between contracts ends at depth 1,024", () => {
  const { success, world } = execute(`%0: i256 = const 0
  %1: i64 = const 0
  %2: i160 = env.address
  %3: i256 = storage.load %0
  %4: i256 = const 1
  %5: i256 = add %3, %4
  storage.store %0, %5
  %6: i1 = ext.call %0, %2, %0, %1, %1, %1, %1
  exit.stop`);
  assert.ok(success);
  assert.deepEqual([...world.storage(createAddress(world.env.origin, 0n)).values()], [1025n]);
});

test("an endless loop runs out of fuel", () => {
  const { success, error } = execute("jump b1\nb1:\n jump b1", new Uint8Array(), { fuel: 1000 });
  assert.deepEqual([success, error], [false, "out of fuel"]);
});

test("contracts create contracts, with arguments and libraries", () => {
  const factory = contract(
    `%0: i64 = object.size "m:C"
  %1: i64 = const 32
  %2: i64 = add %0, %1
  %3: i64 = mem.alloc %2
  object.copy "m:C" %3
  %4: i64 = add %3, %0
  %5: i256 = const 11
  mem.store %4, %5
  %6: i256 = const 0
  %7: i160 = ext.create %6, %3, %2
  %8: i160 = ext.create2 %6, %3, %2, %5
  %9: i160 = ext.create2 %6, %3, %2, %5
  %12: i64 = const 0
  mem.store %12, %7
  mem.store %1, %8
  %13: i64 = const 64
  mem.store %13, %9
  %14: i64 = const 96
  exit.return %12, %14`,
    DEPLOY,
    "m:F",
  );
  const child = contract(
    `%0: i256 = immutable.load x\n ${RETURN_WORD("%0")}`,
    'immutable x\nfunc @creation() {\nb0:\n %0: i64 = const 0\n %1: i256 = calldata.load %0\n %2: i160 = library.address "m:L"\n %3: i256 = zext %2\n %4: i256 = add %1, %3\n immutable.store x %4\n exit.deploy\n}',
  );
  const world = new World([factory, child]);
  const to = world.deploy({ module: factory, libraries: new Map([["m:L", 1000n]]) }).address!;
  const { success, returnData, error } = world.send({ to, data: new Uint8Array() });
  assert.ok(success, error);
  const [first, second, third] = [0, 32, 64].map((i) => BigInt("0x" + hex(returnData.subarray(i, i + 32))));
  assert.equal(first, createAddress(to, 1n));
  assert.equal(third, 0n, "the address is taken");
  assert.notEqual(second, 0n);
  for (const created of [first, second!]) assert.equal(hex(world.call({ to: created, data: new Uint8Array() }).returnData), hex(word(1011n)));
});

test("created addresses are Ethereum's", () => {
  // Known: the first contract of a well-known account, and the first example of EIP-1014.
  assert.equal(createAddress(0x6ac7ea33f8831ea9dcc53393aaa88b25a785dbf0n, 0n), 0xcd234a471b72ba2f1ccf0a70fcaba648a5eecd8dn);
  assert.equal(createAddress(0x6ac7ea33f8831ea9dcc53393aaa88b25a785dbf0n, 1n), 0x343c43a37d37dff08ae8c4a11544c718abb4fcf8n);
  assert.equal(create2Address(0n, 0n, Uint8Array.of(0)), 0x4d1a2e2bb4f88f0250f26ffff098b0b30b26bf38n);
});

test("minimal proxies (ERC-1167) that a contract assembles run the implementation", () => {
  const proxy = contract(
    `%0: i256 = const 0x3d602d80600a3d3981f3363d3d373d3d3d363d73000000000000000000000000
  %1: i256 = const 0x5af43d82803e903d91602b57fd5bf30000000000000000000000000000000000
  %2: i64 = const 128
  %3: i64 = const 96
  %4: i64 = mem.alloc %3
  mem.store %4, %0
  %5: i64 = const 0
  %6: i256 = calldata.load %5
  %7: i8 = const 96
  %8: i256 = shl %6, %7
  %9: i64 = const 20
  %10: i64 = add %4, %9
  mem.store %10, %8
  %11: i64 = add %10, %9
  mem.store %11, %1
  %12: i256 = const 0
  %13: i64 = const 55
  %14: i160 = ext.create %12, %4, %13
  ${RETURN_WORD("%14")}`,
    DEPLOY,
    "m:Factory",
  );
  const world = new World([proxy, contract(STORER)]);
  const factory = world.deploy({ module: proxy }).address!;
  const implementation = world.deploy({ module: "m:C" }).address!;
  const clone = BigInt("0x" + hex(world.send({ to: factory, data: word(implementation) }).returnData));
  assert.ok(world.send({ to: clone, data: word(3n) }).success);
  assert.deepEqual([world.storageAt(clone, 5n), world.storageAt(implementation, 5n)], [3n, 0n]);
});

test("selfdestruct moves the balance and keeps an older account", () => {
  const world = new World([contract("%0: i160 = const 0x77\n exit.selfdestruct %0")]);
  const { address } = world.deploy({ module: "m:C" });
  world.setBalance(address!, 5n);
  assert.ok(world.send({ to: address!, data: new Uint8Array(), value: 2n }).success);
  assert.deepEqual([world.balance(0x77n), world.balance(address!), world.state.code(address!) !== undefined], [7n, 0n, true]);
});
