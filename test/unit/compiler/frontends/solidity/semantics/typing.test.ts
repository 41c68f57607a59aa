/** Types of expressions, references of names, and what calls resolve to. */
import { test } from "node:test";
import assert from "node:assert/strict";
import { modelOf } from "../../../../../../compiler/frontends/solidity/semantics/checked-program.js";
import { interfaceId } from "../../../../../../compiler/frontends/solidity/semantics/interface.js";
import { checkClean, checkSources, contractOf, faultsOf, typesOf } from "./check-helpers.js";

test("literals are exact rationals until they are used", () => {
  const types = typesOf(
    checkClean(`contract C { function f(bool b) public pure {
      1 ether / 3 * 3; 2**200 / 2**198; b ? 255 : 256; 0x00ff; 1.5 + 0.5; -2; "abc"; hex"ff"; [1, 2, 300]; (1, b);
    } }`),
  );
  const wanted: Readonly<Record<string, string>> = {
    "1 ether / 3": "rational_const 1000000000000000000 / 3",
    "1 ether / 3 * 3": "int_const 1000000000000000000",
    "2**200 / 2**198": "int_const 4",
    "b ? 255 : 256": "uint16",
    "0x00ff": "int_const 255",
    "1.5 + 0.5": "int_const 2",
    "-2": "int_const -2",
    '"abc"': 'literal_string "abc"',
    'hex"ff"': 'literal_string hex"ff"',
    "[1, 2, 300]": "uint16[3] memory",
    "(1, b)": "tuple(int_const 1,bool)",
  };
  for (const [expression, type] of Object.entries(wanted)) assert.equal(types.get(expression), type, expression);
});

test("locations and pointers show in types", () => {
  const types = typesOf(
    checkClean(`contract C { struct S { uint[] a; mapping(uint => S) m; } S s; bytes b;
      function f(uint[] calldata c, string memory t) public { S storage p = s; p.a; s.m[1]; c[1:]; bytes(t); b.push(); abi.encode(c); } }`),
  );
  assert.equal(types.get("s"), "struct C.S storage ref");
  assert.equal(types.get("p"), "struct C.S storage pointer");
  assert.equal(types.get("s.m[1]"), "struct C.S storage ref");
  assert.equal(types.get("c[1:]"), "uint256[] calldata slice");
  assert.equal(types.get("bytes(t)"), "bytes memory");
  assert.equal(types.get("b.push()"), "bytes1");
});

test("overloads are chosen by arguments, positional and named", () => {
  const program = checkClean(`contract C {
    function g(uint8 a) internal pure returns (uint8) { return a; }
    function g(address a) internal pure returns (address) { return a; }
    function g(uint a, bool b) internal pure returns (bool) { return a > 0 && b; }
    function f() public view { g(7); g(msg.sender); g({b: true, a: 1}); } }`);
  const types = typesOf(program);
  assert.deepEqual([types.get("g(7)"), types.get("g(msg.sender)"), types.get("g({b: true, a: 1})")], ["uint8", "address", "bool"]);
  const calls = [...modelOf(program).calls.values()].filter((info) => info.functionType?.parameters.length === 2);
  assert.deepEqual(
    calls.map((info) => info.arguments.map((a) => a.kind)),
    [["NumberLiteral", "BooleanLiteral"]],
  );
});

test("using for: libraries, functions, operators, global, any type", () => {
  const types = typesOf(
    checkClean({
      "T.sol": `pragma solidity ^0.8.19;
        type T is uint128; using {add as +, eq as ==, neg as -, show} for T global;
        function add(T a, T b) pure returns (T) { return T.wrap(T.unwrap(a) + T.unwrap(b)); }
        function eq(T a, T b) pure returns (bool) { return T.unwrap(a) == T.unwrap(b); }
        function neg(T a) pure returns (T) { return a; }
        function show(T a) pure returns (string memory) { return T.unwrap(a) == 0 ? "zero" : "more"; }`,
      "L.sol":
        "pragma solidity ^0.8.0; library L { function double(uint a) internal pure returns (uint) { return 2 * a; } function ext(uint[] memory a) external pure returns (int) { return int(a.length); } }",
      "C.sol": `pragma solidity ^0.8.0; import "./T.sol"; import * as M from "./L.sol";
        contract C { using M.L for *; function f(T t, uint[] memory a) public pure { t + t; t == t; -t; t.show(); a[0].double(); a.ext(); } }`,
    }),
  );
  assert.deepEqual(
    ["t + t", "t == t", "-t", "t.show()", "a[0].double()", "a.ext()"].map((e) => types.get(e)),
    ["T", "bool", "T", "string memory", "uint256", "int256"],
  );
});

