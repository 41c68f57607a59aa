/**
 * The IR's text form. What it prints, parser.ts reads back to an equal module, and that prints the same text again.
 *
 *   module "a.sol:Counter" contract creation @creation runtime @runtime
 *   immutable owner "address" 12
 *   data $msg hex"68690a"
 *
 *   func @add(%0: i256, %1: i256) -> (i256) inline always {
 *     local $0 i256 "x"
 *   b0:
 *     %2: i256 = add.checked.u %0, %1
 *     switch %2, [0: b1(%0), 1: b2], b3
 *   b1(%3: i256):
 *     ret %3
 *   ...
 *   }
 *
 * Results carry their type, operands do not. A `;` starts a comment. With `spans`, an instruction ends in
 * `!file:start:end` (the source file's id and UTF-16 offsets).
 */
import type { Span } from "../base/span.js";
import { spellInt, spellName } from "./names.js";
import { OPS, type ImmediateKind } from "./ops.js";
import type { Block, Func, Immediates, Inst, Module, Target, ValueId } from "./module.js";

export interface PrintOptions {
  /** Ends each instruction with its source position. */
  readonly spans?: boolean;
}

/** The text of a module, with a line end at its end. */
export function printModule(module: Module, options: PrintOptions = {}): string {
  const lines = [`module ${JSON.stringify(module.name)} ${module.kind} creation @${spellName(module.creation)} runtime @${spellName(module.runtime)}`];
  for (const { name, sourceType, astId } of module.immutables) {
    const type = sourceType === undefined ? "" : ` ${JSON.stringify(sourceType)}`;
    lines.push(`immutable ${spellName(name)}${type}${astId === undefined ? "" : ` ${astId}`}`);
  }
  for (const [name, bytes] of module.data) lines.push(`data $${spellName(name)} hex"${Buffer.from(bytes).toString("hex")}"`);
  for (const func of module.funcs.values()) lines.push("", ...functionLines(func, options));
  return lines.join("\n") + "\n";
}

/** The text of one function, without a line end at its end. */
export function printFunc(func: Func, options: PrintOptions = {}): string {
  return functionLines(func, options).join("\n");
}

function functionLines(func: Func, options: PrintOptions): string[] {
  const results = func.resultTypes.length > 0 ? ` -> (${func.resultTypes.map((t) => `i${t}`).join(", ")})` : "";
  const advice = func.inline === "auto" ? "" : ` inline ${func.inline}`;
  const span = options.spans && func.span ? ` ${spanText(func.span)}` : "";
  const lines = [`func @${spellName(func.name)}(${typedList(func, func.params)})${results}${advice} {${span}`];
  func.locals.forEach((local, id) => lines.push(`  local $${id} i${local.type} ${JSON.stringify(local.name)}`));
  for (const block of func.blocks) {
    lines.push(blockHeader(func, block));
    for (const inst of block.insts) lines.push("  " + printInst(func, inst, options));
  }
  lines.push("}");
  return lines;
}

function blockHeader(func: Func, block: Block): string {
  return block.params.length > 0 ? `b${block.id}(${typedList(func, block.params)}):` : `b${block.id}:`;
}

/** The text of one instruction, for messages too: it prints broken instructions as well as it can. */
export function printInst(func: Func, inst: Inst, options: PrintOptions = {}): string {
  let text = inst.results.length > 0 ? `${typedList(func, inst.results)} = ${inst.op}` : inst.op;
  const kinds = OPS.get(inst.op)?.immediates ?? [];
  if (kinds.length > 0) text += " " + kinds.map((kind) => immediate(kind, inst.imm)).join(" ");
  const operands: string[] = inst.args.map((arg) => `%${arg}`);
  const cases = inst.cases;
  if (cases) {
    const arms = cases.map((value, i) => `${spellInt(value)}: ${target(inst.targets[i])}`);
    operands.push(`[${arms.join(", ")}]`, ...inst.targets.slice(cases.length).map(target));
  } else {
    operands.push(...inst.targets.map(target));
  }
  if (operands.length > 0) text += " " + operands.join(", ");
  return options.spans && inst.span ? `${text} ${spanText(inst.span)}` : text;
}

function typedList(func: Func, values: readonly ValueId[]): string {
  return values.map((v) => `%${v}: i${func.valueTypes[v] ?? "?"}`).join(", ");
}

function target(to: Target | undefined): string {
  if (!to) return "b?";
  return to.args.length > 0 ? `b${to.block}(${to.args.map((a) => `%${a}`).join(", ")})` : `b${to.block}`;
}

function immediate(kind: ImmediateKind, imm: Immediates): string {
  switch (kind) {
    case "int":
      return imm.int === undefined ? "?" : spellInt(imm.int);
    case "code":
      return imm.code === undefined ? "?" : `0x${imm.code.toString(16)}`;
    case "local":
      return `$${imm.local ?? "?"}`;
    case "func":
      return `@${spellName(imm.func ?? "?")}`;
    case "data":
      return `$${spellName(imm.data ?? "?")}`;
    case "object":
      return JSON.stringify(imm.object ?? "?");
    case "library":
      return JSON.stringify(imm.library ?? "?");
    case "immutable":
      return spellName(imm.immutable ?? "?");
    case "string":
      return '""';
  }
}

function spanText(span: Span): string {
  return `!${span.file.id}:${span.start}:${span.end}`;
}
