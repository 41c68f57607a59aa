/** Keeps a dump of a chain in a file: every so many seconds in which something changed, and at the end. */
import { randomBytes } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import type { Blockchain } from "../chain/blockchain.js";
import { DumpError } from "./format.js";
import { writeDump } from "./write-dump.js";

/** In a folder, the dump is the file of this name, as anvil has it. */
const NAME_IN_FOLDER = "state.json";

/** The file that a path names: itself, or state.json in a folder. */
export function dumpPath(given: string): string {
  return isFolder(given) ? path.join(given, NAME_IN_FOLDER) : given;
}

/** False also for what cannot be looked at: whoever opens it tells why. */
function isFolder(given: string): boolean {
  try {
    return fs.statSync(given).isDirectory();
  } catch {
    return false;
  }
}

export class DumpFile {
  private readonly file: string;
  private readonly timer: NodeJS.Timeout;
  /** What the file holds. */
  private written: { readonly head: string; readonly state: unknown } | undefined;

  /**
   * Throws DumpError where no file can be written at that place: at the end, when it would be found out otherwise, the chain is lost.
   * @param failed Told of a dump that could not be written between begin and end.
   */
  constructor(
    given: string,
    private readonly chain: Blockchain,
    seconds: number,
    failed: (error: unknown) => void,
  ) {
    this.file = dumpPath(given);
    requireWritable(this.file);
    this.timer = setInterval(() => {
      try {
        this.save();
      } catch (error) {
        failed(error);
      }
    }, seconds * 1000);
    this.timer.unref();
  }

  /** Writes the file where the chain is not what it holds. A file that was there stays whole until the new one is. Throws DumpError. */
  save(): void {
    const { head, state } = this.chain;
    if (this.written?.head === head.header.hash && this.written.state === state) return;
    const text = writeDump(this.chain);
    const fresh = `${this.file}.${randomBytes(6).toString("hex")}.tmp`;
    try {
      fs.writeFileSync(fresh, text, { flush: true });
      fs.renameSync(fresh, this.file);
    } catch (error) {
      fs.rmSync(fresh, { force: true });
      throw notWritten(this.file, error);
    }
    this.written = { head: head.header.hash, state };
  }

  /** Ends the timer and writes what the file lacks. Throws DumpError. */
  close(): void {
    clearInterval(this.timer);
    this.save();
  }
}

function requireWritable(file: string): void {
  try {
    // The new file is written beside the old one and takes its place.
    const folder = path.dirname(file);
    if (!fs.statSync(folder).isDirectory()) throw Object.assign(new Error(), { code: "ENOTDIR" });
    fs.accessSync(folder, fs.constants.W_OK);
    if (isFolder(file)) throw Object.assign(new Error(), { code: "EISDIR" });
  } catch (error) {
    throw notWritten(file, error);
  }
}

function notWritten(file: string, error: unknown): DumpError {
  return new DumpError(`the dump cannot be written to ${file} (${(error as NodeJS.ErrnoException).code ?? "unknown"})`);
}
