/**
 * The EVM's instructions in inline assembly. Words are i256; booleans, addresses and sizes are widened and narrowed around the IR's
 * instructions. Addresses may be anything, so ranges are i256 (checked by the backend), but for literals in the scratch area.
 */
import { InternalError } from "../../../../diagnostics/diagnostic.js";
import type { ValueId } from "../../../../ir/module.js";
import { I160, I256, I8, PTR } from "../../../../ir/ops.js";
import type { YulFunctionCall } from "../../syntax/ast.js";
import type { YulState } from "./state.js";

/** An evaluated argument; literals are kept as numbers so that small addresses can be told. */
export type Operand = { readonly value: ValueId } | { readonly literal: bigint };

/** Instructions on words that differ from the IR's in name only. */
const WORDS: Readonly<Record<string, string>> = {
  add: "add",
  sub: "sub",
  mul: "mul",
  div: "div.u",
  sdiv: "div.s",
  mod: "rem.u",
  smod: "rem.s",
  exp: "exp",
  and: "and",
  or: "or",
  xor: "xor",
  not: "not",
  byte: "byte",
  signextend: "signextend",
  clz: "clz",
  addmod: "addmod",
  mulmod: "mulmod",
  sload: "storage.load",
  tload: "transient.load",
  sstore: "storage.store",
  tstore: "transient.store",
  blockhash: "env.blockhash",
  blobhash: "env.blobhash",
};

/** Shifts have the amount first. */
const SHIFTS: Readonly<Record<string, string>> = { shl: "shl", shr: "shr.u", sar: "shr.s" };

const COMPARISONS: Readonly<Record<string, string>> = { lt: "lt.u", gt: "gt.u", slt: "lt.s", sgt: "gt.s", eq: "eq" };

/** Instructions without operands. */
const SOURCES: Readonly<Record<string, string>> = {
  address: "env.address",
  caller: "env.caller",
  origin: "env.origin",
  callvalue: "env.value",
  gasprice: "env.gasprice",
  coinbase: "env.coinbase",
  timestamp: "env.timestamp",
  number: "env.number",
  gaslimit: "env.gaslimit",
  chainid: "env.chainid",
  basefee: "env.basefee",
  blobbasefee: "env.blobbasefee",
  prevrandao: "env.prevrandao",
  difficulty: "env.prevrandao",
  gas: "env.gas",
  selfbalance: "env.selfbalance",
  calldatasize: "calldata.size",
  returndatasize: "returndata.size",
  codesize: "code.size",
  msize: "mem.size",
};

/** Instructions on an account. */
const ACCOUNTS: Readonly<Record<string, string>> = { balance: "env.balance", extcodesize: "extcode.size", extcodehash: "extcode.hash" };

/** Copies into memory: (to, from, length). */
const COPIES: Readonly<Record<string, string>> = {
  mcopy: "mem.copy",
  calldatacopy: "calldata.copy",
  returndatacopy: "returndata.copy",
  codecopy: "code.copy",
};

/** Bytes at the start of memory that are always trusted: scratch space, free pointer, zero slot and the heap's first bytes. */
const TRUSTED_LIMIT = 0x400n;

/** A comparison's truth value as i1; undefined for other instructions. */
export function comparison(y: YulState, name: string, operands: readonly Operand[]): ValueId | undefined {
  if (name === "iszero") return y.b.emit("eq", [word(y, operands[0]), y.b.const(I256, 0)]);
  const op = COMPARISONS[name];
  return op === undefined ? undefined : y.b.emit(op, [word(y, operands[0]), word(y, operands[1])]);
}

/** An instruction's result words: one, or none. */
export function builtin(y: YulState, e: YulFunctionCall, operands: readonly Operand[]): ValueId[] {
  const { b } = y;
  const name = e.functionName.name;
  const truth = comparison(y, name, operands);
  if (truth !== undefined) return [b.zext(truth, I256)];
  const words = (): ValueId[] => operands.map((o) => word(y, o));
  const plain = WORDS[name];
  if (plain !== undefined) {
    const result = b.emit(plain, words());
    return plain.endsWith(".store") ? [] : [result];
  }
  const shift = SHIFTS[name];
  if (shift !== undefined) return [b.emit(shift, [word(y, operands[1]), word(y, operands[0])])];
  const source = SOURCES[name];
  if (source !== undefined) return [b.zext(b.emit(source, []), I256)];
  const account = ACCOUNTS[name];
  if (account !== undefined) return [b.zext(b.emit(account, [b.trunc(word(y, operands[0]), I160)]), I256)];
  const copy = COPIES[name];
  if (copy !== undefined) {
    b.emit(copy, name === "mcopy" ? words() : copyOperands(y, operands));
    return [];
  }
  return memoryOrCall(y, e, name, operands);
}

