/**
 * In-process chains for tests and scripts: the same scenario runs on every target.
 *
 * @example
 * const chain = await createChain("solana");
 * const [alice, bob] = chain.accounts;
 * const token = await chain.deploy(artifacts.Token, { args: [1000n], from: alice });
 * await token.send("transfer", [bob.address, 5n]);
 * await token.call("balanceOf", [bob.address]);   // 5n
 * await chain.close();
 */
import { isTargetName, loadTarget, TARGET_NAMES } from "../targets/registry.js";
import type { ChainOptions, TargetName } from "../targets/target.js";
import { TestChain } from "./chain.js";
import { UsageError } from "./errors.js";

export { TestChain, TestContract, type Account, type DeployOptions, type RawMessage } from "./chain.js";
export type { AddressLike, CallOptions, Receipt } from "./messages.js";
export type { DecodedLog } from "./codec.js";
export { RevertError, UsageError } from "./errors.js";
export { MissingPeerError } from "../targets/target.js";

/**
 * An empty, deterministic chain of a target, in this process.
 *
 * @throws UsageError for an unknown target; MissingPeerError where an optional package is not installed.
 */
export async function createChain(name: TargetName, options: ChainOptions = {}): Promise<TestChain> {
  if (!isTargetName(name)) throw new UsageError(`there is no target '${String(name)}'; targets are ${TARGET_NAMES.join(", ")}`);
  const target = await loadTarget(name);
  return new TestChain(name, await target.createChain(options));
}
