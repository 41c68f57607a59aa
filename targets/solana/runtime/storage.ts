/**
 * Contract storage in the data of a state account (STATE of format.ts): slots 0 to 31 at fixed offsets, the others as leaves
 * of a 16-way trie. Cells are only ever appended and never move, so an address of a value stays good for the whole
 * transaction (the journal relies on it), growing needs no rehashing, and a look-up is bounded by 64 steps whatever keys an
 * adversary picks. A key is a slot with its lowest limb mixed (KEY_FACTOR of format.ts), so that keyed slots (../slots.ts) that
 * differ in one part only differ early as well. Keccak-derived keys differ early: about log16(n) + 1 steps among n keys.
 */
import { LirBuilder } from "../lir/builder.js";
import type { Label, LirProgram, VReg } from "../lir/instruction.js";
import { FLAG_STATIC, FRAME, STATUS } from "../layout.js";
import { KEYED_OFFSET_BITS, KEYED_TAG } from "../slots.js";
import { RUNTIME } from "./abi.js";
import { ACCOUNT, copyQuad, loadQuad, OWN, RECORD, storeAddress20, storeQuad } from "./cells.js";
import { CELL_SIZE, DIRECT_SLOTS, FAILURE, GROW_STEP, KEY_FACTOR, MAX_GROWTH, STATE } from "./format.js";
import { JOURNAL } from "./journal.js";
import { MEMORY } from "./memory.js";

export const STORAGE = {
  /** (data, key0..key3) -> address of the key's leaf, 0 where there is none. */
  find: "rt.trie_find",
  /** (record, key0..key3) -> address of the key's leaf, which is made where there is none. */
  insert: "rt.trie_insert",
  /** (record) -> address of a new, zero cell. */
  cell: "rt.trie_cell",
  /** (record, length): makes the account's data at least that long. */
  grow: "rt.grow",
} as const;
const LEAF_VALUE = 32;
const LEAF = 1n;

export function defineStorage(program: LirProgram): void {
  defineFind(program);
  defineGrow(program);
  defineCell(program);
  defineInsert(program);
  defineStorageCell(program);
  defineEntryCell(program);
  defineLoad(program);
  defineStore(program);
}

type Key = readonly VReg[];

/** Jumps to `differ` unless the leaf has that key. */
function expectKey(f: LirBuilder, leaf: VReg, key: Key, differ: Label): void {
  key.forEach((limb, i) => f.branch("ne", f.load(8, leaf, 8 * i), limb, differ));
}

/** Looks a key up: `found` returns with the leaf; goes on behind where there is none. */
function emitFind(f: LirBuilder, data: VReg, key: Key, found: (leaf: VReg) => void): void {
  const node = f.add(data, f.load(8, data, STATE.ROOT));
  const bits = f.copy(key[0]!);
  const left = f.copy(16n);
  const none = f.label();
  const loop = f.label();
  const limbs = { slot: f.slot(24) };
  const next = f.copy(0n);
  const isLeaf = f.label();
  f.place(loop);
  const reference = f.load(4, f.add(node, f.shl(f.and(bits, 15n), 2n)), 0);
  f.branch("eq", reference, 0n, none);
  f.branch("test", reference, LEAF, isLeaf);
  f.set(node, f.add(data, reference));
  f.aluTo(bits, "shr", bits, 4n);
  f.aluTo(left, "sub", left, 1n);
  f.branch("ne", left, 0n, loop);
  // Rare: 16 equal nibbles. The next limb's nibbles go on.
  f.if("eq", next, 0n, () => {
    key.slice(1).forEach((limb, i) => f.store(8, limbs, 8 * i, limb));
    f.set(next, f.slotAddr(limbs.slot));
  });
  f.set(bits, f.load(8, next, 0));
  f.aluTo(next, "add", next, 8n);
  f.set(left, 16n);
  f.jump(loop);
  f.place(isLeaf);
  const leaf = f.sub(f.add(data, reference), LEAF);
  expectKey(f, leaf, key, none);
  found(leaf);
  f.place(none);
}

function defineFind(program: LirProgram): void {
  const f = new LirBuilder(program, STORAGE.find, 5);
  const [data, ...key] = f.params as [VReg, VReg, VReg, VReg, VReg];
  emitFind(f, data, key, (leaf) => f.ret([leaf]));
  f.ret([0n]);
  f.finish();
}

