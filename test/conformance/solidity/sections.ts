/** Splits a test file of solc's suites into sources, settings and expectations: the layout that semantic and syntax tests share. */
import fs from "node:fs";
import path from "node:path";
import { decodeUtf8 } from "../../../compiler/base/utf8.js";
import { EVM_VERSIONS } from "../../../compiler/driver/options.js";

export interface TestSections {
  /** In file order; the last one is the main source. The unnamed source's name is "". */
  readonly sources: ReadonlyMap<string, string>;
  readonly settings: ReadonlyMap<string, string>;
  /** Lines behind the first `// ----`, as they stand. */
  readonly expectations: readonly string[];
}

/**
 * The sources as solc's runner hands them to one release: those without a version pragma get one, on their first line, so that
 * the lines of diagnostics stay.
 *
 * @param version `0.7.6`; none leaves the sources as they are
 */
export function withVersion(sources: ReadonlyMap<string, string>, version: string | undefined): ReadonlyMap<string, string> {
  if (version === undefined) return sources;
  return new Map([...sources].map(([name, text]) => [name, /^\s*pragma\s+solidity\b/m.test(text) ? text : `pragma solidity =${version}; ${text}`]));
}

/** The file is not in the format. */
export class TestFormatError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "TestFormatError";
  }
}

const SOURCE = /^==== Source:(.*)====$/;
const EXTERNAL = /^==== ExternalSource:(.*)====$/;

/** Reads a test file. External sources are read relative to it. */
export function readSections(file: string): TestSections {
  const lines = decodeUtf8(fs.readFileSync(file))
    .split("\n")
    .map((l) => l.replace(/\r$/, ""));
  const sources = new Map<string, string>();
  let name = "";
  let text = "";
  let i = 0;
  const finish = (): void => {
    if (text !== "" || name !== "") sources.set(name, text);
  };
  for (; i < lines.length; i++) {
    const line = lines[i]!;
    if (line.startsWith("// ====") || line.startsWith("// ----")) break;
    const source = SOURCE.exec(line.trimEnd());
    const external = EXTERNAL.exec(line.trimEnd());
    if (source) {
      finish();
      name = source[1]!.trim();
      text = "";
    } else if (external) {
      const [unit, place] = externalSource(external[1]!.trim());
      sources.set(unit, decodeUtf8(fs.readFileSync(path.resolve(path.dirname(file), place))));
    } else text += `${line}\n`;
  }
  finish();
  const settings = new Map<string, string>();
  if (lines[i]?.startsWith("// ====") === true)
    for (i++; i < lines.length && !lines[i]!.startsWith("// ----"); i++) {
      const entry = /^\/\/([^:]*):(.*)$/.exec(lines[i]!);
      if (!entry) {
        if (lines[i]!.trim() === "" || lines[i]!.startsWith("// ====")) continue;
        throw new TestFormatError(`not a setting: ${lines[i]!}`);
      }
      settings.set(entry[1]!.trim(), entry[2]!.trim());
    }
  return { sources, settings, expectations: lines.slice(i + 1) };
}

function externalSource(text: string): [unit: string, place: string] {
  const at = text.indexOf("=");
  return at < 0 ? [text, text] : [text.slice(0, at), text.slice(at + 1)];
}

const VERSIONS: readonly string[] = EVM_VERSIONS;

/** True where an EVM version satisfies a test's `EVMVersion` setting. */
export function satisfiesVersion(setting: string | undefined, version: string): boolean {
  if (setting === undefined || setting === "any") return true;
  const match = /^(>=|<=|>|<|=|!)?\s*(\w+)$/.exec(setting);
  const wanted = VERSIONS.findIndex((v) => v.toLowerCase() === match?.[2]?.toLowerCase());
  if (!match || wanted < 0) throw new TestFormatError(`not an EVM version: ${setting}`);
  const have = VERSIONS.indexOf(version);
  switch (match[1]) {
    case ">":
      return have > wanted;
    case ">=":
      return have >= wanted;
    case "<":
      return have < wanted;
    case "<=":
      return have <= wanted;
    case "!":
      return have !== wanted;
    default:
      return have === wanted;
  }
}
