/**
 * Diagnostics: what a user is told about their input. User errors are collected and never thrown across a stage;
 * a broken invariant of the compiler itself throws {@link InternalError}.
 */
import type { Span } from "../base/span.js";

export type Severity = "error" | "warning" | "info";

/** solc's error kinds, so that `--json` keeps solc's standard-json shape. */
export type DiagnosticKind =
  | "ParserError"
  | "DeclarationError"
  | "TypeError"
  | "SyntaxError"
  | "DocstringParsingError"
  | "UnimplementedFeatureError"
  | "CodeGenerationError"
  | "IOError"
  | "JSONError"
  | "Warning"
  | "Info";

/** A secondary position with a note of its own. */
export interface RelatedNote {
  readonly span: Span;
  readonly message: string;
}

export interface Diagnostic {
  readonly severity: Severity;
  readonly kind: DiagnosticKind;
  /** Stable: `SOL-0042`-like, or solc's number for the same fault (`7576`), never reused for another fault. */
  readonly code: string;
  readonly message: string;
  /** Absent only where no source is at fault (an unknown file, a bad flag). */
  readonly span?: Span;
  /** What to do about it, in one sentence. */
  readonly hint?: string;
  readonly related?: readonly RelatedNote[];
}

/** As many errors as solc reports: more are most often echoes, and nobody reads them. */
export const MAX_ERRORS = 256;

/** Collects the diagnostics of one compilation, in the order of their discovery. */
export class DiagnosticSink {
  readonly all: Diagnostic[] = [];
  private errors = 0;

  /** Notes a diagnostic; of errors beyond {@link MAX_ERRORS} only that there are some. */
  report(diagnostic: Diagnostic): void {
    if (diagnostic.severity === "error" && ++this.errors > MAX_ERRORS) {
      if (!this.all.some(({ code }) => code === "4013")) this.warning("4013", `There are more than ${MAX_ERRORS} errors. The rest is left out.`);
    } else this.all.push(diagnostic);
  }

  error(kind: DiagnosticKind, code: string, message: string, span?: Span, hint?: string, related?: readonly RelatedNote[]): void {
    this.report({ severity: "error", kind, code, message, span, hint, related });
  }

  warning(code: string, message: string, span?: Span, hint?: string, related?: readonly RelatedNote[]): void {
    this.report({ severity: "warning", kind: "Warning", code, message, span, hint, related });
  }

  get hasErrors(): boolean {
    return this.errors > 0;
  }

  /** As `hasErrors`, for code that asks several times while stages report in between. */
  failed(): boolean {
    return this.errors > 0;
  }
}

/** A broken invariant of supervm itself: never the user's fault, exit code 70. */
export class InternalError extends Error {
  constructor(
    message: string,
    readonly span?: Span,
  ) {
    super(message);
    this.name = "InternalError";
  }
}
