/**
 * Prints diagnostics the way every command does: to standard error, counted in the last line. Warnings about packages are counted only, unless they
 * are asked for: who installs a package cannot mend it.
 */
import path from "node:path";
import type { Diagnostic } from "../compiler/diagnostics/diagnostic.js";
import { formatDiagnostic } from "../compiler/diagnostics/format.js";
import { useColor } from "./terminal.js";

const PACKAGES = `${path.sep}node_modules${path.sep}`;

function isAboutPackage({ severity, span }: Diagnostic): boolean {
  return severity === "warning" && span?.file.path?.includes(PACKAGES) === true;
}

/** Prints diagnostics, all of them or without the warnings about packages; true if there was an error among them. */
export function printDiagnostics(diagnostics: readonly Diagnostic[], all: boolean): boolean {
  const color = useColor(process.stderr);
  const shown = all ? diagnostics : diagnostics.filter((d) => !isAboutPackage(d));
  for (const d of shown) process.stderr.write(`${formatDiagnostic(d, color)}\n`);
  const errors = count(shown, "error");
  const warnings = count(shown, "warning");
  const hidden = diagnostics.length - shown.length;
  const parts = [
    ...(errors > 0 ? [plural(errors, "error")] : []),
    ...(warnings > 0 ? [plural(warnings, "warning")] : []),
    ...(hidden > 0 ? [`${plural(hidden, "warning")} in node_modules (--all-warnings shows them)`] : []),
  ];
  if (parts.length > 0) process.stderr.write(`${parts.join(", ")}\n`);
  return errors > 0;
}

function count(diagnostics: readonly Diagnostic[], severity: Diagnostic["severity"]): number {
  return diagnostics.filter((d) => d.severity === severity).length;
}

function plural(n: number, what: string): string {
  return `${n} ${what}${n > 1 ? "s" : ""}`;
}
