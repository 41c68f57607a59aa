/** Numbers on the command line. */
import { CommandLineError } from "./exit.js";

/** A whole number in decimal or 0x-hex; undefined where the option is absent. Throws CommandLineError outside the bounds. */
export function readWhole(text: string | undefined, option: string, least: number, most: number): number | undefined {
  if (text === undefined) return undefined;
  const value = /^(\d{1,16}|0x[0-9a-fA-F]{1,13})$/.test(text) ? Number(text) : NaN;
  if (!(value >= least && value <= most)) throw new CommandLineError(`${option} '${text}' is not a whole number from ${least} to ${most}`);
  return value;
}
