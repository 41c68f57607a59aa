/**
 * The rules by which the node takes a transaction into its pool. Messages are those of go-ethereum where it has the rule: wallets and
 * libraries tell failures apart by them.
 */
import { intrinsicGas } from "../../executor/transaction.js";
import { MAX_CREATION_SIZE } from "../../executor/messages.js";
import { codeHash, CodeError, type CodeRegistry } from "../../host/code.js";
import { CODE_MAGIC } from "../../host/abi.js";
import { addressHex } from "../../store/keys.js";
import type { StateReader } from "../../store/state.js";
import { dataHex } from "../encoding/hex.js";
import { executorTransaction } from "../chain/block-builder.js";
import { highestCost, requireTipWithinFee, TransactionError, type NodeTransaction } from "./transaction.js";

export interface Surroundings {
  readonly state: StateReader;
  readonly registry: CodeRegistry;
  /** Of the next block. */
  readonly gasLimit: number;
  /** The base fee that the transaction must be able to pay now; undefined where it may wait for a lower one. */
  readonly baseFee: bigint | undefined;
  /** Wei that the sender's other waiting transactions may cost. */
  readonly committed: bigint;
}

/** How far ahead of its sender's nonce a transaction may wait. */
const MAX_NONCE_GAP = 2_000;

/** Checks a transaction. Throws TransactionError. */
export function validateTransaction(transaction: NodeTransaction, around: Surroundings): void {
  const { gasLimit, maxFeePerGas, maxPriorityFeePerGas } = transaction;
  if (maxFeePerGas >= 2n ** 256n || maxPriorityFeePerGas >= 2n ** 256n || transaction.value >= 2n ** 256n) throw new TransactionError("a number has more than 256 bits");
  if (gasLimit > around.gasLimit) throw new TransactionError(`exceeds block gas limit: gas limit reached, the transaction's is ${gasLimit}, the block's ${around.gasLimit}`);
  requireTipWithinFee(transaction);
  if (around.baseFee !== undefined && maxFeePerGas < around.baseFee)
    throw new TransactionError(`max fee per gas less than block base fee: address ${addressHex(transaction.from)}, maxFeePerGas: ${maxFeePerGas}, baseFee: ${around.baseFee}`);
  const intrinsic = intrinsicGas(executorTransaction(transaction, maxFeePerGas));
  if (gasLimit < intrinsic) throw new TransactionError(`intrinsic gas too low: have ${gasLimit}, want ${intrinsic}`);
  validateSender(transaction, around);
  if (transaction.to === undefined) requireRunnable(transaction.data, around.registry);
}

function validateSender(transaction: NodeTransaction, around: Surroundings): void {
  const account = around.state.account(transaction.from);
  const nonce = account?.nonce ?? 0;
  const balance = account?.balance ?? 0n;
  if (transaction.nonce < nonce) throw new TransactionError(`nonce too low: next nonce ${nonce}, tx nonce ${transaction.nonce}`);
  if (transaction.nonce > nonce + MAX_NONCE_GAP) throw new TransactionError(`nonce too high: next nonce ${nonce}, tx nonce ${transaction.nonce}`);
  // EIP-3607; an impersonated account may be a contract.
  if (account?.code && !transaction.isImpersonated)
    throw new TransactionError(`sender not an eoa: address ${addressHex(transaction.from)}, codehash: ${dataHex(codeHash(account.code))}`);
  const cost = highestCost(transaction);
  if (balance < cost) throw new TransactionError(`insufficient funds for gas * price + value: balance ${balance}, tx cost ${cost}, overshot ${cost - balance}`);
  if (balance < cost + around.committed)
    throw new TransactionError(
      `insufficient funds for gas * price + value: balance ${balance}, queued cost ${around.committed}, tx cost ${cost}, overshot ${cost + around.committed - balance}`,
    );
}

/** Refuses a creation that cannot succeed whatever its gas: EVM code, or too much of it. Throws TransactionError. */
export function requireRunnable(code: Uint8Array, registry: CodeRegistry): void {
  if (code.length > MAX_CREATION_SIZE) throw new TransactionError(`creation code is larger than ${MAX_CREATION_SIZE} bytes`);
  // What begins as SuperVM code is read when it runs: that compiles its module.
  if (CODE_MAGIC.every((byte, i) => code[i] === byte)) return;
  try {
    registry.readCreation(code, { pending: new Map(), gas: 0 });
  } catch (error) {
    if (error instanceof CodeError) throw new TransactionError(error.message);
    throw error;
  }
}
