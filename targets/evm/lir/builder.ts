/**
 * Builds low-level IR: appends opcodes to a block, folds constants, applies the identities that hold for every word, and
 * reuses an equal pure instruction of the same block. Also emulates opcodes that the fork lacks.
 */
import type { Span } from "../../../compiler/base/span.js";
import { hasOpcode, type Fork } from "../hardfork.js";
import { opcode } from "../asm/opcodes.js";
import { foldWords, simplify } from "./fold.js";
import { LFunc, type Edge, type LBlock, type LInst, type LTerm, type TrapKey, type Word } from "./lir.js";

export interface Effects {
  readonly reads?: number;
  readonly writes?: number;
}

/** The largest number of bits of an opcode's result, from its operands' bounds. */
function resultBits(name: string, bits: readonly number[]): number {
  const [a = 256, b = 256] = bits;
  switch (name) {
    case "ADD":
      return Math.min(256, Math.max(a, b) + 1);
    case "MUL":
      return Math.min(256, a + b);
    case "DIV":
      return a;
    case "MOD":
      return Math.min(a, b);
    case "AND":
      return Math.min(a, b);
    case "OR":
    case "XOR":
      return Math.max(a, b);
    case "LT":
    case "GT":
    case "SLT":
    case "SGT":
    case "EQ":
    case "ISZERO":
      return 1;
    case "BYTE":
      return 8;
    case "CLZ":
      return 9;
    case "SHR":
      return b;
    default:
      return 256;
  }
}

export class LirBuilder {
  block!: LBlock;
  span: Span | undefined;
  private cache = new Map<string, Word>();

  constructor(
    readonly func: LFunc,
    readonly fork: Fork,
  ) {}

  newBlock(paramBits: readonly number[] = []): LBlock {
    const block: LBlock = { id: this.func.blocks.length, params: paramBits.map((bits) => this.func.param(bits)), insts: [], term: { kind: "trap", trap: "invalid" } };
    this.func.blocks.push(block);
    return block;
  }

  at(block: LBlock): void {
    this.block = block;
    this.cache = new Map();
  }

  const(value: bigint | number): Word {
    return this.func.const(value);
  }

  bits(word: Word): number {
    return this.func.bits[word]!;
  }

  /** A pure opcode with one result. */
  op(name: string, ...args: Word[]): Word {
    const { func } = this;
    const constants = args.map((arg) => func.constantOf(arg));
    const folded = foldWords(name, constants);
    if (folded !== undefined) return func.const(folded);
    const simpler = simplify(this, name, args, constants);
    if (simpler !== undefined) return simpler;
    if (!hasOpcode(this.fork, name)) return this.emulate(name, args);
    const key = `${name} ${args.join(" ")}`;
    const known = this.cache.get(key);
    if (known !== undefined) return known;
    let bits = resultBits(
      name,
      args.map((arg) => func.bits[arg]!),
    );
    if (name === "SHR" && constants[0] !== undefined) bits = Math.max(0, bits - Number(constants[0] > 256n ? 256n : constants[0]));
    if (name === "SHL" && constants[0] !== undefined) bits = Math.min(256, func.bits[args[1]!]! + Number(constants[0] > 256n ? 256n : constants[0]));
    const word = this.append(name, args, {}, bits)!;
    this.cache.set(key, word);
    return word;
  }

  /** An opcode with declared effects; its result, if it has one. */
  effect(name: string, args: Word[], effects: Effects, bits = 256): Word {
    return this.append(name, args, effects, bits) ?? (-1 as Word);
  }

  private append(op: string, args: Word[], effects: Effects, bits: number): Word | undefined {
    const results: Word[] = [];
    const inst: LInst = { op, args, results, reads: effects.reads ?? 0, writes: effects.writes ?? 0, span: this.span };
    if (opcode(op).pushes > 0) results.push(this.func.newWord({ kind: "inst", inst, block: this.block.id }, bits));
    this.block.insts.push(inst);
    return results[0];
  }

  call(callee: string, args: Word[], resultBits: readonly number[], effects: Effects): Word[] {
    const results: Word[] = [];
    const inst: LInst = { op: "call", callee, args, results, reads: effects.reads ?? 0, writes: effects.writes ?? 0, span: this.span };
    for (const bits of resultBits) results.push(this.func.newWord({ kind: "inst", inst, block: this.block.id }, bits));
    this.block.insts.push(inst);
    return results;
  }

  /** Goes to a shared tail where `cond` is not zero. */
  trapIf(cond: Word, trap: TrapKey): void {
    const constant = this.func.constantOf(cond);
    if (constant === 0n) return;
    this.block.insts.push({ op: "trapif", args: [cond], results: [], reads: 0, writes: 0, trap, span: this.span });
  }

  terminate(term: LTerm): void {
    this.block.term = { ...term, span: this.span };
  }

  jump(to: LBlock, ...args: Word[]): void {
    this.terminate({ kind: "jump", to: { block: to.id, args } });
  }

  /** Both successors must have one predecessor each: selection splits other edges. */
  branch(cond: Word, then: LBlock, otherwise: LBlock): void {
    const edge = (block: LBlock): Edge => ({ block: block.id, args: [] });
    this.terminate({ kind: "branch", cond, then: edge(then), else: edge(otherwise) });
  }

  isZero(word: Word): Word {
    return this.op("ISZERO", word);
  }

  /** Clears all but the low `bits` bits, where they may be set. */
  mask(word: Word, bits: number): Word {
    return this.bits(word) <= bits ? word : this.op("AND", this.const((1n << BigInt(bits)) - 1n), word);
  }

  /** The two's complement word of an N-bit value, whose upper bits may be anything. */
  signed(word: Word, bits: number): Word {
    if (bits === 256 || this.bits(word) < bits) return word;
    if (bits === 1) return this.op("SUB", this.const(0), this.mask(word, 1));
    return this.op("SIGNEXTEND", this.const(bits / 8 - 1), word);
  }

  private emulate(name: string, args: Word[]): Word {
    const power = (): Word => this.op("EXP", this.const(2), args[0]!);
    switch (name) {
      // 2^k is 0 for k > 255, and a product with 0 and a division by 0 are both 0.
      case "SHL":
        return this.op("MUL", args[1]!, power());
      case "SHR":
        return this.op("DIV", args[1]!, power());
      case "SAR": {
        // Complement, shift, complement back where the number is negative.
        const sign = this.op("SUB", this.const(0), this.op("SLT", args[1]!, this.const(0)));
        return this.op("XOR", sign, this.op("DIV", this.op("XOR", sign, args[1]!), power()));
      }
      case "CLZ":
        return this.emulateClz(args[0]!);
      default:
        throw new Error(`'${name}' cannot be emulated`);
    }
  }

  /** Binary search for the highest set bit; 256 for 0. */
  private emulateClz(word: Word): Word {
    let log = this.const(0);
    for (let step = 7; step >= 0; step--) {
      const limit = this.const((1n << BigInt(1 << step)) - 1n);
      const above = this.op("LT", limit, this.op("SHR", log, word));
      log = this.op("OR", log, this.op("SHL", this.const(step), above));
    }
    return this.op("ADD", this.isZero(word), this.op("SUB", this.const(255), log));
  }
}
