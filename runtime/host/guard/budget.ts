/** The guard's budget in an instance's memory (the cell GUARD), in ticks, and what it is in gas. Exact, without bigints. */
import { CELL, STATUS } from "../abi.js";
import { GUARD_EXPORT } from "./additions.js";
import { ALLOWANCE_GAS, TICKS_PER_GAS, TICKS_SHIFT } from "./prices.js";

const LOW = CELL.GUARD >> 2;
const HIGH = LOW + 1;
/** Gas in 2^32 ticks. */
const HIGH_GAS = 2 ** (32 - TICKS_SHIFT);
/** More gas than this is not counted: budgets stay below 2^63, and it buys years. */
const MOST_GAS = 2 ** 50;

/** The budget of an activation that is given so much gas. */
export function writeBudget(words: Int32Array, gas: number): void {
  write(words, Math.min(gas, MOST_GAS) + ALLOWANCE_GAS, 0);
}

function write(words: Int32Array, gas: number, ticks: number): void {
  words[LOW] = (gas % HIGH_GAS) * TICKS_PER_GAS + ticks;
  words[HIGH] = Math.floor(gas / HIGH_GAS);
}

function wholeGas(words: Int32Array): number {
  return words[HIGH]! * HIGH_GAS + Math.floor((words[LOW]! >>> 0) / TICKS_PER_GAS);
}

/** The most gas that what is left of the budget can stand for. */
export function budgetGas(words: Int32Array): number {
  const gas = wholeGas(words);
  return gas > MOST_GAS / 2 ? Number.POSITIVE_INFINITY : gas;
}

/** Takes gas that others have used. */
export function spendBudget(words: Int32Array, gas: number): void {
  write(words, Math.max(0, wholeGas(words) - Math.min(gas, MOST_GAS)), words[LOW]! & (TICKS_PER_GAS - 1));
}

/** How an activation that trapped has ended: by the guard, or (INVALID) not. */
export function statusOfTrap(exports: WebAssembly.Exports): number {
  const [budget, depth] = [GUARD_EXPORT.BUDGET, GUARD_EXPORT.DEPTH].map((name) => (exports[name] as WebAssembly.Global | undefined)?.value ?? 0);
  if (depth! < 0) return STATUS.STACK_OVERFLOW;
  return budget! < 0 ? STATUS.OUT_OF_GAS : STATUS.INVALID;
}
