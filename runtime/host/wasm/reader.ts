/** Reads the parts of a WebAssembly binary that rewriting looks at (WebAssembly 2.0, section 5.2). */

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

  /** A signed LEB128 number of at most 33 bits: a block type, or a constant of 32 bits. */
  s33(): number {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = this.byte();
      if (shift > 28) {
        if (byte >= 0x80) throw new ModuleError("a number of the module is too long");
        return value + (byte & 0x40 ? byte - 0x80 : byte) * 2 ** shift;
      }
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return byte & 0x40 ? value - 2 ** (shift + 7) : value;
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
