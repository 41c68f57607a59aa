/** Advice about programs that compile: what overlaps in storage, what covers much of it, what a constructor's assembly may change. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { DiagnosticSink, MAX_ERRORS } from "../../../../../../compiler/diagnostics/diagnostic.js";
import { assertFaults, checkSources } from "./check-helpers.js";

test("copies between storage in one assignment", () => {
  assertFaults(
    `
contract C {
  struct S { uint a; }
  S a; S b; S[] list; S[] other;
  function f() public {
    (a, b) = (b, a); // warning 7238
    ((((a)), b), list) = ((b, a), other); // warning 7238
    (list, a) = (other, list[0]); // warning 7238
    S memory m = a;
    (a, b) = (m, a); // warning 7238
    (a, b) = (m, m);
    S storage p = a;
    (p, a) = (a, b);
    (, a) = (1, b);
  }
}
`,
    "warning",
  );
});

test("pushes to bytes beside other accesses", () => {
  assertFaults(
    `
contract C {
  bytes x;
  uint8[] y;
  function f() public {
    (x.push(), x.push()) = (0x01, 0x02); // warning 7239
    (((x.push())), x[1]) = (0x01, 0x02); // warning 7239
    (x[0], x[1]) = (0x01, 0x02);
    (y.push(), y.push()) = (1, 2);
    (x.push(), y.push()) = (0x01, 2);
  }
}
`,
    "warning",
  );
});

test("every large part of a variable's type", () => {
  const { sink } = checkSources("contract C { struct S { uint[2**70][2] a; mapping(uint => S) b; mapping(uint => uint[2**65][]) c; uint d; } S s; }");
  const types = sink.all.filter((d) => d.code === "7325").map((d) => /^Type (.*) covers/.exec(d.message)?.[1]);
  assert.deepEqual(types, ["struct C.S", "uint256[1180591620717411303424][2]", "uint256[1180591620717411303424]", "uint256[36893488147419103232]"]);
});

test("the runtime code of a contract whose constructor, or a base's, uses assembly", () => {
  assertFaults(
    `
contract A { constructor() { { assembly {} } } }
contract B is A {}
contract C { function f() public pure { assembly {} } }
contract D {
  function f() public pure returns (bytes memory) {
    bytes memory a = type(B).runtimeCode; // warning 6417
    bytes memory b = type(C).runtimeCode;
    return abi.encode(a, b, type(B).creationCode);
  }
}
`,
    "warning",
  );
});

test("pragmas of experimental features", () => {
  assertFaults("pragma experimental __test; // warning 2264", "warning");
  assertFaults("pragma experimental SMTChecker;", "warning");
  assertFaults('pragma experimental ""; // error 3250');
  assertFaults("pragma experimental; // error 9679");
  assertFaults("pragma experimental SMTChecker now; // error 6022");
  assertFaults('pragma experimental "SMTChecker" "now"; // error 6022');
  assertFaults("pragma 0; // error 5226");
});

test("of errors beyond a number only that there are more", () => {
  const sink = new DiagnosticSink();
  for (let i = 0; i < MAX_ERRORS; i++) sink.error("TypeError", "1234", "fault");
  assert.equal(sink.all.length, MAX_ERRORS);
  for (let i = 0; i < 3; i++) sink.error("TypeError", "1234", "fault");
  assert.deepEqual(
    sink.all.slice(MAX_ERRORS).map((d) => [d.severity, d.code]),
    [["warning", "4013"]],
  );
});
