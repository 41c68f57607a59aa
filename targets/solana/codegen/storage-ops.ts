/**
 * Storage and transient storage. In images that key their mappings (../slots.ts) an entry's cell is looked up once, where its slot is
 * derived, and loads and stores go to it directly; so do those of the direct slots:
 *
 *   %s = slot.map %k, 0      ->   cell = rt.entry_cell(k, 0), the slot itself only where it is needed
 *   %v = storage.load %s     ->   loads from [cell], or rt.storage_load where there was no cell
 *   storage.store %s, %w     ->   stores to [cell] in the outermost frame; else rt.storage_store, which journals
 *
 * Safe: cells never move, and one that appears later is found by the routines.
 */
import type { Inst, ValueId } from "../../../compiler/ir/module.js";
import type { Operand, VReg } from "../lir/instruction.js";
import { FLAG_STATIC, FRAME, HEAP } from "../layout.js";
import { RUNTIME, type Routine } from "../runtime/abi.js";
import { ACCOUNT, OWN, RECORD, RT } from "../runtime/cells.js";
import { DIRECT_SLOTS, STATE } from "../runtime/format.js";
import type { Handler } from "./arithmetic-ops.js";
import { KEYED_BASE_BITS, KEYED_KEY_BITS } from "../slots.js";
import type { FunctionContext } from "./context.js";
import type { Limbs } from "./limbs.js";

/** A place in an account's data: address and offset. `sure` where it is known to exist. */
interface Cell {
  readonly at: VReg;
  readonly offset: number;
  readonly sure: boolean;
}

/**
 * Derives the slot of a mapping's entry in an image that keys them, and looks its cell up where storage is accessed there.
 *
 * @param slot computes the slot's limbs
 */
export function deriveEntry(c: FunctionContext, inst: Inst, slot: () => Limbs): void {
  const result = inst.results[0]!;
  const mapping = c.constant(inst.args[1]!);
  if (c.isSlotNumber(result) || !c.isStorageSlot(result) || mapping === undefined || mapping >> KEYED_BASE_BITS !== 0n) {
    c.define(inst, slot());
    if (c.isStorageSlot(result)) c.setCell(result, c.routine(RUNTIME.storageCell, c.limbs(result))[0]!);
    return;
  }
  const { f, e } = c;
  const [k0, k1, k2, k3] = c.limbs(inst.args[0]!) as [Operand, Operand, Operand, Operand];
  const cell = f.reg();
  const done = f.label();
  const high = e.orAll([e.alu("shr", k2, KEYED_KEY_BITS - 128n), k3]);
  if (high !== 0n) {
    // A key that is too long: the routines find the entry by its hash.
    const long = f.label();
    f.branch("ne", high, 0n, long);
    c.outOfLine(() => {
      f.place(long);
      f.set(cell, 0n);
      f.jump(done);
    });
  }
  f.set(cell, c.routine(RUNTIME.entryCell, [k0, k1, k2, mapping])[0]!);
  f.place(done);
  c.setCell(result, cell);
  c.setLazySlot(result, slot);
}

function cellOf(c: FunctionContext, slot: ValueId): Cell | undefined {
  if (!c.info.keyedSlots) return undefined;
  const known = c.cellOf(slot);
  if (known !== undefined) return { at: known, offset: 0, sure: false };
  const constant = c.constant(slot);
  if (constant === undefined || constant >= DIRECT_SLOTS) return undefined;
  const account = c.f.load(8, c.f.load(8, c.base, OWN.RECORD), RECORD.ACCOUNT);
  const at = c.f.add(account, c.f.load(8, account, ACCOUNT.DATA + STATE.DIRECT));
  return { at, offset: ACCOUNT.DATA + 32 * Number(constant), sure: true };
}

function storageLoad(c: FunctionContext, inst: Inst): void {
  const { f } = c;
  const slot = inst.args[0]!;
  const cell = cellOf(c, slot);
  if (cell === undefined) return c.define(inst, c.routine(RUNTIME.storageLoad, c.limbs(slot)));
  const result = [f.reg(), f.reg(), f.reg(), f.reg()];
  const missing = f.label();
  const done = f.label();
  if (!cell.sure) f.branch("eq", cell.at, 0n, missing);
  result.forEach((limb, i) => f.loadTo(limb, 8, cell.at, cell.offset + 8 * i));
  f.place(done);
  c.define(inst, result);
  if (cell.sure) return;
  c.outOfLine(() => {
    f.place(missing);
    c.routine(RUNTIME.storageLoad, c.slotLimbs(slot)).forEach((limb, i) => f.set(result[i]!, limb));
    f.jump(done);
  });
}

function storageStore(c: FunctionContext, inst: Inst): void {
  const { f } = c;
  const [slot, value] = inst.args as [ValueId, ValueId];
  const cell = cellOf(c, slot);
  const word = c.limbs(value);
  const call = (): void => {
    const place = c.slotLimbs(slot);
    c.routine(RUNTIME.storageStore, [...place, c.quad(0, word)]);
  };
  if (cell === undefined) return call();
  const slow = f.label();
  const done = f.label();
  if (!cell.sure) f.branch("eq", cell.at, 0n, slow);
  f.branch("test", f.load(8, c.base, FRAME.FLAGS), FLAG_STATIC, slow);
  f.branch("ne", f.load(8, f.copy(HEAP), RT.DEPTH), 0n, slow);
  for (let i = 0; i < 4; i++) f.store(8, cell.at, cell.offset + 8 * i, word[i] ?? 0n);
  f.place(done);
  c.outOfLine(() => {
    f.place(slow);
    call();
    f.jump(done);
  });
}

const loadState =
  (routine: Routine): Handler =>
  (c, inst) =>
    c.define(inst, c.routine(routine, c.limbs(inst.args[0]!)));

const storeState =
  (routine: Routine): Handler =>
  (c, inst) => {
    const [slot, value] = inst.args as [ValueId, ValueId];
    c.routine(routine, [...c.limbs(slot), c.quad(0, c.limbs(value))]);
  };

/** By instruction name. */
export const STORAGE_HANDLERS: ReadonlyMap<string, Handler> = new Map<string, Handler>([
  ["storage.load", storageLoad],
  ["storage.store", storageStore],
  ["transient.load", loadState(RUNTIME.transientLoad)],
  ["transient.store", storeState(RUNTIME.transientStore)],
]);
