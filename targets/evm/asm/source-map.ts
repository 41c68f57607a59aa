/**
 * solc's compressed source map: one entry `s:l:f:j:m` an instruction, separated by `;`; a field that repeats the entry
 * before is left empty, and empty fields at the end are left out.
 * https://docs.soliditylang.org/en/latest/internals/source_mappings.html
 */
import type { SourceFile, Span } from "../../../compiler/base/span.js";

export interface MapEntry {
  readonly span?: Span;
  readonly jump?: "i" | "o";
}

const byteOffsets = new WeakMap<SourceFile, Uint32Array | null>();

/** Byte offset in UTF-8 of an offset in UTF-16 code units. */
function byteOffset(file: SourceFile, offset: number): number {
  let table = byteOffsets.get(file);
  if (table === undefined) {
    table = buildByteOffsets(file.content);
    byteOffsets.set(file, table);
  }
  return table ? (table[offset] ?? offset) : offset;
}

/** Null for a plain ASCII text, where both offsets are equal. */
function buildByteOffsets(text: string): Uint32Array | null {
  let plain = true;
  const table = new Uint32Array(text.length + 1);
  let bytes = 0;
  for (let i = 0; i < text.length; i++) {
    table[i] = bytes;
    const unit = text.charCodeAt(i);
    if (unit >= 0x80) plain = false;
    // A surrogate pair is four bytes: three for the first half here, one for the second.
    const secondHalf = unit >= 0xdc00 && unit <= 0xdfff;
    bytes += unit < 0x80 || secondHalf ? 1 : unit < 0x800 ? 2 : 3;
  }
  table[text.length] = bytes;
  return plain ? null : table;
}

export function compressSourceMap(entries: readonly MapEntry[]): string {
  let previous = ["", "", "", "", ""];
  const out: string[] = [];
  for (const { span, jump } of entries) {
    const fields = span
      ? [byteOffset(span.file, span.start), byteOffset(span.file, span.end) - byteOffset(span.file, span.start), span.file.id, jump ?? "-", 0].map(String)
      : ["-1", "-1", "-1", jump ?? "-", "0"];
    const shown = fields.map((field, i) => (field === previous[i] ? "" : field));
    while (shown.length > 0 && shown[shown.length - 1] === "") shown.pop();
    out.push(shown.join(":"));
    previous = fields;
  }
  return out.join(";");
}
