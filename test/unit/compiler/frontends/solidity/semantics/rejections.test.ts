/** Faults of every stage: each at the line that has it, with solc's number, and nothing beside it. */
import { test } from "node:test";
import assert from "node:assert/strict";
import { assertFaults, checkSources, faultsOf } from "./check-helpers.js";

test("names: undeclared, clashing, reserved, hidden", () => {
  assertFaults(`
contract C {
  uint a;
  uint a; // error 2333
  uint this; // error 3726
  function f() public view returns (uint) { return b; } // error 7576
  function g() external {}
  function h() public { g(); } // error 7576
  function i() public pure returns (uint) { uint x = 1; { uint y = x; x = y; } return y; } // error 7576
}
contract D is Missing {} // error 7920
`);
});

test("an undeclared name close to a declared one is suggested", () => {
  const { sink } = checkSources("contract C { uint total; function f() public view returns (uint) { return totla; } }");
  const [fault] = sink.all.filter((d) => d.severity === "error");
  assert.equal(fault?.message, 'Undeclared identifier. Did you mean "total"?');
});

test("types: conversions, operators, members", () => {
  assertFaults(`
contract C {
  struct S { uint a; }
  S s;
  function f(int8 i, uint8 u, string memory t, address a) public {
    uint8 x = 256; // error 9574
    bool b;
    b = u; // error 7407
    u = u + i; // error 2271
    u += 300; // error 7366
    -u; // error 4907
    b = !u; // error 4907
    a.transfer(1); // error 9862
    t.length; // error 9582
    s.b; // error 9582
    s.a.c; // error 9582
    uint(t); // error 9640
    address(u); // error 9640
    b = t == t; // error 2271
    x;
  }
}
`);
});

test("calls: counts, names, types, options", () => {
  assertFaults(`
contract C {
  struct S { uint a; uint b; }
  event E(uint a);
  error F(uint a);
  function g(uint a, bool b) public pure returns (uint) { return b ? a : 0; }
  function h(uint a) public pure {}
  function h(bool a) public pure {}
  function f(address payable p) public {
    g(1); // error 6160
    g(1, 2); // error 9553
    g({a: 1, c: true}); // error 4974
    g({a: 1, a: 2}); // error 6995
    h("x"); // error 9322
    S(1); // error 9755
    emit g(1, true); // error 9292
    revert E(1); // error 1885
    p.call(); // error 6138
    this.h{value: 1}(true); // error 7006
    g{gas: 1}(1, true); // error 2193
    new I(); // error 2971
    uint x = 1; x(); // error 5704
    abi.decode("", uint); // error 6444
  }
  function events() public {
    E(1); // error 3132
    F(1); // error 7757
  }
}
interface I {}
`);
});

test("what an expression in error is used for is not told on top", () => {
  assertFaults(`
contract C {
  error F(uint a);
  function f() public { F(x); } // error 7576
  function g() public { F(1); } // error 7757
  function h() public pure { uint y; }
}
`);
  assertFaults("contract C { function f() public { uint unused; missing(); } }", "warning");
});

test("statements: returns, declarations, loops, try", () => {
  assertFaults(`
contract C {
  function one() public pure returns (uint) { return; } // error 6777
  function two() public pure returns (uint, uint) { return 1; } // error 8863
  function three() public pure returns (uint) { return "a"; } // error 6359
  function four() public pure returns (uint, bool) { return (1, 2); } // error 5992
  function five() public pure { (uint a, uint b) = (1, 2, 3); a; b; } // error 7364
  function six() public pure { break; } // error 6102
  function seven() public { try one() returns (uint) {} catch {} } // error 2536
  function eight() public { try this.one() returns (bool) {} catch Bad() {} } // error 3542, 6509
  function nine() public pure { unchecked { unchecked {} } } // error 1941
  modifier m() { } // error 2883
  function ten() public pure { if (1) {} } // error 7407
}
`);
});

test("data locations", () => {
  assertFaults(`
contract C {
  uint[] a;
  function f(uint[] x) public {} // error 6651
  function g(uint memory x) public {} // error 6651
  function h(uint[] storage x) public {} // error 6651
  function i() public { uint[] storage p = new uint[](1); p; } // error 9574
  function j(uint[] calldata x) public { x[0] = 1; } // error 6182
  function k(mapping(uint => uint) memory x) internal {} // error 4061
}
`);
});

