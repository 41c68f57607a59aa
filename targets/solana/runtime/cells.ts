/**
 * Small LIR idioms of the runtime: quads (256-bit values as four little-endian limbs), 20-byte addresses, the runtime's
 * globals and its account records.
 */
import type { LirBuilder, SlotBase } from "../lir/builder.js";
import type { Operand, VReg } from "../lir/instruction.js";
import { FRAME, GLOBAL, HEAP } from "../layout.js";

/** The runtime's globals: offsets from HEAP. Zero when the program starts. */
export const RT = {
  /** Absolute address of the program id's 32 bytes. */
  PROGRAM_ID: GLOBAL.RUNTIME,
  /** Absolute address of the first account record, and their number. */
  RECORDS: GLOBAL.RUNTIME + 0x08,
  RECORD_COUNT: GLOBAL.RUNTIME + 0x10,
  /** Serialised account (see ACCOUNT) of the sender, the payer and the system program. */
  SENDER: GLOBAL.RUNTIME + 0x18,
  PAYER: GLOBAL.RUNTIME + 0x20,
  SYSTEM: GLOBAL.RUNTIME + 0x28,
  /** Newest journal entry, and entries for reuse. */
  JOURNAL: GLOBAL.RUNTIME + 0x30,
  JOURNAL_FREE: GLOBAL.RUNTIME + 0x38,
  /** Newest buffered log. */
  LOGS: GLOBAL.RUNTIME + 0x40,
  /** Contract frames below the outermost: 0 in the outermost. */
  DEPTH: GLOBAL.RUNTIME + 0x48,
  /** Lamports a byte of rent-exempt minimum. */
  RENT_PER_BYTE: GLOBAL.RUNTIME + 0x50,
  /** Sender's address, a quad. */
  ORIGIN: GLOBAL.RUNTIME + 0x58,
  /** Clock sysvar (40 bytes), read once; CLOCK_READ is 1 then. */
  CLOCK: GLOBAL.RUNTIME + 0x78,
  CLOCK_READ: GLOBAL.RUNTIME + 0xa0,
  /** Free byte buffers by size class: class i holds 64 << i bytes. */
  BUFFERS: GLOBAL.RUNTIME + 0xa8,
  BUFFER_CLASSES: 14,
  /** Heads of the transient storage's 64 chains. */
  TRANSIENT: GLOBAL.RUNTIME + 0x118,
  TRANSIENT_CHAINS: 64,
  /** Scratch of leaf routines, not preserved over calls. */
  SCRATCH: GLOBAL.RUNTIME + 0x318,
  SCRATCH_SIZE: 0x200,
  /** Address and number of the instruction's claims. */
  CLAIMS: GLOBAL.RUNTIME + 0x528,
  CLAIM_COUNT: GLOBAL.RUNTIME + 0x530,
  /** Number of the instruction's accounts. */
  ACCOUNT_COUNT: GLOBAL.RUNTIME + 0x538,
  /** Workspace of the modular exponentiation: address and bytes. */
  WORKSPACE: GLOBAL.RUNTIME + 0x518,
  WORKSPACE_SIZE: GLOBAL.RUNTIME + 0x520,
} as const;

/** A serialised account of the program's input: offsets from its duplicate marker. */
export const ACCOUNT = { SIGNER: 1, WRITABLE: 2, KEY: 8, OWNER: 40, LAMPORTS: 72, LENGTH: 80, DATA: 88 } as const;

/** An account that has a 20-byte address, for the length of the transaction. */
export const RECORD = {
  /** The serialised account. */
  ACCOUNT: 0,
  /** The address as a quad. */
  ADDRESS: 8,
  /** KIND. */
  KIND: 40,
  /** Lamports that do not count as balance. */
  RESERVE: 48,
  /** Bump seed of the program-derived address; only where the account has no contract yet. */
  BUMP: 56,
  /** Length of the data when the instruction began. */
  ORIGINAL_LENGTH: 64,
  /** 1 where the instance was created in this transaction (EIP-6780). */
  CREATED: 72,
  /** 1 where it self-destructed too. */
  DESTROYED: 80,
  /** 1 where lamports were changed directly, so that a cross-program call must name the account. */
  DIRTY: 88,
  SIZE: 96,
} as const;
export const KIND = {
  /** Someone's key: no code ever. */
  KEY: 1n,
  /** The program-derived account of an address without a contract. */
  VACANT: 2n,
  /** An instance of a contract of this image. */
  INSTANCE: 3n,
} as const;

