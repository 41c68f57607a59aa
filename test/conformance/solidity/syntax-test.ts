/**
 * Runs one file of solc's syntax tests. Three questions: do both compilers accept it, or both reject it (`agreement`)? Are the errors' codes
 * those that the file expects (`error codes`), and those of warnings and notes (`warning codes`)? What the checker accepts is lowered too, since
 * the lowering refuses some programs and must never break down.
 */
import { DiagnosticSink, type Diagnostic } from "../../../compiler/diagnostics/diagnostic.js";
import { loadSources } from "../../../compiler/frontends/solidity/imports/resolve.js";
import { lower } from "../../../compiler/frontends/solidity/lowering/lower.js";
import { check } from "../../../compiler/frontends/solidity/semantics/check.js";
import { readSections, satisfiesVersion, withVersion, type TestSections } from "./sections.js";
import type { TestResult } from "./semantic-test.js";

/** The questions asked of each file; `--codes` adds the last two. */
export const SYNTAX_QUESTIONS = ["agreement", "error codes", "warning codes"] as const;
export type SyntaxAnswers = Readonly<Record<(typeof SYNTAX_QUESTIONS)[number], TestResult>>;

const UNNAMED = "test.sol";
/** Tests bring all their sources: nothing is read from a project. */
const NO_ROOT = "/nonexistent";
const EVM_VERSION = "osaka";
const EXPECTATION = /^\/\/ +([A-Za-z]+)(?: (\d{4}))?: ?(.*)$/;
/** Kinds of expectations that mean rejection. */
const REJECTS =
  /^(CodeGenerationError|DeclarationError|DocstringParsingError|ParserError|TypeError|SyntaxError|IOError|FatalError|InternalCompilerError|UnimplementedFeatureError|YulException)$/;
/** Warnings of what later releases than the suite's (0.8.28) deprecate. */
const LATER = new Set(["9511", "8506", "8429", "6335", "9170", "2424", "9207"]);
const PASS: TestResult = { status: "pass", reason: "" };

interface Expected {
  readonly isError: boolean;
  readonly code: string;
  readonly text: string;
}

/** Runs a file; never throws. @param version the release whose suite it is, `0.7.6`; the newest by default */
export function runSyntaxTest(file: string, version?: string): SyntaxAnswers {
  try {
    const sections = readSections(file);
    const reason = skipReason(sections);
    if (reason !== undefined) return alike({ status: "skip", reason });
    const expected = sections.expectations.flatMap(parseExpectation);
    const found = diagnosticsOf({ ...sections, sources: withVersion(sections.sources, version) }).filter((d) => !isUnexpectable(d));
    return {
      agreement: agreement(found, expected),
      "error codes": compareCodes(found, expected, true),
      "warning codes": compareCodes(found, expected, false),
    };
  } catch (error) {
    return alike({ status: "crash", reason: error instanceof Error ? (error.stack ?? error.message).split("\n").slice(0, 4).join(" | ") : String(error) });
  }
}

function alike(result: TestResult): SyntaxAnswers {
  return { agreement: result, "error codes": result, "warning codes": result };
}

function skipReason({ settings }: TestSections): string | undefined {
  if (!satisfiesVersion(settings.get("EVMVersion"), EVM_VERSION)) return `does not apply to EVM version ${EVM_VERSION}`;
  const format = settings.get("bytecodeFormat");
  return format !== undefined && !format.split(",").includes("legacy") ? "tests EOF" : undefined;
}

function parseExpectation(line: string): Expected[] {
  const match = EXPECTATION.exec(line);
  return match ? [{ isError: REJECTS.test(match[1]!), code: match[2] ?? match[1]!, text: line.slice(3).trim() }] : [];
}

function diagnosticsOf({ sources, settings }: TestSections): readonly Diagnostic[] {
  const request = Object.fromEntries([...sources].map(([name, content]) => [name === "" ? UNNAMED : name, { content }]));
  const sink = new DiagnosticSink();
  const loaded = loadSources({ sources: request, root: NO_ROOT, remappings: [] }, sink);
  if (sink.failed() || settings.get("stopAfter") === "parsing") return sink.all;
  const program = check(loaded, sink);
  if (!sink.failed()) lower(program, { revertStrings: "default" }, sink);
  return sink.all;
}

/** solc's runner puts a licence and a version pragma in front of sources that lack them; and what the suite is too old to expect. */
function isUnexpectable({ code, span }: Diagnostic): boolean {
  if (LATER.has(code)) return true;
  if (code === "1878") return !span?.file.content.includes("SPDX-License-Identifier");
  return code === "3420";
}

function agreement(found: readonly Diagnostic[], expected: readonly Expected[]): TestResult {
  const rejects = expected.find((e) => e.isError);
  const error = found.find((d) => d.severity === "error");
  if ((error !== undefined) === (rejects !== undefined)) return PASS;
  if (error) return { status: "fail", reason: `rejected with ${error.code}: ${error.message}` };
  return { status: "fail", reason: `accepted; solc says ${rejects!.text}` };
}

/** Sets of codes, of errors or of the rest. */
function compareCodes(found: readonly Diagnostic[], expected: readonly Expected[], errors: boolean): TestResult {
  const have = new Map(found.filter((d) => (d.severity === "error") === errors).map((d) => [d.code, d.message]));
  const want = new Map(expected.filter((e) => e.isError === errors).map((e) => [e.code, e.text]));
  const missing = [...want].filter(([code]) => !have.has(code)).map(([, text]) => `missing ${text}`);
  const extra = [...have].filter(([code]) => !want.has(code)).map(([code, message]) => `extra ${code}: ${message}`);
  const reason = [...missing, ...extra].join("; ");
  return reason === "" ? PASS : { status: "fail", reason };
}
