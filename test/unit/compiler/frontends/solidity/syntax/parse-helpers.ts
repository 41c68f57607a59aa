/** Short ways to parse fragments and to look at what came out. */
import assert from "node:assert/strict";
import { lineColumn } from "../../../../../../compiler/base/span.js";
import { DiagnosticSink, type Diagnostic } from "../../../../../../compiler/diagnostics/diagnostic.js";
import type { ContractMember, Expression, SourceUnit, Statement, YulStatement } from "../../../../../../compiler/frontends/solidity/syntax/ast.js";
import type { LanguageLine } from "../../../../../../compiler/frontends/solidity/syntax/language.js";
import { parseSource } from "../../../../../../compiler/frontends/solidity/syntax/parse.js";

/** Parses and returns the tree with all that was reported. */
export function parse(content: string, language?: LanguageLine): { unit: SourceUnit; diagnostics: readonly Diagnostic[] } {
  const sink = new DiagnosticSink();
  const unit = parseSource({ id: 0, name: "a.sol", content }, sink, { language });
  return { unit, diagnostics: sink.all };
}

/** Parses what must be free of faults. */
export function parseClean(content: string, language?: LanguageLine): SourceUnit {
  const { unit, diagnostics } = parse(content, language);
  assert.deepEqual(diagnostics.map(describe), []);
  return unit;
}

/** `line:column code message`. */
export function describe({ span, code, message }: Diagnostic): string {
  const at = span ? lineColumn(span.file, span.start) : { line: 0, column: 0 };
  return `${at.line}:${at.column} ${code} ${message}`;
}

/** What is reported for `content`, one `line:column code message` each. */
export function faultsOf(content: string, language?: LanguageLine): string[] {
  return parse(content, language).diagnostics.map(describe);
}

/** The members of `contract C { members }`. */
export function membersOf(members: string, language?: LanguageLine): readonly ContractMember[] {
  const contract = parseClean(`contract C { ${members} }`, language).nodes[0];
  assert.equal(contract?.kind, "ContractDefinition");
  return contract.members;
}

/** The statements of a function with body `{ statements }`. */
export function statementsOf(statements: string, language?: LanguageLine): readonly Statement[] {
  const definition = membersOf(`function f() public { ${statements} }`, language)[0];
  assert.equal(definition?.kind, "FunctionDefinition");
  return definition.body!.statements;
}

/** The Yul statements of `assembly { statements }`. */
export function yulOf(statements: string): readonly YulStatement[] {
  const assembly = statementsOf(`assembly { ${statements} }`)[0];
  assert.equal(assembly?.kind, "InlineAssembly");
  return assembly.body.statements;
}

/** The expression of `return expression;`. */
export function expressionOf(expression: string, language?: LanguageLine): Expression {
  const statement = statementsOf(`return ${expression};`, language)[0];
  assert.equal(statement?.kind, "ReturnStatement");
  return statement.expression!;
}

/** An expression with every operation in parentheses, so that its structure can be read. */
export function shape(expression: Expression | undefined): string {
  if (!expression) return "";
  switch (expression.kind) {
    case "Identifier":
      return expression.name;
    case "NumberLiteral":
      return expression.value + (expression.subDenomination ? ` ${expression.subDenomination}` : "");
    case "BooleanLiteral":
      return String(expression.value);
    case "StringLiteral":
      return `${expression.literalKind}<${Buffer.from(expression.bytes).toString("hex")}>`;
    case "ElementaryTypeNameExpression":
      return expression.typeName.name;
    case "UnaryOperation":
      return expression.isPrefix ? `(${expression.operator} ${shape(expression.operand)})` : `(${shape(expression.operand)} ${expression.operator})`;
    case "BinaryOperation":
    case "Assignment":
      return `(${shape(expression.left)} ${expression.operator} ${shape(expression.right)})`;
    case "Conditional":
      return `(${shape(expression.condition)} ? ${shape(expression.trueExpression)} : ${shape(expression.falseExpression)})`;
    case "TupleExpression": {
      const inner = expression.components.map(shape).join(",");
      return expression.isInlineArray ? `array[${inner}]` : `tuple(${inner})`;
    }
    case "FunctionCall": {
      const { names } = expression;
      const args = expression.arguments.map((argument, i) => (names ? `${names[i]!.name}:${shape(argument)}` : shape(argument)));
      return `${shape(expression.expression)}(${args.join(",")})`;
    }
    case "FunctionCallOptions": {
      const options = expression.options.map((option, i) => `${expression.names[i]!.name}:${shape(option)}`);
      return `${shape(expression.expression)}{${options.join(",")}}`;
    }
    case "NewExpression":
      return `new ${expression.typeName.kind}`;
    case "MemberAccess":
      return `${shape(expression.expression)}.${expression.memberName}`;
    case "IndexAccess":
      return `${shape(expression.base)}[${shape(expression.index)}]`;
    case "IndexRangeAccess":
      return `${shape(expression.base)}[${shape(expression.start)}:${shape(expression.end)}]`;
  }
}
