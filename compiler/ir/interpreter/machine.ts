/**
 * Runs a message with all the calls and creations that it makes. Contracts call each other to a depth of 1,024, so the frames are a
 * list here and not recursion. Gas is fuel: instructions that the whole transaction may run; a call's own gas limit is not modelled.
 */
import { InternalError } from "../../diagnostics/diagnostic.js";
import { runtimeCode, type Code, type ModuleCode } from "./code.js";
import { create2Address, createAddress } from "../../../machine/create-address.js";
import { enter, resultOf, resumeFrame, runFrame } from "./execute.js";
import { Frame, type CallRequest, type CallResult, type CreateRequest, type Message, type Request, type Session } from "./frame.js";
import { FrameEnd, NotModelled } from "./outcome.js";
import { precompile } from "../../../machine/precompiles.js";

/** Frames that may wait for the one on top of them. */
const MAX_DEPTH = 1024;
const MAX_PROXIES = 8;

const FAILED: CallResult = { success: false, data: new Uint8Array() };
const DONE: CallResult = { success: true, data: new Uint8Array() };

/** A running frame, and the request that it answers. */
interface Running {
  readonly frame: Frame;
  readonly request: Request;
  /** The created account. */
  readonly created: bigint;
}

export interface RunResult extends CallResult {
  /** The created account; 0 for calls and failures. */
  readonly address: bigint;
}

/** Runs a transaction's outermost call or creation to its end. Effects of failed frames are undone; the rest stays, journaled. */
export function run(session: Session, outermost: Request): RunResult {
  const stack: Running[] = [];
  let request: Request | undefined = outermost;
  for (;;) {
    let finished: { result: CallResult; request: Request; created: bigint } | undefined;
    if (request) {
      const begun = begin(session, request);
      if ("frame" in begun) stack.push(begun);
      else finished = { ...begun, request };
      request = undefined;
    }
    const top = stack[stack.length - 1];
    if (!finished && top) {
      const end = advance(top.frame);
      if (end instanceof FrameEnd) {
        finished = { result: finish(session, top, end), request: top.request, created: top.created };
        stack.pop();
      } else {
        request = end;
      }
    }
    if (!finished) continue;
    const caller = stack[stack.length - 1];
    if (!caller) return { ...finished.result, address: finished.result.success ? finished.created : 0n };
    resumeFrame(caller.frame, resume(finished.request, finished.result, finished.created));
  }
}

function resume(request: Request, result: CallResult, created: bigint): bigint {
  return request.kind === "call" ? request.resume(result) : request.resume(result, created);
}

function advance(frame: Frame): Request | FrameEnd {
  try {
    return runFrame(frame);
  } catch (error) {
    if (error instanceof FrameEnd) return error;
    throw error;
  }
}

type Begun = Running | { readonly result: CallResult; readonly created: bigint };

function begin(session: Session, request: Request): Begun {
  const { state } = session;
  if (request.depth > MAX_DEPTH) return { result: FAILED, created: 0n };
  const paysFor = request.kind === "create" || request.transfers;
  if (paysFor && request.value > state.balance(request.caller)) return { result: FAILED, created: 0n };
  return request.kind === "create" ? beginCreate(session, request) : beginCall(session, request);
}

function beginCall(session: Session, request: CallRequest): Begun {
  const { state } = session;
  const snapshot = state.snapshot();
  if (request.transfers) state.transfer(request.caller, request.address, request.value);
  const builtin = precompile(request.codeAddress);
  if (builtin) {
    const data = builtin(request.data);
    if (!data) state.revert(snapshot);
    return { result: data ? { success: true, data } : FAILED, created: 0n };
  }
  const code = resolve(session, state.code(request.codeAddress));
  if (!code) return { result: DONE, created: 0n };
  if (code.kind === "data") return { result: runData(session, code, snapshot), created: 0n };
  const { caller, address, value, data, isStatic, depth } = request;
  const { module, libraries, immutables, bytes: codeBytes } = code;
  const message: Message = { caller, address, value, data, isStatic, depth, module, libraries, immutables, codeBytes, creation: false };
  return start(session, message, module.runtime, snapshot, request, 0n);
}

/** Follows proxies to the code that runs in the end; undefined where there is none. */
function resolve(session: Session, code: Code | undefined): ModuleCode | Extract<Code, { kind: "data" }> | undefined {
  let found = code;
  for (let i = 0; found?.kind === "proxy"; i++) {
    if (i === MAX_PROXIES) throw new NotModelled("long chains of proxies");
    found = session.state.code(found.implementation);
  }
  return found;
}

/** Code that is data: what EVM bytecode of its first byte does, where that is clear. */
function runData(session: Session, code: Extract<Code, { kind: "data" }>, snapshot: number): CallResult {
  if (code.bytes[0] === 0x00) return DONE;
  if (code.bytes[0] !== 0xfe) throw new NotModelled("foreign EVM bytecode");
  session.state.revert(snapshot);
  return { ...FAILED, error: "invalid" };
}

function beginCreate(session: Session, request: CreateRequest): Begun {
  const { state, codes } = session;
  const { caller, value, salt, libraries, depth } = request;
  const nonce = state.nonce(caller);
  state.setNonce(caller, nonce + 1n);
  const address = salt === undefined ? createAddress(caller, nonce) : create2Address(caller, salt, request.code);
  const snapshot = state.snapshot();
  if (state.nonce(address) > 0n || state.code(address)) return { result: FAILED, created: 0n };
  const creation = codes.creation(request.code);
  if (!creation) throw new NotModelled("creation code that is no contract of the compilation");
  state.markCreated(address);
  state.setNonce(address, 1n);
  state.transfer(caller, address, value);
  if (creation.kind === "install") {
    state.setCode(address, creation.code);
    return { result: DONE, created: address };
  }
  const { module, args: data } = creation;
  const immutables = new Map<string, bigint>();
  const message: Message = {
    ...{ caller, address, value, data, isStatic: false, depth, module, libraries, immutables },
    codeBytes: request.code,
    creation: true,
  };
  return start(session, message, module.creation, snapshot, request, address);
}

function start(session: Session, message: Message, entry: string, snapshot: number, request: Request, created: bigint): Running {
  const func = message.module.funcs.get(entry);
  if (!func) throw new InternalError(`${message.module.name} has no entry @${entry}`);
  const frame = new Frame(session, message);
  frame.snapshot = snapshot;
  enter(frame, func, []);
  return { frame, request, created };
}

/** Keeps or undoes what a frame did; installs the code that creation code made. */
function finish(session: Session, { frame, created }: Running, end: FrameEnd): CallResult {
  const { state, codes } = session;
  const { message } = frame;
  if (end.kind === "revert" || end.kind === "halt") {
    state.revert(frame.snapshot);
  } else if (end.kind === "deploy") {
    state.setCode(created, runtimeCode(message.module, frame.immutables, message.libraries));
  } else if (message.creation) {
    state.setCode(created, codes.installed(end.data, message.libraries));
  }
  return resultOf(end);
}
