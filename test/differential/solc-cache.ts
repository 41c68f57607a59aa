/**
 * Keeps solc's output on disk (node_modules/.cache/solc): solc as WebAssembly takes seconds for a file, and its answer to the same
 * input never changes. An entry is used only if the input, the compiler and every file that it imported are the same, byte for byte.
 */
import { createHash } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";

export type ReadImport = (name: string) => { contents: string } | { error: string };

interface Entry {
  /** Imported files and the hashes of what they held; an empty hash for one that was not found. */
  readonly imports: readonly (readonly [name: string, hash: string])[];
  readonly output: string;
}

const FOLDER = path.join("node_modules", ".cache", "solc");

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");

function hashOf(read: ReadImport, name: string): string {
  const found = read(name);
  return "contents" in found ? sha256(found.contents) : "";
}

/** The output of `compile` for an input, from the disk where it is known. `version` names the compiler. */
export function cachedOutput(version: string, input: string, read: ReadImport, compile: (read: ReadImport) => string): string {
  const file = path.join(FOLDER, `${sha256(`${version}\n${input}`)}.json.gz`);
  const known = stored(file, read);
  if (known !== undefined) return known;
  const imports = new Map<string, string>();
  const output = compile((name) => {
    imports.set(name, hashOf(read, name));
    return read(name);
  });
  store(file, { imports: [...imports], output });
  return output;
}

function stored(file: string, read: ReadImport): string | undefined {
  try {
    const entry = JSON.parse(gunzipSync(fs.readFileSync(file)).toString()) as Entry;
    return entry.imports.every(([name, hash]) => hashOf(read, name) === hash) ? entry.output : undefined;
  } catch {
    return undefined; // absent or damaged: compile
  }
}

function store(file: string, entry: Entry): void {
  try {
    fs.mkdirSync(FOLDER, { recursive: true });
    const temporary = `${file}.${process.pid}.tmp`;
    fs.writeFileSync(temporary, gzipSync(JSON.stringify(entry), { level: 1 }));
    fs.renameSync(temporary, file);
  } catch {
    // A read-only or full disk costs speed, not correctness.
  }
}
