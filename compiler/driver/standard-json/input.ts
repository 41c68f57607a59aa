/**
 * solc's standard-json input, checked: what is asked for is either understood or refused, with a message that names it.
 * https://docs.soliditylang.org/en/latest/using-the-compiler.html#input-description
 *
 * Settings that only steer how solc goes about its work (viaIR, optimizer.details, parserErrorRecovery, debugInfo) mean nothing here and are
 * accepted. Those that ask for other results (stopAfter "parsing", a model checker) are refused.
 */

/** A fault of the input itself: an entry of `errors[]` of the given kind. */
export class StandardJsonFault extends Error {
  constructor(
    readonly kind: "JSONError" | "IOError" | "Exception",
    message: string,
  ) {
    super(message);
    this.name = "StandardJsonFault";
  }
}

export type JsonObject = Readonly<Record<string, unknown>>;

/** One source: its text, or names under which the text is to be read. */
export type SourceInput = { readonly content: string } | { readonly urls: readonly string[] };

/** Source unit name -> contract name (or `*`; `""` for outputs of the whole file) -> outputs. */
export type OutputSelection = Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;

export interface MetadataSettings {
  readonly useLiteralContent: boolean;
  /** As given, for the metadata's own record. */
  readonly given: JsonObject;
}

export interface StandardJsonInput {
  readonly sources: Readonly<Record<string, SourceInput>>;
  readonly remappings: readonly string[];
  readonly optimizer: { readonly enabled: boolean; readonly runs: number };
  readonly viaIR: boolean;
  /** Undefined: the newest. */
  readonly evmVersion: string | undefined;
  readonly revertStrings: "default" | "strip" | "debug";
  /** `source.sol:Name` -> address, 0x and 40 hex digits. */
  readonly libraries: ReadonlyMap<string, string>;
  readonly metadata: MetadataSettings;
  readonly outputSelection: OutputSelection;
}

const INPUT_KEYS = ["language", "sources", "auxiliaryInput", "settings"];
const SETTINGS_KEYS = [
  "debug",
  "eofVersion",
  "evmVersion",
  "experimental",
  "libraries",
  "metadata",
  "modelChecker",
  "optimizer",
  "outputSelection",
  "parserErrorRecovery",
  "remappings",
  "ssaCFG",
  "stopAfter",
  "viaIR",
  "viaSSACFG",
];
/** solc's own default. */
const DEFAULT_RUNS = 200;

/** Reads the text of an input. Throws StandardJsonFault. */
export function parseInput(text: string): StandardJsonInput {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (thrown) {
    throw new StandardJsonFault("JSONError", `The input is not JSON: ${thrown instanceof Error ? thrown.message : String(thrown)}`);
  }
  const input = objectOf(value, "Input");
  refuseUnknown(input, INPUT_KEYS, "the input");
  if (input.language !== "Solidity") fault(`Only "Solidity" is supported as a language.`);
  const settings = objectOf(input.settings ?? {}, `"settings"`);
  refuseUnknown(settings, SETTINGS_KEYS, `"settings"`);
  refuseOtherResults(settings);
  return {
    sources: sourcesOf(input.sources),
    remappings: stringsOf(settings.remappings ?? [], `"settings.remappings"`),
    optimizer: optimizerOf(objectOf(settings.optimizer ?? {}, `"settings.optimizer"`)),
    viaIR: booleanOf(settings.viaIR ?? false, `"settings.viaIR"`),
    evmVersion: settings.evmVersion === undefined ? undefined : stringOf(settings.evmVersion, `"settings.evmVersion"`),
    revertStrings: revertStringsOf(objectOf(settings.debug ?? {}, `"settings.debug"`).revertStrings ?? "default"),
    libraries: librariesOf(objectOf(settings.libraries ?? {}, `"settings.libraries"`)),
    metadata: metadataOf(objectOf(settings.metadata ?? {}, `"settings.metadata"`)),
    outputSelection: selectionOf(objectOf(settings.outputSelection ?? {}, `"settings.outputSelection"`)),
  };
}

