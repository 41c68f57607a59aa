/** What a run of the fuzzer comes to, for people and for programs. */
import type { BatchResult, Finding } from "./batch.js";

export interface Summary {
  readonly programs: number;
  /** Deployments and messages, on the reference and on all variants. */
  readonly executions: number;
  readonly mismatches: number;
  readonly crashes: number;
}

export function summaryOf(result: BatchResult): Summary {
  const count = (kind: Finding["kind"]): number => result.findings.filter((f) => f.kind === kind).length;
  return { programs: result.programs, executions: result.executions, mismatches: count("mismatch"), crashes: count("crash") };
}

/** The small program, the messages, and what differs. */
export function formatFinding(finding: Finding): string {
  const { kind, variant, step, expected, actual, seed, source, calls, constructorArgs } = finding;
  const messages = calls.map(
    (c, i) => `  ${i} ${c.signature} ${c.args}${c.value === "0" ? "" : ` value ${c.value}`}${c.sender === 0 ? "" : " from the second account"}\n    ${c.data}`,
  );
  return [
    `--- ${kind} of program ${seed} on ${variant}`,
    source.trimEnd(),
    `constructor arguments ${constructorArgs}`,
    "messages:",
    ...messages,
    `at ${step}`,
    `expected ${expected}`,
    `actual   ${actual}`,
    "",
  ].join("\n");
}
