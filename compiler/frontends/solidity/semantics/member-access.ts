/** `a.b`: the member, overloads chosen by arguments, and what the access means for purity and assignment. */
import type { Expression, MemberAccess } from "../syntax/ast.js";
import { canTakeArguments } from "./arguments.js";
import { addressMembers } from "./builtins.js";
import { FAILED, type CodeContext, type Result, type Use } from "./code-context.js";
import { referenceTo } from "./identifiers.js";
import { memberHint } from "./member-hints.js";
import type { Member } from "./members.js";
import { isInvalid, PAYABLE_ADDRESS, withLocationIfReference } from "./type-factory.js";
import { isStorageOnly } from "./type-properties.js";
import type { FunctionType, SolType } from "./types.js";

export function checkMemberAccess(cx: CodeContext, e: MemberAccess, use: Use): Result {
  const type = cx.visit(e.expression);
  if (isInvalid(type)) return FAILED;
  const all = cx.tables.members.lookup(type, e.memberName, cx.site, cx.line);
  const { call } = use;
  let candidates = all;
  if (all.length > 1 && call) {
    candidates = all.filter((member) => member.type.kind !== "function" || canTakeArguments(cx.m, member.type, call, type));
  }
  if (candidates.length === 0) return notFound(cx, e, type, all.length);
  if (candidates.length > 1 && call?.types.some(isInvalid)) return FAILED;
  if (candidates.length > 1) {
    return cx.fail("6675", `Member "${e.memberName}" not unique after argument-dependent lookup in ${cx.show(type)}.`, e.memberSpan);
  }
  return memberResult(cx, e, type, candidates[0]!, use);
}

function memberResult(cx: CodeContext, e: MemberAccess, type: SolType, member: Member, use: Use): Result {
  if (member.declaration) cx.m.references.set(e, referenceTo(cx, member.declaration));
  if (member.type.kind === "function" && member.type.functionKind === "arrayPush" && use.call && use.call.types.length > 0 && isStorageOnly(cx.m, type, cx.line)) {
    cx.error("8871", "Storage arrays with nested mappings do not support .push(<arg>).", e.span);
  }
  if (!member.declaration) warnOfPlainTransfer(cx, e, type);
  checkCodeAccess(cx, e, type);
  return { type: member.type, isPure: isPureMember(cx, e, type, member), isLValue: isLValueMember(type, member) };
}

function isLValueMember(type: SolType, { declaration }: Member): boolean {
  if (type.kind === "struct") return type.location !== "calldata";
  const isInherited = type.kind === "type" && type.actual.kind === "contract";
  return isInherited && declaration?.kind === "VariableDeclaration" && declaration.mutability !== "constant";
}

function isPureMember(cx: CodeContext, e: MemberAccess, type: SolType, { type: memberType, declaration }: Member): boolean {
  const isBasePure = cx.isPure(e.expression);
  switch (type.kind) {
    case "type":
      if (type.actual.kind === "enum" || type.actual.kind === "userValue" || type.actual.kind === "bytes") return true;
      if (type.actual.kind === "contract" && memberType.kind === "function" && memberType.functionKind === "declaration") return isBasePure;
      break;
    case "module":
      return isBasePure;
    case "magic":
      return type.magic === "abi" || type.magic === "metaType";
    case "function":
      if (e.memberName === "selector") return isPureSelector(cx, e.expression, type);
      break;
  }
  return declaration?.kind === "VariableDeclaration" && declaration.mutability === "constant";
}

/** `this.f.selector`, `I.f.selector`: known at compile time; `f.selector` of a pointer is not. */
function isPureSelector(cx: CodeContext, callee: Expression, type: FunctionType): boolean {
  if (type.declaration?.kind !== "FunctionDefinition" || callee.kind !== "MemberAccess") {
    return type.functionKind === "event" || type.functionKind === "error";
  }
  const object = callee.expression;
  const isSelf = object.kind === "Identifier" && (object.name === "this" || object.name === "super");
  return isSelf || cx.isPure(object);
}

const plainTransfers: ReadonlySet<string> = new Set(["transfer", "send"]);

/** Their fixed 2,300 gas depends on prices that change (EIP-1884). */
function warnOfPlainTransfer(cx: CodeContext, e: MemberAccess, type: SolType): void {
  if (type.kind !== "address" || !plainTransfers.has(e.memberName) || cx.line !== "0.8") return;
  const message = `'${e.memberName}' is deprecated and scheduled for removal. Use 'call{value: <amount>}("")' instead.`;
  cx.warn("9207", message, e.span, 'Write (bool ok, ) = to.call{value: amount}(""); require(ok);');
}

