/** A transaction that tracers look at. What several of them ask for is found out once. */
import type { CallFrame } from "../../../executor/call-frames.js";
import { intrinsicGas, type Transaction } from "../../../executor/transaction.js";
import type { Place } from "../../chain/block.js";
import type { Blockchain } from "../../chain/blockchain.js";
import { stateChanged, stateRead, type Accounts } from "../../chain/prestate.js";
import { traceTransaction, type Scene } from "../../chain/trace.js";

export class Traced {
  private known: { frame?: CallFrame; read?: Accounts; changed?: { pre: Accounts; post: Accounts } } = {};

  /** @param place Where it was mined; undefined: it is a call. */
  constructor(
    private readonly chain: Blockchain,
    readonly scene: Scene,
    readonly transaction: Transaction,
    readonly place?: Place,
  ) {}

  /** The tree of its calls. */
  get frame(): CallFrame {
    return (this.known.frame ??= traceTransaction(this.chain, this.scene, this.transaction));
  }

  /** The same as go-ethereum shows it: at the root stand the transaction's limit and all the gas that it used, the intrinsic part included. */
  get wholeFrame(): CallFrame {
    return { ...this.frame, gas: this.transaction.gasLimit, gasUsed: this.gasUsed };
  }

  /** Of the whole transaction, as mined; of a call, as it is now. */
  get gasUsed(): number {
    return this.place?.receipt.gasUsed ?? intrinsicGas(this.transaction) + this.frame.gasUsed;
  }

  get stateRead(): Accounts {
    return (this.known.read ??= stateRead(this.chain, this.scene, this.transaction));
  }

  get stateChanged(): { pre: Accounts; post: Accounts } {
    return (this.known.changed ??= stateChanged(this.chain, this.scene, this.transaction));
  }
}
