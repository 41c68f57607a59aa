/**
 * The world that the runtime's benches share: the sample ERC-20 (OpenZeppelin 5) on a store, funded accounts, and reproducible lists of
 * transfers between them. Peers get the same lists in hexadecimal.
 */
import { Interface } from "ethers";
import { compile, type Artifact } from "../../index.js";
import { blockCells } from "../../runtime/executor/block.js";
import { executeTransaction, type Receipt, type Transaction } from "../../runtime/executor/transaction.js";
import type { BlockCells } from "../../runtime/host/activation.js";
import { CodeRegistry } from "../../runtime/host/code.js";
import { addressHex, addressKey, type AddressKey } from "../../runtime/store/keys.js";
import { MemoryStore } from "../../runtime/store/memory-store.js";
import type { StateStore } from "../../runtime/store/state.js";

export const TOKEN_SOURCE = "fixtures/solidity/SampleToken.sol";
export const TOKEN_CAP = 10n ** 30n;
/** Units that each account holds before the measured transfers. */
export const UNITS_EACH = 1_000_000_000n;
/** Receivers of one `payout` that hands out the units. */
const PAYOUT_SIZE = 200;
const GAS_LIMIT = 30_000_000;

/** A transfer by numbers of accounts. */
export interface Transfer {
  readonly from: number;
  readonly to: number;
  readonly amount: number;
}

/** The n-th bench account as 0x-hex: spread over the address space, no precompiled contract's. */
export function accountHex(n: number): string {
  const low = Math.imul(n + 1, 0x9e37_79b1) >>> 0;
  return `0x00000000be${"00".repeat(4)}${low.toString(16).padStart(8, "0")}${"00".repeat(3)}${n.toString(16).padStart(8, "0")}`;
}

/** Reproducible numbers in [0, bound): mulberry32. */
export function random(seed: number): (bound: number) => number {
  let state = seed;
  return (bound) => {
    state = (state + 0x6d2b_79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % bound;
  };
}

/** Transfers between random accounts; to the one account `hot` where it is given. */
export function randomTransfers(count: number, accounts: number, seed: number, hot?: number): Transfer[] {
  const next = random(seed);
  return Array.from({ length: count }, () => ({ from: next(accounts), to: hot ?? next(accounts), amount: 1 + next(100) }));
}

export const tokenAbi = (artifact: Artifact): Interface => new Interface(artifact.abi);

/** The sample token compiled by this compiler for SuperVM. */
export async function compileToken(): Promise<Artifact> {
  const { artifacts, diagnostics } = await compile({ sources: [TOKEN_SOURCE], targets: ["supervm"] });
  if (!artifacts.SampleToken) throw new Error(diagnostics.map((d) => d.formatted).join("\n"));
  return artifacts.SampleToken;
}

/** The slot of the token's mapping from accounts to units. */
export function balancesSlot(artifact: Artifact): bigint {
  const variable = artifact.storageLayout.storage.find((v) => v.label === "_balances");
  if (!variable) throw new Error("the token has no _balances");
  return BigInt(variable.slot);
}

export const bytesOfHex = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex.slice(2), "hex"));

/** Call data of the payouts that give every account its units. */
export function payouts(abi: Interface, accounts: number): string[] {
  const calls: string[] = [];
  for (let at = 0; at < accounts; at += PAYOUT_SIZE) {
    const to = Array.from({ length: Math.min(PAYOUT_SIZE, accounts - at) }, (_, i) => accountHex(at + i));
    calls.push(abi.encodeFunctionData("payout", [to, UNITS_EACH]));
  }
  return calls;
}

/** Call data of a transfer, written directly: encoding a hundred thousand calls by a library takes longer than running them. */
export function transferData({ to, amount }: Transfer): string {
  return `0xa9059cbb${accountHex(to).slice(2).padStart(64, "0")}${amount.toString(16).padStart(64, "0")}`;
}

/** The token on a store of this runtime. */
export class TokenWorld {
  readonly abi: Interface;
  readonly block: BlockCells;
  readonly owner: AddressKey = addressKey(`0x${"a1".repeat(20)}`);
  readonly token: AddressKey;

  constructor(
    artifact: Artifact,
    readonly store: StateStore = new MemoryStore(),
    readonly registry: CodeRegistry = new CodeRegistry(),
  ) {
    this.abi = tokenAbi(artifact);
    this.block = blockCells({
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
    const creation = (artifact.targets.supervm!.bytecode as string) + this.abi.encodeDeploy([addressHex(this.owner), TOKEN_CAP]).slice(2);
    const receipt = this.commit({ from: this.owner, data: bytesOfHex(creation), value: 0n, gasLimit: GAS_LIMIT, gasPrice: 0n });
    this.token = receipt.created!;
  }

  /** Runs a transaction that must succeed and keeps its effects. */
  commit(transaction: Transaction): Receipt {
    const receipt = executeTransaction(this.store, this.block, this.registry, transaction);
    if (!receipt.success) throw new Error(receipt.error ?? "a transaction of the bench's preparation reverted");
    this.registry.register(receipt.modules);
    this.store.apply(receipt.changes);
    return receipt;
  }

  private message(from: AddressKey, data: string): Transaction {
    return { from, to: this.token, data: bytesOfHex(data), value: 0n, gasLimit: GAS_LIMIT, gasPrice: 0n };
  }

  /** Mints to the owner and hands every account its units. */
  distribute(accounts: number): void {
    this.commit(this.message(this.owner, this.abi.encodeFunctionData("mint", [addressHex(this.owner), UNITS_EACH * BigInt(accounts)])));
    for (const data of payouts(this.abi, accounts)) this.commit(this.message(this.owner, data));
  }

  transactions(transfers: readonly Transfer[]): Transaction[] {
    return transfers.map((transfer) => this.message(addressKey(accountHex(transfer.from)), transferData(transfer)));
  }

  /** Runs transactions one after another, as a block's, and counts those that succeeded. */
  runBlock(transactions: readonly Transaction[]): number {
    let committed = 0;
    for (const transaction of transactions) {
      const receipt = executeTransaction(this.store, this.block, this.registry, transaction);
      this.store.apply(receipt.changes);
      if (receipt.success) committed++;
    }
    return committed;
  }

  /** What balanceOf answers, for the first accounts. */
  balances(accounts: number): bigint[] {
    return Array.from({ length: accounts }, (_, n) => {
      const data = this.abi.encodeFunctionData("balanceOf", [accountHex(n)]);
      const receipt = executeTransaction(this.store, this.block, this.registry, this.message(this.owner, data));
      return BigInt(`0x${Buffer.from(receipt.data).toString("hex")}`);
    });
  }
}
