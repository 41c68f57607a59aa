/** How operations on the multi-version store fail. */

/** A commit met a newer version of a key that the transaction read, scanned over or wrote. Nothing of it was published; it may be tried again. */
export class ConflictError extends Error {
  constructor(
    readonly key: string,
    readonly access: "read" | "scanned" | "written",
  ) {
    super(`a key that was ${access} has a newer version`);
    this.name = "ConflictError";
  }
}

/** A write in a read-only transaction. */
export class ReadOnlyError extends Error {
  constructor() {
    super("a read-only transaction cannot write");
    this.name = "ReadOnlyError";
  }
}

/** The transaction has been committed or aborted before, or a snapshot is closed that is not open. */
export class TransactionStateError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "TransactionStateError";
  }
}

/** The version that was current at that time has been collected. */
export class VersionCollectedError extends Error {
  constructor(readonly timestamp: number) {
    super(`the state at ${timestamp} has been collected`);
    this.name = "VersionCollectedError";
  }
}
