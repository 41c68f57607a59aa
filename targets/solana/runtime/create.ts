/**
 * Creation of instances, by a transaction and by contracts (CREATE, CREATE2). The address comes first, exactly as on Ethereum:
 * keccak256(rlp([creator, nonce])), or EIP-1014's with the 32-byte creation reference and the constructor arguments as
 * init code. The instance lives in the account derived from it, ["state", address].
 */
import { LirBuilder } from "../lir/builder.js";
import type { LirProgram, VReg } from "../lir/instruction.js";
import { CREATION_TAG, FLAG_CREATION, FLAG_STATIC, FRAME, REFERENCE_SIZE, RUNTIME_TAG, STATUS } from "../layout.js";
import { CREATE_ARGS, CREATE_KIND, IMAGE, RUNTIME } from "./abi.js";
import { ACCOUNTS } from "./accounts.js";
import { ACCOUNT, copyQuad, hash, KIND, loadAddress20, loadQuad, OWN, RECORD, storeAddress20, storeWord } from "./cells.js";
import { CALLS } from "./calls.js";
import { FAILURE, STATE } from "./format.js";
import { FRAMES } from "./frames.js";
import { INSTANCE } from "./instance.js";
import { JOURNAL } from "./journal.js";
import { fail } from "./memory.js";
import { PROXIES } from "./proxies.js";
import { VALUE } from "./value.js";

export const CREATION = {
  /** (creator quad address, nonce) -> address (3 limbs). */
  address: "rt.create_address",
  /** (creator quad address, salt quad address, init code, length) -> address (3 limbs). */
  address2: "rt.create2_address",
  /** (frame) -> status RETURN, REVERT or HALT: runs the constructor; on success the instance has its code. */
  construct: "rt.create_construct",
} as const;

export function defineCreation(program: LirProgram): void {
  defineAddress(program);
  defineAddress2(program);
  defineConstruct(program);
  defineCreate(program);
}

function defineAddress(program: LirProgram): void {
  const f = new LirBuilder(program, CREATION.address, 2);
  const rlp = { slot: f.slot(40) };
  const digest = { slot: f.slot(32) };
  const at = f.slotAddr(rlp.slot);
  const nonce = f.param(1);
  const [a0, a1, a2] = loadQuad(f, f.param(0));
  f.store(1, rlp, 1, 0x94n);
  storeAddress20(f, rlp, 2, [a0, a1, a2]);
  const size = f.copy(1n);
  f.if(
    "lt.u",
    nonce,
    0x80n,
    () => {
      f.store(1, rlp, 22, nonce);
      f.if("eq", nonce, 0n, () => f.store(1, rlp, 22, 0x80n));
    },
    () => {
      // The nonce's significant bytes, big-endian, behind their count.
      const bytes = f.copy(8n);
      const shifted = f.copy(nonce);
      f.while(
        () => ["eq", f.shr(shifted, 56n), 0n],
        () => {
          f.aluTo(shifted, "shl", shifted, 8n);
          f.aluTo(bytes, "sub", bytes, 1n);
        },
      );
      f.store(1, rlp, 22, f.add(bytes, 0x80n));
      f.store(8, rlp, 23, f.swap(64, shifted));
      f.aluTo(size, "add", bytes, 1n);
    },
  );
  f.store(1, rlp, 0, f.add(size, 0xc0n + 21n));
  hash(f, "sol_keccak256", at, f.add(size, 22n), f.slotAddr(digest.slot));
  f.ret(loadAddress20(f, digest, 12));
  f.finish();
}

function defineAddress2(program: LirProgram): void {
  const f = new LirBuilder(program, CREATION.address2, 4);
  const buffer = { slot: f.slot(88) };
  const digest = { slot: f.slot(32) };
  const at = f.slotAddr(buffer.slot);
  const [a0, a1, a2] = loadQuad(f, f.param(0));
  f.store(1, buffer, 0, 0xffn);
  storeAddress20(f, buffer, 1, [a0, a1, a2]);
  storeWord(f, buffer, 21, loadQuad(f, f.param(1)));
  hash(f, "sol_keccak256", f.param(2), f.param(3), f.add(at, 53n));
  hash(f, "sol_keccak256", at, 85n, f.slotAddr(digest.slot));
  f.ret(loadAddress20(f, digest, 12));
  f.finish();
}

/** The contract id in a 32-byte reference; fails as foreign code where the tag is another. */
function referenceId(f: LirBuilder, at: VReg, tag: string): VReg {
  const expected = new DataView(new TextEncoder().encode(tag).buffer);
  for (let o = 0; o < expected.byteLength; o += 8) {
    const word = expected.getBigUint64(o, true);
    f.if("ne", f.load(8, at, o), word, () => fail(f, FAILURE.FOREIGN_CODE));
  }
  return f.swap(64, f.load(8, at, REFERENCE_SIZE - 8));
}

function defineConstruct(program: LirProgram): void {
  const f = new LirBuilder(program, CREATION.construct, 1);
  const frame = f.param(0);
  const id = f.load(8, frame, FRAME.CODE_ID);
  const status = f.call1(IMAGE.run.name, [frame, id, 0n]);
  const data = f.add(f.load(8, f.load(8, frame, OWN.RECORD), RECORD.ACCOUNT), BigInt(ACCOUNT.DATA));
  f.if("eq", status, STATUS.DEPLOY, () => {
    f.store(8, data, STATE.CONTRACT_ID, id);
    f.store(8, frame, FRAME.OUTPUT_SIZE, 0n);
    f.ret([STATUS.RETURN]);
  });
  // Inline assembly returned the code to install: none, or a reference to a contract of this image.
  f.if("eq", status, STATUS.RETURN, () => {
    const size = f.load(8, frame, FRAME.OUTPUT_SIZE);
    f.if("ne", size, 0n, () => {
      f.if("ne", size, BigInt(REFERENCE_SIZE), () => fail(f, FAILURE.FOREIGN_CODE));
      f.store(8, data, STATE.CONTRACT_ID, referenceId(f, f.load(8, frame, FRAME.OUTPUT), RUNTIME_TAG));
    });
    f.store(8, frame, FRAME.OUTPUT_SIZE, 0n);
  });
  f.ret([status]);
  f.finish();
}

