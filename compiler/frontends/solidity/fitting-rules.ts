/**
 * Loading and checking by the rules that fit. A pragma without an upper end (`>=0.5.0`) allows the newest line, but the code may have been
 * written for an older one whose rules differ:
 *
 *   TickBitmap.sol  >=0.5.0   uint8(tick % 256)      0.8: no such conversion      0.7: fine   ->   it is compiled as 0.7, with a warning
 *
 * The newest line is tried first. Files with errors that their pragmas would allow to be read by an older line are, with all that they
 * are connected to, until there are no errors. Where no line does, the errors are those of the newest.
 *
 * A pragma that allows 0.8 and names an upper end (`>=0.6.0 <0.9.0`) was written with 0.8 in mind: there it is meant, errors and all, since
 * arithmetic that was checked must not come to wrap by a slip. The lines before 0.8 differ in what they accept, hardly in what it means:
 * among them any pragma may choose (`>=0.6.0 <0.8.0` over code that leans on 0.6's inherited `using for`).
 */
import { DiagnosticSink, type Diagnostic } from "../../diagnostics/diagnostic.js";
import { loadSources, type LoadedSources, type SourceRequest } from "./imports/resolve.js";
import { check } from "./semantics/check.js";
import type { CheckedProgram } from "./semantics/program.js";
import { lineOfRelease, type LanguageLine } from "./syntax/language.js";

/** Sources without faults, and what was found out about them. */
export interface FittingProgram {
  readonly loaded: LoadedSources;
  readonly program: CheckedProgram;
}

interface Attempt {
  readonly sink: DiagnosticSink;
  readonly loaded: LoadedSources;
  readonly program?: CheckedProgram;
}

type Avoided = Map<string, Set<LanguageLine>>;

/** Loads and checks; undefined where no rules fit. `sink` receives what there is to say. */
export function checkedByFittingRules(request: SourceRequest, sink: DiagnosticSink): FittingProgram | undefined {
  const avoided: Avoided = new Map();
  const first = attempt(request);
  let last = first;
  while (!last.program && avoidCurrent(last, avoided)) last = attempt({ ...request, avoid: avoided });
  const chosen = last.program ? last : first;
  for (const diagnostic of chosen.sink.all) sink.report(diagnostic);
  if (!chosen.program) return undefined;
  for (const name of avoided.keys()) warnOfOlderRules(name, first, chosen, sink);
  return { loaded: chosen.loaded, program: chosen.program };
}

function attempt(request: SourceRequest): Attempt {
  const sink = new DiagnosticSink();
  const loaded = loadSources(request, sink);
  if (sink.failed()) return { sink, loaded };
  const program = check(loaded, sink);
  return sink.failed() ? { sink, loaded } : { sink, loaded, program };
}

const isError = ({ severity }: Diagnostic): boolean => severity === "error";

/** Notes the lines of files with errors that may be read by an older one. @returns false if there are none */
function avoidCurrent({ sink, loaded }: Attempt, avoided: Avoided): boolean {
  let found = false;
  for (const file of new Set(sink.all.filter(isError).flatMap(({ span }) => span?.file ?? []))) {
    const unit = loaded.byName.get(file.name);
    const demand = loaded.demandOf(file);
    if (!unit || !demand || (unit.language === "0.8" && !demand.isOpen)) continue;
    const lines = avoided.get(file.name) ?? new Set<LanguageLine>();
    const hasOther = demand.releases.some((release) => lineOfRelease(release) !== unit.language && !lines.has(lineOfRelease(release)));
    if (!hasOther || lines.has(unit.language)) continue;
    avoided.set(file.name, lines.add(unit.language));
    found = true;
  }
  return found;
}

function warnOfOlderRules(name: string, first: Attempt, chosen: Attempt, sink: DiagnosticSink): void {
  const unit = chosen.loaded.byName.get(name);
  const before = first.loaded.byName.get(name);
  if (!unit || !before || unit.language === before.language) return;
  const reason = first.sink.all.find((diagnostic) => isError(diagnostic) && diagnostic.span?.file.name === name);
  const message = `${name} is compiled by the rules of Solidity ${unit.language}: it is not valid by those of ${before.language}, which its pragma allows too.`;
  const related = reason?.span ? [{ span: reason.span, message: reason.message }] : undefined;
  const hint = `Let the pragma say so: ^${unit.language}.0.`;
  sink.warning("SOL-1006", message, chosen.loaded.demandOf(unit.file)?.span, hint, related);
}
