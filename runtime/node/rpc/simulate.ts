/** Running transactions without keeping their effects: eth_call, eth_estimateGas, eth_createAccessList. */
import { AbiCoder } from "ethers";
import { intrinsicGas, type Receipt, type Transaction } from "../../executor/transaction.js";
import { addressHex, addressKeyOfInt, intOfKey, type AddressKey, type SlotKey } from "../../store/keys.js";
import type { AccountRecord, StateReader } from "../../store/state.js";
import type { BlockDraft } from "../chain/blockchain.js";
import type { DevChain } from "../chain/dev-chain.js";
import type { Scene } from "../chain/trace.js";
import { guarded } from "../../executor/fees.js";
import { dataHex, wordHex } from "../encoding/hex.js";
import type { AccessListEntry } from "../transactions/transaction.js";
import type { CallRequest } from "./call-request.js";
import { RPC_CODE, RpcError, serverError } from "./errors.js";

/** Who calls where a call does not say. */
export const NO_SENDER = addressKeyOfInt(0n);

/** Runs a call. */
export function simulate(node: DevChain, call: CallRequest, { state, registry, block }: Scene, gas: number): Receipt {
  return guarded(state, node.chain.cells(block), registry, transactionOf(call, block, gas));
}

/** A call as the executor takes it. */
export function transactionOf(call: CallRequest, at: BlockDraft, gasLimit: number): Transaction {
  const { from = NO_SENDER, to, data, value } = call;
  return { from, ...(to !== undefined && { to }), data, value, gasLimit, gasPrice: priceOf(call, at.baseFee) };
}

/** What a unit of gas costs a call in wei: nothing where it does not say. */
export function priceOf(call: CallRequest, baseFee: bigint): bigint {
  if (call.gasPrice !== undefined) return call.gasPrice;
  if (call.maxFeePerGas === undefined) return 0n;
  const tip = call.maxPriorityFeePerGas ?? 0n;
  return baseFee + tip < call.maxFeePerGas ? baseFee + tip : call.maxFeePerGas;
}

/** The gas that a call may use: what it asks for, within a block's limit and what its sender can pay. */
export function gasAllowance(node: DevChain, call: CallRequest, state: StateReader): number {
  const limit = Math.min(call.gas ?? node.chain.gasLimit, node.chain.gasLimit);
  const price = call.gasPrice ?? call.maxFeePerGas ?? 0n;
  if (price === 0n) return limit;
  requireFunds(call, state);
  const balance = state.account(call.from ?? NO_SENDER)?.balance ?? 0n;
  const affordable = (balance - call.value) / price;
  return affordable < BigInt(limit) ? Number(affordable) : limit;
}

/** Throws go-ethereum's error, by whose words clients know it, where a call sends more than its sender has. */
export function requireFunds({ from = NO_SENDER, value }: CallRequest, state: StateReader): void {
  const balance = state.account(from)?.balance ?? 0n;
  if (balance < value) throw serverError(`insufficient funds for gas * price + value: address ${addressHex(from)} have ${balance} want ${value}`);
}

/** The receipt of a call that succeeded. Throws the error of one that did not. */
export function requireSuccess(receipt: Receipt): Receipt {
  if (receipt.success) return receipt;
  if (receipt.error !== undefined) throw serverError(receipt.error);
  const reason = revertReason(receipt.data);
  throw new RpcError(RPC_CODE.REVERTED, reason === undefined ? "execution reverted" : `execution reverted: ${reason}`, dataHex(receipt.data));
}

const PANICS: Readonly<Record<number, string>> = {
  0x00: "generic panic",
  0x01: "assert(false)",
  0x11: "arithmetic underflow or overflow",
  0x12: "division or modulo by zero",
  0x21: "enum overflow",
  0x22: "invalid encoded storage byte array accessed",
  0x31: "out-of-bounds array access; popping on an empty array",
  0x32: "out-of-bounds access of an array or bytesN",
  0x41: "out of memory",
  0x51: "uninitialized function",
};

