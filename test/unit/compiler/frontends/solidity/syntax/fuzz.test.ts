/** Whatever stands in a file, the parser returns. A failure prints fast-check's seed. */
import { test } from "node:test";
import assert from "node:assert/strict";
import fc from "fast-check";
import { forEachChild, type Node } from "../../../../../../compiler/frontends/solidity/syntax/ast.js";
import { parse } from "./parse-helpers.js";

const words = fc.constantFrom(
  ..."contract C is { } ( ) [ ] ; , . : ? = := => -> + ++ ** ! ~ < << >>>= function f returns modifier _ event error emit revert".split(" "),
  ..."if else for while do try catch return unchecked assembly let switch case default leave mapping struct enum using global".split(" "),
  ...'uint address payable memory storage x y 1 0x1f 1e 1_ ether "s" hex"0" unicode"é" type new delete true layout at'.split(" "),
  ..."pragma solidity import as from constructor fallback receive virtual override constant transient /* // /// \n \u202e # é \\".split(" "),
);
const soup = fc.array(words, { maxLength: 120 }).map((tokens) => tokens.join(" "));

/** Every node in bounds: recovery must not produce nonsense. */
function checkSpans(node: Node): void {
  const { start, end, file } = node.span;
  assert.ok(0 <= start && start <= end && end <= file.content.length, `${node.kind} ${start}:${end}`);
  forEachChild(node, checkSpans);
}

test("token soup", () => {
  fc.assert(
    fc.property(soup, (source) => checkSpans(parse(source).unit)),
    { numRuns: 1500 },
  );
});

test("token soup inside a function and inside assembly", () => {
  const wrapped = fc
    .tuple(soup, fc.boolean())
    .map(([source, inAssembly]) => (inAssembly ? `contract C { function f() { assembly { ${source} } } }` : `contract C { function f() { ${source} } }`));
  fc.assert(
    fc.property(wrapped, (source) => checkSpans(parse(source).unit)),
    { numRuns: 1500 },
  );
});

test("characters of all sorts, in every language line", () => {
  const lines = fc.constantFrom("0.5", "0.6", "0.7", "0.8");
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 200 }), lines, (source, line) => checkSpans(parse(source, line).unit)),
    { numRuns: 1000 },
  );
});

test("what is cut short is rejected, not thrown at", () => {
  const source = 'pragma solidity ^0.8.0; contract C { function f() public { assembly { let x := add(1, "a") } if (a) { b[1:2]; } } }';
  for (let length = source.indexOf("contract"); length < source.length; length++)
    assert.ok(length === source.indexOf("contract") || parse(source.slice(0, length)).diagnostics.length > 0, source.slice(0, length));
});
