/** The Solana target: sBPF program images, run in LiteSVM. */
import type { TargetDefinition } from "../target.js";
import { solanaCapabilities } from "./capabilities.js";
import { lowerModules } from "./lower.js";
import { defineRuntime } from "./runtime/define.js";

export const solanaTarget: TargetDefinition = {
  name: "solana",
  capabilities: solanaCapabilities,
  binaryExtension: ".so",
  unit: "program",
  writesPositions: false,
  lower: (modules, options) => Promise.resolve(lowerModules(modules, options, defineRuntime)),
  createChain: async (options) => (await import("./chain/chain.js")).createSolanaChain(options),
};
