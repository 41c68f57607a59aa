/**
 * Drops stores of a value to a scratch word that holds it already: mappings that are hashed one after the other with the
 * same base slot.
 *
 *   MSTORE(0x20, 3); MSTORE(0, a); KECCAK256(0, 0x40) ... MSTORE(0x20, 3); MSTORE(0, b); KECCAK256(0, 0x40)
 *                                                         ^ dropped
 *
 * Facts hold within a block and on into blocks whose only predecessor it is. Whatever may write the scratch words or is an internal
 * call ends them; an external call leaves memory outside its output range alone.
 */
import { edgesOf, Region, type LBlock, type LFunc, type LInst, type Word } from "./lir.js";

/** Which word each scratch address holds. */
type Contents = Map<bigint, Word>;

/** The scratch word that an instruction writes as a whole. */
function scratchStore(func: LFunc, inst: LInst): bigint | undefined {
  if (inst.op !== "MSTORE" || inst.writes !== Region.scratch) return undefined;
  const address = func.constantOf(inst.args[0]!);
  return address === 0n || address === 32n ? address : undefined;
}

function filterBlock(func: LFunc, block: LBlock, contents: Contents): void {
  block.insts = block.insts.filter((inst) => {
    const address = scratchStore(func, inst);
    if (address === undefined) {
      if ((inst.writes & Region.scratch) !== 0) contents.clear();
      return true;
    }
    if (contents.get(address) === inst.args[1]) return false;
    contents.set(address, inst.args[1]!);
    return true;
  });
}

/** `rpo` are the reachable blocks in reverse postorder. */
export function dropScratchStores(func: LFunc, rpo: readonly number[]): void {
  const preds = new Map<number, Set<number>>();
  for (const id of rpo) for (const edge of edgesOf(func.blocks[id]!.term)) preds.set(edge.block, (preds.get(edge.block) ?? new Set()).add(id));
  const ends = new Map<number, Contents>();
  for (const id of rpo) {
    const from = [...(preds.get(id) ?? [])];
    const contents: Contents = new Map(from.length === 1 ? ends.get(from[0]!) : []);
    filterBlock(func, func.blocks[id]!, contents);
    ends.set(id, contents);
  }
}
