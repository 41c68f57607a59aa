/** What random IR modules are made of; ir.ts has the whole. */
import type { Type } from "../../compiler/ir/ops.js";

export interface RandomIrOptions {
  /** Statements of the runtime entry, roughly. Default 25. */
  readonly size?: number;
  /** Functions besides the entries: 0 to this many. Default 3. */
  readonly functions?: number;
  /** Local variables (as before mem2reg). Default false: backends take IR without. */
  readonly locals?: boolean;
  /** Branches, loops and switches. Default true. */
  readonly controlFlow?: boolean;
  /** Memory. Default true. */
  readonly memory?: boolean;
  /** Storage, transient storage and logs. Default true. */
  readonly storage?: boolean;
  /** Arithmetic, shifts and multiplication on i1 too, which no frontend emits. Default false. */
  readonly oddTypes?: boolean;
  /** Widths to use. Default: all kinds, with the common ones more often. */
  readonly types?: readonly Type[];
}

export type IrSettings = Required<RandomIrOptions>;
