/** How a command ends other than well. */

export const EXIT_OK = 0;
export const EXIT_INPUT = 1;
export const EXIT_USAGE = 2;
export const EXIT_INTERNAL = 70;

/** The input was wrong; the message is complete and for the user. Exit code 1. */
export class InputError extends Error {
  constructor(
    message: string,
    readonly hint?: string,
  ) {
    super(message);
    this.name = "InputError";
  }
}

/** The command line was wrong. Exit code 2. */
export class CommandLineError extends Error {
  constructor(
    message: string,
    readonly hint?: string,
  ) {
    super(message);
    this.name = "CommandLineError";
  }
}
