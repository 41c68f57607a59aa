/** Hints: what to write instead, where that can be told. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { checkSources } from "./check-helpers.js";

/** The hints of a source's errors, by code. */
function hintsOf(source: string): string[] {
  const { sink } = checkSources(source);
  return sink.all.filter((d) => d.severity === "error").map((d) => `${d.code}: ${d.hint ?? ""}`);
}

test("members that are nearly right", () => {
  const source = `contract C {
    enum Mood { Happy, Sad }
    struct P { uint mood; }
    P[] ps;
    function f(address payable to, P memory p) public {
      to.ballance;
      ps.add(p);
      Mood m = Mood.Hapy;
      msg.sneder;
      block.timestmp;
      abi.encodePaked(p.mod);
      this.ff(to, p);
    }
  }`;
  const meant = ["balance", "push", "Happy", "sender", "timestamp", "mood", "encodePacked", "f"];
  assert.deepEqual(hintsOf(source).sort(), meant.map((name) => `9582: Did you mean "${name}"?`).sort());
});

test("a word of a function's header that is nearly right", () => {
  assert.deepEqual(hintsOf("contract C { modifier only() { _; } function f() public olny viev {} function g() extenal {} }"), [
    '7920: Did you mean "only"?',
    '7920: Did you mean "view"?',
    '7920: Did you mean "external"?',
    '4937: Add "public" behind the parameters.',
  ]);
});

test("the nearest name comes first", () => {
  const { sink } = checkSources({ "A.sol": 'import {Tokn} from "B.sol";', "B.sol": "interface IToken {} contract Token {}" });
  assert.equal(sink.all.find((d) => d.code === "2904")?.hint, 'Did you mean "Token"?');
});

test("conditions, low-level calls, modifiers, forgotten semicolons", () => {
  assert.deepEqual(hintsOf("contract C { function f(uint x) public pure { if (x = 1) {} } }"), ["7407: Compare with ==."]);
  const call = 'contract C { function f(address a) public { bool ok = a.call(""); } }';
  assert.deepEqual(hintsOf(call), ["7364: A low-level call gives its success and its data: (bool ok, bytes memory data) = ..."]);
  assert.deepEqual(hintsOf("contract C { modifier m() { } }"), ["2883: Put _; where the function's own code runs."]);
  assert.deepEqual(hintsOf("contract C {\n  uint a\n  uint b;\n}"), ["2314: A ';' seems to be missing at the end of the line before."]);
  assert.deepEqual(hintsOf("contract C { uint a uint b; }"), ["2314: "]);
  assert.deepEqual(hintsOf("pragma solidty ^0.8.0; contract C { }"), ['4936: Did you mean "solidity"?']);
});

test("a number that does not fit is told why", () => {
  const messages = (statement: string): string[] =>
    checkSources(`contract C { uint8 x; function g(uint8 a) public {} function f() public { ${statement} } }`)
      .sink.all.filter((d) => d.severity === "error")
      .map((d) => d.message);
  const tooLarge = "Literal is too large to fit in uint8.";
  const negative = "Cannot implicitly convert signed literal to unsigned type.";
  assert.deepEqual(messages("x = 256;"), [`Type int_const 256 is not implicitly convertible to expected type uint8. ${tooLarge}`]);
  assert.deepEqual(messages("x = -1;"), [`Type int_const -1 is not implicitly convertible to expected type uint8. ${negative}`]);
  assert.deepEqual(messages("g(300);"), [`Invalid type for argument in function call. Invalid implicit conversion from int_const 300 to uint8 requested. ${tooLarge}`]);
  assert.deepEqual(messages("int8 y = -129; y;"), ["Type int_const -129 is not implicitly convertible to expected type int8. Literal is too large to fit in int8."]);
  assert.deepEqual(messages("x = uint8(256);"), ['Explicit type conversion not allowed from "int_const 256" to "uint8".']);
});
