/** Reads the parts of a WebAssembly binary that instrumentation looks at. */

/** The module cannot be used; the message says why. */
export class ModuleError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "ModuleError";
  }
}

export class Reader {
  constructor(
    readonly bytes: Uint8Array,
    public at = 0,
    readonly end = bytes.length,
  ) {}

  get done(): boolean {
    return this.at >= this.end;
  }

  byte(): number {
    if (this.at >= this.end) throw new ModuleError("the module is cut off");
    return this.bytes[this.at++]!;
  }

  /** An unsigned LEB128 number of at most 32 bits. */
  u32(): number {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = this.byte();
      if (shift > 28) throw new ModuleError("a number of the module is too long");
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
  }

  /** Passes over a LEB128 number of any width and sign. */
  skipNumber(): void {
    for (let length = 1; this.byte() >= 0x80; length++) if (length >= 10) throw new ModuleError("a number of the module is too long");
  }

  take(length: number): Uint8Array {
    if (this.at + length > this.end) throw new ModuleError("the module is cut off");
    const part = this.bytes.subarray(this.at, this.at + length);
    this.at += length;
    return part;
  }

  name(): string {
    return Buffer.from(this.take(this.u32())).toString("utf8");
  }
}

/** Bytes of an unsigned LEB128 number. */
export function unsigned(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  while (rest >= 0x80) {
    bytes.push((rest % 0x80) | 0x80);
    rest = Math.floor(rest / 0x80);
  }
  return [...bytes, rest];
}

/** Bytes of a signed LEB128 number; for numbers from 0 up. */
export function signed(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  while (rest >= 0x40) {
    bytes.push((rest % 0x80) | 0x80);
    rest = Math.floor(rest / 0x80);
  }
  return [...bytes, rest];
}

/** A name as sections hold it. */
export function nameBytes(name: string): number[] {
  const bytes = Buffer.from(name, "utf8");
  return [...unsigned(bytes.length), ...bytes];
}
