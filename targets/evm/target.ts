/** The EVM as a target: see docs/internals/evm.md for the design. */
import type { TargetDefinition } from "../target.js";

export const evmTarget: TargetDefinition = {
  name: "evm",
  capabilities: { unsupportedOps: new Map(), registerBits: 256 },
  binaryExtension: ".bin",
  unit: "contract",
  writesPositions: true,
  lower: async (modules, options) => (await import("./lower.js")).lowerToEvm(modules, options),
  createChain: async (options) => (await import("./chain.js")).createEvmChain(options),
};