test("linearisation is C3, and virtual and super calls follow it", () => {
  const program = checkClean(`
    contract A { function f() public virtual returns (uint) { return 1; } }
    contract B is A { function f() public virtual override returns (uint) { return super.f(); } }
    contract C is A { function f() public virtual override returns (uint) { return super.f(); } }
    contract D is B, C { function f() public override(B, C) returns (uint) { return super.f(); } }`);
  const d = contractOf(program, "D");
  assert.deepEqual(
    d.linearizedBases.map((c) => c.name),
    ["D", "C", "B", "A"],
  );
  const [fa, fb, fc, fd] = ["A", "B", "C", "D"].map((name) => {
    const { definition } = contractOf(program, name);
    return definition.members.find((member) => member.kind === "FunctionDefinition");
  });
  assert.ok(fa?.kind === "FunctionDefinition" && fb && fc && fd);
  assert.equal(program.resolveVirtual(d, fa), fd);
  assert.equal(program.resolveSuper(d, d.definition, fa), fc);
  assert.equal(program.resolveSuper(d, contractOf(program, "C").definition, fa), fb);
  assert.equal(program.resolveSuper(d, contractOf(program, "B").definition, fa), fa);
});

test("contracts come behind those they create, with their dependencies and what they emit", () => {
  const program = checkClean(`
    contract A { function f() public { new B(); L.g(); } }
    contract B { event Own(); }
    library L { event E(uint indexed a); error X(); function g() internal { emit E(1); h(); } function h() private pure { revert X(); } }`);
  assert.deepEqual(
    program.contracts.map((c) => c.definition.name),
    ["B", "A", "L"],
  );
  const a = contractOf(program, "A");
  assert.deepEqual([a.dependencies.map((c) => c.name), a.events.map((e) => e.name), a.errors.map((e) => e.name)], [["B"], ["E"], ["X"]]);
});

test("selectors, getters and interface ids", () => {
  const program = checkClean(`
    interface IERC165 { function supportsInterface(bytes4 id) external view returns (bool); }
    contract C { struct P { uint x; uint[] skipped; string s; } mapping(address owner => P[]) public points; P public one; }
    library L { struct S { uint a; } function f(S storage s, mapping(uint => bool) storage m, C c) public {} }`);
  assert.equal(interfaceId(modelOf(program), contractOf(program, "IERC165").definition), 0x01ffc9a7);
  assert.deepEqual(
    contractOf(program, "C")
      .interfaceFunctions.map((f) => f.signature)
      .sort(),
    ["one()", "points(address,uint256)"],
  );
  assert.deepEqual(
    contractOf(program, "L").interfaceFunctions.map((f) => f.signature),
    ["f(L.S storage,mapping(uint256 => bool) storage,C)"],
  );
});

test("rules of older language lines", () => {
  const old = (line: string, body: string): string[] => faultsOf(checkSources(`pragma solidity ^${line}; ${body}`).sink);
  assert.deepEqual(old("0.6.0", "contract C { function f() public view returns (uint) { return now; } }"), []);
  assert.deepEqual(old("0.7.0", "contract C { function f() public view returns (uint) { return now; } }"), ["1:7359"]);
  assert.deepEqual(old("0.7.0", "contract C { function f(uint256 a) public returns (int8) { msg.sender.transfer(1); return int8(-a); } }"), []);
  assert.deepEqual(old("0.8.0", "contract C { function f(uint256 a) public returns (int8) { return int8(a); } }"), ["1:9640"]);
});

test("imports with aliases bring in exactly what they name", () => {
  const sources = { "A.sol": "pragma solidity ^0.8.0; uint constant X = 1; function g() pure returns (uint) { return X; }" };
  const types = typesOf(
    checkClean({ ...sources, "B.sol": 'pragma solidity ^0.8.0; import {g as h, X} from "./A.sol"; import "./A.sol" as N; function k() pure { h(); N.g(); N.X; X; }' }),
  );
  assert.equal(types.get("N.g()"), "uint256");
  const { sink } = checkSources({ ...sources, "B.sol": 'pragma solidity ^0.8.0; import {g as h, Y} from "./A.sol"; function k() pure { g(); }' });
  assert.deepEqual(faultsOf(sink), ["1:2904", "1:7576"]);
});
