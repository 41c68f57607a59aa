/** Runs scenarios of libraries on every target against solc's code. The files of a scenario list are compiled once for each target. */
import assert from "node:assert/strict";
import fs from "node:fs";
import { describe, it } from "node:test";
import { compile, type Artifact } from "../../index.js";
import { TARGET_NAMES } from "../../targets/registry.js";
import type { TargetName } from "../../targets/target.js";
import { record, type Recorded, type Scenario } from "./scenario.js";
import { solcArtifacts, type SolcLine } from "./solc.js";

type Artifacts = Readonly<Record<string, Artifact>>;

/** The first result of a computation, for every later request with the same key. */
function once<T>(compute: (key: string) => T): (key: string) => T {
  const known = new Map<string, T>();
  return (key) => {
    const value = known.has(key) ? known.get(key)! : compute(key);
    known.set(key, value);
    return value;
  };
}

async function compileFor(sources: readonly string[], target: TargetName): Promise<Artifacts> {
  const { artifacts, diagnostics } = await compile({ sources, targets: [target], cache: false });
  const errors = diagnostics.filter((d) => d.severity === "error");
  assert.equal(errors.map((d) => d.formatted).join("\n"), "");
  return artifacts;
}

/** Registers a test for each scenario and target. */
export function compareWithSolc(scenarios: readonly Scenario[]): void {
  const limits = fs.readFileSync("docs/targets.md", "utf8");
  const references = once((key) => {
    const [line, ...sources] = key.split(",");
    return solcArtifacts(sources, { line: line as SolcLine });
  });
  const ours = once((key) => {
    const [target, ...sources] = key.split(",");
    return compileFor(sources, target as TargetName);
  });
  for (const scenario of scenarios)
    describe(scenario.name, () => {
      let expected: Promise<Recorded[]> | undefined;
      for (const target of scenario.targets ?? TARGET_NAMES) {
        const reason = scenario.except?.[target];
        if (reason !== undefined) {
          it(`${target} is excepted by docs/targets.md`, () => assert.ok(limits.includes(`| ${reason} |`), reason));
          continue;
        }
        it(`${target} answers as solc's code does`, async () => {
          const want = await (expected ??= record(scenario, references([scenario.line ?? "0.8", ...scenario.sources].join()), "evm"));
          const got = await record(scenario, await ours([target, ...scenario.sources].join()), target);
          for (const [i, step] of want.entries()) assert.deepEqual(got[i], step);
        });
      }
    });
}
