/** A contract on a store of the runtime, deployed from creation code and called without keeping anything: what several benches need. */
import { Interface } from "ethers";
import { blockCells } from "../../runtime/executor/block.js";
import { executeTransaction, type Receipt } from "../../runtime/executor/transaction.js";
import { CodeRegistry } from "../../runtime/host/code.js";
import { MemoryStore } from "../../runtime/store/memory-store.js";
import type { AddressKey } from "../../runtime/store/keys.js";
import type { AbiEntry } from "../../compiler/driver/artifact.js";
import { bytesOfHex } from "./token.js";

export const LOOPS_SOURCE = "fixtures/solidity/Loops.sol";
export const CALLER: AddressKey = "\xa1".repeat(20);
const GAS_LIMIT = Number.MAX_SAFE_INTEGER;

export class DeployedContract {
  readonly store = new MemoryStore();
  readonly address: AddressKey;
  readonly abi: Interface;
  readonly block = blockCells({
    number: 1n,
    timestamp: 1_700_000_000n,
    coinbase: "\0".repeat(20),
    gasLimit: 10n ** 12n,
    baseFee: 0n,
    blobBaseFee: 1n,
    prevrandao: 0n,
    chainId: 31_337n,
    blockHash: () => undefined,
  });

  constructor(
    abi: readonly AbiEntry[],
    creation: Uint8Array,
    readonly registry: CodeRegistry = new CodeRegistry(),
  ) {
    this.abi = new Interface(abi);
    const receipt = executeTransaction(this.store, this.block, this.registry, { from: CALLER, data: creation, value: 0n, gasLimit: GAS_LIMIT, gasPrice: 0n });
    if (!receipt.success || receipt.created === undefined) throw new Error(receipt.error ?? "the contract of the bench could not be deployed");
    this.registry.register(receipt.modules);
    this.store.apply(receipt.changes);
    this.address = receipt.created;
  }

  /** Call data of a function. */
  encode(name: string, args: readonly unknown[]): Uint8Array {
    return bytesOfHex(this.abi.encodeFunctionData(name, args));
  }

  /** The receipt of a call that must succeed. */
  call(data: Uint8Array): Receipt {
    const receipt = executeTransaction(this.store, this.block, this.registry, { from: CALLER, to: this.address, data, value: 0n, gasLimit: GAS_LIMIT, gasPrice: 0n });
    if (!receipt.success) throw new Error(receipt.error ?? "a call of the bench reverted");
    return receipt;
  }
}
