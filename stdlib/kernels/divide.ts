/**
 * Division: Knuth's algorithm D (TAOCP 4.3.1) with 64-bit digits over numbers in the scratch area, with short cuts for
 * operands of one limb. Its quotient digits come from a 128 / 64 division in two steps of 32 bits (Hacker's Delight, 9-4).
 */
import { give, r1, r2, r3 } from "./results";
import { mulFull, mulHigh, negate } from "./multiply";

/** Dividend, nine limbs (one more than 512 bits for normalisation), then remainder; divisor, four; quotient, eight. */
const U: usize = SCRATCH + 0x200;
const V: usize = SCRATCH + 0x250;
const Q: usize = SCRATCH + 0x270;

/** The remainder of the last `divide128`. */
let rest: u64 = 0;

/** (high . low) / d for high < d and d with its top bit set; the remainder in `rest`. */
function divide128(high: u64, low: u64, d: u64): u64 {
  const d1 = d >> 32;
  const d0 = d & 0xffff_ffff;
  const l1 = low >> 32;
  const l0 = low & 0xffff_ffff;
  let q1 = high / d1;
  let r = high - q1 * d1;
  while (q1 >> 32 || q1 * d0 > ((r << 32) | l1)) {
    q1--;
    r += d1;
    if (r >> 32) break;
  }
  const middle = ((high << 32) | l1) - q1 * d;
  let q0 = middle / d1;
  r = middle - q0 * d1;
  while (q0 >> 32 || q0 * d0 > ((r << 32) | l0)) {
    q0--;
    r += d1;
    if (r >> 32) break;
  }
  rest = ((middle << 32) | l0) - q0 * d;
  return (q1 << 32) + q0;
}

@inline
function shiftLeftInPlace(at: usize, count: i32, shift: i32): u64 {
  let carry: u64 = 0;
  for (let i = 0; i < count; i++) {
    const limb = load<u64>(at + (i << 3));
    store<u64>(at + (i << 3), (limb << shift) | carry);
    // A shift by 64 would be a shift by 0: go in two steps.
    carry = (limb >> 1) >> (63 - shift);
  }
  return carry;
}

/** U[j..j+n] -= q * V; the borrow out. */
function subtractProduct(j: i32, n: i32, q: u64): u64 {
  let borrow: u64 = 0;
  for (let i = 0; i < n; i++) {
    const v = load<u64>(V + (i << 3));
    let low = q * v + borrow;
    borrow = mulHigh(q, v) + u64(low < borrow);
    const at = U + ((i + j) << 3);
    const u = load<u64>(at);
    store<u64>(at, u - low);
    borrow += u64(u < low);
  }
  const at = U + ((j + n) << 3);
  const u = load<u64>(at);
  store<u64>(at, u - borrow);
  return u64(u < borrow);
}

/** U[j..j+n] += V: undoes one subtraction too many. */
function addBack(j: i32, n: i32): void {
  let carry: u64 = 0;
  for (let i = 0; i < n; i++) {
    const at = U + ((i + j) << 3);
    const v = load<u64>(V + (i << 3));
    let sum = load<u64>(at) + carry;
    carry = u64(sum < carry);
    sum += v;
    carry += u64(sum < v);
    store<u64>(at, sum);
  }
  const at = U + ((j + n) << 3);
  store<u64>(at, load<u64>(at) + carry);
}

/** One digit of the quotient: estimate from the leading digits, corrected twice at most. */
function digit(j: i32, n: i32, top: u64, next: u64): u64 {
  const high = load<u64>(U + ((j + n) << 3));
  const middle = load<u64>(U + ((j + n - 1) << 3));
  let q: u64;
  let r: u64;
  if (high >= top) {
    q = ~0;
    r = middle + top;
    if (r < top) return finishDigit(j, n, q);
  } else {
    q = divide128(high, middle, top);
    r = rest;
  }
  if (n > 1) {
    const low = load<u64>(U + ((j + n - 2) << 3));
    for (;;) {
      const productHigh = mulHigh(q, next);
      if (productHigh < r || (productHigh == r && q * next <= low)) break;
      q--;
      r += top;
      if (r < top) break;
    }
  }
  return finishDigit(j, n, q);
}

@inline
function finishDigit(j: i32, n: i32, q: u64): u64 {
  if (subtractProduct(j, n, q)) {
    q--;
    addBack(j, n);
  }
  return q;
}

/**
 * U (`m` limbs, m up to 8) divided by V (not 0): the quotient into Q where `quotient` is set, the remainder (not shifted back) stays in U.
 * Returns the normalisation shift.
 */
function knuth(m: i32): i32 {
  let n = 4;
  while (n > 1 && !load<u64>(V + ((n - 1) << 3))) n--;
  const shift = i32(clz(load<u64>(V + ((n - 1) << 3))));
  shiftLeftInPlace(V, n, shift);
  store<u64>(U + (m << 3), shiftLeftInPlace(U, m, shift));
  const top = load<u64>(V + ((n - 1) << 3));
  const next = n > 1 ? load<u64>(V + ((n - 2) << 3)) : 0;
  for (let j = m - n; j >= 0; j--) store<u64>(Q + (j << 3), digit(j, n, top, next));
  for (let j = max(m - n + 1, 0); j < 4; j++) store<u64>(Q + (j << 3), 0);
  return shift;
}

