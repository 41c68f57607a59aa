/** Arithmetic of the Solidity lowering against solc: overflow checks by width and sign, wrapping, shifts, powers, comparisons. */
import { test } from "node:test";
import { call, differential } from "../../../../../differential/harness.js";

const MIN8 = -128n;
const MAX256 = 2n ** 256n - 1n;
const MIN256 = -(2n ** 255n);

test("checked arithmetic panics on overflow in every width", async () => {
  const source = `contract C {
    function add8(uint8 a, uint8 b) public pure returns (uint8) { return a + b; }
    function sub8(uint8 a, uint8 b) public pure returns (uint8) { return a - b; }
    function mul8(uint8 a, uint8 b) public pure returns (uint8) { return a * b; }
    function adds8(int8 a, int8 b) public pure returns (int8) { return a + b; }
    function divs8(int8 a, int8 b) public pure returns (int8) { return a / b; }
    function mods8(int8 a, int8 b) public pure returns (int8) { return a % b; }
    function muls256(int256 a, int256 b) public pure returns (int256) { return a * b; }
    function neg(int8 a) public pure returns (int8) { return -a; }
    function inc(uint16 a) public pure returns (uint16, uint16) { uint16 b = a++; return (a, b); }
    function dec(uint16 a) public pure returns (uint16, uint16) { uint16 b = --a; return (a, b); }
    function mixed(uint8 a, uint16 b) public pure returns (uint16) { return a * b; }
  }`;
  await differential({
    source,
    contract: "C",
    calls: [
      ...[
        [200n, 55n],
        [200n, 56n],
      ].map((a) => call("add8(uint8,uint8)", a)),
      ...[
        [5n, 5n],
        [5n, 6n],
      ].map((a) => call("sub8(uint8,uint8)", a)),
      ...[
        [15n, 17n],
        [16n, 16n],
      ].map((a) => call("mul8(uint8,uint8)", a)),
      ...[
        [127n, 0n],
        [127n, 1n],
        [MIN8, -1n],
        [-100n, -28n],
      ].map((a) => call("adds8(int8,int8)", a)),
      ...[
        [MIN8, -1n],
        [MIN8, 1n],
        [-7n, 2n],
        [7n, 0n],
      ].map((a) => call("divs8(int8,int8)", a)),
      ...[
        [MIN8, -1n],
        [-7n, 2n],
        [7n, -2n],
        [7n, 0n],
      ].map((a) => call("mods8(int8,int8)", a)),
      ...[
        [MIN256, -1n],
        [-1n, MIN256],
        [MIN256, 1n],
        [2n ** 128n, 2n ** 127n],
        [-(2n ** 128n), 2n ** 127n],
      ].map((a) => call("muls256(int256,int256)", a)),
      ...[[MIN8], [127n]].map((a) => call("neg(int8)", a)),
      ...[[65535n], [0n]].flatMap((a) => [call("inc(uint16)", a), call("dec(uint16)", a)]),
      ...[
        [255n, 257n],
        [255n, 258n],
      ].map((a) => call("mixed(uint8,uint16)", a)),
    ],
  });
});

test("unchecked arithmetic wraps, but not division by zero, and not in called functions", async () => {
  const source = `contract C {
    function add(uint8 a, uint8 b) internal pure returns (uint8) { return a + b; }
    function wrap(uint8 a, uint8 b) public pure returns (uint8, uint8, uint8) { unchecked { return (a + b, a - b, a * b); } }
    function called(uint8 a, uint8 b) public pure returns (uint8) { unchecked { return add(a, b); } }
    function divs(int8 a, int8 b) public pure returns (int8) { unchecked { return a / b; } }
    function mods(int8 a, int8 b) public pure returns (int8) { unchecked { return a % b; } }
    function neg(int8 a) public pure returns (int8) { unchecked { return -a; } }
    function pow(uint8 a, uint8 b) public pure returns (uint8) { unchecked { return a ** b; } }
  }`;
  await differential({
    source,
    contract: "C",
    calls: [
      ...[
        [200n, 100n],
        [3n, 5n],
      ].flatMap((a) => [call("wrap(uint8,uint8)", a), call("called(uint8,uint8)", a), call("pow(uint8,uint8)", a)]),
      ...[
        [MIN8, -1n],
        [5n, 0n],
        [-5n, 3n],
      ].flatMap((a) => [call("divs(int8,int8)", a), call("mods(int8,int8)", a)]),
      call("neg(int8)", [MIN8]),
    ],
  });
});

