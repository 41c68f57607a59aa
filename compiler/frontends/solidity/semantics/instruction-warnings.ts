/** What users of some instructions should know, whether they write them in Solidity or in assembly. */
import type { Span } from "../../../base/span.js";
import type { Model } from "./model.js";

/** EIP-6780. */
export const deprecationOfSelfdestruct =
  '"selfdestruct" has been deprecated. Note that, starting from the Cancun hard fork, the underlying opcode no longer deletes the code and ' +
  "data associated with an account and only transfers its Ether to the beneficiary, unless executed in the same transaction in which the " +
  "contract was created (see EIP-6780). Any use in newly deployed contracts is strongly discouraged even if the new behavior is taken into " +
  "account. Future changes to the EVM might further reduce the functionality of the opcode.";

const transientStorage =
  "Transient storage as defined by EIP-1153 can break the composability of smart contracts: Since transient storage is cleared only at the end of the " +
  "transaction and not at the end of the outermost call frame to the contract within a transaction, your contract may unintentionally misbehave when " +
  "invoked multiple times in a complex transaction. To avoid this, be sure to clear all transient storage at the end of any call to your contract. The " +
  "use of transient storage for reentrancy guards that are cleared at the end of the call is safe.";

/** Once in a compilation. */
export function warnOfTransientStorage(m: Model, span: Span): void {
  if (!m.sink.all.some((d) => d.code === "2394")) m.sink.warning("2394", transientStorage, span);
}
