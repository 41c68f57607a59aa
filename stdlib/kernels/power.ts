/** Exponentiation by squaring, wrapping and checked. Exponents are 256-bit; 0^0 = 1. */
import { give, overflow, r1, r2, r3, setOverflow } from "./results";
import { fitsSigned, mul256, mul_checked_u, negate } from "./multiply";

/** Base to the power of an exponent modulo 2^256. */
export function exp256(a0: u64, a1: u64, a2: u64, a3: u64, e0: u64, e1: u64, e2: u64, e3: u64): u64 {
  let p0: u64 = 1;
  let p1: u64 = 0;
  let p2: u64 = 0;
  let p3: u64 = 0;
  while (e0 | e1 | e2 | e3) {
    if (e0 & 1) {
      p0 = mul256(p0, p1, p2, p3, a0, a1, a2, a3);
      p1 = r1;
      p2 = r2;
      p3 = r3;
    }
    a0 = mul256(a0, a1, a2, a3, a0, a1, a2, a3);
    a1 = r1;
    a2 = r2;
    a3 = r3;
    e0 = (e0 >> 1) | (e1 << 63);
    e1 = (e1 >> 1) | (e2 << 63);
    e2 = (e2 >> 1) | (e3 << 63);
    e3 >>= 1;
  }
  return give(p0, p1, p2, p3);
}

/**
 * Unsigned power of a `bits`-bit base; `overflow` where it needs more bits. The square is computed only while exponent bits remain, and then
 * it is a factor of the result, so that its overflow is the result's.
 */
export function exp_checked_u(a0: u64, a1: u64, a2: u64, a3: u64, e0: u64, e1: u64, e2: u64, e3: u64, bits: i32): u64 {
  setOverflow(0);
  let p0: u64 = 1;
  let p1: u64 = 0;
  let p2: u64 = 0;
  let p3: u64 = 0;
  // 0 and 1 never overflow, and their exponent may be huge.
  if (!(a1 | a2 | a3) && a0 <= 1) return give(e0 | e1 | e2 | e3 ? a0 : 1, 0, 0, 0);
  while (e0 | e1 | e2 | e3) {
    if (e0 & 1) {
      p0 = mul_checked_u(p0, p1, p2, p3, a0, a1, a2, a3, bits);
      p1 = r1;
      p2 = r2;
      p3 = r3;
      if (overflow) return p0;
    }
    e0 = (e0 >> 1) | (e1 << 63);
    e1 = (e1 >> 1) | (e2 << 63);
    e2 = (e2 >> 1) | (e3 << 63);
    e3 >>= 1;
    if (!(e0 | e1 | e2 | e3)) break;
    a0 = mul_checked_u(a0, a1, a2, a3, a0, a1, a2, a3, bits);
    a1 = r1;
    a2 = r2;
    a3 = r3;
    if (overflow) return a0;
  }
  return give(p0, p1, p2, p3);
}

/** Signed power of a sign-extended `bits`-bit base; `overflow` where it does not fit. */
export function exp_checked_s(a0: u64, a1: u64, a2: u64, a3: u64, e0: u64, e1: u64, e2: u64, e3: u64, bits: i32): u64 {
  const negative = i64(a3) < 0 && (e0 & 1) != 0;
  if (i64(a3) < 0) {
    a0 = negate(a0, a1, a2, a3);
    a1 = r1;
    a2 = r2;
    a3 = r3;
  }
  const low = exp_checked_u(a0, a1, a2, a3, e0, e1, e2, e3, bits);
  if (overflow) return low;
  setOverflow(i32(!fitsSigned(low, r1, r2, r3, negative, bits)));
  return negative ? negate(low, r1, r2, r3) : low;
}
