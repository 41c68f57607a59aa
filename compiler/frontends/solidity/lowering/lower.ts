/**
 * The lowering of a checked program: one IR module for each contract and library that has code.
 *
 *   CheckedProgram --lower--> Module (creation and runtime entries, reachable functions, helpers, dispatchers)
 *
 * Constructs that are not supported are reported, and their contract gets no module.
 */
import type { Span } from "../../../base/span.js";
import type { DiagnosticSink } from "../../../diagnostics/diagnostic.js";
import type { Module } from "../../../ir/module.js";
import type { CheckedProgram, ContractInfo } from "../semantics/program.js";
import { UnsupportedConstruct } from "./body.js";
import { lowerFunction } from "./bodies.js";
import { ModuleContext, type LoweringOptions } from "./context.js";
import { lowerers } from "./dispatch.js";
import { hideCreationCalldata } from "./entry/creation-calldata.js";
import { lowerCreation } from "./entry/creation.js";
import { RuntimeEntry } from "./entry/runtime.js";
import { FunctionTable } from "./functions.js";
import { panicByInvalid } from "./old-failures.js";
import { UnsupportedType } from "./values.js";

/** Lowers every contract that can be deployed. `sink` receives what is not supported; contracts concerned are left out. */
export function lower(program: CheckedProgram, options: LoweringOptions, sink: DiagnosticSink): Module[] {
  const modules: Module[] = [];
  for (const info of program.contracts) {
    if (!info.isDeployable) continue;
    const module = lowerContract(program, info, options, sink);
    if (module) modules.push(module);
  }
  return modules;
}

/** Lowers one contract or library; undefined where something in it is not supported. */
export function lowerContract(program: CheckedProgram, info: ContractInfo, options: LoweringOptions, sink: DiagnosticSink): Module | undefined {
  const m = new ModuleContext(program, info, options, sink);
  if (info.definition.contractKind === "library") m.module.kind = "library";
  const functions = new FunctionTable(m);
  const refused: Error[] = [];
  // After a refusal the other functions are still lowered, so that all refusals are reported at once.
  const attempt = (span: Span, body: () => void): void => {
    try {
      body();
    } catch (error) {
      if (error instanceof UnsupportedType) m.unsupported(error.construct, span);
      else if (!(error instanceof UnsupportedConstruct)) throw error;
      refused.push(error);
    }
  };
  attempt(info.definition.span, () => lowerCreation(m, functions, lowerers));
  attempt(info.definition.span, () => new RuntimeEntry(m, functions, lowerers).lower());
  for (let next = functions.next(); next; next = functions.next()) {
    const { definition, func } = next;
    attempt(definition.span, () => lowerFunction(m, functions, lowerers, definition, func));
  }
  functions.finishDispatchers();
  if (refused.length > 0) return undefined;
  hideCreationCalldata(m.module);
  if (m.isOld) panicByInvalid(m.module);
  return m.module;
}
