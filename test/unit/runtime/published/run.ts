/** Hand-written contracts of fixtures/wasm, and calls of them with a small storage. */
import fs from "node:fs";
import wabt from "wabt";
import { PublishedContract, type PublishedContext, type PublishedResult } from "../../../../runtime/host/published/contract.js";

const toolkit = await wabt();

/** WebAssembly of a text. */
export function assemble(text: string): Uint8Array {
  const module = toolkit.parseWat("contract.wat", text, { bulk_memory: true, mutable_globals: true, multi_value: true, sign_extension: true });
  try {
    return module.toBinary({}).buffer;
  } finally {
    module.destroy();
  }
}

export function fixture(name: string): PublishedContract {
  return new PublishedContract(assemble(fs.readFileSync(`fixtures/wasm/${name}.wat`, "utf8")));
}

export const CONTEXT: PublishedContext = {
  caller: "\x01".repeat(20),
  contract: "\x02".repeat(20),
  value: 0n,
  gasLimit: 1_000_000,
  blockNumber: 12_345n,
  timestamp: 1_704_067_200n,
};

/** A contract with storage that keeps what successful calls change. */
export class Session {
  readonly storage = new Map<string, Uint8Array>();

  constructor(readonly contract: PublishedContract) {}

  call(name: string, args: readonly (number | bigint)[] = [], context: Partial<PublishedContext> = {}): PublishedResult {
    const result = this.contract.call(name, args, { context: { ...CONTEXT, ...context }, storage: this.storage });
    for (const [key, value] of result.changes)
      if (value) this.storage.set(key, value);
      else this.storage.delete(key);
    return result;
  }

  /** The one result of a call that must succeed. */
  value(name: string, args: readonly (number | bigint)[] = []): number | bigint | undefined {
    const result = this.call(name, args);
    if (!result.success) throw new Error(result.error);
    return result.values[0];
  }
}
