/** Contracts of fixtures/solidity/Runtime.sol on a chain of the runtime's own interface, called through their ABI. */
import { Interface, type Result } from "ethers";
import { compile, type Artifact } from "../../../../index.js";
import { LocalChain } from "../../../../runtime/executor/local-chain.js";
import type { Receipt, Transaction } from "../../../../runtime/executor/transaction.js";
import { addressHex, type AddressKey } from "../../../../runtime/store/keys.js";

export const ALICE = "\x11".repeat(20);
export const BOB = "\x22".repeat(20);

const { artifacts, diagnostics } = await compile({ sources: ["fixtures/solidity/Runtime.sol"], targets: ["supervm"] });
if (!artifacts.Caller) throw new Error(JSON.stringify(diagnostics));

export function artifact(name: string): Artifact {
  return artifacts[name]!;
}

export function codeOf(name: string): Uint8Array {
  return Uint8Array.from(Buffer.from((artifacts[name]!.targets.supervm!.bytecode as string).slice(2), "hex"));
}

export function bytes(hex: string): Uint8Array {
  return Uint8Array.from(Buffer.from(hex.slice(2), "hex"));
}

export class Contract {
  readonly abi: Interface;

  constructor(
    readonly chain: LocalChain,
    readonly address: AddressKey,
    name: string,
  ) {
    this.abi = new Interface(artifact(name).abi);
  }

  get hex(): string {
    return addressHex(this.address);
  }

  encode(name: string, args: readonly unknown[] = []): string {
    return this.abi.encodeFunctionData(name, args);
  }

  send(name: string, args: readonly unknown[] = [], options: Partial<Transaction> = {}): Receipt {
    return this.chain.send({ from: ALICE, to: this.address, data: bytes(this.encode(name, args)), value: 0n, gasLimit: 10_000_000, gasPrice: 0n, ...options });
  }

  /** Decoded results of a call that must succeed; nothing is kept unless `keep`. */
  results(name: string, args: readonly unknown[] = [], options: Partial<Transaction> = {}, keep = true): Result {
    const transaction: Transaction = { from: ALICE, to: this.address, data: bytes(this.encode(name, args)), value: 0n, gasLimit: 10_000_000, gasPrice: 0n, ...options };
    const receipt = keep ? this.chain.send(transaction) : this.chain.call(transaction);
    if (!receipt.success) throw new Error(`${name} failed: ${receipt.error ?? Buffer.from(receipt.data).toString("hex")}`);
    return this.abi.decodeFunctionResult(name, receipt.data);
  }
}

export function newChain(): LocalChain {
  const chain = new LocalChain();
  chain.fund(ALICE, 10n ** 20n);
  chain.fund(BOB, 10n ** 20n);
  return chain;
}

export function deploy(chain: LocalChain, name: string, from: AddressKey = ALICE): Contract {
  const receipt = chain.send({ from, data: codeOf(name), value: 0n, gasLimit: 50_000_000, gasPrice: 0n });
  if (!receipt.success) throw new Error(receipt.error);
  return new Contract(chain, receipt.created!, name);
}
