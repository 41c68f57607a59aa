/**
 * Minimal proxies (EIP-1167 and its kin): the one sort of raw EVM bytecode that programs create. The program runs no EVM code,
 * so creation code is compared with the known forms; an account so created keeps the runtime code's bytes where another instance
 * has its immutables, and calls of it run the code of the address that those bytes name, as their DELEGATECALL would.
 *
 *   creation code = prologue, head, 20 bytes of address, tail [, arguments]
 *
 * Bytes behind the tail are never executed: implementations read them as immutable arguments with EXTCODECOPY.
 */
import { LirBuilder } from "../lir/builder.js";
import type { Label, LirProgram, VReg } from "../lir/instruction.js";
import { ACCOUNTS } from "./accounts.js";
import { ACCOUNT, KIND, loadAddress20, RECORD } from "./cells.js";
import { FAILURE, PROXY_ID, STATE } from "./format.js";
import { MEMORY } from "./memory.js";
import { PRECOMPILES } from "./precompiles.js";

export const PROXIES = {
  /** (creation code, length) -> offset of the runtime code, its length, offset of the address in it; zeros for other code. */
  recognise: "rt.proxy_recognise",
  /** (record, runtime code, length, offset of the address in it): gives a prepared account that code. */
  install: "rt.proxy_install",
  /** (record) -> record of the account whose code runs: at the end of a chain of proxies; 0 where there is no code. */
  resolve: "rt.proxy_resolve",
} as const;

/** A form of creation code; bytes in hex. */
interface Form {
  readonly prologue: string;
  readonly head: string;
  readonly tail: string;
  /** The prologue begins with PUSH2 of the runtime code's length, so that arguments may follow. */
  readonly arguments?: true;
}

const EIP1167 = { head: "363d3d373d3d3d363d73", tail: "5af43d82803e903d91602b57fd5bf3" } as const;
const FORMS: readonly Form[] = [
  // OpenZeppelin's Clones.
  { prologue: "3d602d80600a3d3981f3", ...EIP1167 },
  { prologue: "602d8060093d393df3", ...EIP1167 },
  // Immutable arguments: Clones and Solady's LibClone.
  { prologue: "3d81600a3d39f3", ...EIP1167, arguments: true },
  // Solady's LibClone: 44 bytes, and with PUSH0.
  { prologue: "602c3d8160093d39f3", head: "3d3d3d3d363d3d37363d73", tail: "5af43d3d93803e602a57fd5bf3" },
  { prologue: "602d5f8160095f39f3", head: "5f5f365f5f37365f73", tail: "5af43d5f5f3e6029573d5ffd5b3d5ff3" },
];
const PUSH2 = 0x61n;
const PUSH2_SIZE = 3;
const ADDRESS_SIZE = 20;
/** Proxies of proxies: more are a cycle. */
const MAX_CHAIN = 64n;

const EQUAL = "rt.bytes_equal";

export function defineProxies(program: LirProgram): void {
  defineEqual(program);
  defineRecognise(program);
  defineInstall(program);
  defineResolve(program);
}

/** (a, b, length) -> 1 where the bytes are equal. */
function defineEqual(program: LirProgram): void {
  const f = new LirBuilder(program, EQUAL, 3);
  const result = { slot: f.slot(8) };
  f.syscall("sol_memcmp_", [f.param(0), f.param(1), f.param(2), f.slotAddr(result.slot)]);
  f.if("eq", f.load(4, result, 0), 0n, () => f.ret([1n]));
  f.ret([0n]);
  f.finish();
}

const bytesOf = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex, "hex"));

/** Jumps to `other` unless the bytes at `code` + `offset` are those. */
function expectBytes(f: LirBuilder, code: VReg, offset: number, hex: string, other: Label): void {
  const bytes = bytesOf(hex);
  const at = f.add(code, BigInt(offset));
  f.branch("eq", f.call1(EQUAL, [at, f.rodata(bytes), BigInt(bytes.length)]), 0n, other);
}

