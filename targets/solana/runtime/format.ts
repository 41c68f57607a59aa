/**
 * What crosses the program's border, shared by the in-program runtime and the client: the instruction format, the layout
 * of state accounts, failure codes and the shapes of emitted log lines. All integers are little-endian; addresses in
 * instructions and logs are 20 big-endian bytes.
 *
 * Instruction accounts: 0 the sender (signer, writable), 1 the payer of rent (signer, writable), 2 the system program, then
 * in any order every other account that the execution touches, all writable.
 */

/** Fixed part of an EXECUTE or DEPLOY instruction; claims and the call data follow. */
export const INSTRUCTION = {
  /** One byte: OPERATION. */
  OPERATION: 0,
  /** One byte: FLAG_STAGED where the call data lies in the account at BUFFER_INDEX instead of behind the claims. */
  FLAGS: 1,
  CLAIMS: 2,
  BUFFER_INDEX: 3,
  /** Four bytes. Bytes of staged call data. */
  STAGED_SIZE: 4,
  /** Eight bytes. Value in lamports (10^9 wei). */
  LAMPORTS: 8,
  /** EXECUTE: the called address, 20 bytes. DEPLOY: the contract id (8 bytes), then the sender's nonce (8 bytes). */
  TARGET: 16,
  CONTRACT_ID: 16,
  NONCE: 24,
  /** One claim names the address that an account without code stands for: its index (one byte), 20 bytes of address. */
  FIRST_CLAIM: 36,
  CLAIM_SIZE: 21,
} as const;
export const OPERATION = {
  /** Calls an account. Data: the call data. */
  EXECUTE: 0,
  /** Creates an instance. Data: 20 bytes for each library of the contract, then the constructor arguments. */
  DEPLOY: 1,
  /** Writes into the sender's staging buffer: see WRITE. Creates it where it is missing. */
  WRITE: 2,
  /** Closes the staging buffer and returns its lamports to the payer. */
  CLOSE: 3,
  /**
   * Grows the state account of TARGET to the data length in LAMPORTS, by at most 10,240 bytes, ahead of an execution; where it
   * is vacant it becomes the program's, still without a contract.
   */
  GROW: 4,
} as const;
export const FLAG_STAGED = 1;

/**
 * WRITE: operation, 3 bytes 0, u32 offset, then the bytes; makes the buffer as long as that needs. Accounts: sender, payer, system
 * program, buffer. CLOSE: operation alone, the same accounts.
 */
export const WRITE = { OFFSET: 4, DATA: 8 } as const;

/** Seeds of program-derived accounts: an instance (or address without a known key) ["state", address20]; a buffer ["buffer", sender key]. */
export const STATE_SEED = "state";
export const BUFFER_SEED = "buffer";
/** A buffer's data begin with this mark (8 bytes), so that no buffer can be taken for an instance. */
export const BUFFER_MAGIC = 0x6675622d6d767073n;
export const BUFFER_HEADER_SIZE = 8;

/** A state account's data: header, immutables (32 bytes each), libraries (32 bytes each), direct slots, cells of the trie. */
export const STATE = {
  /** STATE_MAGIC; 0 in an account that no contract has been created in. */
  MAGIC: 0,
  /** Contract id within the image; 0 while the constructor runs and for a contract without code. */
  CONTRACT_ID: 8,
  /** The instance's address as a quad. */
  ADDRESS: 16,
  /** Nonce for CREATE (EIP-161: starts at 1). */
  NONCE: 48,
  /** Lamports of the account that pay its rent; the others are the contract's balance. */
  RESERVE: 56,
  /** Offset of the immutables is HEADER_SIZE; offset of the libraries: */
  LIBRARIES: 64,
  /** Offset of the direct slots (storage slots 0 to DIRECT_SLOTS - 1, as quads). The trie's root node follows them. */
  DIRECT: 72,
  /** Offset of the first unused byte: where the next cell goes. */
  USED: 80,
  /** Offset of the trie's root node. */
  ROOT: 88,
  /** Minimal proxies: bytes of code, which lies where other instances have their immutables, and the offset of the address it names. */
  CODE_SIZE: 96,
  DELEGATE: 104,
  HEADER_SIZE: 128,
} as const;
/** CONTRACT_ID of a minimal proxy (EIP-1167), which is no contract of the image. */
export const PROXY_ID = 1n;
/** "supervm1" read as a little-endian number. */
export const STATE_MAGIC = 0x316d767265707573n;
/** "supervm2": the account of an image that keys the entries of mappings directly (../slots.ts). */
export const KEYED_STATE_MAGIC = 0x326d767265707573n;
/** Slots that need no look-up. Solidity numbers a contract's variables from 0 on. */
export const DIRECT_SLOTS = 32;
/**
 * Other slots live in a 16-way trie over the key's nibbles, least significant first. A cell has 64 bytes: a leaf is key and
 * value (quads), a node 16 references of 4 bytes: 0 for none, else the cell's offset in the data, plus 1 for a leaf. The key is the
 * slot with its lowest limb changed: halves exchanged, the upper one xor-ed into the lower, and all xor-ed with the highest limb
 * times KEY_FACTOR.
 */
