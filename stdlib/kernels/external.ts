/** External calls, creations and logs: their prices and the exchange of gas with the host. Operands are in their cells already. */
import { hostCall, hostCreate, hostLog } from "./host";
import { charge, gas, setGas } from "./machine";

@inline
function send(): void {
  store<i64>(CELL_GAS, gas);
}

@inline
function receive(): void {
  setGas(load<i64>(CELL_GAS));
}

/** The requested gas, saturated to 64 bits. */
export function set_call_gas(low: u64, high: u64): void {
  store<u64>(CELL_CALL_GAS, high ? ~0 : low);
}

/** call and staticcall and delegatecall; value of CALL only. */
export function call(kind: i32, at: u32, length: u32, out: u32, outLength: u32): i32 {
  if (!kind && load<u64>(CELL_CALL_VALUE) | load<u64>(CELL_CALL_VALUE, 8) | load<u64>(CELL_CALL_VALUE, 16) | load<u64>(CELL_CALL_VALUE, 24)) {
    charge(GAS_CALL_VALUE);
  }
  send();
  const success = hostCall(kind, at, length, out, outLength);
  receive();
  return success;
}

/** create and create2; the address is in VALUE. */
export function create(kind: i32, at: u32, length: u32): void {
  // The creation code is copied, and hashed for create2.
  const words = i64((length + 31) >> 5);
  charge(GAS_COPY_WORD * words + (kind ? GAS_KECCAK_WORD * words : 0));
  send();
  hostCreate(kind, at, length);
  receive();
}

export function log(topics: i32, at: u32, length: u32): void {
  charge(GAS_LOG_BYTE * i64(length));
  hostLog(topics, at, length);
}

/** Dynamic price of an exponent. */
export function charge_exponent(e0: u64, e1: u64, e2: u64, e3: u64): void {
  const bits = e3 ? 256 - clz(e3) : e2 ? 192 - clz(e2) : e1 ? 128 - clz(e1) : 64 - clz(e0);
  charge(GAS_EXP_BYTE * i64((bits + 7) >> 3));
}
