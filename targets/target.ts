/**
 * What a target is: a value that the driver is given, never a name that it tests. Adding a target is adding a folder
 * with such a value and a line in registry.ts.
 *
 *   modules (IR, one a contract) --lower--> per-contract parts of artifacts
 *   artifact part --createChain().deploy--> a contract that answers calls
 */
import type { Diagnostic } from "../compiler/diagnostics/diagnostic.js";
import type { Module } from "../compiler/ir/module.js";

export type TargetName = "evm" | "supervm" | "solana";
export type OptimizationLevel = "0" | "1" | "2" | "3" | "s";

/** What a target can do; the driver refuses IR that needs more, naming the construct. */
export interface Capabilities {
  /** Instructions of the table that this target refuses, each with the reason that the diagnostic gives. */
  readonly unsupportedOps: ReadonlyMap<string, string>;
  /** Values of at most this width live in one machine register; inlining and range analysis look at it. */
  readonly registerBits: number;
}

export interface LowerOptions {
  readonly optimization: OptimizationLevel;
  /** EVM: name of the hard fork, e.g. "osaka", "cancun". */
  readonly evmVersion: string;
  /** Solana: sBPF version of the program. */
  readonly sbpfVersion?: "v0" | "v3";
  /** Which further outputs to make: "asm", "wat", "disasm". */
  readonly emit: ReadonlySet<string>;
}

/** Where a library's address must be written into code: byte offset and length (20). */
export interface LinkReference {
  readonly start: number;
  readonly length: number;
}

/**
 * The part of an artifact that a target makes: `targets.<name>` of the artifact's JSON. Bytes are 0x-hex strings. `bytecode`
 * is what a creation transaction carries (constructor arguments are appended); on Solana `program` is the whole image.
 */
export interface TargetPart {
  readonly [key: string]: unknown;
  /** Full library name -> places, in the target's bytecode. Where it is absent or empty nothing needs to be linked. */
  readonly linkReferences?: { readonly [library: string]: readonly LinkReference[] };
}

export interface LowerResult {
  /** By the modules' names; a module with errors has no part. */
  readonly parts: Map<string, TargetPart>;
  /** Files beside the artifact: extension -> content (".bin", ".wasm", ".so", ".wat", ".asm"). By module name. */
  readonly files: Map<string, Record<string, Uint8Array | string>>;
  readonly diagnostics: Diagnostic[];
}

/** A log as every chain reports it; 0x-hex. */
export interface ChainLog {
  readonly address: string;
  readonly topics: readonly string[];
  readonly data: string;
}

/** What became of a transaction or call. */
export interface Outcome {
  readonly success: boolean;
  /** Return data, or revert data where success is false; 0x-hex. */
  readonly returnData: string;
  readonly logs: readonly ChainLog[];
  /** Gas, on Solana compute units. */
  readonly gasUsed: bigint;
  /** Gas of the contract's execution without the transaction's intrinsic cost (equal to gasUsed where a chain has none). */
  readonly executionGas?: bigint;
  /** Address of the created contract (deploy). */
  readonly address?: string;
  /** Why it failed, where that is not a revert: "out of gas", "stack overflow", a program error; for people. */
  readonly error?: string;
  /** Target-specific log lines or trace. */
  readonly trace?: readonly string[];
}

export interface Message {
  /** 20-byte address, 0x-hex; one of the chain's accounts or any other (the chain signs for it). */
  readonly from: string;
  readonly to: string;
  readonly data: string;
  /** In wei. */
  readonly value: bigint;
  /** Gas or compute-unit limit; the chain's maximum where absent. */
  readonly gas?: bigint;
}

export interface Deployment {
  /** The artifact part `targets.<name>`. */
  readonly part: TargetPart;
  /** Full contract name, `source.sol:Name`: on Solana it selects the contract within the image. */
  readonly contractName: string;
  /** ABI-encoded constructor arguments, 0x-hex. */
  readonly args: string;
  readonly from: string;
  readonly value: bigint;
  /** Full library name -> address. */
  readonly libraries: ReadonlyMap<string, string>;
  readonly gas?: bigint;
}

