/**
 * The file system as a compilation sees it: every question about it goes through here and is written down with its answer. A result may
 * be used again exactly while all the answers are the same: not only the contents of the files that were read, but also which files a
 * folder holds, and which places were searched for an import in vain.
 *
 *   read("a.sol") -> text      { ask: "read", path: "a.sol", answer: <sha256 of the text> }
 *   kind("lib/x") -> "none"    { ask: "kind", path: "lib/x", answer: "none" }
 */
import { createHash } from "node:crypto";
import fs from "node:fs";
import { decodeUtf8 } from "./utf8.js";

/** What a path leads to, links followed; anything that is neither file nor folder counts as none. */
export type PathKind = "file" | "folder" | "none";

/** An entry of a folder; a link has the kind of what it leads to. */
export interface FolderEntry {
  readonly name: string;
  readonly kind: PathKind;
}

/** A question and its answer, in a form that can be stored. */
export interface FileFact {
  readonly ask: "read" | "kind" | "list" | "real";
  readonly path: string;
  readonly answer: string;
}

/** The answer for what does not exist or cannot be read. */
const ABSENT = "";

function digest(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

function readText(path: string): string | undefined {
  try {
    return decodeUtf8(fs.readFileSync(path));
  } catch {
    return undefined;
  }
}

function kindOf(path: string): PathKind {
  try {
    const stat = fs.statSync(path, { throwIfNoEntry: false });
    return stat?.isFile() ? "file" : stat?.isDirectory() ? "folder" : "none";
  } catch {
    return "none"; // below a file, or not permitted
  }
}

function entriesOf(folder: string): FolderEntry[] {
  let entries: fs.Dirent[];
  try {
    entries = fs.readdirSync(folder, { withFileTypes: true });
  } catch {
    return [];
  }
  const kind = (entry: fs.Dirent): PathKind => (entry.isFile() ? "file" : entry.isDirectory() ? "folder" : entry.isSymbolicLink() ? kindOf(`${folder}/${entry.name}`) : "none");
  return entries.map((entry) => ({ name: entry.name, kind: kind(entry) })).sort((a, b) => (a.name < b.name ? -1 : 1));
}

function realPathOf(path: string): string | undefined {
  try {
    return fs.realpathSync(path);
  } catch {
    return undefined;
  }
}

function encodeEntries(entries: readonly FolderEntry[]): string {
  return digest(JSON.stringify(entries.map(({ name, kind }) => [name, kind])));
}

/** Reads files and folders, and remembers what it was asked. */
export class FileView {
  private readonly answers = new Map<string, FileFact>();

  /** A file's text; undefined where it cannot be read. */
  read(path: string): string | undefined {
    const text = readText(path);
    this.note("read", path, text === undefined ? ABSENT : digest(text));
    return text;
  }

  kind(path: string): PathKind {
    const kind = kindOf(path);
    this.note("kind", path, kind);
    return kind;
  }

  /** A folder's entries by name; none where it is no folder. */
  list(folder: string): FolderEntry[] {
    const entries = entriesOf(folder);
    this.note("list", folder, encodeEntries(entries));
    return entries;
  }

  /** A path with all links followed; the path itself where it leads nowhere. */
  real(path: string): string {
    const real = realPathOf(path);
    this.note("real", path, real ?? ABSENT);
    return real ?? path;
  }

  /** All that was asked so far, each question once. */
  get facts(): readonly FileFact[] {
    return [...this.answers.values()];
  }

  private note(ask: FileFact["ask"], path: string, answer: string): void {
    this.answers.set(`${ask}:${path}`, { ask, path, answer });
  }
}

/** Asks everything again: the texts of all files that were read, by path, or undefined where an answer has changed. */
export function recheck(facts: readonly FileFact[]): ReadonlyMap<string, string> | undefined {
  const texts = new Map<string, string>();
  for (const { ask, path, answer } of facts) {
    if (ask === "read") {
      const text = readText(path);
      if ((text === undefined ? ABSENT : digest(text)) !== answer) return undefined;
      if (text !== undefined) texts.set(path, text);
    } else if (ask === "kind") {
      if (kindOf(path) !== answer) return undefined;
    } else if (ask === "list") {
      if (encodeEntries(entriesOf(path)) !== answer) return undefined;
    } else if ((realPathOf(path) ?? ABSENT) !== answer) return undefined;
  }
  return texts;
}
