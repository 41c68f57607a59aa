/**
 * What the guard counts. A tick is about a quarter of a processor's cycle; a gas is worth TICKS_PER_GAS of them. That is more than twice what any gas buys in a
 * compiled contract (long hashes buy most), so that the budget of an activation never ends before its gas does, while a module that does not
 * meter itself ends after a bounded time.
 *
 * Imports count at the price that a compiled contract has paid before it asks, the schedule's (gas-schedule.ts), less IMPORT_REBATE of it, which leaves room
 * for what the contract does to ask.
 */
import { OP } from "../wasm/instructions.js";
import { accessesMemory } from "../wasm/instructions.js";
import { GAS } from "../gas-schedule.js";

/** A power of two, so that budgets in 64 bits convert exactly. */
export const TICKS_SHIFT = 11;
export const TICKS_PER_GAS = 2 ** TICKS_SHIFT;
/** Gas that the budget holds beyond the activation's: for what a contract does before its first charge. */
export const ALLOWANCE_GAS = 64;

/** Longest stretch that runs between two charges. */
export const STRETCH = 1024;
/** Less than this before a loop joins the charges of its rounds. */
export const NEGLIGIBLE = 16;
export const ENTRY_TICKS = 20;
/** Making a local: it is set to zero at entry. */
export const LOCAL_TICKS = 2;
export const CALL_TICKS = 20;
/** Leaving WebAssembly and coming back. */
export const IMPORT_TICKS = 200;
/** The part of an import's price that is not counted. */
const IMPORT_REBATE = 1 / 8;
/** memory.copy and its like, and for 8 bytes. */
export const BULK_TICKS = 40;

const DIVISIONS_32: readonly [number, number] = [0x6d, 0x70];
const DIVISIONS_64: readonly [number, number] = [0x7f, 0x82];
const TICKS: ReadonlyMap<number, number> = new Map<number, number>([
  [OP.END, 0],
  [OP.ELSE, 0],
  [OP.BLOCK, 0],
  [OP.LOOP, 0],
  // Operands: paid by what takes them.
  [OP.LOCAL_GET, 0],
  [OP.I32_CONST, 0],
  [OP.I64_CONST, 0],
  [OP.NOP, 1],
  [OP.UNREACHABLE, 1],
  [OP.DROP, 1],
  [OP.LOCAL_SET, 1],
  [OP.LOCAL_TEE, 1],
  [OP.BR_IF, 8],
  [OP.IF, 8],
  [OP.BR_TABLE, 24],
  [0x6c, 12],
  [OP.I64_MUL, 12],
]);
const ORDINARY = 4;
const LOAD = 24;
const STORE = 12;

const isStore = (op: number): boolean => (op >= OP.I32_STORE && op <= 0x3e) || op === OP.V128_STORE;

/** Ticks of an instruction that is no call. */
export function instructionTicks(op: number): number {
  const known = TICKS.get(op);
  if (known !== undefined) return known;
  if (op >= DIVISIONS_32[0] && op <= DIVISIONS_32[1]) return 100;
  if (op >= DIVISIONS_64[0] && op <= DIVISIONS_64[1]) return 160;
  if (accessesMemory(op)) return isStore(op) ? STORE : LOAD;
  return ORDINARY;
}

/** Ticks of an import's call, without what depends on its operands. */
export const importTicks = ({ gas }: ImportRule): number => IMPORT_TICKS + gas * (1 - IMPORT_REBATE) * TICKS_PER_GAS;

/** What an import is and costs. All parameters and results are i32. */
export interface ImportRule {
  readonly parameters: number;
  readonly result: boolean;
  /** In gas, known without looking at the operands. */
  readonly gas: number;
  /** The parameter that is a length, and the gas for each byte of it. */
  readonly length?: { readonly parameter: number; readonly gasPerByte: number };
  /** The parameter that is a number of topics. */
  readonly topics?: number;
  /** The host writes to memory: the parameter that says where, and the one that says how much, or how much it always is. */
  readonly writes?: { readonly at: number; readonly parameter?: number; readonly bytes?: number };
  /** What is left is shown to the host before, and taken from it afterwards. */
  readonly exchanges?: boolean;
}

const PER_COPIED_BYTE = GAS.COPY_WORD / 32;
const copies = (gas: number): ImportRule => ({
  parameters: 3,
  result: false,
  gas,
  length: { parameter: 2, gasPerByte: PER_COPIED_BYTE },
  writes: { at: 0, parameter: 2 },
});
const plain = (gas: number, result = false): ImportRule => ({ parameters: 0, result, gas });

/** Bytes that `object_reference` writes. */
const REFERENCE_BYTES = 38;

/** The imports of the host ABI. Where a compiled contract asks twice for one price (a size, then a copy) each has half of it. */
export const IMPORT_RULES: ReadonlyMap<string, ImportRule> = new Map<string, ImportRule>(
  Object.entries<ImportRule>({
    exit: { parameters: 1, result: false, gas: 0, exchanges: true },
    storage_load: plain(GAS.STORAGE_LOAD),
    storage_store: plain(GAS.STORAGE_STORE),
    transient_load: plain(GAS.TRANSIENT),
    transient_store: plain(GAS.TRANSIENT),
    // A word of call data beyond the window costs its copy only.
    calldata_copy: copies(0),
    returndata_copy: copies(0),
    code_size: plain(1, true),
    code_copy: copies(1),
    balance: plain(GAS.ACCOUNT),
    extcode_size: plain(GAS.ACCOUNT / 2, true),
    extcode_hash: plain(GAS.ACCOUNT),
    extcode_copy: copies(GAS.ACCOUNT / 2),
    blockhash: plain(GAS.BLOCK_HASH),
    blobhash: plain(1),
    log: { parameters: 3, result: false, gas: GAS.LOG, length: { parameter: 2, gasPerByte: GAS.LOG_BYTE }, topics: 0 },
    call: { parameters: 5, result: true, gas: GAS.CALL, writes: { at: 3, parameter: 4 }, exchanges: true },
    create: { parameters: 3, result: true, gas: GAS.CREATE, length: { parameter: 2, gasPerByte: PER_COPIED_BYTE }, exchanges: true },
    object_reference: { parameters: 3, result: false, gas: GAS.COPY / 3, writes: { at: 2, bytes: REFERENCE_BYTES } },
    selfdestruct: plain(GAS.SELFDESTRUCT),
  }),
);
