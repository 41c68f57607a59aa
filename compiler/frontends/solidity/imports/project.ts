/**
 * What a project's own files say about imports: Foundry's `remappings.txt` and `foundry.toml`, of the project and of
 * the libraries in it.
 */
import path from "node:path";
import { parse as parseToml } from "smol-toml";
import type { FileView } from "../../../base/file-view.js";
import type { DiagnosticSink } from "../../../diagnostics/diagnostic.js";
import { parseRemapping, type Remapping } from "./remappings.js";

export interface ProjectSettings {
  /** Lowest priority first, as {@link applyRemappings} wants them. */
  readonly remappings: readonly Remapping[];
  /** Folders of libraries, relative to the root: forge's `libs`. */
  readonly libraries: readonly string[];
}

interface FoundrySettings {
  readonly remappings: readonly string[];
  readonly libraries: readonly string[];
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function stringsOf(value: unknown): string[] | undefined {
  return Array.isArray(value) ? value.filter((entry): entry is string => typeof entry === "string") : undefined;
}

function readFoundry(folder: string, disk: FileView, sink: DiagnosticSink): FoundrySettings {
  const file = path.join(folder, "foundry.toml");
  const text = disk.read(file);
  const none: FoundrySettings = { remappings: [], libraries: [] };
  if (text === undefined) return none;
  let profile: unknown;
  try {
    const profiles = parseToml(text).profile;
    profile = isRecord(profiles) ? profiles.default : undefined;
  } catch (thrown) {
    const reason = thrown instanceof Error ? thrown.message.split("\n")[0] : String(thrown);
    sink.error("IOError", "SOL-1004", `Cannot read ${file}: ${reason}`);
    return none;
  }
  if (!isRecord(profile)) return none;
  return { remappings: stringsOf(profile.remappings) ?? [], libraries: stringsOf(profile.libs) ?? [] };
}

function readRemappingsFile(folder: string, disk: FileView): string[] {
  const text = disk.read(path.join(folder, "remappings.txt")) ?? "";
  return text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("#"));
}

/** Texts to remappings; one that cannot be read is reported with where it came from. */
function parseAll(texts: readonly string[], origin: string, sink: DiagnosticSink): Remapping[] {
  const remappings: Remapping[] = [];
  for (const text of texts) {
    const remapping = parseRemapping(text);
    if (remapping) remappings.push(remapping);
    else sink.error("IOError", "SOL-1003", `Invalid remapping "${text}" ${origin}.`, undefined, "Write [context:]prefix=target.");
  }
  return remappings;
}

/** Remappings that the caller gave, lowest priority first. */
export function parseRemappings(given: readonly string[], sink: DiagnosticSink): Remapping[] {
  return parseAll(given, "given", sink);
}

/**
 * Remappings that a library brings along hold within it; outside they help where the project says nothing itself.
 */
function libraryRemappings(root: string, library: string, disk: FileView, sink: DiagnosticSink): { inside: Remapping[]; outside: Remapping[] } {
  const folder = path.join(root, library);
  const texts = [...readRemappingsFile(folder, disk), ...readFoundry(folder, disk, sink).remappings];
  const own = parseAll(texts, `in ${library}`, sink).map((remapping) => ({
    ...remapping,
    target: path.posix.join(library, remapping.target),
  }));
  return {
    inside: own.map((remapping) => ({ ...remapping, context: `${library}/${remapping.context}` })),
    outside: own.filter((remapping) => remapping.context === ""),
  };
}

/**
 * Reads the settings of the project at `root`. Remappings given by the caller come last, so they win ties; before them
 * `foundry.toml`, `remappings.txt`, and those of libraries.
 */
export function readProject(root: string, given: readonly string[], disk: FileView, sink: DiagnosticSink): ProjectSettings {
  const foundry = readFoundry(root, disk, sink);
  const libraries = foundry.libraries.length > 0 ? foundry.libraries : ["lib"];
  const inside: Remapping[] = [];
  const outside: Remapping[] = [];
  for (const folder of libraries.filter((name) => name !== "node_modules"))
    for (const { name, kind } of disk.list(path.join(root, folder))) {
      if (kind !== "folder") continue;
      const library = libraryRemappings(root, path.posix.join(folder, name), disk, sink);
      inside.push(...library.inside);
      outside.push(...library.outside);
    }
  const remappings = [
    ...outside,
    ...inside,
    ...parseAll(readRemappingsFile(root, disk), "in remappings.txt", sink),
    ...parseAll(foundry.remappings, "in foundry.toml", sink),
    ...parseRemappings(given, sink),
  ];
  return { remappings, libraries };
}
