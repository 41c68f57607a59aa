/** Encoding and decoding, events, errors and hashes of the Solidity lowering against solc. */
import { test } from "node:test";
import { call, differential } from "../../../../../differential/harness.js";

test("abi.encode, decode and hashes", async () => {
  const source = `contract C {
    struct S { uint8 a; string b; uint16[] c; bytes3 d; } struct F { int8 x; bool y; }
    S st; uint64[] nums; bytes long_;
    constructor() { st.a = 4; st.b = "stored"; st.c.push(5); nums.push(1); nums.push(2); nums.push(3); nums.push(4); nums.push(5); long_ = "0123456789012345678901234567890123456789"; }
    function enc(S calldata s, F[] memory f, uint8 n, bytes calldata b) public view returns (bytes memory) { return abi.encode(s, f, n, b, "literal", 7, true, msg.sender, -1, st, nums, long_); }
    function packed(uint8 n, bytes3 x, string calldata s, uint16[] memory a, int24 i) public view returns (bytes memory) { return abi.encodePacked(n, x, s, a, i, true, "lit", address(this) != address(0), nums, long_, uint32(7)); }
    function dec(bytes calldata data) public pure returns (S memory, F[2] memory, uint8) { return abi.decode(data, (S, F[2], uint8)); }
    function decMem(bytes memory data) public pure returns (int8, bytes4, string[] memory) { return abi.decode(data, (int8, bytes4, string[])); }
    function sel(string memory sig, uint256 a) public pure returns (bytes memory, bytes memory, bytes memory) { return (abi.encodeWithSignature(sig, a, "x"), abi.encodeWithSignature("f(uint256)", a), abi.encodeWithSelector(0x12345678, a, [uint8(1), 2])); }
    function encCall(S calldata s) public view returns (bytes memory) { return abi.encodeCall(this.one, (s, 5)); }
    function one(S calldata s, uint8 x) external pure returns (uint256) { return s.a + x; }
    function hashes(bytes memory b, string calldata s) public pure returns (bytes32, bytes32, bytes32, bytes20, bytes32) { return (keccak256(b), keccak256(bytes(s)), sha256(b), ripemd160(abi.encodePacked(s)), keccak256(abi.encode(b, s))); }
    function rec(bytes32 h, uint8 v, bytes32 r, bytes32 s) public pure returns (address) { return ecrecover(h, v, r, s); }
    function lit() public pure returns (bytes32) { return keccak256("literal"); }
    function concat(bytes calldata a, bytes2 b, string memory s) public pure returns (bytes memory, string memory) { return (bytes.concat(a, b, "x", bytes(s)), string.concat(s, "-", s)); }
    function slices(bytes calldata b, uint256 i, uint256 j) public pure returns (bytes memory, bytes4, bytes32) { return (b[i:j], bytes4(b[i:]), keccak256(b[:j])); }
    function nested(uint8[][] calldata a, uint256 i, uint256 j) public pure returns (uint8, uint256, uint8[] memory) { return (a[i][j], a[i].length, a[i]); }
    function structs(S[] calldata s, uint256 i) public pure returns (string memory, uint16, S memory, bytes3) { return (s[i].b, s[i].c[0], s[i], s[i].d); }
  }`;
  const s = [200n, "some text", [1n, 2n, 3n], "0xabcdef"];
  const S = "(uint8,string,uint16[],bytes3)";
  const F = "(int8,bool)";
  const { AbiCoder } = await import("ethers");
  const coder = AbiCoder.defaultAbiCoder();
  const good = coder.encode(
    [S, F + "[2]", "uint8"],
    [
      s,
      [
        [-1n, true],
        [5n, false],
      ],
      9n,
    ],
  );
  await differential({
    source,
    contract: "C",
    calls: [
      call(`enc(${S},${F}[],uint8,bytes)`, [
        s,
        [
          [-128n, true],
          [127n, false],
        ],
        255n,
        "0x" + "12".repeat(33),
      ]),
      call("packed(uint8,bytes3,string,uint16[],int24)", [7n, "0x010203", "text", [1n, 65535n], -2n]),
      call("dec(bytes)", [good]),
      call("dec(bytes)", [good.slice(0, -64)]),
      call("dec(bytes)", ["0x"]),
      call("dec(bytes)", [good.replace("00000000000000000000000000000000000000000000000000000000000000c8", "00000000000000000000000000000000000000000000000000000000000001c8")]),
      call("decMem(bytes)", [coder.encode(["int8", "bytes4", "string[]"], [-3n, "0x01020304", ["a", "b".repeat(40)]])]),
      call("decMem(bytes)", [coder.encode(["int16", "bytes4", "string[]"], [-300n, "0x01020304", []])]),
      call("sel(string,uint256)", ["transfer(address)", 6n]),
      call(`encCall(${S})`, [s]),
      call("hashes(bytes,string)", ["0x010203", "abc"]),
      call("rec(bytes32,uint8,bytes32,bytes32)", ["0x" + "11".repeat(32), 27n, "0x" + "22".repeat(32), "0x" + "33".repeat(32)]),
      call("rec(bytes32,uint8,bytes32,bytes32)", ["0x" + "11".repeat(32), 5n, "0x" + "22".repeat(32), "0x" + "33".repeat(32)]),
      call("lit()"),
      call("concat(bytes,bytes2,string)", ["0x0102", "0xaabb", "str"]),
      ...[
        [0n, 4n],
        [2n, 3n],
        [5n, 5n],
        [3n, 2n],
        [0n, 6n],
      ].map(([i, j]) => call("slices(bytes,uint256,uint256)", ["0x0102030405", i, j])),
      ...[
        [0n, 1n],
        [1n, 0n],
        [2n, 0n],
      ].map(([i, j]) => call("nested(uint8[][],uint256,uint256)", [[[1n, 2n], []], i, j])),
      ...[0n, 1n].map((i) => call(`structs(${S}[],uint256)`, [[s], i])),
    ],
  });
});

