/**
 * What everything costs on SuperVM, in gas. The backend compiles the static part into the contract (one charge a group of basic
 * blocks, see docs/host-abi.md); the host charges only what is listed under `HOST_GAS`. Prices follow the EVM's where a source program
 * can depend on them (the 2,300 stipend must pay for a log and must not pay for a storage write); they do not depend on what the
 * transaction touched before, so that a price is known when a contract is compiled and parallel execution cannot change it.
 */

/** Charged by the contract's own code. */
export const GAS = {
  /** A block: at least this, so that every loop costs something. */
  BLOCK: 1,
  /** An ordinary instruction on values of at most 64 bits; wider ones cost it per 64-bit limb. */
  INSTRUCTION: 1,
  /** mul, div, rem of at most 64 bits, of at most 128 bits and of up to 256 bits. */
  MULTIPLY_64: 1,
  DIVIDE_64: 4,
  MULTIPLY_256: 5,
  DIVIDE_256: 10,
  MODULAR: 16,
  /** exp: base, and per byte of the exponent's significant length. */
  EXP: 10,
  EXP_BYTE: 50,
  INTERNAL_CALL: 4,
  /** A memory word, a call data word. */
  MEMORY_WORD: 3,
  /** mem.copy and its like: base, and per 32 bytes begun. */
  COPY: 3,
  COPY_WORD: 3,
  KECCAK: 30,
  KECCAK_WORD: 6,
  STORAGE_LOAD: 200,
  STORAGE_STORE: 2_900,
  TRANSIENT: 100,
  ENVIRONMENT: 2,
  BLOCK_HASH: 20,
  /** balance, extcode.*. */
  ACCOUNT: 100,
  LOG: 375,
  LOG_TOPIC: 375,
  LOG_BYTE: 8,
  CALL: 100,
  CALL_VALUE: 9_000,
  CREATE: 32_000,
  SELFDESTRUCT: 5_000,
  /** Machine memory of w 32-byte words beyond the initial extent costs MEMORY_GROWTH_WORD * w + w * w / MEMORY_QUADRATIC, as on the EVM. */
  MEMORY_GROWTH_WORD: 3,
  MEMORY_QUADRATIC: 512,
} as const;

/** Charged by the host. */
export const HOST_GAS = {
  /** Added to the callee's gas where a call carries value (not charged). */
  CALL_STIPEND: 2_300,
  /** Installing code: per byte of the account's code (a reference with its immutables, not the module). */
  CODE_DEPOSIT_BYTE: 200,
  /** Storing a module that the chain has not seen: per byte. */
  MODULE_BYTE: 16,
} as const;
