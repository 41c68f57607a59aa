/** Images load and run in LiteSVM in both formats, with the results and the cost of the test machine. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { World } from "../../../../compiler/ir/interpreter/world.js";
import { emitElf } from "../../../../targets/solana/emit.js";
import { FRAME, FRAME_HEADER_SIZE, GLOBAL, GLOBALS_SIZE, HEAP, HEAP_SIZE } from "../../../../targets/solana/layout.js";
import { contractId, linkImage } from "../../../../targets/solana/link.js";
import { LirBuilder } from "../../../../targets/solana/lir/builder.js";
import { LirProgram } from "../../../../targets/solana/lir/instruction.js";
import { ENTRY_POINT, IMAGE, RUNTIME } from "../../../../targets/solana/runtime/abi.js";
import type { Module } from "../../../../compiler/ir/module.js";
import { randomCallData, randomModule } from "../../../generators/ir.js";
import { LiteRunner } from "./litesvm-runner.js";

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

for (const version of ["v0", "v3"] as const) {
  test(`a program of two instructions (${version})`, async () => {
    const program = new LirProgram();
    const f = new LirBuilder(program, ENTRY_POINT, 1);
    f.ret([0n]);
    f.finish();
    const result = await (await LiteRunner.create()).run(emitElf(program, ENTRY_POINT, version), new Uint8Array(0));
    assert.deepEqual([result.success, result.computeUnits, result.error], [true, 2, undefined]);
  });

  test(`calls, data and syscalls (${version})`, async () => {
    const program = new LirProgram();
    const g = new LirBuilder(program, "double", 1);
    g.ret([g.add(g.param(0), g.param(0)), 5n]);
    g.finish();
    const f = new LirBuilder(program, ENTRY_POINT, 1);
    const text = new TextEncoder().encode("hello");
    f.syscall("sol_log_", [f.rodata(text), BigInt(text.length)]);
    const out = { slot: f.slot(16) };
    f.call("double", [0x1234567890n], 2).forEach((r, i) => f.store(8, out, 8 * i, r));
    f.syscall("sol_set_return_data", [f.slotAddr(out.slot), 16n]);
    f.ret([0n]);
    f.finish();
    const result = await (await LiteRunner.create()).run(emitElf(program, ENTRY_POINT, version), new Uint8Array(0));
    assert.equal(result.error, undefined);
    assert.ok(result.logs.includes("Program log: hello"), result.logs.join("\n"));
    const words = new BigUint64Array(result.returnData.slice(0, 16).buffer);
    assert.deepEqual([...words], [0x2468acf120n, 5n]);
  });

  test(`random modules without state (${version})`, async () => {
    const runner = await LiteRunner.create();
    for (let seed = 1; seed <= 8; seed++) {
      const module = randomModule(seed + 500, { storage: false });
      const world = new World([module]);
      const { address } = world.deploy({ module });
      assert.ok(address !== undefined);
      const elf = statelessImage(module, version);
      for (let call = 0; call < 3; call++) {
        const data = randomCallData(seed * 11 + call);
        const expected = world.call({ to: address, data });
        const actual = await runner.run(elf, data);
        const where = `seed ${seed}, call ${call}: ${actual.error} ${actual.logs.join("\n")}`;
        assert.equal(actual.success, true, where);
        // The entry returns the status and then the output.
        assert.equal(actual.returnData[0], expected.success ? 1 : expected.error === undefined ? 2 : 3, where);
        if (expected.error === undefined) assert.equal(hex(actual.returnData.slice(1)), hex(expected.returnData), where);
      }
    }
  });
}

/** An image of one module whose entry runs it on the instruction's data; state is not there. */
function statelessImage(module: Module, version: "v0" | "v3"): Uint8Array {
  const { program } = linkImage([module]);
  for (const routine of Object.values(RUNTIME)) {
    const f = new LirBuilder(program, routine.name, routine.args.length);
    f.syscall("abort", []);
    f.ret([]);
    f.finish();
  }
  const f = new LirBuilder(program, ENTRY_POINT, 1);
  const input = f.param(0);
  const base = f.copy(HEAP + BigInt(GLOBALS_SIZE + FRAME_HEADER_SIZE));
  f.store(8, f.copy(HEAP), GLOBAL.HEAP_LIMIT, HEAP + BigInt(HEAP_SIZE));
  f.store(8, base, FRAME.CODE_ID, contractId(module.name));
  // Serialised input without accounts: their number (0), the data's length, the data, the program id.
  f.store(8, base, FRAME.CALLDATA_SIZE, f.load(8, input, 8));
  f.store(8, base, FRAME.CALLDATA, f.add(input, 16n));
  const status = f.call1(IMAGE.run.name, [base, contractId(module.name), 1n]);
  const output = f.load(8, base, FRAME.OUTPUT);
  const size = f.load(8, base, FRAME.OUTPUT_SIZE);
  const out = f.sub(f.load(8, f.copy(HEAP), GLOBAL.HEAP_LIMIT), 1024n);
  f.store(1, out, 0, status);
  f.syscall("sol_memcpy_", [f.add(out, 1n), output, size]);
  f.syscall("sol_set_return_data", [out, f.add(size, 1n)]);
  f.ret([0n]);
  f.finish();
  return emitElf(program, ENTRY_POINT, version);
}
