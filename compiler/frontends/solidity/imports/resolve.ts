/**
 * Loads the sources of a compilation: expands what was asked for, follows imports, decides each file's language line, parses,
 * and orders the units so that imports come first.
 *
 * A file is first parsed by the newest line that its own pragmas allow, which finds its imports; it is parsed again if its
 * neighbours give it another one.
 */
import path from "node:path";
import { FileView } from "../../../base/file-view.js";
import type { SourceFile } from "../../../base/span.js";
import { VirtualFiles, type VirtualFileRules } from "../../../base/virtual-files.js";
import { DiagnosticSink } from "../../../diagnostics/diagnostic.js";
import type { ImportDirective, SourceUnit } from "../syntax/ast.js";
import { lineOfRelease, type LanguageLine } from "../syntax/language.js";
import { parseSource, type NodeIds } from "../syntax/parse.js";
import { demandOfFile, type VersionDemand } from "../syntax/pragma.js";
import { assignLines, type LineNode } from "./lines.js";
import { SourceLocator, type Location, type Locator, type NotFound } from "./locate.js";
import { nameOfFile, normalizeName, packageOf } from "./names.js";
import { parseRemappings, readProject } from "./project.js";
import { VirtualLocator } from "./virtual.js";

export interface SourceRequest {
  /** Files and directories on disk (relative to `root`), or sources in memory by name. */
  readonly sources: readonly string[] | Readonly<Record<string, { readonly content: string }>>;
  /** The project's folder; names of files are relative to it. */
  readonly root: string;
  /** `[context:]prefix=target`; they win over those of the project's own files. */
  readonly remappings: readonly string[];
  /** Further folders in which imports are searched, after the root. */
  readonly includePaths?: readonly string[];
  /** Where files are read; the disk where absent. */
  readonly files?: FileView;
  /** In place of the project's own ways (readProject, SourceLocator). */
  readonly importRules?: VirtualFileRules;
  /** Lines by which a file is not to be read although its pragmas allow them, by its name. */
  readonly avoid?: ReadonlyMap<string, ReadonlySet<LanguageLine>>;
}

export interface LoadedSources {
  /** Imports first; within an import cycle in order of discovery. */
  readonly units: readonly SourceUnit[];
  /** By source unit name. */
  readonly byName: ReadonlyMap<string, SourceUnit>;
  /** All files by their id. */
  readonly files: readonly SourceFile[];
  /** What the version pragmas of a file allow. */
  demandOf(file: SourceFile): VersionDemand | undefined;
  /** The unit that an import directive brings in; undefined if it could not be loaded. */
  resolveImport(unit: SourceUnit, directive: ImportDirective): SourceUnit | undefined;
}

/** A file on its way into the compilation. */
interface Entry extends LineNode {
  readonly file: SourceFile;
  /** The tree by the rules of its `language`, and what is wrong with it. */
  unit: SourceUnit;
  faults: DiagnosticSink;
  readonly demand: VersionDemand;
  readonly imports: Entry[];
  /** What each import path stands for. */
  readonly byPath: Map<string, Entry | NotFound | undefined>;
}

/**
 * Loads and parses the requested sources and all that they import.
 *
 * @param sink receives missing files (IOError), imports that cannot be resolved, version and syntax errors
 * @example loadSources({ sources: ["contracts"], root: ".", remappings: [] }, sink).byName.get("contracts/Token.sol")
 */
export function loadSources(request: SourceRequest, sink: DiagnosticSink): LoadedSources {
  return new SourceLoader(request, sink).load();
}

class SourceLoader {
  private readonly root: string;
  private readonly disk: FileView;
  private readonly memory = new Map<string, string>();
  private readonly locator: Locator;
  private nextIds = 1;
  private readonly files: SourceFile[] = [];
  /** In order of discovery. */
  private readonly entries: Entry[] = [];
  /** Imports first. */
  private readonly ordered: Entry[] = [];
  /** By name in memory or by real path on disk: what makes two imports the same file. */
  private readonly byIdentity = new Map<string, Entry | undefined>();
  private readonly imports = new Map<ImportDirective, SourceUnit>();

