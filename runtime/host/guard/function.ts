/**
 * Rewrites one function so that what it does is counted and where it writes is known.
 *
 *   (loop ... (br_if 0 (c)))                ==>   (loop ... (c) <charge 57> (br_if 0))
 *   (call $f)                               ==>   <charge 410224> (call $f)              where $f is an import, with its price
 *   (i64.store offset=8 (a) (v))            ==>   (a) (v) <if a leaves what is wiped: call $touch> (i64.store offset=8)
 *   (memory.copy ...), (memory.grow ...)    ==>   (call $copy ...), (call $grow ...)
 *
 * Counting. Ticks (prices.ts) add up along the code; where ways join, the dearest counts. They are charged where control goes back to a loop, ahead of
 * an import, and wherever more than STRETCH have come together. What is left at the end of a function is charged by who called it, so that small
 * functions have no charge of their own. A loop that counts to a constant over straight code pays for all rounds before it (counted-loop.ts). A function that can come back to itself charges at its entry. So every loop and every recursion pays in each round, and
 * between two charges there is never more than a stretch for each function that is active.
 *
 * Safe: what is inserted leaves the operand stack as it was and uses locals and globals that the module does not have. Code that control cannot
 * reach is copied as it is.
 */
import { join, unsigned } from "../wasm/encode.js";
import { OP, readInstruction, TYPE, type Instruction } from "../wasm/instructions.js";
import { ModuleError, Reader } from "../wasm/reader.js";
import type { FunctionType } from "../wasm/sections.js";
import type { Body } from "./call-graph.js";
import { countedLoopTicks } from "./counted-loop.js";
import { call, globalGet, globalSet, i32, i64, localGet, localSet, localTee, when, type Emitted } from "./emit.js";
import { LIMITS } from "./limits.js";
import { Operands } from "./operands.js";
import { BULK_TICKS, CALL_TICKS, ENTRY_TICKS, instructionTicks, LOCAL_TICKS, NEGLIGIBLE, STRETCH } from "./prices.js";
import { isFixedWrite, SCRATCH_AREA } from "./writable.js";
import { MACHINE_BASE } from "../abi.js";

/** What a function needs to know of its module. */
export interface Surroundings {
  readonly types: readonly FunctionType[];
  readonly imported: number;
  /** Type index of any function. */
  typeOf(func: number): number;
  /** Ticks of an import's call, taken before it. */
  importTicks(func: number): number;
  /** What is called in the place of a function, by a function of the given circle. */
  calledAs(func: number): number;
  /** Ticks that a function leaves to its caller. */
  leftBy(func: number): number;
  /** Stands in for memory.copy and so on; of memory.init by its segment. */
  bulk(instruction: Instruction): number;
  readonly immutables: number;
  readonly grow: number;
  readonly touch: number;
  readonly budgetGlobal: number;
  readonly limitGlobal: number;
  /** Notes a store of the machine's memory at a fixed place. */
  noteFixed(offset: number): void;
}

interface Frame {
  readonly isLoop: boolean;
  /** Operands below the block's parameters. */
  readonly height: number;
  readonly params: number;
  readonly results: number;
  /** False: nothing in it can run. */
  readonly live: boolean;
  /** Of an `if`: ticks where it begins. */
  readonly ticksAtStart: number;
  /** An `if` whose `else` has not come. */
  hasOneArm: boolean;
  /** The most ticks with which control leaves it by a branch. */
  ticksAtEnd: number;
  /** A loop that was paid as a whole before it. */
  readonly isPrepaid: boolean;
}

/** Extra locals, by what they hold, counted from the first that is added. */
const EXTRA = { ADDRESS: 0, I32: 1, I64: 2, V128: 3 } as const;
const EXTRA_GROUPS: Emitted = [2, TYPE.I32, 1, TYPE.I64, 1, TYPE.V128];
const EXTRA_GROUP_COUNT = 3;

/** The type of the value that a store takes. */
function storedLocal(op: number): number {
  if (op === OP.V128_STORE) return EXTRA.V128;
  return op === OP.I32_STORE || op === 0x3a || op === 0x3b ? EXTRA.I32 : EXTRA.I64;
}

const STORE_SIZE: ReadonlyMap<number, number> = new Map([
  [0x36, 4],
  [0x37, 8],
  [0x3a, 1],
  [0x3b, 2],
  [0x3c, 1],
  [0x3d, 2],
  [0x3e, 4],
  [OP.V128_STORE, 16],
]);

class Rewriter {
  private readonly reader: Reader;
  private readonly parts: (Uint8Array | Emitted)[] = [];
  /** Where the code that is still to be copied begins. */
  private copied = 0;
  private readonly frames: Frame[] = [];
  private readonly operands = new Operands();
  private ticks: number;
  private live = true;
  /** Within a loop that was paid as a whole. */
  private isPrepaid = false;
  /** The first of the locals that are added. */
  private readonly extra: number;

