/**
 * Keccak-256 (the padding of the original submission, as Ethereum uses it). The state is 25 lanes in the scratch area; a permutation
 * keeps it in locals. A round is written out once and runs 24 times: unrolled it would make every contract some 40 KB larger.
 */
import { give } from "./results";

const STATE: usize = SCRATCH + 0x100;
const RATE: u32 = 136;

// Round constants of Keccak-f[1600].
const ROUND_CONSTANTS: usize = memory.data<u64>([
  0x0000000000000001, 0x0000000000008082, 0x800000000000808a, 0x8000000080008000, 0x000000000000808b, 0x0000000080000001,
  0x8000000080008081, 0x8000000000008009, 0x000000000000008a, 0x0000000000000088, 0x0000000080008009, 0x000000008000000a,
  0x000000008000808b, 0x800000000000008b, 0x8000000000008089, 0x8000000000008003, 0x8000000000008002, 0x8000000000000080,
  0x000000000000800a, 0x800000008000000a, 0x8000000080008081, 0x8000000000008080, 0x0000000080000001, 0x8000000080008008,
]);

@inline
function lane(i: usize): u64 {
  return load<u64>(STATE + (i << 3));
}
@inline
function setLane(i: usize, value: u64): void {
  store<u64>(STATE + (i << 3), value);
}

/** Keccak-f[1600] on the state. */
function permute(): void {
  let s0 = lane(0), s1 = lane(1), s2 = lane(2), s3 = lane(3), s4 = lane(4);
  let s5 = lane(5), s6 = lane(6), s7 = lane(7), s8 = lane(8), s9 = lane(9);
  let s10 = lane(10), s11 = lane(11), s12 = lane(12), s13 = lane(13), s14 = lane(14);
  let s15 = lane(15), s16 = lane(16), s17 = lane(17), s18 = lane(18), s19 = lane(19);
  let s20 = lane(20), s21 = lane(21), s22 = lane(22), s23 = lane(23), s24 = lane(24);
  for (let round: usize = 0; round < 192; round += 8) {
    // Theta.
    const c0 = s0 ^ s5 ^ s10 ^ s15 ^ s20;
    const c1 = s1 ^ s6 ^ s11 ^ s16 ^ s21;
    const c2 = s2 ^ s7 ^ s12 ^ s17 ^ s22;
    const c3 = s3 ^ s8 ^ s13 ^ s18 ^ s23;
    const c4 = s4 ^ s9 ^ s14 ^ s19 ^ s24;
    const d0 = c4 ^ rotl<u64>(c1, 1);
    const d1 = c0 ^ rotl<u64>(c2, 1);
    const d2 = c1 ^ rotl<u64>(c3, 1);
    const d3 = c2 ^ rotl<u64>(c4, 1);
    const d4 = c3 ^ rotl<u64>(c0, 1);
    // Rho and pi: b[y][2x+3y] = rotl(a[x][y]); one target row at a time, then chi on it.
    const a1 = rotl<u64>(s6 ^ d1, 44), a2 = rotl<u64>(s12 ^ d2, 43), a3 = rotl<u64>(s18 ^ d3, 21), a4 = rotl<u64>(s24 ^ d4, 14);
    const a0 = s0 ^ d0;
    const b0 = rotl<u64>(s3 ^ d3, 28), b1 = rotl<u64>(s9 ^ d4, 20), b2 = rotl<u64>(s10 ^ d0, 3), b3 = rotl<u64>(s16 ^ d1, 45), b4 = rotl<u64>(s22 ^ d2, 61);
    const e0 = rotl<u64>(s1 ^ d1, 1), e1 = rotl<u64>(s7 ^ d2, 6), e2 = rotl<u64>(s13 ^ d3, 25), e3 = rotl<u64>(s19 ^ d4, 8), e4 = rotl<u64>(s20 ^ d0, 18);
    const f0 = rotl<u64>(s4 ^ d4, 27), f1 = rotl<u64>(s5 ^ d0, 36), f2 = rotl<u64>(s11 ^ d1, 10), f3 = rotl<u64>(s17 ^ d2, 15), f4 = rotl<u64>(s23 ^ d3, 56);
    const g0 = rotl<u64>(s2 ^ d2, 62), g1 = rotl<u64>(s8 ^ d3, 55), g2 = rotl<u64>(s14 ^ d4, 39), g3 = rotl<u64>(s15 ^ d0, 41), g4 = rotl<u64>(s21 ^ d1, 2);
    // Chi and iota.
    s0 = a0 ^ (~a1 & a2) ^ load<u64>(ROUND_CONSTANTS + round);
    s1 = a1 ^ (~a2 & a3);
    s2 = a2 ^ (~a3 & a4);
    s3 = a3 ^ (~a4 & a0);
    s4 = a4 ^ (~a0 & a1);
    s5 = b0 ^ (~b1 & b2);
    s6 = b1 ^ (~b2 & b3);
    s7 = b2 ^ (~b3 & b4);
    s8 = b3 ^ (~b4 & b0);
    s9 = b4 ^ (~b0 & b1);
    s10 = e0 ^ (~e1 & e2);
    s11 = e1 ^ (~e2 & e3);
    s12 = e2 ^ (~e3 & e4);
    s13 = e3 ^ (~e4 & e0);
    s14 = e4 ^ (~e0 & e1);
    s15 = f0 ^ (~f1 & f2);
    s16 = f1 ^ (~f2 & f3);
    s17 = f2 ^ (~f3 & f4);
    s18 = f3 ^ (~f4 & f0);
    s19 = f4 ^ (~f0 & f1);
    s20 = g0 ^ (~g1 & g2);
    s21 = g1 ^ (~g2 & g3);
    s22 = g2 ^ (~g3 & g4);
    s23 = g3 ^ (~g4 & g0);
    s24 = g4 ^ (~g0 & g1);
  }
  setLane(0, s0), setLane(1, s1), setLane(2, s2), setLane(3, s3), setLane(4, s4);
  setLane(5, s5), setLane(6, s6), setLane(7, s7), setLane(8, s8), setLane(9, s9);
  setLane(10, s10), setLane(11, s11), setLane(12, s12), setLane(13, s13), setLane(14, s14);
  setLane(15, s15), setLane(16, s16), setLane(17, s17), setLane(18, s18), setLane(19, s19);
  setLane(20, s20), setLane(21, s21), setLane(22, s22), setLane(23, s23), setLane(24, s24);
}

