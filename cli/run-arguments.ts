/** What the options of `supervm run` say of calls: arguments, amounts and senders. All throw CommandLineError. */
import { CommandLineError } from "./exit.js";

/** One call of the command line. */
export interface PlannedCall {
  readonly call: string;
  readonly args: readonly unknown[];
}

/** The calls with their arguments, in order. */
export function readCalls(call: string | readonly string[] | undefined, args: string | readonly string[] | undefined): readonly PlannedCall[] {
  const calls = typeof call === "string" ? [call] : [...(call ?? [])];
  const argumentLists = typeof args === "string" ? [args] : [...(args ?? [])];
  if (argumentLists.length > calls.length) throw new CommandLineError("there are more --args than --call");
  return calls.map((one, i) => ({ call: one, args: parseArguments(argumentLists[i], "--args") }));
}

/** A JSON array of arguments; whole numbers of any size keep their value. */
export function parseArguments(text: string | undefined, option: string): readonly unknown[] {
  if (text === undefined || text.trim() === "") return [];
  let value: unknown;
  try {
    // Numbers beyond 2^53 would lose digits: they are read as strings, which the ABI coder takes.
    value = JSON.parse(text.replace(/("(?:[^"\\]|\\.)*")|(-?\d{16,})/g, (_m, string: string | undefined, number: string) => string ?? `"${number}"`));
  } catch (error) {
    throw new CommandLineError(`${option} is not JSON: ${error instanceof Error ? error.message : ""}`, `write an array, for example ${option} '["0x...", 5]'`);
  }
  if (!Array.isArray(value)) throw new CommandLineError(`${option} must be a JSON array`, `for example ${option} '["0x...", 5]'`);
  return value;
}

export function parseWei(text: string | undefined, option: string): bigint {
  if (text === undefined) return 0n;
  if (!/^(0x[0-9a-fA-F]+|\d+)$/.test(text)) throw new CommandLineError(`${option} '${text}' is not a number of wei`);
  return BigInt(text);
}

/** An address, or that of the account of a number; the first by default. */
export function sender(from: string | undefined, accounts: readonly string[]): string {
  if (from === undefined) return accounts[0]!;
  if (/^\d$/.test(from)) return accounts[Number(from)]!;
  if (!/^0x[0-9a-fA-F]{40}$/.test(from)) throw new CommandLineError(`--from '${from}' is neither an address nor the number of an account`);
  return from;
}
