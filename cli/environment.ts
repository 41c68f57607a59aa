/**
 * Options from the environment: SUPERVM_<OPTION> (SUPERVM_EVM_VERSION=cancun) stands for an option that a command has and its arguments do not
 * give. Other variables of that form are left alone: one that is meant for `compile` must not break `node`.
 */
import type { Argv } from "yargs";

/** What yargs knows of declared options; its types leave the method out. */
interface Declared {
  getOptions(): { readonly key: Readonly<Record<string, unknown>> };
}

const NOT_OPTIONS: ReadonlySet<string> = new Set(["help", "h", "version"]);

export function variableOf(option: string): string {
  return `SUPERVM_${option.replace(/-/g, "_").toUpperCase()}`;
}

/** Gives the declared options that the environment sets their values. */
export function withEnvironment(argv: Argv, env: NodeJS.ProcessEnv): Argv {
  const values: Record<string, string> = {};
  for (const option of Object.keys((argv as unknown as Declared).getOptions().key)) {
    const value = env[variableOf(option)];
    // One-letter forms are for fingers.
    if (value !== undefined && !NOT_OPTIONS.has(option) && (option.length > 1 || option === "O")) values[option] = value;
  }
  return argv.config(values);
}
