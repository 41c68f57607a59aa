/** Runs IR modules as SuperVM code on the reference runtime, and compares with the interpreter. */
import assert from "node:assert/strict";
import { World } from "../../../../compiler/ir/interpreter/world.js";
import type { Module } from "../../../../compiler/ir/module.js";
import { printModule } from "../../../../compiler/ir/printer.js";
import { createSupervmChain } from "../../../../targets/supervm/chain.js";
import { lowerSupervm } from "../../../../targets/supervm/lower.js";
import { validateModule } from "../../../../targets/supervm/optimise.js";
import type { Chain, LowerOptions, TargetPart } from "../../../../targets/target.js";

export const OPTIONS: LowerOptions = { optimization: "2", evmVersion: "osaka", emit: new Set() };

export const hex = (bytes: Uint8Array): string => `0x${Buffer.from(bytes).toString("hex")}`;

/** Words as call data. */
export function words(...values: (bigint | number)[]): Uint8Array {
  return Uint8Array.from(Buffer.from(values.map((value) => BigInt.asUintN(256, BigInt(value)).toString(16).padStart(64, "0")).join(""), "hex"));
}

/** Lowers modules that have no errors; every module is validated. */
export async function lower(modules: readonly Module[], options: Partial<LowerOptions> = {}): Promise<Map<string, TargetPart>> {
  const { parts, diagnostics, files } = await lowerSupervm(modules, { ...OPTIONS, ...options });
  assert.deepEqual(diagnostics, []);
  for (const outputs of files.values()) validateModule(outputs[".wasm"] as Uint8Array);
  return parts;
}

export interface Deployed {
  readonly chain: Chain;
  readonly address: string;
  readonly part: TargetPart;
}

/** Deploys the first module on a new chain. */
export async function deploy(
  modules: readonly Module[],
  options: Partial<LowerOptions> = {},
  args: Uint8Array = new Uint8Array(),
  libraries: ReadonlyMap<string, string> = new Map(),
): Promise<Deployed> {
  const part = (await lower(modules, options)).get(modules[0]!.name)!;
  const chain = createSupervmChain();
  const outcome = await chain.deploy({ part, contractName: modules[0]!.name, args: hex(args), from: chain.accounts[0]!, value: 0n, libraries });
  assert.equal(outcome.success, true, `deployment failed: ${outcome.error ?? outcome.returnData}`);
  return { chain, address: outcome.address!, part };
}

/** Sends each call data to the first module on both machines and asserts equal outcomes, logs and storage. */
export async function assertSame(
  modules: readonly Module[],
  calls: readonly Uint8Array[],
  options: Partial<LowerOptions> = {},
  args: Uint8Array = new Uint8Array(),
): Promise<void> {
  const module = modules[0]!;
  const { chain, address } = await deploy(modules, options, args);
  const from = chain.accounts[0]!;
  const world = new World([...modules]);
  world.setBalance(BigInt(from), await chain.balance(from));
  const deployed = world.deploy({ module, args, from: BigInt(from) });
  assert.equal(deployed.address, BigInt(address));
  for (const data of calls) {
    const expected = world.send({ to: BigInt(address), data, from: BigInt(from) });
    const actual = await chain.send({ from, to: address, data: hex(data), value: 0n });
    const context = `${module.name} called with ${hex(data)} (${actual.error ?? "no error"}; ${expected.error ?? "no error"})\n${printModule(module)}`;
    assert.equal(actual.success, expected.success, context);
    assert.equal(actual.returnData, hex(expected.returnData), context);
    const logs = actual.logs.map((log) => [log.topics.map(BigInt), log.data]);
    assert.deepEqual(
      logs,
      expected.logs.map((log) => [log.topics, hex(log.data)]),
      context,
    );
  }
  for (const [slot, value] of world.storage(BigInt(address))) {
    assert.equal(BigInt(await chain.storageAt(address, slot)), value, `${module.name}: slot ${slot}\n${printModule(module)}`);
  }
  await chain.close();
}
