/** Reads a WebAssembly module into its sections, and the parts of them that merging needs. */
import { SECTION } from "./opcodes.js";

export interface Section {
  readonly id: number;
  /** Offset of the section's first byte (its id) in the module. */
  readonly start: number;
  readonly content: Uint8Array;
}

export class Reader {
  at = 0;
  constructor(readonly bytes: Uint8Array) {}

  get done(): boolean {
    return this.at >= this.bytes.length;
  }
  byte(): number {
    return this.bytes[this.at++]!;
  }
  /** Unsigned LEB128 below 2^32. */
  u32(): number {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = this.byte();
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
  }
  name(): string {
    const length = this.u32();
    return new TextDecoder().decode(this.take(length));
  }
  take(length: number): Uint8Array {
    this.at += length;
    return this.bytes.subarray(this.at - length, this.at);
  }
}

const HEADER_SIZE = 8;

export function readSections(module: Uint8Array): Section[] {
  const reader = new Reader(module);
  reader.at = HEADER_SIZE;
  const sections: Section[] = [];
  while (!reader.done) {
    const start = reader.at;
    const id = reader.byte();
    const length = reader.u32();
    sections.push({ id, start, content: reader.take(length) });
  }
  return sections;
}

/** A vector section's element count and its bytes behind that. */
export function splitVector(section: Section | undefined): { count: number; elements: Uint8Array } {
  if (!section) return { count: 0, elements: new Uint8Array() };
  const reader = new Reader(section.content);
  const count = reader.u32();
  return { count, elements: reader.bytes.subarray(reader.at) };
}

/** Names of imported functions in index order. All imports are functions. */
export function importNames(sections: readonly Section[]): string[] {
  const { count, elements } = splitVector(sections.find((s) => s.id === SECTION.IMPORT));
  const reader = new Reader(elements);
  return Array.from({ length: count }, () => {
    reader.name();
    const name = reader.name();
    if (reader.byte() !== 0) throw new Error(`import '${name}' is not a function`);
    reader.u32();
    return name;
  });
}

/** Exported indices by name, for one kind (0 functions, 3 globals). */
export function exportIndices(sections: readonly Section[], kind: number): Map<string, number> {
  const { count, elements } = splitVector(sections.find((s) => s.id === SECTION.EXPORT));
  const reader = new Reader(elements);
  const indices = new Map<string, number>();
  for (let i = 0; i < count; i++) {
    const name = reader.name();
    const exported = reader.byte();
    const index = reader.u32();
    if (exported === kind) indices.set(name, index);
  }
  return indices;
}
