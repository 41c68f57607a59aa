/**
 * Loops whose number of rounds has a bound that their code shows, so that they can be paid before they run instead of in each round: the rounds
 * of a hash's permutation are such a loop, and what most hashing takes.
 *
 *   (loop (if (i32.lt_u (local.get $i) (i32.const 192))
 *           (then <straight code> (local.set $i (i32.add (local.get $i) (i32.const 8))) (br 1))))        192 / 8 = 24 rounds at most
 *
 * Safe: nothing else in it sets the counter or leaves the loop. A round needs counter < bound, and leaves the counter higher by the step without wrapping, so that
 * there are never more than bound / step rounds, wherever the counter begins.
 */
import { OP, readInstruction, TYPE, type Instruction } from "../wasm/instructions.js";
import { Reader } from "../wasm/reader.js";
import { instructionTicks } from "./prices.js";

/** Loops that would be paid with more than this pay for each round: they may end early. */
const MOST_TICKS = 2 ** 16;
/** Longer ones are not looked at twice. */
const MOST_INSTRUCTIONS = 2_000;
const MOST_BOUND = 2 ** 20;
const VOID_BLOCK = TYPE.VOID - 0x80;

const NOT_STRAIGHT = new Set<number>([OP.UNREACHABLE, OP.BLOCK, OP.LOOP, OP.IF, OP.ELSE, OP.END, OP.BR, OP.BR_IF, OP.BR_TABLE, OP.RETURN, OP.CALL, OP.MEMORY_GROW]);
const isStraight = (op: number): boolean => !NOT_STRAIGHT.has(op) && op >> 8 !== 0xfc;

/** Ticks of all rounds of the loop whose body begins at an offset; undefined where their number is not known. */
export function countedLoopTicks(code: Uint8Array, at: number): number | undefined {
  const reader = new Reader(code, at);
  const [counter, bound, compare, condition] = readSome(reader, 4);
  if (!counter || !bound || !compare || !condition) return undefined;
  if (counter.op !== OP.LOCAL_GET || bound.op !== OP.I32_CONST || compare.op !== OP.I32_LT_U || condition.op !== OP.IF || condition.immediate !== VOID_BLOCK) return undefined;
  const round = readRound(reader, counter.immediate);
  if (!round || bound.immediate <= 0 || bound.immediate > MOST_BOUND) return undefined;
  const head = [counter, bound, compare, condition].reduce((sum, { op }) => sum + instructionTicks(op), 0);
  const ticks = (Math.ceil(bound.immediate / round.step) + 1) * (head + round.ticks);
  return ticks <= MOST_TICKS ? ticks : undefined;
}

/** So many instructions, or fewer at the end of the code. */
function readSome(reader: Reader, count: number): Instruction[] {
  const list: Instruction[] = [];
  while (list.length < count && !reader.done) list.push(readInstruction(reader));
  return list;
}

/** The straight code up to the branch back, if it raises the counter by a constant at its end and nowhere else. */
function readRound(reader: Reader, counter: number): { readonly ticks: number; readonly step: number } | undefined {
  const last: Instruction[] = [];
  let ticks = 0;
  let settings = 0;
  for (let count = 0; count < MOST_INSTRUCTIONS && !reader.done; count++) {
    const instruction = readInstruction(reader);
    const { op, immediate } = instruction;
    ticks += instructionTicks(op);
    if (op === OP.BR) {
      const step = immediate === 1 && settings === 1 ? stepOf(last, counter) : undefined;
      const closed = readSome(reader, 2);
      return step !== undefined && closed.length === 2 && closed.every((end) => end.op === OP.END) ? { ticks, step } : undefined;
    }
    if (!isStraight(op)) return undefined;
    if ((op === OP.LOCAL_SET || op === OP.LOCAL_TEE) && immediate === counter) settings++;
    last.push(instruction);
    if (last.length > 4) last.shift();
  }
  return undefined;
}

/** `local.set $i (i32.add (local.get $i) (i32.const step))` */
function stepOf(last: readonly Instruction[], counter: number): number | undefined {
  const [get, constant, add, set] = last;
  if (get?.op !== OP.LOCAL_GET || constant?.op !== OP.I32_CONST || add?.op !== OP.I32_ADD || set?.op !== OP.LOCAL_SET) return undefined;
  if (get.immediate !== counter || set.immediate !== counter || constant.immediate <= 0 || constant.immediate > MOST_BOUND) return undefined;
  return constant.immediate;
}
