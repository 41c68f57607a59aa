/**
 * The activation: gas, exits, and the machine's memory with its free pointer. Addresses of the machine are i64 ("trusted") or the
 * low limb of an i256 with the or of its upper limbs ("untrusted"); linear addresses are u32.
 */
import { exit } from "./host";

/** Gas left, below 2^63, so that a charge beyond it shows as a negative number. */
export let gas: i64 = 0;
/** The machine's memory below this is usable; a copy of the EXTENT cell. */
export let extent: u32 = 0;
@inline
export function setGas(left: i64): void {
  gas = left;
}
/** Internal calls that recursive functions may still nest. */
export let depth: i32 = 0;

/** At the entry of an activation. */
export function begin(): void {
  gas = load<i64>(CELL_GAS);
  extent = INITIAL_EXTENT;
  store<u32>(CELL_EXTENT, INITIAL_EXTENT);
  store<u32>(CELL_RETURNDATA_SIZE, 0);
  depth = MAX_RECURSION;
}

/** The result of an exit. */
export function set_result(at: u32, length: u32): void {
  store<u32>(CELL_RESULT_POINTER, at);
  store<u32>(CELL_RESULT_LENGTH, length);
}

/** Before the activation's function returns a status. */
export function finish(): void {
  store<i64>(CELL_GAS, gas);
}

/** Leaves the activation from anywhere; the result is set already. */
export function leave(status: i32): void {
  store<i64>(CELL_GAS, gas);
  exit(status);
  unreachable();
}

export function quit(status: i32, at: u32, length: u32): void {
  set_result(at, length);
  leave(status);
}

export function out_of_gas(): void {
  quit(STATUS_OUT_OF_GAS, 0, 0);
}

export function stack_overflow(): void {
  quit(STATUS_STACK_OVERFLOW, 0, 0);
}

export function invalid(): void {
  quit(STATUS_INVALID, 0, 0);
}

/** Makes Panic(uint256 code) the result, encoded in the scratch area: memory may be full. */
export function panic_result(code: i32): void {
  const at: usize = SCRATCH;
  memory.fill(at, 0, 36);
  store<u32>(at, 0x717b_484e);
  store<u8>(at + 35, u8(code));
  set_result(at, 36);
}

/** Reverts with Panic(uint256 code). */
export function panic(code: i32): void {
  panic_result(code);
  leave(STATUS_REVERT);
}

/** Takes gas for something whose size is only known now; at most 2^40 or so. */
export function charge(amount: i64): void {
  gas -= amount;
  if (gas < 0) out_of_gas();
}

/** What memory of an extent has cost, beyond the initial one. */
function extentCost(bytes: u32): i64 {
  const words = i64((bytes - INITIAL_EXTENT) >> 5);
  return GAS_MEMORY_GROWTH_WORD * words + (words * words) / GAS_MEMORY_QUADRATIC;
}

/** Makes [0, end) usable. */
export function grow(end: u64): void {
  if (end <= u64(extent)) return;
  if (end > MACHINE_LIMIT) out_of_gas();
  const next = (u32(end) + (EXTENT_STEP - 1)) & ~(EXTENT_STEP - 1);
  charge(extentCost(next) - extentCost(extent));
  const pages = (MACHINE_BASE + next + 0xffff) >> 16;
  const missing = i32(pages) - memory.size();
  if (missing > 0 && memory.grow(missing) < 0) out_of_gas();
  extent = next;
  store<u32>(CELL_EXTENT, next);
}

/** mem.ensure; the sum of an address and a length may wrap. */
export function ensure(address: u64, length: u64): void {
  if (!length) return;
  const end = address + length;
  if (end < address) out_of_gas();
  grow(end);
}

/** An untrusted range whose length is known: its linear address. `high` is the or of the address's upper limbs. */
export function touch(address: u64, high: u64, length: u32): u32 {
  if (!length) return MACHINE_BASE;
  if (high | (address >> 32)) out_of_gas();
  grow(address + length);
  return u32(address) + MACHINE_BASE;
}

/** The length of an untrusted range, saturated to more than any memory. */
@inline
export function saturate(length: u64, high: u64): u32 {
  return high | (length >> 31) ? 0x7fff_ffff : u32(length);
}

/** An untrusted length: no range of 2^31 bytes or more can be touched. */
export function length32(length: u64, high: u64): u32 {
  return saturate(length, high);
}

@inline
function loadWordHigh(at: usize): u64 {
  return load<u64>(at) | load<u64>(at, 8) | load<u64>(at, 16);
}

const FREE: usize = MACHINE_BASE + 0x40;

/** mem.alloc. */
export function alloc(size: u64): u64 {
  const pointer = bswap(load<u64>(FREE, 24));
  const rounded = (size + 31) & ~31;
  const end = pointer + rounded;
  if (loadWordHigh(FREE) || rounded < size || end < pointer) panic(0x41);
  grow(end);
  store<u64>(FREE, bswap(end), 24);
  return pointer;
}

/** mem.free: the free pointer, with the 1,024 bytes behind it usable. */
export function free_pointer(): u64 {
  const pointer = bswap(load<u64>(FREE, 24));
  if (loadWordHigh(FREE) || pointer > MACHINE_LIMIT) out_of_gas();
  grow(pointer + 1024);
  return pointer;
}
