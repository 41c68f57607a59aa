/**
 * `x.member`: struct members, lengths, balances and code of addresses, selectors, `msg.sender` and its like, `type(T).max`, and
 * names inside contracts, enums and modules.
 */
import { InternalError } from "../../../../diagnostics/diagnostic.js";
import type { ValueId } from "../../../../ir/module.js";
import { I256 } from "../../../../ir/ops.js";
import type { Expression, MemberAccess } from "../../syntax/ast.js";
import type { FunctionType, SolType } from "../../semantics/types.js";
import type { Body } from "../body.js";
import { calldataLength } from "../data/calldata.js";
import { memoryLength } from "../data/memory.js";
import { storageLength } from "../data/storage.js";
import { loadPlace } from "../places.js";
import { errorSelector, eventTopic, functionSelector } from "../signatures.js";
import { underlying, type Value } from "../values.js";
import { memberPlace } from "./access.js";
import { accountMember, magicMember } from "./environment.js";
import { externalFunction, named } from "./names.js";

export function memberAccess(f: Body, e: MemberAccess): Value {
  const base = f.typeOf(e.expression);
  const reference = f.program.reference(e);
  if (reference) {
    const inner = base.kind === "struct" && reference.kind === "declaration" && reference.declaration.kind === "VariableDeclaration";
    if (inner) return loadPlace(f, memberPlace(f, e, reference.declaration));
    const isInstance = base.kind === "contract" && !base.isSuper;
    if (!isInstance) {
      // A name's path has no effects, anything else before the dot may have.
      if ((base.kind === "type" || base.kind === "module") && e.expression.kind !== "Identifier" && e.expression.kind !== "MemberAccess") f.expr(e.expression);
      const value = named(f, e, reference);
      if (value) return value;
    }
  }
  return valueMember(f, e, base);
}

function valueMember(f: Body, e: MemberAccess, base: SolType): Value {
  const type = f.typeOf(e);
  const t = base.kind === "arraySlice" ? base : underlying(base);
  switch (t.kind) {
    case "array":
    case "bytes":
    case "arraySlice":
      if (e.memberName === "length") return { type, ids: [codeLength(f, e.expression) ?? lengthOf(f, f.expr(e.expression))] };
      break;
    case "fixedBytes":
      if (e.memberName === "length") {
        f.expr(e.expression);
        return { type, ids: [f.b.const(8, t.size)] };
      }
      break;
    case "contract":
      if (type.kind === "function" && type.functionKind === "external" && !t.isSuper) return instanceFunction(f, e, type);
      break;
    case "address":
      return accountMember(f, e);
    case "magic":
      return magicMember(f, e, t);
    case "function":
      return functionMember(f, e, t);
  }
  // Functions that only a call can use (push, abi.encode, wrap, C.f) have no value of their own.
  if (type.kind === "function" || type.kind === "type" || type.kind === "module") return { type, ids: [] };
  return f.unsupported(`the member '${e.memberName}'`, e.span);
}

/** `a.code.length` without copying the code; undefined for other expressions. */
function codeLength(f: Body, e: Expression): ValueId | undefined {
  if (e.kind !== "MemberAccess" || e.memberName !== "code" || f.typeOf(e.expression).kind !== "address") return undefined;
  return f.b.zext(f.b.emit("extcode.size", [f.expr(e.expression).ids[0]!]), I256);
}

/** `x.length` as i256. */
export function lengthOf(f: Body, value: Value) {
  const type = value.type.kind === "arraySlice" ? value.type : underlying(value.type);
  if (type.kind === "arraySlice") return f.b.zext(value.ids[1]!, I256);
  if (type.kind !== "array" && type.kind !== "bytes") throw new InternalError(`'${type.kind}' has no length`);
  if (type.location === "memory") return f.b.zext(memoryLength(f.b, type, value.ids[0]!), I256);
  if (type.location === "calldata") return f.b.zext(calldataLength(f.b, value), I256);
  return storageLength(f.m, f.b, type, value.ids[0]!);
}

/** `token.transfer` as a value: the instance's address and the selector. */
function instanceFunction(f: Body, e: MemberAccess, type: FunctionType): Value {
  const { declaration } = type;
  if (declaration?.kind !== "FunctionDefinition" && declaration?.kind !== "VariableDeclaration") throw new InternalError("an external function has no declaration", e.span);
  return externalFunction(f, type, f.expr(e.expression), functionSelector(f.program, declaration));
}

/** `f.selector`, `f.address`; events and errors have selectors too. */
function functionMember(f: Body, e: MemberAccess, type: FunctionType): Value {
  const result = f.typeOf(e);
  const { declaration } = type;
  if (e.memberName === "selector") {
    // An instance is evaluated even where the selector is known (`f().g.selector` calls f).
    const value = type.functionKind === "external" ? f.expr(e.expression) : undefined;
    if (declaration?.kind === "EventDefinition") return { type: result, ids: [f.b.const(I256, eventTopic(f.program, declaration))] };
    if (declaration?.kind === "ErrorDefinition") return { type: result, ids: [f.b.const(32, errorSelector(f.program, declaration))] };
    if (value?.ids.length === 2) return { type: result, ids: [value.ids[1]!] };
    if (declaration) return { type: result, ids: [f.b.const(32, functionSelector(f.program, declaration))] };
  }
  if (e.memberName === "address") return { type: result, ids: [f.expr(e.expression).ids[0]!] };
  if (result.kind === "function") return { type: result, ids: [] };
  return f.unsupported(`the member '${e.memberName}' of a function`, e.span);
}