function defineGrow(program: LirProgram): void {
  const f = new LirBuilder(program, STORAGE.grow, 2);
  const [record, wanted] = [f.param(0), f.param(1)];
  const account = f.load(8, record, RECORD.ACCOUNT);
  const length = f.load(8, account, ACCOUNT.LENGTH);
  f.if("le.u", wanted, length, () => f.ret([]));
  const limit = f.add(f.load(8, record, RECORD.ORIGINAL_LENGTH), BigInt(MAX_GROWTH));
  f.if("gt.u", wanted, limit, () => {
    const payload = { slot: f.slot(24) };
    const [a0, a1, a2] = loadQuad(f, record, RECORD.ADDRESS);
    storeAddress20(f, payload, 0, [a0, a1, a2]);
    // One further instruction's growth, so that a few repetitions are enough.
    f.store(4, payload, 20, f.add(limit, BigInt(MAX_GROWTH)));
    f.call(MEMORY.fail, [BigInt(FAILURE.NEED_SPACE), f.slotAddr(payload.slot), 24n]);
  });
  const next = f.add(length, BigInt(GROW_STEP));
  f.if("lt.u", next, wanted, () => f.set(next, wanted));
  f.if("gt.u", next, limit, () => f.set(next, limit));
  f.store(8, account, ACCOUNT.LENGTH, next);
  // With SIMD-0460 a write makes the new bytes accessible; a read of them before would be a fault.
  f.store(1, f.add(account, next), ACCOUNT.DATA - 1, 0n);
  f.ret([]);
  f.finish();
}

function defineCell(program: LirProgram): void {
  const f = new LirBuilder(program, STORAGE.cell, 1);
  const data = f.add(f.load(8, f.param(0), RECORD.ACCOUNT), BigInt(ACCOUNT.DATA));
  const used = f.load(8, data, STATE.USED);
  const end = f.add(used, BigInt(CELL_SIZE));
  f.call(STORAGE.grow, [f.param(0), end]);
  f.store(8, data, STATE.USED, end);
  f.ret([f.add(data, used)]);
  f.finish();
}

/** The nibble of the key at `keyAddress` that picks a child on a level, times 4. */
function childOffset(f: LirBuilder, keyAddress: VReg, level: VReg): VReg {
  const limb = f.load(8, f.add(keyAddress, f.shl(f.shr(level, 4n), 3n)), 0);
  return f.shl(f.and(f.shr(limb, f.shl(f.and(level, 15n), 2n)), 15n), 2n);
}

function defineInsert(program: LirProgram): void {
  const f = new LirBuilder(program, STORAGE.insert, 5);
  const [record, ...key] = f.params as [VReg, VReg, VReg, VReg, VReg];
  const limbs = { slot: f.slot(32) };
  storeQuad(f, limbs, 0, key);
  const keyAddress = f.slotAddr(limbs.slot);
  const data = f.add(f.load(8, record, RECORD.ACCOUNT), BigInt(ACCOUNT.DATA));
  const node = f.add(data, f.load(8, data, STATE.ROOT));
  const level = f.copy(0n);
  const loop = f.label();
  const descend = f.label();
  const split = f.label();
  f.place(loop);
  const at = f.add(node, childOffset(f, keyAddress, level));
  const reference = f.load(4, at, 0);
  f.if("eq", reference, 0n, () => {
    const leaf = f.call1(STORAGE.cell, [record]);
    storeQuad(f, leaf, 0, key);
    f.store(4, at, 0, f.add(f.sub(leaf, data), LEAF));
    f.ret([leaf]);
  });
  f.branch("test", reference, LEAF, split);
  f.set(node, f.add(data, reference));
  f.place(descend);
  f.aluTo(level, "add", level, 1n);
  f.jump(loop);
  // A leaf: the key's own, or one that goes a level down into a new node.
  f.place(split);
  const leaf = f.sub(f.add(data, reference), LEAF);
  const other = f.label();
  expectKey(f, leaf, key, other);
  f.ret([leaf]);
  f.place(other);
  f.set(node, f.call1(STORAGE.cell, [record]));
  f.store(4, f.add(node, childOffset(f, leaf, f.add(level, 1n))), 0, reference);
  f.store(4, at, 0, f.sub(node, data));
  f.jump(descend);
  f.finish();
}

/** Jumps to `keyed` unless the key is a direct slot; gives the offset of its quad from the data's start. */
function directOffset(f: LirBuilder, data: VReg, key: Key, keyed: Label): VReg {
  f.branch("ge.u", key[0]!, BigInt(DIRECT_SLOTS), keyed);
  f.branch("ne", f.or(f.or(key[1]!, key[2]!), key[3]!), 0n, keyed);
  return f.add(f.add(data, f.load(8, data, STATE.DIRECT)), f.shl(key[0]!, 5n));
}

