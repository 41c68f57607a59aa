/** `layout at <slot>`: where it may stand, and that the slot is a constant. */
import type { ContractDefinition } from "../syntax/ast.js";
import type { CodeContext } from "./code-context.js";

export function checkStorageLayout(cx: CodeContext, contract: ContractDefinition): void {
  for (const { baseName } of contract.bases) {
    const reference = cx.m.references.get(baseName);
    const base = reference?.kind === "declaration" ? reference.declaration : undefined;
    const inherits = base?.kind === "ContractDefinition" && cx.m.linearization(base).some((c) => c.storageLayout);
    if (inherits) cx.error("8894", "Cannot inherit from a contract with a custom storage layout.", baseName.span);
  }
  const { storageLayout } = contract;
  if (!storageLayout) return;
  if (contract.contractKind !== "contract") {
    cx.error("1705", "Storage layout can only be specified for contracts.", storageLayout.span);
  } else if (contract.isAbstract) cx.error("7587", "Storage layout cannot be specified for abstract contracts.", storageLayout.span);
  checkSlot(cx, storageLayout.baseSlot);
}

function checkSlot(cx: CodeContext, e: NonNullable<ContractDefinition["storageLayout"]>["baseSlot"]): void {
  const type = cx.visit(e);
  if (!cx.isPure(e)) return cx.error("1139", "The base slot of the storage layout must be a compile-time constant expression.", e.span);
  const isNumber = type.kind === "integer" || type.kind === "rational";
  if (!isNumber) return cx.error("1763", "The base slot of the storage layout must evaluate to an integer.", e.span);
  const value = type.kind === "rational" ? type : cx.tables.resolver.constants.evaluate(e, cx.scope);
  if (!value) return cx.error("1505", "The base slot expression contains elements that are not yet supported by the internal constant evaluator.", e.span);
  if (value.denominator !== 1n) return cx.error("1763", "The base slot of the storage layout must evaluate to an integer.", e.span);
  if (value.numerator < 0n || value.numerator >= 1n << 256n) {
    return cx.error("6753", `The base slot of the storage layout evaluates to ${value.numerator}, which is outside the range of type uint256.`, e.span);
  }
  cx.m.constants.set(e, value.numerator);
}