function fault(message: string): never {
  throw new StandardJsonFault("JSONError", message);
}

function refuseUnknown(object: JsonObject, known: readonly string[], where: string): void {
  const key = Object.keys(object).find((name) => !known.includes(name));
  if (key !== undefined) fault(`Unknown key "${key}" in ${where}.`);
}

function refuseOtherResults({ stopAfter, modelChecker, eofVersion }: JsonObject): void {
  if (stopAfter !== undefined) fault(`"settings.stopAfter" is not supported: sources are always checked as a whole.`);
  if (eofVersion !== undefined && eofVersion !== null) fault(`"settings.eofVersion" is not supported: no network runs EOF.`);
  const engine = objectOf(modelChecker ?? {}, `"settings.modelChecker"`).engine ?? "none";
  if (engine !== "none") fault(`"settings.modelChecker" is not supported: there is no model checker here, and silence could be taken for a proof.`);
}

function sourcesOf(value: unknown): Record<string, SourceInput> {
  const entries = Object.entries(objectOf(value, `"sources"`));
  if (entries.length === 0) fault("No input sources specified.");
  return Object.fromEntries(
    entries.map(([name, entry]): [string, SourceInput] => {
      const { content, urls } = objectOf(entry, `The source "${name}"`);
      if (content !== undefined) return [name, { content: stringOf(content, `"sources.${name}.content"`) }];
      if (urls === undefined) fault(`Invalid input source specified: "${name}" has neither "content" nor "urls".`);
      return [name, { urls: stringsOf(urls, `"sources.${name}.urls"`) }];
    }),
  );
}

function optimizerOf({ enabled, runs }: JsonObject): { enabled: boolean; runs: number } {
  const count = runs ?? DEFAULT_RUNS;
  if (typeof count !== "number" || !Number.isInteger(count) || count < 0) fault(`The "runs" setting must be an unsigned number.`);
  return { enabled: booleanOf(enabled ?? false, `"settings.optimizer.enabled"`), runs: count };
}

function revertStringsOf(value: unknown): "default" | "strip" | "debug" {
  if (value === "default" || value === "strip" || value === "debug") return value;
  fault(`"settings.debug.revertStrings" must be "default", "strip" or "debug".`);
}

const ADDRESS = /^0x[0-9a-fA-F]{40}$/;

function librariesOf(files: JsonObject): Map<string, string> {
  const libraries = new Map<string, string>();
  for (const [file, names] of Object.entries(files))
    for (const [name, address] of Object.entries(objectOf(names, `"settings.libraries.${file}"`))) {
      if (typeof address !== "string" || !ADDRESS.test(address)) fault(`The address of the library "${file}:${name}" must be 0x and 40 hex digits.`);
      libraries.set(`${file}:${name}`, address);
    }
  return libraries;
}

function metadataOf(given: JsonObject): MetadataSettings {
  return { useLiteralContent: booleanOf(given.useLiteralContent ?? false, `"settings.metadata.useLiteralContent"`), given };
}

function selectionOf(files: JsonObject): OutputSelection {
  return Object.fromEntries(
    Object.entries(files).map(([file, contracts]) => {
      const where = `"settings.outputSelection.${file}"`;
      return [file, Object.fromEntries(Object.entries(objectOf(contracts, where)).map(([name, outputs]) => [name, stringsOf(outputs, where)]))];
    }),
  );
}

function objectOf(value: unknown, what: string): JsonObject {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as JsonObject;
  fault(`${what} must be an object.`);
}

function stringOf(value: unknown, what: string): string {
  if (typeof value === "string") return value;
  fault(`${what} must be a string.`);
}

function booleanOf(value: unknown, what: string): boolean {
  if (typeof value === "boolean") return value;
  fault(`${what} must be a Boolean.`);
}

function stringsOf(value: unknown, what: string): string[] {
  if (Array.isArray(value) && value.every((entry): entry is string => typeof entry === "string")) return value;
  fault(`${what} must be an array of strings.`);
}
