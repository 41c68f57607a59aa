/**
 * The verifier's check of single static assignment: each value has one definition, and it dominates every use. Uses in unreachable
 * blocks need a definition only. Runs on functions whose blocks, successors and types are sound.
 *
 * Dominance is decided by its definition (a block dominates what the entry does not reach without it) and not by analysis/dominators.ts:
 * the check of passes must not rest on what they rest on. That costs one walk for each block whose values are used elsewhere.
 */
import { DefinitionFault, DominanceFault, type IrFault } from "./faults.js";
import type { Block, Func, Inst, ValueId } from "./module.js";

type Report = (kind: new (message: string, place: { func: string }) => IrFault, message: string, block?: Block, inst?: Inst) => void;

export function verifySsa(func: Func, report: Report): void {
  new SsaVerifier(func, report).run();
}

const FUNCTION_PARAM = -1;
const BLOCK_PARAM = -1;
/** No block: for walking the whole function. */
const NONE = -1;

class SsaVerifier {
  /** The defining block and the position in it by value; -2 for none. */
  private readonly block: Int32Array;
  private readonly position: Int32Array;
  private readonly blocks: Block[] = [];
  /** Blocks that the entry reaches without passing a block, by that block's id. */
  private readonly walks = new Map<number, Uint8Array>();

  constructor(
    private readonly func: Func,
    private readonly report: Report,
  ) {
    this.block = new Int32Array(func.valueTypes.length).fill(-2);
    this.position = new Int32Array(func.valueTypes.length);
    for (const block of func.blocks) this.blocks[block.id] = block;
  }

  run(): void {
    for (const param of this.func.params) this.define(param, FUNCTION_PARAM, 0);
    for (const block of this.func.blocks) {
      for (const param of block.params) this.define(param, block.id, BLOCK_PARAM, block);
      block.insts.forEach((inst, i) => inst.results.forEach((r) => this.define(r, block.id, i, block, inst)));
    }
    for (const block of this.func.blocks)
      block.insts.forEach((inst, i) => {
        for (const arg of inst.args) this.use(arg, block, i, inst);
        for (const target of inst.targets) for (const arg of target.args) this.use(arg, block, i, inst);
      });
  }

  private define(value: ValueId, blockId: number, position: number, block?: Block, inst?: Inst): void {
    if (this.block[value] !== -2) this.report(DefinitionFault, `%${value} has a second definition`, block, inst);
    this.block[value] = blockId;
    this.position[value] = position;
  }

  private use(value: ValueId, block: Block, position: number, inst: Inst): void {
    const definedIn = this.block[value]!;
    if (definedIn === -2) return this.report(DefinitionFault, `%${value} has no definition`, block, inst);
    if (definedIn === FUNCTION_PARAM || !this.reachedWithout(NONE)[block.id]) return;
    const dominated = definedIn === block.id ? this.position[value]! < position : !this.reachedWithout(definedIn)[block.id];
    if (!dominated) this.report(DominanceFault, `the definition of %${value} does not dominate this use`, block, inst);
  }

  private reachedWithout(avoided: number): Uint8Array {
    let reached = this.walks.get(avoided);
    if (!reached) {
      reached = this.walk(avoided);
      this.walks.set(avoided, reached);
    }
    return reached;
  }

  private walk(avoided: number): Uint8Array {
    const reached = new Uint8Array(this.func.blockIdLimit);
    const work: number[] = this.func.entry.id === avoided ? [] : [this.func.entry.id];
    for (const block of work) reached[block] = 1;
    while (work.length > 0) {
      const { insts } = this.blocks[work.pop()!]!;
      for (const { block: to } of insts[insts.length - 1]!.targets) {
        if (reached[to] || to === avoided) continue;
        reached[to] = 1;
        work.push(to);
      }
    }
    return reached;
  }
}
