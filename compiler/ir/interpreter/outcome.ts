/**
 * How the execution of a contract ends. Instructions that end it throw a {@link FrameEnd}, which the machine turns into a result;
 * everything else that is thrown is a fault of the IR or of the interpreter and reaches the caller.
 */

export type EndKind = "return" | "revert" | "deploy" | "halt";

export class FrameEnd {
  constructor(
    readonly kind: EndKind,
    /** Return or revert data. */
    readonly data: Uint8Array = new Uint8Array(),
    /** Why it halted exceptionally, for people. */
    readonly reason?: string,
  ) {}
}

/** An exceptional halt: all effects undone, no data. */
export function halt(reason: string): FrameEnd {
  return new FrameEnd("halt", new Uint8Array(), reason);
}

/** Revert data of Solidity's `Panic(uint256)`. */
export function panicData(code: number): Uint8Array {
  const data = new Uint8Array(36);
  data.set([0x4e, 0x48, 0x7b, 0x71]);
  data[35] = code;
  return data;
}

/** The transaction ran longer than it may: ends all frames. */
export class OutOfFuel extends Error {
  constructor() {
    super("out of fuel");
    this.name = "OutOfFuel";
  }
}

/** The program needs something that the interpreter does not model, such as foreign EVM bytecode. */
export class NotModelled extends Error {
  constructor(what: string) {
    super(`the IR interpreter does not model ${what}`);
    this.name = "NotModelled";
  }
}
