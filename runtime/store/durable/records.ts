/** The bytes of records: whole numbers in groups of seven bits, least significant first (LEB128), and byte strings behind their lengths. */
import { StateError } from "./kv.js";

/** For integers of up to 64 bits, as most balances are: hexadecimal costs ten times as much. */
const scratch = new DataView(new ArrayBuffer(8));
const SMALL = 2n ** 64n;
const scratchBytes = new Uint8Array(scratch.buffer);

export class RecordWriter {
  private bytes = Buffer.allocUnsafe(256);
  private length = 0;

  private reserve(size: number): void {
    if (this.length + size <= this.bytes.length) return;
    const larger = Buffer.allocUnsafe(Math.max(2 * this.bytes.length, this.length + size));
    larger.set(this.bytes.subarray(0, this.length));
    this.bytes = larger;
  }

  byte(value: number): this {
    this.reserve(1);
    this.bytes[this.length++] = value;
    return this;
  }

  /** A whole number below 2^53. */
  number(value: number): this {
    let rest = value;
    while (rest >= 0x80) {
      this.byte((rest % 0x80) | 0x80);
      rest = Math.floor(rest / 0x80);
    }
    return this.byte(rest);
  }

  /** Bytes whose number the reader knows. */
  fixed(content: Uint8Array): this {
    this.reserve(content.length);
    this.bytes.set(content, this.length);
    this.length += content.length;
    return this;
  }

  string(content: Uint8Array): this {
    return this.number(content.length).fixed(content);
  }

  /** An unsigned integer of any size. */
  integer(value: bigint): this {
    if (value === 0n) return this.number(0);
    if (value < SMALL) return this.smallInteger(value);
    const hex = value.toString(16);
    return this.string(Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, "hex"));
  }

  private smallInteger(value: bigint): this {
    scratch.setBigUint64(0, value);
    let first = 0;
    while (scratchBytes[first] === 0) first++;
    this.number(8 - first);
    for (; first < 8; first++) this.byte(scratchBytes[first]!);
    return this;
  }

  text(value: string): this {
    return this.string(Buffer.from(value, "utf8"));
  }

  /** The record; the writer may be used for another then. */
  finish(): Uint8Array {
    // In memory that many records share: a buffer of its own costs more than the rest of a record.
    const record = Buffer.allocUnsafe(this.length);
    record.set(this.bytes.subarray(0, this.length));
    this.length = 0;
    return record;
  }
}

/** Reads what a writer wrote. Throws StateError ("corrupt") where a record ends too early. */
export class RecordReader {
  private at = 0;
  private readonly bytes: Uint8Array;

  constructor(record: Uint8Array) {
    // Never a Buffer, whose slice() shares memory where an array's copies.
    this.bytes = new Uint8Array(record.buffer, record.byteOffset, record.byteLength);
  }

  get isAtEnd(): boolean {
    return this.at === this.bytes.length;
  }

  byte(): number {
    const value = this.bytes[this.at++];
    if (value === undefined) throw new StateError("corrupt", "a record of the state is cut off", "restore a checkpoint");
    return value;
  }

  number(): number {
    let value = 0;
    for (let factor = 1; ; factor *= 0x80) {
      const byte = this.byte();
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) return value;
    }
  }

  /** A view of the record's memory. */
  fixed(length: number): Uint8Array {
    const end = this.at + length;
    if (end > this.bytes.length) throw new StateError("corrupt", "a record of the state is cut off", "restore a checkpoint");
    const content = this.bytes.subarray(this.at, end);
    this.at = end;
    return content;
  }

  /** All that is left. */
  rest(): Uint8Array {
    return this.fixed(this.bytes.length - this.at);
  }

  string(): Uint8Array {
    return this.fixed(this.number());
  }

  integer(): bigint {
    const bytes = this.string();
    if (bytes.length <= 8) {
      scratchBytes.fill(0);
      for (let i = 0; i < bytes.length; i++) scratchBytes[8 - bytes.length + i] = bytes[i]!;
      return scratch.getBigUint64(0);
    }
    return BigInt(`0x${Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("hex")}`);
  }

  text(): string {
    return Buffer.from(this.string()).toString("utf8");
  }
}