/** `type(C).creationCode` of a contract with immutables is known, its runtimeCode is not. */
function checkCodeAccess(cx: CodeContext, e: MemberAccess, type: SolType): void {
  if (type.kind !== "magic") return;
  if (type.magic === "block" && e.memberName === "difficulty" && cx.line === "0.8") {
    const message = 'Since the VM version paris, "difficulty" was replaced by "prevrandao", which now returns a random number based on the beacon chain.';
    cx.warn("8417", message, e.span, "Write block.prevrandao.");
  }
  if (type.magic !== "metaType" || e.memberName !== "runtimeCode" || type.of?.kind !== "contract") return;
  const hasImmutables = cx.m.linearization(type.of.definition).some((c) => cx.m.membersOf(c).variables.some((v) => v.mutability === "immutable"));
  if (hasImmutables) cx.error("9274", '"runtimeCode" is not available for contracts containing immutable variables.', e.span);
}

function notFound(cx: CodeContext, e: MemberAccess, type: SolType, overloads: number): Result {
  const name = e.memberName;
  const shown = cx.show(type);
  if (overloads === 0 && type.kind !== "arraySlice") {
    const inStorage = withLocationIfReference(type, "storage");
    if (inStorage !== type && cx.tables.members.lookup(inStorage, name, cx.site, cx.line).length > 0) {
      return cx.fail("4994", `Member "${name}" is not available in ${shown} outside of storage.`, e.span);
    }
  }
  if (cx.tables.using.isBroken(name, cx.site)) return FAILED;
  const message = `Member "${name}" not found or not visible after argument-dependent lookup in ${shown}.`;
  if (type.kind === "function") return functionMemberNotFound(cx, e, type, message);
  if (type.kind === "contract" && addressMembers(PAYABLE_ADDRESS, cx.line).has(name)) {
    const object = e.expression.kind === "Identifier" ? e.expression.name : "...";
    const advice = `Use "address(${object}).${name}" to access this address member.`;
    return cx.fail("3125", `${message} ${advice}`, e.span, `Write address(${object}).${name}.`);
  }
  if (type.kind === "address" && (name === "send" || name === "transfer")) {
    const text = `"send" and "transfer" are only available for objects of type "address payable", not "${shown}".`;
    return cx.fail("9862", text, e.span, `Write payable(...) around the address.`);
  }
  return cx.fail("9582", message, e.span, memberHint(cx, type, name, overloads));
}

const oldOptions: Readonly<Record<string, ReadonlySet<FunctionType["functionKind"]>>> = {
  gas: new Set(["external", "bareCall", "bareCallCode", "bareDelegateCall", "bareStaticCall"]),
  value: new Set(["external", "creation", "bareCall", "bareCallCode"]),
};

/** `f.gas(n)` and `f.value(n)`, which `f{gas: n, value: n}` replaced in 0.7. */
function isOldOption(name: string, type: FunctionType): boolean {
  const kinds = Object.hasOwn(oldOptions, name) ? oldOptions[name] : undefined;
  return (kinds?.has(type.functionKind) ?? false) && (name === "gas" || type.mutability === "payable");
}

function functionMemberNotFound(cx: CodeContext, e: MemberAccess, type: FunctionType, message: string): Result {
  const [returned] = type.returns;
  if (isOldOption(e.memberName, type)) {
    const { memberName } = e;
    return cx.fail("1621", `Using ".${memberName}(...)" is deprecated. Use "{${memberName}: ...}" instead.`, e.span, `Write f{${memberName}: ...}(...).`);
  }
  if (e.memberName === "value") {
    if (type.functionKind === "creation") {
      return cx.fail("8827", `Constructor for ${returned ? cx.show(returned) : ""} must be payable for member "value" to be available.`, e.span);
    }
    if (type.functionKind === "delegatecall" || type.functionKind === "bareDelegateCall") {
      return cx.fail("8477", 'Member "value" is not allowed in delegated calls due to "msg.value" persisting.', e.span);
    }
    return cx.fail("8820", 'Member "value" is only available for payable functions.', e.span, "Write f{value: ...}(...).");
  }
  const returnsObject = type.returns.length === 1 && (returned?.kind === "struct" || returned?.kind === "contract");
  if (returnsObject) return cx.fail("6005", `${message} Did you intend to call the function?`, e.span, "Add () to call it.");
  return cx.fail("9582", message, e.span);
}
