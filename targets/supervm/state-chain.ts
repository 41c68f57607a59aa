/**
 * The SuperVM chain that outlives its process, behind the interface that all targets' chains have: a node's chain without its server, over the same
 * store, so that `supervm node` and whoever uses this go on where the other ended.
 *
 * Two things differ from the chain in memory (chain.ts), as they do on a node: senders pay for gas at the base fee, and a transaction has at most the
 * gas of a block. An outcome is given out only when its block is on the medium.
 */
import { DevChain, DEFAULT_CHAIN_ID } from "../../runtime/node/chain/dev-chain.js";
import { openChain } from "../../runtime/node/chain/chain-store.js";
import { dataHex, hexBytes, wordHex } from "../../runtime/node/encoding/hex.js";
import { openWatchedStore } from "../../runtime/node/watched-store.js";
import { TransactionError, type UnsignedTransaction } from "../../runtime/node/transactions/transaction.js";
import { guarded } from "../../runtime/executor/fees.js";
import type { Receipt } from "../../runtime/executor/transaction.js";
import type { NodeReceipt } from "../../runtime/node/chain/block.js";
import type { KeyValueStore } from "../../runtime/store/durable/kv.js";
import { addressHex, addressKey, intOfLittleEndian, slotKey } from "../../runtime/store/keys.js";
import type { AccountRecord } from "../../runtime/store/state.js";
import type { Chain, Deployment, Message, Outcome } from "../target.js";
import { creationData } from "./chain.js";

export interface StateChainOptions {
  /** A folder, or postgres://...; made where it is not there. */
  readonly location: string;
  /** Default 31337; must be that of the chain that lies there. */
  readonly chainId?: bigint;
}

/**
 * Opens the chain that lies at a location, or begins one. Its states are all kept: a node with a shorter history drops the oldest when it runs.
 * Rejects with StateError where the location is in use, holds something else, or was written by a newer version.
 */
export async function openStateChain({ location, chainId = DEFAULT_CHAIN_ID }: StateChainOptions): Promise<Chain> {
  // A read that fails is thrown to whoever caused it.
  const store = await openWatchedStore(location, () => undefined);
  try {
    const node = new DevChain({ chainId, place: openChain(store, { history: Number.POSITIVE_INFINITY, chainId }) });
    // The chain goes on as it is: a node may have begun it with another limit than the usual one.
    node.chain.gasLimit = node.chain.head.header.gasLimit;
    await node.chain.archive.durable();
    return new StateChain(node, store);
  } catch (error) {
    await store.close();
    throw error;
  }
}

class StateChain implements Chain {
  readonly accounts: readonly string[];

  constructor(
    private readonly node: DevChain,
    private readonly store: KeyValueStore,
  ) {
    this.accounts = node.wallet.addresses.map(addressHex);
  }

  /** As {@link send}. */
  deploy(deployment: Deployment): Promise<Outcome> {
    return this.mined(deployment, { to: undefined, data: creationData(deployment) });
  }

  /** Rejects with TransactionError where the chain does not take the transaction (the sender cannot pay for it), StateError where it cannot be written. */
  send(message: Message): Promise<Outcome> {
    return this.mined(message, { to: addressKey(message.to), data: hexBytes(message.data) });
  }

  /** Free of charge, as eth_call is. */
  async call({ from, to, data, value, gas }: Message): Promise<Outcome> {
    const { chain, clock } = this.node;
    const cells = chain.cells(chain.draft(clock.timeOfNext(chain.head.header.timestamp)));
    const transaction = { from: addressKey(from), to: addressKey(to), data: hexBytes(data), value, gasLimit: Number(gas ?? chain.gasLimit), gasPrice: 0n };
    const receipt = guarded(chain.backend.head, cells, chain.backend.registry, transaction);
    return { ...outcome(receipt, receipt.data), executionGas: BigInt(receipt.executionGas) };
  }

  async storageAt(address: string, slot: bigint): Promise<string> {
    const word = this.node.chain.backend.head.storage(addressKey(address), slotKey(slot));
    return wordHex(word ? intOfLittleEndian(word) : 0n);
  }

  async balance(address: string): Promise<bigint> {
    return this.account(address)?.balance ?? 0n;
  }

  async codeSize(address: string): Promise<number> {
    return this.account(address)?.code?.bytes.length ?? 0;
  }

  async mine(blocks: number): Promise<void> {
    for (let i = 0; i < blocks; i++) this.node.mine();
    await this.durable();
  }

  async time(): Promise<bigint> {
    return BigInt(this.node.chain.head.header.timestamp);
  }

  async setTime(timestamp: bigint): Promise<void> {
    const newest = this.node.chain.head.header.timestamp;
    if (timestamp <= BigInt(newest)) throw new RangeError(`the next block cannot be at ${timestamp}: the newest is at ${newest}`);
    this.node.clock.setNext(Number(timestamp));
  }

  /** Nothing is on its way to the store: whatever makes a block waits for it. */
  async close(): Promise<void> {
    this.node.close();
    await this.store.close();
  }

  private account(address: string): AccountRecord | undefined {
    return this.node.chain.backend.head.account(addressKey(address));
  }

  private async durable(): Promise<void> {
    await this.node.chain.archive.durable();
  }

  /** Sends for any account: those without a key of the wallet's are impersonated. */
  private async mined(sender: Pick<Message, "from" | "value" | "gas">, content: Pick<UnsignedTransaction, "to" | "data">): Promise<Outcome> {
    const { node } = this;
    const from = addressKey(sender.from);
    if (!node.wallet.has(from)) node.impersonated.add(from);
    const { baseFee } = node.chain.draft(0);
    const transaction: UnsignedTransaction = {
      ...content,
      type: 2,
      chainId: node.chain.settings.chainId,
      nonce: node.nonce(from),
      value: sender.value,
      gasLimit: Number(sender.gas ?? node.chain.gasLimit),
      maxFeePerGas: baseFee,
      maxPriorityFeePerGas: 0n,
      accessList: [],
    };
    const place = node.chain.find(node.submit(node.sign(transaction, from)));
    if (!place) throw new TransactionError("the transaction found no place in a block");
    await this.durable();
    const { receipt } = place;
    return outcome(receipt, receipt.output);
  }
}

function outcome(receipt: Receipt | NodeReceipt, data: Uint8Array): Outcome {
  return {
    success: receipt.success,
    returnData: dataHex(data),
    logs: receipt.logs.map((log) => ({ address: addressHex(log.address), topics: log.topics.map(dataHex), data: dataHex(log.data) })),
    gasUsed: BigInt(receipt.gasUsed),
    ...(receipt.created !== undefined && { address: addressHex(receipt.created) }),
    ...(receipt.error !== undefined && { error: receipt.error }),
  };
}
