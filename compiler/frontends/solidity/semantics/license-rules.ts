/** The SPDX license of each file: a missing one is worth a warning, an unclear one is an error. Before 0.7 solc asked for none. */
import type { SourceUnit } from "../syntax/ast.js";
import { isBefore } from "../syntax/language.js";
import { licenseOf } from "../syntax/license.js";
import type { Model } from "./model.js";

export function checkLicenses(m: Model): void {
  for (const unit of m.units) if (unit.license === undefined && !isBefore(m.lineOf(unit), "0.7")) reportFault(m, unit);
}

function reportFault(m: Model, unit: SourceUnit): void {
  const verdict = licenseOf(unit.file.content, unit.nodes);
  if ("license" in verdict) return;
  const start = { file: unit.file, start: 0, end: 0 };
  switch (verdict.fault) {
    case "missing": {
      const advice =
        'Before publishing, consider adding a comment containing "SPDX-License-Identifier: <SPDX-License>" to each source file. ' +
        'Use "SPDX-License-Identifier: UNLICENSED" for non-open-source code. Please see https://spdx.org for more information.';
      const message = `SPDX license identifier not provided in source file. ${advice}`;
      m.sink.warning("1878", message, start, 'Begin the file with "// SPDX-License-Identifier: MIT" or the license you chose.');
      return;
    }
    case "several": {
      const advice = 'Use "AND" or "OR" to combine multiple licenses. Please see https://spdx.org for more information.';
      m.sink.error("ParserError", "3716", `Multiple SPDX license identifiers found in source file. ${advice}`, start);
      return;
    }
    case "invalid":
      m.sink.error("ParserError", "1114", "Invalid SPDX license identifier.", start, "An SPDX expression is made of letters, digits, spaces and ()+.- only.");
  }
}
