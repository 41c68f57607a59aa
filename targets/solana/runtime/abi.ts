/**
 * The routines of the in-program runtime that generated code calls, and the functions of generated code that the runtime
 * calls. All are LIR functions; `base` is the running contract frame (see ../layout.ts) and always the first argument.
 *
 * A 256-bit value in registers is four values, least significant limb first (x0..x3); an address is three (a0..a2). `*Ptr`
 * is the absolute address of a quad (four little-endian limbs), usually in the caller's stack frame. `abs` marks absolute
 * addresses: generated code has checked machine ranges already and passes BASE + address.
 *
 * Where `traps` is true the first result is a status (STATUS of ../layout.ts): other than CONTINUE, the caller returns it at
 * once and the other results are undefined. A routine that must end the whole transaction (a missing account) logs the
 * reason and uses the syscall `abort`.
 */

export interface Routine {
  readonly name: string;
  /** Names of the arguments, for the reader. At most six. */
  readonly args: readonly string[];
  /** Results behind the status. */
  readonly results: readonly string[];
  readonly traps: boolean;
}

const quad = (name: string): string[] => [`${name}0`, `${name}1`, `${name}2`, `${name}3`];
const address = (name: string): string[] => [`${name}0`, `${name}1`, `${name}2`];

function routine(name: string, args: string[], results: string[], traps: boolean): Routine {
  return { name, args: ["base", ...args], results, traps };
}

/** Implemented by the runtime, called by generated code. */
export const RUNTIME = {
  storageLoad: routine("rt.storage_load", quad("slot"), quad("value"), false),
  /** Halts in a static frame. */
  storageStore: routine("rt.storage_store", [...quad("slot"), "valuePtr"], [], true),
  /** Address of the slot's quad, 0 where it has none yet. An address stays good for the transaction. */
  storageCell: routine("rt.storage_cell", quad("slot"), ["cell"], false),
  /** The same for a mapping's entry that is keyed (../slots.ts): a key below 2^160 and the mapping's slot below 2^32. */
  entryCell: routine("rt.entry_cell", [...address("key"), "mapping"], ["cell"], false),
  transientLoad: routine("rt.transient_load", quad("slot"), quad("value"), false),
  transientStore: routine("rt.transient_store", [...quad("slot"), "valuePtr"], [], true),
  /** Topics are words (big-endian) in the block at blockPtr, a LOG_BLOCK, which the routine may write to. Halts in a static frame. */
  log: routine("rt.log", ["dataAbs", "dataLength", "blockPtr", "topicCount"], [], true),
  /** argsPtr: the cells of CALL_ARGS. Sets RETURNDATA of the frame; success is 0 or 1. Halts for value in a static frame. */
  call: routine("rt.call", ["argsPtr"], ["success"], true),
  /** argsPtr: the cells of CREATE_ARGS. Sets RETURNDATA (revert data, else empty); the address is 0 on failure. */
  create: routine("rt.create", ["argsPtr"], address("created"), true),
  balance: routine("rt.balance", address("account"), quad("wei"), false),
  selfBalance: routine("rt.self_balance", [], quad("wei"), false),
  extcodeSize: routine("rt.extcode_size", address("account"), ["size"], false),
  extcodeHash: routine("rt.extcode_hash", address("account"), quad("hash"), false),
  /** Writes `length` bytes of the account's code from `offset` on to toAbs, zeros beyond the end. */
  extcodeCopy: routine("rt.extcode_copy", ["accountPtr", "toAbs", "offset", "length"], [], false),
  /** One of ENV as a 256-bit value. */
  env: routine("rt.env", ["which"], quad("value"), false),
  /** The argument is a block number below 2^64. */
  blockhash: routine("rt.blockhash", ["number"], quad("hash"), false),
  /** Sends the balance away (EIP-6780). Ends the frame: status RETURN with empty output, HALT in a static frame. */
  selfdestruct: routine("rt.selfdestruct", address("heir"), [], true),
} as const;

/** Block of rt.log: room for the head (LOG_HEAD of format.ts), up to four topics, room for short data behind the last of them. */
export const LOG_BLOCK = { TOPICS: 21, DATA_SIZE: 128, SIZE: 21 + 4 * 32 + 128 } as const;

/** Argument block of rt.call: byte offsets. Cells of 8 bytes except the quads. */
export const CALL_ARGS = {
  /** CALL_KIND. */
  kind: 0,
  inAbs: 8,
  inLength: 16,
  outAbs: 24,
  outLength: 32,
  /** Quads. `value` is 0 for kinds that carry none. */
  gas: 40,
  to: 72,
  value: 104,
  size: 136,
} as const;
export const CALL_KIND = { call: 0n, delegatecall: 1n, staticcall: 2n } as const;

/** Argument block of rt.create. `salt` counts for kind 1 (create2). */
export const CREATE_ARGS = { kind: 0, inAbs: 8, inLength: 16, value: 24, salt: 56, size: 88 } as const;
export const CREATE_KIND = { create: 0n, create2: 1n } as const;

/** Selectors of rt.env. */
export const ENV = {
  origin: 0n,
  gasprice: 1n,
  coinbase: 2n,
  timestamp: 3n,
  number: 4n,
  gaslimit: 5n,
  chainid: 6n,
  basefee: 7n,
  blobbasefee: 8n,
  prevrandao: 9n,
  gas: 10n,
} as const;

/** Implemented by the linker, called by the runtime. */
export const IMAGE = {
  /**
   * Runs a contract's code in the frame `base`, whose header the runtime has filled; kind 0 is creation code, 1 runtime code.
   * An id that is not in the image gives HALT.
   */
  run: { name: "image.run", args: ["base", "contractId", "kind"], results: [], traps: true },
  /**
   * found is 0 where the id is not in the image; then the others are 0. Counts of quads; the list has the libraries' numbers within the
   * image, two bytes each.
   */
  describe: { name: "image.describe", args: ["contractId"], results: ["found", "immutables", "libraries", "libraryList"], traps: false },
} as const satisfies Record<string, Routine>;

/** What the runtime of an image depends on. */
export interface RuntimeOptions {
  /** Precompiled contracts that the image carries as code (../kernels.ts). */
  readonly kernels: ReadonlySet<bigint>;
  /** Whether entries of mappings are keyed directly (../slots.ts); state accounts of the other kind are not recognised. */
  readonly keyedSlots: boolean;
}

/** Implemented by the runtime: the program's entry. One argument, the address of the serialised input; result 0 or an error code. */
export const ENTRY_POINT = "entrypoint";

/** Arithmetic routines of generated code that the runtime may use as well (defined in ../codegen/). Operands are quads in memory. */
export const ARITHMETIC = {
  /** (aPtr, bPtr) -> quotient (4 limbs); 0 for a zero divisor. */
  divU: "math.div_u",
  /** (aPtr, bPtr) -> remainder (4 limbs); 0 for a zero divisor. */
  remU: "math.rem_u",
  /** (aPtr, bPtr) -> low 256 bits of the product (4 limbs). */
  mul: "math.mul",
  /** (aPtr, bPtr, mPtr) -> a * b modulo m (4 limbs); 0 where m is 0. */
  mulmod: "math.mulmod",
} as const;
