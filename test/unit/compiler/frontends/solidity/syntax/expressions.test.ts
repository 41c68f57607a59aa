/** Expressions: precedence, associativity, postfix chains, literals. */
import { test } from "node:test";
import assert from "node:assert/strict";
import { expressionOf, shape, statementsOf } from "./parse-helpers.js";

const shapes: readonly (readonly [string, string])[] = [
  ["a + b * c", "(a + (b * c))"],
  ["a - b - c", "((a - b) - c)"],
  ["a ** b ** c", "(a ** (b ** c))"],
  ["-a ** b", "((- a) ** b)"],
  ["a || b && c == d < e | f ^ g & h << i + j * k ** l", "(a || (b && (c == (d < (e | (f ^ (g & (h << (i + (j * (k ** l)))))))))))"],
  ["a >> b >>> c", "((a >> b) >>> c)"],
  ["!a == ~b", "((! a) == (~ b))"],
  ["a ? b : c ? d : e", "(a ? b : (c ? d : e))"],
  ["a = b = c", "(a = (b = c))"],
  ["a ? b : c = d", "(a ? b : (c = d))"],
  ["-x++", "(- (x ++))"],
  ["delete a[i].b", "(delete a[i].b)"],
  ["f{value: 1 ether, gas: g}(x)(y)", "f{value:1 ether,gas:g}(x)(y)"],
  ["f({a: 1, b: 2})", "f(a:1,b:2)"],
  ["a[1:2][:n][m:][:]", "a[1:2][:n][m:][:]"],
  ["(a)", "tuple(a)"],
  ["(a, , b)", "tuple(a,,b)"],
  ["(,)", "tuple(,)"],
  ["()", "tuple()"],
  ["[a, b]", "array[a,b]"],
  ["type(uint).max", "type(uint256).max"],
  ["type(uint[]).x", "type(uint256[]).x"],
  ["payable(a).transfer", "address(a).transfer"],
  ["new uint[](3)", "new ArrayTypeName(3)"],
  ["new M.C{salt: s}()", "new UserDefinedTypeName{salt:s}()"],
  ["x.address", "x.address"],
  ["0xFf + 1_000.5e-3 + .5", "((0xFf + 1000.5e-3) + .5)"],
  ["1.foo", "1.foo"],
  ['"a" "b\\x41\\u00e9\\n"', "string<616241c3a90a>"],
  ["hex'00_ff' hex\"01\"", "hex<00ff01>"],
  ['unicode"é😀"', "unicode<c3a9f09f9880>"],
  ["error(revert, from, global, transient, layout, at, leave, now)", "error(revert,from,global,transient,layout,at,leave,now)"],
];

for (const [source, expected] of shapes) test(`reads ${source}`, () => assert.equal(shape(expressionOf(source)), expected));

test("** is left associative before 0.8", () => {
  assert.equal(shape(expressionOf("a ** b ** c", "0.7")), "((a ** b) ** c)");
});

test("units depend on the line", () => {
  assert.equal(shape(expressionOf("1 finney + 2 szabo", "0.6")), "(1 finney + 2 szabo)");
  assert.equal(shape(expressionOf("1 gwei", "0.7")), "1 gwei");
});

test("an escaped line end in a string vanishes", () => {
  assert.equal(shape(expressionOf('"a\\\nb\\\r\nc"')), "string<616263>");
});

test("parenthesized statements are expressions or declarations", () => {
  const [swap, declared, holes, nested] = statementsOf("(a, b) = (b, a); (uint x, , M.T[] memory y) = f(); (, uint z) = g(); (a[i].b, c) = h();");
  assert.equal(swap!.kind === "ExpressionStatement" && shape(swap.expression), "(tuple(a,b) = tuple(b,a))");
  assert.ok(declared!.kind === "VariableDeclarationStatement" && declared.isTuple);
  assert.deepEqual(
    declared.declarations.map((variable) => variable?.name),
    ["x", undefined, "y"],
  );
  assert.ok(holes!.kind === "VariableDeclarationStatement");
  assert.deepEqual(
    holes.declarations.map((variable) => variable?.name),
    [undefined, "z"],
  );
  assert.equal(nested!.kind === "ExpressionStatement" && shape(nested.expression), "(tuple(a[i].b,c) = h())");
});

test("an indexed path is a type if a name or a location follows", () => {
  const [declaration, assignment] = statementsOf("x.y[7 * 20 + 3][] memory a; x.y[7 * 20 + 3] = 9;");
  assert.ok(declaration!.kind === "VariableDeclarationStatement");
  const type = declaration.declarations[0]!.typeName!;
  assert.ok(type.kind === "ArrayTypeName" && type.length === undefined && type.baseType.kind === "ArrayTypeName");
  assert.equal(shape(type.baseType.length), "((7 * 20) + 3)");
  assert.ok(type.baseType.baseType.kind === "UserDefinedTypeName");
  assert.deepEqual(
    type.baseType.baseType.path.parts.map((part) => part.name),
    ["x", "y"],
  );
  assert.equal(declaration.declarations[0]!.location, "memory");
  assert.equal(assignment!.kind === "ExpressionStatement" && shape(assignment.expression), "(x.y[((7 * 20) + 3)] = 9)");
});
