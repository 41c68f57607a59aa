/** Runs transactions again that lost a conflict. */
import { setTimeout as sleepFor } from "node:timers/promises";
import { ConflictError } from "./errors.js";
import type { MultiVersionStore } from "./store.js";
import type { Commit, Isolation, Transaction } from "./transaction.js";

export interface RetryPolicy {
  /** Attempts after the first: 3 means at most 4 in all. */
  readonly maxRetries: number;
  /** Milliseconds before the first retry. */
  readonly baseDelay: number;
  /** By which each further delay is longer. */
  readonly factor: number;
  /** Part of a delay, 0 to 1, that is drawn at random. */
  readonly jitter: number;
  /** True for failures that another attempt may not meet. */
  readonly isRetryable: (error: unknown) => boolean;
}

export const DEFAULT_RETRY: RetryPolicy = { maxRetries: 3, baseDelay: 1, factor: 2, jitter: 0.5, isRetryable: (error) => error instanceof ConflictError };

/** Where time and chance come from. */
export interface RetrySurroundings {
  readonly sleep: (milliseconds: number) => Promise<unknown>;
  /** A number in [0, 1). */
  readonly random: () => number;
}

const REAL: RetrySurroundings = { sleep: (milliseconds) => sleepFor(milliseconds), random: Math.random };

/** Milliseconds before the retry of that number (from 0). */
export function delayOf(policy: RetryPolicy, retry: number, random: number): number {
  const delay = policy.baseDelay * policy.factor ** retry;
  return delay * (1 - policy.jitter * random);
}

export interface Retried<T, E> extends Commit<E> {
  readonly result: T;
  readonly attempts: number;
}

/**
 * Runs `body` in a transaction and commits it. Where the policy says that a failure is worth another attempt, everything is dropped and
 * `body` runs again in a new transaction. It is committed once or not at all; the last failure is thrown.
 */
export async function runTransaction<V, E, T>(
  store: MultiVersionStore<V, E>,
  body: (transaction: Transaction<V, E>) => T | Promise<T>,
  options: { readonly policy?: Partial<RetryPolicy>; readonly isolation?: Isolation; readonly surroundings?: RetrySurroundings } = {},
): Promise<Retried<T, E>> {
  const policy: RetryPolicy = { ...DEFAULT_RETRY, ...options.policy };
  const { sleep, random } = options.surroundings ?? REAL;
  for (let attempts = 1; ; attempts++) {
    const transaction = store.begin({ isolation: options.isolation });
    try {
      const result = await body(transaction);
      return { result, attempts, ...transaction.commit() };
    } catch (error) {
      transaction.abort();
      if (attempts > policy.maxRetries || !policy.isRetryable(error)) throw error;
    }
    await sleep(delayOf(policy, attempts - 1, random()));
  }
}
