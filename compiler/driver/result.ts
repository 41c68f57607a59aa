/** What a compilation gives within the toolchain: artifacts, the files beside them, and diagnostics with their spans. */
import type { Diagnostic } from "../diagnostics/diagnostic.js";
import type { Artifact } from "./artifact.js";

/** Is told a stage of the compilation and how long it took, in milliseconds. */
export type Timing = (stage: string, milliseconds: number) => void;

/** A compilation's result; with errors among the diagnostics, `artifacts` is empty. */
export interface DetailedResult {
  /** In the order of the compilation, each once. */
  readonly artifacts: readonly Artifact[];
  /** Every source of the compilation, with the number by which source maps know it. */
  readonly sources: readonly { readonly id: number; readonly name: string }[];
  /** Further files by full contract name: extension -> content. */
  readonly files: ReadonlyMap<string, Readonly<Record<string, Uint8Array | string>>>;
  readonly diagnostics: readonly Diagnostic[];
  readonly fromCache: boolean;
}
