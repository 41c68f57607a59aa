/**
 * The old ABI coder (`pragma abicoder v1`, and the default before 0.8): no structs, no nested dynamic arrays. Code of
 * such files is held to it; encodings themselves are the same.
 */
import type { ContractDefinition } from "../syntax/ast.js";
import type { CodeContext } from "./code-context.js";
import { interfaceOf } from "./interface.js";
import type { Model } from "./model.js";
import { isReference } from "./type-factory.js";
import type { FunctionType, SolType } from "./types.js";

/** Whether the old coder can encode a type. @param inLibrary storage references of library calls pass as slots */
export function isOldEncodable(type: SolType, inLibrary = false): boolean {
  if (inLibrary && isReference(type) && type.location === "storage") return true;
  if (type.kind === "struct") return false;
  if (type.kind !== "array") return true;
  const { element } = type;
  const isNested = element.kind === "bytes" || (element.kind === "array" && element.length === undefined);
  return !isNested && isOldEncodable(element, inLibrary);
}

/** Whether the code checked here must do with the old coder. */
export function usesOldCoder(cx: CodeContext): boolean {
  return cx.m.abiCoderV1.has(cx.unit);
}

const advice = 'Use "pragma abicoder v2;" to enable the feature.';

const encodingKinds: ReadonlySet<string> = new Set(["delegatecall", "external", "creation", "event", "error"]);

/** The parameters and results of a call whose arguments are encoded. */
export function checkOldCoderCall(cx: CodeContext, type: FunctionType, call: Pick<ContractDefinition, "span">): void {
  if (!usesOldCoder(cx) || !encodingKinds.has(type.functionKind)) return;
  const inLibrary = type.functionKind === "delegatecall";
  for (const parameter of type.parameters) {
    if (isOldEncodable(parameter, inLibrary)) continue;
    cx.error("2443", `The type of this parameter, ${cx.show(parameter)}, is only supported in ABI coder v2. ${advice}`, call.span);
  }
  type.returns.forEach((result, i) => {
    if (isOldEncodable(result, inLibrary)) return;
    cx.error("2428", `The type of return parameter ${i + 1}, ${cx.show(result)}, is only supported in ABI coder v2. ${advice}`, call.span);
  });
}

/** A contract with the old coder cannot inherit functions that need the new one. */
export function checkInheritedInterface(m: Model, contract: ContractDefinition): void {
  const unit = m.unitOf.get(contract)!;
  if (!m.abiCoderV1.has(unit) || contract.contractKind === "library") return;
  const foreign = interfaceOf(m, contract).filter(({ declaration, type }) => {
    const home = m.unitOf.get(declaration);
    return home && !m.abiCoderV1.has(home) && ![...type.parameters, ...type.returns].every((t) => isOldEncodable(t));
  });
  if (foreign.length === 0) return;
  const related = foreign.map(({ declaration }) => ({ span: declaration.span, message: "Type only supported by ABIEncoderV2" }));
  const message =
    `Contract "${contract.name}" does not use ABI coder v2 but wants to inherit from a contract which uses types that require it. ` +
    'Use "pragma abicoder v2;" for the inheriting contract as well to enable the feature.';
  m.sink.error("TypeError", "6594", message, contract.span, undefined, related);
}