  constructor(
    private readonly body: Body,
    type: FunctionType,
    inCircle: boolean,
    private readonly around: Surroundings,
  ) {
    this.reader = new Reader(body.code);
    this.extra = type.params.length + body.locals;
    this.frames.push({ isLoop: false, height: 0, params: 0, results: type.results.length, live: true, ticksAtStart: 0, hasOneArm: false, ticksAtEnd: 0, isPrepaid: false });
    this.ticks = ENTRY_TICKS + LOCAL_TICKS * this.extra;
    if (inCircle || this.ticks > STRETCH) this.charge(0);
  }

  run(): { readonly bytes: Uint8Array; readonly left: number } {
    const { reader } = this;
    let left = 0;
    while (this.frames.length > 0) {
      const at = reader.at;
      const instruction = readInstruction(reader);
      if (this.frames.length === 1 && instruction.op === OP.END) left = this.arrive(this.frames[0]!);
      this.step(instruction, at);
    }
    this.copyTo(reader.at);
    const { groups, groupCount } = this.body;
    return { bytes: join([unsigned(groupCount + EXTRA_GROUP_COUNT), groups, EXTRA_GROUPS, ...this.parts]), left };
  }

  // ---- output ----------------------------------------------------------------------------------------------------------

  private copyTo(at: number): void {
    if (at > this.copied) this.parts.push(this.body.code.subarray(this.copied, at));
    this.copied = at;
  }

  private insert(at: number, ...code: readonly Emitted[]): void {
    this.copyTo(at);
    this.parts.push(...code);
  }

  /** Puts code in the place of the instruction that was just read. */
  private replace(at: number, code: Emitted): void {
    this.insert(at, code);
    this.copied = this.reader.at;
  }

  /** Charges what has come together, ahead of the instruction at an offset. */
  private charge(at: number): void {
    const { budgetGlobal } = this.around;
    this.insert(
      at,
      [...globalGet(budgetGlobal), ...i64(this.ticks), OP.I64_SUB, ...globalSet(budgetGlobal)],
      [...globalGet(budgetGlobal), ...i64(0), OP.I64_LT_S, ...when([OP.UNREACHABLE])],
    );
    this.ticks = 0;
  }

  // ---- control ---------------------------------------------------------------------------------------------------------

  private step(instruction: Instruction, at: number): void {
    const { op } = instruction;
    if (this.live && !this.isPrepaid) this.ticks += instructionTicks(op);
    switch (op) {
      case OP.BLOCK:
      case OP.LOOP:
      case OP.IF:
        return this.open(instruction, at);
      case OP.ELSE:
        return this.turn();
      case OP.END:
        return this.close();
    }
    if (!this.live) return;
    switch (op) {
      case OP.BR:
        this.branch(instruction.immediate, at);
        return this.stop();
      case OP.BR_IF:
        this.branch(instruction.immediate, at);
        this.operands.follow(instruction);
        break;
      case OP.BR_TABLE:
        this.branchByTable(instruction.labels ?? [], at);
        return this.stop();
      case OP.RETURN:
        this.leaveTo(this.frames[0]!);
        return this.stop();
      case OP.UNREACHABLE:
        return this.stop();
      default:
        this.straight(instruction, at);
    }
    if (this.ticks > STRETCH) this.charge(this.reader.at);
  }

  private open({ op, immediate }: Instruction, at: number): void {
    const { operands } = this;
    if (this.frames.length > LIMITS.NESTING) throw new ModuleError(`a function of the module nests more than ${LIMITS.NESTING} blocks`);
    const isPrepaid = op === OP.LOOP && this.live && this.prepay();
    if (op === OP.LOOP && this.live && this.ticks > NEGLIGIBLE) this.charge(at);
    if (isPrepaid) this.isPrepaid = true;
    if (op === OP.IF && this.live) operands.pop(1);
    const type = immediate >= 0 ? this.around.types[immediate] : undefined;
    const params = type ? type.params.length : 0;
    const results = type ? type.results.length : immediate === TYPE.VOID - 0x80 ? 0 : 1;
    if (immediate < 0) requireBlockType(immediate);
    const height = operands.height - (this.live ? params : 0);
    this.frames.push({ isLoop: op === OP.LOOP, height, params, results, live: this.live, ticksAtStart: this.ticks, hasOneArm: op === OP.IF, ticksAtEnd: 0, isPrepaid });
    // A loop's parameters differ from round to round.
    if (this.live) this.restore(height, params);
  }

  /** Adds what all rounds of the loop that begins here can cost, if that is known; false where each round pays for itself. */
  private prepay(): boolean {
    const ticks = this.isPrepaid ? undefined : countedLoopTicks(this.body.code, this.reader.at);
    if (ticks === undefined) return false;
    this.ticks += ticks;
    return true;
  }

  /** Operands at the start of an arm or behind a block: their values are not followed across. */
  private restore(height: number, count: number): void {
    this.operands.resetTo(height);
    this.operands.push(count);
  }

  private turn(): void {
    const frame = this.target(0);
    if (this.live) this.leaveTo(frame);
    frame.hasOneArm = false;
    this.live = frame.live;
    this.ticks = frame.ticksAtStart;
    if (frame.live) this.restore(frame.height, frame.params);
  }

