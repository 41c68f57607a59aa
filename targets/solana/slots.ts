/**
 * Whether an image may key the entries of mappings directly instead of by Keccak-256, which costs a syscall of 117 units an entry.
 *
 *   slot.map(key, base)   =   KEYED_TAG (32 bits) . base (32 bits) . key (160 bits) . 0 (32 bits)    for key < 2^160 and base < 2^32
 *                         =   keccak256(key . base)                                                  for all others
 *
 * What is derived from an entry (nested mappings, arrays) is hashed from the slot that Solidity gives the entry, so that only entries
 * of the outermost mappings with values of a fixed size are keyed.
 *
 * The form is decided by the numbers alone, when the program runs, so that an entry has one slot wherever it is met. The 32 bits at
 * the end leave room for the members of a struct. That a slot found by hashing falls among these slots and onto an entry is as
 * unlikely as two hashes being equal: all 256 bits must agree.
 *
 * No code may be able to tell the difference: nothing but storage accesses and further derivations uses a derived slot (it is not
 * compared, returned, hashed by hand, written to memory), and nothing accesses a slot that is neither a constant nor derived.
 * All contracts of an image must agree, since they run on each other's storage (delegatecall). Through parameters of functions
 * only constants and the slots of arrays are followed; an image that passes entries of mappings on hashes.
 */
import type { Func, Inst, Module, ValueId } from "../../compiler/ir/module.js";

/** The highest 32 bits of a keyed slot. */
export const KEYED_TAG = 0x6b657931n;
export const KEYED_BASE_BITS = 32n;
export const KEYED_KEY_BITS = 160n;
export const KEYED_OFFSET_BITS = 32n;

const DERIVATIONS: ReadonlySet<string> = new Set(["slot.map", "slot.map.bytes", "slot.array"]);
const SUMS: ReadonlySet<string> = new Set(["add", "add.nuw"]);

/** Index of the operand that is a slot, for the instructions that take one. */
const SLOT_OPERAND: ReadonlyMap<string, number> = new Map([
  ["storage.load", 0],
  ["storage.store", 0],
  ["slot.map", 1],
  ["slot.map.bytes", 2],
  ["slot.array", 0],
]);

/** True where the mappings of all these contracts may be keyed. */
export function mayKeySlots(modules: readonly Module[]): boolean {
  return modules.every(isClosed);
}

function isClosed(module: Module): boolean {
  const functions = new Map([...module.funcs.values()].map((func) => [func.name, new Slots(func)]));
  for (const slots of functions.values()) if (!isConfined(slots)) return false;
  // What is used as a slot in a function must be one at every call; that may be asked of the callers' parameters in turn.
  for (let changed = true; changed;) {
    changed = false;
    for (const slots of functions.values())
      for (const inst of slots.instructions()) {
        if (inst.op !== "call") continue;
        const callee = functions.get(inst.imm.func ?? "");
        for (const index of callee?.slotParameters ?? []) {
          const before = slots.slotParameters.size;
          if (!slots.isKnown(inst.args[index]!)) return false;
          changed ||= slots.slotParameters.size > before;
        }
      }
  }
  return true;
}

/** Within one function: every slot that is accessed is known, and entries of mappings go nowhere else. */
function isConfined(slots: Slots): boolean {
  for (const inst of slots.instructions()) {
    const place = SLOT_OPERAND.get(inst.op);
    if (place !== undefined && !slots.isKnown(inst.args[place]!)) return false;
    const passed = inst.targets.flatMap((target) => target.args);
    if (passed.some((value) => slots.isKeyed(value))) return false;
    if (inst.args.some((value, i) => i !== place && slots.isKeyed(value) && !slots.isMember(inst))) return false;
  }
  return true;
}

class Slots {
  /** Parameters that are used as slots of their own. */
  readonly slotParameters = new Set<number>();
  private readonly definitions = new Map<ValueId, Inst>();

  constructor(private readonly func: Func) {
    for (const inst of this.instructions()) for (const result of inst.results) this.definitions.set(result, inst);
  }

  *instructions(): Generator<Inst> {
    for (const block of this.func.blocks) yield* block.insts;
  }

  /** A slot that may be a mapping's entry, or a member of one. */
  isKeyed(value: ValueId): boolean {
    const inst = this.definitions.get(value);
    if (inst === undefined) return false;
    return inst.op === "slot.map" || (SUMS.has(inst.op) && inst.args.some((a) => this.isKeyed(a)));
  }

  /** The sum of a keyed slot and a constant that stays within the room for members. */
  isMember(inst: Inst): boolean {
    return SUMS.has(inst.op) && this.offsetOf(inst.results[0]!) !== undefined;
  }

  /** How far a keyed slot lies behind the mapping's entry; undefined where that is not known or too far. */
  private offsetOf(value: ValueId): bigint | undefined {
    const inst = this.definitions.get(value);
    if (inst?.op === "slot.map") return 0n;
    if (inst === undefined || !SUMS.has(inst.op)) return undefined;
    const [a, b] = inst.args as [ValueId, ValueId];
    const [entry, step] = this.isKeyed(a) ? [a, b] : [b, a];
    const offset = this.offsetOf(entry);
    const constant = this.constant(step);
    if (offset === undefined || constant === undefined) return undefined;
    return offset + constant < 1n << KEYED_OFFSET_BITS ? offset + constant : undefined;
  }

  private constant(value: ValueId): bigint | undefined {
    const inst = this.definitions.get(value);
    return inst?.op === "const" ? inst.imm.int : undefined;
  }

  /**
   * A constant outside the keyed slots, a derived slot, one within the array or the entry that a derived slot begins, or a parameter,
   * which is then noted.
   */
  isKnown(value: ValueId): boolean {
    const parameter = this.func.params.indexOf(value);
    if (parameter >= 0) {
      this.slotParameters.add(parameter);
      return true;
    }
    const constant = this.constant(value);
    if (constant !== undefined) return constant >> 224n !== KEYED_TAG;
    const inst = this.definitions.get(value);
    if (inst === undefined) return false;
    if (DERIVATIONS.has(inst.op)) return true;
    if (!SUMS.has(inst.op)) return false;
    if (this.isKeyed(value)) return this.offsetOf(value) !== undefined;
    return inst.args.some((a) => this.isArray(a));
  }

  /** The elements of an array, whose index was compared with its length. */
  private isArray(value: ValueId): boolean {
    const inst = this.definitions.get(value);
    if (inst === undefined) return false;
    return inst.op === "slot.array" || inst.op === "slot.map.bytes" || (SUMS.has(inst.op) && inst.args.some((a) => this.isArray(a)));
  }
}