function defineRecognise(program: LirProgram): void {
  const f = new LirBuilder(program, PROXIES.recognise, 2);
  const [code, length] = [f.param(0), f.param(1)];
  for (const form of FORMS) {
    const other = f.label();
    const prologueAt = form.arguments ? PUSH2_SIZE : 0;
    const start = prologueAt + form.prologue.length / 2;
    const head = form.head.length / 2;
    const size = head + ADDRESS_SIZE + form.tail.length / 2;
    f.branch("lt.u", length, BigInt(start + size), other);
    expectBytes(f, code, prologueAt, form.prologue + form.head, other);
    expectBytes(f, code, start + head + ADDRESS_SIZE, form.tail, other);
    const codeSize = f.copy(BigInt(size));
    if (form.arguments) {
      f.branch("ne", f.load(1, code, 0), PUSH2, other);
      f.set(codeSize, f.swap(16, f.load(2, code, 1)));
      f.branch("ne", codeSize, f.sub(length, BigInt(start)), other);
    }
    f.ret([BigInt(start), codeSize, BigInt(head)]);
    f.place(other);
  }
  f.ret([0n, 0n, 0n]);
  f.finish();
}

function defineInstall(program: LirProgram): void {
  const f = new LirBuilder(program, PROXIES.install, 4);
  const [record, code, length, offset] = f.params as [VReg, VReg, VReg, VReg];
  const data = f.add(f.load(8, record, RECORD.ACCOUNT), BigInt(ACCOUNT.DATA));
  const to = f.add(data, BigInt(STATE.HEADER_SIZE));
  f.syscall("sol_memcpy_", [to, code, length]);
  f.store(8, data, STATE.CONTRACT_ID, PROXY_ID);
  f.store(8, data, STATE.CODE_SIZE, length);
  f.store(8, data, STATE.DELEGATE, f.add(offset, BigInt(STATE.HEADER_SIZE)));
  f.ret([]);
  f.finish();
}

/** A cycle of proxies would use up all gas on Ethereum: it fails the transaction by name. */
function defineResolve(program: LirProgram): void {
  const f = new LirBuilder(program, PROXIES.resolve, 1);
  const record = f.copy(f.param(0));
  const left = f.copy(MAX_CHAIN);
  const loop = f.label();
  const none = f.label();
  f.place(loop);
  f.branch("ne", f.load(8, record, RECORD.KIND), KIND.INSTANCE, none);
  const data = f.add(f.load(8, record, RECORD.ACCOUNT), BigInt(ACCOUNT.DATA));
  const id = f.load(8, data, STATE.CONTRACT_ID);
  f.branch("eq", id, 0n, none);
  f.if("ne", id, PROXY_ID, () => f.ret([record]));
  f.if("eq", left, 0n, () => failWith(f, FAILURE.PROXY_CYCLE, 0n));
  f.aluTo(left, "sub", left, 1n);
  const address = loadAddress20(f, f.add(data, f.load(8, data, STATE.DELEGATE)), 0);
  // A proxy to a precompiled contract would have to run it: nobody makes one, and it must not pass for an account without code.
  const account = f.label();
  f.branch("ne", f.or(address[1], address[2]), 0n, account);
  f.branch("gt.u", f.sub(address[0], 1n), PRECOMPILES.last - 1n, account);
  failWith(f, FAILURE.UNSUPPORTED_PRECOMPILE, address[0]);
  f.place(account);
  f.set(record, f.call1(ACCOUNTS.find, address));
  f.jump(loop);
  f.place(none);
  f.ret([0n]);
  f.finish();
}

function failWith(f: LirBuilder, code: number, byte: VReg | bigint): void {
  const payload = { slot: f.slot(8) };
  f.store(1, payload, 0, byte);
  f.call(MEMORY.fail, [BigInt(code), f.slotAddr(payload.slot), 1n]);
}
