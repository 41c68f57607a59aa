/** Binaryen's part: removal of unused kernels, optimisation by level, validation, text. */
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

/** Binaryen's optimisation and shrink levels. At 0 only unused kernels go. */
const LEVELS: Readonly<Record<OptimizationLevel, readonly [number, number]>> = { "0": [0, 0], "1": [1, 0], "2": [2, 0], "3": [3, 0], s: [2, 2] };

/** Optimises a module by level and removes what nothing calls. Text keeps function names. */
export function optimiseModule(wasm: Uint8Array, level: OptimizationLevel, withText: boolean): OptimisedModule {
  const module = binaryen.readBinary(wasm);
  try {
    module.setFeatures(FEATURES);
    const [optimize, shrink] = LEVELS[level];
    // These settings are global to binaryen: all are set every time.
    binaryen.setOptimizeLevel(optimize);
    binaryen.setShrinkLevel(shrink);
    binaryen.setDebugInfo(withText);
    module.runPasses(["remove-unused-module-elements"]);
    if (optimize > 0) module.optimize();
    binaryen.setDebugInfo(false);
    const text = withText ? module.emitText() : undefined;
    return { wasm: module.emitBinary(), ...(text !== undefined && { wat: text }) };
  } finally {
    module.dispose();
  }
}

/** Throws where a module is not valid WebAssembly of the allowed features. */
export function validateModule(wasm: Uint8Array): void {
  const module = binaryen.readBinary(wasm);
  module.setFeatures(FEATURES);
  const valid = module.validate();
  module.dispose();
  if (!valid) throw new InternalError("the backend made an invalid WebAssembly module");
}
