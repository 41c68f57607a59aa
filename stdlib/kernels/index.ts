/** Everything that the backend may use, in one module. */
export { r1, r2, r3, overflow } from "./results";
export { umulh, mul64_wide, mul128, mul256, mul_checked_u, mul_checked_s } from "./multiply";
export { div_u, div_s, rem_u, rem_s, addmod, mulmod } from "./divide";
export { shl256, shr256, sar256, byte256, signextend256, clz256 } from "./bits";
export { exp256, exp_checked_u, exp_checked_s } from "./power";
export { keccak256, keccak_pair, keccak_word } from "./keccak";
export {
  gas, extent, depth, begin, finish, leave, quit, set_result, out_of_gas, stack_overflow, invalid, panic, panic_result, charge, grow, ensure, touch, length32, alloc, free_pointer,
} from "./machine";
export {
  copy, zero, calldata_copy, calldata_word, returndata_check, returndata_copy, code_copy, extcode_copy, hash, hash_with_base,
} from "./transfer";
export { set_call_gas, call, create, log, charge_exponent } from "./external";
