/**
 * The image's memory layout, shared by generated code and the in-program runtime.
 *
 *   HEAP              globals (GLOBALS_SIZE bytes; zero when the program starts)
 *   + GLOBALS_SIZE    outermost contract frame: [frame header][machine memory ->
 *                     inner contract frame, above the outer one's memory: [frame header][machine memory ->
 *                     ... free ...
 *   heap limit   <-   runtime data (journal, logs, transient storage) grows downwards to the cell HEAP_LIMIT
 *
 * A contract frame is named by the address of its machine memory's byte 0, its BASE: machine address a is BASE + a. The
 * frame header lies directly below BASE, so that its cells are reached with one load from BASE. BASE is the first argument of
 * every generated function and of every runtime routine.
 */

/** Start of the heap region of the Solana virtual machine. */
export const HEAP = 0x3_0000_0000n;
/** Bytes of heap that the client requests for every transaction; the program traps where it got less and needs more. */
export const HEAP_SIZE = 256 * 1024;

/** Globals: the first part of the heap. Offsets from HEAP. */
export const GLOBALS_SIZE = 16_384;
export const GLOBAL = {
  /** Absolute address of the first byte that the runtime uses at the heap's top; machine memory must stay below. */
  HEAP_LIMIT: 0,
  /** BASE of the running contract frame. */
  CURRENT_BASE: 8,
  /** Bytes in use of the spill stack. */
  SPILL_USED: 16,
  /** Arguments and results of generated functions beyond the sixth, written before and read directly after a call. */
  ARGUMENTS: 0x100,
  ARGUMENTS_SIZE: 0x700,
  /** Scratch of generated code: panic data, keccak inputs. Not preserved over any call. */
  SCRATCH: 0x800,
  SCRATCH_SIZE: 0x100,
  /** The runtime's own globals from here to SPILL_STACK. */
  RUNTIME: 0x900,
  /** Frames of functions that need more than the 4,096 bytes of an sBPF frame. */
  SPILL_STACK: 0x1000,
  SPILL_STACK_SIZE: 0x2800,
  /** Addresses of the instruction's serialised accounts, at most 256. */
  ACCOUNT_TABLE: 0x3800,
  ACCOUNT_TABLE_SIZE: 0x800,
} as const;

/**
 * Frame header: byte offsets from BASE, all negative. Cells are 8 bytes; quads are four 64-bit limbs, least significant first.
 * "Absolute" means a virtual machine address, as opposed to a machine (contract memory) address.
 */
export const FRAME_HEADER_SIZE = 512;
export const FRAME = {
  /** Bytes of machine memory touched so far, a multiple of 32 (MSIZE). The range [0, TOUCHED) is below HEAP_LIMIT. */
  TOUCHED: -8,
  /** BASE of the calling contract frame; 0 for the outermost. */
  PARENT: -16,
  /** Call data (in creation frames the constructor arguments): absolute address and length. */
  CALLDATA: -24,
  CALLDATA_SIZE: -32,
  /** Return data of the last external call: absolute address and length. Preserved until the next external call of this frame. */
  RETURNDATA: -40,
  RETURNDATA_SIZE: -48,
  /** Written by the frame's end: return or revert data (absolute address, length). Read by the runtime after the entry returned. */
  OUTPUT: -56,
  OUTPUT_SIZE: -64,
  /** FLAG_STATIC, FLAG_CREATION. */
  FLAGS: -72,
  /** Contract id (code of this frame) within the image: which code runs. */
  CODE_ID: -80,
  /** Absolute address of the code's immutables: quad i at + 32 * i. In a creation frame a zeroed, writable area. */
  IMMUTABLES: -88,
  /** Absolute address of the code's linked library addresses: quad i at + 32 * i, in the order of the contract's `libraries`. */
  LIBRARIES: -96,
  /** Quads. */
  ADDRESS: -128,
  CALLER: -160,
  VALUE: -192,
  /** From here down to -FRAME_HEADER_SIZE: the runtime's own cells. */
  RUNTIME: -256,
} as const;

export const FLAG_STATIC = 1n;
export const FLAG_CREATION = 2n;

/** Status of a contract frame or of a function that may end it: r0 of every routine and function that "traps". */
export const STATUS = {
  /** The function returned normally; the frame goes on. */
  CONTINUE: 0n,
  /** The frame ended with success: OUTPUT holds the return data. */
  RETURN: 1n,
  /** The frame reverted: OUTPUT holds the revert data. */
  REVERT: 2n,
  /** Exceptional halt (invalid instruction, out of memory, write in a static call): effects undone, no data. */
  HALT: 3n,
  /** A creation frame ended with success: install the module's runtime code with the immutables. */
  DEPLOY: 4n,
} as const;

/**
 * What stands for a contract's code. Creation references are what `object.copy` writes and `ext.create` reads (constructor
 * arguments follow); runtime references are what `code.copy` and `extcode.copy` give. 32 bytes: 24 of the tag, then the
 * contract id as 8 big-endian bytes.
 */
export const REFERENCE_SIZE = 32;
export const CREATION_TAG = "supervm:solana:creation1";
export const RUNTIME_TAG = "supervm:solana:runtime01";
