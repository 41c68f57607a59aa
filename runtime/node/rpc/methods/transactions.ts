/** Methods that send transactions, sign, and show the pool. */
import type { TypedDataField } from "ethers";
import { addressHex, type AddressKey } from "../../../store/keys.js";
import type { DevChain } from "../../chain/dev-chain.js";
import { dataHex, quantity, type Hex } from "../../encoding/hex.js";
import { requireTipWithinFee, TransactionError, type NodeTransaction, type TransactionType, type UnsignedTransaction } from "../../transactions/transaction.js";
import { impersonateTransaction } from "../../transactions/sign.js";
import { requireRunnable } from "../../transactions/validate.js";
import { readCall, type CallRequest } from "../call-request.js";
import { invalidParams, RpcError, serverError } from "../errors.js";
import { formatPending } from "../format.js";
import { sceneAt } from "../lookup.js";
import { isObject, readAddress, type JsonObject, type Methods, type Params } from "../params.js";
import type { RawTransactions } from "../raw-transactions.js";
import { receiptOf } from "../receipt-wait.js";
import { estimateGas, NO_SENDER } from "../simulate.js";
import { withoutSignature } from "../simulation/transaction.js";

/** What anyone may do. */
export function transactionMethods(node: DevChain, raws: RawTransactions): Methods {
  return {
    eth_sendRawTransaction: (p) => refusing(() => node.submit(raws.take(p))),
    eth_sendRawTransactionSync: (p) =>
      receiptOf(
        node,
        refusing(() => node.submit(raws.take(p))),
        p.has(1) ? p.number(1, "timeout") : undefined,
      ),
    eth_fillTransaction: (p) =>
      refusing(() => {
        const call = readCall(p.object(0, "transaction"));
        const from = call.from ?? NO_SENDER;
        const filled = withoutSignature(fill(node, call, from), from);
        return { raw: dataHex(filled.raw), tx: formatPending(filled) };
      }),
    eth_pendingTransactions: () => [...node.pool.content().pending.values()].flat().map(formatPending),
    txpool_status() {
      const { pending, queued } = node.pool.content();
      const count = (lists: Map<string, readonly unknown[]>): string => quantity([...lists.values()].reduce((n, list) => n + list.length, 0));
      return { pending: count(pending), queued: count(queued) };
    },
    txpool_content() {
      const { pending, queued } = node.pool.content();
      return { pending: byNonce(pending, formatPending), queued: byNonce(queued, formatPending) };
    },
    txpool_contentFrom(p) {
      const address = addressHex(p.address(0, "address")) as Hex;
      const { pending, queued } = node.pool.content();
      const own = (lists: Map<Hex, NodeTransaction[]>): Record<string, unknown> => byNonce(new Map([[address, lists.get(address) ?? []]]), formatPending)[address]!;
      return { pending: own(pending), queued: own(queued) };
    },
    txpool_inspect() {
      const { pending, queued } = node.pool.content();
      return { pending: byNonce(pending, summary), queued: byNonce(queued, summary) };
    },
  };
}

/** What the node does with its own keys: for its developer only. */
export function accountMethods(node: DevChain): Methods {
  const local = <T>(signature: T | undefined): T => {
    if (signature === undefined) throw serverError("unknown account");
    return signature;
  };
  return {
    eth_accounts: () => node.wallet.addresses.map(addressHex),
    eth_requestAccounts: () => node.wallet.addresses.map(addressHex),
    eth_sendTransaction: (p) => refusing(() => node.submit(complete(node, readCall(p.object(0, "transaction"))))),
    eth_sendTransactionSync: (p) =>
      receiptOf(
        node,
        refusing(() => node.submit(complete(node, readCall(p.object(0, "transaction"))))),
        p.has(1) ? p.number(1, "timeout") : undefined,
      ),
    eth_sendUnsignedTransaction: (p) =>
      refusing(() => {
        const call = readCall(p.object(0, "transaction"));
        const from = senderOf(call);
        return node.submit(impersonateTransaction(fill(node, call, from), from));
      }),
    eth_signTransaction: (p) => refusing(() => dataHex(complete(node, readCall(p.object(0, "transaction"))).raw)),
    eth_sign: (p) => local(node.wallet.signMessage(p.address(0, "address"), p.data(1, "message"))),
    personal_sign: (p) => local(node.wallet.signMessage(p.address(1, "address"), p.data(0, "message"))),
    eth_signTypedData_v4: (p) => signTypedData(node, p),
    eth_signTypedData_v3: (p) => signTypedData(node, p),
    eth_signTypedData: (p) => signTypedData(node, p),
  };
}

/** Turns a refusal into the error that clients know. */
function refusing<T>(action: () => T): T {
  try {
    return action();
  } catch (error) {
    if (error instanceof TransactionError) throw serverError(error.message);
    throw error;
  }
}

