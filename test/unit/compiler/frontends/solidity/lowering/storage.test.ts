/** State of the Solidity lowering against solc: packing, structs, arrays, mappings, byte strings, deletion, copies. */
import { test } from "node:test";
import { call, differential } from "../../../../../differential/harness.js";

test("packed variables, structs and their getters", async () => {
  const source = `contract C {
    struct S { uint8 a; int16 b; bool c; address d; bytes5 e; uint256[] f; string g; }
    uint128 public x = 7; int64 public y = -9; bool public z = true; bytes3 public w = "abc";
    S public s; mapping(address => mapping(uint256 => S)) public m;
    enum E { A, B } E public e = E.B;
    uint256 constant public K = 2 ** 100; string constant public NAME = "a name that is longer than thirty-two bytes in all";
    uint256 immutable public im; int8 immutable public small;
    constructor(uint256 v) { im = v * 2; small = -3; }
    function set(uint8 a, int16 b, string calldata g) public { s.a = a; s.b = b; s.c = !s.c; s.d = msg.sender; s.e = "hello"; s.f.push(a); s.g = g; }
    function copy(uint256 k) public { m[msg.sender][k] = s; S storage p = m[msg.sender][k]; p.a += 1; p.f.push(99); }
    function read(uint256 k) public view returns (S memory) { return m[msg.sender][k]; }
    function wipe(uint256 k) public { delete m[msg.sender][k]; delete x; delete s.b; }
    function neg() public { y -= 100; x += 5; z = !z; w = 0x010203; }
  }`;
  const long = "a string that takes more than one word of storage, for sure";
  await differential({
    source,
    contract: "C",
    constructorArgs: [["uint256"], [21n]],
    calls: [
      ...["x()", "y()", "z()", "w()", "s()", "e()", "K()", "NAME()", "im()", "small()"].map((f) => call(f)),
      call("set(uint8,int16,string)", [255n, -5n, "short"]),
      call("s()"),
      call("copy(uint256)", [3n]),
      call("read(uint256)", [3n]),
      call("copy(uint256)", [3n]),
      call("set(uint8,int16,string)", [1n, 6n, long]),
      call("copy(uint256)", [4n]),
      call("read(uint256)", [4n]),
      call("m(address,uint256)", ["0x1212121212121212121212121212120000000012", 4n]),
      call("neg()"),
      call("wipe(uint256)", [4n]),
      call("read(uint256)", [4n]),
      ...["x()", "y()", "z()", "w()", "s()"].map((f) => call(f)),
    ],
  });
});

test("arrays: push, pop, index, nesting, copies and shrinking", async () => {
  const source = `contract C {
    uint256[] public a; uint8[] public b; uint24[5] public c; uint256[][] public d; bytes public data; string[] public names;
    struct P { uint64 x; uint128[] ys; } P[] ps;
    function push(uint256 n) public returns (uint256) { for (uint256 i = 0; i < n; i++) { a.push(i * i); b.push(uint8(i)); d.push(); d[i].push(i); data.push(bytes1(uint8(i))); } return a.length; }
    function pop() public { a.pop(); b.pop(); d.pop(); data.pop(); }
    function lengths() public view returns (uint256, uint256, uint256, uint256) { return (a.length, b.length, d.length, data.length); }
    function setC(uint256 i, uint24 v) public { c[i] = v; }
    function mem() public view returns (uint8[] memory, uint24[5] memory, uint256[][] memory, bytes memory) { return (b, c, d, data); }
    function assign() public { uint8[] memory t = new uint8[](3); t[0] = 9; t[2] = 7; b = t; uint256[] memory u; a = u; }
    function aliasing() public returns (uint256, uint256) { uint256[] storage p = a; p.push() = 5; uint256[] memory q = a; q[0] = 77; return (p[0], q[0]); }
    function setByte(uint256 i, bytes1 v) public { data[i] = v; }
    function strings(string memory s) public returns (string[] memory) { names.push(s); names.push("literal"); return names; }
    function structs() public returns (P[] memory) { ps.push(P(1, new uint128[](2))); ps.push(); ps[1].ys.push(4); ps[1].x = 2; return ps; }
    function clear() public { delete c; delete d; delete data; delete ps; delete names; }
    function calldataCopy(uint16[] calldata v, string[] calldata s) public { delete b; for (uint256 i; i < v.length; ++i) b.push(uint8(v[i])); names = s; }
  }`;
  await differential({
    source,
    contract: "C",
    calls: [
      call("pop()"),
      call("push(uint256)", [3n]),
      call("a(uint256)", [2n]),
      call("a(uint256)", [3n]),
      call("d(uint256,uint256)", [1n, 0n]),
      call("d(uint256,uint256)", [1n, 1n]),
      call("mem()"),
      call("push(uint256)", [40n]),
      call("mem()"),
      call("setByte(uint256,bytes1)", [36n, "0xee"]),
      call("setByte(uint256,bytes1)", [43n, "0xee"]),
      call("mem()"),
      ...Array.from({ length: 13 }, () => call("pop()")),
      call("mem()"),
      call("setC(uint256,uint24)", [4n, 0xffffffn]),
      call("setC(uint256,uint24)", [5n, 1n]),
      call("assign()"),
      call("mem()"),
      call("aliasing()"),
      call("strings(string)", ["x".repeat(70)]),
      call("strings(string)", [""]),
      call("names(uint256)", [0n]),
      call("structs()"),
      call("calldataCopy(uint16[],string[])", [
        [1n, 258n],
        ["p", "q".repeat(33)],
      ]),
      call("names(uint256)", [1n]),
      call("names(uint256)", [2n]),
      call("clear()"),
      call("mem()"),
      call("lengths()"),
      call("structs()"),
    ],
  });
});

