/** Built-in functions that compute something: hashes and recovery, modular arithmetic, block data, concatenation, array push and pop. */
import { InternalError } from "../../../../diagnostics/diagnostic.js";
import type { ValueId } from "../../../../ir/module.js";
import { I160, I256, PTR } from "../../../../ir/ops.js";
import type { Expression, FunctionCall } from "../../syntax/ast.js";
import type { FunctionType } from "../../semantics/types.js";
import type { Body } from "../body.js";
import { BYTES32, UINT256, UNIT } from "../common-types.js";
import { encodePacked } from "../data/abi-packed.js";
import { arrayPop, bytesPop } from "../data/array-ops.js";
import { emitIf, panicIf } from "../data/control.js";
import { revertForward } from "../data/revert.js";
import { storageLength } from "../data/storage.js";
import { storeMemoryWord } from "../data/words.js";
import { loadPlace, storePlace } from "../places.js";
import { keccakNumber } from "../signatures.js";
import { underlying, type Value } from "../values.js";
import { pushedPlace } from "../expressions/assignment.js";
import { bytesRange, decode, encodedBytes } from "./abi.js";
import { convertedArguments, objectOf } from "./callee.js";

/** The value of a call of a built-in function; undefined where it is none of these. */
export function builtinCall(f: Body, e: FunctionCall, type: FunctionType): Value | undefined {
  const result = f.typeOf(e);
  const one = (id: ValueId): Value => ({ type: result, ids: [id] });
  const args = (): ValueId[] => convertedArguments(f, e, type).flatMap((v) => [...v.ids]);
  switch (type.functionKind) {
    case "keccak256":
      return one(keccak(f, onlyArgument(e)));
    case "sha256":
      return one(hashPrecompile(f, e, 2, I256));
    case "ripemd160":
      return one(hashPrecompile(f, e, 3, I160));
    case "ecrecover":
      return one(recover(f, convertedArguments(f, e, type)));
    case "addmod":
    case "mulmod":
      return one(modular(f, type.functionKind, f.isOldCode ? backwards(f, e) : args()));
    case "blockhash":
      return one(f.b.emit("env.blockhash", args()));
    case "blobhash":
      return one(f.b.emit("env.blobhash", args()));
    case "gasleft":
      return one(f.b.zext(f.b.emit("env.gas", []), I256));
    case "selfdestruct":
      f.b.exit("exit.selfdestruct", args());
      return { type: UNIT, ids: [] };
    case "erc7201":
      return one(f.b.const(I256, erc7201Slot(f, e)));
    case "abiDecode":
      return decode(f, e);
    case "abiEncode":
    case "abiEncodePacked":
    case "abiEncodeWithSelector":
    case "abiEncodeWithSignature":
    case "abiEncodeCall":
    case "bytesConcat":
    case "stringConcat":
      return encodedBytes(f, e, type);
    case "wrap":
    case "unwrap":
      return { type: result, ids: f.exprAs(onlyArgument(e), type.parameters[0] ?? underlying(result)).ids };
    case "arrayPush":
      return push(f, e);
    case "arrayPop":
      return pop(f, e);
    case "log":
      return log(f, e);
    case "metaType":
      return { type: result, ids: [] };
    default:
      return undefined;
  }
}

function onlyArgument(e: FunctionCall): Expression {
  const [argument] = e.arguments;
  if (!argument) throw new InternalError("a built-in function lacks its argument", e.span);
  return argument;
}

function keccak(f: Body, argument: Expression): ValueId {
  const type = f.typeOf(argument);
  if (type.kind === "stringLiteral") return f.b.const(I256, keccakNumber(type.value));
  return f.b.emit("mem.keccak", bytesRange(f, argument));
}

/** A hash that a precompiled contract computes; its result's low bits are taken. */
function hashPrecompile(f: Body, e: FunctionCall, address: number, width: number): ValueId {
  const [data, length] = bytesRange(f, onlyArgument(e));
  callPrecompile(f, address, data, length);
  return f.b.emit("mem.load", [f.b.const(PTR, 0)], width);
}

