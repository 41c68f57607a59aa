/** What is rejected: codes, positions, several faults per run, and no echoes. */
import { test } from "node:test";
import assert from "node:assert/strict";
import { decodeUtf8 } from "../../../../../../compiler/base/utf8.js";
import { faultsOf, parse } from "./parse-helpers.js";

const inFunction = (body: string): string => `contract C {\nfunction f() public {\n${body}\n}\n}`;

test("names what was expected and what stands there", () => {
  assert.deepEqual(faultsOf("contract C { uint a foo; }"), ["1:21 2314 Expected ';' but got 'foo'"]);
  assert.deepEqual(faultsOf("contract C { uint a"), ["1:20 2314 Expected ';' but got end of source"]);
  assert.deepEqual(faultsOf("contract C { uint final; }"), ["1:19 2314 Expected identifier but got reserved keyword 'final'"]);
});

test("goes on behind broken statements", () => {
  const body = "uint a = ;\nfoo(1, 2;\nx = {y: 1};\nif (a b) { c d e; }\nfor (uint i = 0; i < ; i++) { g( }\nok();";
  assert.deepEqual(faultsOf(inFunction(body)), [
    "3:10 6933 Expected primary expression.",
    "4:9 2314 Expected ',' but got ';'",
    "5:5 6933 Expected primary expression.",
    "6:7 2314 Expected ')' but got 'b'",
    "6:16 2314 Expected ';' but got 'e'",
    "7:22 6933 Expected primary expression.",
    "7:34 6933 Expected primary expression.",
  ]);
});

test("goes on behind broken members and definitions", () => {
  const source = "contract C {\nuint 1;\nfunction f( public {}\nevent E(uint;\nuint ok;\n}\ncontract {}\nimport 5;\ncontract D { uint; }";
  assert.deepEqual(faultsOf(source), [
    "2:6 2314 Expected identifier but got '1'",
    "3:13 3546 Expected type name",
    "4:13 2314 Expected ',' but got ';'",
    "7:10 2314 Expected identifier but got '{'",
    '8:8 9478 Expected string literal (path), "*" or alias list.',
    "9:18 2314 Expected identifier but got ';'",
  ]);
});

test("a missing brace costs one message", () => {
  const source = "contract C {\nfunction f() public {\nif (a) {\nb();\n}\nfunction g() public {}\n}\ncontract D { uint x; }";
  const { unit, diagnostics } = parse(source);
  assert.deepEqual(
    diagnostics.map(({ code, hint }) => [code, hint]),
    [["2314", "Close the body of the function before with '}'."]],
  );
  assert.deepEqual(
    unit.nodes.map((node) => node.kind === "ContractDefinition" && node.name),
    ["C", "D"],
  );
});

test("a missing brace of a contract does not swallow the next one", () => {
  const { unit, diagnostics } = parse("contract C {\nuint x;\ncontract D { uint y; }");
  assert.deepEqual(
    diagnostics.map(({ code }) => code),
    ["9182"],
  );
  assert.deepEqual(
    unit.nodes.map((node) => node.kind === "ContractDefinition" && node.name),
    ["D"],
  );
});

test("stray tokens at the top", () => {
  assert.deepEqual(
    faultsOf("} contract C {} foo").map((fault) => fault.slice(0, 9)),
    ["1:1 7858 ", "1:17 7858"],
  );
});

test("repeated specifiers are named and stepped over", () => {
  assert.deepEqual(
    faultsOf("contract C { uint public internal x; uint constant constant y; function f() view pure public external virtual virtual {} }").map((fault) => fault.split(" ")[1]),
    ["4110", "3109", "9680", "9439", "6879"],
  );
});

test("lexical faults cost one message each and no echo", () => {
  assert.deepEqual(faultsOf(inFunction('string memory s = "abc;\nuint a = 0x;\nuint b = 012;\nuint c = 1e;\nuint d = 1ab;\ng("é", "\\q");\n# x = 1;')), [
    "3:19 8936 Expected string end-quote.",
    "4:10 8936 Hexadecimal digit missing or invalid.",
    "5:10 8936 Octal numbers not allowed.",
    "6:10 8936 Invalid exponent.",
    "7:10 8936 Identifier-start is not allowed at end of a number.",
    '8:4 8936 Invalid character in string. If you are trying to use Unicode characters, use a unicode"..." string literal.',
    "8:9 8936 Invalid escape sequence.",
    "9:1 8936 Invalid token '#'.",
  ]);
});

