/**
 * Hands out work on a block: executions and validations, lowest transaction first (Block-STM, algorithms 4 and 5).
 *
 * A transaction is READY to run, then EXECUTING, then EXECUTED, and READY again (a higher incarnation) when a validation fails
 * or when one that it waited for has run. Both indexes only fall back when work below them has come up: `execution` to a
 * transaction that is ready again, `validation` behind one that has written anew.
 */
export type Task = { readonly kind: "execute" | "validate"; readonly tx: number; readonly incarnation: number };

const enum State {
  READY,
  EXECUTING,
  EXECUTED,
  WAITING,
}

export class Scheduler {
  private execution = 0;
  private validation = 0;
  /** Tasks handed out and not finished. */
  private running = 0;
  private readonly states: State[];
  private readonly incarnations: number[];
  /** Who waits for a transaction. */
  private readonly waiting: number[][];

  constructor(private readonly size: number) {
    this.states = new Array<State>(size).fill(State.READY);
    this.incarnations = new Array<number>(size).fill(0);
    this.waiting = Array.from({ length: size }, () => []);
  }

  /** True when nothing is left to do. */
  get isDone(): boolean {
    return this.running === 0 && this.execution >= this.size && this.validation >= this.size;
  }

  /** The next task; undefined where there is none at the moment. */
  next(): Task | undefined {
    return this.validation < this.execution ? this.nextValidation() : this.nextExecution();
  }

  private nextValidation(): Task | undefined {
    const tx = this.validation;
    if (tx >= this.size) return this.nextExecution();
    this.validation++;
    if (this.states[tx] !== State.EXECUTED) return undefined;
    this.running++;
    return { kind: "validate", tx, incarnation: this.incarnations[tx]! };
  }

  private nextExecution(): Task | undefined {
    const tx = this.execution;
    if (tx >= this.size) return undefined;
    this.execution++;
    if (this.states[tx] !== State.READY) return undefined;
    this.running++;
    return this.begin(tx);
  }

  private begin(tx: number): Task {
    this.states[tx] = State.EXECUTING;
    return { kind: "execute", tx, incarnation: this.incarnations[tx]! };
  }

  /** The transaction met an estimate of `by`. The same task again where that one has run meanwhile; else it waits. */
  block(tx: number, by: number): Task | undefined {
    if (this.states[by] === State.EXECUTED) return this.begin(tx);
    this.states[tx] = State.WAITING;
    this.waiting[by]!.push(tx);
    this.running--;
    return undefined;
  }

  /** An execution was published. Returns its validation where that can follow at once. */
  finishExecution(tx: number, wroteNew: boolean): Task | undefined {
    this.states[tx] = State.EXECUTED;
    for (const waiting of this.waiting[tx]!.splice(0)) this.restart(waiting);
    if (this.validation > tx) {
      // Higher transactions may have missed the new writes; without any, only this one is to be checked.
      if (!wroteNew) return { kind: "validate", tx, incarnation: this.incarnations[tx]! };
      this.validation = tx;
    }
    this.running--;
    return undefined;
  }

  private restart(tx: number): void {
    this.incarnations[tx]!++;
    this.states[tx] = State.READY;
    this.execution = Math.min(this.execution, tx);
  }

  /** A validation failed: true where this was the first to find out, and the transaction must be aborted. */
  tryAbort({ tx, incarnation }: Task): boolean {
    if (this.states[tx] !== State.EXECUTED || this.incarnations[tx] !== incarnation) return false;
    this.states[tx] = State.EXECUTING;
    return true;
  }

  /** A validation is over. Returns the next execution where it failed and that can follow at once. */
  finishValidation(tx: number, aborted: boolean): Task | undefined {
    if (!aborted) {
      this.running--;
      return undefined;
    }
    this.incarnations[tx]!++;
    // Everything above read what may change.
    this.validation = Math.min(this.validation, tx + 1);
    return this.begin(tx);
  }
}
