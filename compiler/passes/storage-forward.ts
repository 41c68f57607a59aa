/**
 * Storage and transient storage: a load takes the value that was stored or loaded before, and a store that is overwritten goes.
 *
 *   storage.store %s, %v              storage.store %s, %v
 *   %1: i256 = storage.load %s  ==>   (uses %v)
 *
 *   storage.store %s, %a              storage.store %s, %b
 *   storage.store %s, %b        ==>
 *
 * Within extended basic blocks (a block with one predecessor goes on where that ended). What a slot holds is forgotten at a store to a
 * slot that may be the same (locations.ts) and at anything that may change storage: calls outside, creations, and calls of functions that do such (function-effects.ts). A store is dead
 * only where nothing between it and the next one reads storage, calls out or may trap (a static call halts at the first store: what
 * comes between must not be able to end differently). Needs SSA.
 */
import { computeCfg } from "../analysis/cfg.js";
import { clobbers } from "../analysis/effects.js";
import { FunctionEffects } from "../analysis/function-effects.js";
import { Locations, type Location } from "../analysis/locations.js";
import { computeDefs } from "../analysis/uses.js";
import type { Block, Func, Inst, ValueId } from "../ir/module.js";
import type { Region } from "../ir/ops.js";
import type { ModulePass } from "./pass.js";
import { Replacements } from "./rewrite.js";

/** Words remembered at a time; more are rare in one block, and searching is linear. */
const MAX_KNOWN = 32;

interface Word {
  readonly slot: Location;
  readonly value: ValueId;
}

const KINDS: readonly { readonly region: Region; readonly load: string; readonly store: string }[] = [
  { region: "storage", load: "storage.load", store: "storage.store" },
  { region: "transient", load: "transient.load", store: "transient.store" },
];

class Forwarding {
  private readonly same: Replacements;
  private readonly locations: Locations;
  private removed = false;

  constructor(
    private readonly func: Func,
    private readonly kind: (typeof KINDS)[number],
    private readonly effects: FunctionEffects,
  ) {
    this.same = new Replacements(func);
    this.locations = new Locations(func, computeDefs(func), false);
  }

  run(): boolean {
    const cfg = computeCfg(this.func);
    const atEnd: (readonly Word[])[] = [];
    for (const block of cfg.rpo) {
      const preds = cfg.preds[block.id]!;
      // In reverse postorder a single predecessor comes first.
      const known = preds.length === 1 && preds[0] !== block.id ? (atEnd[preds[0]!] ?? []) : [];
      atEnd[block.id] = this.block(block, known);
    }
    this.same.apply();
    return this.removed || this.same.count > 0;
  }

  private block(block: Block, before: readonly Word[]): readonly Word[] {
    let known = [...before];
    let pending: { inst: Inst; slot: Location } | undefined;
    const dead = new Set<Inst>();
    for (const inst of block.insts) {
      this.same.rewrite(inst);
      const effects = this.effects.of(inst);
      if (inst.op === this.kind.load) {
        if (this.load(inst, known)) {
          dead.add(inst);
          continue;
        }
        pending = undefined;
        known = [{ slot: this.locations.of(inst.args[0]!), value: inst.results[0]! }, ...known].slice(0, MAX_KNOWN);
      } else if (inst.op === this.kind.store) {
        const slot = this.locations.of(inst.args[0]!);
        if (pending && same(pending.slot, slot)) dead.add(pending.inst);
        pending = { inst, slot };
        known = [{ slot, value: inst.args[1]! }, ...known.filter((word) => this.locations.slotsDiffer(word.slot, slot))].slice(0, MAX_KNOWN);
      } else {
        if (effects.traps || effects.reads.includes(this.kind.region)) pending = undefined;
        if (clobbers(effects, [this.kind.region])) known = [];
      }
    }
    if (dead.size > 0) {
      this.removed = true;
      block.insts = block.insts.filter((inst) => !dead.has(inst));
    }
    return known;
  }

  private load(inst: Inst, known: readonly Word[]): boolean {
    const slot = this.locations.of(inst.args[0]!);
    const found = known.find((word) => same(word.slot, slot));
    if (!found) return false;
    this.same.set(inst.results[0]!, this.same.find(found.value));
    return true;
  }
}

function same(a: Location, b: Location): boolean {
  return a.base === b.base && a.offset === b.offset;
}

export function forwardStorage(func: Func, effects: FunctionEffects): boolean {
  let changed = false;
  for (const kind of KINDS) changed = new Forwarding(func, kind, effects).run() || changed;
  return changed;
}

export const storageForward: ModulePass = {
  kind: "module",
  name: "storage-forward",
  doc: "Storage loads take the value stored or loaded before; overwritten stores go.",
  needs: ["ssa"],
  gives: [],
  run(module) {
    const effects = new FunctionEffects(module);
    let changed = false;
    for (const func of module.funcs.values()) changed = forwardStorage(func, effects) || changed;
    return changed;
  },
};
