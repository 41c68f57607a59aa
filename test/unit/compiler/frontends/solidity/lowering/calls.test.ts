/** Calls of the Solidity lowering against solc: external calls, creation, try, low-level calls, libraries, pointers. */
import { test } from "node:test";
import { call, differential, raw } from "../../../../../differential/harness.js";

test("external calls, failures and try", async () => {
  const source = `
  error Custom(uint256 code, string why);
  contract T {
    uint256 public n;
    function ok(uint256 a, string calldata s) external payable returns (uint256, string memory) { n += a; return (a + msg.value, string.concat(s, "!")); }
    function fail(uint256 how) external pure returns (uint256) {
      if (how == 0) revert(); if (how == 1) revert("why"); if (how == 2) revert Custom(7, "text that is rather long for one single word of 32 bytes");
      if (how == 3) assert(false); if (how == 4) { uint256 z = 0; return 1 / z; } if (how == 5) { uint8 b = 255; b += uint8(how); }
      if (how == 6) { assembly { mstore(0, 0x08c379a0) revert(28, 4) } } if (how == 7) { assembly { mstore(0, 0x4e487b71) revert(28, 4) } }
      return how;
    }
    function nothing() external {} 
  }
  contract C {
    T t = new T();
    function go(uint256 a, string memory s) public payable returns (uint256, string memory, uint256) { (uint256 x, string memory y) = t.ok{value: msg.value}(a, s); t.nothing(); return (x, y, t.n()); }
    function forward(uint256 how) public view returns (uint256) { return t.fail(how); }
    function tries(uint256 how) public returns (uint256, string memory, bytes memory) {
      try t.fail(how) returns (uint256 v) { return (v, "ok", ""); }
      catch Error(string memory r) { return (1, r, ""); }
      catch Panic(uint256 c) { return (c, "panic", ""); }
      catch (bytes memory d) { return (2, "low", d); }
    }
    function tryPlain(uint256 how) public view returns (bool) { try t.fail(how) { return true; } catch { return false; } }
    function noCode() public { T(address(0x1234)).nothing(); }
    function noCodeValue() public view returns (uint256) { return T(address(0x1234)).n(); }
    function low(bytes memory data) public payable returns (bool, bytes memory) { return address(t).call{value: msg.value}(data); }
    function lowStatic() public view returns (bool, bytes memory) { return address(t).staticcall(abi.encodeCall(T.nothing, ())); }
    function pay(address payable to) public payable returns (bool) { to.transfer(msg.value / 2); return to.send(1); }
    function selfcall(uint256 how) public view returns (uint256) { return this.forward(how); }
    function bal() public view returns (uint256, uint256) { return (address(t).balance, address(this).balance); }
  }`;
  await differential({
    source,
    contract: "C",
    calls: [
      call("go(uint256,string)", [3n, "hey"], { value: 5n }),
      ...[0n, 1n, 2n, 3n, 4n, 5n, 6n, 7n, 8n].flatMap((h) => [
        call("forward(uint256)", [h]),
        call("tries(uint256)", [h]),
        call("tryPlain(uint256)", [h]),
        call("selfcall(uint256)", [h]),
      ]),
      call("noCode()"),
      call("noCodeValue()"),
      call("low(bytes)", ["0x12345678"]),
      call("low(bytes)", ["0x"]),
      call("lowStatic()"),
      call("pay(address)", ["0x00000000000000000000000000000000000000aa"], { value: 10n }),
      call("bal()"),
    ],
  });
});

test("creation: arguments, value, salt, failure, code", async () => {
  const source = `
  contract P { uint256 public a; string public s; address public by; constructor(uint256 a_, string memory s_) payable { require(a_ != 13, "unlucky"); a = a_ + msg.value; s = s_; by = msg.sender; } }
  contract Q { uint256 immutable public k; constructor() { k = 5; } function f() public view returns (uint256) { return k * 2; } }
  contract C {
    function make(uint256 a, string calldata s) public payable returns (uint256, string memory, address) { P p = new P{value: msg.value}(a, s); return (p.a(), p.s(), p.by()); }
    function tries(uint256 a) public returns (bool, string memory) { try new P(a, "x") returns (P) { return (true, ""); } catch Error(string memory r) { return (false, r); } }
    function salted(bytes32 salt) public returns (uint256) { Q q = new Q{salt: salt}(); return q.f(); }
    function names() public pure returns (string memory, bytes4, uint8, int16) { return (type(P).name, type(I).interfaceId, type(uint8).max, type(int16).min); }
  }
  interface I { function a() external; function b(uint256) external returns (bool); }`;
  await differential({
    source,
    contract: "C",
    calls: [
      call("make(uint256,string)", [5n, "hello"], { value: 3n }),
      call("make(uint256,string)", [13n, ""]),
      ...[1n, 13n].map((a) => call("tries(uint256)", [a])),
      call("salted(bytes32)", ["0x" + "11".repeat(32)]),
      call("salted(bytes32)", ["0x" + "11".repeat(32)]),
      call("names()"),
    ],
  });
});

