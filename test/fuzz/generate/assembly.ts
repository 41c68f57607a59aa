/** Inline assembly whose meaning the language defines: arithmetic on whole words, allocated memory that it wrote itself, storage and transient slots. */
import { item, type SourceNode } from "../tree.js";
import type { Scope, Variable } from "./scope.js";
import { bitsOf } from "./types.js";

const BINARY = ["add", "sub", "mul", "div", "sdiv", "mod", "smod", "lt", "gt", "slt", "sgt", "eq", "and", "or", "xor", "byte", "shl", "shr", "sar", "signextend", "exp"];

/** Types whose variables fill a word, so that assembly sees no undefined bits. */
function isWord(variable: Variable): boolean {
  return variable.location === "stack" && ["uint", "int", "fixedBytes"].includes(variable.type.kind) && bitsOf(variable.type) === 256;
}

export function assemblyNode(scope: Scope): SourceNode | undefined {
  const words = scope
    .readable()
    .filter(isWord)
    .map((v) => v.name);
  if (words.length === 0 || !scope.spend(10)) return undefined;
  const { random } = scope;
  const slots = scope.allows("write") ? scope.variables.filter((v) => v.location === "storage" && !v.isTransient && v.assignable && isWholeSlot(v)).map((v) => v.name) : [];
  const lines = Array.from({ length: random.between(1, 3) }, () => statement(scope, words, slots));
  return item('assembly ("memory-safe") {\n', ...lines, "}\n");
}

function isWholeSlot(variable: Variable): boolean {
  return ["uint", "int", "fixedBytes"].includes(variable.type.kind) && bitsOf(variable.type) === 256;
}

function operand(scope: Scope, words: readonly string[], depth: number): string {
  const { random } = scope;
  if (depth === 0 || random.chance(0.4)) return random.chance(0.7) ? random.pick(words) : `0x${random.edgeValue(256).toString(16)}`;
  const argument = (): string => operand(scope, words, depth - 1);
  const choice = random.below(10);
  if (choice === 0) return `${random.pick(["not", "iszero"])}(${argument()})`;
  if (choice === 1) return `${random.pick(["addmod", "mulmod"])}(${argument()}, ${argument()}, ${argument()})`;
  if (choice === 2) return scope.facts.effects === "pure" ? argument() : `calldataload(and(${argument()}, 0x7f))`;
  return `${random.pick(BINARY)}(${argument()}, ${argument()})`;
}

function statement(scope: Scope, words: readonly string[], slots: readonly string[]): SourceNode {
  const { random } = scope;
  const value = (): string => operand(scope, words, 3);
  const target = random.pick(words);
  switch (random.below(11)) {
    case 0: {
      const p = scope.fresh("m");
      return item(
        `let ${p} := mload(0x40)\nmstore(${p}, ${value()})\nmstore(add(${p}, ${random.pick([8, 20, 32])}), ${value()})\n${target} := keccak256(${p}, ${random.pick([0, 20, 32, 40])})\n`,
      );
    }
    case 1: {
      const p = scope.fresh("m");
      return item(`let ${p} := mload(0x40)\nmstore(${p}, ${value()})\nmstore8(add(${p}, ${random.below(32)}), ${value()})\n${target} := mload(${p})\n`);
    }
    case 2:
      if (slots.length > 0) return item(`sstore(${random.pick(slots)}.slot, ${value()})\n`);
      return item(`mstore(0, ${value()})\n${target} := mload(0)\n`);
    case 3:
      return scope.allows("write") ? item(`tstore(${random.below(3)}, ${value()})\n${target} := tload(${random.below(3)})\n`) : item(`${target} := ${value()}\n`);
    case 4:
      return item(`if ${value()} { ${target} := ${value()} }\n`);
    case 5:
      return item(`switch and(${value()}, 3)\ncase 0 { ${target} := ${value()} }\ncase 2 { ${target} := ${value()} }\ndefault { ${target} := ${value()} }\n`);
    case 6: {
      const i = scope.fresh("k");
      return item(
        `for { let ${i} := 0 } lt(${i}, ${random.between(1, 5)}) { ${i} := add(${i}, 1) } {\nif ${value()} { ${random.pick(["break", "continue"])} }\n${target} := ${value()}\n}\n`,
      );
    }
    case 7: {
      const p = scope.fresh("m");
      const offset = random.pick([0, 1, 12, 31, 32]);
      return item(
        `let ${p} := mload(0x40)\nmstore(${p}, ${value()})\nmstore(add(${p}, 32), ${value()})\nmcopy(add(${p}, ${offset}), ${p}, 32)\n${target} := mload(add(${p}, 32))\n`,
      );
    }
    case 8:
      return scope.facts.sender && scope.facts.self ? exit(scope, value) : item(`${target} := ${value()}\n`);
    default:
      return item(`${target} := ${value()}\n`);
  }
}

/** Ends the message, at times: what was stored before must be there after a return, and gone after a revert. */
function exit(scope: Scope, value: () => string): SourceNode {
  const p = scope.fresh("m");
  const length = scope.random.pick([0, 4, 32, 33]);
  // Two words are written: what memory behind the first one holds is undefined.
  return item(
    `if lt(${value()}, ${scope.random.pick([1, 2, 100])}) {\nlet ${p} := mload(0x40)\nmstore(${p}, ${value()})\nmstore(add(${p}, 32), not(0))\n${scope.random.pick(["return", "return", "revert"])}(${p}, ${length})\n}\n`,
  );
}
