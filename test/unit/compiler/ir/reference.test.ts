/** docs/ir.md is what the instruction table and the registry of passes say. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { irReference } from "../../../../scripts/ir-reference.js";

test("the reference page is current", () => {
  assert.equal(readFileSync(path.join(process.cwd(), "docs", "ir.md"), "utf8"), irReference(), "run 'node dist/scripts/ir-reference.js'");
});