test("mappings by every kind of key", async () => {
  const source = `contract C {
    enum E { A, B, C } type Id is uint64;
    mapping(int8 => uint256) a; mapping(bytes4 => uint256) b; mapping(string => uint256) s; mapping(bytes => mapping(bool => uint256)) n; mapping(E => uint256) e; mapping(Id => uint256) i; mapping(address => uint256[]) arr;
    function set(int8 k, bytes4 f, string calldata t, bytes memory u) public { a[k] = 1; b[f] = 2; s[t] = 3; n[u][true] = 4; e[E.C] = 5; i[Id.wrap(9)] = 6; arr[msg.sender].push(7); s["lit"] += 8; }
    function get(int8 k, bytes4 f, string memory t, bytes calldata u) public view returns (uint256[7] memory r) {
      r[0] = a[k]; r[1] = b[f]; r[2] = s[t]; r[3] = n[u][true]; r[4] = e[E.C]; r[5] = i[Id.wrap(9)]; r[6] = s["lit"] + arr[msg.sender].length;
    }
    function order() public returns (uint256) { a[0] = 1; a[1] = 5; uint256 k = 0; a[int8(uint8(k++))] += a[int8(uint8(k++))]; return a[0] * 100 + a[1] * 10 + k; }
  }`;
  const args = [-5n, "0x01020304", "key", "0x" + "ab".repeat(40)];
  await differential({
    source,
    contract: "C",
    calls: [
      call("set(int8,bytes4,string,bytes)", args),
      call("get(int8,bytes4,string,bytes)", args),
      call("get(int8,bytes4,string,bytes)", [5n, "0x01020305", "kez", "0x"]),
      call("order()"),
    ],
  });
});

test("order of evaluation in assignments and calls", async () => {
  const source = `contract C {
    uint256[] log_; uint256 x; uint256[3] arr;
    function t(uint256 v) internal returns (uint256) { log_.push(v); return v; }
    function tuple() public returns (uint256) { uint256 y; (y, y, y) = (t(1), t(2), t(3)); return y; }
    function swap() public returns (uint256, uint256) { arr[0] = 1; arr[1] = 2; (arr[0], arr[1]) = (arr[1], arr[0]); return (arr[0], arr[1]); }
    function pre() public pure returns (uint256) { uint256 a = 1; return ++a + a; }
    function post() public pure returns (uint256) { uint256 a = 1; return a++ + a; }
    function assign() public returns (uint256[] memory) { delete log_; arr[t(0)] = t(9); arr[t(1)] += t(2); f3(t(5), t(6), t(7)); return log_; }
    function f3(uint256 a, uint256 b, uint256 c) internal pure returns (uint256) { return a + b + c; }
    function named() public returns (uint256[] memory) { delete log_; f3({c: t(1), a: t(2), b: t(3)}); return log_; }
    function chain() public returns (uint256, uint256) { uint256 a; uint256 b; a = b = 5; x = a = b + 1; return (a, x); }
    function shortCircuit(bool p) public returns (uint256) { delete log_; if (p && t(1) == 1 || t(2) == 2) t(3); return log_.length; }
    function ternary(bool p) public returns (uint256 r) { r = p ? t(4) : t(5); }
  }`;
  await differential({
    source,
    contract: "C",
    calls: [
      ...["tuple()", "swap()", "pre()", "post()", "assign()", "named()", "chain()"].map((f) => call(f)),
      ...[true, false].flatMap((p) => [call("shortCircuit(bool)", [p]), call("ternary(bool)", [p])]),
    ],
  });
});
