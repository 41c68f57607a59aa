/**
 * Reads recursive length prefix encoding (yellow paper, appendix B), exactly: what an encoder would not have written is refused, so that a
 * text has one reading and a value one text.
 */
import { bytesToInt } from "../../../machine/bytes.js";

export class RlpError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "RlpError";
  }
}

/** Numbers of so many bytes are below 2^53. */
const SAFE_BYTES = 6;

function smallInteger(bytes: Uint8Array): number {
  let value = 0;
  for (const byte of bytes) value = value * 256 + byte;
  return value;
}

/** Reads the items of a list one after another. Every method throws RlpError where the next item is not what it asks for. */
export class RlpReader {
  private constructor(
    private readonly bytes: Uint8Array,
    private at: number,
    private readonly end: number,
  ) {}

  /** The items of a list that takes up all bytes from an offset on. */
  static list(bytes: Uint8Array, offset = 0): RlpReader {
    const whole = new RlpReader(bytes, offset, bytes.length);
    const items = whole.list();
    whole.finish();
    return items;
  }

  get isAtEnd(): boolean {
    return this.at === this.end;
  }

  /** Offset of the next item. */
  get offset(): number {
    return this.at;
  }

  /** A nested list's items. */
  list(): RlpReader {
    const { from, to } = this.item(0xc0, "a list");
    return new RlpReader(this.bytes, from, to);
  }

  /** A byte string; not copied. */
  data(): Uint8Array {
    const first = this.bytes[this.at];
    if (first !== undefined && first < 0x80 && this.at < this.end) return this.bytes.subarray(this.at, ++this.at);
    const { from, to } = this.item(0x80, "a byte string");
    if (to - from === 1 && this.bytes[from]! < 0x80) throw new RlpError("a single byte has a length");
    return this.bytes.subarray(from, to);
  }

  /** A byte string of a fixed length; not copied. */
  fixed(length: number): Uint8Array {
    const data = this.data();
    if (data.length !== length) throw new RlpError(`${length} bytes are expected where ${data.length} are`);
    return data;
  }

  /** An unsigned integer of at most so many bits. */
  integer(bits: number): bigint {
    const data = this.integerBytes(bits);
    return data.length > SAFE_BYTES ? bytesToInt(data) : BigInt(smallInteger(data));
  }

  /** The same as its bytes, most significant first, none for zero; not copied. */
  integerBytes(bits: number): Uint8Array {
    const data = this.data();
    if (data[0] === 0) throw new RlpError("an integer begins with a zero");
    if (data.length * 8 > bits) throw new RlpError(`an integer has more than ${bits} bits`);
    return data;
  }

  /** Throws where something is left. */
  finish(): void {
    if (this.at !== this.end) throw new RlpError("there is more than belongs here");
  }

  /** The range of the next item's content; `base` tells strings (0x80) from lists (0xc0). */
  private item(base: 0x80 | 0xc0, what: string): { readonly from: number; readonly to: number } {
    const first = this.bytes[this.at];
    if (first === undefined || this.at >= this.end) throw new RlpError("it ends too early");
    const kind = first - base;
    if (kind < 0 || kind >= 0x40) throw new RlpError(`${what} is expected`);
    const [head, length] = kind < 56 ? [1, kind] : this.longLength(kind - 55);
    const from = this.at + head;
    if (length > this.end - from) throw new RlpError("it ends too early");
    this.at = from + length;
    return { from, to: this.at };
  }

  private longLength(size: number): [head: number, length: number] {
    if (size > 4 || this.at + 1 + size > this.end) throw new RlpError("it ends too early");
    let length = 0;
    for (let i = 1; i <= size; i++) length = length * 256 + this.bytes[this.at + i]!;
    if (length < 56 || this.bytes[this.at + 1] === 0) throw new RlpError("a length is not as short as it could be");
    return [1 + size, length];
  }
}
