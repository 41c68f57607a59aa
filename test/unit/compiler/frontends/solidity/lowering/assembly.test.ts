/** Inline assembly of the Solidity lowering against solc. */
import { test } from "node:test";
import { call, differential, raw } from "../../../../../differential/harness.js";

test("statements, functions and Solidity variables", async () => {
  const source = `contract C {
    uint128 a = 1; uint128 b = 2; uint256[] arr; uint256 constant K = 0x1234; bytes4 constant SEL = 0xaabbccdd;
    function slots() public view returns (uint256 s, uint256 o, uint256 v, uint256 t) { assembly { s := arr.slot o := b.offset v := sload(b.slot) t := add(K, shr(224, SEL)) } }
    function narrow(int8 x, bytes4 y, bool z, uint8 w) public pure returns (bytes32 p, bytes32 q, bytes32 r, uint8 n, bool t) { assembly { p := x q := y r := z n := add(w, 255) t := 2 } }
    function fib(uint256 n) public pure returns (uint256 r) { assembly { function f(i) -> o { if lt(i, 2) { o := i leave } o := add(f(sub(i, 1)), f(sub(i, 2))) } r := f(n) } }
    function multi(uint256 x) public pure returns (uint256 p, uint256 q) { assembly { function two(i) -> c, d { c := mul(i, 2) d := mul(i, 3) } let u, v := two(x) p := u q := v p, q := two(add(p, q)) } }
    function loops(uint256 n) public pure returns (uint256 s) { assembly { for { let i := 0 } lt(i, n) { i := add(i, 1) } { if eq(i, 3) { continue } if eq(i, 7) { break } switch mod(i, 3) case 0 { s := add(s, 100) } case 1 { s := add(s, 10) } default { let j s := add(s, add(j, 1)) } } } }
    function order() public pure returns (uint256 r) { assembly { function tick(x) -> y { y := add(mload(0), x) mstore(0, mul(y, 2)) } mstore(0, 1) r := sub(tick(1), tick(10)) } }
    function words(uint256 x, uint256 y) public pure returns (uint256[12] memory r) { assembly { mstore(r, sdiv(x, y)) mstore(add(r, 32), smod(x, y)) mstore(add(r, 64), byte(y, x)) mstore(add(r, 96), signextend(y, x)) mstore(add(r, 128), sar(y, x)) mstore(add(r, 160), slt(x, y)) mstore(add(r, 192), iszero(x)) mstore(add(r, 224), not(x)) mstore(add(r, 256), exp(x, y)) mstore(add(r, 288), addmod(x, y, 7)) mstore(add(r, 320), div(x, 0)) mstore(add(r, 352), clz(x)) } }
    function mem(bytes memory d) public pure returns (bytes memory r, bytes32 h) { assembly { r := mload(0x40) let n := mload(d) mstore(r, n) mcopy(add(r, 32), add(d, 32), n) mstore8(add(r, 32), 0xff) mstore(0x40, add(add(r, 64), n)) h := keccak256(add(r, 32), n) } }
    function cd(bytes calldata d, uint256[] calldata e) public pure returns (uint256 o, uint256 l, uint256 f, bytes memory t) { assembly { o := d.offset l := e.length f := calldataload(e.offset) d.length := 2 } t = d; }
    function ptr(uint256 i) public returns (uint256 l) { arr.push(i); uint256[] storage p; assembly { p.slot := arr.slot } l = p.length; }
    function logs(uint256 t) public { assembly { mstore(0, 42) log3(0, 32, t, 2, 3) log0(0, 0) } }
    function fun() public view returns (uint256 x, uint256 y) { function() external view returns (uint256, uint256) f = this.fun; assembly { x := f.address y := f.selector } x = x == uint256(uint160(address(this))) ? 1 : 0; }
    function ret() public pure returns (uint256) { assembly { mstore(0, 99) return(0, 32) } }
    function rev() public pure { assembly { mstore(0, 77) revert(31, 1) } }
    function inv() public pure { assembly { invalid() } }
    function stp() public { arr.push(5); helper(); arr.push(6); }
    function helper() internal { assembly { sstore(99, 1) stop() } }
    function env() public view returns (uint256 r) { assembly { r := and(eq(caller(), origin()), and(eq(address(), address()), lt(returndatasize(), 1))) } }
    function tr() public returns (uint256 r) { assembly { tstore(5, 6) r := tload(5) } }
    function calls(address to) public returns (uint256 ok, uint256 n, uint256 v) { assembly { mstore(0, shl(224, 0x0dbe671f)) ok := call(gas(), to, 0, 0, 4, 0, 32) n := returndatasize() returndatacopy(0, 0, n) v := mload(0) } }
    function str() public pure returns (bytes32 r) { assembly { r := "abc" } }
  }`;
  const big = 2n ** 255n + 12345n;
  await differential({
    source,
    contract: "C",
    calls: [
      call("slots()"),
      call("narrow(int8,bytes4,bool,uint8)", [-2n, "0x01020304", true, 3n]),
      call("fib(uint256)", [10n]),
      call("multi(uint256)", [5n]),
      call("loops(uint256)", [12n]),
      call("order()"),
      ...[
        [big, 3n],
        [big, 0n],
        [5n, 40n],
        [2n ** 256n - 1n, 31n],
      ].map((a) => call("words(uint256,uint256)", a)),
      call("mem(bytes)", ["0x" + "ab".repeat(50)]),
      call("cd(bytes,uint256[])", ["0x010203", [7n, 8n]]),
      call("ptr(uint256)", [1n]),
      call("logs(uint256)", [6n]),
      call("fun()"),
      call("ret()"),
      call("rev()"),
      call("inv()"),
      call("stp()"),
      call("slots()"),
      call("ptr(uint256)", [1n]),
      call("env()"),
      call("tr()"),
      call("calls(address)", ["0x0000000000000000000000000000000000000004"]),
      call("str()"),
      raw("0x"),
    ],
  });
});

