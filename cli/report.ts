/** Prints diagnostics the way every command does: to standard error, errors last counted in one line. */
import type { Diagnostic } from "../compiler/diagnostics/diagnostic.js";
import { formatDiagnostic } from "../compiler/diagnostics/format.js";
import { useColor } from "./terminal.js";

/** Prints all diagnostics; true if there was an error among them. */
export function printDiagnostics(diagnostics: readonly Diagnostic[]): boolean {
  const color = useColor(process.stderr);
  for (const d of diagnostics) process.stderr.write(`${formatDiagnostic(d, color)}\n`);
  const errors = diagnostics.filter((d) => d.severity === "error").length;
  const warnings = diagnostics.filter((d) => d.severity === "warning").length;
  const parts = [errors > 0 ? `${errors} error${errors > 1 ? "s" : ""}` : "", warnings > 0 ? `${warnings} warning${warnings > 1 ? "s" : ""}` : ""].filter((p) => p !== "");
  if (parts.length > 0) process.stderr.write(`${parts.join(", ")}\n`);
  return errors > 0;
}
