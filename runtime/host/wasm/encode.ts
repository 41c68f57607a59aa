/** Writes the parts of a WebAssembly binary (WebAssembly 2.0, section 5.2). */

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

/** Bytes of a signed LEB128 number; for whole numbers below 2^53 in either direction. */
export function signed(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  while (rest >= 0x40 || rest < -0x40) {
    const low = ((rest % 0x80) + 0x80) % 0x80;
    bytes.push(low | 0x80);
    rest = (rest - low) / 0x80;
  }
  return [...bytes, rest & 0x7f];
}

/** A name as sections hold it. */
export function nameBytes(name: string): number[] {
  const bytes = Buffer.from(name, "utf8");
  return [...unsigned(bytes.length), ...bytes];
}

/** Byte strings one after another. */
export function join(parts: readonly (Uint8Array | readonly number[])[]): Uint8Array {
  const result = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    result.set(part, at);
    at += part.length;
  }
  return result;
}

/** A vector: the number of its elements, then these. */
export function vector(elements: readonly (Uint8Array | readonly number[])[]): Uint8Array {
  return join([unsigned(elements.length), ...elements]);
}

/** Bytes with their length before them. */
export function sized(bytes: Uint8Array): Uint8Array {
  return join([unsigned(bytes.length), bytes]);
}