test("dispatch: receive, fallback, short call data, value checks, malformed arguments", async () => {
  const source = `contract C {
    event Got(string what, bytes data, uint256 value);
    receive() external payable { emit Got("receive", "", msg.value); }
    fallback(bytes calldata d) external payable returns (bytes memory) { emit Got("fallback", d, msg.value); return bytes.concat(d, d); }
    function free(uint8 a, bool b, address c, bytes4 d) public payable returns (uint8, bool, address, bytes4) { return (a, b, c, d); }
    function paid() public pure returns (bytes4, bytes memory) { return (msg.sig, msg.data); }
    function arr(uint256[] calldata a, uint8[2] memory b, bytes calldata c) public pure returns (uint256, uint256, uint256) { return (a.length, b[1], c.length); }
  }`;
  const bad = (sig: string, words: string[]) => raw(call(sig).data.slice(0, 10) + words.join(""));
  const w = (n: bigint | string) => (typeof n === "string" ? n : n.toString(16)).padStart(64, "0");
  const f = "free(uint8,bool,address,bytes4)";
  const selector = (sig: string) => call(sig, [0n, false, "0x" + "00".repeat(20), "0x00000000"]).data.slice(0, 10);
  const head = selector(f);
  const arr = call("arr(uint256[],uint8[2],bytes)", [[], [0n, 0n], "0x"]).data.slice(0, 10);
  await differential({
    source,
    contract: "C",
    calls: [
      raw("0x"),
      raw("0x", { value: 4n }),
      raw("0x12"),
      raw("0x123456"),
      raw("0x12345678", { value: 1n }),
      raw("0x00000000"),
      bad("paid()", [w(5n)]),
      call("paid()", [], { value: 1n }),
      raw(head + w(255n) + w(1n) + w("11".repeat(20)) + "01020304" + "00".repeat(28)),
      raw(head + w(256n) + w(1n) + w(0n) + w(0n)),
      raw(head + w(1n) + w(2n) + w(0n) + w(0n)),
      raw(head + w(1n) + w(1n) + w("01" + "11".repeat(20)) + w(0n)),
      raw(head + w(1n) + w(1n) + w(0n) + w(1n)),
      raw(head + w(1n) + w(1n) + w(0n)),
      call("arr(uint256[],uint8[2],bytes)", [[1n, 2n, 3n], [4n, 5n], "0xabcdef"]),
      raw(arr + w(0x80n) + w(1n) + w(2n) + w(0xa0n) + w(2n ** 64n)),
      raw(arr + w(2n ** 64n) + w(1n) + w(2n) + w(0xa0n) + w(0n)),
      raw(arr + w(0x80n) + w(1n) + w(256n) + w(0x80n) + w(0n)),
      raw(arr + w(0x80n) + w(1n) + w(2n) + w(0x80n) + w(1n)),
      raw(arr + w(0x80n) + w(1n) + w(2n) + w(0x80n) + w(0n)),
    ],
  });
});

test("internal functions: overloads, libraries, using for, pointers, recursion, modifiers", async () => {
  const source = `
  library L { struct D { uint256 v; mapping(uint256 => uint256) m; } function inc(D storage d, uint256 by) internal returns (uint256) { d.v += by; d.m[by] = d.v; return d.v; } function twice(uint256 x) internal pure returns (uint256) { return 2 * x; } }
  type Price is uint128; function addP(Price a, Price b) pure returns (Price) { return Price.wrap(Price.unwrap(a) + Price.unwrap(b)); } using {addP as +} for Price global;
  function free_(uint256 x) pure returns (uint256) { return x + 1000; }
  contract B { uint256 public trace; modifier m(uint256 v) virtual { trace = trace * 10 + v; _; trace = trace * 10 + v + 1; } function v() internal virtual returns (uint256) { return 1; } function s() public virtual returns (uint256) { return 10; } }
  contract B2 is B { function s() public virtual override returns (uint256) { return super.s() + 20; } }
  contract B3 is B { function s() public virtual override returns (uint256) { return super.s() + 300; } }
  contract C is B2, B3 {
    using L for L.D; using L for uint256; L.D d;
    function(uint256) internal pure returns (uint256) fp;
    function v() internal override returns (uint256) { return 2 + super.v(); }
    function s() public override(B2, B3) returns (uint256) { return super.s() + v(); }
    function lib(uint256 x) public returns (uint256, uint256) { d.inc(x); return (d.inc(x.twice()), d.m[x]); }
    function o(uint256 a) internal pure returns (uint256) { return a; } function o(bytes memory a) internal pure returns (uint256) { return a.length; }
    function over() public pure returns (uint256, uint256) { return (o(7), o("abc")); }
    function price(uint128 a, uint128 b) public pure returns (Price) { return Price.wrap(a) + Price.wrap(b); }
    function fact(uint256 n) public pure returns (uint256) { return n < 2 ? 1 : n * fact(n - 1); }
    function sq(uint256 x) internal pure returns (uint256) { return x * x; }
    function pick(uint256 which, uint256 x) public returns (uint256) { if (which == 0) fp = sq; if (which == 1) fp = free_; if (which == 2) fp = L.twice; return fp(x); }
    function mods(uint256 a) public m(1) m(a) returns (uint256 r) { if (a == 5) return 55; r = a; }
    modifier twice_() { _; _; }
    function doubled(uint256 a) public twice_ returns (uint256 r) { r += a; trace += r; a = 100; }
    modifier maybe(bool b) { if (b) _; }
    function skip(bool b) public maybe(b) returns (uint256) { return 9; }
    function ext(function(uint256) external returns (uint256) f, uint256 x) public returns (uint256) { return f(x); }
    function useExt(uint256 x) public returns (uint256, address, bytes4) { return (this.ext(this.fact, x), this.fact.address, this.fact.selector); }
  }`;
  await differential({
    source,
    contract: "C",
    calls: [
      call("pick(uint256,uint256)", [9n, 3n]),
      ...[0n, 1n, 2n].map((w) => call("pick(uint256,uint256)", [w, 7n])),
      call("s()"),
      call("lib(uint256)", [4n]),
      call("over()"),
      call("price(uint128,uint128)", [5n, 6n]),
      call("price(uint128,uint128)", [2n ** 128n - 1n, 1n]),
      call("fact(uint256)", [20n]),
      ...[3n, 5n].flatMap((a) => [call("mods(uint256)", [a]), call("trace()"), call("doubled(uint256)", [a]), call("trace()")]),
      ...[true, false].map((b) => call("skip(bool)", [b])),
      call("useExt(uint256)", [5n]),
    ],
  });
});

