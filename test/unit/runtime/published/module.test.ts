import assert from "node:assert/strict";
import { test } from "node:test";
import { PublishedContract } from "../../../../runtime/host/published/contract.js";
import { ModuleError } from "../../../../runtime/host/wasm/reader.js";
import { assemble } from "./run.js";

const refused = (text: string, message: RegExp): void => {
  assert.throws(
    () => new PublishedContract(assemble(text)),
    (error: unknown) => error instanceof ModuleError && message.test(error.message),
    text,
  );
};

test("modules that cannot be run safely are refused by name", () => {
  refused(`(module (func $start) (start $start) (func (export "f")))`, /start function/);
  refused(`(module (func (export "f") (result f64) (f64.const 1)))`, /floating point/);
  refused(`(module (memory 1) (func (export "f") (drop (f32.load (i32.const 0)))))`, /floating point/);
  refused(`(module (func (export "f") (drop (i32.trunc_f64_s (f64.const 0)))))`, /floating point/);
  refused(`(module (import "m" "memory" (memory 1)) (func (export "f")))`, /no function/);
  refused(`(module (import "env" "print" (func)) (func (export "f")))`, /cannot be instantiated/);
  refused(`(module (import "chain_api" "no_such" (func)) (func (export "f")))`, /cannot be instantiated/);
  refused(`(module (memory 257) (func (export "f")))`, /at most 256 pages/);
  refused(`(module (func (export "supervm:gas")))`, /reserved/);
  refused(`(module (memory 1) (data "x") (func (export "f") (memory.init 0 (i32.const 0) (i32.const 0) (i32.const 1))))`, /not available/);
  refused(`(module (memory 1) (data (i32.const 65536) "x") (func (export "f")))`, /cannot be instantiated/);
  refused(`(module)`, /exports nothing/);
});

test("bytes that are no module, and modules cut anywhere, are refused without harm", () => {
  assert.throws(() => new PublishedContract(new Uint8Array(0)), ModuleError);
  assert.throws(() => new PublishedContract(Uint8Array.from([0, 1, 2, 3, 4, 5, 6, 7, 8])), ModuleError);
  const whole = assemble(
    `(module (memory 1) (global (mut i64) (i64.const 5)) (func (export "f") (param i32) (result i32) (if (result i32) (local.get 0) (then (i32.const 1)) (else (i32.const 2)))))`,
  );
  for (let length = 0; length < whole.length; length++) assert.throws(() => new PublishedContract(whole.slice(0, length)), ModuleError, `${length} bytes`);
  // Each byte changed: refused or fine, never another failure.
  for (let at = 0; at < whole.length; at++)
    for (const value of [0x00, 0x7f, 0x80, 0xff]) {
      const damaged = whole.slice();
      damaged[at] = value;
      try {
        new PublishedContract(damaged);
      } catch (error) {
        assert.ok(error instanceof ModuleError, (error as Error).stack);
      }
    }
});

test("tables and indirect calls work", () => {
  const contract = new PublishedContract(
    assemble(`(module (table funcref (elem $a $b)) (type $t (func (result i32)))
      (func $a (result i32) (i32.const 1)) (func $b (result i32) (i32.const 2))
      (func (export "f") (param i32) (result i32) (call_indirect (type $t) (local.get 0))))`),
  );
  const surroundings = { context: { caller: "", contract: "", value: 0n, gasLimit: 1000, blockNumber: 0n, timestamp: 0n }, storage: new Map<string, Uint8Array>() };
  assert.deepEqual(
    [0, 1, 2].map((n) => contract.call("f", [n], surroundings).values[0]),
    [1, 2, undefined],
  );
});
