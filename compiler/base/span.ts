/**
 * Source positions. A span is a byte-free, UTF-16 range of one source file; offsets in bytes, lines and columns
 * are derived only when a diagnostic or a source map is written.
 */

/** One source text of a compilation. `name` is the source unit name (what artifacts and metadata carry). */
export interface SourceFile {
  /** Position in the compilation's list of sources; source maps refer to it. */
  readonly id: number;
  /** Source unit name, with forward slashes: `contracts/Token.sol`, `@openzeppelin/contracts/utils/Strings.sol`. */
  readonly name: string;
  /** Absolute path on disk, if the source came from one. */
  readonly path?: string;
  readonly content: string;
}

/** A range of a source file: `start` inclusive, `end` exclusive, in UTF-16 code units. */
export interface Span {
  readonly file: SourceFile;
  readonly start: number;
  readonly end: number;
}

/** The smallest span that covers both `a` and `b`, which lie in the same file. */
export function joinSpans(a: Span, b: Span): Span {
  return { file: a.file, start: Math.min(a.start, b.start), end: Math.max(a.end, b.end) };
}

/** A one-based line and column (in UTF-16 code units), as editors count. */
export interface LineColumn {
  readonly line: number;
  readonly column: number;
}

const lineTables = new WeakMap<SourceFile, number[]>();

function lineStarts(file: SourceFile): number[] {
  let table = lineTables.get(file);
  if (!table) {
    table = [0];
    for (let i = file.content.indexOf("\n"); i >= 0; i = file.content.indexOf("\n", i + 1)) table.push(i + 1);
    lineTables.set(file, table);
  }
  return table;
}

/** Line and column of an offset of a file; binary search over a line table that is built once per file. */
export function lineColumn(file: SourceFile, offset: number): LineColumn {
  const starts = lineStarts(file);
  let low = 0;
  let high = starts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (starts[middle]! <= offset) low = middle;
    else high = middle - 1;
  }
  return { line: low + 1, column: offset - starts[low]! + 1 };
}

/** The text of a one-based line, without its line end. */
export function lineText(file: SourceFile, line: number): string {
  const starts = lineStarts(file);
  const start = starts[line - 1] ?? file.content.length;
  const end = starts[line] ?? file.content.length + 1;
  return file.content.slice(start, end - 1).replace(/\r$/, "");
}
