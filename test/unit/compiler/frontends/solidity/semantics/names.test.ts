/** Names that hide others: in signatures, in types of functions, in blocks, before and after their place. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { assertFaults, checkSources } from "./check-helpers.js";

test("a parameter hides a type of its name in the whole signature", () => {
  assertFaults(`
contract C {
  enum Kind { A }
  struct Item { uint a; }
  uint constant size = 3;
  function own(Kind Kind) external {} // error 5172
  function next(Item memory item, uint Item) external {} // error 5172
  function result(Kind k) external returns (uint Kind) {} // error 5172
  modifier m(Kind Kind) { _; } // error 5172
  function length(uint size, uint[size] memory a) public {} // error 5462
  function tried() external returns (Kind) {}
  function clause() public { try this.tried() returns (Kind Kind) {} catch {} } // error 5172
  function inner(function(Kind Kind) external f) public {}
  event E(Kind Kind);
  function body(Kind k) public { Kind Kind; }
}
`);
  const { sink } = checkSources("contract C { enum Kind { A } function f(Kind Kind) external {} }");
  const [fault] = sink.all.filter((d) => d.severity === "error");
  assert.match(fault?.hint ?? "", /rename the parameter/);
});

test("a variable hides an outer one that is declared further down", () => {
  assertFaults(
    `
contract C {
  function f() public pure {
    { uint x = 1; x; } // warning 2519
    uint x = 2; x;
    for (uint i; i < 1; i++) { uint y = i; y; } // warning 2519
    uint y = 3; y;
    { uint z = 1; z; }
    { uint z = 1; z; }
  }
}
`,
    "warning",
  );
});

test("names in types of functions follow the rules of names", () => {
  assertFaults(
    `
contract B { enum Inherited { A } }
contract C is B {
  enum Kind { A }
  function(uint Kind) external a; // warning 2519, 6162
  function(uint Inherited) external b; // warning 6162
  mapping(uint => function(uint Kind) external) c; // warning 2519, 6162
  event E(function(uint Kind) external d); // warning 2519, 6162
}
`,
    "warning",
  );
  assertFaults("contract C { function(uint a, uint a) external f; } // error 2333");
});

test("a name that comes too early is told from one that does not exist", () => {
  const { sink } = checkSources("contract C { function f() public pure { later = 1; uint later; later; } } function g() pure { this; }");
  const messages = sink.all.filter((d) => d.severity === "error").map((d) => d.message);
  assert.deepEqual(messages, [
    'Undeclared identifier. "later" is not (or not yet) visible at this point.',
    'Undeclared identifier. "this" is not (or not yet) visible at this point.',
  ]);
});

test("a library cannot be passed a recursive struct that holds an internal function", () => {
  assertFaults(`
library L {
  struct List { List[] next; function() internal f; }
  struct Tree { mapping(uint => List) lists; Tree[] trees; }
  struct Plain { mapping(uint => Plain) next; }
  function list(List storage s) public {} // error 4103
  function tree(Tree storage s) public {} // error 4103
  function plain(Plain storage s) public {}
}
`);
});
