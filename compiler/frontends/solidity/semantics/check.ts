/**
 * The Solidity checker: names, types and rules of a whole compilation.
 *
 *   declare      every name into its scope, imports              declare.ts
 *   inherit      C3 linearisation, inherited names               inheritance.ts
 *   types        of declared variables, `using for`              declare-types.ts
 *   code         expressions and statements, inline assembly     code.ts
 *   rules        per contract: overrides, selectors, bases       contract-rules.ts
 *   contracts    interface, events, errors, dependencies         contract-info.ts
 *   flow, use    paths, mutability, unused names                 control-flow.ts, view-pure.ts, static-advice.ts
 */
import type { DiagnosticSink } from "../../../diagnostics/diagnostic.js";
import type { LoadedSources } from "../imports/resolve.js";
import { markImplicitlyAbstract } from "./abstractness.js";
import { checkedProgram } from "./checked-program.js";
import { checkUnitCode } from "./code.js";
import type { CodeTables } from "./code-context.js";
import { checkConstantCycles } from "./constant-cycles.js";
import { checkControlFlow } from "./control-flow.js";
import { checkContractRules } from "./contract-rules.js";
import { contractInfos } from "./contract-info.js";
import { checkExpression } from "./expressions.js";
import { declareAll } from "./declare.js";
import { warnOfDeprecations } from "./deprecations.js";
import { declareTypes } from "./declare-types.js";
import { resolveInheritance } from "./inheritance.js";
import { checkDocumentation } from "./documentation.js";
import { checkLicenses } from "./license-rules.js";
import { MemberTable } from "./members.js";
import { Model } from "./model.js";
import { giveAdvice } from "./static-advice.js";
import { selectLines } from "./language-lines.js";
import type { CheckedProgram } from "./program.js";
import { checkSyntaxRules } from "./syntax-rules.js";
import { TypeResolver } from "./type-resolver.js";
import { checkUsage } from "./usage-rules.js";
import { UsingTable } from "./using-for.js";
import { checkMutability } from "./view-pure.js";
import { VirtualLookup } from "./virtual-lookup.js";

/** As in solc, fixed-point types can be named and are checked, but nothing computes with them. */
function refuseFixedPoint(m: Model): void {
  for (const [name, type] of m.typeNames) {
    if (type.kind !== "fixedPoint") continue;
    m.sink.error("UnimplementedFeatureError", "1834", "Fixed-point types are not implemented.", name.span, "Use integers scaled by a power of ten.");
  }
}

/**
 * Checks all loaded sources.
 *
 * @param sink receives every fault found; the result may be used only if it got no errors
 */
export function check(loaded: LoadedSources, sink: DiagnosticSink): CheckedProgram {
  const m = new Model(sink);
  selectLines(m, loaded);
  declareAll(m, loaded);
  checkLicenses(m);
  resolveInheritance(m);
  const resolver = new TypeResolver(m);
  const using = new UsingTable(m);
  declareTypes(m, resolver, using);
  markImplicitlyAbstract(m);
  const tables: CodeTables = { m, resolver, using, members: new MemberTable(m, using), visitor: checkExpression };
  for (const unit of loaded.units) {
    m.line = m.lineOf(unit);
    checkUnitCode(tables, unit);
  }
  checkSyntaxRules(m);
  warnOfDeprecations(m);
  checkContractRules(m);
  checkDocumentation(m);
  checkUsage(m, resolver.constants);
  const lookup = new VirtualLookup(m);
  // These need types that are right throughout.
  if (!sink.failed()) checkConstantCycles(m);
  const infos = sink.failed() ? [] : contractInfos(m, lookup);
  if (!sink.failed()) checkControlFlow(m, lookup);
  if (!sink.failed()) {
    giveAdvice(m);
    checkMutability(m);
  }
  if (!sink.failed()) refuseFixedPoint(m);
  return checkedProgram(m, sink.failed() ? [] : infos, lookup);
}
