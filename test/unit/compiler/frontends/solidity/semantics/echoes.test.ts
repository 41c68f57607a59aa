/** A fault is told once: what follows from it, and only from it, is not told in other words. */
import { test } from "node:test";
import { assertFaults } from "./check-helpers.js";

test("a using directive in error: what it would have attached is not missed", () => {
  assertFaults(`
function f(uint x) pure {}
error E(uint a);
library L { function g(uint x) internal pure {} function h(uint x) external {} }
using f for uint; // error 4357
contract C {
  using L.h for uint; // error 4357
  using L for E; // error 5172
  function a(uint x) public pure { x.f(); x.h(); x.g(); }
}
`);
  assertFaults(`
library L { function g(uint x, bool b) internal pure {} function h(uint x) internal pure {} }
contract C {
  using {L.missing, L.h} for uint; // error 9589
  function a(uint x) public pure {
    x.missing();
    x.h();
    x.other(); // error 9582
  }
}
`);
});

test("a builtin cannot be attached", () => {
  assertFaults("type T is bytes32; using {keccak256 as +} for T global; // error 8187");
  assertFaults("type T is bytes32; using {revert as +} for T global; // error 9589");
});

test("an operator returns what it takes", () => {
  assertFaults(`
type T is int;
using {f as +, g as -} for T global;
function f(int, int) pure returns (T) {} // error 1884, 7743
function g(T) pure returns (T) {}
`);
});

test("structs that contain each other are one fault", () => {
  assertFaults(`
struct A { B b; } // error 2046
struct B { C[2] c; }
struct C { A a; }
struct D { D d; } // error 2046
struct E { A a; }
struct F { G g; H h; } // error 2046
struct G { F f; }
struct H { F f; }
`);
});

test("what has no type is not judged by its type", () => {
  assertFaults(`
library L { function f() public {} }
contract C {
  function lib() public { L x; x.f(); } // error 1130
  function fn(function(Missing) external g) external {} // error 7920
  function fm(function(mapping(uint => uint) storage) external g) public {} // error 6651
  function arr(uint n) public { uint[n] x; x; } // error 5462, 6651
  function m() public { S memory s = t; s.a[1]; } // error 4061
  struct S { mapping(uint => uint) a; }
  S t;
  uint[2 ** 256] large; // error 1847
  uint[2 ** 256 - 1] fits;
}
library K {
  struct R { mapping(uint => R) a; }
  function r(R memory s) public {} // error 4103
}
`);
});

test("what an argument in error would choose is not judged", () => {
  assertFaults(`
contract C {
  function one(uint a) public {}
  function one(bool a) public {}
  function f() public pure { one(missing); } // error 7576
  function g() public { abi.encodeCall(this.f, (1, 2) + (3, 4)); } // error 2271
  function h() public { abi.encodeCall(this.f, (1,)); } // error 8381
  function i() public { try this.f() {} catch (bytes calldata b) {} } // error 6651
}
`);
});

test("array lengths: which operation has no value", () => {
  assertFaults(`
contract C {
  uint8 constant zero = 0;
  uint[3 / 0] a; // error 6020
  uint[(1 + 2) ** (1 / 0)] b; // error 6020
  uint[zero - 1] c; // error 2643
  uint[C] d; // error 5462
}
`);
});

test("options of calls in the old form", () => {
  assertFaults(`
contract D { constructor() payable {} }
contract C {
  function p(uint) external payable {}
  function f(address a) public {
    this.p.value(1)(2); // error 1621
    this.p.gas(1)(2); // error 1621
    (new D).value(1)(); // error 1621
    a.call.value(1)(""); // error 1621
    this.f.value(1)(a); // error 8820
    (new C).value(1)(); // error 8827
  }
}
`);
});

test("numbers that no type holds, in lists", () => {
  assertFaults(`
contract C {
  function f() public pure {
    [1, 2 ** 300]; // error 3390
    [2 ** 300]; // error 9563
  }
}
`);
});

test("places of storage in assembly as they were written before 0.7", () => {
  assertFaults(`
contract C {
  uint x;
  function f() public view {
    assembly {
      pop(x_slot) // error 9467
      pop(x_offset) // error 9467
      pop(y_slot) // error 8198
    }
  }
}
`);
});

test("code that holds itself through libraries", () => {
  assertFaults(`
library L { function make() internal { new A(); } } // error 7813
contract A { function f() public pure { L.make(); } }
`);
});

test("a name of a builtin in assembly is told where it is declared", () => {
  assertFaults(`
contract C {
  function f() public pure {
    assembly {
      let basefee := 1 // error 5568
      pop(basefee)
    }
    assembly { pop(gas) } // error 7104
  }
}
`);
});

test("what the lexer could not read is not missed by the parser", () => {
  assertFaults(`
contract C {
  function f() public pure {
    assembly {
      let x := hex"12__34" // error 1465
    }
  }
}
`);
});
