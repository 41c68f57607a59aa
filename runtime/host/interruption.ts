/**
 * Reasons to leave a transaction at once, whatever contracts are active: they are no failures that a contract could see, and the transaction
 * is run again or dropped. Nothing that it did is kept.
 */
export class Interruption {
  constructor(readonly reason: string) {}
}

/** The engine's stack does not suffice here; how deep it is depends on the thread and on how code was compiled, so no result may depend on it. */
export const STACK_EXHAUSTED = new Interruption("the engine's stack is exhausted");

/** True for what V8 throws where its stack ends, in JavaScript and in WebAssembly. */
export function isStackOverflow(thrown: unknown): boolean {
  return thrown instanceof RangeError && thrown.message.startsWith("Maximum call stack size");
}

/** Levels of {@link descend} that code with handlers of its own (libraries that catch everything) may need. */
const RESERVE = 400;

function descend(levels: number): number {
  return levels === 0 ? 0 : 1 + descend(levels - 1);
}

/** Throws {@link STACK_EXHAUSTED} where the stack might not suffice for a library's call, which could take the overflow for bad input. */
export function requireStack(): void {
  try {
    descend(RESERVE);
  } catch {
    throw STACK_EXHAUSTED;
  }
}
