/** Readable forms of code: solc's one-line `opcodes` and a listing with offsets. */
import { opcodeOf } from "./opcodes.js";

interface Decoded {
  readonly offset: number;
  readonly name: string;
  readonly operand?: string;
}

/** Decodes the first `codeSize` bytes. */
function decode(bytes: Uint8Array, codeSize: number): Decoded[] {
  const out: Decoded[] = [];
  for (let i = 0; i < codeSize; i++) {
    const byte = bytes[i]!;
    const name = opcodeOf(byte)?.name ?? `0x${byte.toString(16).padStart(2, "0")}`;
    const width = byte > 0x5f && byte <= 0x7f ? byte - 0x5f : 0;
    const operand = width > 0 ? `0x${Buffer.from(bytes.subarray(i + 1, i + 1 + width)).toString("hex")}` : undefined;
    out.push({ offset: i, name, operand });
    i += width;
  }
  return out;
}

/** solc's `opcodes` output: mnemonics and operands separated by blanks. */
export function opcodeString(bytes: Uint8Array, codeSize = bytes.length): string {
  return decode(bytes, codeSize)
    .map(({ name, operand }) => (operand === undefined ? name : `${name} ${operand}`))
    .join(" ");
}

/** One instruction a line, with its offset in hexadecimal. */
export function listing(bytes: Uint8Array, codeSize = bytes.length): string {
  return decode(bytes, codeSize)
    .map(({ offset, name, operand }) => `${offset.toString(16).padStart(4, "0")}  ${name}${operand === undefined ? "" : ` ${operand}`}\n`)
    .join("");
}
