/**
 * How kernels give back 256-bit results: the lowest 64-bit limb is the function's result, the other three are left in these
 * globals (AssemblyScript has no multi-value results). A caller reads them before it calls another kernel.
 */
export let r1: u64 = 0;
export let r2: u64 = 0;
export let r3: u64 = 0;
/** Set by the checked operations: 1 where the exact result does not fit. */
export let overflow: i32 = 0;

@inline
export function give(l0: u64, l1: u64, l2: u64, l3: u64): u64 {
  r1 = l1;
  r2 = l2;
  r3 = l3;
  return l0;
}

@inline
export function setOverflow(flag: i32): void {
  overflow = flag;
}