  constructor(
    private readonly request: SourceRequest,
    private readonly sink: DiagnosticSink,
  ) {
    this.root = path.resolve(request.root);
    this.disk = request.files ?? new FileView();
    const { importRules } = request;
    if (!isPathList(request.sources)) for (const [name, { content }] of Object.entries(request.sources)) this.memory.set(importRules ? name : normalizeName(name), content);
    if (importRules) {
      this.locator = new VirtualLocator(this.memory, parseRemappings(request.remappings, sink), new VirtualFiles(this.root, importRules, this.disk));
      return;
    }
    const settings = readProject(this.root, request.remappings, this.disk, sink);
    const includePaths = (request.includePaths ?? []).map((folder) => path.resolve(this.root, folder));
    this.locator = new SourceLocator(this.root, this.memory, settings, includePaths, this.disk);
  }

  load(): LoadedSources {
    const { sources } = this.request;
    const locations: Location[] = isPathList(sources) ? sources.flatMap((source) => this.expand(source)) : [...this.memory.keys()].map((name) => ({ name }));
    for (const location of locations) this.discover(location);
    this.decideLines();
    for (const entry of this.entries) this.bindImports(entry);
    return {
      units: this.ordered.map(({ unit }) => unit),
      byName: new Map(this.entries.map(({ unit }) => [unit.file.name, unit])),
      files: this.files,
      demandOf: (file) => this.entries.find((entry) => entry.file === file)?.demand,
      resolveImport: (_unit, directive) => this.imports.get(directive),
    };
  }

  /** The files that one entry of the request names. */
  private expand(source: string): Location[] {
    const absolute = path.resolve(this.root, source);
    const kind = this.disk.kind(absolute);
    if (kind === "none") {
      this.sink.error("IOError", "SOL-1001", `File not found: ${source}`, undefined, `Paths are relative to ${this.root}.`);
      return [];
    }
    return (kind === "folder" ? solidityFilesIn(absolute, this.disk) : [absolute]).map((file) => ({ path: file }));
  }

  /** Opens one source and, before it is listed, what it imports. */
  private discover(location: Location): Entry | undefined {
    const identity = location.path === undefined || location.name !== undefined ? `name:${location.name}` : this.disk.real(location.path);
    if (this.byIdentity.has(identity)) return this.byIdentity.get(identity);
    const file = this.openFile(location);
    const entry = file && this.firstParse(file);
    this.byIdentity.set(identity, entry);
    if (!entry) return undefined;
    this.entries.push(entry);
    for (const directive of importsOf(entry.unit)) this.follow(entry, directive);
    this.ordered.push(entry);
    return entry;
  }

  private openFile(location: Location): SourceFile | undefined {
    const id = this.files.length;
    let file: SourceFile;
    if (location.path === undefined) {
      file = { id, name: location.name, content: this.memory.get(location.name) ?? "" };
    } else {
      const content = this.disk.read(location.path);
      if (content === undefined) {
        this.sink.error("IOError", "SOL-1002", `Cannot read ${location.path}.`);
        return undefined;
      }
      file = { id, name: location.name ?? this.freeName(location.path), path: location.path, content };
    }
    this.files.push(file);
    return file;
  }

  /** The name of a file on disk; two copies of one package must not share names, so the second is called by its path. */
  private freeName(file: string): string {
    const name = nameOfFile(file, this.root);
    const isTaken = this.entries.some((entry) => entry.file.name === name) || this.memory.has(name);
    return isTaken ? path.relative(this.root, file).split(path.sep).join("/") : name;
  }

  /** A file of an unsupported version is reported as such; its syntax by other rules would only add noise. */
  private firstParse(file: SourceFile): Entry {
    const faults = new DiagnosticSink();
    const demand = this.withoutAvoided(file, demandOfFile(file, faults));
    const [newest] = demand.releases;
    const line = newest === undefined ? "0.8" : lineOfRelease(newest);
    const unit = this.parse(file, line, newest === undefined ? new DiagnosticSink() : faults);
    return { file, unit, faults, demand, imports: [], byPath: new Map() };
  }

  private withoutAvoided(file: SourceFile, demand: VersionDemand): VersionDemand {
    const avoided = this.request.avoid?.get(file.name);
    if (!avoided) return demand;
    return { ...demand, releases: demand.releases.filter((release) => !avoided.has(lineOfRelease(release))) };
  }

