/** All passes. Adding one is adding a file and a line here; pipelines.ts says where it runs. */
import { blockParams } from "./block-params.js";
import { cse } from "./cse.js";
import { dce } from "./dce.js";
import { inline } from "./inline.js";
import { mem2reg } from "./mem2reg.js";
import { memoryForward } from "./memory-forward.js";
import { narrow } from "./narrow.js";
import { noreturn } from "./noreturn.js";
import type { Pass } from "./pass.js";
import { rangeChecks } from "./range-checks.js";
import { sccp } from "./sccp.js";
import { simplify } from "./simplify/simplify.js";
import { simplifyCfg } from "./simplify-cfg.js";
import { storageForward } from "./storage-forward.js";

export const PASSES: readonly Pass[] = [mem2reg, blockParams, simplifyCfg, sccp, simplify, cse, dce, inline, rangeChecks, storageForward, memoryForward, narrow, noreturn];

const byName = new Map(PASSES.map((pass) => [pass.name, pass]));

/** The pass of a name, or undefined. */
export function findPass(name: string): Pass | undefined {
  return byName.get(name);
}
