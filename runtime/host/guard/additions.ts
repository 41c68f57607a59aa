/**
 * The functions that the guard adds behind a module's own: entries that put the instance into its first state, stand-ins for imports and for instructions on
 * many bytes, and what ends an activation.
 *
 *   (export "call" (func $f))      ==>   (export "call" (func $entry)) with $entry: wipe memory, set globals, take the budget, call $f, give it back
 *   (import "supervm" "log" ...)   ==>   the same import, called by $log only: charge by topics and length, then log
 */
import { CELL, EXTENT_STEP, MACHINE_BASE, MAX_PAGES, MAX_RECURSION } from "../abi.js";
import { GAS } from "../gas-schedule.js";
import { join, sized, unsigned, vector } from "../wasm/encode.js";
import { OP, TYPE } from "../wasm/instructions.js";
import type { FunctionType } from "../wasm/sections.js";
import {
  call,
  globalGet,
  globalSet,
  i32,
  i64,
  load,
  localGet,
  localSet,
  localTee,
  MEMORY_COPY,
  MEMORY_FILL,
  MEMORY_GROW,
  MEMORY_SIZE,
  memoryInit,
  store,
  when,
  widened,
  zero,
  ZERO_VECTOR,
  type Emitted,
} from "./emit.js";
import { BULK_TICKS, TICKS_PER_GAS, type ImportRule } from "./prices.js";
import type { GlobalShape } from "./shape.js";
import { EXIT_CELLS, OPERAND_CELLS, SCRATCH_AREA, WIDEST_STORE } from "./writable.js";

/** Globals behind the module's own. */
export interface GuardGlobals {
  /** i64: ticks that are left. */
  readonly budget: number;
  /** i32: the highest offset in the machine's memory at which a store may have begun. */
  readonly limit: number;
  /** i32: how many calls of functions in circles may still nest. */
  readonly depth: number;
}

/** Exports by which the host learns after a trap whether it was the guard's: what is negative has been used up. The module's own exports are the ABI's only. */
export const GUARD_EXPORT = { BUDGET: "supervm:budget", DEPTH: "supervm:depth" } as const;

/** Compiled contracts count their recursion themselves and stop before this. */
const NESTED_CALLS = MAX_RECURSION + 16;
const PAGE = 0x1_0000;
const PAGE_SHIFT = 16;
const I32 = TYPE.I32;
const I64 = TYPE.I64;
/** A wipe that this much of memory is enough for everything. */
const ALL_MEMORY = MAX_PAGES * PAGE;

interface Added {
  readonly type: FunctionType;
  /** Types of the locals behind the parameters. */
  readonly locals: readonly number[];
  readonly code: readonly Emitted[];
}

const type = (params: readonly number[], results: readonly number[] = []): FunctionType => ({ params: Uint8Array.from(params), results: Uint8Array.from(results) });

/** The added functions: each is given its index before its code is written, since they call each other. */
export class Additions {
  private readonly added: (Added | undefined)[] = [];
  readonly take: number;
  readonly touch: number;
  readonly touchRange: number;
  readonly grow: number;
  readonly fill: number;
  readonly copy: number;
  private readonly inits = new Map<number, number>();

  constructor(
    /** Functions of the module, imports included. */
    private readonly functions: number,
    private readonly globals: GuardGlobals,
  ) {
    this.take = this.reserve();
    this.touch = this.reserve();
    this.touchRange = this.reserve();
    this.grow = this.reserve();
    this.fill = this.reserve();
    this.copy = this.reserve();
    this.put(this.take, type([I64]), [], this.takeCode());
    this.put(this.touch, type([I32]), [], this.touchCode());
    this.put(this.touchRange, type([I32, I32]), [I32], this.touchRangeCode());
    this.put(this.grow, type([I32], [I32]), [I32], this.growCode());
    this.put(this.fill, type([I32, I32, I32]), [], this.bulkCode(MEMORY_FILL));
    this.put(this.copy, type([I32, I32, I32]), [], this.bulkCode(MEMORY_COPY));
  }

  private reserve(): number {
    this.added.push(undefined);
    return this.functions + this.added.length - 1;
  }

  private put(index: number, functionType: FunctionType, locals: readonly number[], code: readonly Emitted[]): number {
    this.added[index - this.functions] = { type: functionType, locals, code };
    return index;
  }

  private add(functionType: FunctionType, code: readonly Emitted[]): number {
    return this.put(this.reserve(), functionType, [], code);
  }

  // ---- charges ---------------------------------------------------------------------------------------------------------

  /** Charges the ticks on the stack. */
  private takeCode(): Emitted[] {
    const { budget } = this.globals;
    return [globalGet(budget), localGet(0), [OP.I64_SUB], globalSet(budget), globalGet(budget), i64(0), [OP.I64_LT_S], when([OP.UNREACHABLE])];
  }

  // ---- where the module writes -----------------------------------------------------------------------------------------

