/** Meaning of the instructions on storage, the environment, other accounts, logs, calls and creation. */
import { keccak_256 } from "@noble/hashes/sha3.js";
import { InternalError } from "../../diagnostics/diagnostic.js";
import { effect, type CallRequest, type CallResult, type CreateRequest, type Environment, type Frame, type Handler, type Step } from "./frame.js";
import { isTrusted, readRange } from "./handlers-memory.js";
import { halt } from "./outcome.js";
import { bytesToInt, concatBytes, intToBytes } from "../../../machine/bytes.js";

function notStatic(frame: Frame, what: string): void {
  if (frame.message.isStatic) throw halt(`${what} in a static call`);
}

function keccakWord(...words: readonly bigint[]): bigint {
  return bytesToInt(keccak_256(concatBytes(...words.map((w) => intToBytes(w, 32)))));
}

const fromEnvironment =
  (read: (env: Environment) => bigint): Handler =>
  ({ frame }) =>
    read(frame.session.env);

/** EXTCODEHASH (EIP-1052): 0 for an account that does not exist. */
function codeHash({ frame, args }: Step): bigint {
  const { state } = frame.session;
  if (!state.exists(args[0]!)) return 0n;
  return bytesToInt(keccak_256(state.code(args[0]!)?.bytes ?? new Uint8Array()));
}

function blockHash({ frame, args }: Step): bigint {
  const { env } = frame.session;
  const [number] = args as [bigint];
  return number < env.number && number + 256n >= env.number ? env.blockHash(number) : 0n;
}

/** Reads the input, makes the output range part of memory, and says how the result is stored. Operands: in, inLength, out, outLength. */
function transfer(step: Step, first: number): { data: Uint8Array; resume: (result: CallResult) => bigint } {
  const { frame, args } = step;
  const data = readRange(step, first);
  const out = frame.memory.access(args[first + 2]!, args[first + 3]!, isTrusted(step, first + 2));
  const resume = (result: CallResult): bigint => {
    frame.returnData = result.data;
    frame.memory.write(out, result.data.subarray(0, Number(args[first + 3])));
    return result.success ? 1n : 0n;
  };
  return { data, resume };
}

function call(step: Step): CallRequest {
  const { frame, args } = step;
  const [, to, value] = args as [bigint, bigint, bigint];
  if (value > 0n) notStatic(frame, "a call with value");
  const { address: caller, isStatic, depth } = frame.message;
  return { kind: "call", codeAddress: to, caller, address: to, value, transfers: true, isStatic, depth: depth + 1, ...transfer(step, 3) };
}

/** CALLCODE runs foreign code on the caller's own state, as itself; the value goes nowhere but must be there. */
function callcode(step: Step): CallRequest {
  const { address, isStatic, depth } = step.frame.message;
  const [, to, value] = step.args as [bigint, bigint, bigint];
  return { kind: "call", codeAddress: to, caller: address, address, value, transfers: true, isStatic, depth: depth + 1, ...transfer(step, 3) };
}

function delegatecall(step: Step): CallRequest {
  const { caller, address, value, isStatic, depth } = step.frame.message;
  const codeAddress = step.args[1]!;
  return { kind: "call", codeAddress, caller, address, value, transfers: false, isStatic, depth: depth + 1, ...transfer(step, 2) };
}

function staticcall(step: Step): CallRequest {
  const { address: caller, depth } = step.frame.message;
  const to = step.args[1]!;
  return { kind: "call", codeAddress: to, caller, address: to, value: 0n, transfers: false, isStatic: true, depth: depth + 1, ...transfer(step, 2) };
}

function create(step: Step, salt: bigint | undefined): CreateRequest {
  const { frame } = step;
  notStatic(frame, "a creation");
  const { address: caller, depth, libraries } = frame.message;
  const resume = (result: CallResult, address: bigint): bigint => {
    frame.returnData = result.success ? new Uint8Array() : result.data;
    return result.success ? address : 0n;
  };
  return { kind: "create", caller, value: step.args[0]!, code: readRange(step, 1), salt, libraries, depth: depth + 1, resume };
}

function log(step: Step): void {
  const { frame, args } = step;
  notStatic(frame, "a log");
  frame.session.state.emit({ address: frame.message.address, topics: args.slice(2), data: readRange(step, 0) });
}

function immutableStore({ frame, inst, args }: Step): void {
  if (!frame.message.creation) throw new InternalError(`the immutable ${inst.imm.immutable} is assigned outside of creation code`);
  frame.immutables.set(inst.imm.immutable!, args[0]!);
}

function libraryAddress({ frame, inst }: Step): bigint {
  const address = frame.message.libraries.get(inst.imm.library!);
  if (address === undefined) throw new InternalError(`the library ${inst.imm.library} is not linked`);
  return address;
}

export const STATE_HANDLERS: Readonly<Record<string, Handler>> = {
  "storage.load": ({ frame, args }) => frame.session.state.loadStorage(frame.message.address, args[0]!),
  "storage.store": effect(({ frame, args }) => {
    notStatic(frame, "a storage write");
    frame.session.state.storeStorage(frame.message.address, args[0]!, args[1]!);
  }),
  "transient.load": ({ frame, args }) => frame.session.state.loadTransient(frame.message.address, args[0]!),
  "transient.store": effect(({ frame, args }) => {
    notStatic(frame, "a transient storage write");
    frame.session.state.storeTransient(frame.message.address, args[0]!, args[1]!);
  }),
  "slot.map": ({ args }) => keccakWord(args[0]!, args[1]!),
  "slot.array": ({ args }) => keccakWord(args[0]!),
  "immutable.load": ({ frame, inst }) => frame.immutables.get(inst.imm.immutable!) ?? 0n,
  "immutable.store": effect(immutableStore),

  "env.address": ({ frame }) => frame.message.address,
  "env.caller": ({ frame }) => frame.message.caller,
  "env.value": ({ frame }) => frame.message.value,
  "env.origin": fromEnvironment((env) => env.origin),
  "env.gasprice": fromEnvironment((env) => env.gasPrice),
  "env.coinbase": fromEnvironment((env) => env.coinbase),
  "env.timestamp": fromEnvironment((env) => env.timestamp),
  "env.number": fromEnvironment((env) => env.number),
  "env.gaslimit": fromEnvironment((env) => env.gasLimit),
  "env.chainid": fromEnvironment((env) => env.chainId),
  "env.basefee": fromEnvironment((env) => env.baseFee),
  "env.blobbasefee": fromEnvironment((env) => env.blobBaseFee),
  "env.prevrandao": fromEnvironment((env) => env.prevRandao),
  "env.blockhash": blockHash,
  "env.blobhash": ({ frame, args }) => frame.session.env.blobHashes[Number(args[0]! < 0x10000n ? args[0]! : 0x10000n)] ?? 0n,
  "env.gas": ({ frame }) => BigInt(frame.session.fuel),
  "env.balance": ({ frame, args }) => frame.session.state.balance(args[0]!),
  "env.selfbalance": ({ frame }) => frame.session.state.balance(frame.message.address),
  "extcode.size": ({ frame, args }) => BigInt(frame.session.state.code(args[0]!)?.bytes.length ?? 0),
  "extcode.hash": codeHash,
  "library.address": libraryAddress,

  "ext.call": call,
  "ext.callcode": callcode,
  "ext.delegatecall": delegatecall,
  "ext.staticcall": staticcall,
  "ext.create": (step) => create(step, undefined),
  "ext.create2": (step) => create(step, step.args[3]),
  log: effect(log),
};
