/**
 * The verifier's check of single static assignment: each value has one definition, and it dominates every use. Uses in unreachable
 * blocks need a definition only. Runs on functions whose blocks, successors and types are sound.
 */
import { computeCfg, type Cfg } from "../analysis/cfg.js";
import { computeDominators, type Dominators } from "../analysis/dominators.js";
import { DefinitionFault, DominanceFault, type IrFault } from "./faults.js";
import type { Block, Func, Inst, ValueId } from "./module.js";

type Report = (
  kind: new (message: string, place: { func: string }) => IrFault,
  message: string,
  block?: Block,
  inst?: Inst,
) => void;

export function verifySsa(func: Func, report: Report): void {
  const cfg = computeCfg(func);
  new SsaVerifier(func, cfg, computeDominators(cfg), report).run();
}

const FUNCTION_PARAM = -1;
const BLOCK_PARAM = -1;

class SsaVerifier {
  /** The defining block and the position in it by value; -2 for none. */
  private readonly block: Int32Array;
  private readonly position: Int32Array;

  constructor(
    private readonly func: Func,
    private readonly cfg: Cfg,
    private readonly dominators: Dominators,
    private readonly report: Report,
  ) {
    this.block = new Int32Array(func.valueTypes.length).fill(-2);
    this.position = new Int32Array(func.valueTypes.length);
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
    if (definedIn === FUNCTION_PARAM || this.cfg.order[block.id] === -1) return;
    const dominated =
      definedIn === block.id ? this.position[value]! < position : this.dominators.dominates(definedIn as Block["id"], block.id);
    if (!dominated) this.report(DominanceFault, `the definition of %${value} does not dominate this use`, block, inst);
  }
}
