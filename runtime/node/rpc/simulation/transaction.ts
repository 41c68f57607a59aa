/** A call of eth_simulateV1 as the transaction that it would be: what is left out is filled in, the rules of blocks are checked, the signature is zero. */
import { MAX_CREATION_SIZE } from "../../../executor/messages.js";
import { intrinsicGas } from "../../../executor/transaction.js";
import { keccak256 } from "../../../../machine/keccak.js";
import { addressBytes, addressHex, type AddressKey } from "../../../store/keys.js";
import type { StateReader } from "../../../store/state.js";
import { executorTransaction } from "../../chain/block-builder.js";
import type { BlockDraft } from "../../chain/blockchain.js";
import { dataHex, hexBytes } from "../../encoding/hex.js";
import { rlpBytes, rlpInteger, rlpList } from "../../encoding/rlp.js";
import { effectiveGasPrice, type NodeTransaction, type UnsignedTransaction } from "../../transactions/transaction.js";
import type { CallRequest } from "../call-request.js";
import { invalidParams, RpcError } from "../errors.js";
import { NO_SENDER } from "../simulate.js";
import { limitExceeded, SIMULATION_CODE } from "./payload.js";

export interface TransactionPlace {
  readonly state: StateReader;
  readonly block: BlockDraft;
  readonly chainId: bigint;
  readonly validation: boolean;
  /** Of the block and of the whole simulation. */
  readonly gasLeft: { readonly block: number; readonly simulation: number };
}

/** The transaction and what a unit of its gas costs in wei. Throws RpcError where it cannot be part of the block. */
export function simulatedTransaction(call: CallRequest, place: TransactionPlace): { transaction: NodeTransaction; gasPrice: bigint } {
  const { from = NO_SENDER } = call;
  const { block, state } = place;
  const unsigned: UnsignedTransaction = {
    type: call.gasPrice === undefined ? 2 : call.accessList ? 1 : 0,
    chainId: place.chainId,
    nonce: call.nonce ?? state.account(from)?.nonce ?? 0,
    to: call.to,
    value: call.value,
    data: call.data,
    gasLimit: gasOf(call, place),
    maxFeePerGas: call.gasPrice ?? call.maxFeePerGas ?? 0n,
    maxPriorityFeePerGas: call.gasPrice ?? call.maxPriorityFeePerGas ?? 0n,
    accessList: call.accessList ?? [],
  };
  if (call.chainId !== undefined && call.chainId !== place.chainId) throw invalidParams(`chainId: this chain's is ${place.chainId}`);
  const transaction = withoutSignature(unsigned, from);
  const isFree = unsigned.maxFeePerGas === 0n && unsigned.maxPriorityFeePerGas === 0n && !place.validation;
  requireValid(transaction, place, isFree);
  return { transaction, gasPrice: isFree ? 0n : effectiveGasPrice(transaction, block.baseFee) };
}

/** A transaction with zeros for a signature. */
export function withoutSignature(unsigned: UnsignedTransaction, from: AddressKey): NodeTransaction {
  const raw = encode(unsigned);
  return { ...unsigned, from, raw, hash: dataHex(keccak256(raw)), r: 0n, s: 0n, yParity: 0, isImpersonated: true };
}

/** What the call asks for; else what is left of the block, within what is left of the simulation. */
function gasOf(call: CallRequest, { gasLeft }: TransactionPlace): number {
  const gas = call.gas ?? gasLeft.block;
  if (gas > gasLeft.block) throw new RpcError(SIMULATION_CODE.BLOCK_GAS_LIMIT, `block gas limit reached: the call may use ${gas}, ${gasLeft.block} are left`);
  if (gas <= gasLeft.simulation) return gas;
  if (call.gas !== undefined) throw limitExceeded(`the simulation may use ${gasLeft.simulation} more gas, the call asks for ${gas}`);
  return gasLeft.simulation;
}

function requireValid(transaction: NodeTransaction, { state, block, validation }: TransactionPlace, isFree: boolean): void {
  const { from, nonce, maxFeePerGas, maxPriorityFeePerGas, gasLimit, value } = transaction;
  const fail = (code: number, message: string): RpcError => new RpcError(code, `err: ${message} (supplied gas ${gasLimit})`);
  const account = state.account(from);
  const next = account?.nonce ?? 0;
  if (validation && nonce < next) throw fail(SIMULATION_CODE.NONCE_TOO_LOW, `nonce too low: address ${addressHex(from)}, tx: ${nonce} state: ${next}`);
  if (validation && nonce > next) throw fail(SIMULATION_CODE.NONCE_TOO_HIGH, `nonce too high: address ${addressHex(from)}, tx: ${nonce} state: ${next}`);
  if (maxPriorityFeePerGas > maxFeePerGas) throw invalidParams(`maxPriorityFeePerGas: ${maxPriorityFeePerGas} is higher than maxFeePerGas, ${maxFeePerGas}`);
  if (!isFree && maxFeePerGas < block.baseFee)
    throw fail(SIMULATION_CODE.FEE_TOO_LOW, `max fee per gas less than block base fee: address ${addressHex(from)}, maxFeePerGas: ${maxFeePerGas}, baseFee: ${block.baseFee}`);
  const cost = value + BigInt(gasLimit) * maxFeePerGas;
  const balance = account?.balance ?? 0n;
  if (balance < cost) throw fail(SIMULATION_CODE.INSUFFICIENT_FUNDS, `insufficient funds for gas * price + value: address ${addressHex(from)} have ${balance} want ${cost}`);
  const intrinsic = intrinsicGas(executorTransaction(transaction, 0n));
  if (gasLimit < intrinsic) throw fail(SIMULATION_CODE.INTRINSIC_GAS, `intrinsic gas too low: have ${gasLimit}, want ${intrinsic}`);
  if (transaction.to === undefined && transaction.data.length > MAX_CREATION_SIZE)
    throw fail(SIMULATION_CODE.INIT_CODE_SIZE, `max initcode size exceeded: code size ${transaction.data.length} limit ${MAX_CREATION_SIZE}`);
}

/** EIP-2718, -2930, -1559, with a signature of zeros. */
function encode(t: UnsignedTransaction): Uint8Array {
  const to = rlpBytes(t.to === undefined ? new Uint8Array(0) : addressBytes(t.to));
  const body = [rlpInteger(t.gasLimit), to, rlpInteger(t.value), rlpBytes(t.data)];
  const signature = [rlpInteger(0), rlpInteger(0), rlpInteger(0)];
  const chainId = rlpInteger(t.chainId ?? 0n);
  const list = rlpList(t.accessList.map((entry) => rlpList([rlpBytes(hexBytes(entry.address)), rlpList(entry.storageKeys.map((key) => rlpBytes(hexBytes(key))))])));
  switch (t.type) {
    case 0:
      return rlpList([rlpInteger(t.nonce), rlpInteger(t.maxFeePerGas), ...body, ...signature]);
    case 1:
      return rlpList([chainId, rlpInteger(t.nonce), rlpInteger(t.maxFeePerGas), ...body, list, ...signature], 1);
    case 2:
      return rlpList([chainId, rlpInteger(t.nonce), rlpInteger(t.maxPriorityFeePerGas), rlpInteger(t.maxFeePerGas), ...body, list, ...signature], 2);
  }
}