/** The new account's address; the creator's nonce counts creations of both kinds (EIP-161, EIP-1014). */
function addressOf(f: LirBuilder, base: VReg, args: VReg, init: VReg, length: VReg): VReg[] {
  const data = f.add(f.load(8, f.load(8, base, OWN.RECORD), RECORD.ACCOUNT), BigInt(ACCOUNT.DATA));
  const nonceAt = f.add(data, BigInt(STATE.NONCE));
  const nonce = f.load(8, nonceAt, 0);
  f.call(JOURNAL.word, [nonceAt]);
  f.store(8, nonceAt, 0, f.add(nonce, 1n));
  const self = f.add(base, BigInt.asUintN(64, BigInt(FRAME.ADDRESS)));
  const result = [f.reg(), f.reg(), f.reg()];
  const assign = (values: readonly VReg[]): void => values.forEach((v, i) => f.set(result[i]!, v));
  f.if(
    "eq",
    f.load(8, args, CREATE_ARGS.kind),
    CREATE_KIND.create,
    () => assign(f.call(CREATION.address, [self, nonce], 3)),
    () => assign(f.call(CREATION.address2, [self, f.add(args, BigInt(CREATE_ARGS.salt)), init, length], 3)),
  );
  return result;
}

function fillFrame(f: LirBuilder, base: VReg, frame: VReg, record: VReg, id: VReg, args: VReg): void {
  f.call(CALLS.useCode, [frame, record]);
  f.store(8, frame, FRAME.CODE_ID, id);
  f.store(8, frame, FRAME.FLAGS, FLAG_CREATION);
  f.store(8, frame, FRAME.CALLDATA, f.add(f.load(8, args, CREATE_ARGS.inAbs), BigInt(REFERENCE_SIZE)));
  f.store(8, frame, FRAME.CALLDATA_SIZE, f.sub(f.load(8, args, CREATE_ARGS.inLength), BigInt(REFERENCE_SIZE)));
  f.store(8, frame, OWN.RECORD, record);
  copyQuad(f, frame, FRAME.ADDRESS, record, RECORD.ADDRESS);
  copyQuad(f, frame, FRAME.CALLER, base, FRAME.ADDRESS);
  copyQuad(f, frame, FRAME.VALUE, args, CREATE_ARGS.value);
}

function defineCreate(program: LirProgram): void {
  const f = new LirBuilder(program, RUNTIME.create.name, 2);
  const [base, args] = [f.param(0), f.param(1)];
  const failed = f.label();
  f.if("test", f.load(8, base, FRAME.FLAGS), FLAG_STATIC, () => f.ret([STATUS.HALT, 0n, 0n, 0n]));
  f.store(8, base, FRAME.RETURNDATA_SIZE, 0n);
  const self = f.load(8, base, OWN.RECORD);
  const [paid, lamports] = f.call(VALUE.afford, [self, f.add(args, BigInt(CREATE_ARGS.value))], 2) as [VReg, VReg];
  f.branch("eq", paid, 0n, failed);
  const init = f.load(8, args, CREATE_ARGS.inAbs);
  const length = f.load(8, args, CREATE_ARGS.inLength);
  const [codeAt, codeSize, delegateAt] = f.call(PROXIES.recognise, [init, length], 3) as [VReg, VReg, VReg];
  const id = f.copy(0n);
  f.if("eq", codeSize, 0n, () =>
    f.if("ne", length, 0n, () => {
      f.if("lt.u", length, BigInt(REFERENCE_SIZE), () => fail(f, FAILURE.FOREIGN_CODE));
      f.set(id, referenceId(f, init, CREATION_TAG));
    }),
  );
  const address = addressOf(f, base, args, init, length);
  const record = f.call1(ACCOUNTS.find, address);
  // A taken address (EIP-684): fails like a halt of the new frame.
  f.branch("ne", f.load(8, record, RECORD.KIND), KIND.VACANT, failed);
  // A proxy has no constructor, and no init code makes an account without code: nothing can fail any more.
  f.if("eq", id, 0n, () => {
    f.call(INSTANCE.layout, [record, f.shr(f.add(codeSize, 31n), 5n), 0n]);
    f.if("ne", codeSize, 0n, () => f.call(PROXIES.install, [record, f.add(init, codeAt), codeSize, delegateAt]));
    f.call(VALUE.move, [self, record, lamports]);
    f.ret([STATUS.CONTINUE, ...address]);
  });
  const frame = f.call1(FRAMES.begin, [base]);
  f.call(INSTANCE.prepare, [record, id]);
  f.call(INSTANCE.inherit, [base, record, id]);
  f.call(VALUE.move, [self, record, lamports]);
  fillFrame(f, base, frame, record, id, args);
  const status = f.call1(CREATION.construct, [frame]);
  f.if("eq", status, STATUS.REVERT, () => f.call(FRAMES.returned, [base, f.load(8, frame, FRAME.OUTPUT), f.load(8, frame, FRAME.OUTPUT_SIZE)]));
  f.call(FRAMES.end, [frame, status]);
  f.branch("ne", status, STATUS.RETURN, failed);
  f.ret([STATUS.CONTINUE, ...address]);
  f.place(failed);
  f.ret([STATUS.CONTINUE, 0n, 0n, 0n]);
  f.finish();
}