/** The key of a slot: its lowest limb with halves exchanged and folded, and mixed with the highest. For given upper limbs a bijection. */
function keyOf(f: LirBuilder, slot: Key): VReg[] {
  const [s0, s1, s2, s3] = slot as [VReg, VReg, VReg, VReg];
  const turned = f.or(f.shr(s0, 32n), f.shl(s0, 32n));
  const folded = f.xor(turned, f.shr(turned, 32n));
  return [f.xor(folded, f.mul(s3, KEY_FACTOR)), s1, s2, s3];
}

const dataOf = (f: LirBuilder, base: VReg): VReg => f.add(f.load(8, f.load(8, base, OWN.RECORD), RECORD.ACCOUNT), BigInt(ACCOUNT.DATA));

function defineStorageCell(program: LirProgram): void {
  const f = new LirBuilder(program, RUNTIME.storageCell.name, 5);
  const [base, ...slot] = f.params as [VReg, VReg, VReg, VReg, VReg];
  const data = dataOf(f, base);
  const keyed = f.label();
  f.ret([directOffset(f, data, slot, keyed)]);
  f.place(keyed);
  emitFind(f, data, keyOf(f, slot), (leaf) => f.ret([f.add(leaf, BigInt(LEAF_VALUE))]));
  f.ret([0n]);
  f.finish();
}

/** The slot of ../slots.ts goes straight into its key: keyOf with 32 lowest bits of 0. */
function defineEntryCell(program: LirProgram): void {
  const f = new LirBuilder(program, RUNTIME.entryCell.name, 5);
  const [base, k0, k1, k2, mapping] = f.params as [VReg, VReg, VReg, VReg, VReg];
  const top = f.or(mapping, KEYED_TAG << 32n);
  const third = f.or(f.shl(k2, KEYED_OFFSET_BITS), f.shr(k1, 64n - KEYED_OFFSET_BITS));
  const second = f.or(f.shl(k1, KEYED_OFFSET_BITS), f.shr(k0, 64n - KEYED_OFFSET_BITS));
  const lowest = f.xor(f.zext32(k0), f.mul(top, KEY_FACTOR));
  emitFind(f, dataOf(f, base), [lowest, second, third, top], (leaf) => f.ret([f.add(leaf, BigInt(LEAF_VALUE))]));
  f.ret([0n]);
  f.finish();
}

function defineLoad(program: LirProgram): void {
  const f = new LirBuilder(program, RUNTIME.storageLoad.name, 5);
  const [base, ...key] = f.params as [VReg, VReg, VReg, VReg, VReg];
  const data = dataOf(f, base);
  const keyed = f.label();
  f.ret(loadQuad(f, directOffset(f, data, key, keyed)));
  f.place(keyed);
  const leaf = f.call1(STORAGE.find, [data, ...keyOf(f, key)]);
  f.if("eq", leaf, 0n, () => f.ret([0n, 0n, 0n, 0n]));
  f.ret(loadQuad(f, leaf, LEAF_VALUE));
  f.finish();
}

function defineStore(program: LirProgram): void {
  const f = new LirBuilder(program, RUNTIME.storageStore.name, 6);
  const [base, ...rest] = f.params as [VReg, VReg, VReg, VReg, VReg, VReg];
  const key = rest.slice(0, 4);
  const value = rest[4];
  f.if("test", f.load(8, base, FRAME.FLAGS), FLAG_STATIC, () => f.ret([STATUS.HALT]));
  const data = dataOf(f, base);
  const keyed = f.label();
  const at = f.copy(directOffset(f, data, key, keyed));
  const write = f.label();
  f.place(write);
  f.call(JOURNAL.quad, [at]);
  copyQuad(f, at, 0, value, 0);
  f.ret([STATUS.CONTINUE]);
  f.place(keyed);
  const mixed = keyOf(f, key);
  const leaf = f.copy(f.call1(STORAGE.find, [data, ...mixed]));
  const found = f.label();
  f.branch("ne", leaf, 0n, found);
  const [v0, v1, v2, v3] = loadQuad(f, value);
  f.if("eq", f.or(f.or(v0, v1), f.or(v2, v3)), 0n, () => f.ret([STATUS.CONTINUE]));
  f.set(leaf, f.call1(STORAGE.insert, [f.load(8, base, OWN.RECORD), ...mixed]));
  f.place(found);
  f.set(at, f.add(leaf, BigInt(LEAF_VALUE)));
  f.jump(write);
  f.finish();
}
