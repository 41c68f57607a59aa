/** Runs IR modules as EVM code, and compares with the interpreter. */
import assert from "node:assert/strict";
import { World } from "../../../../compiler/ir/interpreter/world.js";
import type { Module } from "../../../../compiler/ir/module.js";
import { printModule } from "../../../../compiler/ir/printer.js";
import { evmTarget } from "../../../../targets/evm/target.js";
import type { Chain, LowerOptions, TargetPart } from "../../../../targets/target.js";

export const OPTIONS: LowerOptions = { optimization: "2", evmVersion: "osaka", emit: new Set() };

/** Lowers modules that have no errors. */
export async function lower(modules: readonly Module[], options: Partial<LowerOptions> = {}): Promise<Map<string, TargetPart>> {
  const { parts, diagnostics } = await evmTarget.lower(modules, { ...OPTIONS, ...options });
  assert.deepEqual(
    diagnostics.filter((d) => d.severity === "error"),
    [],
  );
  return parts;
}

export interface Deployed {
  readonly chain: Chain;
  readonly address: string;
  readonly part: TargetPart;
}

/** Deploys the first module on a new chain. */
export async function deploy(modules: readonly Module[], options: Partial<LowerOptions> = {}, args: Uint8Array = new Uint8Array()): Promise<Deployed> {
  const parts = await lower(modules, options);
  const part = parts.get(modules[0]!.name)!;
  const chain = await evmTarget.createChain({ evmVersion: options.evmVersion ?? OPTIONS.evmVersion });
  const outcome = await chain.deploy({ part, contractName: modules[0]!.name, args: hex(args), from: chain.accounts[0]!, value: 0n, libraries: new Map() });
  assert.equal(outcome.success, true, `deployment failed: ${outcome.error ?? outcome.returnData}`);
  return { chain, address: outcome.address!, part };
}

export function hex(bytes: Uint8Array): string {
  return `0x${Buffer.from(bytes).toString("hex")}`;
}

/** Words as call data. */
export function words(...values: (bigint | number)[]): Uint8Array {
  return Uint8Array.from(Buffer.from(values.map((value) => BigInt.asUintN(256, BigInt(value)).toString(16).padStart(64, "0")).join(""), "hex"));
}

/** Sends each call data to the module on both machines and asserts equal outcomes, logs and storage. */
export async function assertSame(
  modules: readonly Module[],
  calls: readonly Uint8Array[],
  options: Partial<LowerOptions> = {},
  args: Uint8Array = new Uint8Array(),
): Promise<void> {
  const module = modules[0]!;
  const { chain, address } = await deploy(modules, options, args);
  const from = chain.accounts[0]!;
  const world = new World([...modules], { env: { chainId: 31_337n } });
  world.setBalance(BigInt(from), await chain.balance(from));
  const deployed = world.deploy({ module, args, from: BigInt(from) });
  assert.equal(deployed.address, BigInt(address));
  for (const data of calls) {
    const expected = world.send({ to: BigInt(address), data, from: BigInt(from) });
    const actual = await chain.send({ from, to: address, data: hex(data), value: 0n });
    const context = `${module.name} called with ${hex(data)} (${actual.error ?? "no error"}; ${expected.error ?? "no error"})\n${printModule(module)}`;
    assert.equal(actual.success, expected.success, context);
    assert.equal(actual.returnData, hex(expected.returnData), context);
    assert.deepEqual(
      actual.logs.map((log) => [log.topics.map(BigInt), log.data]),
      expected.logs.map((log) => [log.topics, hex(log.data)]),
      context,
    );
  }
  for (const [slot, value] of world.storage(BigInt(address)))
    assert.equal(BigInt(await chain.storageAt(address, slot)), value, `${module.name}: slot ${slot}\n${printModule(module)}`);
  await chain.close();
}
