/**
 * The cheapest encoding of a constant: PUSHn, or a short expression of NOT, SHL and SUB, by a price that weighs gas against
 * code bytes.
 *
 *   2^256-1        PUSH0 NOT                      instead of PUSH32 ff..ff
 *   0x08c379a0<<224 PUSH4 08c379a0 PUSH1 e0 SHL   instead of PUSH32 08c379a000..
 */
import { hasOpcode, type Fork } from "../hardfork.js";
import type { ItemBody } from "./item.js";

const ALL_ONES = (1n << 256n) - 1n;

/** How gas and bytes are weighed: price = gas + bytes * gasPerByte. */
export interface Pricing {
  readonly fork: Fork;
  readonly gasPerByte: number;
}

/** Bytes of the shortest big-endian form; 0 for zero. */
export function byteLength(value: bigint): number {
  return value === 0n ? 0 : Math.ceil(value.toString(16).length / 2);
}

interface Encoding {
  readonly items: readonly ItemBody[];
  readonly price: number;
}

const push = (value: bigint): ItemBody => ({ kind: "push", value });
const operation = (name: string): ItemBody => ({ kind: "op", name });

function plain(value: bigint, pricing: Pricing): Encoding {
  const bytes = byteLength(value);
  const zero = bytes === 0 && hasOpcode(pricing.fork, "PUSH0");
  return { items: [push(value)], price: zero ? 2 + pricing.gasPerByte : 3 + (1 + Math.max(bytes, 1)) * pricing.gasPerByte };
}

function join(parts: readonly Encoding[], name: string, pricing: Pricing): Encoding {
  const price = parts.reduce((sum, part) => sum + part.price, 3 + pricing.gasPerByte);
  return { items: [...parts.flatMap((part) => part.items), operation(name)], price };
}

/** Items that push `value`, the cheapest known ones. */
export function encodeConstant(value: bigint, pricing: Pricing): readonly ItemBody[] {
  return best(value, pricing, 2).items;
}

function best(value: bigint, pricing: Pricing, depth: number): Encoding {
  let found = plain(value, pricing);
  if (depth === 0 || byteLength(value) <= 2) return found;
  const consider = (candidate: Encoding): void => {
    if (candidate.price < found.price) found = candidate;
  };
  const inverse = ALL_ONES ^ value;
  if (byteLength(inverse) + 3 < byteLength(value)) consider(join([best(inverse, pricing, depth - 1)], "NOT", pricing));
  if (!hasOpcode(pricing.fork, "SHL")) return found;
  const zeros = trailingZeros(value);
  if (zeros >= 8) {
    // SHL takes the amount from the top: value first, amount last.
    consider(join([best(value >> BigInt(zeros), pricing, depth - 1), plain(BigInt(zeros), pricing)], "SHL", pricing));
    const whole = zeros & ~7;
    if (whole !== zeros) consider(join([best(value >> BigInt(whole), pricing, depth - 1), plain(BigInt(whole), pricing)], "SHL", pricing));
  }
  // 2^k - 1 = SUB(SHL(k, 1), 1): the subtrahend lies deeper.
  const above = value + 1n;
  if (above <= ALL_ONES && (above & value) === 0n) {
    const power = join([plain(1n, pricing), plain(BigInt(above.toString(2).length - 1), pricing)], "SHL", pricing);
    consider(join([plain(1n, pricing), power], "SUB", pricing));
  }
  return found;
}

function trailingZeros(value: bigint): number {
  const bits = value.toString(2);
  return bits.length - bits.lastIndexOf("1") - 1;
}