test("variables that assembly assigns keep whole words within assembly", async () => {
  const source = `contract C {
    enum E { A, B }
    function high(address a) public pure returns (bytes32 r, address b) { assembly { a := shl(96, a) r := a } b = a; }
    function later(uint8 x) public pure returns (uint256 y, uint8 z) { assembly { x := 0x1ff } assembly { y := x } z = x; }
    function cursor(bytes memory s, bytes1 c) public pure returns (uint256 n) { assembly { let end := add(add(s, 32), mload(s)) for { s := add(s, 32) } lt(s, end) { s := add(s, 1) } { if eq(byte(0, mload(s)), byte(0, c)) { n := add(n, 1) } } } }
    function cut(bytes memory s) public pure returns (bytes memory) { assembly { let n := mload(s) s := add(s, 4) mstore(s, sub(n, 4)) } return s; }
    function enums(uint256 v) public pure returns (E e) { assembly { e := v } }
    function flag(uint256 v) public pure returns (bool f, bool g) { assembly { f := v } g = !f; }
    function signed(int16 v) public pure returns (int16 a, uint256 w) { a = v; assembly { w := a a := sub(0, a) } a += 1; }
    function slice(bytes calldata d) public pure returns (bytes memory, uint256) { assembly { d.offset := add(d.offset, 1) d.length := sub(d.length, 2) } return (d, d.length); }
  }`;
  await differential({
    source,
    contract: "C",
    calls: [
      call("high(address)", ["0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed"]),
      call("later(uint8)", [3n]),
      call("cursor(bytes,bytes1)", ["0x" + "aabb".repeat(40), "0xbb"]),
      call("cut(bytes)", ["0x" + "0102030405".repeat(9)]),
      ...[0n, 1n, 2n, 256n].map((v) => call("enums(uint256)", [v])),
      ...[0n, 1n, 2n ** 200n].map((v) => call("flag(uint256)", [v])),
      ...[5n, -5n, -32768n].map((v) => call("signed(int16)", [v])),
      call("slice(bytes)", ["0x0102030405"]),
    ],
  });
});
