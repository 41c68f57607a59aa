/** Runs one file of solc's syntax tests: do both compilers accept it, or both reject it? */
import { DiagnosticSink } from "../../../compiler/diagnostics/diagnostic.js";
import { loadSources } from "../../../compiler/frontends/solidity/imports/resolve.js";
import { check } from "../../../compiler/frontends/solidity/semantics/check.js";
import { readSections, satisfiesVersion } from "./sections.js";
import type { TestResult } from "./semantic-test.js";

const UNNAMED = "test.sol";
/** Tests bring all their sources: nothing is read from a project. */
const NO_ROOT = "/nonexistent";
const EVM_VERSION = "osaka";
/** Kinds of expectations that mean rejection. */
const REJECTS =
  /^\/\/ (CodeGenerationError|DeclarationError|DocstringParsingError|ParserError|TypeError|SyntaxError|IOError|FatalError|InternalCompilerError|UnimplementedFeatureError|YulException)\b/;

/** Runs a file; never throws. */
export function runSyntaxTest(file: string): TestResult {
  try {
    const { sources, settings, expectations } = readSections(file);
    if (!satisfiesVersion(settings.get("EVMVersion"), EVM_VERSION)) return { status: "skip", reason: `does not apply to EVM version ${EVM_VERSION}` };
    const format = settings.get("bytecodeFormat");
    if (format !== undefined && !format.split(",").includes("legacy")) return { status: "skip", reason: "tests EOF" };
    const rejects = expectations.filter((line) => REJECTS.test(line));
    const request = Object.fromEntries([...sources].map(([name, content]) => [name === "" ? UNNAMED : name, { content }]));
    const sink = new DiagnosticSink();
    const loaded = loadSources({ sources: request, root: NO_ROOT, remappings: [] }, sink);
    if (!sink.hasErrors && settings.get("stopAfter") !== "parsing") check(loaded, sink);
    const error = sink.all.find((d) => d.severity === "error");
    if ((error !== undefined) === rejects.length > 0) return { status: "pass", reason: "" };
    if (error) return { status: "fail", reason: `rejected with ${error.code}: ${error.message}` };
    return { status: "fail", reason: `accepted; solc says ${rejects[0]!.slice(3)}` };
  } catch (error) {
    return { status: "crash", reason: error instanceof Error ? (error.stack ?? error.message).split("\n").slice(0, 4).join(" | ") : String(error) };
  }
}