/** Where the target is a trusted literal range the copy's operands are all i64, if the source offset is a small literal too. */
function copyOperands(y: YulState, operands: readonly Operand[]): ValueId[] {
  const [to, from, length] = operands;
  const small = isTrusted(to, length) && from !== undefined && "literal" in from && from.literal < TRUSTED_LIMIT;
  return operands.map((o) => (small ? pointer(y, o) : word(y, o)));
}

function memoryOrCall(y: YulState, e: YulFunctionCall, name: string, operands: readonly Operand[]): ValueId[] {
  const { b } = y;
  const [first, second] = operands;
  switch (name) {
    case "mload":
      return [b.emit("mem.load", [address(y, first, 32n)], I256)];
    case "mstore":
      b.emit("mem.store", [address(y, first, 32n), word(y, second)]);
      return [];
    case "mstore8":
      b.emit("mem.store.byte", [address(y, first, 1n), b.trunc(word(y, second), I8)]);
      return [];
    case "keccak256":
      return [b.emit("mem.keccak", range(y, first, second))];
    case "calldataload":
      return [b.emit("calldata.load", [isTrusted(first, { literal: 32n }) ? pointer(y, first!) : word(y, first)], I256)];
    case "extcodecopy":
      b.emit("extcode.copy", [b.trunc(word(y, first), I160), ...operands.slice(1).map((o) => word(y, o))]);
      return [];
    case "pop":
      word(y, first);
      return [];
    case "log0":
    case "log1":
    case "log2":
    case "log3":
    case "log4":
      b.emit("log", [...range(y, first, second), ...operands.slice(2).map((o) => word(y, o))]);
      return [];
    default:
      return callOrEnd(
        y,
        e,
        name,
        operands.map((o) => word(y, o)),
      );
  }
}

function callOrEnd(y: YulState, e: YulFunctionCall, name: string, words: ValueId[]): ValueId[] {
  const { b } = y;
  const account = (i: number): ValueId => b.trunc(words[i]!, I160);
  switch (name) {
    case "call":
    case "callcode":
      return [b.zext(b.emit(`ext.${name}`, [words[0]!, account(1), ...words.slice(2)]), I256)];
    case "delegatecall":
    case "staticcall":
      return [b.zext(b.emit(`ext.${name}`, [words[0]!, account(1), ...words.slice(2)]), I256)];
    case "create":
    case "create2":
      return [b.zext(b.emit(`ext.${name}`, words), I256)];
    case "return":
    case "revert":
      b.exit(`exit.${name}`, words);
      return [];
    case "stop":
    case "invalid":
      b.exit(`exit.${name}`);
      return [];
    case "selfdestruct":
      b.exit("exit.selfdestruct", [account(0)]);
      return [];
    default:
      return y.f.unsupported(`the instruction '${name}' in inline assembly`, e.span);
  }
}

/** An operand as a word. */
export function word(y: YulState, operand: Operand | undefined): ValueId {
  if (!operand) throw new InternalError("an instruction of inline assembly lacks an operand", y.b.span);
  return "literal" in operand ? y.b.const(I256, operand.literal) : operand.value;
}

function pointer(y: YulState, operand: Operand): ValueId {
  if (!("literal" in operand)) throw new InternalError("only literals are trusted addresses", y.b.span);
  return y.b.const(PTR, operand.literal);
}

/** True for a literal range within the area that is always trusted. */
function isTrusted(start: Operand | undefined, length: Operand | undefined): boolean {
  if (!start || !length || !("literal" in start) || !("literal" in length)) return false;
  return start.literal + length.literal <= TRUSTED_LIMIT;
}

/** An address of `size` bytes: i64 where it is a small literal. */
function address(y: YulState, start: Operand | undefined, size: bigint): ValueId {
  return isTrusted(start, { literal: size }) ? pointer(y, start!) : word(y, start);
}

function range(y: YulState, start: Operand | undefined, length: Operand | undefined): [ValueId, ValueId] {
  if (isTrusted(start, length)) return [pointer(y, start!), pointer(y, length!)];
  return [word(y, start), word(y, length)];
}
