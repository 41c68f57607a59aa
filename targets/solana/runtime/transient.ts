/**
 * Transient storage (EIP-1153): a hash table in the heap, 64 chains of entries keyed by account record and slot. It lives as
 * long as the transaction, which is one instruction of the program.
 *
 *   0  next entry of the chain    8  account record    16  slot (quad)    48  value (quad)
 */
import { LirBuilder } from "../lir/builder.js";
import type { LirProgram, VReg } from "../lir/instruction.js";
import { FLAG_STATIC, FRAME, STATUS } from "../layout.js";
import { RUNTIME } from "./abi.js";
import { copyQuad, globals, loadQuad, OWN, RT, storeQuad } from "./cells.js";
import { JOURNAL } from "./journal.js";
import { MEMORY } from "./memory.js";

const FIND = "rt.transient_find";
const NEXT = 0;
const OWNER = 8;
const KEY = 16;
const VALUE = 48;
const ENTRY_SIZE = 80n;

export function defineTransient(program: LirProgram): void {
  defineFind(program);
  defineLoad(program);
  defineStore(program);
}

/** The head of a slot's chain. Solidity's slots are small numbers or hashes: the low limb spreads both. */
function chain(f: LirBuilder, slot: VReg): VReg {
  return f.add(f.add(globals(f), BigInt(RT.TRANSIENT)), f.shl(f.and(slot, BigInt(RT.TRANSIENT_CHAINS - 1)), 3n));
}

/** (base, slot0..slot3) -> the entry's address, 0 where there is none. */
function defineFind(program: LirProgram): void {
  const f = new LirBuilder(program, FIND, 5);
  const [base, ...key] = f.params as [VReg, VReg, VReg, VReg, VReg];
  const owner = f.load(8, base, OWN.RECORD);
  const entry = f.copy(f.load(8, chain(f, key[0]), 0));
  const loop = f.label();
  const differ = f.label();
  const end = f.label();
  f.place(loop);
  f.branch("eq", entry, 0n, end);
  f.branch("ne", f.load(8, entry, OWNER), owner, differ);
  key.forEach((limb, i) => f.branch("ne", f.load(8, entry, KEY + 8 * i), limb, differ));
  f.jump(end);
  f.place(differ);
  f.set(entry, f.load(8, entry, NEXT));
  f.jump(loop);
  f.place(end);
  f.ret([entry]);
  f.finish();
}

function defineLoad(program: LirProgram): void {
  const f = new LirBuilder(program, RUNTIME.transientLoad.name, 5);
  const entry = f.call1(FIND, f.params);
  f.if("eq", entry, 0n, () => f.ret([0n, 0n, 0n, 0n]));
  f.ret(loadQuad(f, entry, VALUE));
  f.finish();
}

function defineStore(program: LirProgram): void {
  const f = new LirBuilder(program, RUNTIME.transientStore.name, 6);
  const [base, ...rest] = f.params as [VReg, VReg, VReg, VReg, VReg, VReg];
  const key = rest.slice(0, 4);
  const value = rest[4];
  f.if("test", f.load(8, base, FRAME.FLAGS), FLAG_STATIC, () => f.ret([STATUS.HALT]));
  const entry = f.copy(f.call1(FIND, [base, ...key]));
  f.if("eq", entry, 0n, () => {
    f.set(entry, f.call1(MEMORY.alloc, [ENTRY_SIZE]));
    const head = chain(f, key[0]!);
    f.store(8, entry, NEXT, f.load(8, head, 0));
    f.store(8, entry, OWNER, f.load(8, base, OWN.RECORD));
    storeQuad(f, entry, KEY, key);
    f.store(8, head, 0, entry);
  });
  const at = f.add(entry, BigInt(VALUE));
  f.call(JOURNAL.quad, [at]);
  copyQuad(f, at, 0, value, 0);
  f.ret([STATUS.CONTINUE]);
  f.finish();
}
