/**
 * The parameter of eth_sendRawTransaction. A request that has to wait for its turn is read as soon as it is known, so that its sender can be recovered
 * meanwhile; errors are kept until the turn comes.
 */
import { readTransaction, withSender, decodeTransaction, type ReadTransaction } from "../transactions/decode.js";
import type { Recovery, SenderRecovery } from "../transactions/recovery/sender-recovery.js";
import type { NodeTransaction } from "../transactions/transaction.js";
import type { Params } from "./params.js";

interface Begun {
  readonly read: ReadTransaction;
  readonly sender: Recovery;
}

export class RawTransactions {
  private readonly begun = new WeakMap<Params, Begun>();

  /** @param recovery Absent: nothing is done ahead. */
  constructor(
    private readonly chainId: bigint,
    private readonly recovery?: SenderRecovery,
  ) {}

  /** Begins what can be done before a request's turn; gives a function that ends it, which may come after {@link take}. */
  begin(params: Params): () => void {
    if (!this.recovery) return () => undefined;
    let read: ReadTransaction;
    try {
      read = readTransaction(raw(params), this.chainId);
    } catch {
      // It is read again when its turn comes: that throws the same, to whoever answers the request.
      return () => undefined;
    }
    const sender = this.recovery.begin(read.signature);
    this.begun.set(params, { read, sender });
    return () => sender.drop();
  }

  /** The transaction of a request. Throws RpcError and TransactionError. */
  take(params: Params): NodeTransaction {
    const begun = this.begun.get(params);
    if (!begun) return decodeTransaction(raw(params), this.chainId);
    this.begun.delete(params);
    return withSender(begun.read, begun.sender.result());
  }
}

function raw(params: Params): Uint8Array {
  return params.data(0, "transaction");
}