export const KEY_FACTOR = 0x9e3779b97f4a7c15n;
export const CELL_SIZE = 64;
/** Free space of a new account behind the root node. */
export const INITIAL_FREE = 512;
/** Bytes that a state account grows by at least, where the instruction's limit allows. */
export const GROW_STEP = 1024;
/** An instruction may grow an account's data by this (Solana's MAX_PERMITTED_DATA_INCREASE). */
export const MAX_GROWTH = 10240;

/** The program's results (custom error codes); 0 is success. */
export const RESULT = {
  SUCCESS: 0n,
  REVERT: 1n,
  HALT: 2n,
} as const;

/**
 * Failures that end the transaction at once: the program logs the fields ["E" and the code's byte, payload] and aborts.
 */
export const FAILURE = {
  /** Payload: the 20-byte address whose account the transaction must name. */
  MISSING_ACCOUNT: 1,
  /** A state account must grow by more than an instruction can. Payload: 20-byte address, u32 data length that is wanted. */
  NEED_SPACE: 2,
  /** Return data beyond MAX_RETURN_DATA. */
  RETURN_DATA_TOO_LONG: 3,
  /** The heap is used up. */
  OUT_OF_MEMORY: 4,
  /** The instruction or its accounts are not in the format described here. Payload: one byte, for people. */
  BAD_INSTRUCTION: 5,
  /** A value that is not a multiple of 10^9 wei. */
  FRACTIONAL_LAMPORT: 6,
  /** Payload: the precompile's number (one byte). */
  UNSUPPORTED_PRECOMPILE: 7,
  /** Creation code, or returned runtime code, that is not a reference to a contract of this image. */
  FOREIGN_CODE: 8,
  /** A contract with external libraries whose addresses the creating contract does not have. Payload: none. */
  LINKED_CREATION: 9,
  /** The sender cannot pay the value of the call. */
  INSUFFICIENT_FUNDS: 10,
  /** The address of a new contract is taken. Payload: the address. */
  ADDRESS_TAKEN: 11,
  /** A syscall that the runtime needs failed. Payload: one byte, for people. */
  SYSCALL: 12,
  /** Minimal proxies that lead to each other. Payload: one byte, 0. */
  PROXY_CYCLE: 13,
  /** A modulus of more than 7,140 bits in the precompiled contract 5. Payload: none. */
  LONG_MODULUS: 14,
} as const;
/** A contract's log is the single field: address (20 bytes), number of topics (1 byte), topics (32 bytes each), data. */
export const LOG_HEAD = { TOPICS: 20, SIZE: 21 } as const;
export const FAILURE_TAG = 0x45; // "E"
/** Revert data longer than MAX_RETURN_DATA is logged as the fields ["R", data]. */
export const REVERT_TAG = 0x52; // "R"
/** Solana's MAX_RETURN_DATA. */
export const MAX_RETURN_DATA = 1024;

/** Wei of one lamport. */
export const WEI_PER_LAMPORT = 1_000_000_000n;
/** Chain id that contracts see: that of development chains, as in the other in-process chains. */
export const CHAIN_ID = 31_337n;
/** block.gaslimit: the most compute units that a transaction can ask for. */
export const COMPUTE_UNIT_LIMIT = 1_400_000n;