/** The digest as a number: the first byte of the digest is the most significant. */
@inline
function digest(): u64 {
  return give(bswap(lane(3)), bswap(lane(2)), bswap(lane(1)), bswap(lane(0)));
}

/** Keccak-256 of `length` bytes of linear memory at `at`. */
export function keccak256(at: u32, length: u32): u64 {
  for (let i: usize = 0; i < 25; i++) setLane(i, 0);
  while (length >= RATE) {
    for (let i: usize = 0; i < 17; i++) setLane(i, lane(i) ^ load<u64>(at + (i << 3)));
    permute();
    at += RATE;
    length -= RATE;
  }
  let i: u32 = 0;
  for (; i + 8 <= length; i += 8) store<u64>(STATE + i, load<u64>(STATE + i) ^ load<u64>(at + i));
  for (; i < length; i++) store<u8>(STATE + i, load<u8>(STATE + i) ^ load<u8>(at + i));
  store<u8>(STATE + length, load<u8>(STATE + length) ^ 0x01);
  store<u8>(STATE + RATE - 1, load<u8>(STATE + RATE - 1) ^ 0x80);
  permute();
  return digest();
}

/** Keccak-256 of two words, key . base: the slot of a mapping's entry. */
export function keccak_pair(a0: u64, a1: u64, a2: u64, a3: u64, b0: u64, b1: u64, b2: u64, b3: u64): u64 {
  setLane(0, bswap(a3)), setLane(1, bswap(a2)), setLane(2, bswap(a1)), setLane(3, bswap(a0));
  setLane(4, bswap(b3)), setLane(5, bswap(b2)), setLane(6, bswap(b1)), setLane(7, bswap(b0));
  setLane(8, 1);
  for (let i: usize = 9; i < 25; i++) setLane(i, 0);
  setLane(16, 0x8000_0000_0000_0000);
  permute();
  return digest();
}

/** Keccak-256 of one word: the first slot of a dynamic array's data. */
export function keccak_word(a0: u64, a1: u64, a2: u64, a3: u64): u64 {
  setLane(0, bswap(a3)), setLane(1, bswap(a2)), setLane(2, bswap(a1)), setLane(3, bswap(a0));
  setLane(4, 1);
  for (let i: usize = 5; i < 25; i++) setLane(i, 0);
  setLane(16, 0x8000_0000_0000_0000);
  permute();
  return digest();
}
