/** Writes a set of files to a folder so that a failure leaves no half-written file: everything goes to temporary names first. */
import fs from "node:fs";
import path from "node:path";
import { InputError } from "./exit.js";

export interface OutputFile {
  /** Relative to the output folder; source names that climb out of it are refused. */
  readonly path: string;
  readonly content: Uint8Array | string;
}

/** Writes all files, or none. Throws InputError where the folder cannot be written. */
export function writeOutput(folder: string, files: readonly OutputFile[]): void {
  const pending: [temporary: string, final: string][] = [];
  try {
    for (const file of files) {
      const final = path.join(folder, file.path.replaceAll("../", "__/"));
      const temporary = `${final}.${process.pid}.tmp`;
      fs.mkdirSync(path.dirname(final), { recursive: true });
      pending.push([temporary, final]);
      fs.writeFileSync(temporary, file.content);
    }
    for (const [temporary, final] of pending) fs.renameSync(temporary, final);
  } catch (error) {
    for (const [temporary] of pending) fs.rmSync(temporary, { force: true });
    throw new InputError(`cannot write to ${folder}: ${error instanceof Error ? error.message : String(error)}`);
  }
}
