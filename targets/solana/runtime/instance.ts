/**
 * A new instance's state account (STATE of format.ts): lays it out and fills its link table, from the deploying transaction or
 * from the table of the contract that creates it.
 */
import { LirBuilder } from "../lir/builder.js";
import type { LirProgram, VReg } from "../lir/instruction.js";
import { FRAME } from "../layout.js";
import { IMAGE } from "./abi.js";
import { ACCOUNT, copyQuad, KIND, loadAddress20, RECORD, storeQuad } from "./cells.js";
import { CPI } from "./cpi.js";
import { CELL_SIZE, DIRECT_SLOTS, FAILURE, INITIAL_FREE, STATE } from "./format.js";
import { JOURNAL } from "./journal.js";
import { fail } from "./memory.js";

export const INSTANCE = {
  /** (record, quads of immutables, libraries): makes a vacant account an instance, still without code. */
  layout: "rt.instance_layout",
  /** (record, contract id): lays out an instance of a contract of the image. */
  prepare: "rt.instance_prepare",
  /** (record, contract id, 20-byte addresses): fills the link table. */
  link: "rt.instance_link",
  /** (base, record, contract id): fills the link table from that of the code that runs in a frame. */
  inherit: "rt.instance_inherit",
} as const;

export function defineInstance(program: LirProgram, magic: bigint): void {
  defineLayout(program, magic);
  definePrepare(program);
  defineLink(program);
  defineInherit(program);
}

const dataOf = (f: LirBuilder, record: VReg): VReg => f.add(f.load(8, record, RECORD.ACCOUNT), BigInt(ACCOUNT.DATA));

function defineLayout(program: LirProgram, magic: bigint): void {
  const f = new LirBuilder(program, INSTANCE.layout, 3);
  const [record, immutables, libraries] = f.params as [VReg, VReg, VReg];
  const libraryOffset = f.add(f.shl(immutables, 5n), BigInt(STATE.HEADER_SIZE));
  const direct = f.add(libraryOffset, f.shl(libraries, 5n));
  const root = f.add(direct, BigInt(32 * DIRECT_SLOTS));
  const used = f.add(root, BigInt(CELL_SIZE));
  f.call(CPI.adopt, [record, f.add(used, BigInt(INITIAL_FREE))]);
  const account = f.load(8, record, RECORD.ACCOUNT);
  const data = f.add(account, BigInt(ACCOUNT.DATA));
  f.call(JOURNAL.word, [data]);
  for (const cell of [RECORD.KIND, RECORD.CREATED]) f.call(JOURNAL.word, [f.add(record, BigInt(cell))]);
  // An earlier creation that was undone may have left something.
  f.syscall("sol_memset_", [data, 0n, f.load(8, account, ACCOUNT.LENGTH)]);
  f.store(8, record, RECORD.KIND, KIND.INSTANCE);
  f.store(8, record, RECORD.CREATED, 1n);
  f.store(8, data, STATE.MAGIC, magic);
  f.store(8, data, STATE.NONCE, 1n);
  f.store(8, data, STATE.LIBRARIES, libraryOffset);
  f.store(8, data, STATE.DIRECT, direct);
  f.store(8, data, STATE.ROOT, root);
  f.store(8, data, STATE.USED, used);
  copyQuad(f, data, STATE.ADDRESS, record, RECORD.ADDRESS);
  f.ret([]);
  f.finish();
}

function definePrepare(program: LirProgram): void {
  const f = new LirBuilder(program, INSTANCE.prepare, 2);
  const [found, immutables, libraries] = f.call(IMAGE.describe.name, [f.param(1)], 4) as [VReg, VReg, VReg];
  f.if("eq", found, 0n, () => fail(f, FAILURE.FOREIGN_CODE));
  f.call(INSTANCE.layout, [f.param(0), immutables, libraries]);
  f.ret([]);
  f.finish();
}

function defineLink(program: LirProgram): void {
  const f = new LirBuilder(program, INSTANCE.link, 3);
  const left = f.copy(f.call(IMAGE.describe.name, [f.param(1)], 4)[2]!);
  const data = dataOf(f, f.param(0));
  const to = f.add(data, f.load(8, data, STATE.LIBRARIES));
  const from = f.copy(f.param(2));
  f.while(
    () => ["ne", left, 0n],
    () => {
      storeQuad(f, to, 0, loadAddress20(f, from, 0));
      f.aluTo(to, "add", to, 32n);
      f.aluTo(from, "add", from, 20n);
      f.aluTo(left, "sub", left, 1n);
    },
  );
  f.ret([]);
  f.finish();
}

/** Both contracts' libraries are numbers of the image (2 bytes each): a library of the new one is looked up in its creator's list. */
function defineInherit(program: LirProgram): void {
  const f = new LirBuilder(program, INSTANCE.inherit, 3);
  const [base, record, id] = f.params as [VReg, VReg, VReg];
  const [, , count, numbers] = f.call(IMAGE.describe.name, [id], 4) as [VReg, VReg, VReg, VReg];
  f.if("eq", count, 0n, () => f.ret([]));
  const [, , known, knownNumbers] = f.call(IMAGE.describe.name, [f.load(8, base, FRAME.CODE_ID)], 4) as [VReg, VReg, VReg, VReg];
  const data = dataOf(f, record);
  const to = f.add(data, f.load(8, data, STATE.LIBRARIES));
  const wanted = f.copy(numbers);
  const left = f.copy(count);
  f.while(
    () => ["ne", left, 0n],
    () => {
      const index = f.copy(0n);
      const search = f.label();
      const found = f.label();
      f.place(search);
      f.if("eq", index, known, () => fail(f, FAILURE.LINKED_CREATION));
      f.branch("eq", f.load(2, f.add(knownNumbers, f.shl(index, 1n)), 0), f.load(2, wanted, 0), found);
      f.aluTo(index, "add", index, 1n);
      f.jump(search);
      f.place(found);
      copyQuad(f, to, 0, f.add(f.load(8, base, FRAME.LIBRARIES), f.shl(index, 5n)), 0);
      f.aluTo(to, "add", to, 32n);
      f.aluTo(wanted, "add", wanted, 2n);
      f.aluTo(left, "sub", left, 1n);
    },
  );
  f.ret([]);
  f.finish();
}
