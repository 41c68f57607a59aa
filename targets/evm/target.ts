/** The EVM as a target: see docs/internals/evm.md for the design. */
import type { TargetDefinition } from "../target.js";
import { createEvmChain } from "./chain.js";
import { lowerToEvm } from "./lower.js";

export const evmTarget: TargetDefinition = {
  name: "evm",
  capabilities: { unsupportedOps: new Map(), registerBits: 256 },
  binaryExtension: ".bin",
  unit: "contract",
  writesPositions: true,
  lower: lowerToEvm,
  createChain: createEvmChain,
};
