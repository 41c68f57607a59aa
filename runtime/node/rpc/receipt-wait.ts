/** Waiting for a transaction's receipt (EIP-7966, eth_sendRawTransactionSync). */
import type { DevChain } from "../chain/dev-chain.js";
import type { Hex } from "../encoding/hex.js";
import { RpcError, serverError } from "./errors.js";
import { formatReceipt } from "./format.js";

/** The transaction is in the pool, and no block took it in time. */
const TIMED_OUT = 4;
const DEFAULT_MILLISECONDS = 20_000;
const MAX_MILLISECONDS = 60_000;

/**
 * The receipt as soon as a block has the transaction.
 * @param wanted Milliseconds to wait; undefined for the node's default. Rejects with RpcError (code 4) when they are over.
 */
export function receiptOf(node: DevChain, hash: Hex, wanted: number | undefined): unknown {
  const mined = node.chain.find(hash);
  if (mined) return formatReceipt(mined);
  return new Promise((resolve, reject) => {
    const ends: (() => void)[] = [];
    const finish = (how: () => void): void => {
      for (const end of ends) end();
      how();
    };
    ends.push(
      node.onBlock(() => {
        const place = node.chain.find(hash);
        if (place) finish(() => resolve(formatReceipt(place)));
      }),
      node.onClose(() => finish(() => reject(serverError("the node is stopping")))),
    );
    const late = new RpcError(TIMED_OUT, "The transaction was added to the mempool but wasn't processed within the designated timeout", hash);
    const timer = setTimeout(() => finish(() => reject(late)), Math.min(wanted ?? DEFAULT_MILLISECONDS, MAX_MILLISECONDS));
    ends.push(() => clearTimeout(timer));
  });
}
