/** anvil as a peer; both forms answer over HTTP on a free loopback port. */
import { foundryProgram } from "../../scripts/foundry.js";
import { NodeProcess } from "./json-rpc.js";

/** The anvil to run, undefined where there is none. */
export function findAnvil(): string | undefined {
  return foundryProgram("anvil");
}

export const ANVIL_MISSING = "there is no anvil for this machine (@foundry-rs/anvil), so its rows are left out\n";

/** Mines on request only and takes transactions of any sender unsigned, so that what is measured is mining alone. */
export function startMiningAnvil(program: string): Promise<NodeProcess> {
  const chain = ["--no-mining", "--auto-impersonate", "--order", "fifo", "--gas-limit", "100000000000", "--base-fee", "0", "--gas-price", "0", "--disable-min-priority-fee"];
  return NodeProcess.start("anvil", program, (port) => ["--silent", "--port", String(port), ...chain]);
}

/** As it comes: a block for each signed transaction. */
export function startAnvil(program: string): Promise<NodeProcess> {
  return NodeProcess.start("anvil", program, (port) => ["--silent", "--port", String(port)]);
}
