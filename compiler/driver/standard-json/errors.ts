/**
 * Diagnostics as solc's standard JSON has them. Wrappers read them strictly: Foundry takes `errorCode` for a number and fails on anything else, and
 * takes `formattedMessage` apart line by line.
 *
 *   TypeError: Undeclared identifier.
 *    --> src/A.sol:3:9:
 *     |
 *   3 |         x = 1;
 *     |         ^
 */
import { lineColumn, type Span } from "../../base/span.js";
import type { Diagnostic } from "../../diagnostics/diagnostic.js";
import { excerptOf, toStandardJson, type StandardJsonError } from "../../diagnostics/format.js";
import type { StandardJsonFault } from "./input.js";

/** An entry of `errors[]` in solc's shape and nothing else. */
export type SolcError = Omit<StandardJsonError, "line" | "column" | "hint" | "errorCode"> & { readonly errorCode?: string };

/** A diagnostic; codes of our own (`SOL-1006`) stand in the text, since `errorCode` must be a number. */
export function solcError(diagnostic: Diagnostic): SolcError {
  const { component, errorCode, severity, type, sourceLocation, secondarySourceLocations } = toStandardJson(diagnostic);
  const isNumber = /^\d+$/.test(errorCode);
  const message = isNumber ? diagnostic.message : `${diagnostic.message} (${errorCode})`;
  return {
    component,
    ...(isNumber && { errorCode }),
    formattedMessage: formatted(diagnostic, message),
    message,
    ...(secondarySourceLocations && { secondarySourceLocations }),
    severity,
    ...(sourceLocation && { sourceLocation }),
    type,
  };
}

/** A fault of the input. */
export function faultError({ kind, message }: StandardJsonFault): SolcError {
  return { component: "general", formattedMessage: `${kind}: ${message}`, message, severity: "error", type: kind };
}

function formatted({ kind, span, related, hint }: Diagnostic, message: string): string {
  const parts = [`${kind}: ${message}\n`];
  if (span) parts.push(position(span));
  for (const note of related ?? []) parts.push(`Note: ${note.message}\n`, position(note.span));
  if (hint !== undefined) parts.push(`Hint: ${hint}\n`);
  return `${parts.join("")}\n`;
}

function position(span: Span): string {
  const { line, column } = lineColumn(span.file, span.start);
  return ` --> ${span.file.name}:${line}:${column}:\n${excerptOf(span)}\n`;
}