test("contracts: abstract, virtual, override, constructors", () => {
  assertFaults(`
interface I { function f() external; }
contract A is I {} // error 3656
contract B {
  constructor(uint) {}
  function g() public {} // error 4334
  function h() public virtual {}
}
contract D is B {} // error 3415
contract E is B(1) {
  function g() public override {}
  function h() public {} // error 9456
  function k() public override {} // error 7792
}
abstract contract B2 is B {}
contract F is B2, B(1) {} // error 5005
contract F2 is B(1) { constructor() B(2) {} } // error 3364
contract G is B(1) { function h() public view override returns (uint) {} } // error 4822
abstract contract H { function l() public; } // error 5424
contract J { function m() public {} function m() public {} } // error 1686
library L { uint a; } // error 9957
contract K { fallback() external {} fallback() external {} } // error 7301
`);
});

test("state mutability", () => {
  assertFaults(`
contract C {
  uint a;
  function f() public pure returns (uint) { return a; } // error 2527
  function g() public view { a = 1; } // error 8961
  function h() public returns (uint) { return msg.value; } // error 5887
  function i() public pure { assembly { sstore(0, 1) } } // error 8961
  function j() public view { k(); } // error 8961
  function k() public { a++; }
}
`);
});

test("pointers must be set before use", () => {
  assertFaults(`
contract C {
  uint[] a;
  function f() public { uint[] storage p; p.push(1); } // error 3464
  function g(bool b) public { uint[] storage p; if (b) p = a; p.push(1); } // error 3464
  function h() public { uint[] storage p; fail(); p.push(1); }
  function i() internal view returns (uint[] storage r) { if (a.length > 1) return a; } // error 3464
  function fail() internal pure { revert(); }
}
`);
});

test("inline assembly", () => {
  assertFaults(`
contract C {
  uint s;
  uint immutable im = 1;
  function f(uint p, uint[] calldata d) public {
    assembly {
      let x := add(1) // error 7000
      mload(0) // error 3083
      let y := s // error 1408
      let z := im // error 3773
      let w := missing // error 8198
      let v := d // error 1397
      function g() -> r { r := p } // error 6578
      let x := 1 // error 1395
      x, y := g() // error 8678
      s.slot := 1 // error 4713
      call() // error 7000, 3083
      nothing() // error 4619
    }
  }
}
`);
});

test("warnings: unused, without effect, unreachable, too weak", () => {
  assertFaults(
    `
contract C {
  uint a;
  function f(uint p) public { a = 1; } // warning 5667
  function g() public { uint x; a = 1; } // warning 2072
  function h() public { 1; a = 2; } // warning 6133
  function i() public returns (uint) { return 1; } // warning 2018
  function j() public { return; a = 1; } // warning 5740
  function k(bool b) public view returns (uint) { if (b) return a; } // warning 6321
  function l(address x) public { x.call(""); } // warning 9302
  function m() public { uint a = 1; a; } // warning 2018, 2519
}
`,
    "warning",
  );
});

test("storage layouts are constant slots of deployable contracts", () => {
  assertFaults(`
contract A layout at 2**255 { uint a; }
contract B is A {} // error 8894
abstract contract C layout at 1 {} // error 7587
contract D layout at 2**256 {} // error 6753
contract E layout at block.number {} // error 1139
contract F layout at erc7201("a") {}
`);
});

test("code cannot hold itself, and errors must differ in their selectors", () => {
  assertFaults(`
contract A { function f() public { new B(); } } // error 7813
contract B { function g() public returns (bytes memory) { return type(A).creationCode; } } // error 7813
contract C {
  error gsf();
  error tgeo(); // error 4883
}
`);
});

test("the old ABI coder encodes no structs", () => {
  assertFaults(`pragma solidity ^0.8.0; pragma abicoder v1;
contract C {
  struct S { uint a; }
  function f(S memory s) public {} // error 4957
  event E(string[] a); // error 3061
  function g() public pure returns (bytes memory) { S memory s; return abi.encode(s); } // error 2056
}
`);
});

test("one fault does not cause others", () => {
  const { sink } = checkSources("contract C { function f() public { uint x = missing.a[1].b(2) + 3; g(x, other); } function g(uint, bool) public {} }");
  assert.deepEqual(faultsOf(sink), ["1:7576", "1:7576"]);
});

test("assembly cannot take the names of what it does without", () => {
  assertFaults(`
contract C {
  function f() public pure {
    assembly {
      let jump := 1 // error 5017
      let push32 := 1 // error 5017
      let push := 1
      function difficulty() {} // error 5017
      let verbatim := 1
    }
  }
}
`);
});

test("a wrong data location is told once; mappings cannot be passed by messages", () => {
  assertFaults(`
contract C {
  struct S { mapping(uint => uint) a; }
  function f(mapping(uint => uint) storage m) external {} // error 6651
  function g(S memory s) public {} // error 4103
  function h(S memory s) internal {} // error 4061
  uint constant L = L + 1; // error 5210
  uint[L] x;
}
library K {
  struct S { mapping(uint => uint) a; }
  function g(S memory s) public {} // error 4061
  function h(S storage s) public {}
}
`);
});
