/** A process that runs test files one at a time, on request: a crash or a hang costs one file, not the run. */
import type { TargetName } from "../../targets/target.js";
import { runSemanticTest, type TestResult } from "./solidity/semantic-test.js";
import { runSyntaxTest } from "./solidity/syntax-test.js";

export interface Request {
  readonly id: number;
  readonly mode: "semantic" | "syntax";
  readonly file: string;
  readonly target: TargetName;
  readonly optimize: 0 | 1 | 2 | 3 | "s";
  readonly version?: string;
}

export interface Response {
  readonly id: number;
  /** By target, or by question for syntax tests. */
  readonly results: Readonly<Record<string, TestResult>>;
}

process.on("message", (request: Request) => {
  void run(request).then((results) => {
    process.send?.({ id: request.id, results } satisfies Response);
  });
});

async function run(request: Request): Promise<Response["results"]> {
  const { mode, file, target, version } = request;
  return mode === "syntax" ? runSyntaxTest(file, version) : { [target]: await runSemanticTest(file, request) };
}
