/** What goes into calls and transactions of the testing library, and what comes out. */
import type { DecodedLog } from "./codec.js";

/** An account, a contract, or an address. */
export type AddressLike = string | { readonly address: string };

export interface CallOptions {
  /** Default: the first account. */
  readonly from?: AddressLike;
  /** In wei. */
  readonly value?: bigint;
  /** Gas, on Solana compute units. */
  readonly gas?: bigint;
}

/** What a transaction did. */
export interface Receipt {
  /** Always "success": what fails throws RevertError. */
  readonly status: "success";
  readonly returnData: string;
  readonly logs: readonly DecodedLog[];
  /** Gas with the transaction's own cost; on Solana compute units. */
  readonly gasUsed: bigint;
  /** Gas of the contract's execution alone. */
  readonly executionGas: bigint;
}