  /** The most ticks with which control comes to the end of a block. */
  private arrive(frame: Frame): number {
    return Math.max(this.live ? this.ticks : 0, frame.ticksAtEnd, frame.hasOneArm ? frame.ticksAtStart : 0);
  }

  private close(): void {
    const frame = this.frames.pop()!;
    // True of every valid module whose instructions are followed rightly: constants would be taken for others otherwise.
    if (this.live && this.operands.height !== frame.height + frame.results) throw new ModuleError("the operands of a function of the module cannot be followed");
    this.ticks = this.arrive(frame);
    this.live = frame.live;
    if (frame.isPrepaid) this.isPrepaid = false;
    if (frame.live) this.restore(frame.height, frame.results);
  }

  private stop(): void {
    this.live = false;
  }

  private leaveTo(frame: Frame): void {
    frame.ticksAtEnd = Math.max(frame.ticksAtEnd, this.ticks);
  }

  private target(label: number): Frame {
    return this.frames[this.frames.length - 1 - label]!;
  }

  private branch(label: number, at: number): void {
    const frame = this.target(label);
    if (frame.isPrepaid) return;
    if (frame.isLoop) this.charge(at);
    else this.leaveTo(frame);
  }

  private branchByTable(labels: readonly number[], at: number): void {
    if (labels.length > LIMITS.LABELS) throw new ModuleError(`a br_table of the module has ${labels.length} labels; at most ${LIMITS.LABELS} are allowed`);
    if (labels.some((label) => this.target(label).isLoop)) this.charge(at);
    for (const label of labels) if (!this.target(label).isLoop) this.leaveTo(this.target(label));
  }

  // ---- the rest --------------------------------------------------------------------------------------------------------

  private straight(instruction: Instruction, at: number): void {
    const { op } = instruction;
    if (op === OP.CALL) return this.call(instruction.immediate, at);
    if (op === OP.MEMORY_GROW) this.replace(at, call(this.around.grow));
    else if (op >> 8 === 0xfc) this.bulk(instruction, at);
    else if (STORE_SIZE.has(op)) this.store(instruction, at);
    this.operands.follow(instruction);
  }

  /** Wiping a fixed place needs no stand-in. */
  private bulk(instruction: Instruction, at: number): void {
    const [to, size] = [this.operands.constantAt(2), this.operands.constantAt(0)];
    const isFixed = instruction.op === OP.MEMORY_FILL && to !== undefined && size !== undefined && size > 0 && isFixedWrite(to, size, 0) && to < MACHINE_BASE;
    if (isFixed) this.ticks += BULK_TICKS + (size >> 3);
    else this.replace(at, call(this.around.bulk(instruction)));
  }

  private call(func: number, at: number): void {
    const { around } = this;
    if (func < around.imported) {
      this.ticks += around.importTicks(func);
      this.charge(at);
    } else this.ticks += CALL_TICKS + around.leftBy(func);
    const { params, results } = around.types[around.typeOf(func)]!;
    const other = around.calledAs(func);
    if (other !== func) this.replace(at, call(other));
    this.operands.pop(params.length);
    this.operands.push(results.length);
  }

  /** Stores to fixed places that every activation finds wiped need nothing; others say where they go. */
  private store({ op, offset }: Instruction, at: number): void {
    const { around, extra } = this;
    const address = this.operands.constantAt(1);
    if (address !== undefined) {
      const place = (address >>> 0) + offset;
      if (isFixedWrite(place, STORE_SIZE.get(op)!, around.immutables)) {
        if (place >= MACHINE_BASE) around.noteFixed(place - MACHINE_BASE);
        return;
      }
    }
    const value = extra + storedLocal(op);
    const where = extra + EXTRA.ADDRESS;
    this.insert(
      at,
      [...localSet(value), ...localTee(where), ...i32(offset - MACHINE_BASE), OP.I32_ADD, ...globalGet(around.limitGlobal), OP.I32_GT_U],
      // The scratch area is wiped always; hashing writes there.
      when(
        [...localGet(where), ...i32(offset - SCRATCH_AREA.start), OP.I32_ADD, ...i32(SCRATCH_AREA.end - SCRATCH_AREA.start), OP.I32_GE_U],
        when([...localGet(where), ...i32(offset), OP.I32_ADD], call(around.touch)),
      ),
      [...localGet(where), ...localGet(value)],
    );
    // The store itself follows, as it is.
  }
}

/** Block types with one result are those of the value types. */
function requireBlockType(type: number): void {
  const byte = type + 0x80;
  if (byte !== TYPE.VOID && byte !== TYPE.I32 && byte !== TYPE.I64 && byte !== TYPE.V128)
    throw new ModuleError(`the value type 0x${byte.toString(16)} is not available to contracts`);
}

/** The rewritten body, and the ticks that its caller has to charge for it. Throws ModuleError. */
export function rewriteFunction(body: Body, type: FunctionType, inCircle: boolean, around: Surroundings): { readonly bytes: Uint8Array; readonly left: number } {
  return new Rewriter(body, type, inCircle, around).run();
}