/** The text of Error(string), or what a Panic(uint256) means. */
export function revertReason(data: Uint8Array): string | undefined {
  const selector = dataHex(data.subarray(0, 4));
  const body = data.subarray(4);
  try {
    if (selector === "0x08c379a0") return AbiCoder.defaultAbiCoder().decode(["string"], body)[0] as string;
    if (selector === "0x4e487b71") return PANICS[Number(AbiCoder.defaultAbiCoder().decode(["uint256"], body)[0])];
  } catch {
    return undefined; // revert data that only begins like an error
  }
  return undefined;
}

/** An estimate may exceed the least gas that suffices by this share; looking longer is not worth the runs (go-ethereum's value). */
const ESTIMATE_ERROR = 0.015;

/**
 * Gas that suffices for a call. A call may need more than it uses (63/64 of the rest go to a callee; a contract may ask for gasleft()), so the
 * least sufficient limit is searched for by halving.
 */
export function estimateGas(node: DevChain, call: CallRequest, scene: Scene): number {
  const { state, block } = scene;
  requireFunds(call, state);
  let high = gasAllowance(node, call, state);
  const intrinsic = intrinsicGas(transactionOf(call, block, high));
  if (high < intrinsic) throw serverError(`gas required exceeds allowance (${high})`);
  const run = (gas: number): Receipt => simulate(node, call, scene, gas);
  // A transfer to an account without code needs exactly its intrinsic gas.
  if (call.to !== undefined && call.data.length === 0 && !state.account(call.to)?.code && run(intrinsic).success) return intrinsic;
  const first = run(high);
  if (!first.success && first.error === "out of gas") throw serverError(`gas required exceeds allowance (${high})`);
  requireSuccess(first);
  // What is used often suffices.
  if (run(first.gasUsed).success) return first.gasUsed;
  let low = first.gasUsed;
  const optimistic = Math.ceil(((first.gasUsed + 2_300) * 64) / 63);
  if (optimistic < high) {
    if (run(optimistic).success) high = optimistic;
    else low = optimistic;
  }
  while (low + 1 < high && (high - low) / high >= ESTIMATE_ERROR) {
    const middle = Math.floor((low + high) / 2);
    if (run(middle).success) high = middle;
    else low = middle;
  }
  return high;
}

/** Notes what is read. */
class RecordingState implements StateReader {
  readonly accounts = new Set<AddressKey>();
  readonly slots = new Map<AddressKey, Set<SlotKey>>();

  constructor(private readonly base: StateReader) {}

  account(address: AddressKey): AccountRecord | undefined {
    this.accounts.add(address);
    return this.base.account(address);
  }

  storage(address: AddressKey, slot: SlotKey): Uint8Array | undefined {
    this.touch(address, slot);
    return this.base.storage(address, slot);
  }

  touch(address: AddressKey, slot: SlotKey): void {
    const slots = this.slots.get(address);
    if (slots) slots.add(slot);
    else this.slots.set(address, new Set([slot]));
  }
}

/** The accounts and slots that a call touches, without its sender and target unless their slots are (EIP-2930). */
export function touchedBy(node: DevChain, call: CallRequest, scene: Scene): { list: AccessListEntry[]; receipt: Receipt } {
  const recording = new RecordingState(scene.state);
  const receipt = simulate(node, call, { ...scene, state: recording }, gasAllowance(node, call, scene.state));
  for (const [address, words] of receipt.changes.storage) for (const slot of words.keys()) recording.touch(address, slot);
  const skipped = new Set([call.from ?? NO_SENDER, call.to ?? receipt.created, scene.block.coinbase]);
  const addresses = new Set([...[...recording.accounts].filter((a) => !skipped.has(a)), ...recording.slots.keys()]);
  const list = [...addresses].map((address) => ({
    address: addressHex(address) as AccessListEntry["address"],
    storageKeys: [...(recording.slots.get(address) ?? [])].map((slot) => wordHex(intOfKey(slot))),
  }));
  return { list, receipt };
}
