/** Finding the blocks and states that requests name. */
import type { StateReader } from "../../store/state.js";
import type { Block } from "../chain/block.js";
import type { DevChain } from "../chain/dev-chain.js";
import type { StateView } from "../state/backend.js";
import { serverError } from "./errors.js";
import type { BlockReference } from "./params.js";

/** The block; undefined where there is none. Pending means the newest: what waits is no block yet. */
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

/** The state at the end of a block, quick to read at the head. */
export function stateAt(node: DevChain, block: Block): StateReader {
  return block === node.chain.head ? node.chain.backend.head : viewAt(block);
}

/** The state at the end of a block, with its proofs. */
export function viewAt(block: Block): StateView {
  if (!block.state) throw serverError(`missing state: that of block ${block.header.number} is not kept (only those of the newest blocks are)`);
  return block.state;
}
