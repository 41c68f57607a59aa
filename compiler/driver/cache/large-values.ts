/**
 * Results as JSON text. Program images repeat in every artifact of a compilation, as hex in the artifact and as bytes beside it: large
 * binaries are kept once, in a table, and named by position.
 *
 *   { program: "0x7f45..." }, { program: "0x7f45..." }   ->   table ["7f45..."], { program: { $hex: 0 } }, { program: { $hex: 0 } }
 */
import type { TargetPart } from "../../../targets/target.js";

/** Files beside an artifact: extension -> content. */
export type FileContents = Readonly<Record<string, Uint8Array | string>>;

/** Shorter hex strings stay where they are. */
const LARGE = 1024;

export interface StoredPart {
  readonly [key: string]: unknown;
}
type StoredFile = { readonly text: string } | { readonly bytes: number };

/** Collects binaries while results are encoded. */
export class LargeValues {
  readonly table: string[] = [];
  private readonly positions = new Map<string, number>();

  private position(hex: string): number {
    let position = this.positions.get(hex);
    if (position === undefined) {
      position = this.table.push(hex) - 1;
      this.positions.set(hex, position);
    }
    return position;
  }

  part(part: TargetPart): StoredPart {
    return Object.fromEntries(
      Object.entries(part).map(([key, value]) => [
        key,
        typeof value === "string" && value.length > LARGE && value.startsWith("0x") ? { $hex: this.position(value.slice(2)) } : value,
      ]),
    );
  }

  files(files: FileContents): Record<string, StoredFile> {
    return Object.fromEntries(
      Object.entries(files).map(([extension, content]) => [
        extension,
        typeof content === "string" ? { text: content } : { bytes: this.position(Buffer.from(content).toString("hex")) },
      ]),
    );
  }
}

/** Reads what {@link LargeValues} encoded. */
export class LargeValueReader {
  private readonly hex = new Map<number, string>();
  private readonly bytes = new Map<number, Uint8Array>();

  constructor(private readonly table: readonly string[]) {}

  part(part: StoredPart): TargetPart {
    return Object.fromEntries(
      Object.entries(part).map(([key, value]) => [key, typeof value === "object" && value !== null && "$hex" in value ? this.hexAt(Number(value.$hex)) : value]),
    );
  }

  files(files: Readonly<Record<string, StoredFile>>): Record<string, Uint8Array | string> {
    return Object.fromEntries(Object.entries(files).map(([extension, content]) => [extension, "text" in content ? content.text : this.bytesAt(content.bytes)]));
  }

  private hexAt(position: number): string {
    let value = this.hex.get(position);
    if (value === undefined) this.hex.set(position, (value = `0x${this.table[position]!}`));
    return value;
  }

  private bytesAt(position: number): Uint8Array {
    let value = this.bytes.get(position);
    if (value === undefined) this.bytes.set(position, (value = new Uint8Array(Buffer.from(this.table[position]!, "hex"))));
    return value;
  }
}
