/**
 * Register allocation over live intervals: intervals are taken in the order of their cost per position, each gets the
 * first machine register that is free over all its segments, preferring the one that saves a move; an interval that finds
 * none lives in the frame, and the instructions that use it are rewritten (spill.ts) and allocated again. It is the
 * linear-scan family with holes, ordered by priority rather than by start, because 256-bit code has far more values than
 * registers and the order decides which of them stay in registers.
 *
 * Ends: every round spills at least one interval that was not short-lived, and short-lived ones always fit (an instruction
 * needs at most two, ten registers exist).
 */
import { InternalError } from "../../../compiler/diagnostics/diagnostic.js";
import type { LirFunc, VReg } from "../lir/instruction.js";
import { removeDead } from "./cleanup.js";
import { computeIntervals, constantRegisters, intervalLength, type Interval, type IntervalTable } from "./intervals.js";
import { Occupancy } from "./occupancy.js";
import { rewriteSpills } from "./spill.js";

/** Where a virtual register lives: a machine register r0-r9 or a cell of the frame (number of the cell). */
export type Location = { readonly reg: number } | { readonly cell: number };

export interface Allocation {
  /** The function, with the instructions that move values between registers and cells. */
  readonly func: LirFunc;
  readonly locations: ReadonlyMap<VReg, Location>;
  /** 8-byte cells of the frame in use. */
  readonly cells: number;
}

const REGISTERS = 10;
const CALLER_SAVED = 6; // r0-r5 do not survive a call
/** Registers that survive calls come last, for the values that need them. */
const ORDER: readonly number[] = [5, 4, 3, 2, 1, 0, 6, 7, 8, 9];

/** Argument i travels in this register. */
export const argumentRegister = (i: number): number => (i < 5 ? i + 1 : 0);
/** Result i travels in this register. */
export const resultRegister = (i: number): number => i;

/**
 * Assigns a place to every register of a legalized function.
 *
 * @param registers how many machine registers may be used: r0 to r(registers - 1)
 */
export function allocate(func: LirFunc, registers = REGISTERS): Allocation {
  return tryAllocate(func, 8, registers) ?? tryAllocate(func, 0, registers) ?? fail(func);
}

function fail(func: LirFunc): never {
  throw new InternalError(`register allocation of '${func.name}' found no register for a short-lived value`);
}

function tryAllocate(original: LirFunc, window: number, registers: number): Allocation | undefined {
  let func = original;
  const inFrame = new Set<VReg>();
  const shortLived = new Set<VReg>();
  for (;;) {
    const table = computeIntervals(func);
    const round = new Round(func, table, shortLived, registers);
    if (!round.assign(inFrame)) return undefined;
    if (round.spilled.size === 0) {
      const cells = assignCells(table, inFrame, round.locations);
      return { func, locations: round.locations, cells };
    }
    const constants = constantRegisters(func);
    const spilled = new Set([...inFrame, ...round.spilled]);
    func = removeDead(rewriteSpills(func, { spilled, constants, window }, shortLived));
    for (const reg of round.spilled) if (!constants.has(reg)) inFrame.add(reg);
  }
}

class Round {
  readonly locations = new Map<VReg, Location>();
  readonly spilled = new Set<VReg>();
  private readonly registers = Array.from({ length: REGISTERS }, () => new Occupancy());
  private readonly hints = new Map<VReg, (VReg | { reg: number })[]>();

  constructor(
    func: LirFunc,
    private readonly table: IntervalTable,
    private readonly shortLived: ReadonlySet<VReg>,
    private readonly available: number,
  ) {
    const clobbers = table.calls.map((from) => ({ from, to: from + 1 }));
    for (let r = 0; r < CALLER_SAVED; r++) this.registers[r]!.take(clobbers);
    this.collectHints(func);
  }

  private hint(reg: VReg, wish: VReg | { reg: number }): void {
    const list = this.hints.get(reg);
    if (list) list.push(wish);
    else this.hints.set(reg, [wish]);
  }

  private collectHints(func: LirFunc): void {
    func.params.forEach((param, i) => this.hint(param, { reg: argumentRegister(i) }));
    for (const inst of func.insts) {
      if (inst.kind === "mov" && typeof inst.a !== "bigint") {
        this.hint(inst.dst, inst.a);
        this.hint(inst.a, inst.dst);
      } else if (inst.kind === "call" || inst.kind === "syscall") {
        inst.args.forEach((a, i) => typeof a !== "bigint" && this.hint(a, { reg: argumentRegister(i) }));
        const results = inst.kind === "call" ? inst.results : inst.result === undefined ? [] : [inst.result];
        results.forEach((r, i) => this.hint(r, { reg: resultRegister(i) }));
      } else if (inst.kind === "ret") {
        inst.values.forEach((v, i) => typeof v !== "bigint" && this.hint(v, { reg: resultRegister(i) }));
      }
    }
  }

  /** Gives registers to all intervals outside the frame; false where a short-lived one finds none. */
  assign(inFrame: ReadonlySet<VReg>): boolean {
    const queue: { interval: Interval; priority: number }[] = [];
    for (const interval of this.table.intervals) {
      if (!interval || inFrame.has(interval.reg)) continue;
      const priority = this.shortLived.has(interval.reg) ? Infinity : interval.cost / intervalLength(interval);
      queue.push({ interval, priority });
    }
    queue.sort((a, b) => (a.priority === b.priority ? a.interval.reg - b.interval.reg : b.priority - a.priority));
    for (const { interval } of queue) {
      const register = this.choose(interval);
      if (register !== undefined) {
        this.registers[register]!.take(interval.segments);
        this.locations.set(interval.reg, { reg: register });
      } else if (this.shortLived.has(interval.reg)) return false;
      else this.spilled.add(interval.reg);
    }
    return true;
  }

  private choose(interval: Interval): number | undefined {
    const free = (r: number): boolean => r < this.available && this.registers[r]!.isFree(interval.segments);
    for (const wish of this.hints.get(interval.reg) ?? []) {
      const location = typeof wish === "number" ? this.locations.get(wish) : wish;
      if (location !== undefined && "reg" in location && free(location.reg)) return location.reg;
    }
    return ORDER.find(free);
  }
}

/** Cells of the frame; registers that are never needed at the same time share one. */
function assignCells(table: IntervalTable, inFrame: ReadonlySet<VReg>, locations: Map<VReg, Location>): number {
  const cells: Occupancy[] = [];
  for (const interval of table.intervals) {
    if (!interval || !inFrame.has(interval.reg)) continue;
    let cell = cells.findIndex((c) => c.isFree(interval.segments));
    if (cell < 0) {
      cell = cells.length;
      cells.push(new Occupancy());
    }
    cells[cell]!.take(interval.segments);
    locations.set(interval.reg, { cell });
  }
  return cells.length;
}