test("names beyond ASCII are reported once and kept as names", () => {
  assert.deepEqual(faultsOf("contract Größe { uint x; } contract Тест is Größe {}"), [
    "1:12 8936 Invalid token 'öße'.",
    "1:37 8936 Invalid token 'Тест'.",
    "1:47 8936 Invalid token 'öße'.",
  ]);
});

test("hidden direction changes and unclosed comments", () => {
  assert.deepEqual(faultsOf("// a \u202e b\ncontract C {}"), ["1:1 8936 Mismatching directional override markers in comment or string literal."]);
  assert.deepEqual(faultsOf('contract C { string s = unicode"\u202c"; }'), ["1:32 8936 Unicode direction override underflow in comment or string literal."]);
  assert.deepEqual(faultsOf("contract C {} /* "), ["1:15 8936 Expected multi-line comment-terminator."]);
});

test("underscores in numbers", () => {
  const codes = ["1_", "1__0", "1_.5", "1._5", "1_e5", "1e_5"].map((number) => faultsOf(inFunction(`x = ${number};`)).join());
  assert.deepEqual(
    codes.map((fault) => fault.split(" ")[1]),
    ["2090", "2990", "1023", "3891", "6415", "6165"],
  );
});

test("messages for likely slips carry hints", () => {
  const hintOf = (source: string): string | undefined => parse(source).diagnostics[0]?.hint;
  assert.match(hintOf(inFunction("let x = 1;"))!, /reserved|type/);
  assert.match(hintOf(inFunction("x = 1 finney;"))!, /removed in 0.7/);
  assert.match(hintOf("contract C { enum E { A, } }")!, /trailing/);
  assert.match(hintOf("\ufeffcontract C {}")!, /byte order mark/);
});

test("nesting is limited, with one message, and never exhausts the stack", () => {
  const deep = 20_000;
  const sources = [
    `x = ${"(".repeat(deep)}1${")".repeat(deep)};`,
    `x = ${"-".repeat(1)}${"!".repeat(deep)}y;`,
    "{".repeat(deep) + "}".repeat(deep),
    "if (a) ".repeat(deep) + "b;",
    `x = ${"f(".repeat(deep)}${")".repeat(deep)};`,
    `${"a[".repeat(deep)}${"]".repeat(deep)} = 1;`,
    `x = ${"a ? b : ".repeat(deep)} c;`,
    `assembly { ${"{".repeat(deep)}${"}".repeat(deep)} }`,
    `assembly { x := ${"f(".repeat(deep)}1${")".repeat(deep)} }`,
    `mapping(uint => ${"mapping(uint => ".repeat(deep)}`,
    "function (".repeat(deep),
  ];
  for (const source of sources)
    assert.deepEqual(
      parse(inFunction(source)).diagnostics.map(({ code }) => code),
      ["7319"],
      source.slice(0, 20),
    );
});

test("long chains are no nesting", () => {
  assert.deepEqual(faultsOf(inFunction(`x = ${"a + ".repeat(20_000)}b; ${"y.z".repeat(1)}${".z".repeat(20_000)} = 1;`)), []);
});

test("gives up after 256 errors", () => {
  const { diagnostics } = parse(inFunction("x = ;\n".repeat(1000)));
  assert.equal(diagnostics.length, 257);
  assert.equal(diagnostics.at(-1)!.code, "4013");
});

test("bytes that are no UTF-8 are refused in a literal, and only there", () => {
  const source = (text: string): string => decodeUtf8(Buffer.concat([Buffer.from(text), Buffer.from([0xc0]), Buffer.from('";')]));
  assert.deepEqual(faultsOf(inFunction(source('x = unicode"ab'))), ["3:5 8452 Contains invalid UTF-8 sequence at position 2."]);
  assert.deepEqual(faultsOf(inFunction(source('x = unicode"\u00e9'))), ["3:5 8452 Contains invalid UTF-8 sequence at position 2."]);
  assert.deepEqual(faultsOf(inFunction(source('x = unicode"\\x41'))), ["3:5 8452 Contains invalid UTF-8 sequence at position 1."]);
  assert.deepEqual(faultsOf(inFunction(source('// "'))), []);
});