test("powers and shifts", async () => {
  const source = `contract C {
    function pow(uint256 a, uint256 b) public pure returns (uint256) { return a ** b; }
    function pow8(uint8 a, uint8 b) public pure returns (uint8) { return a ** b; }
    function pows(int16 a, uint8 b) public pure returns (int16) { return a ** b; }
    function two(uint256 b) public pure returns (uint256) { return 2 ** b; }
    function shl(uint8 a, uint256 b) public pure returns (uint8) { return a << b; }
    function shr(uint8 a, uint256 b) public pure returns (uint8) { return a >> b; }
    function sar(int8 a, uint256 b) public pure returns (int8) { return a >> b; }
    function shlBytes(bytes4 a, uint8 b) public pure returns (bytes4) { return a << b; }
    function shrBytes(bytes4 a, uint8 b) public pure returns (bytes4) { return a >> b; }
    function assign(int16 a, uint8 b) public pure returns (int16 x, int16 y) { x = a; x <<= b; y = a; y >>= b; }
    function one(uint8 b) public pure returns (uint256) { return 1 << b; }
  }`;
  const amounts = [0n, 1n, 7n, 8n, 255n];
  await differential({
    source,
    contract: "C",
    calls: [
      ...[
        [0n, 0n],
        [2n, 255n],
        [2n, 256n],
        [10n, 77n],
        [10n, 78n],
        [1n, MAX256],
        [0n, MAX256],
        [MAX256, 1n],
        [MAX256, 2n],
      ].map((a) => call("pow(uint256,uint256)", a)),
      ...[
        [15n, 2n],
        [16n, 2n],
        [2n, 7n],
        [2n, 8n],
        [255n, 1n],
      ].map((a) => call("pow8(uint8,uint8)", a)),
      ...[
        [-2n, 15n],
        [-2n, 16n],
        [-181n, 2n],
        [182n, 2n],
        [-32n, 3n],
        [32n, 3n],
        [-1n, 255n],
      ].map((a) => call("pows(int16,uint8)", a)),
      ...[255n, 256n].map((a) => call("two(uint256)", [a])),
      ...amounts.flatMap((n) => [call("shl(uint8,uint256)", [0x95n, n]), call("shr(uint8,uint256)", [0x95n, n]), call("sar(int8,uint256)", [-107n, n])]),
      ...amounts.flatMap((n) => [
        call("shlBytes(bytes4,uint8)", ["0x12345678", n]),
        call("shrBytes(bytes4,uint8)", ["0x12345678", n]),
        call("assign(int16,uint8)", [-300n, n]),
        call("one(uint8)", [n]),
      ]),
      call("shl(uint8,uint256)", [1n, MAX256]),
    ],
  });
});

test("comparisons, bit operations and conversions keep signs and alignments", async () => {
  const source = `contract C {
    enum E { A, B, C }
    function cmp(int8 a, int16 b) public pure returns (bool, bool, bool, bool, bool, bool) { return (a < b, a > b, a <= b, a >= b, a == b, a != b); }
    function cmpBytes(bytes2 a, bytes4 b) public pure returns (bool, bool) { return (a < b, a == b); }
    function bits(int8 a, int16 b) public pure returns (int16, int16, int16, int8) { return (a & b, a | b, a ^ b, ~a); }
    function conv(uint256 a) public pure returns (uint8, int8, bytes4, bytes32, address, uint64) {
      return (uint8(a), int8(int256(a)), bytes4(uint32(a)), bytes32(a), address(uint160(a)), uint64(bytes8(bytes32(a))));
    }
    function widen(bytes2 a) public pure returns (bytes4, bytes1, uint16) { return (bytes4(a), bytes1(a), uint16(a)); }
    function toEnum(uint256 a) public pure returns (E) { return E(a); }
    function fromEnum(E a) public pure returns (uint8, bool) { return (uint8(a), a > E.A); }
    function index(bytes4 a, uint256 i) public pure returns (bytes1) { return a[i]; }
    function literal() public pure returns (bytes4, bytes32, uint8, int16, uint256) { return (0x12345678, "abc", 255, -32768, 1e18 / 3 * 3); }
    function cond(bool b) public pure returns (uint16) { return b ? 255 : 256; }
    function modular(uint256 a, uint256 b, uint256 m) public pure returns (uint256, uint256) { return (addmod(a, b, m), mulmod(a, b, m)); }
  }`;
  await differential({
    source,
    contract: "C",
    calls: [
      ...[
        [-1n, 1n],
        [1n, -1n],
        [5n, 5n],
        [-128n, 127n],
      ].flatMap((a) => [call("cmp(int8,int16)", a), call("bits(int8,int16)", a)]),
      ...[
        ["0x1234", "0x12340000"],
        ["0x1234", "0x12340001"],
      ].map((a) => call("cmpBytes(bytes2,bytes4)", a)),
      ...[0n, MAX256, 0x0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdefn].map((a) => call("conv(uint256)", [a])),
      call("widen(bytes2)", ["0xabcd"]),
      ...[2n, 3n, MAX256].map((a) => call("toEnum(uint256)", [a])),
      ...[0n, 2n, 3n].map((a) => call("fromEnum(uint8)", [a])),
      ...[0n, 3n, 4n, MAX256].map((i) => call("index(bytes4,uint256)", ["0x01020304", i])),
      call("literal()"),
      ...[true, false].map((b) => call("cond(bool)", [b])),
      ...[
        [MAX256, MAX256, 7n],
        [1n, 2n, 0n],
      ].map((a) => call("modular(uint256,uint256,uint256)", a)),
    ],
  });
});
