/** The part of the syntax tree that inline assembly makes; see ast.ts, which exports these types too. */
import type { Span } from "../../../base/span.js";
import type { NodeBase } from "./ast-base.js";

/** `{ ... }` of inline assembly. */
export interface YulBlock extends NodeBase {
  readonly kind: "YulBlock";
  readonly statements: readonly YulStatement[];
}

/** `function f(a, b) -> c { ... }`. */
export interface YulFunctionDefinition extends NodeBase {
  readonly kind: "YulFunctionDefinition";
  readonly name: string;
  readonly nameSpan: Span;
  readonly parameters: readonly YulTypedName[];
  readonly returnVariables: readonly YulTypedName[];
  readonly body: YulBlock;
}

/** A variable, parameter or result that Yul code declares. */
export interface YulTypedName extends NodeBase {
  readonly kind: "YulTypedName";
  readonly name: string;
}

/** `let a, b := f()`. */
export interface YulVariableDeclaration extends NodeBase {
  readonly kind: "YulVariableDeclaration";
  readonly variables: readonly YulTypedName[];
  readonly value?: YulExpression;
}

/** `a, b := f()`. */
export interface YulAssignment extends NodeBase {
  readonly kind: "YulAssignment";
  readonly targets: readonly YulIdentifier[];
  readonly value: YulExpression;
}

/** `sstore(0, 1)` as a statement. */
export interface YulExpressionStatement extends NodeBase {
  readonly kind: "YulExpressionStatement";
  readonly expression: YulExpression;
}

/** `if c { ... }`. */
export interface YulIf extends NodeBase {
  readonly kind: "YulIf";
  readonly condition: YulExpression;
  readonly body: YulBlock;
}

/** `switch x case 0 { ... } default { ... }`. */
export interface YulSwitch extends NodeBase {
  readonly kind: "YulSwitch";
  readonly expression: YulExpression;
  /** The default case, if any, is last. */
  readonly cases: readonly YulCase[];
}

/** One case of a switch; `value` is undefined for `default`. */
export interface YulCase extends NodeBase {
  readonly kind: "YulCase";
  readonly value?: YulLiteral;
  readonly body: YulBlock;
}

/** `for { init } condition { post } { body }`. */
export interface YulForLoop extends NodeBase {
  readonly kind: "YulForLoop";
  readonly pre: YulBlock;
  readonly condition: YulExpression;
  readonly post: YulBlock;
  readonly body: YulBlock;
}

/** `break` in assembly. */
export interface YulBreak extends NodeBase {
  readonly kind: "YulBreak";
}

/** `continue` in assembly. */
export interface YulContinue extends NodeBase {
  readonly kind: "YulContinue";
}

/** `leave` in assembly. */
export interface YulLeave extends NodeBase {
  readonly kind: "YulLeave";
}

/** `add(1, 2)`: an EVM builtin or a Yul function. */
export interface YulFunctionCall extends NodeBase {
  readonly kind: "YulFunctionCall";
  readonly functionName: YulIdentifier;
  readonly arguments: readonly YulExpression[];
}

/** A Yul or Solidity name: `x`, `x.slot` (`name` "x", `suffix` "slot"), `M.c.offset` (`name` "M.c"). */
export interface YulIdentifier extends NodeBase {
  readonly kind: "YulIdentifier";
  /** What precedes the last dot, or the whole name. */
  readonly name: string;
  /** What follows the last dot. */
  readonly suffix?: string;
}

/** `1`, `0xff`, `"abc"`, `hex"00"`, `true`. */
export interface YulLiteral extends NodeBase {
  readonly kind: "YulLiteral";
  readonly literalKind: "number" | "boolean" | "string" | "hex";
  /** A number or boolean as written (underscores removed); `""` for strings. */
  readonly value: string;
  /** The value of a string or hex string; empty for numbers and booleans. */
  readonly bytes: Uint8Array;
}

export type YulStatement =
  YulBlock | YulFunctionDefinition | YulVariableDeclaration | YulAssignment | YulExpressionStatement | YulIf | YulSwitch | YulForLoop | YulBreak | YulContinue | YulLeave;

export type YulExpression = YulFunctionCall | YulIdentifier | YulLiteral;

export type YulNode = YulStatement | YulExpression | YulTypedName | YulCase;