/** Calls a precompiled contract whose result of 32 bytes goes to address 0; a failure is forwarded. */
function callPrecompile(f: Body, address: number, data: ValueId, length: ValueId): void {
  const { b } = f;
  const gas = b.zext(b.emit("env.gas", []), I256);
  const success = b.emit("ext.staticcall", [gas, b.const(I160, address), data, length, b.const(PTR, 0), b.const(PTR, 32)]);
  emitIf(b, b.emit("not", [success]), () => revertForward(b));
}

/** `ecrecover(hash, v, r, s)`: 0 for an invalid signature, where the precompile returns nothing. */
function recover(f: Body, args: readonly Value[]): ValueId {
  const { b } = f;
  const start = b.emit("mem.free", []);
  args.forEach((v, i) => storeMemoryWord(b, i === 0 ? start : b.emit("add.nuw", [start, b.const(PTR, 32 * i)]), v));
  b.emit("mem.store", [b.const(PTR, 0), b.const(I256, 0)]);
  callPrecompile(f, 1, start, b.const(PTR, 128));
  return b.emit("mem.load", [b.const(PTR, 0)], I160);
}

function modular(f: Body, op: "addmod" | "mulmod", args: ValueId[]): ValueId {
  panicIf(f.b, f.b.emit("eq", [args[2]!, f.b.const(I256, 0)]), 0x12);
  return f.b.emit(op, args);
}

/** Arguments of addmod and mulmod, evaluated from the last to the first, as before 0.8. */
function backwards(f: Body, e: FunctionCall): ValueId[] {
  return [...e.arguments]
    .reverse()
    .map((a) => f.exprAs(a, UINT256).ids[0]!)
    .reverse();
}

/**
 * `log2(data, t1, t2)` of lines before 0.8: arguments are evaluated from the last to the first. The old coder logs a literal's bytes as they
 * are, the new one as bytes32.
 */
function log(f: Body, e: FunctionCall): Value {
  const { b } = f;
  const [data, ...topics] = [...e.arguments]
    .reverse()
    .map((a) => (f.m.ignoresDirt && f.typeOf(a).kind === "stringLiteral" && a === e.arguments[0] ? f.expr(a) : f.exprAs(a, BYTES32)))
    .reverse();
  const start = b.emit("mem.free", []);
  const end = encodePacked(f.m, b, [data!], start);
  b.emit("log", [start, b.emit("sub.nuw", [end, start]), ...topics.map((topic) => topic.ids[0]!)]);
  return { type: UNIT, ids: [] };
}

/** ERC-7201: keccak256(abi.encode(uint256(keccak256(id)) - 1)) & ~0xff. */
function erc7201Slot(f: Body, e: FunctionCall): bigint {
  const type = f.typeOf(onlyArgument(e));
  if (type.kind !== "stringLiteral") return f.unsupported("erc7201 of a string that is no literal", e.span);
  const inner = BigInt.asUintN(256, keccakNumber(type.value) - 1n);
  const word = Buffer.from(inner.toString(16).padStart(64, "0"), "hex");
  return keccakNumber(word) & ~0xffn;
}

function push(f: Body, e: FunctionCall): Value {
  const array = f.expr(objectOf(e));
  const [argument] = e.arguments;
  if (!argument) return loadPlace(f, pushedPlace(f, array));
  const value = f.expr(argument);
  const element = underlying(array.type);
  // A value is converted before the array grows; a reference is copied from where it lies.
  const isWord = element.kind === "bytes" || (element.kind === "array" && !["array", "bytes", "struct"].includes(element.element.kind));
  const converted = isWord ? f.convert(value, element.kind === "bytes" ? { kind: "fixedBytes", size: 1 } : element.element) : value;
  storePlace(f, pushedPlace(f, array), converted);
  const result = f.typeOf(e);
  // Before 0.6 push gave the new length.
  if (result.kind === "integer" && (element.kind === "array" || element.kind === "bytes")) return { type: result, ids: [storageLength(f.m, f.b, element, array.ids[0]!)] };
  return { type: UNIT, ids: [] };
}

function pop(f: Body, e: FunctionCall): Value {
  const array = f.expr(objectOf(e));
  const type = underlying(array.type);
  if (type.kind === "bytes") bytesPop(f.m, f.b, type, array.ids[0]!);
  else if (type.kind === "array") arrayPop(f.m, f.b, type, array.ids[0]!);
  else throw new InternalError(`'${type.kind}' has no pop`, e.span);
  return { type: UNIT, ids: [] };
}
