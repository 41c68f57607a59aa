/** Shifts by a variable amount, byte selection, sign extension and leading zeros of 256-bit words. */
import { give } from "./results";

/** Shift left; `amount` is saturated by the caller to 64 bits; 0 from 256 on. */
export function shl256(a0: u64, a1: u64, a2: u64, a3: u64, amount: u64): u64 {
  if (amount >= 256) return give(0, 0, 0, 0);
  if (amount & 128) {
    a3 = a1;
    a2 = a0;
    a1 = 0;
    a0 = 0;
  }
  if (amount & 64) {
    a3 = a2;
    a2 = a1;
    a1 = a0;
    a0 = 0;
  }
  const s = amount & 63;
  // The counterpart of a shift by 0 would be a shift by 64, which wraps: shift by 1 first.
  const t = 63 - s;
  return give(a0 << s, (a1 << s) | ((a0 >> 1) >> t), (a2 << s) | ((a1 >> 1) >> t), (a3 << s) | ((a2 >> 1) >> t));
}

@inline
function shiftRight(a0: u64, a1: u64, a2: u64, a3: u64, fill: u64, amount: u64): u64 {
  if (amount & 128) {
    a0 = a2;
    a1 = a3;
    a2 = fill;
    a3 = fill;
  }
  if (amount & 64) {
    a0 = a1;
    a1 = a2;
    a2 = a3;
    a3 = fill;
  }
  const s = amount & 63;
  const t = 63 - s;
  return give((a0 >> s) | ((a1 << 1) << t), (a1 >> s) | ((a2 << 1) << t), (a2 >> s) | ((a3 << 1) << t), (a3 >> s) | ((fill << 1) << t));
}

/** Logical shift right; 0 from 256 on. */
export function shr256(a0: u64, a1: u64, a2: u64, a3: u64, amount: u64): u64 {
  if (amount >= 256) return give(0, 0, 0, 0);
  return shiftRight(a0, a1, a2, a3, 0, amount);
}

/** Arithmetic shift right; sign fill from 256 on. */
export function sar256(a0: u64, a1: u64, a2: u64, a3: u64, amount: u64): u64 {
  const fill = u64(i64(a3) >> 63);
  if (amount >= 256) return give(fill, fill, fill, fill);
  return shiftRight(a0, a1, a2, a3, fill, amount);
}

/** The index-th byte from the most significant end; 0 for an index above 31. */
export function byte256(a0: u64, a1: u64, a2: u64, a3: u64, index: u64): u64 {
  if (index > 31) return 0;
  const limb = index < 8 ? a3 : index < 16 ? a2 : index < 24 ? a1 : a0;
  return (limb >> (56 - ((index & 7) << 3))) & 0xff;
}

/** Sign-extends from bit 8k + 7; unchanged for k above 30. */
export function signextend256(a0: u64, a1: u64, a2: u64, a3: u64, k: u64): u64 {
  if (k > 30) return give(a0, a1, a2, a3);
  const shift = 56 - ((k & 7) << 3);
  if (k < 8) {
    const low = i64(a0 << shift) >> shift;
    const fill = u64(low >> 63);
    return give(low, fill, fill, fill);
  }
  if (k < 16) {
    const low = i64(a1 << shift) >> shift;
    const fill = u64(low >> 63);
    return give(a0, low, fill, fill);
  }
  if (k < 24) {
    const low = i64(a2 << shift) >> shift;
    return give(a0, a1, low, u64(low >> 63));
  }
  return give(a0, a1, a2, i64(a3 << shift) >> shift);
}

/** Leading zero bits, 256 for 0 (EIP-7939). */
export function clz256(a0: u64, a1: u64, a2: u64, a3: u64): u64 {
  return a3 ? clz(a3) : a2 ? 64 + clz(a2) : a1 ? 128 + clz(a1) : 192 + clz(a0);
}
