/** Definitions: contracts, their members, files, statements with bodies, and what changed between language lines. */
import { test } from "node:test";
import assert from "node:assert/strict";
import { forEachChild, type Node, type VariableDeclaration as Variable } from "../../../../../../compiler/frontends/solidity/syntax/ast.js";
import { expressionOf, faultsOf, membersOf, parseClean, shape, statementsOf } from "./parse-helpers.js";

test("contract headers take bases, arguments and a storage layout in either order", () => {
  const unit = parseClean("abstract contract C layout at 2**8 is A, M.B(1, 2) {} contract D is A layout at 7 {}");
  const [c, d] = unit.nodes;
  assert.ok(c!.kind === "ContractDefinition" && c.isAbstract && c.contractKind === "contract");
  assert.deepEqual(
    c.bases.map((base) => [base.baseName.name, base.arguments?.length]),
    [
      ["A", undefined],
      ["M.B", 2],
    ],
  );
  assert.equal(shape(c.storageLayout?.baseSlot), "(2 ** 8)");
  assert.ok(d!.kind === "ContractDefinition" && d.bases.length === 1);
  assert.equal(shape(d.storageLayout?.baseSlot), "7");
});

test("imports of all forms", () => {
  const nodes = parseClean('import "a"; import "b" as B; import * as C from "c"; import {x, y as z} from "d";').nodes;
  const seen = nodes.map((node) => (node.kind === "ImportDirective" ? [node.path, node.unitAlias?.name, node.symbols?.map((symbol) => [symbol.name, symbol.alias?.name])] : []));
  assert.deepEqual(seen, [
    ["a", undefined, undefined],
    ["b", "B", undefined],
    ["c", "C", undefined],
    [
      "d",
      undefined,
      [
        ["x", undefined],
        ["y", "z"],
      ],
    ],
  ]);
});

test("a pragma keeps its text, blanks squeezed and comments dropped", () => {
  const nodes = parseClean("pragma solidity  >=0.4.22 /* ; */ <0.9.0 || ^0.8.1 ; pragma abicoder v2;").nodes;
  assert.deepEqual(
    nodes.map((node) => node.kind === "PragmaDirective" && [node.name, node.value]),
    [
      ["solidity", ">=0.4.22 <0.9.0 || ^0.8.1"],
      ["abicoder", "v2"],
    ],
  );
});

test("file-level definitions of every kind", () => {
  const unit = parseClean(`
    uint constant X = 1; type T is uint128; struct S { T t; } enum E { A, B } error Err(uint a, string);
    event Ev(address indexed who, uint) anonymous; function free(uint a) pure returns (uint) { return a; }
    using {free, L.add as +, neg as ~} for T global; interface I {} library L {}`);
  assert.deepEqual(
    unit.nodes.map((node) => node.kind),
    [
      "VariableDeclaration",
      "UserDefinedValueTypeDefinition",
      "StructDefinition",
      "EnumDefinition",
      "ErrorDefinition",
      "EventDefinition",
      "FunctionDefinition",
      "UsingForDirective",
      "ContractDefinition",
      "ContractDefinition",
    ],
  );
  const [constant, , , , , event, free, using] = unit.nodes;
  assert.ok(constant!.kind === "VariableDeclaration" && constant.role === "fileConstant" && constant.mutability === "constant");
  assert.ok(event!.kind === "EventDefinition" && event.isAnonymous);
  assert.deepEqual(
    event.parameters.map((parameter) => parameter.isIndexed),
    [true, false],
  );
  assert.ok(free!.kind === "FunctionDefinition" && free.functionKind === "freeFunction");
  assert.ok(using!.kind === "UsingForDirective" && using.isGlobal && using.library === undefined);
  assert.deepEqual(
    using.functions!.map(({ path, operator }) => [path.name, operator]),
    [
      ["free", undefined],
      ["L.add", "+"],
      ["neg", "~"],
    ],
  );
});

test("state variables: all specifiers, `transient` as keyword and as name", () => {
  const members = membersOf(`uint public constant override(A, B) X = 1; address payable immutable a; uint transient t;
    uint transient; uint transient = 1; function (uint) external view returns (bool) public f;
    mapping(address owner => mapping(M.K => uint256 amount) inner) private m; uint[2][] n;`);
  const variables = members.map((member) => (member.kind === "VariableDeclaration" ? member : assert.fail()));
  const [x, a, t, named, , f, m, n] = variables as [Variable, Variable, Variable, Variable, Variable, Variable, Variable, Variable];
  assert.equal(x.visibility, "public");
  assert.deepEqual(
    x.overrides!.bases.map((base) => base.name),
    ["A", "B"],
  );
  assert.ok(a.typeName?.kind === "ElementaryTypeName" && a.typeName.isPayable && a.mutability === "immutable");
  assert.ok(t.isTransient && !named.isTransient && named.name === "transient");
  assert.ok(f.typeName?.kind === "FunctionTypeName" && f.typeName.visibility === "external" && f.visibility === "public");
  assert.ok(m.typeName?.kind === "MappingTypeName" && m.typeName.keyName?.name === "owner" && m.typeName.valueName?.name === "inner");
  assert.ok(n.typeName?.kind === "ArrayTypeName" && n.typeName.length === undefined);
});

