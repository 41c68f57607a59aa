/**
 * Constants of the `supervm` host ABI (docs/host-abi.md): fixed addresses in a contract instance's linear memory, statuses,
 * call kinds and the form of code. The host and the SuperVM backend both read this file, and the kernels are compiled
 * against it, so the three cannot disagree. Every number in a cell is little-endian; 256-bit numbers are four 64-bit limbs, least
 * significant first; an address is such a number too (32 bytes, the upper 12 zero).
 */

/** Fixed addresses in linear memory, in bytes. */
export const CELL = {
  /** u64: gas left. Read at entry; written before an exit, a call and a create; read again after them. */
  GAS: 0x10,
  /** u32: bytes of machine memory that the activation may have touched; [MACHINE_BASE, MACHINE_BASE + extent) must be zeroed for reuse. */
  EXTENT: 0x18,
  /** u32: length of the call data (constructor arguments in creation code). Written by the host at entry. */
  CALLDATA_SIZE: 0x1c,
  /** u32: length of the last call's return data. Written by the host after a call or create. */
  RETURNDATA_SIZE: 0x20,
  /** u32: linear-memory address and length of the result of an exit. */
  RESULT_POINTER: 0x28,
  RESULT_LENGTH: 0x2c,
  /** u64: the guard's budget (runtime/host/guard), in its ticks. No contract writes it. */
  GUARD: 0x30,
  /** 32 bytes: a slot, an account, a block number, a salt, a beneficiary: the operand of an import. */
  KEY: 0x40,
  /** 32 bytes: the value to store, or an import's result. */
  VALUE: 0x60,
  /** Four numbers: the topics of a log. */
  TOPICS: 0x80,
  /** The callee of a call, its value (also a create's), and the requested gas (u64, saturated). */
  CALL_TO: 0x100,
  CALL_VALUE: 0x120,
  CALL_GAS: 0x140,
  /** The activation's part of the environment. */
  ADDRESS: 0x180,
  CALLER: 0x1a0,
  VALUE_SENT: 0x1c0,
  /** The transaction's part. */
  ORIGIN: 0x1e0,
  GAS_PRICE: 0x200,
  /** The block's part. */
  COINBASE: 0x220,
  CHAIN_ID: 0x240,
  BASE_FEE: 0x260,
  BLOB_BASE_FEE: 0x280,
  PREVRANDAO: 0x2a0,
  /** u64 each. */
  TIMESTAMP: 0x2c0,
  NUMBER: 0x2c8,
  BLOCK_GAS_LIMIT: 0x2d0,
} as const;

/** Area for the module's own temporaries; the host never looks at it. */
export const SCRATCH = 0x400;
export const SCRATCH_SIZE = 0x400;
/** Immutables: 32-byte numbers in the module's order. */
export const IMMUTABLES = 0x1000;
export const MAX_IMMUTABLES = 128;
/** The first bytes of the call data; the host keeps the bytes behind shorter call data zero, up to CALLDATA_WINDOW + 32. */
export const CALLDATA = 0x2000;
export const CALLDATA_WINDOW = 0x1000;
/** Static data of the kernels and linked library addresses. */
export const STATIC_DATA = 0x3040;
export const STATIC_DATA_SIZE = 0xfc0;
/** Address 0 of the abstract machine's memory. */
export const MACHINE_BASE = 0x4000;
/** The machine's memory that is usable (and free of charge) from the start. */
export const INITIAL_EXTENT = 0x1000;
/** The extent grows by multiples of this. */
export const EXTENT_STEP = 0x1000;
/** No address of the machine's memory at or beyond this can be touched: such an access is out of gas. */
export const MACHINE_LIMIT = 0x0400_0000 - MACHINE_BASE;
/** Pages of linear memory (64 KiB each). */
export const INITIAL_PAGES = 1;
export const MAX_PAGES = 1024;
/** Depth of internal calls among recursive functions within one activation. */
export const MAX_RECURSION = 1024;

/** What `call()` and `create()` return and what `exit` passes. */
export const STATUS = {
  /** Success; the result is the return data (in creation code: the code to install). */
  RETURN: 0,
  /** Effects undone; the result is the revert data; gas left is kept. */
  REVERT: 1,
  /** Creation only: install this module's runtime with the immutables area as it is. */
  DEPLOY: 2,
  /** Exceptional halt: effects undone, all gas used, no data. */
  INVALID: 3,
  /** As INVALID; the reason is that the gas, or memory within the limit, was exhausted. */
  OUT_OF_GAS: 4,
  /** As INVALID; internal recursion went deeper than MAX_RECURSION. */
  STACK_OVERFLOW: 5,
} as const;

/** First parameter of the import `call`. */
export const CALL_KIND = { CALL: 0, DELEGATECALL: 1, STATICCALL: 2 } as const;
/** First parameter of the import `create`. */
export const CREATE_KIND = { CREATE: 0, CREATE2: 1 } as const;

/** Code begins with these four bytes; 0xef cannot begin EVM code (EIP-3541). */
export const CODE_MAGIC: readonly number[] = [0xef, 0x53, 0x56, 0x4d];
export const CODE_VERSION = 1;
/** The byte behind magic and version. */
export const CODE_KIND = {
  /** u32 big-endian length, that many bytes of a WebAssembly module, then constructor arguments. */
  MODULE: 0,
  /** 32-byte identity of a module (creation code of a contract that the running code carries), then constructor arguments. */
  CREATION_REFERENCE: 1,
  /** 32-byte identity of a module, then its immutables as 32-byte big-endian words: an account's code. */
  RUNTIME_REFERENCE: 2,
} as const;
/** Magic, version and kind. */
export const CODE_PREFIX_SIZE = 6;
export const MODULE_HEADER_SIZE = CODE_PREFIX_SIZE + 4;
export const REFERENCE_SIZE = CODE_PREFIX_SIZE + 32;

/** Custom section, always the last, with the modules that a module can create. */
export const OBJECTS_SECTION = "supervm.objects";
/** The import module's name. */
export const HOST_MODULE = "supervm";
