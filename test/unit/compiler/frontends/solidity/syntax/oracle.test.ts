/** solc as the oracle: the same nodes at the same positions, for OpenZeppelin's contracts and a file of rarities. */
import { test } from "node:test";
import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { describe, parse, parseClean } from "./parse-helpers.js";
import { flattenOurs, flattenSolc } from "./solc-tree.js";

const library = path.resolve("node_modules/@openzeppelin/contracts");
const files = fs
  .readdirSync(library, { recursive: true, encoding: "utf8" })
  .filter((name) => name.endsWith(".sol"))
  .sort();

test("every OpenZeppelin contract parses without a diagnostic", () => {
  assert.ok(files.length > 200);
  for (const name of files) {
    const { diagnostics } = parse(fs.readFileSync(path.join(library, name), "utf8"));
    assert.deepEqual(diagnostics.map(describe), [], name);
  }
});

test("OpenZeppelin's trees are solc's trees", () => {
  for (const name of files.filter((_, index) => index % 5 === 0)) {
    const content = fs.readFileSync(path.join(library, name), "utf8");
    assert.deepEqual(flattenOurs(parseClean(content)), flattenSolc(content), name);
  }
});

const rarities = `
pragma solidity >=0.8.0 <0.9.0;
import "y" as Y; import * as Z from "z"; import {a, b as c} from "w";
using {add as +, L.neg as ~} for T global;
type T is uint128;
uint constant X = 1 ether + 2 days;
function free(T a) pure returns (T) { return a; }
abstract contract A layout at 0x10 is B, M.C(1, unicode"é") {
  using L for *;
  event E(address indexed a, uint) anonymous;
  error Err(uint a, bytes);
  struct S { uint[2][] a; mapping(address k => mapping(M.K => uint v)) m; }
  enum En { One, Two }
  uint transient t; uint transient; address payable immutable p = payable(0);
  bytes public constant override(B, M.C) b = hex"00_ff" hex'01';
  function (uint) external view returns (bool)[] internal fs;
  constructor(uint a) B(a) payable {}
  modifier m(uint a) virtual override { _; }
  fallback(bytes calldata d) external payable returns (bytes memory r) { r = d[1:][:2]; }
  receive() external payable {}
  function g(uint, S storage s) virtual public m(1) returns (uint x, bool) {
    (uint i, , bytes memory q) = (1, 2, unicode"é😀"); (x, s.a[0][1]) = (i++, --x);
    uint[] memory w = new uint[](3); M.K[2] storage k; k; w; q; address payable ap; ap;
    try this.g{gas: 5, value: 1 wei}(1, s) returns (uint v, bool) { v; } catch Error(string memory e) { e; } catch {}
    if (x > 1) return (1, true); else if (x == 2) { unchecked { x = x ** 2 ** 3; } } else return (x, false);
    for (;;) { break; } for (uint j = 0; j < 3; j++) continue; while (true) x++; do { x--; } while (x > 0);
    emit M.E(1, 2); revert Err({a: 1, b: ""}); delete w; x = x > 1 ? 2 : x < 3 ? 4 : 5; type(uint).max; [uint8(1), 2];
    assembly ("memory-safe") {
      function h(a, b) -> c, d { leave }
      let y, z := h(t.slot, 0x1F) for { let n := 0 } lt(n, 3) { n := add(n, 1) } { if n { continue } break }
      switch y case 0 { } case "ab" { y, z := h(1, 2) } default { pop(hex"00") }
    }
    return (x, true);
  }
}
interface I {} library L {}
`;

test("rarities have solc's tree", () => {
  assert.deepEqual(flattenOurs(parseClean(rarities)), flattenSolc(rarities));
});