/** The runtime's own cells of a frame header (offsets from BASE). */
export const OWN = {
  /** Record of the account whose storage the frame uses. */
  RECORD: FRAME.RUNTIME - 8,
  /** Journal and log heads when the frame began. */
  JOURNAL_MARK: FRAME.RUNTIME - 16,
  LOG_MARK: FRAME.RUNTIME - 24,
  /** Buffer that holds RETURNDATA, and its size class plus 1; 0 for none. */
  BUFFER: FRAME.RUNTIME - 32,
  BUFFER_CLASS: FRAME.RUNTIME - 40,
} as const;

export type Quad = readonly [VReg, VReg, VReg, VReg];
export type OperandQuad = readonly [Operand, Operand, Operand, Operand];
export const ZERO_QUAD: OperandQuad = [0n, 0n, 0n, 0n];

export function loadQuad(f: LirBuilder, base: VReg | SlotBase, offset = 0): Quad {
  return [f.load(8, base, offset), f.load(8, base, offset + 8), f.load(8, base, offset + 16), f.load(8, base, offset + 24)];
}

export function storeQuad(f: LirBuilder, base: VReg | SlotBase, offset: number, quad: readonly Operand[]): void {
  for (let i = 0; i < 4; i++) f.store(8, base, offset + 8 * i, quad[i] ?? 0n);
}

export function copyQuad(f: LirBuilder, to: VReg, toOffset: number, from: VReg, fromOffset: number): void {
  storeQuad(f, to, toOffset, loadQuad(f, from, fromOffset));
}

/** The heap's start in a register, for accesses of globals. */
export const globals = (f: LirBuilder): VReg => f.copy(HEAP);
export const loadGlobal = (f: LirBuilder, offset: number): VReg => f.load(8, globals(f), offset);
export const storeGlobal = (f: LirBuilder, offset: number, a: Operand): void => f.store(8, globals(f), offset, a);

/** The three limbs of 20 big-endian bytes. */
export function loadAddress20(f: LirBuilder, base: VReg | SlotBase, offset: number): [VReg, VReg, VReg] {
  return [f.swap(64, f.load(8, base, offset + 12)), f.swap(64, f.load(8, base, offset + 4)), f.swap(32, f.load(4, base, offset))];
}

export function storeAddress20(f: LirBuilder, base: VReg | SlotBase, offset: number, limbs: readonly [VReg, VReg, VReg]): void {
  f.store(4, base, offset, f.swap(32, limbs[2]));
  f.store(8, base, offset + 4, f.swap(64, limbs[1]));
  f.store(8, base, offset + 12, f.swap(64, limbs[0]));
}

/** A quad as a 32-byte big-endian word, and back. */
export function storeWord(f: LirBuilder, base: VReg | SlotBase, offset: number, quad: readonly VReg[]): void {
  for (let i = 0; i < 4; i++) f.store(8, base, offset + 24 - 8 * i, f.swap(64, quad[i]!));
}
export function loadWord(f: LirBuilder, base: VReg | SlotBase, offset = 0): Quad {
  const limb = (i: number): VReg => f.swap(64, f.load(8, base, offset + 24 - 8 * i));
  return [limb(0), limb(1), limb(2), limb(3)];
}

/** sol_keccak256 (or sol_sha256) of one byte range into `out` (32 bytes). */
export function hash(f: LirBuilder, syscall: string, at: Operand, size: Operand, out: Operand): void {
  const slice = { slot: f.slot(16) };
  f.store(8, slice, 0, at);
  f.store(8, slice, 8, size);
  f.syscall(syscall, [f.slotAddr(slice.slot), 1n, out]);
}
