/**
 * Diagnostics for people and for programs: text with a source excerpt, and solc's standard-json error shape (with line,
 * column and hint added).
 */
import { lineColumn, lineText, type Span } from "../base/span.js";
import type { Diagnostic } from "./diagnostic.js";

/** A diagnostic as the library hands it out: plain data, independent of the compiler's own structures. */
export interface DiagnosticReport {
  readonly severity: "error" | "warning" | "info";
  /** Stable code; solc's number where solc has the same diagnostic. */
  readonly code: string;
  readonly message: string;
  /** Source unit name, where a source is at fault. */
  readonly file?: string;
  /** One-based. */
  readonly line?: number;
  readonly column?: number;
  /** The line at fault with a marker under it. */
  readonly excerpt?: string;
  readonly hint?: string;
  readonly related?: readonly { readonly message: string; readonly file: string; readonly line: number; readonly column: number }[];
  /** All of it as text, as the command line prints it without colours. */
  readonly formatted: string;
}

/** solc's standard-json `errors[]` entry, with `line`, `column` and `hint` besides. */
export interface StandardJsonError {
  readonly component: "general";
  readonly errorCode: string;
  readonly severity: "error" | "warning" | "info";
  readonly type: string;
  readonly message: string;
  readonly formattedMessage: string;
  readonly sourceLocation?: { readonly file: string; readonly start: number; readonly end: number };
  readonly secondarySourceLocations?: readonly { readonly file: string; readonly start: number; readonly end: number; readonly message: string }[];
  readonly line?: number;
  readonly column?: number;
  readonly hint?: string;
}

const COLORS = { error: 31, warning: 33, info: 36, dim: 2, bold: 1 } as const;

function paint(color: boolean, style: keyof typeof COLORS, text: string): string {
  return color ? `\u001b[${COLORS[style]}m${text}\u001b[0m` : text;
}

/** The line at fault and a marker line, both behind a gutter. */
export function excerptOf(span: Span, color = false): string {
  const { line, column } = lineColumn(span.file, span.start);
  const text = lineText(span.file, line).replaceAll("\t", " ");
  const length = Math.max(1, Math.min(span.end - span.start, text.length - column + 1));
  const gutter = String(line);
  const pad = " ".repeat(gutter.length);
  const shown = text.length > 160 ? { from: Math.max(0, column - 60), to: Math.max(0, column - 60) + 160 } : { from: 0, to: text.length };
  const marker = " ".repeat(column - 1 - shown.from) + "^".repeat(Math.min(length, shown.to - column + 1) || 1);
  return `${paint(color, "dim", `${pad} |`)}\n${paint(color, "dim", `${gutter} |`)} ${text.slice(shown.from, shown.to)}\n${paint(color, "dim", `${pad} |`)} ${paint(color, "error", marker)}`;
}

/** A diagnostic as text, ending in a newline. */
export function formatDiagnostic(d: Diagnostic, color = false): string {
  const lines = [`${paint(color, d.severity, `${d.kind} (${d.code})`)}: ${paint(color, "bold", d.message)}`];
  if (d.span) lines.push(positionLine(d.span), excerptOf(d.span, color));
  for (const note of d.related ?? []) lines.push(`note: ${note.message}`, positionLine(note.span), excerptOf(note.span, color));
  if (d.hint) lines.push(`${paint(color, "info", "hint")}: ${d.hint}`);
  return `${lines.join("\n")}\n`;
}

function positionLine(span: Span): string {
  const { line, column } = lineColumn(span.file, span.start);
  return ` --> ${span.file.name}:${line}:${column}`;
}

export function toReport(d: Diagnostic): DiagnosticReport {
  const position = d.span && lineColumn(d.span.file, d.span.start);
  return {
    severity: d.severity,
    code: d.code,
    message: d.message,
    ...(d.span && { file: d.span.file.name, ...position, excerpt: excerptOf(d.span) }),
    ...(d.hint !== undefined && { hint: d.hint }),
    ...(d.related && d.related.length > 0 && { related: d.related.map((r) => ({ message: r.message, file: r.span.file.name, ...lineColumn(r.span.file, r.span.start) })) }),
    formatted: formatDiagnostic(d),
  };
}

function byteRange(span: Span): { file: string; start: number; end: number } {
  const start = Buffer.byteLength(span.file.content.slice(0, span.start));
  return { file: span.file.name, start, end: start + Buffer.byteLength(span.file.content.slice(span.start, span.end)) };
}

export function toStandardJson(d: Diagnostic): StandardJsonError {
  return {
    component: "general",
    errorCode: d.code,
    severity: d.severity,
    type: d.kind,
    message: d.message,
    formattedMessage: formatDiagnostic(d),
    ...(d.span && { sourceLocation: byteRange(d.span), ...lineColumn(d.span.file, d.span.start) }),
    ...(d.related && d.related.length > 0 && { secondarySourceLocations: d.related.map((r) => ({ ...byteRange(r.span), message: r.message })) }),
    ...(d.hint !== undefined && { hint: d.hint }),
  };
}
