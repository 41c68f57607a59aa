/** What a module does, as one text that can be compared: outcome, data, logs and storage of a sequence of calls. */
import { World } from "../../compiler/ir/interpreter/world.js";
import type { Module } from "../../compiler/ir/module.js";

/** Deploys a module and sends each call data in turn. */
export function observe(module: Module, calls: readonly Uint8Array[], args?: Uint8Array): string {
  const world = new World([module]);
  const { success, address, returnData } = world.deploy({ module, args });
  const lines = [`deploy ${success} ${hex(success ? new Uint8Array() : returnData)}`];
  if (address === undefined) return lines.join("\n");
  for (const data of calls) {
    const result = world.send({ to: address, data });
    const logs = result.logs.map((l) => `[${l.topics.map((t) => t.toString(16)).join(",")}]${hex(l.data)}`);
    lines.push(`${hex(data)} -> ${result.success} ${result.error ?? ""} ${hex(result.returnData)} ${logs.join(" ")}`);
  }
  const storage = [...world.storage(address)].sort(([a], [b]) => (a < b ? -1 : 1)).map(([slot, value]) => `${slot.toString(16)}=${value.toString(16)}`);
  return [...lines, ...storage].join("\n");
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex");
}
