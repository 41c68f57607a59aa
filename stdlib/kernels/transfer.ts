/**
 * Copies between the machine's memory and the byte strings of an activation. Ranges of memory are linear addresses that were
 * checked already; offsets into sources are any number: `offset` with the or of its upper limbs in `high`. Lengths pay here.
 */
import { hostCalldataCopy, hostCodeCopy, hostCodeSize, hostExtcodeCopy, hostExtcodeSize, hostReturndataCopy } from "./host";
import { charge, grow, invalid } from "./machine";
import { keccak256 } from "./keccak";

@inline
function words(length: u32): i64 {
  return i64((length + 31) >> 5);
}

export function copy(to: u32, from: u32, length: u32): void {
  if (!length) return;
  charge(GAS_COPY_WORD * words(length));
  memory.copy(to, from, length);
}

export function zero(to: u32, length: u32): void {
  if (!length) return;
  charge(GAS_COPY_WORD * words(length));
  memory.fill(to, 0, length);
}

/** Bytes of [offset, offset + length) that a source of `size` bytes has. */
@inline
function available(offset: u64, high: u64, length: u32, size: u32): u32 {
  return high != 0 || offset >= u64(size) ? 0 : u32(min(u64(length), u64(size) - offset));
}

export function calldata_copy(to: u32, offset: u64, high: u64, length: u32): void {
  if (!length) return;
  charge(GAS_COPY_WORD * words(length));
  const size = load<u32>(CELL_CALLDATA_SIZE);
  const count = available(offset, high, length, size);
  if (u64(count) + offset <= CALLDATA_WINDOW) {
    if (count) memory.copy(to, CALLDATA + u32(offset), count);
  } else {
    hostCalldataCopy(to, u32(offset), count);
  }
  if (count < length) memory.fill(to + count, 0, length - count);
}

const WINDOW_COPY: usize = SCRATCH + 0x40;

/** The linear address of 32 bytes that hold the call data's word at an offset. */
export function calldata_word(offset: u64, high: u64): u32 {
  if (!high && offset <= CALLDATA_WINDOW - 32) return CALLDATA + u32(offset);
  const count = available(offset, high, 32, load<u32>(CELL_CALLDATA_SIZE));
  memory.fill(WINDOW_COPY, 0, 32);
  if (count) hostCalldataCopy(WINDOW_COPY, u32(offset), count);
  return WINDOW_COPY;
}

/** Halts where the range is not wholly inside the return data. */
export function returndata_check(offset: u64, high: u64, length: u64, lengthHigh: u64): void {
  const size = u64(load<u32>(CELL_RETURNDATA_SIZE));
  if (high || lengthHigh || offset > size || length > size - offset) invalid();
}

/** Behind `returndata_check`. */
export function returndata_copy(to: u32, offset: u64, length: u32): void {
  if (!length) return;
  charge(GAS_COPY_WORD * words(length));
  hostReturndataCopy(to, u32(offset), length);
}

export function code_copy(to: u32, offset: u64, high: u64, length: u32): void {
  if (!length) return;
  charge(GAS_COPY_WORD * words(length));
  const count = available(offset, high, length, hostCodeSize());
  if (count) hostCodeCopy(to, u32(offset), count);
  if (count < length) memory.fill(to + count, 0, length - count);
}

/** Of the account in KEY. */
export function extcode_copy(to: u32, offset: u64, high: u64, length: u32): void {
  if (!length) return;
  charge(GAS_COPY_WORD * words(length));
  const count = available(offset, high, length, hostExtcodeSize());
  if (count) hostExtcodeCopy(to, u32(offset), count);
  if (count < length) memory.fill(to + count, 0, length - count);
}

/** Keccak-256 of a range, with its price. */
export function hash(at: u32, length: u32): u64 {
  charge(GAS_KECCAK_WORD * words(length));
  return keccak256(at, length);
}

/** Keccak-256 of bytes with a word behind them; the memory behind the bytes is restored. */
export function hash_with_base(at: u32, length: u32, b0: u64, b1: u64, b2: u64, b3: u64): u64 {
  charge(GAS_KECCAK_WORD * (words(length) + 1));
  const tail = at + length;
  grow(u64(tail) + 32 - MACHINE_BASE);
  const s0 = load<u64>(tail), s1 = load<u64>(tail, 8), s2 = load<u64>(tail, 16), s3 = load<u64>(tail, 24);
  store<u64>(tail, bswap(b3)), store<u64>(tail, bswap(b2), 8), store<u64>(tail, bswap(b1), 16), store<u64>(tail, bswap(b0), 24);
  const low = keccak256(at, length + 32);
  store<u64>(tail, s0), store<u64>(tail, s1, 8), store<u64>(tail, s2, 16), store<u64>(tail, s3, 24);
  return low;
}
