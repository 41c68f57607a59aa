/** Decoded values as text; apart from the codec, so that who prints does not load a coder. */

/** A decoded value as people read it: nested results in brackets, bigints in decimal. */
export function showValue(value: unknown): string {
  if (Array.isArray(value)) return `[${[...(value as unknown[])].map(showValue).join(", ")}]`;
  if (typeof value === "string") return value.startsWith("0x") ? value : JSON.stringify(value);
  return String(value);
}
