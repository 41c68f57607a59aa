/**
 * What an assembly block says about itself: the flag `("memory-safe")`, or the older doc comment `@solidity memory-safe-assembly`. A mark that is
 * misspelt marks nothing, so everything else in either place gets a warning.
 */
import type { InlineAssembly } from "../syntax/ast.js";
import type { CodeContext } from "./code-context.js";
import { parseDocTags } from "./doc-tags.js";

const mark = "memory-safe-assembly";

/** Whether the block keeps to Solidity's memory model, as it says. */
export function isMarkedMemorySafe(cx: CodeContext, assembly: InlineAssembly): boolean {
  const byFlag = flagsSaySo(cx, assembly);
  const byComment = commentSaysSo(cx, assembly);
  if (byFlag && byComment) {
    const advice = "If you are not concerned with backwards compatibility, only use the assembly flag, otherwise only use the NatSpec tag.";
    cx.warn("8544", `Inline assembly marked as memory safe using both a NatSpec tag and an assembly flag. ${advice}`, assembly.span);
  }
  return byFlag || byComment;
}

function flagsSaySo(cx: CodeContext, assembly: InlineAssembly): boolean {
  const flags = assembly.flags ?? [];
  for (const flag of flags) {
    if (flag !== "memory-safe") cx.warn("4430", `Unknown inline assembly flag: "${flag}"`, assembly.span, 'Write "memory-safe".');
  }
  if (flags.filter((flag) => flag === "memory-safe").length > 1) {
    cx.error("7026", "Inline assembly marked memory-safe multiple times.", assembly.span, undefined, undefined, "SyntaxError");
  }
  return flags.includes("memory-safe");
}

function commentSaysSo(cx: CodeContext, assembly: InlineAssembly): boolean {
  if (!assembly.documentation) return false;
  const { tags, faults } = parseDocTags(assembly.documentation.text);
  if (faults.length > 0) {
    const related = [{ span: assembly.documentation.span, message: "The documentation is here:" }];
    cx.warn("7828", "Inline assembly has invalid NatSpec documentation.", assembly.span, undefined, related);
  }
  const values = new Set<string>();
  for (const { name, content } of tags) {
    if (name === "solidity") for (const value of content.split(/\s+/).filter((word) => word !== "")) noteValue(cx, assembly, values, value);
    else {
      cx.warn("6269", `Unexpected NatSpec tag "${name}" with value "${content}" in inline assembly.`, assembly.span);
    }
  }
  if (values.has(mark) && cx.line === "0.8") {
    const message = "Natspec memory-safe-assembly special comment for inline assembly is deprecated and scheduled for removal. Use the memory-safe block annotation instead.";
    cx.warn("2424", message, assembly.span, 'Write: assembly ("memory-safe") { ... }');
  }
  return values.has(mark);
}

function noteValue(cx: CodeContext, assembly: InlineAssembly, values: Set<string>, value: string): void {
  if (values.has(value)) cx.warn("4377", `Value for @solidity tag in inline assembly specified multiple times: ${value}`, assembly.span);
  else if (value !== mark) cx.warn("8787", `Unexpected value for @solidity tag in inline assembly: ${value}`, assembly.span, `Write "${mark}".`);
  values.add(value);
}
