/** The entrance to the syntax layer: text in, tree out. */
import type { SourceFile } from "../../../base/span.js";
import type { DiagnosticSink } from "../../../diagnostics/diagnostic.js";
import type { SourceUnit } from "./ast.js";
import type { LanguageLine } from "./language.js";
import type { NodeIds } from "./parser/base.js";
import { SourceUnitParser } from "./parser/source-unit.js";

export type { NodeIds } from "./parser/base.js";

export interface ParseOptions {
  /** Whose grammar holds; the newest line's by default. */
  readonly language?: LanguageLine;
  /** Where node ids come from; share one among the files of a compilation. Starts at 1 by default. */
  readonly ids?: NodeIds;
}

/**
 * Parses one Solidity file.
 *
 * @param sink receives every fault of the file; never throws for bad input
 * @returns the tree; if `sink` got errors, without the definitions, members and statements that were broken
 * @example const unit = parseSource({ id: 0, name: "T.sol", content: "contract T {}" }, new DiagnosticSink());
 */
export function parseSource(file: SourceFile, sink: DiagnosticSink, options: ParseOptions = {}): SourceUnit {
  const parser = new SourceUnitParser(file, sink, options.language ?? "0.8", options.ids ?? { next: 1 });
  return parser.parseSourceUnit();
}
