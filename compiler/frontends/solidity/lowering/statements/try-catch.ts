/**
 * `try f() returns (...) {} catch Error(string memory) {} catch Panic(uint) {} catch (bytes memory) {}`.
 *
 *   call -> success? decode results (a fault here reverts) ; success clause
 *        -> failure: selector Error and the data decodes -> that clause; Panic likewise; else the last clause, or forward
 */
import type { Block, ValueId } from "../../../../ir/module.js";
import { I256, PTR } from "../../../../ir/ops.js";
import { InternalError } from "../../../../diagnostics/diagnostic.js";
import type { TryCatchClause, TryStatement } from "../../syntax/ast.js";
import type { Body } from "../body.js";
import { UINT256 } from "../common-types.js";
import { returnedBytes } from "../calls/bare.js";
import { calleeOf } from "../calls/callee.js";
import { splitTuple } from "../data/convert.js";
import { emitIf } from "../data/control.js";
import { ERROR_SELECTOR, PANIC_SELECTOR, revertForward } from "../data/revert.js";
import { addPtr, roundUp32 } from "../data/words.js";
import type { Value } from "../values.js";

export function tryCatch(f: Body, s: TryStatement): void {
  const { b } = f;
  const call = calleeOf(s.externalCall);
  if (call.kind !== "FunctionCall") throw new InternalError("try without a call", s.span);
  const { success, decode } = f.spanned(call.span, () => f.lowerers.tryCall(f, call));
  const good = b.newBlock();
  const bad = b.newBlock();
  const join = b.newBlock();
  b.branch(success, good, bad);
  b.at(good);
  // Results are decoded even where no clause parameter takes them: malformed data reverts.
  const results = f.spanned(call.span, decode);
  const [successClause, ...catches] = s.clauses;
  if (!successClause) throw new InternalError("try without a success clause", s.span);
  clause(f, successClause, splitTuple(results), join);
  b.at(bad);
  catchClauses(f, catches, join);
  b.at(join);
}

/** Declares a clause's parameters, runs its block, and goes on behind the statement. */
function clause(f: Body, c: TryCatchClause, values: readonly Value[], join: Block): void {
  c.parameters?.forEach((parameter, i) => {
    f.setLocals(f.declare(parameter), f.convert(values[i]!, f.program.variableType(parameter)).ids);
  });
  f.statement(c.block);
  if (!f.b.ended) f.b.jump(join);
}

function catchClauses(f: Body, clauses: readonly TryCatchClause[], join: Block): void {
  const { b } = f;
  const error = clauses.find((c) => c.errorName === "Error");
  const panic = clauses.find((c) => c.errorName === "Panic");
  const fallback = clauses.find((c) => c.errorName === "");
  const last = b.newBlock();
  if (error || panic) {
    const selector = returnedSelector(f);
    const cases: [bigint, Block][] = [];
    const start = b.current;
    if (error) cases.push([BigInt(ERROR_SELECTOR), errorClause(f, error, last, join)]);
    if (panic) cases.push([BigInt(PANIC_SELECTOR), panicClause(f, panic, last, join)]);
    if (start) b.at(start);
    b.switch(selector, cases, last);
  } else b.jump(last);
  b.at(last);
  if (!fallback) revertForward(b);
  else clause(f, fallback, fallback.parameters?.length ? [{ type: bytesType(f, fallback), ids: [returnedBytes(f)] }] : [], join);
}

function bytesType(f: Body, c: TryCatchClause): Value["type"] {
  return f.program.variableType(c.parameters![0]!);
}

/** The first four bytes of the return data as i32; 0 where there are fewer. */
function returnedSelector(f: Body): ValueId {
  const func = f.m.helper("returned_selector", [], [32], (b) => {
    emitIf(b, b.emit("gt.u", [b.emit("returndata.size", []), b.const(PTR, 3)]), () => {
      b.emit("returndata.copy", [b.const(PTR, 0), b.const(PTR, 0), b.const(PTR, 4)]);
      const word = b.emit("mem.load", [b.const(PTR, 0)], I256);
      b.ret([b.trunc(b.emit("shr.u", [word, b.const(PTR, 224)]), 32)]);
    });
    b.ret([b.const(32, 0)]);
  });
  return f.b.call(func, [])[0]!;
}

function errorClause(f: Body, c: TryCatchClause, last: Block, join: Block): Block {
  const { b } = f;
  const start = b.newBlock();
  b.at(start);
  const pointer = returnedMessage(f);
  const run = b.newBlock();
  b.branch(b.emit("ne", [pointer, b.const(PTR, 0)]), run, last);
  b.at(run);
  clause(f, c, c.parameters?.length ? [{ type: bytesType(f, c), ids: [pointer] }] : [], join);
  return start;
}

/** The string of Error(string) return data, decoded in place behind the free pointer; 0 where it is malformed. */
function returnedMessage(f: Body): ValueId {
  const func = f.m.helper("returned_message", [], [PTR], (b) => {
    const fail = b.newBlock();
    const next = (condition: ValueId): void => {
      const ok = b.newBlock();
      b.branch(condition, ok, fail);
      b.at(ok);
    };
    const size = b.emit("returndata.size", []);
    next(b.emit("ge.u", [size, b.const(PTR, 0x44)]));
    const length = b.emit("sub.nuw", [size, b.const(PTR, 4)]);
    const data = b.emit("mem.free", []);
    b.emit("mem.ensure", [data, length]);
    b.emit("returndata.copy", [data, b.const(PTR, 4), length]);
    const wideSize = b.zext(size, I256);
    const offset = b.emit("mem.load", [data], I256);
    next(b.emit("le.u", [offset, b.const(I256, (1n << 64n) - 1n)]));
    next(b.emit("le.u", [b.emit("add", [offset, b.const(I256, 0x24)]), wideSize]));
    const message = addPtr(b, data, b.trunc(offset, PTR));
    const text = b.emit("mem.load", [message], I256);
    next(b.emit("le.u", [text, b.const(I256, (1n << 64n) - 1n)]));
    const end = b.emit("add", [b.emit("add", [offset, b.const(I256, 0x20)]), text]);
    next(b.emit("le.u", [end, b.zext(length, I256)]));
    b.emit("mem.alloc", [roundUp32(b, b.trunc(end, PTR))]);
    b.ret([message]);
    b.at(fail);
    b.ret([b.const(PTR, 0)]);
  });
  return f.b.call(func, [])[0]!;
}

function panicClause(f: Body, c: TryCatchClause, last: Block, join: Block): Block {
  const { b } = f;
  const start = b.newBlock();
  const run = b.newBlock();
  b.at(start);
  b.branch(b.emit("gt.u", [b.emit("returndata.size", []), b.const(PTR, 0x23)]), run, last);
  b.at(run);
  b.emit("returndata.copy", [b.const(PTR, 0), b.const(PTR, 4), b.const(PTR, 32)]);
  const code = b.emit("mem.load", [b.const(PTR, 0)], I256);
  clause(f, c, c.parameters?.length ? [{ type: UINT256, ids: [code] }] : [], join);
  return start;
}
