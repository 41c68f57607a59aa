/** Version pragmas: solc's reading of ranges, and the line that a file selects. */
import { test } from "node:test";
import assert from "node:assert/strict";
import { DiagnosticSink } from "../../../../../../compiler/diagnostics/diagnostic.js";
import { lineOfRelease } from "../../../../../../compiler/frontends/solidity/syntax/language.js";
import { demandOfFile, parseVersionRange, satisfies } from "../../../../../../compiler/frontends/solidity/syntax/pragma.js";

/** Range, versions in it, versions not in it. */
const cases: readonly (readonly [string, readonly string[], readonly string[]])[] = [
  ["0.8.37", ["0.8.37"], ["0.8.36", "0.9.0"]],
  ["=0.8.37", ["0.8.37"], ["0.8.36"]],
  ["0.8", ["0.8.0", "0.8.37"], ["0.7.6"]],
  ["^0.8.20", ["0.8.20", "0.8.37"], ["0.8.19", "0.9.0", "0.7.6"]],
  ["^0.8", ["0.8.0"], ["0.9.0"]],
  ["^0", ["0.5.17", "0.8.37"], ["1.0.0"]],
  ["^1.2.3", ["1.2.3", "1.9.0"], ["2.0.0", "1.2.2"]],
  ["~0.8.20", ["0.8.20", "0.8.37"], ["0.9.0", "0.8.19"]],
  ["~0.8", ["0.8.0", "0.8.37"], ["0.9.0"]],
  [">=0.6.0 <0.9.0", ["0.6.12", "0.8.37"], ["0.5.17", "0.9.0"]],
  [">= 0.6.0<0.9.0", ["0.8.37"], ["0.9.0"]],
  [">0.8.0 <=0.8.10", ["0.8.10"], ["0.8.0", "0.8.11"]],
  ["0.6.0 - 0.7", ["0.6.0", "0.7.6"], ["0.8.0", "0.5.17"]],
  ["^0.5.0 || ^0.8.1", ["0.5.17", "0.8.1"], ["0.6.12", "0.8.0"]],
  ["0.8.x", ["0.8.37"], ["0.7.6"]],
  ["*", ["0.5.17", "1.0.0"], []],
  ["'^0.8.0'", ["0.8.37"], ["0.7.6"]],
];

for (const [text, inside, outside] of cases)
  test(`reads ${text}`, () => {
    const parsed = parseVersionRange(text);
    assert.ok("range" in parsed);
    for (const version of inside) assert.ok(satisfies(parsed.range, version), `${version} is in ${text}`);
    for (const version of outside) assert.ok(!satisfies(parsed.range, version), `${version} is not in ${text}`);
  });

test("says what is wrong with a range", () => {
  const faultOf = (text: string): string | undefined => {
    const parsed = parseVersionRange(text);
    return "fault" in parsed ? parsed.fault : undefined;
  };
  assert.equal(faultOf(""), "Empty version pragma.");
  assert.equal(faultOf("^0.8."), "Expected version number but reached end of pragma.");
  assert.match(faultOf("0.8.0 || foo")!, /instead found character 'f'/);
  assert.match(faultOf("99999999999")!, /too large/);
  assert.match(faultOf("0.6.0 - 0.7.0 0.8.0")!, /combine version ranges/);
});

function select(content: string): { line: string | undefined; faults: readonly string[] } {
  const sink = new DiagnosticSink();
  const [newest] = demandOfFile({ id: 0, name: "a.sol", content }, sink).releases;
  return { line: newest === undefined ? undefined : lineOfRelease(newest), faults: sink.all.map(({ code, message, hint }) => `${code} ${message} ${hint ?? ""}`) };
}

test("selects the newest line that all pragmas allow", () => {
  assert.deepEqual(select("contract C {}"), { line: "0.8", faults: [] });
  assert.equal(select("pragma solidity >=0.5.0;").line, "0.8");
  assert.equal(select("pragma solidity ^0.6.2;").line, "0.6");
  assert.equal(select("pragma solidity =0.5.16;").line, "0.5");
  assert.equal(select("pragma solidity 0.8.19;").line, "0.8");
  assert.equal(select("pragma solidity >=0.7.0 <0.7.6;").line, "0.7");
  for (const [range, line] of [
    ["0.5.16", "0.5"],
    ["0.6.12", "0.6"],
    [">=0.4.24 <0.9.0", "0.8"],
    [">=0.4.24 <0.7.0", "0.6"],
    ["^0.7.0 || ^0.6.0", "0.7"],
    ["0.5.0 - 0.6.5", "0.6"],
    ["~0.7.1", "0.7"],
    ["*", "0.8"],
    ["<0.8.0", "0.7"],
  ])
    assert.equal(select(`pragma solidity ${range};`).line, line, range);
  assert.equal(select("pragma solidity >=0.5.0; pragma abicoder v2; pragma solidity <0.8.0;").line, "0.7");
  assert.equal(select('/* pragma solidity 0.4.0; */ pragma solidity ^0.5.0; contract C { string s = "pragma solidity 1;"; }').line, "0.5");
});

test("names the supported versions if none will do", () => {
  const { line, faults } = select("pragma solidity ^0.4.24;");
  assert.equal(line, undefined);
  assert.match(faults[0]!, /^5333 .*0\.8\.37, 0\.7\.0 to 0\.7\.6, 0\.6\.0 to 0\.6\.12, 0\.5\.0 to 0\.5\.17.*before 0\.5.*port the source/);
  assert.match(select("pragma solidity >=0.4.22 <0.5.0;").faults[0]!, /port the source/);
  assert.match(select("pragma solidity ^0.9.0;").faults[0]!, /widen the pragma, for example to \^0\.8\.37/);
  assert.match(select("pragma solidity 0.8.99;").faults[0]!, /^5333 /);
  assert.match(select("pragma solidity >0.8.3 <0.8.4;").faults[0]!, /^5333 /);
  assert.match(select("pragma solidity foo;").faults[0]!, /^1684 Invalid version pragma\./);
});

test("a pragma without an end asks for no version", () => {
  assert.deepEqual(select("pragma solidity 0.4.3").faults, []);
  assert.deepEqual(select("pragma solidity 0.4.3\ncontract C { uint x; }").faults.length, 1);
});
