/**
 * The IR's data structures: a module is one contract; functions are graphs of basic blocks in SSA form with block
 * parameters in place of phi nodes.
 */
import type { BlockId, LocalId, ValueId } from "../base/ids.js";
import type { Span } from "../base/span.js";
import type { Type } from "./ops.js";

export type { BlockId, LocalId, ValueId } from "../base/ids.js";

/** A successor with the arguments for its block parameters. */
export interface Target {
  block: BlockId;
  args: ValueId[];
}

/** Immediates beyond the operands; which of them an instruction has, its table row says. */
export interface Immediates {
  /** const: the value, in [0, 2^N). */
  int?: bigint;
  /** panic: the code. */
  code?: number;
  local?: LocalId;
  /** call: the callee's name. */
  func?: string;
  /** data.copy: the segment's name. */
  data?: string;
  /** object.*: the contract's full name, `source.sol:Name`. */
  object?: string;
  /** immutable.*: the immutable's name. */
  immutable?: string;
  /** library.address: the library's full name, `source.sol:Name`. */
  library?: string;
}

export interface Inst {
  op: string;
  args: ValueId[];
  results: ValueId[];
  imm: Immediates;
  /** Terminators only: successors, for switch one per case and then the default. */
  targets: Target[];
  /** switch only: the case values, in the order of the targets. */
  cases?: bigint[];
  span?: Span;
}

export interface Block {
  readonly id: BlockId;
  params: ValueId[];
  /** All instructions; the last is the terminator. */
  insts: Inst[];
}

export interface Local {
  name: string;
  type: Type;
}

export class Func {
  readonly params: ValueId[] = [];
  /** Blocks in layout order; the first is the entry and has no predecessors and no parameters (function parameters are `params`). */
  blocks: Block[] = [];
  /** Type of each value, by id. */
  readonly valueTypes: Type[] = [];
  /** Local variables before mem2reg, zero-initialised, by id. */
  locals: Local[] = [];
  private nextBlock = 0;
  /** Inlining advice of a frontend. */
  inline: "auto" | "always" | "never" = "auto";
  span?: Span;

  constructor(
    readonly name: string,
    paramTypes: readonly Type[],
    readonly resultTypes: readonly Type[],
  ) {
    for (const type of paramTypes) this.params.push(this.newValue(type));
  }

  get paramTypes(): Type[] {
    return this.params.map((p) => this.typeOf(p));
  }

  get entry(): Block {
    return this.blocks[0]!;
  }

  newValue(type: Type): ValueId {
    this.valueTypes.push(type);
    return (this.valueTypes.length - 1) as ValueId;
  }

  typeOf(value: ValueId): Type {
    return this.valueTypes[value]!;
  }

  /** A new block, not yet in the layout. */
  createBlock(paramTypes: readonly Type[] = []): Block {
    return { id: this.nextBlock++ as BlockId, params: paramTypes.map((t) => this.newValue(t)), insts: [] };
  }

  /** A new block at the end of the layout. */
  addBlock(paramTypes: readonly Type[] = []): Block {
    const block = this.createBlock(paramTypes);
    this.blocks.push(block);
    return block;
  }

  /** One more than the largest block id in use: the size of arrays indexed by block id. */
  get blockIdLimit(): number {
    return this.nextBlock;
  }

  /** Used by the text parser, which reads explicit ids. */
  reserveBlockId(limit: number): void {
    this.nextBlock = Math.max(this.nextBlock, limit);
  }

  newLocal(name: string, type: Type): LocalId {
    this.locals.push({ name, type });
    return (this.locals.length - 1) as LocalId;
  }
}

/** The terminator of a finished block. */
export function terminator(block: Block): Inst {
  return block.insts[block.insts.length - 1]!;
}

/** One word that is set by the constructor and then part of the code. */
export interface Immutable {
  name: string;
  /** Type of the source-level variable, for tools. */
  sourceType?: string;
  /** The declaration's id, for `immutableReferences`. */
  astId?: number;
}

/** One contract (or library), ready for a backend. */
export class Module {
  readonly funcs = new Map<string, Func>();
  readonly data = new Map<string, Uint8Array>();
  readonly immutables: Immutable[] = [];
  /** Entry of the creation code (no parameters, no results); constructor arguments: see `constructorArgs` below. */
  creation = "creation";
  /** Entry of the runtime code (no parameters, no results). */
  runtime = "runtime";
  /** "contract" | "library": a library's runtime code may be linked and delegate-called. */
  kind: "contract" | "library" = "contract";

  /**
   * @param name full name, `source.sol:Name`.
   * In creation code, `calldata.size`, `calldata.load` and `calldata.copy` read the ABI-encoded constructor arguments
   * (on the EVM the backend maps them to the tail of the creation code).
   */
  constructor(readonly name: string) {}

  addFunc(func: Func): Func {
    this.funcs.set(func.name, func);
    return func;
  }

  /** Contracts whose creation or runtime code this one embeds (`new`, `type(C).creationCode`), by full name, sorted. */
  referencedObjects(): string[] {
    const names = new Set<string>();
    for (const func of this.funcs.values()) for (const block of func.blocks) for (const inst of block.insts) if (inst.imm.object !== undefined) names.add(inst.imm.object);
    return [...names].sort();
  }
}
