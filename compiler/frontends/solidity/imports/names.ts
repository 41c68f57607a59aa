/** Source unit names: how files are called in artifacts and metadata, the same on every machine. */
import path from "node:path";

/** Whether an import path is relative to the importing file. */
export function isRelativeImport(importPath: string): boolean {
  return importPath.startsWith("./") || importPath.startsWith("../");
}

/**
 * Source unit name that a relative import means. As in solc, `..` above the top of the names is dropped.
 *
 * @example joinName("contracts/token/T.sol", "../Base.sol") === "contracts/Base.sol"
 */
export function joinName(importer: string, relative: string): string {
  const absolute = path.posix.join("/", path.posix.dirname(importer), relative);
  return importer.startsWith("/") ? absolute : absolute.slice(1);
}

/** A name with forward slashes and without `.`, `..` and doubled slashes. */
export function normalizeName(name: string): string {
  return path.posix.normalize(name.replaceAll("\\", "/"));
}

const modulesFolder = "node_modules/";

/**
 * Name of a file on disk: `@scope/package/...` in a node_modules folder, else its path relative to the project's root.
 *
 * @example nameOfFile("/p/node_modules/@oz/c/T.sol", "/p") === "@oz/c/T.sol"
 */
export function nameOfFile(file: string, root: string): string {
  const relative = path.relative(root, file).split(path.sep).join("/");
  const modules = relative.lastIndexOf(modulesFolder);
  return modules < 0 ? relative : relative.slice(modules + modulesFolder.length);
}

/** The npm package that an import path names: `@scope/package` or `package`; undefined if it looks like no package. */
export function packageOf(importPath: string): string | undefined {
  const match = /^(@[\w.-]+\/[\w.-]+|[\w-][\w.-]*)\//.exec(importPath);
  return match?.[1];
}
