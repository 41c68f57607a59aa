/**
 * One running contract: its message, memory, return data of its last call, and the activations of its functions.
 */
import type { Block, Func, Inst, Module } from "../module.js";
import type { CodeBook, Libraries } from "./code.js";
import { Memory } from "./memory.js";
import type { State } from "./state.js";

/** Facts about block and transaction, which the interpreter takes as given. */
export interface Environment {
  origin: bigint;
  /** In wei. */
  gasPrice: bigint;
  coinbase: bigint;
  /** In seconds. */
  timestamp: bigint;
  number: bigint;
  gasLimit: bigint;
  chainId: bigint;
  baseFee: bigint;
  blobBaseFee: bigint;
  prevRandao: bigint;
  blobHashes: readonly bigint[];
  /** The hash of a block among the last 256. */
  blockHash: (number: bigint) => bigint;
}

export interface Message {
  readonly caller: bigint;
  /** The account whose state the code works on. */
  readonly address: bigint;
  /** As `msg.value` shows it; a delegate call transfers nothing. */
  readonly value: bigint;
  /** Call data; the constructor's arguments in creation code. */
  readonly data: Uint8Array;
  readonly isStatic: boolean;
  readonly depth: number;
  /** What runs. */
  readonly module: Module;
  readonly libraries: Libraries;
  /** The running code's bytes, in creation code with the arguments. */
  readonly codeBytes: Uint8Array;
  readonly creation: boolean;
  readonly immutables: ReadonlyMap<string, bigint>;
}

/** What all frames of a transaction share. */
export interface Session {
  readonly state: State;
  readonly codes: CodeBook;
  readonly env: Environment;
  readonly memoryLimit: bigint;
  /** Instructions that may still run. */
  fuel: number;
}

/** A function in execution. */
export interface Activation {
  readonly func: Func;
  readonly blocks: readonly (Block | undefined)[];
  readonly values: bigint[];
  readonly locals: bigint[];
  block: Block;
  /** Index of the next instruction. */
  next: number;
}

export interface CallResult {
  readonly success: boolean;
  readonly data: Uint8Array;
  /** Why it failed, where that is no revert. */
  readonly error?: string;
}

/** An instruction that runs another contract: the machine does that, then `resume` gives the instruction's result. */
export interface CallRequest {
  readonly kind: "call";
  /** Whose code runs. */
  readonly codeAddress: bigint;
  readonly caller: bigint;
  readonly address: bigint;
  readonly value: bigint;
  /** False for delegate calls. */
  readonly transfers: boolean;
  readonly data: Uint8Array;
  readonly isStatic: boolean;
  readonly depth: number;
  readonly resume: (result: CallResult) => bigint;
}

export interface CreateRequest {
  readonly kind: "create";
  readonly caller: bigint;
  readonly value: bigint;
  readonly code: Uint8Array;
  /** CREATE2's salt. */
  readonly salt: bigint | undefined;
  readonly libraries: Libraries;
  readonly depth: number;
  readonly resume: (result: CallResult, address: bigint) => bigint;
}

export type Request = CallRequest | CreateRequest;

export class Frame {
  readonly memory: Memory;
  returnData: Uint8Array = new Uint8Array();
  readonly activations: Activation[] = [];
  /** Immutables as the constructor assigned them so far; of runtime code all. */
  readonly immutables: Map<string, bigint>;
  /** State before the frame's effects, for undoing them. */
  snapshot = 0;

  constructor(
    readonly session: Session,
    readonly message: Message,
  ) {
    this.memory = new Memory(session.memoryLimit);
    this.immutables = new Map(message.immutables);
  }
}

/** One instruction with its operands, as the instruction handlers see it. */
export interface Step {
  readonly frame: Frame;
  readonly inst: Inst;
  readonly func: Func;
  readonly args: readonly bigint[];
}

/** A handler returns the instruction's result, if it has one, or asks for another contract to run. */
export type Handler = (step: Step) => bigint | Request | undefined;

/** A handler of an instruction without result. */
export function effect(run: (step: Step) => void): Handler {
  return (step) => {
    run(step);
    return undefined;
  };
}
