/** Inline assembly. */
import { test } from "node:test";
import assert from "node:assert/strict";
import { faultsOf, statementsOf, yulOf } from "./parse-helpers.js";

const inAssembly = (statements: string): string => `contract C { function f() public { assembly { ${statements} } } }`;
/** Column at which the statements start, less one. */
const offset = inAssembly("").lastIndexOf("{") + 2;

function yulFaults(statements: string): string[] {
  return faultsOf(inAssembly(statements)).map((fault) => {
    const [position, ...rest] = fault.split(" ");
    return `${Number(position!.split(":")[1]) - offset - 1} ${rest.join(" ")}`;
  });
}

test("statements of every kind", () => {
  const kinds = yulOf(`let a let b, c := g() a := 1 a, b := g() pop(a) { } if a { } for { } a { } { break continue }
    switch a case 0 { } case "x" { } default { } function g(p, q) -> r, s { leave }`).map((statement) => statement.kind);
  assert.deepEqual(kinds, [
    "YulVariableDeclaration",
    "YulVariableDeclaration",
    "YulAssignment",
    "YulAssignment",
    "YulExpressionStatement",
    "YulBlock",
    "YulIf",
    "YulForLoop",
    "YulSwitch",
    "YulFunctionDefinition",
  ]);
});

test("names with suffixes, and Solidity keywords as names", () => {
  const [assignment, declaration] = yulOf("x.slot := M.c.offset let contract := memory");
  assert.ok(assignment!.kind === "YulAssignment" && assignment.value.kind === "YulIdentifier");
  assert.deepEqual([assignment.targets[0]!.name, assignment.targets[0]!.suffix], ["x", "slot"]);
  assert.deepEqual([assignment.value.name, assignment.value.suffix], ["M.c", "offset"]);
  assert.ok(declaration!.kind === "YulVariableDeclaration" && declaration.variables[0]!.name === "contract");
});

test("literals", () => {
  const values = yulOf("pop(0xAb) pop(12) pop(true) pop(\"a\\x00\") pop(hex'01_02')").map((statement) => {
    assert.ok(statement.kind === "YulExpressionStatement" && statement.expression.kind === "YulFunctionCall");
    const literal = statement.expression.arguments[0]!;
    assert.ok(literal.kind === "YulLiteral");
    return [literal.literalKind, literal.value, Buffer.from(literal.bytes).toString("hex")];
  });
  assert.deepEqual(values, [
    ["number", "0xAb", ""],
    ["number", "12", ""],
    ["boolean", "true", ""],
    ["string", "", "6100"],
    ["hex", "", "0102"],
  ]);
});

test("dialect, flags and documentation", () => {
  const [assembly] = statementsOf('/// @solidity memory-safe-assembly\nassembly "evmasm" ("memory-safe", "x") { } x = 1;');
  assert.ok(assembly!.kind === "InlineAssembly");
  assert.deepEqual(assembly.flags, ["memory-safe", "x"]);
  assert.equal(assembly.documentation?.text, "@solidity memory-safe-assembly");
});

test("what follows assembly is Solidity again, also after a fault in it", () => {
  assert.equal(statementsOf("assembly { } leave.contractCount = 1;").length, 2);
  assert.deepEqual(yulFaults("let x = 1 } uint memory_ = 1 wei; assembly { mstore := 2"), [
    "6 1856 Literal or identifier expected.",
    '52 6272 Cannot assign to builtin function "mstore".',
  ]);
});

const faults: readonly (readonly [string, readonly string[]])[] = [
  ["let add := 1", ['4 5568 Cannot use builtin function name "add" as identifier name.']],
  ["x := mload", ['5 7104 Builtin function "mload" must be called.']],
  ["1 := 2", ['2 2856 Variable name must precede ":=" in assignment.']],
  ["x := 1.5", ["5 4828 Invalid number literal."]],
  ["x := 1_000", ["5 4828 Invalid number literal."]],
  ["1(2)", ["1 9980 Function name expected."]],
  ["x 1", ["2 6913 Call or assignment expected."]],
  ["let x: u256 := 1", ["4 5473 Types are not supported in untyped Yul."]],
  ["switch x", ["9 2418 Switch statement without any cases."]],
  ["switch x default { } case 1 { }", ["21 4904 Case not allowed after default case."]],
  ["break leave", ['0 2592 Keyword "break" needs to be inside a for-loop body.', '6 8149 Keyword "leave" can only be used inside a function.']],
  ["for { break } 1 { continue } { }", ['6 9615 Keyword "break" in for-loop init block is not allowed.', '18 2461 Keyword "continue" in for-loop post block is not allowed.']],
  ["let x := let y := ; let z := 3", ["9 1856 Literal or identifier expected.", "18 1856 Literal or identifier expected."]],
];

for (const [source, expected] of faults) test(`rejects ${source}`, () => assert.deepEqual(yulFaults(source), expected));