test("events and errors", async () => {
  const source = `contract C {
    struct P { uint8 a; string b; } enum E { X, Y }
    event Plain(uint256 a, string b); event Idx(uint8 indexed a, string indexed b, bytes4 indexed c, P d); event Anon(int8 indexed a, uint16[] indexed b) anonymous; event Empty(); event Ref(P indexed p, uint8[2] indexed q, E e);
    error Simple(); error Rich(uint8 a, string b, P c);
    string stored = "kept in storage";
    function plain(uint256 a, string calldata b) public { emit Plain(a, b); emit Plain({b: stored, a: 1}); emit Empty(); }
    function idx(uint8 a, string memory b, bytes4 c) public { emit Idx(a, b, c, P(a, "in")); emit Idx(1, "lit", 0x01020304, P(2, stored)); }
    function anon(int8 a, uint16[] memory b) public { emit Anon(a, b); }
    function ref_(P calldata p, uint8[2] memory q) public { emit Ref(p, q, E.Y); }
    function fail(uint256 how, string memory t) public pure { if (how == 0) revert Simple(); if (how == 1) revert Rich(5, t, P(6, "x")); require(how != 2, t); require(how != 3, "fixed"); require(how != 4); require(how != 5, Rich({b: t, a: 1, c: P(1, t)})); if (how == 6) revert(t); if (how == 7) revert("lit"); assert(how != 8); }
    function sels() public pure returns (bytes4, bytes32) { return (Rich.selector, Plain.selector); }
  }`;
  await differential({
    source,
    contract: "C",
    calls: [
      call("plain(uint256,string)", [5n, "abc"]),
      call("idx(uint8,string,bytes4)", [255n, "hello", "0xdeadbeef"]),
      call("anon(int8,uint16[])", [-1n, [1n, 2n]]),
      call("ref_((uint8,string),uint8[2])", [
        [7n, "y".repeat(33)],
        [1n, 2n],
      ]),
      ...[0n, 1n, 2n, 3n, 4n, 5n, 6n, 7n, 8n, 9n].map((h) => call("fail(uint256,string)", [h, "dynamic"])),
      call("sels()"),
    ],
  });
});

test("memory: references alias, fresh objects, bounds, allocation limits", async () => {
  const source = `contract C {
    struct N { uint256 v; N[] kids; } struct T { uint256[3] a; bytes b; K n; } struct K { uint8 z; string[] w; }
    function alias_() public pure returns (uint256, uint256) { uint256[] memory a = new uint256[](2); uint256[] memory b = a; b[1] = 7; delete b; return (a[1], b.length); }
    function tree() public pure returns (uint256) { N memory n; n.kids = new N[](2); n.kids[1].v = 4; N memory k = n.kids[1]; k.v++; return n.kids[1].v + n.kids[0].v; }
    function zero() public pure returns (T memory t, string memory s, uint256[2][] memory u) { u = new uint256[2][](1); t.a[2] = 3; }
    function bounds(uint256 i) public pure returns (uint256) { uint8[4] memory a = [1, 2, 3, 4]; return a[i]; }
    function huge(uint256 n) public pure returns (uint256) { return new uint256[](n).length; }
    function bytesOps(uint256 n, uint256 i) public pure returns (bytes memory b) { b = new bytes(n); b[i] = "x"; b[0] = bytes1(uint8(b.length)); }
    function inl() public pure returns (uint16[3] memory, string memory) { uint16[3] memory x = [uint16(1), 2, 3]; string[2] memory s = ["a", "bc"]; return (x, s[1]); }
    function loop(uint256 n) public pure returns (uint256 s) { for (uint256 i = 0; ; i++) { if (i == n) break; if (i % 2 == 0) continue; uint256 z; z += i; s += z; } do { s++; } while (s < 3); while (s > 100) s /= 2; }
  }`;
  await differential({
    source,
    contract: "C",
    calls: [
      ...["alias_()", "tree()", "zero()", "inl()"].map((f) => call(f)),
      ...[0n, 3n, 4n, 2n ** 255n].map((i) => call("bounds(uint256)", [i])),
      ...[0n, 5n, 2n ** 64n, 2n ** 255n].map((n) => call("huge(uint256)", [n])),
      ...[
        [3n, 2n],
        [3n, 3n],
        [40n, 39n],
        [0n, 0n],
      ].map((a) => call("bytesOps(uint256,uint256)", a)),
      ...[0n, 7n, 40n].map((n) => call("loop(uint256)", [n])),
    ],
  });
});
