/** One activation of a contract: what a running instance sees of the world, and how it asks the executor for more. */
import type { Journal } from "../store/journal.js";
import type { AddressKey } from "../store/keys.js";
import type { ModuleEntry } from "./code.js";

/** What is fixed for a block. All numbers are cells: least significant byte first. */
export interface BlockCells {
  /** The 0xb8 bytes from COINBASE to behind BLOCK_GAS_LIMIT. */
  readonly bytes: Uint8Array;
  /** Distinguishes blocks, so that an instance knows whether its cells are this block's. */
  readonly id: number;
  blockHash(number: bigint): Uint8Array | undefined;
}

/** What is fixed for a transaction. */
export interface TransactionCells {
  /** ORIGIN and GAS_PRICE, eight 32-bit words each. */
  readonly words: Int32Array;
  readonly blobHashes: readonly Uint8Array[];
}

/** The result of a call or creation, as its caller gets it. */
export interface CallResult {
  readonly success: boolean;
  readonly data: Uint8Array;
  readonly gasLeft: number;
  /** Why it failed, where it was no revert; for people. */
  readonly error?: string;
  /** Of a creation. */
  readonly address?: AddressKey;
}

/** What contracts ask of the executor. */
export interface MessageHandler {
  readonly journal: Journal;
  readonly block: BlockCells;
  readonly transaction: TransactionCells;
  call(request: CallRequest): CallResult;
  create(request: CreateRequest): CallResult;
}

export interface CallRequest {
  readonly kind: "call" | "delegatecall" | "staticcall";
  /** Whose code runs. */
  readonly codeAddress: AddressKey;
  /** Whose storage it sees: ADDRESS. */
  readonly address: AddressKey;
  readonly caller: AddressKey;
  /** VALUE_SENT, in wei; with "delegatecall" nothing moves. */
  readonly value: bigint;
  readonly data: Uint8Array;
  readonly gas: number;
  readonly isStatic: boolean;
  readonly depth: number;
}

export interface CreateRequest {
  readonly caller: AddressKey;
  readonly value: bigint;
  readonly code: Uint8Array;
  /** 32 bytes, least significant first: CREATE2. */
  readonly salt?: Uint8Array;
  readonly gas: number;
  readonly depth: number;
}

export interface Activation {
  readonly handler: MessageHandler;
  readonly address: AddressKey;
  readonly caller: AddressKey;
  readonly value: bigint;
  readonly data: Uint8Array;
  readonly gas: number;
  readonly isStatic: boolean;
  readonly depth: number;
  readonly module: ModuleEntry;
  /** The running code: the account's, or the creation code. */
  readonly code: Uint8Array;
  readonly immutables: Uint8Array | undefined;
  readonly isCreation: boolean;
}

/** How an activation ended. */
export interface Ending {
  /** One of STATUS. */
  readonly status: number;
  readonly data: Uint8Array;
  readonly gasLeft: number;
  /** DEPLOY: the immutables, as cells hold them. */
  readonly immutables?: Uint8Array;
  readonly reason?: string;
}
