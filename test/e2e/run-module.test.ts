/** `supervm run` of WebAssembly written by hand: the checks of the specification as a user makes them, and what cannot run. */
import assert from "node:assert/strict";
import path from "node:path";
import { describe, it } from "node:test";
import { project, supervm, type CliResult } from "./cli-helpers.js";

const fixture = (name: string): string => path.resolve(`fixtures/wasm/${name}.wat`);
const run = (file: string, ...args: string[]): CliResult => supervm(process.cwd(), "run", file, ...args);

describe("supervm run contract.wat", () => {
  it("calls functions, in the block that is named", () => {
    assert.deepEqual(run(fixture("add"), "--call", "add", "--args", "[7, 8]"), { code: 0, stdout: "add(7, 8): 15\n  gas used 4\n", stderr: "" });
    const { stdout } = run(fixture("activity"), "--call", "process", "--block-number", "12345", "--timestamp", "1704067200");
    assert.match(stdout, /^process\(\): 1704079545\n {2}emitted "UserAction"\n {2}emitted "BlockProcessed"\n {2}gas used \d+\n$/);
    assert.match(run(fixture("activity"), "--call", "reread", "--args", "[0]").stdout, /^reread\(0\): \[5, 1, 85\]/);
  });

  it("keeps the storage from call to call, and nothing of one that fails", () => {
    const calls = [
      "--call",
      "put",
      "--args",
      '[1, "0xffffffffffffffff"]',
      "--call",
      "fetch",
      "--args",
      "[1]",
      "--call",
      "put_and_trap",
      "--args",
      "[1]",
      "--call",
      "fetch",
      "--args",
      "[1]",
    ];
    const { code, stdout } = run(fixture("storage"), ...calls, "--json");
    assert.equal(code, 1);
    const { target, calls: shown } = JSON.parse(stdout) as { target: string; calls: { call: string; status: string; values: unknown[]; error?: string; gasUsed: number }[] };
    assert.equal(target, "supervm");
    assert.deepEqual(
      shown.map(({ call, status, values, error }) => [call, status, values, error]),
      [
        ["put(1, 18446744073709551615)", "success", [0], undefined],
        ["fetch(1)", "success", ["-1"], undefined],
        ["put_and_trap(1)", "failed", [], "trap: unreachable"],
      ],
    );
    assert.equal(shown[2]!.gasUsed, 30_000_000);
  });

  it("says what is wrong with a module, a call or an option", () => {
    const root = project({ "float.wat": '(module (func (export "f") (result f64) (f64.const 1)))', "broken.wat": "(module (func (resul i32)))", "bytes.wasm": "no module" });
    const says = (code: number, message: RegExp, file: string, ...args: string[]): void => {
      const result = supervm(root, "run", file, ...args);
      assert.equal(result.code, code, result.stderr);
      assert.match(result.stderr, message);
      assert.doesNotMatch(result.stderr, /\n\s+at /);
    };
    says(1, /cannot be read \(ENOENT\)/, "none.wat", "--call", "f");
    says(1, /float\.wat: .*floating point/, "float.wat", "--call", "f");
    says(1, /broken\.wat:1:16: error: unexpected token "resul"/, "broken.wat", "--call", "f");
    says(1, /this is no WebAssembly module\nhint: a contract that supervm compiled is run by its artifact/, "bytes.wasm", "--call", "f");
    says(1, /exports no function 'subtract'\nhint: it exports add\n/, fixture("add"), "--call", "subtract");
    for (const args of ["[7]", "[1.5, 2]", '["x", 2]', "[4294967296, 0]", "[null, 1]"])
      says(1, /arguments of add do not fit\nhint: it takes \[i32, i32\]/, fixture("add"), "--call", "add", "--args", args);
    says(2, /nothing to call/, fixture("add"));
    says(2, /--state is not for WebAssembly written by hand/, fixture("add"), "--call", "add", "--state", "x");
    says(2, /target supervm/, fixture("add"), "--call", "add", "--target", "evm");
    says(2, /--timestamp 'x' is not a whole number/, fixture("add"), "--call", "add", "--timestamp", "x");
    says(2, /--block-number is for WebAssembly written by hand/, "Counter.sol", "--call", "f", "--block-number", "5");
  });
});
