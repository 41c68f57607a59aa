/** The disassembler on a small program: functions, jumps, data, syscalls. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { emitProgram } from "../../../../targets/solana/emit.js";
import { LirBuilder } from "../../../../targets/solana/lir/builder.js";
import { LirProgram } from "../../../../targets/solana/lir/instruction.js";
import { disassemble } from "../../../../targets/solana/sbpf/disassemble.js";

for (const version of ["v0", "v3"] as const) {
  test(`disassembles ${version}`, () => {
    const program = new LirProgram();
    const g = new LirBuilder(program, "double", 1);
    g.ret([g.add(g.param(0), g.param(0))]);
    g.finish();
    const f = new LirBuilder(program, "entrypoint", 1);
    f.if("lt.u", f.load(8, f.param(0), 16), 5n, () => f.ret([f.call1("double", [0x1234567890n])]));
    f.syscall("sol_log_64_", [1n, 2n, 3n, 4n, 5n]);
    f.ret([0n]);
    f.finish();
    const text = disassemble(emitProgram(program, "entrypoint", version).assembly, version);
    assert.match(text, /^entrypoint:\n/);
    assert.match(text, /ldxdw r\d, \[r1\+16\]/);
    assert.match(text, /j(lt|ge) r\d, 5, \+\d+ {2}-> \d+/);
    assert.match(text, /lddw r1, 0x1234567890/);
    assert.match(text, /call double/);
    assert.match(text, /syscall sol_log_64_/);
    assert.match(text, /\ndouble:\n.*\n?.*add64/);
  });
}
