/** The SuperVM target: WebAssembly for the runtime's host ABI. Binaryen is loaded when something is lowered. */
import type { TargetDefinition } from "../target.js";

export const supervmTarget: TargetDefinition = {
  name: "supervm",
  capabilities: {
    unsupportedOps: new Map([
      ["ext.callcode", "CALLCODE is not available on SuperVM; use delegatecall"],
      ["mem.size", "msize() is not available on SuperVM, where memory grows in steps of its own"],
    ]),
    registerBits: 64,
  },
  binaryExtension: ".wasm",
  unit: "contract",
  writesPositions: false,
  lower: async (modules, options) => (await import("./lower.js")).lowerSupervm(modules, options),
  createChain: async (options) => (await import("./chain.js")).createSupervmChain(options),
};
