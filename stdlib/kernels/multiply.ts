/**
 * Multiplication: 64 x 64 -> 128 from four 32-bit products (WebAssembly has no high-half multiply), and from it
 * 256 x 256 -> 256, 256 x 256 -> 512 and the overflow-checked forms.
 */
import { give, r1, r2, r3, setOverflow } from "./results";

/** The high half of the 128-bit product. */
@inline
export function mulHigh(a: u64, b: u64): u64 {
  const al = a & 0xffff_ffff;
  const ah = a >> 32;
  const bl = b & 0xffff_ffff;
  const bh = b >> 32;
  const mid = ah * bl + ((al * bl) >> 32);
  // mid and low cannot overflow: (2^32-1)^2 + 2^32-1 < 2^64.
  const low = al * bh + (mid & 0xffff_ffff);
  return ah * bh + (mid >> 32) + (low >> 32);
}

/** The high half of a 64 x 64 product, for checks of narrow products. */
export function umulh(a: u64, b: u64): u64 {
  return mulHigh(a, b);
}

/** 64 x 64 -> 128: the low limb; the high limb in r1. */
export function mul64_wide(a: u64, b: u64): u64 {
  return give(a * b, mulHigh(a, b), 0, 0);
}

/** 128 x 128 -> 128 modulo 2^128. */
export function mul128(a0: u64, a1: u64, b0: u64, b1: u64): u64 {
  return give(a0 * b0, mulHigh(a0, b0) + a0 * b1 + a1 * b0, 0, 0);
}

/** 256 x 256 -> 256 modulo 2^256. */
export function mul256(a0: u64, a1: u64, a2: u64, a3: u64, b0: u64, b1: u64, b2: u64, b3: u64): u64 {
  if (!(a1 | a2 | a3 | b1 | b2 | b3)) return give(a0 * b0, mulHigh(a0, b0), 0, 0);
  let t: u64;
  // Row a0.
  let l1 = mulHigh(a0, b0);
  t = a0 * b1;
  l1 += t;
  let l2 = mulHigh(a0, b1) + u64(l1 < t);
  t = a0 * b2;
  l2 += t;
  let l3 = mulHigh(a0, b2) + u64(l2 < t) + a0 * b3;
  // Row a1.
  t = a1 * b0;
  l1 += t;
  let carry = mulHigh(a1, b0) + u64(l1 < t);
  l2 += carry;
  l3 += u64(l2 < carry);
  t = a1 * b1;
  l2 += t;
  l3 += mulHigh(a1, b1) + u64(l2 < t) + a1 * b2;
  // Row a2 and a3.
  t = a2 * b0;
  l2 += t;
  l3 += mulHigh(a2, b0) + u64(l2 < t) + a2 * b1 + a3 * b0;
  return give(a0 * b0, l1, l2, l3);
}

/** Adds the product of a 256-bit number (at `from`, four limbs) and a limb to the limbs at `to`; the carry out is stored behind them. */
@inline
function mulAddRow(to: usize, limb: u64, b0: u64, b1: u64, b2: u64, b3: u64): void {
  let carry = addProduct(to, limb, b0, 0);
  carry = addProduct(to + 8, limb, b1, carry);
  carry = addProduct(to + 16, limb, b2, carry);
  carry = addProduct(to + 24, limb, b3, carry);
  store<u64>(to + 32, carry);
}

/** mem[at] += a * b + carry; the new carry. It cannot overflow: (2^64-1)^2 + 2 (2^64-1) = 2^128-1. */
@inline
function addProduct(at: usize, a: u64, b: u64, carry: u64): u64 {
  let high = mulHigh(a, b);
  let low = a * b + carry;
  high += u64(low < carry);
  const old = load<u64>(at);
  low += old;
  high += u64(low < old);
  store<u64>(at, low);
  return high;
}

/** 256 x 256 -> 512, eight limbs at `to`. */
export function mulFull(to: usize, a0: u64, a1: u64, a2: u64, a3: u64, b0: u64, b1: u64, b2: u64, b3: u64): void {
  store<u64>(to, 0);
  store<u64>(to, 0, 8);
  store<u64>(to, 0, 16);
  store<u64>(to, 0, 24);
  mulAddRow(to, a0, b0, b1, b2, b3);
  mulAddRow(to + 8, a1, b0, b1, b2, b3);
  mulAddRow(to + 16, a2, b0, b1, b2, b3);
  mulAddRow(to + 24, a3, b0, b1, b2, b3);
}

