/** What the Solana target can do; docs/targets.md says the same for users. */
import type { Capabilities } from "../target.js";

export const solanaCapabilities: Capabilities = {
  unsupportedOps: new Map([
    ["ext.callcode", "CALLCODE is not available on Solana; use delegatecall"],
    ["mem.size", "msize() is not available on Solana, where memory is not metered by its size"],
  ]),
  registerBits: 64,
};
