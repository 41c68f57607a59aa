/** Finding the blocks and states that requests name. */
import type { StateReader } from "../../store/state.js";
import type { Block } from "../chain/block.js";
import type { DevChain } from "../chain/dev-chain.js";
import type { Scene } from "../chain/trace.js";
import type { StateView } from "../state/backend.js";
import { serverError } from "./errors.js";
import type { BlockReference } from "./params.js";

/** The mined block; undefined where there is none. Pending means the newest: what waits is no block yet. */
export function findBlock({ chain }: DevChain, reference: BlockReference): Block | undefined {
  if (reference === "earliest") return chain.block(0);
  if (typeof reference === "string") return chain.head;
  return "hash" in reference ? chain.blockByHash(reference.hash) : chain.block(reference.number);
}

/** The block. Throws -32000 where there is none. */
export function requireBlock(node: DevChain, reference: BlockReference): Block {
  const block = findBlock(node, reference);
  if (!block) throw serverError("header not found");
  return block;
}

/** The block, also the one that would be made of what waits. */
export function findBlockOrPending(node: DevChain, reference: BlockReference): Block | undefined {
  return reference === "pending" ? node.pending().block : findBlock(node, reference);
}

/** Where a call runs that names a block: at its end, also at that of the one that would be made of what waits. Throws -32000 where there is none. */
export function sceneAt(node: DevChain, reference: BlockReference): Scene {
  if (reference === "pending") {
    const { block, state, registry } = node.pending();
    return { block: block.header, state, registry };
  }
  const block = requireBlock(node, reference);
  return { block: block.header, state: stateAt(node, block), registry: node.chain.backend.registry };
}

/** The state at the end of a block, quick to read at the head. */
export function stateAt(node: DevChain, block: Block): StateReader {
  return block === node.chain.head ? node.chain.backend.head : viewAt(block);
}

/** The state at the end of a block, with its proofs. */
export function viewAt(block: Block): StateView {
  if (!block.state) throw serverError(`missing state: that of block ${block.header.number} is not kept (only those of the newest blocks are)`);
  return block.state;
}
