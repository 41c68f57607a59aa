/** anvil as a peer; both forms answer over HTTP on a free loopback port. */
import { spawnSync } from "node:child_process";
import { NodeProcess } from "./json-rpc.js";

/** The anvil to run: SUPERVM_ANVIL, or the PATH's; undefined where there is none. */
export function findAnvil(): string | undefined {
  const program = process.env.SUPERVM_ANVIL ?? "anvil";
  return spawnSync(program, ["--version"], { stdio: "ignore" }).status === 0 ? program : undefined;
}

export const ANVIL_MISSING = "anvil is not installed, so its rows are left out: npm install --no-save @foundry-rs/anvil, then put it on the PATH or name it in SUPERVM_ANVIL\n";

/** Mines on request only and takes transactions of any sender unsigned, so that what is measured is mining alone. */
export function startMiningAnvil(program: string): Promise<NodeProcess> {
  const chain = ["--no-mining", "--auto-impersonate", "--order", "fifo", "--gas-limit", "100000000000", "--base-fee", "0", "--gas-price", "0", "--disable-min-priority-fee"];
  return NodeProcess.start("anvil", program, (port) => ["--silent", "--port", String(port), ...chain]);
}

/** As it comes: a block for each signed transaction. */
export function startAnvil(program: string): Promise<NodeProcess> {
  return NodeProcess.start("anvil", program, (port) => ["--silent", "--port", String(port)]);
}
