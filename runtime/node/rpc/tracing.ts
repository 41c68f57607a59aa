/** What the methods that trace share: where a mined transaction or a call runs, and the trees of calls of a block. */
import type { CallFrame } from "../../executor/call-frames.js";
import type { Transaction } from "../../executor/transaction.js";
import { executorTransaction } from "../chain/block-builder.js";
import type { Block, NodeReceipt, Place } from "../chain/block.js";
import type { DevChain } from "../chain/dev-chain.js";
import { sceneOf, scenesOf, traceTransaction, type Scene } from "../chain/trace.js";
import type { Hex } from "../encoding/hex.js";
import { serverError } from "./errors.js";
import { viewAt } from "./lookup.js";
import { overrideState, readBlockOverrides } from "./overrides.js";
import { readObject, type JsonObject } from "./params.js";

/** The transaction of a receipt as the executor takes it. */
export function transactionOfReceipt({ transaction, gasPrice }: NodeReceipt): Transaction {
  return executorTransaction(transaction, gasPrice);
}

/** Where a mined transaction ran. Throws -32000 where the state is not kept. */
export function minedScene(node: DevChain, block: Block, index: number): Scene {
  return sceneOf(node.chain, viewAt(parentOf(node, block)), block, index);
}

/** Something about each transaction of a block, in order, at the place where it ran. */
export function* tracedBlock<T>(node: DevChain, block: Block, about: (scene: Scene, receipt: NodeReceipt) => T): Generator<T> {
  if (block.receipts.length === 0) return;
  for (const scene of scenesOf(node.chain, viewAt(parentOf(node, block)), block)) yield about(scene, block.receipts[scene.index]!);
}

/** The trees of calls of a block's transactions. */
export function blockFrames(node: DevChain, block: Block): CallFrame[] {
  return [...tracedBlock(node, block, (scene, receipt) => traceTransaction(node.chain, scene, transactionOfReceipt(receipt)))];
}

/** The tree of calls of a mined transaction. */
export function minedFrame(node: DevChain, { block, receipt }: Place): CallFrame {
  return traceTransaction(node.chain, minedScene(node, block, receipt.index), transactionOfReceipt(receipt));
}

/** Where a transaction was mined. Throws -32000 where none of that hash was. */
export function requirePlace(node: DevChain, hash: Hex): Place {
  const place = node.chain.find(hash);
  if (!place) throw serverError("transaction not found");
  return place;
}

function parentOf(node: DevChain, { header }: Block): Block {
  const parent = node.chain.block(header.number - 1);
  if (!parent) throw serverError("the genesis block has no transactions");
  return parent;
}

/** Where a call runs, as its caller wants to see state and block. */
export function assumedScene({ registry, state, block }: Scene, { stateOverrides, blockOverrides }: JsonObject): Scene {
  return {
    registry,
    state: isGiven(stateOverrides) ? overrideState(state, registry, readObject(stateOverrides, "stateOverrides")) : state,
    block: isGiven(blockOverrides) ? { ...block, ...readBlockOverrides(readObject(blockOverrides, "blockOverrides")) } : block,
  };
}

function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null;
}
