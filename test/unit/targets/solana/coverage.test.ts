/** Every instruction of the IR is lowered or refused with a reason. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { OPS } from "../../../../compiler/ir/ops.js";
import { solanaCapabilities } from "../../../../targets/solana/capabilities.js";
import { isLowered } from "../../../../targets/solana/codegen/lower-function.js";

test("the Solana target knows every instruction", () => {
  const unknown = [...OPS.keys()].filter((op) => isLowered(op) === solanaCapabilities.unsupportedOps.has(op));
  assert.deepEqual(unknown, []);
});