test("functions: kinds, header parts in any order, absent bodies", () => {
  const members = membersOf(`constructor(uint a) B(a) payable {} fallback(bytes calldata) external returns (bytes memory) {}
    receive() external payable {} function f(uint) virtual override(A) mod(1) M.other external view returns (uint r, bool);`);
  const functions = members.map((member) => (member.kind === "FunctionDefinition" ? member : assert.fail()));
  assert.deepEqual(
    functions.map((member) => member.functionKind),
    ["constructor", "fallback", "receive", "function"],
  );
  const f = functions[3]!;
  assert.ok(f.body === undefined && f.isVirtual && f.stateMutability === "view" && f.visibility === "external");
  assert.deepEqual(
    f.modifiers.map(({ path, arguments: args }) => [path.name, args?.length]),
    [
      ["mod", 1],
      ["M.other", undefined],
    ],
  );
  assert.deepEqual(
    f.returnParameters.map((parameter) => parameter.name),
    ["r", ""],
  );
});

test("modifiers own `_`, functions have it as a name", () => {
  const [modifier, definition] = membersOf("modifier m virtual { _; } function f() public { _; }");
  assert.equal(modifier?.kind === "ModifierDefinition" && modifier.body!.statements[0]!.kind, "PlaceholderStatement");
  assert.equal(definition?.kind === "FunctionDefinition" && definition.body!.statements[0]!.kind, "ExpressionStatement");
});

test("try, emit, revert, unchecked and loops", () => {
  const statements = statementsOf(`
    try this.g{gas: 5}(1) returns (uint v) { v; } catch Error(string memory r) { r; } catch (bytes memory) {} catch {}
    emit M.E(1); revert M.Err({a: 1}); revert("x"); unchecked { x++; }
    for (;;) { break; } for (uint i = 0; i < 3; i++) continue; do x--; while (x > 0); if (a) b; else if (c) d; else e;`);
  assert.deepEqual(
    statements.map((statement) => statement.kind),
    ["TryStatement", "EmitStatement", "RevertStatement", "ExpressionStatement", "Block", "ForStatement", "ForStatement", "DoWhileStatement", "IfStatement"],
  );
  const [attempt] = statements;
  assert.ok(attempt!.kind === "TryStatement");
  assert.equal(shape(attempt.externalCall), "this.g{gas:5}(1)");
  assert.deepEqual(
    attempt.clauses.map((clause) => [clause.errorName, clause.parameters?.length]),
    [
      ["", 1],
      ["Error", 1],
      ["", 1],
      ["", undefined],
    ],
  );
});

test("doc comments lose their markers", () => {
  const unit = parseClean("/**\n * @title T\n *   more\n */\ncontract C {\n  /// a\n  ///  b\n  //// no doc\n  function f() public {}\n}");
  const contract = unit.nodes[0]!;
  assert.ok(contract.kind === "ContractDefinition");
  assert.equal(contract.documentation?.text, " @title T\n   more");
  const member = contract.members[0]!;
  assert.equal(member.kind === "FunctionDefinition" && member.documentation?.text, "a\n  b");
});

test("the license is the one outside of definitions", () => {
  assert.equal(parseClean("// SPDX-License-Identifier: MIT OR GPL-3.0\ncontract C {}").license, "MIT OR GPL-3.0");
  assert.equal(parseClean("contract C { string x = '// SPDX-License-Identifier: MIT'; }").license, undefined);
});

test("0.5: unnamed fallback functions, function-typed variables, old words as names", () => {
  const [fallback, variable, payable] = membersOf("function () external payable {} function (uint) external returns (uint) f; function receive() public {}", "0.5");
  assert.ok(fallback?.kind === "FunctionDefinition" && fallback.functionKind === "fallback" && fallback.stateMutability === "payable");
  assert.ok(variable?.kind === "VariableDeclaration" && variable.name === "f" && variable.typeName!.kind === "FunctionTypeName");
  assert.ok(payable?.kind === "FunctionDefinition" && payable.name === "receive");
  assert.equal(shape(expressionOf('"naïve \\v"', "0.5")), "string<6e61c3af766520".replace("766520", "7665200b>"));
});

test("`throw` and `years` are left to the checker; `var` is understood but rejected", () => {
  assert.equal(statementsOf("throw;")[0]!.kind, "ThrowStatement");
  assert.equal(shape(expressionOf("1 years")), "1 years");
  assert.deepEqual(faultsOf("contract C { function f() public { var (a, b) = g(); c d; } }"), ["1:36 6933 Expected primary expression."]);
});

test("ids are unique and every child lies within its parent", () => {
  const unit = parseClean("contract C is B(1) { mapping(uint => uint) m; function f() public { assembly { let x := add(1, 2) } } }");
  const seen = new Set<number>();
  const visit = (node: Node): void => {
    assert.ok(!seen.has(node.id), `id ${node.id} of ${node.kind} is taken`);
    seen.add(node.id);
    forEachChild(node, (child) => {
      assert.ok(child.span.start >= node.span.start && child.span.end <= node.span.end, `${child.kind} in ${node.kind}`);
      visit(child);
    });
  };
  visit(unit);
});
