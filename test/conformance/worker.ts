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
}

export interface Response {
  readonly id: number;
  readonly result: TestResult;
}

process.on("message", (request: Request) => {
  const run = request.mode === "syntax" ? Promise.resolve(runSyntaxTest(request.file)) : runSemanticTest(request.file, request.target, request.optimize);
  void run.then((result) => {
    process.send?.({ id: request.id, result } satisfies Response);
  });
});
