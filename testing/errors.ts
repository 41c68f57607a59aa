/** What deploy, send and call throw when the contract reverts. */

/** A transaction or call was reverted. */
export class RevertError extends Error {
  /**
   * @param data the revert data, 0x-hex; "0x" where there is none.
   * @param reason the text of Error(string), `Panic 0x11: arithmetic overflow` and the like, or the custom error with its arguments.
   * @param errorName `Error`, `Panic`, or the custom error's name, where the data could be decoded.
   * @param args the error's decoded arguments.
   * @param trace log lines of the chain, where it has any.
   */
  constructor(
    readonly data: string,
    readonly reason: string | undefined,
    readonly errorName: string | undefined,
    readonly args: readonly unknown[],
    readonly trace: readonly string[],
    context: string,
  ) {
    super(`${context} reverted${reason === undefined ? (data === "0x" ? " without data" : ` with ${data}`) : `: ${reason}`}`);
    this.name = "RevertError";
  }
}

/** The scenario itself is wrong: an unknown function, an artifact without code for this chain, an account that does not exist. */
export class UsageError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "UsageError";
  }
}
