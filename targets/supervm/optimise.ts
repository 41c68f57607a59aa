/**
 * Binaryen's part: removal of unused kernels, tidying or optimisation by level, validation, text.
 *
 * The IR's passes have done the optimising, and V8's own compiler does it again when the code runs hot, so that binaryen's whole pipeline
 * hardly changes the speed of the result while it took more than half of a compilation. Two things remain that nobody else does: locals are
 * folded and shared (a module is a fifth larger without), and small kernels are inlined into loops (a tenth of a loop of 256-bit
 * arithmetic). Those are the passes below; -O3 and -Os still run all of them. Figures: docs/decisions.md.
 */
import binaryen from "binaryen";
import { InternalError } from "../../compiler/diagnostics/diagnostic.js";
import type { OptimizationLevel } from "../target.js";

export interface OptimisedModule {
  readonly wasm: Uint8Array;
  readonly wat?: string;
}

/** Exactly the parts of WebAssembly that docs/host-abi.md asks of a host. */
const { Features } = binaryen;
const FEATURES: binaryen.Features =
  Features.MVP | Features.MutableGlobals | Features.SignExt | Features.BulkMemory | Features.BulkMemoryOpt | Features.Multivalue | Features.SIMD128;

/** What a level runs: passes by name, or all of binaryen's own pipeline at its optimisation and shrink levels. */
interface Pipeline {
  readonly passes: readonly string[] | "all";
  readonly optimize: number;
  readonly shrink: number;
}

/** Folds single-use locals into expressions and lets the others share. */
const TIDY = ["dce", "simplify-locals-nostructure", "coalesce-locals", "vacuum"];
/** Small kernels and functions with one caller, their unused parameters, and what is left over around them. */
const INLINE = ["inlining", "dae", "simplify-locals-nostructure", "coalesce-locals", "remove-unused-brs", "remove-unused-names"];

const PIPELINES: Readonly<Record<OptimizationLevel, Pipeline>> = {
  "0": { passes: [], optimize: 0, shrink: 0 },
  "1": { passes: [...TIDY, "reorder-locals"], optimize: 1, shrink: 0 },
  "2": { passes: [...TIDY, ...INLINE, "vacuum", "reorder-locals"], optimize: 2, shrink: 0 },
  "3": { passes: "all", optimize: 3, shrink: 0 },
  s: { passes: "all", optimize: 2, shrink: 2 },
};

/**
 * Functions with one caller are inlined up to this size, by binaryen's measure. Without a bound the dispatcher swallows the whole contract,
 * and the time of the passes grows with the square of its size.
 */
const ONE_CALLER_SIZE = 30;
const UNLIMITED = -1;

/** Optimises a module by level and removes what nothing calls. Text keeps function names. */
export function optimiseModule(wasm: Uint8Array, level: OptimizationLevel, withText: boolean): OptimisedModule {
  const module = binaryen.readBinary(wasm);
  try {
    module.setFeatures(FEATURES);
    binaryen.setDebugInfo(withText);
    runPipeline(module, PIPELINES[level]);
    binaryen.setDebugInfo(false);
    const text = withText ? module.emitText() : undefined;
    return { wasm: module.emitBinary(), ...(text !== undefined && { wat: text }) };
  } finally {
    module.dispose();
  }
}

/** Unused kernels go first: nothing else then looks at them. */
function runPipeline(module: binaryen.Module, { passes, optimize, shrink }: Pipeline): void {
  // These settings are global to binaryen: all are set every time.
  binaryen.setOptimizeLevel(optimize);
  binaryen.setShrinkLevel(shrink);
  binaryen.setOneCallerInlineMaxSize(passes === "all" ? UNLIMITED : ONE_CALLER_SIZE);
  module.runPasses(["remove-unused-module-elements", ...(passes === "all" ? [] : passes)]);
  if (passes === "all") module.optimize();
}

/** Throws where a module is not valid WebAssembly of the allowed features. */
export function validateModule(wasm: Uint8Array): void {
  const module = binaryen.readBinary(wasm);
  module.setFeatures(FEATURES);
  const valid = module.validate();
  module.dispose();
  if (!valid) throw new InternalError("the backend made an invalid WebAssembly module");
}
