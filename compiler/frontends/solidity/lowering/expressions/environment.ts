/** Members of addresses, of `msg`, `block`, `tx`, and of `type(T)`. */
import { InternalError } from "../../../../diagnostics/diagnostic.js";
import type { ValueId } from "../../../../ir/module.js";
import { I256, PTR } from "../../../../ir/ops.js";
import type { ContractDefinition, MemberAccess } from "../../syntax/ast.js";
import type { MagicType, SolType } from "../../semantics/types.js";
import type { Body } from "../body.js";
import { offsetPtr, roundUp32 } from "../data/words.js";
import { allocateBytes, literalToMemory } from "../data/memory.js";
import { underlying, type Value } from "../values.js";

/** `a.balance`, `a.code`, `a.codehash`; calls of addresses have no value of their own. */
export function accountMember(f: Body, e: MemberAccess): Value {
  const type = f.typeOf(e);
  const { b } = f;
  switch (e.memberName) {
    case "balance": {
      const isThis = addressOfThis(f, e);
      if (isThis) return { type, ids: [b.emit("env.selfbalance", [])] };
      return { type, ids: [b.emit("env.balance", [f.expr(e.expression).ids[0]!])] };
    }
    case "codehash":
      return { type, ids: [b.emit("extcode.hash", [f.expr(e.expression).ids[0]!])] };
    case "code":
      return { type, ids: [externalCode(f, f.expr(e.expression).ids[0]!)] };
  }
  if (type.kind === "function") return { type, ids: [] };
  return f.unsupported(`the member '${e.memberName}' of an address`, e.span);
}

/** `address(this)`, whose balance is cheaper to read. */
function addressOfThis(f: Body, e: MemberAccess): boolean {
  const call = e.expression;
  if (call.kind !== "FunctionCall" || f.program.callInfo(call).kind !== "typeConversion") return false;
  const [argument] = call.arguments;
  if (argument?.kind !== "Identifier") return false;
  const reference = f.program.reference(argument);
  return reference?.kind === "builtin" && reference.name === "this";
}

/** An account's code as fresh bytes. */
function externalCode(f: Body, account: ValueId): ValueId {
  const func = f.m.helper("external_code", [160], [PTR], (h, [of]) => {
    const size = h.emit("extcode.size", [of!]);
    const pointer = allocateBytes(h, size);
    h.emit("extcode.copy", [of!, offsetPtr(h, pointer, 32), h.const(PTR, 0), size]);
    h.ret([pointer]);
  });
  return f.b.call(func, [account])[0]!;
}

/** Instructions whose result is a member's value, zero-extended to its type. */
const ENVIRONMENT: Readonly<Record<string, string>> = {
  "msg.sender": "env.caller",
  "msg.value": "env.value",
  "msg.gas": "env.gas",
  "tx.origin": "env.origin",
  "tx.gasprice": "env.gasprice",
  "block.coinbase": "env.coinbase",
  "block.timestamp": "env.timestamp",
  "block.number": "env.number",
  "block.gaslimit": "env.gaslimit",
  "block.chainid": "env.chainid",
  "block.basefee": "env.basefee",
  "block.blobbasefee": "env.blobbasefee",
  "block.prevrandao": "env.prevrandao",
  "block.difficulty": "env.prevrandao",
};

/** `msg.sender`, `block.number`, `type(T).max`, ... */
export function magicMember(f: Body, e: MemberAccess, magic: MagicType): Value {
  const type = f.typeOf(e);
  if (magic.magic === "metaType") return metaTypeMember(f, e, magic);
  const op = ENVIRONMENT[`${magic.magic}.${e.memberName}`];
  if (op !== undefined) {
    const raw = f.b.emit(op, []);
    return { type, ids: [type.kind === "integer" ? f.b.zext(raw, type.bits) : raw] };
  }
  if (magic.magic === "msg" && e.memberName === "data") return { type, ids: [f.b.const(PTR, 0), f.b.emit("calldata.size", [])] };
  if (magic.magic === "msg" && e.memberName === "sig") {
    const word = f.b.emit("calldata.load", [f.b.const(PTR, 0)], I256);
    return { type, ids: [f.b.trunc(f.b.emit("shr.u", [word, f.b.const(PTR, 224)]), 32)] };
  }
  if (type.kind === "function") return { type, ids: [] };
  return f.unsupported(`'${magic.magic}.${e.memberName}'`, e.span);
}

function metaTypeMember(f: Body, e: MemberAccess, magic: MagicType): Value {
  const type = f.typeOf(e);
  if (!magic.of) throw new InternalError("type() without a type", e.span);
  const of = underlying(magic.of);
  switch (e.memberName) {
    case "min":
    case "max":
      return { type, ids: [bound(f, of, e.memberName)] };
    case "name": {
      const definition = contractOf(of) ?? ("definition" in of ? of.definition : undefined);
      if (definition) return { type, ids: [literalToMemory(f.m, f.b, new TextEncoder().encode(definition.name))] };
      break;
    }
    case "interfaceId": {
      const contract = contractOf(of);
      if (contract) return { type, ids: [f.b.const(32, interfaceId(f, contract))] };
      break;
    }
    case "creationCode":
    case "runtimeCode": {
      const contract = contractOf(of);
      if (contract) return { type, ids: [contractCode(f, contract, e.memberName === "runtimeCode" ? "object.runtime" : "object")] };
      break;
    }
  }
  return f.unsupported(`'type(...).${e.memberName}'`, e.span);
}

function contractOf(type: SolType): ContractDefinition | undefined {
  return type.kind === "contract" ? type.definition : undefined;
}

/** `type(T).min` and `.max` of integers and enums. */
function bound(f: Body, type: SolType, which: "min" | "max"): ValueId {
  if (type.kind === "enum") return f.b.const(8, which === "min" ? 0 : type.definition.members.length - 1);
  if (type.kind !== "integer") throw new InternalError(`'${type.kind}' has no bounds`);
  const span = 1n << BigInt(type.signed ? type.bits - 1 : type.bits);
  if (which === "max") return f.b.const(type.bits, span - 1n);
  return f.b.const(type.bits, type.signed ? -span : 0n);
}

/** ERC-165: the exclusive or of the selectors that an interface itself declares. */
function interfaceId(f: Body, contract: ContractDefinition): number {
  let id = 0;
  for (const entry of f.program.contractInfo(contract).interfaceFunctions) if (f.program.contractOf(entry.declaration) === contract) id ^= entry.selector;
  return id >>> 0;
}

/** Code of another contract of the compilation as fresh bytes. */
function contractCode(f: Body, contract: ContractDefinition, op: "object" | "object.runtime"): ValueId {
  const object = f.program.contractInfo(contract).fullName;
  const { b } = f;
  const size = b.emit(`${op}.size`, [], undefined, { object });
  const pointer = b.emit("mem.alloc", [offsetPtr(b, roundUp32(b, size), 32)]);
  b.emit("mem.store", [pointer, size]);
  b.emit(`${op}.copy`, [offsetPtr(b, pointer, 32)], undefined, { object });
  return pointer;
}
