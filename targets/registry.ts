/** The list of targets. Each is loaded on first use, so that compiling for one does not pay for the others. */
import type { TargetDefinition, TargetName } from "./target.js";

const loaders: Record<TargetName, () => Promise<TargetDefinition>> = {
  evm: async () => (await import("./evm/target.js")).evmTarget,
  supervm: async () => (await import("./supervm/target.js")).supervmTarget,
  solana: async () => (await import("./solana/target.js")).solanaTarget,
};

/** All targets, in the order in which results are shown. */
export const TARGET_NAMES = Object.keys(loaders) as readonly TargetName[];

export function isTargetName(name: string): name is TargetName {
  return Object.hasOwn(loaders, name);
}

/** The target of a name. */
export function loadTarget(name: TargetName): Promise<TargetDefinition> {
  return loaders[name]();
}