  /**
   * Parses with node ids from a range of the file's own, with room: ids are part of what a contract compiles to, and a small edit of one file
   * should not change those of another.
   */
  private parse(file: SourceFile, language: LanguageLine, faults: DiagnosticSink): SourceUnit {
    const ids: NodeIds = { next: this.nextIds };
    const unit = parseSource(file, faults, { language, ids });
    const used = ids.next - this.nextIds;
    this.nextIds += Math.ceil((used * 1.25) / ID_RANGE) * ID_RANGE;
    return unit;
  }

  private follow(entry: Entry, directive: ImportDirective): void {
    if (directive.path === "" || entry.byPath.has(directive.path)) return;
    const found = this.locator.locate(directive.path, entry.file);
    const imported = "tried" in found ? found : this.discover(found);
    entry.byPath.set(directive.path, imported);
    if (imported && "unit" in imported) entry.imports.push(imported);
  }

  /** Gives each file its line, and the tree by that line's grammar. */
  private decideLines(): void {
    const readable = this.entries.filter(({ demand }) => demand.releases.length > 0);
    for (const [entry, line] of assignLines(readable, this.sink)) {
      if (entry.unit.language === line) continue;
      entry.faults = new DiagnosticSink();
      entry.unit = this.parse(entry.file, line, entry.faults);
    }
  }

  /** Reports what is wrong with a file and connects its import directives. */
  private bindImports(entry: Entry): void {
    for (const diagnostic of entry.faults.all) this.sink.report(diagnostic);
    for (const directive of importsOf(entry.unit)) {
      const imported = entry.byPath.get(directive.path);
      if (imported && "tried" in imported) this.reportNotFound(directive, imported);
      else if (imported) this.imports.set(directive, imported.unit);
    }
  }

  private reportNotFound(directive: ImportDirective, { tried, directory, remapped, reason: known }: NotFound): void {
    const reason = known ?? (directory === undefined ? "File not found." : `${directory} is a directory.`);
    const searched = tried.length > 0 ? ` Searched: ${tried.map((entry) => this.shorten(entry)).join(", ")}` : "";
    const message = `Source "${remapped ?? directive.path}" not found: ${reason}${searched}`;
    this.sink.error("ParserError", "6275", message, directive.span, importHint(directive.path, directory, remapped));
  }

  /** Paths in messages are relative to the root where that is shorter to read. */
  private shorten(file: string): string {
    const relative = path.relative(this.root, file);
    return relative.startsWith(`..${path.sep}..`) ? file : relative;
  }
}

const ID_RANGE = 4_096;

function importsOf(unit: SourceUnit): ImportDirective[] {
  return unit.nodes.filter((node): node is ImportDirective => node.kind === "ImportDirective");
}

function isPathList(sources: SourceRequest["sources"]): sources is readonly string[] {
  return Array.isArray(sources);
}

/** What to do about an import that was not found. */
function importHint(importPath: string, directory: string | undefined, remapped: string | undefined): string {
  if (directory !== undefined) return "Import a file, not a directory.";
  if (remapped !== undefined) return `A remapping turned "${importPath}" into "${remapped}": correct its target.`;
  if (/^https?:\/\//.test(importPath)) return "Imports are not loaded from the network: install the package and import it by name.";
  if (importPath.startsWith(".")) return "The path is relative to the importing file.";
  const packageName = packageOf(importPath);
  return packageName === undefined
    ? 'Start the path with "./" if the file is next to the importing one.'
    : `Install it with "npm install ${packageName}", or add a remapping "${packageName}/=<folder>/".`;
}

/** All Solidity files below a folder, sorted; dependencies in node_modules only come in by import. */
function solidityFilesIn(folder: string, disk: FileView): string[] {
  const files: string[] = [];
  for (const { name, kind } of disk.list(folder)) {
    const full = path.join(folder, name);
    if (kind === "folder") {
      if (name !== "node_modules") files.push(...solidityFilesIn(full, disk));
    } else if (name.endsWith(".sol")) files.push(full);
  }
  return files;
}