@inline
function put(at: usize, l0: u64, l1: u64, l2: u64, l3: u64): void {
  store<u64>(at, l0);
  store<u64>(at, l1, 8);
  store<u64>(at, l2, 16);
  store<u64>(at, l3, 24);
}

/** The remainder of `knuth(m)`, shifted back. Limbs of U at and above the divisor's are zero. */
function remainder(shift: i32): u64 {
  const l0 = load<u64>(U);
  const l1 = load<u64>(U, 8);
  const l2 = load<u64>(U, 16);
  const l3 = load<u64>(U, 24);
  if (!shift) return give(l0, l1, l2, l3);
  const up = 64 - shift;
  return give((l0 >> shift) | (l1 << up), (l1 >> shift) | (l2 << up), (l2 >> shift) | (l3 << up), l3 >> shift);
}

/** Unsigned quotient; 0 where the divisor is 0. */
export function div_u(a0: u64, a1: u64, a2: u64, a3: u64, b0: u64, b1: u64, b2: u64, b3: u64): u64 {
  if (!(b0 | b1 | b2 | b3)) return give(0, 0, 0, 0);
  if (!(a1 | a2 | a3)) return give(b1 | b2 | b3 ? 0 : a0 / b0, 0, 0, 0);
  put(U, a0, a1, a2, a3);
  put(V, b0, b1, b2, b3);
  knuth(4);
  return give(load<u64>(Q), load<u64>(Q, 8), load<u64>(Q, 16), load<u64>(Q, 24));
}

/** Unsigned remainder; 0 where the divisor is 0. */
export function rem_u(a0: u64, a1: u64, a2: u64, a3: u64, b0: u64, b1: u64, b2: u64, b3: u64): u64 {
  if (!(b0 | b1 | b2 | b3)) return give(0, 0, 0, 0);
  if (!(a1 | a2 | a3)) return give(b1 | b2 | b3 ? a0 : a0 % b0, 0, 0, 0);
  put(U, a0, a1, a2, a3);
  put(V, b0, b1, b2, b3);
  return remainder(knuth(4));
}

/** Signed quotient towards zero; 0 where the divisor is 0; MIN / -1 = MIN. */
export function div_s(a0: u64, a1: u64, a2: u64, a3: u64, b0: u64, b1: u64, b2: u64, b3: u64): u64 {
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
  const quotient = div_u(a0, a1, a2, a3, b0, b1, b2, b3);
  return negative ? negate(quotient, r1, r2, r3) : quotient;
}

/** Signed remainder with the dividend's sign; 0 where the divisor is 0. */
export function rem_s(a0: u64, a1: u64, a2: u64, a3: u64, b0: u64, b1: u64, b2: u64, b3: u64): u64 {
  const negative = i64(a3) < 0;
  if (negative) {
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
  const rest = rem_u(a0, a1, a2, a3, b0, b1, b2, b3);
  return negative ? negate(rest, r1, r2, r3) : rest;
}

/** (a + b) mod m over the exact sum; 0 where m is 0. */
export function addmod(a0: u64, a1: u64, a2: u64, a3: u64, b0: u64, b1: u64, b2: u64, b3: u64, m0: u64, m1: u64, m2: u64, m3: u64): u64 {
  if (!(m0 | m1 | m2 | m3)) return give(0, 0, 0, 0);
  const s0 = a0 + b0;
  let carry = u64(s0 < a0);
  let s1 = a1 + carry;
  carry = u64(s1 < carry);
  s1 += b1;
  carry += u64(s1 < b1);
  let s2 = a2 + carry;
  carry = u64(s2 < carry);
  s2 += b2;
  carry += u64(s2 < b2);
  let s3 = a3 + carry;
  carry = u64(s3 < carry);
  s3 += b3;
  carry += u64(s3 < b3);
  put(U, s0, s1, s2, s3);
  put(V, m0, m1, m2, m3);
  store<u64>(U, carry, 32);
  return remainder(knuth(5));
}

/** (a * b) mod m over the exact product; 0 where m is 0. */
export function mulmod(a0: u64, a1: u64, a2: u64, a3: u64, b0: u64, b1: u64, b2: u64, b3: u64, m0: u64, m1: u64, m2: u64, m3: u64): u64 {
  if (!(m0 | m1 | m2 | m3)) return give(0, 0, 0, 0);
  mulFull(U, a0, a1, a2, a3, b0, b1, b2, b3);
  put(V, m0, m1, m2, m3);
  let count = 8;
  while (count > 4 && !load<u64>(U + ((count - 1) << 3))) count--;
  return remainder(knuth(count));
}