test("constructors of bases: order of arguments, initialisers and bodies", async () => {
  const source = `
  contract A { uint256[] public log_; function t(uint256 v) internal returns (uint256) { log_.push(v); return v; } uint256 a = t(1); constructor(uint256 x) { t(x); } }
  contract B is A { uint256 b = t(2); uint256 internal immutable i; constructor(uint256 x) A(t(x + 1)) { i = t(x); virt(); } function virt() internal virtual { t(77); } }
  abstract contract D is A { uint256 dd = t(3); constructor() { t(50); } modifier mm() { t(60); _; t(61); } }
  contract C is D, B { uint256 c = t(4); constructor(uint256 x) payable B(t(x * 10)) mm { t(x); if (x == 9) return; t(8); } function virt() internal override { t(88 + i); }
    function all() public view returns (uint256[] memory, bytes memory) { return (log_, Sig.data()); } }
  library Sig { function data() internal pure returns (bytes memory) { return msg.data; } }`;
  await differential({ source, contract: "C", constructorArgs: [["uint256"], [5n]], value: 3n, calls: [call("all()")] });
  await differential({ source, contract: "C", constructorArgs: [["uint256"], [9n]], calls: [call("all()")] });
  await differential({
    source: "contract C { constructor(bytes memory b, bool x) { require(b.length == 3 && msg.data.length == 0, 'no'); } }",
    contract: "C",
    constructorArgs: [
      ["bytes", "bool"],
      ["0x010203", true],
    ],
    calls: [],
  });
  await differential({ source: "contract C { constructor() { } }", contract: "C", value: 1n, calls: [] });
});

test("debug builds name the failed check, stripped ones drop reasons", async () => {
  const source = `contract C {
    function f(uint256[] calldata a, bytes memory b) public pure returns (uint256) { return a.length + b.length; }
    function nested(uint256[][] calldata a) public pure returns (uint256) { return a[0].length; }
    function s(bytes calldata b, uint256 i, uint256 j) public pure returns (bytes memory) { return b[i:j]; }
    function none() public { C(address(1)).none(); }
    function fails(string memory t) public pure { if (bytes(t).length == 0) revert("literal"); require(false, t); }
  }`;
  const w = (n: bigint): string => n.toString(16).padStart(64, "0");
  const f = call("f(uint256[],bytes)", [[], "0x"]).data.slice(0, 10);
  const nested = call("nested(uint256[][])", [[]]).data.slice(0, 10);
  const calls = [
    call("f(uint256[],bytes)", [[1n], "0x01"]),
    call("f(uint256[],bytes)", [[1n], "0x01"], { value: 1n }),
    raw("0x12345678"),
    raw(f + w(1n)),
    raw(f + w(2n ** 64n) + w(0n)),
    raw(f + w(0x40n) + w(0x40n) + w(2n ** 64n)),
    raw(f + w(0x40n) + w(0x40n) + w(1n)),
    raw(f + w(0x40n) + w(0x60n) + w(0n) + w(1n)),
    raw(nested + w(0x20n) + w(1n) + w(0x60n)),
    raw(nested + w(0x20n) + w(1n) + w(0x20n) + w(2n)),
    call("s(bytes,uint256,uint256)", ["0x010203", 2n, 1n]),
    call("s(bytes,uint256,uint256)", ["0x010203", 2n, 4n]),
    call("none()"),
    ...["", "text"].map((t) => call("fails(string)", [t])),
  ];
  await differential({ source, contract: "C", revertStrings: "debug", calls });
  await differential({ source, contract: "C", revertStrings: "strip", calls });
});
