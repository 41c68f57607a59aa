/** The SuperVM target: WebAssembly for the runtime's host ABI. */
import type { TargetDefinition } from "../target.js";
import { lowerSupervm } from "./lower.js";

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
  lower: lowerSupervm,
  createChain: async (options) => (await import("./chain.js")).createSupervmChain(options),
};