/** An in-process chain: empty, deterministic. All addresses are 20 bytes, EIP-55 where they are returned. */
export interface Chain {
  /** Ten funded accounts. */
  readonly accounts: readonly string[];
  deploy(deployment: Deployment): Promise<Outcome>;
  /** A transaction: its effects stay where it succeeds. Each one is a new block. */
  send(message: Message): Promise<Outcome>;
  /** As `send`, with all effects dropped. */
  call(message: Message): Promise<Outcome>;
  /** A storage word of a contract by slot; 32 bytes, 0x-hex. */
  storageAt(address: string, slot: bigint): Promise<string>;
  balance(address: string): Promise<bigint>;
  /** Size in bytes of an account's code; 0 where it has none. */
  codeSize(address: string): Promise<number>;
  /** True where a contract has no storage word other than zero. */
  storageIsEmpty?(address: string): Promise<boolean>;
  /** Mines empty blocks. */
  mine(blocks: number): Promise<void>;
  /** Current block time in seconds. */
  time(): Promise<bigint>;
  /** Sets the time of the next block. */
  setTime(timestamp: bigint): Promise<void>;
  close(): Promise<void>;
}

/** A chain's surroundings, where the defaults are not wanted: other compilers' test suites expect their own. */
export interface ChainEnvironment {
  /** Accounts that hold wei from the start; the funded accounts of the chain in place of the usual ten. */
  readonly accounts?: readonly { readonly address: string; readonly balance: bigint; readonly nonce?: bigint }[];
  readonly chainId?: bigint;
  readonly coinbase?: string;
  /** tx.origin, where it is not the sender. */
  readonly origin?: string;
  /** In wei; nobody is charged. */
  readonly gasPrice?: bigint;
  readonly baseFee?: bigint;
  readonly blobBaseFee?: bigint;
  readonly prevrandao?: bigint;
  readonly blockGasLimit?: bigint;
  /** Limit of a transaction that names none. */
  readonly transactionGas?: bigint;
  /** Time before the first block, and seconds from block to block. */
  readonly genesisTime?: bigint;
  readonly blockTime?: bigint;
  /** Versioned hashes of the transaction's blobs. */
  readonly blobHashes?: readonly bigint[];
  /** The hash of an earlier block. */
  readonly blockHash?: (number: bigint) => bigint;
}

export interface ChainOptions {
  readonly evmVersion?: string;
  /** Only the chains of EVM and SuperVM can take it. */
  readonly environment?: ChainEnvironment;
  /** Of Solana: compute units that a transaction may use; default and most on a real chain: 1,400,000. */
  readonly computeUnits?: number;
}

export interface TargetDefinition {
  readonly name: TargetName;
  readonly capabilities: Capabilities;
  /** Extension of the binary beside an artifact. */
  readonly binaryExtension: string;
  /**
   * What a contract's part depends on, besides the options: "contract": its module and those that it embeds; "program": all modules of the
   * compilation, in their order.
   */
  readonly unit: "contract" | "program";
  /** Parts depend on source positions too: source maps. */
  readonly writesPositions: boolean;
  /**
   * Lowers the contracts of one compilation. `modules` are optimised already and verified; contracts that they embed (`new`) are
   * among them. Limits of the chain (24,576 bytes of EVM code, ...) are diagnostics.
   */
  lower(modules: readonly Module[], options: LowerOptions): Promise<LowerResult>;
  /** Throws MissingPeerError where an optional package is not installed. */
  createChain(options?: ChainOptions): Promise<Chain>;
}

/** An optional package is needed and not installed. */
export class MissingPeerError extends Error {
  constructor(
    readonly packageName: string,
    purpose: string,
  ) {
    super(`${purpose} needs the package '${packageName}': run 'npm install ${packageName}'`);
    this.name = "MissingPeerError";
  }
}
