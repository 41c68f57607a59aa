/**
 * Cleans the block list before assembly. No block changes its meaning; only copies, detours and dead code go:
 *
 *   1. a label whose block is `PUSH other JUMP` stands for `other` (jump threading);
 *   2. of blocks with identical items that end control only the first stays (shared revert, panic and return tails);
 *   3. a jump to the block behind it is dropped; blocks that nothing reaches are dropped;
 *   4. a jump to a block that ends control and is no longer than the jump itself becomes a copy of it.
 *
 * Safe because a block that ends control behaves by its items alone, whatever lies on the stack below.
 */
import { ENDS } from "./opcodes.js";
import type { AsmBlock, Item, Label } from "./item.js";

/** True where control never runs from the block's end into the next block. */
function isClosed(block: AsmBlock): boolean {
  const last = block.items[block.items.length - 1];
  return last !== undefined && last.kind === "op" && ENDS.has(last.name);
}

function itemKey(item: Item): string {
  switch (item.kind) {
    case "op":
      return item.name;
    case "push":
      return `#${item.value.toString(16)}`;
    case "label":
      return `L${item.label}`;
    case "offset":
    case "size":
      return `${item.kind}:${item.object}`;
    case "end":
    case "heap":
      return item.kind;
    case "immutable":
    case "library":
      return `${item.kind}:${item.name}`;
    case "slot":
      return `slot:${item.area}:${item.index}`;
    case "hole":
      return `hole:${item.name}:${item.index}`;
  }
}

/** The target of a block that only jumps. */
function detour(block: AsmBlock): Label | undefined {
  const [first, second] = block.items;
  return block.items.length === 2 && first!.kind === "label" && second!.kind === "op" && second!.name === "JUMP" ? first!.label : undefined;
}

class Aliases {
  private readonly map = new Map<Label, Label>();

  resolve(label: Label): Label {
    let at = label;
    for (let steps = 0; this.map.has(at) && steps <= this.map.size; steps++) at = this.map.get(at)!;
    return at;
  }

  /** Does nothing where it would close a ring: an empty endless loop keeps its jump. */
  add(from: Label, to: Label): void {
    if (!this.map.has(from) && this.resolve(to) !== from) this.map.set(from, to);
  }
}

/** True where a reference changed. */
function rename(blocks: readonly AsmBlock[], aliases: Aliases): boolean {
  let changed = false;
  for (const block of blocks)
    block.items.forEach((item, i) => {
      if (item.kind !== "label") return;
      const label = aliases.resolve(item.label);
      if (label === item.label) return;
      block.items[i] = { ...item, label };
      changed = true;
    });
  return changed;
}

function dropFallthroughJumps(blocks: readonly AsmBlock[]): boolean {
  let changed = false;
  blocks.forEach((block, i) => {
    const { items } = block;
    const push = items[items.length - 2];
    const jump = items[items.length - 1];
    if (push?.kind !== "label" || jump?.kind !== "op" || jump.name !== "JUMP" || jump.jump) return;
    if (blocks[i + 1]?.label !== push.label) return;
    items.length -= 2;
    changed = true;
  });
  return changed;
}

/** Bytes that a block's items take at least; undefined for a block that is not sure to be tiny. */
function tinySize(block: AsmBlock): number | undefined {
  let size = 0;
  for (const item of block.items) {
    if (item.kind === "op") size += 1;
    else if (item.kind === "push" && item.value < 0x100n) size += item.value === 0n ? 1 : 2;
    else return undefined;
  }
  return size;
}

/** The push of a label, the jump and the label's JUMPDEST take so many bytes or more. */
const JUMP_BYTES = 4;

function copyTinyTargets(blocks: readonly AsmBlock[]): boolean {
  const tiny = new Map(blocks.filter((block) => isClosed(block) && (tinySize(block) ?? JUMP_BYTES) < JUMP_BYTES).map((block) => [block.label, [...block.items]]));
  let changed = false;
  for (const { items } of blocks) {
    const push = items[items.length - 2];
    const jump = items[items.length - 1];
    if (push?.kind !== "label" || jump?.kind !== "op" || jump.name !== "JUMP") continue;
    const copy = tiny.get(push.label);
    if (!copy) continue;
    items.splice(items.length - 2, 2, ...copy);
    changed = true;
  }
  return changed;
}

function dropUnreached(blocks: readonly AsmBlock[]): AsmBlock[] {
  const index = new Map(blocks.map((block, i) => [block.label, i]));
  const reached = new Set<number>();
  const work = [0];
  while (work.length > 0) {
    const i = work.pop()!;
    if (reached.has(i) || i >= blocks.length) continue;
    reached.add(i);
    for (const item of blocks[i]!.items) if (item.kind === "label") work.push(index.get(item.label)!);
    if (!isClosed(blocks[i]!)) work.push(i + 1);
  }
  return blocks.filter((_, i) => reached.has(i));
}

/** The same code with less of it. The first block is the entry and stays first. */
export function cleanBlocks(input: readonly AsmBlock[]): AsmBlock[] {
  let blocks = [...input];
  for (;;) {
    const before = blocks.length;
    const aliases = findAliases(blocks);
    const renamed = rename(blocks, aliases);
    blocks = foldIntoFirst(blocks, aliases);
    const dropped = dropFallthroughJumps(blocks);
    const copied = copyTinyTargets(blocks);
    blocks = dropUnreached(blocks);
    if (!renamed && !dropped && !copied && blocks.length === before) return blocks;
  }
}

/** What stands for each label: the target of a detour, the first of identical blocks. */
function findAliases(blocks: readonly AsmBlock[]): Aliases {
  const aliases = new Aliases();
  const seen = new Map<string, Label>();
  blocks.forEach((block, i) => {
    const to = detour(block);
    if (to !== undefined) {
      if (i > 0 && to !== block.label) aliases.add(block.label, to);
      return;
    }
    if (!isClosed(block)) return;
    const key = block.items.map(itemKey).join(" ");
    const first = seen.get(key);
    if (first === undefined) seen.set(key, block.label);
    else aliases.add(block.label, first);
  });
  return aliases;
}

/** A replaced block stays only where the block before runs into it. */
function foldIntoFirst(blocks: readonly AsmBlock[], aliases: Aliases): AsmBlock[] {
  return blocks.filter((block, i) => aliases.resolve(block.label) === block.label || i === 0 || !isClosed(blocks[i - 1]!));
}
