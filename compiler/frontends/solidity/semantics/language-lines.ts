/** Which language line and ABI coder each file has; faults of pragmas other than versions. */
import type { LoadedSources } from "../imports/resolve.js";
import type { PragmaDirective, SourceUnit } from "../syntax/ast.js";
import type { Model } from "./model.js";
import { similarAmong } from "./scope.js";

export function selectLines(m: Model, loaded: LoadedSources): void {
  for (const unit of loaded.units) {
    const pragmas = unit.nodes.filter((node): node is PragmaDirective => node.kind === "PragmaDirective");
    const line = unit.language;
    m.lines.set(unit, line);
    if (!pragmas.some((p) => p.name === "solidity")) {
      m.sink.warning("3420", 'Source file does not specify required compiler version! Consider adding "pragma solidity ^0.8.0;"', {
        file: unit.file,
        start: 0,
        end: 0,
      });
    }
    checkPragmas(m, unit, pragmas);
    const coder = pragmas.find((p) => p.name === "abicoder")?.value;
    const isV2 = coder === "v2" || pragmas.some((p) => p.name === "experimental" && p.value.replace(/["']/g, "") === "ABIEncoderV2");
    if (coder === "v1" || (line !== "0.8" && !isV2)) m.abiCoderV1.add(unit);
  }
}

const experimentalFeatures: ReadonlySet<string> = new Set(["ABIEncoderV2", "SMTChecker", "__test", "__testOnlyAnalysis"]);
/** Experimental by name only. */
const established: ReadonlySet<string> = new Set(["ABIEncoderV2", "SMTChecker"]);

function checkPragmas(m: Model, unit: SourceUnit, pragmas: readonly PragmaDirective[]): void {
  const fault = (pragma: PragmaDirective, code: string, message: string): void => m.sink.error("SyntaxError", code, message, pragma.span);
  let coder: string | undefined;
  const features = new Set<string>();
  for (const pragma of pragmas) {
    const value = pragma.value.replace(/["']/g, "").trim();
    if (pragma.name === "abicoder") {
      if (value !== "v1" && value !== "v2") fault(pragma, "2745", 'Expected either "pragma abicoder v1" or "pragma abicoder v2".');
      else if (coder !== undefined) fault(pragma, "3845", "ABI coder has already been selected for this source unit.");
      else coder = value;
      if (value === "v1") m.sink.warning("9511", "ABI coder v1 is deprecated and scheduled for removal. Use ABI coder v2 instead.", pragma.span, "Remove this line.");
    } else if (pragma.name === "experimental") {
      if (pragma.value.trim() === "") fault(pragma, "9679", "Experimental feature name is missing.");
      else if (value === "") fault(pragma, "3250", "Empty experimental feature name is invalid.");
      else if ((pragma.value.match(/"[^"]*"|'[^']*'|[^"'\s]+/g) ?? []).length > 1) fault(pragma, "6022", "Stray arguments.");
      else if (!experimentalFeatures.has(value)) fault(pragma, "8491", "Unsupported experimental feature name.");
      else if (features.has(value)) fault(pragma, "1231", "Duplicate experimental feature name.");
      else if (!established.has(value)) {
        m.sink.warning("2264", "Experimental features are turned on. Do not use experimental features on live deployments.", pragma.span);
      }
      features.add(value);
      if (value === "ABIEncoderV2") {
        if (coder === "v1") fault(pragma, "8273", 'ABI coder v1 has already been selected through "pragma abicoder v1".');
        coder = "v2";
        if (m.lineOf(unit) === "0.8") warnOfOldPragma(m, pragma);
      }
    } else if (!/^[a-zA-Z_$]/.test(pragma.name)) {
      fault(pragma, "5226", `Invalid pragma "${pragma.name}"`);
    } else if (pragma.name !== "solidity") {
      const [similar] = similarAmong(pragma.name, ["solidity", "abicoder", "experimental"]);
      const hint = similar === undefined ? undefined : `Did you mean "${similar}"?`;
      m.sink.error("SyntaxError", "4936", `Unknown pragma "${pragma.name}"`, pragma.span, hint);
    }
  }
}

function warnOfOldPragma(m: Model, pragma: PragmaDirective): void {
  const message = "Experimental pragma ABIEncoderV2 is deprecated and will be removed in a future release.";
  m.sink.warning("8506", message, pragma.span, "Remove this line: the coder is the default.");
}