/** Significant 64-bit limbs, 0 to 4. */
@inline
function limbs(a0: u64, a1: u64, a2: u64, a3: u64): i32 {
  return a3 ? 4 : a2 ? 3 : a1 ? 2 : i32(a0 != 0);
}

/**
 * True where the product of two numbers is 2^256 or more. Products of m and n limbs have at most m + n limbs and at least m + n - 1, so
 * that only m + n = 5 needs a look at the leading partial products.
 */
function exceeds256(a0: u64, a1: u64, a2: u64, a3: u64, b0: u64, b1: u64, b2: u64, b3: u64): bool {
  const m = limbs(a0, a1, a2, a3);
  const n = limbs(b0, b1, b2, b3);
  if (m == 0 || n == 0 || m + n <= 4) return false;
  if (m + n > 5) return true;
  mulFull(WIDE, a0, a1, a2, a3, b0, b1, b2, b3);
  return load<u64>(WIDE, 32) != 0;
}

/** Eight limbs for exact products, in the scratch area. */
const WIDE: usize = SCRATCH + 0x2c0;

/** True where a number has bits at or above `bits` (1 to 256). */
export function wider(a0: u64, a1: u64, a2: u64, a3: u64, bits: i32): bool {
  if (bits >= 256) return false;
  if (bits >= 192) return a3 >> (bits - 192) != 0;
  if (a3) return true;
  if (bits >= 128) return a2 >> (bits - 128) != 0;
  if (a2) return true;
  if (bits >= 64) return a1 >> (bits - 64) != 0;
  return a1 != 0 || a0 >> bits != 0;
}

/** Unsigned product of `bits`-bit numbers; `overflow` where it needs more bits (the result is then modulo 2^256). */
export function mul_checked_u(a0: u64, a1: u64, a2: u64, a3: u64, b0: u64, b1: u64, b2: u64, b3: u64, bits: i32): u64 {
  const over = exceeds256(a0, a1, a2, a3, b0, b1, b2, b3);
  const low = mul256(a0, a1, a2, a3, b0, b1, b2, b3);
  setOverflow(i32(over || wider(low, r1, r2, r3, bits)));
  return low;
}

/** Two's complement negation. */
export function negate(a0: u64, a1: u64, a2: u64, a3: u64): u64 {
  const l0 = 0 - a0;
  let borrow = u64(a0 != 0);
  const l1 = 0 - a1 - borrow;
  borrow |= u64(a1 != 0);
  const l2 = 0 - a2 - borrow;
  borrow |= u64(a2 != 0);
  return give(l0, l1, l2, 0 - a3 - borrow);
}

/** True where a magnitude with a sign fits a signed type of `bits` bits: at most 2^(bits-1) - 1, or 2^(bits-1) where negative. */
export function fitsSigned(a0: u64, a1: u64, a2: u64, a3: u64, negative: bool, bits: i32): bool {
  if (!wider(a0, a1, a2, a3, bits - 1)) return true;
  if (!negative) return false;
  const top = bits - 1;
  const bit = u64(1) << (top & 63);
  return a0 == (top >> 6 == 0 ? bit : 0) && a1 == (top >> 6 == 1 ? bit : 0) && a2 == (top >> 6 == 2 ? bit : 0) && a3 == (top >> 6 == 3 ? bit : 0);
}

/** Signed product of sign-extended `bits`-bit numbers; `overflow` where it does not fit. */
export function mul_checked_s(a0: u64, a1: u64, a2: u64, a3: u64, b0: u64, b1: u64, b2: u64, b3: u64, bits: i32): u64 {
  const negative = i64(a3 ^ b3) < 0;
  if (i64(a3) < 0) {
    a0 = negate(a0, a1, a2, a3);
    a1 = r1;
    a2 = r2;
    a3 = r3;
  }
  if (i64(b3) < 0) {
    b0 = negate(b0, b1, b2, b3);
    b1 = r1;
    b2 = r2;
    b3 = r3;
  }
  const over = exceeds256(a0, a1, a2, a3, b0, b1, b2, b3);
  const low = mul256(a0, a1, a2, a3, b0, b1, b2, b3);
  setOverflow(i32(over || !fitsSigned(low, r1, r2, r3, negative, bits)));
  return negative ? negate(low, r1, r2, r3) : low;
}
