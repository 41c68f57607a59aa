/** debug_getRaw*: what a block, header, transaction or receipt is in bytes, as Ethereum encodes and hashes it. */
import { encodeBody, encodeReceipt } from "../../chain/block.js";
import type { DevChain } from "../../chain/dev-chain.js";
import { dataHex } from "../../encoding/hex.js";
import { findBlock, requireBlock } from "../lookup.js";
import type { Methods, Params } from "../params.js";

export function rawMethods(node: DevChain): Methods {
  const block = (p: Params): ReturnType<typeof requireBlock> => requireBlock(node, p.block(0));
  const transaction = (p: Params): string | null => {
    const hash = p.hash(0, "hash");
    const found = node.chain.find(hash)?.receipt.transaction ?? node.pool.get(hash);
    return found ? dataHex(found.raw) : null;
  };
  return {
    debug_getRawHeader: (p) => dataHex(block(p).header.encoded),
    debug_getRawBlock: (p) => dataHex(encodeBody(block(p))),
    debug_getRawReceipts: (p) => block(p).receipts.map((receipt) => dataHex(encodeReceipt(receipt))),
    debug_getRawTransactions: (p) => block(p).receipts.map((receipt) => dataHex(receipt.transaction.raw)),
    debug_getRawTransaction: transaction,
    eth_getRawTransactionByHash: transaction,
    eth_getRawTransactionByBlockNumberAndIndex: (p) => rawAt(node, p),
    eth_getRawTransactionByBlockHashAndIndex: (p) => rawAt(node, p),
  };
}

function rawAt(node: DevChain, p: Params): string | null {
  const receipt = findBlock(node, p.block(0))?.receipts[p.number(1, "index")];
  return receipt ? dataHex(receipt.transaction.raw) : null;
}
