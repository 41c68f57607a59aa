/** Modules of fixtures/wasm/hostile, and what it takes to deploy and call a module that no compiler made. */
import fs from "node:fs";
import wabt from "wabt";
import { CODE_KIND, CODE_MAGIC, CODE_VERSION } from "../../../../runtime/host/abi.js";
import { LocalChain } from "../../../../runtime/executor/local-chain.js";
import type { Receipt, Transaction } from "../../../../runtime/executor/transaction.js";
import type { AddressKey } from "../../../../runtime/store/keys.js";

export const ALICE: AddressKey = "\x11".repeat(20);

export function newChain(): LocalChain {
  const chain = new LocalChain();
  chain.fund(ALICE, 10n ** 20n);
  return chain;
}

const toolkit = await wabt();
const FEATURES = {
  bulk_memory: true,
  exceptions: true,
  memory64: true,
  multi_memory: true,
  multi_value: true,
  mutable_globals: true,
  reference_types: true,
  sat_float_to_int: true,
  sign_extension: true,
  simd: true,
  tail_call: true,
  threads: true,
};
const FOLDER = "fixtures/wasm/hostile";

/** WebAssembly of a text, valid or not. */
export function assemble(text: string): Uint8Array {
  const module = toolkit.parseWat("hostile.wat", text, FEATURES);
  try {
    return module.toBinary({}).buffer;
  } finally {
    module.destroy();
  }
}

/** Creation code with this module. */
export function creationCode(module: Uint8Array): Uint8Array {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(module.length);
  return Uint8Array.from([...CODE_MAGIC, CODE_VERSION, CODE_KIND.MODULE, ...length, ...module]);
}

export function deployModule(chain: LocalChain, module: Uint8Array, gasLimit = 1_000_000): Receipt {
  return chain.send({ from: ALICE, data: creationCode(module), value: 0n, gasLimit, gasPrice: 0n });
}

export function callModule(chain: LocalChain, to: AddressKey, options: Partial<Transaction> = {}): Receipt {
  return chain.send({ from: ALICE, to, data: new Uint8Array(0), value: 0n, gasLimit: 80_000, gasPrice: 0n, ...options });
}

export interface HostileModule {
  readonly name: string;
  readonly text: string;
  /** What its first line says: when it fails (or returns), how, and what the error contains. */
  readonly when: string;
  readonly how: string;
  readonly detail: string;
}

export function hostileModules(): HostileModule[] {
  return fs.readdirSync(FOLDER).map((file) => {
    const text = fs.readFileSync(`${FOLDER}/${file}`, "utf8");
    const [, when, rest] = /^;; expect: (\w+) (.*)\n/.exec(text) ?? [];
    if (when === undefined || rest === undefined) throw new Error(`${file} does not say what to expect`);
    const [, how = "", detail = rest] = when === "refused" ? [] : (/^(RETURN|OUT_OF_GAS|STACK_OVERFLOW|INVALID)? ?(.*)$/.exec(rest) ?? []);
    return { name: file.replace(/\.wat$/, ""), text, when, how, detail };
  });
}