/** Fills in what the sender left to the node, and signs. */
function complete(node: DevChain, call: CallRequest): NodeTransaction {
  const from = senderOf(call);
  return node.sign(fill(node, call, from), from);
}

function senderOf({ from }: CallRequest): AddressKey {
  if (from === undefined) throw invalidParams("from: the sender is missing");
  return from;
}

function fill(node: DevChain, call: CallRequest, from: AddressKey): UnsignedTransaction {
  const { to } = call;
  if (call.chainId !== undefined && call.chainId !== node.chain.settings.chainId)
    throw new TransactionError(`chainId does not match node's (have=${call.chainId}, want=${node.chain.settings.chainId})`);
  // The clear refusal comes before an estimate that would fail.
  if (to === undefined) requireRunnable(call.data, node.chain.backend.registry);
  const type = typeOf(call);
  const baseFee = node.chain.draft(0).baseFee;
  const tip = call.maxPriorityFeePerGas ?? (call.maxFeePerGas !== undefined && call.maxFeePerGas < 10n ** 9n ? call.maxFeePerGas : 10n ** 9n);
  const unsigned: UnsignedTransaction = {
    type,
    chainId: node.chain.settings.chainId,
    nonce: call.nonce ?? node.pool.pendingNonce(from),
    to,
    value: call.value,
    data: call.data,
    gasLimit: call.gas ?? estimateGas(node, call, sceneAt(node, "latest")),
    ...(type === 2
      ? { maxFeePerGas: call.maxFeePerGas ?? 2n * baseFee + tip, maxPriorityFeePerGas: tip }
      : { maxFeePerGas: call.gasPrice ?? baseFee + tip, maxPriorityFeePerGas: call.gasPrice ?? baseFee + tip }),
    accessList: call.accessList ?? [],
  };
  requireTipWithinFee(unsigned);
  return unsigned;
}

function typeOf(call: CallRequest): TransactionType {
  if (call.type === 0 || call.type === 1 || call.type === 2) {
    if (call.type === 2 && call.gasPrice !== undefined) throw invalidParams("gasPrice: a transaction of type 2 has maxFeePerGas");
    if (call.type !== 2 && call.maxFeePerGas !== undefined) throw invalidParams(`maxFeePerGas: a transaction of type ${call.type} has gasPrice`);
    return call.type;
  }
  if (call.type !== undefined) throw new TransactionError(`transaction type not supported: ${call.type}`);
  if (call.gasPrice === undefined) return 2;
  return call.accessList ? 1 : 0;
}

async function signTypedData(node: DevChain, p: Params): Promise<unknown> {
  const from: AddressKey = readAddress(p.raw(0), "address");
  const given = p.raw(1);
  let typed: unknown = given;
  if (typeof given === "string") {
    try {
      typed = JSON.parse(given);
    } catch {
      throw invalidParams("typedData: is not JSON");
    }
  }
  if (!isTypedData(typed)) throw invalidParams("typedData: domain, types and message are expected");
  let signature;
  try {
    signature = await node.wallet.signTypedData(from, typed.domain, typesOf(typed), typed.message);
  } catch (error) {
    if (error instanceof RpcError) throw error;
    throw invalidParams("typedData: the types do not describe the message");
  }
  if (signature === undefined) throw serverError("unknown account");
  return signature;
}

interface TypedData {
  readonly domain: JsonObject;
  readonly types: JsonObject;
  readonly message: Record<string, unknown>;
  readonly primaryType?: unknown;
}

function isTypedData(value: unknown): value is TypedData {
  return isObject(value) && isObject(value.domain) && isObject(value.types) && isObject(value.message);
}

/** The types that the primary one needs: ethers derives the domain's type from the domain itself, and the primary one as that which no other names. */
function typesOf({ types, primaryType }: TypedData): Record<string, TypedDataField[]> {
  const all = types as Record<string, TypedDataField[]>;
  if (primaryType === undefined) return Object.fromEntries(Object.entries(all).filter(([name]) => name !== "EIP712Domain"));
  if (typeof primaryType !== "string" || !Object.hasOwn(all, primaryType)) throw invalidParams("typedData: the primary type is not among the types");
  const needed = new Set([primaryType]);
  for (const name of needed)
    for (const { type } of all[name]!) {
      const element = type.replace(/(\[\d*\])+$/, "");
      if (Object.hasOwn(all, element)) needed.add(element);
    }
  return Object.fromEntries([...needed].map((name) => [name, all[name]!]));
}

function byNonce(lists: Map<string, NodeTransaction[]>, show: (t: NodeTransaction) => unknown): Record<string, Record<string, unknown>> {
  return Object.fromEntries([...lists].map(([sender, list]) => [sender, Object.fromEntries(list.map((t) => [t.nonce.toString(), show(t)]))]));
}

function summary(t: NodeTransaction): string {
  return `${t.to === undefined ? "contract creation" : addressHex(t.to)}: ${t.value} wei + ${t.gasLimit} gas × ${t.maxFeePerGas} wei`;
}