  /** A store at an address that lies beyond `limit` or below the machine's memory, and not in the scratch area. */
  private touchCode(): Emitted[] {
    const { limit } = this.globals;
    return [
      [...localGet(0), ...i32(MACHINE_BASE), OP.I32_LT_U],
      // Below, nothing is the module's but what it may write without asking.
      when([OP.UNREACHABLE]),
      // In steps, so that a row of stores comes here seldom.
      [...localGet(0), ...i32(MACHINE_BASE), OP.I32_SUB, ...i32(EXTENT_STEP / 4 - 1), 0x72, ...globalSet(limit)],
    ];
  }

  /** A range that is written; its last byte counts like a store. Ranges outside memory trap when they are written, by the engine or by the host. */
  private touchRangeCode(): Emitted[] {
    const { limit } = this.globals;
    const { start, end } = SCRATCH_AREA;
    const [at, length, last] = [0, 1, 2];
    return [
      [...localGet(length), OP.I32_EQZ, ...when([OP.RETURN])],
      [...localGet(at), ...i32(MACHINE_BASE), OP.I32_LT_U],
      when(
        [...localGet(at), ...i32(start), OP.I32_LT_U, ...when([OP.UNREACHABLE])],
        [...i32(end), ...localGet(at), OP.I32_SUB, ...localGet(length), OP.I32_LT_U, ...when([OP.UNREACHABLE])],
        // Beyond the scratch area and below the machine's memory nothing is the module's.
        [...localGet(at), ...i32(end), OP.I32_GT_U, ...when([OP.UNREACHABLE])],
        [OP.RETURN],
      ),
      [...localGet(at), ...localGet(length), OP.I32_ADD, ...i32(1 + MACHINE_BASE), OP.I32_SUB, ...localSet(last)],
      // Where the sum wraps, or is more than any memory: everything.
      [...localGet(last), ...i32(ALL_MEMORY), OP.I32_GT_U, ...when(i32(ALL_MEMORY), localSet(last))],
      [...localGet(length), ...i32(ALL_MEMORY), OP.I32_GT_U, ...when(i32(ALL_MEMORY), localSet(last))],
      [...localGet(last), ...globalGet(limit), OP.I32_GT_U, ...when(localGet(last), globalSet(limit))],
    ];
  }

  // ---- instructions on many bytes --------------------------------------------------------------------------------------

  private bulkTicks(length: number): Emitted {
    return [...localGet(length), ...widened, ...i64(3), OP.I64_SHR_U, ...i64(BULK_TICKS), OP.I64_ADD, ...call(this.take)];
  }

  private bulkCode(instruction: Emitted): Emitted[] {
    return [this.bulkTicks(2), localGet(0), localGet(2), call(this.touchRange), localGet(0), localGet(1), localGet(2), instruction];
  }

  /** Stands in for memory.init of a segment. */
  init(segment: number): number {
    let index = this.inits.get(segment);
    if (index === undefined) {
      index = this.add(type([I32, I32, I32]), this.bulkCode(memoryInit(segment)));
      this.inits.set(segment, index);
    }
    return index;
  }

  /**
   * Growth costs what a compiled contract has paid at least when it needs so many pages: the schedule's price of the extent that all but
   * the last of them hold.
   */
  private growCode(): Emitted[] {
    const [pages, next] = [0, 1];
    return [
      [...MEMORY_SIZE, ...localGet(pages), OP.I32_ADD, ...localTee(next), ...i32(MAX_PAGES), OP.I32_GT_U],
      [...localGet(pages), ...i32(MAX_PAGES), OP.I32_GT_U, 0x72],
      when(i32(-1), [OP.RETURN]),
      extentTicks(localGet(next)),
      extentTicks(MEMORY_SIZE),
      [OP.I64_SUB, ...call(this.take)],
      [...localGet(pages), ...MEMORY_GROW],
    ];
  }

  // ---- stand-ins -------------------------------------------------------------------------------------------------------

  /** The import itself where nothing is known only when it runs. */
  standIn(index: number, rule: ImportRule): number {
    const { length, topics, writes, exchanges } = rule;
    if (!length && topics === undefined && !writes && exchanges !== true) return index;
    const code: Emitted[] = [];
    if (length) code.push([...localGet(length.parameter), ...widened, ...i64(Math.floor(length.gasPerByte * TICKS_PER_GAS)), OP.I64_MUL, ...call(this.take)]);
    if (topics !== undefined) code.push([...localGet(topics), ...i32(7), OP.I32_AND, ...widened, ...i64(GAS.LOG_TOPIC * TICKS_PER_GAS), OP.I64_MUL, ...call(this.take)]);
    if (writes) code.push(localGet(writes.at), writes.parameter === undefined ? i32(writes.bytes ?? 0) : localGet(writes.parameter), call(this.touchRange));
    if (exchanges === true) code.push(this.giveBudget());
    for (let i = 0; i < rule.parameters; i++) code.push(localGet(i));
    code.push(call(index));
    if (exchanges === true) code.push(this.takeBudget());
    return this.add(type(new Array<number>(rule.parameters).fill(I32), rule.result ? [I32] : []), code);
  }

