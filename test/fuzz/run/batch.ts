/**
 * Checks a batch of programs: one compilation by solc for all, then each program on its variants; failing programs are made small. What solc's
 * legacy code generator refuses, and what differs from its code, is judged by its other one: see reference.ts.
 */
import { callData, encodeArguments, signatureOf } from "../generate/call-data.js";
import { randomProgram, type FuzzProgram } from "../generate/program.js";
import { indent, render } from "../tree.js";
import { checkProgram, type Failure, type Script, type Verdict } from "./check.js";
import type { EvmCode } from "./evm-side.js";
import type { Variant } from "./ours.js";
import { compileReferences, type Generator, type Reference } from "./reference.js";
import { shrink, type Candidate, type Plan } from "./shrink.js";
import type { Senders } from "./side.js";

/** A failing program, made small. */
export interface Finding extends Failure {
  readonly seed: number;
  readonly source: string;
  /** Call data of the deployment and of each message, for people and for fixtures. */
  readonly constructorArgs: string;
  readonly calls: readonly { readonly signature: string; readonly args: string; readonly data: string; readonly value: string; readonly sender: number }[];
}

export interface BatchResult {
  readonly programs: number;
  readonly executions: number;
  /** Runs that a documented limit of a target ended early. */
  readonly limited: number;
  readonly findings: readonly Finding[];
  /** Programs that solc refuses, with its messages: faults of the generator, or solc's own limits. */
  readonly rejected: readonly { readonly seed: number; readonly reason: string }[];
}

export interface BatchOptions {
  /** Those that a program runs on. */
  readonly variants: (seed: number) => readonly Variant[];
  /** The code generator of solc to ask first. */
  readonly generator: Generator;
  readonly senders: Senders;
  /** Time to spend on making one failure small, in milliseconds; 0 leaves it as it is. */
  readonly shrinkTime: number;
  /** Is told the seed before each program runs, so that a watchdog knows which one hangs. */
  readonly onStart?: (seed: number) => void;
}

export async function runBatch(seeds: readonly number[], options: BatchOptions): Promise<BatchResult> {
  const programs = seeds.map(randomProgram);
  const sources = new Map(programs.map((p) => [nameOf(p), indent(render(p.root))]));
  const references = compileReferences(sources, options.generator);
  if (options.generator === "legacy") addAnswers(references, sources);
  const findings: Finding[] = [];
  const rejected: { seed: number; reason: string }[] = [];
  let executions = 0;
  let limited = 0;
  for (const program of programs) {
    options.onStart?.(program.seed);
    const reference: Reference = references.get(nameOf(program)) ?? { rejected: "solc gave no answer" };
    if ("rejected" in reference) {
      rejected.push({ seed: program.seed, reason: reference.rejected });
      continue;
    }
    const verdict = await judge(program, sources.get(nameOf(program))!, reference.codes, options);
    executions += verdict.executions;
    limited += verdict.limited;
    const failure = verdict.failures[0];
    if (failure) findings.push(await findingOf(program, failure, verdict, options));
  }
  return { programs: programs.length - rejected.length, executions, limited, findings, rejected };
}

/** Asks the other code generator for what the legacy one refused. */
function addAnswers(references: Map<string, Reference>, sources: ReadonlyMap<string, string>): void {
  const isRefused = (name: string): boolean => {
    const reference = references.get(name);
    return !reference || "rejected" in reference;
  };
  const refused = new Map([...sources].filter(([name]) => isRefused(name)));
  for (const [name, answer] of compileReferences(refused, "ir")) references.set(name, answer);
}

/** Runs a program; a difference from code of the legacy generator counts if it is one from the other's code too. */
async function judge(program: FuzzProgram, source: string, codes: ReadonlyMap<string, EvmCode>, options: BatchOptions): Promise<Verdict> {
  const script = scriptOf(program, options.senders);
  const variants = options.variants(program.seed);
  const verdict = await checkProgram(source, script, codes, variants);
  if (options.generator === "ir" || verdict.failures.every((f) => f.kind === "crash")) return verdict;
  const reference = compileReferences(new Map([[nameOf(program), source]]), "ir").get(nameOf(program));
  if (!reference || "rejected" in reference) return verdict;
  const again = await checkProgram(source, script, reference.codes, variants);
  return { ...again, executions: verdict.executions + again.executions };
}

