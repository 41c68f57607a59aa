/** Dotted names where only declarations can stand (`M.C.S`): resolves them from a scope. */
import type { Declaration, IdentifierPath } from "../syntax/ast.js";
import type { Model } from "./model.js";
import { quotedAlternatives, similarAmong, type NamedSymbol, type Scope } from "./scope.js";

/** The names inside of what a name stands for: of a contract or of an imported unit. */
export function scopeInside(m: Model, symbol: NamedSymbol): Scope | undefined {
  if (symbol.kind === "ContractDefinition") return m.scopes.get(symbol);
  const unit = symbol.kind === "ImportDirective" ? m.importedUnits.get(symbol) : undefined;
  return unit && m.scopes.get(unit);
}

/** The one declaration that a path names, or undefined. */
export function lookupPath(m: Model, parts: readonly string[], scope: Scope, withInvisible = false): Declaration | undefined {
  let candidates = scope.lookup(parts[0]!, withInvisible);
  for (const part of parts.slice(1)) {
    const inner = candidates.length === 1 ? scopeInside(m, candidates[0]!) : undefined;
    if (!inner) return undefined;
    candidates = inner.own(part, withInvisible);
  }
  const [only] = candidates;
  return candidates.length === 1 && only!.kind !== "Builtin" ? only : undefined;
}

/**
 * Resolves a path and notes what it refers to; reports a name that is not found (7920).
 *
 * @param keywords what else could have been meant at this place
 */
export function resolvePath(m: Model, path: IdentifierPath, scope: Scope, keywords: readonly string[] = []): Declaration | undefined {
  const known = m.references.get(path);
  if (known?.kind === "declaration") return known.declaration;
  const declaration = lookupPath(
    m,
    path.parts.map((part) => part.name),
    scope,
  );
  if (!declaration) {
    const similar = path.parts.length === 1 ? [...similarAmong(path.name, keywords), ...scope.similarNames(path.name).filter((name) => name !== path.name)] : [];
    const hint = similar.length > 0 ? `Did you mean ${quotedAlternatives(similar)}?` : "Declare it, or import the file that does.";
    m.sink.error("DeclarationError", "7920", "Identifier not found or not unique.", path.span, hint);
    return undefined;
  }
  m.references.set(path, { kind: "declaration", declaration });
  return declaration;
}