  /** A function that can come back to itself, with a limit on how deep. */
  nested(index: number, functionType: FunctionType): number {
    const { depth } = this.globals;
    return this.add(functionType, [
      [...globalGet(depth), ...i32(1), OP.I32_SUB, ...globalSet(depth), ...globalGet(depth), ...i32(0), OP.I32_LT_S, ...when([OP.UNREACHABLE])],
      ...Array.from(functionType.params, (_, i) => localGet(i)),
      call(index),
      [...globalGet(depth), ...i32(1), OP.I32_ADD, ...globalSet(depth)],
    ]);
  }

  private giveBudget(): Emitted {
    return [...i32(CELL.GUARD), ...globalGet(this.globals.budget), ...store(OP.I64_STORE)];
  }

  private takeBudget(): Emitted {
    return [...i32(CELL.GUARD), ...load(OP.I64_LOAD), ...globalSet(this.globals.budget)];
  }

  /** The exported function in whose place a function of the module was. */
  entry(index: number, fixed: number, globals: readonly GlobalShape[]): number {
    const { limit, depth } = this.globals;
    const code: Emitted[] = [
      // The machine's memory, as far as the activation before may have written it.
      [...i32(MACHINE_BASE), ...i32(0)],
      this.wipeLength(),
      MEMORY_FILL,
      [...i32(fixed), ...globalSet(limit)],
      zero(SCRATCH_AREA.start, SCRATCH_AREA.end - SCRATCH_AREA.start + WIDEST_STORE),
      // By stores: faster than a call of the engine's function for so little.
      ...steps(OPERAND_CELLS.start, OPERAND_CELLS.end, 16).flatMap((at): Emitted[] => [i32(at), ZERO_VECTOR, store(OP.V128_STORE)]),
      // EXTENT alone, since CALLDATA_SIZE behind it is the host's; then all up to the guard's cell.
      [...i32(CELL.EXTENT), ...i32(0), ...store(OP.I32_STORE)],
      ...steps(CELL.RETURNDATA_SIZE, EXIT_CELLS.end, 8).flatMap((at): Emitted[] => [i32(at), i64(0), store(OP.I64_STORE)]),
      ...globals.flatMap(({ mutable, initial }, i): Emitted[] => (mutable ? [[...initial], globalSet(i)] : [])),
      [...i32(NESTED_CALLS), ...globalSet(depth)],
      this.takeBudget(),
      call(index),
      this.giveBudget(),
    ];
    return this.add(type([], [I32]), code);
  }

  /** The lesser of limit and the widest store, and what there is of memory behind MACHINE_BASE. */
  private wipeLength(): Emitted {
    const { limit } = this.globals;
    const reach: Emitted = [...globalGet(limit), ...i32(WIDEST_STORE), OP.I32_ADD];
    const size: Emitted = [...MEMORY_SIZE, ...i32(PAGE_SHIFT), OP.I32_SHL, ...i32(MACHINE_BASE), OP.I32_SUB];
    return [...reach, ...size, ...reach, ...size, OP.I32_LT_U, OP.SELECT];
  }

  /** The function types, indices and bodies, in the order of their indices. `types` is how many types the module has. */
  sections(types: number): { readonly types: Uint8Array[]; readonly functions: Uint8Array[]; readonly bodies: Uint8Array[] } {
    const all = this.added.map((f) => {
      if (!f) throw new Error("an added function has no code");
      return f;
    });
    return {
      types: all.map(({ type: { params, results } }) => join([[0x60], sized(params), sized(results)])),
      functions: all.map((_, i) => Uint8Array.from(unsigned(types + i))),
      bodies: all.map(({ locals, code }) => sized(join([vector(locals.map((t) => [1, t])), ...code, [OP.END]]))),
    };
  }
}

function steps(start: number, end: number, step: number): number[] {
  const list: number[] = [];
  for (let at = start; at < end; at += step) list.push(at);
  return list;
}

/** Ticks that growing to so many pages (an i32) costs in all. */
function extentTicks(pages: Emitted): Emitted {
  // Words of the extent in all pages but the last: (pages - 1) * 2,048 less what lies below and what is free.
  const words: Emitted = [...pages, ...i32(1), OP.I32_SUB, ...i32(PAGE_SHIFT - 5), OP.I32_SHL];
  const free = (MACHINE_BASE + EXTENT_STEP) / 32;
  const paid: Emitted = [...words, ...i32(free), OP.I32_SUB, ...i32(0), ...words, ...i32(free), OP.I32_GT_U, OP.SELECT, ...widened];
  return [
    ...[...paid, ...i64(GAS.MEMORY_GROWTH_WORD), OP.I64_MUL],
    ...[...paid, ...paid, OP.I64_MUL, ...i64(GAS.MEMORY_QUADRATIC), OP.I64_DIV_U],
    ...[OP.I64_ADD, ...i64(TICKS_PER_GAS), OP.I64_MUL],
  ];
}