function nameOf(program: FuzzProgram): string {
  return `p${program.seed}.sol`;
}

/** Shrinks a failing program; what fails and where is that of the small one. */
async function findingOf(program: FuzzProgram, failure: Failure, { failures }: Verdict, options: BatchOptions): Promise<Finding> {
  const variant = options.variants(program.seed).filter((v) => v.name === failure.variant);
  const key = failureKey(failure);
  // Where the interpreter agrees with solc, it is the oracle of small programs too: solc takes a second for each.
  const needsSolc = failures.some((f) => f.variant === "frontend" || f.variant === "interpreter");
  const stillFails = async (candidates: readonly Candidate[]): Promise<boolean[]> =>
    (await verdicts(candidates, variant, needsSolc, options.senders)).map((f) => f !== undefined && failureKey(f) === key);
  const small = options.shrinkTime > 0 ? await shrink(program, stillFails, { milliseconds: options.shrinkTime }) : { source: render(program.root), plan: program };
  const [last] = options.shrinkTime > 0 ? await verdicts([small], variant, true, options.senders) : [failure];
  const others = failures.slice(1).map((f) => f.variant);
  const shown = last ?? failure;
  return { ...shown, variant: [shown.variant, ...others].join(", "), seed: program.seed, source: indent(small.source), ...callsOf(small.plan) };
}

/** What makes two failures the same one: mismatches of any kind on a variant, crashes with the same first line. */
function failureKey(failure: Failure): string {
  return failure.kind === "mismatch" ? `${failure.variant} mismatch` : `${failure.variant} ${failure.actual.split("\n")[0]!.replace(/[%\d]+/g, "#")}`;
}

/** The first failure of each candidate, if any. */
async function verdicts(candidates: readonly Candidate[], variants: readonly Variant[], needsSolc: boolean, senders: Senders): Promise<(Failure | undefined)[]> {
  if (!needsSolc) return Promise.all(candidates.map(({ source, plan }) => firstFailure(indent(source), scriptOf(plan, senders), undefined, variants)));
  const references = compileReferences(new Map(candidates.map((c, i) => [`c${i}.sol`, indent(c.source)])));
  const found: (Failure | undefined)[] = [];
  for (const [i, { source, plan }] of candidates.entries()) {
    const reference = references.get(`c${i}.sol`);
    if (!reference || "rejected" in reference) found.push(undefined);
    else found.push(await firstFailure(indent(source), scriptOf(plan, senders), reference.codes, variants));
  }
  return found;
}

async function firstFailure(source: string, script: Script, codes: Parameters<typeof checkProgram>[2], variants: readonly Variant[]): Promise<Failure | undefined> {
  try {
    return (await checkProgram(source, script, codes, variants)).failures[0];
  } catch {
    // A program that lost its main contract or a library is no candidate.
    return undefined;
  }
}

function scriptOf(plan: Plan, senders: Senders): Script {
  const messages = plan.calls.map((c) => ({ label: signatureOf(c), from: senders[c.sender], data: callData(c), value: c.value }));
  return { senders, libraries: plan.libraries, constructorArgs: encodeArguments(plan.constructorTypes, plan.constructorArgs), messages };
}

function callsOf(plan: Plan): Pick<Finding, "constructorArgs" | "calls"> {
  const calls = plan.calls.map((c) => ({
    ...{ signature: signatureOf(c), args: JSON.stringify(c.args, (_k, v: unknown) => (typeof v === "bigint" ? String(v) : v)), data: callData(c) },
    ...{ value: String(c.value), sender: c.sender },
  }));
  return { constructorArgs: encodeArguments(plan.constructorTypes, plan.constructorArgs), calls };
}
