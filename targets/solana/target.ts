/** The Solana target: sBPF program images, run in LiteSVM. */
import type { TargetDefinition } from "../target.js";
import { solanaCapabilities } from "./capabilities.js";
import { createSolanaChain } from "./chain/chain.js";
import { lowerModules } from "./lower.js";
import { defineRuntime } from "./runtime/define.js";

export const solanaTarget: TargetDefinition = {
  name: "solana",
  capabilities: solanaCapabilities,
  binaryExtension: ".so",
  unit: "program",
  writesPositions: false,
  lower: (modules, options) => Promise.resolve(lowerModules(modules, options, defineRuntime)),
  createChain: (options) => createSolanaChain(options),
};
