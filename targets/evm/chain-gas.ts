/**
 * What a transaction costs beside its execution (Yellow Paper, section 6.2; EIP-2028, EIP-3529, EIP-3860, EIP-7623).
 */
import { isAtLeast, type Fork } from "./hardfork.js";

const BASE = 21_000n;
const CREATION = 32_000n;

export interface IntrinsicGas {
  /** Charged before the execution begins. */
  readonly execution: bigint;
  /** The least that the transaction costs in all. */
  readonly floor: bigint;
  /** What the gas limit must cover. */
  readonly required: bigint;
}

export function intrinsicGas(fork: Fork, data: Uint8Array, creates: boolean): IntrinsicGas {
  let zeros = 0;
  for (const byte of data) if (byte === 0) zeros++;
  const nonzeros = data.length - zeros;
  const perNonzero = isAtLeast(fork, "istanbul") ? 16 : 68;
  let execution = BASE + BigInt(zeros * 4 + nonzeros * perNonzero);
  if (creates && isAtLeast(fork, "homestead")) execution += CREATION;
  if (creates && isAtLeast(fork, "shanghai")) execution += 2n * BigInt(Math.ceil(data.length / 32));
  const floor = isAtLeast(fork, "prague") ? BASE + 10n * BigInt(zeros + 4 * nonzeros) : 0n;
  return { execution, floor, required: execution > floor ? execution : floor };
}

/** Gas used in all, from the gas of the execution and the refund counter. */
export function gasUsedBy(fork: Fork, intrinsic: IntrinsicGas, executionGas: bigint, refund: bigint): bigint {
  const used = intrinsic.execution + executionGas;
  const cap = used / (isAtLeast(fork, "london") ? 5n : 2n);
  const net = used - (refund < cap ? refund : cap);
  return net > intrinsic.floor ? net : intrinsic.floor;
}
