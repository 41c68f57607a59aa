/** The in-program runtime as a whole: adds all its routines to an image. The linker drops those that nothing calls. */
import type { LirProgram } from "../lir/instruction.js";
import type { RuntimeOptions } from "./abi.js";
import { defineAccounts } from "./accounts.js";
import { defineCalls } from "./calls.js";
import { defineCpi } from "./cpi.js";
import { defineCreation } from "./create.js";
import { defineEntry } from "./entry.js";
import { defineEnvironment } from "./env.js";
import { KEYED_STATE_MAGIC, STATE_MAGIC } from "./format.js";
import { defineFrames } from "./frames.js";
import { defineInstance } from "./instance.js";
import { defineJournal } from "./journal.js";
import { defineLogs } from "./logs.js";
import { defineMemory } from "./memory.js";
import { definePrecompiles } from "./precompiles.js";
import { defineProxies } from "./proxies.js";
import { defineSettle } from "./settle.js";
import { defineStaging } from "./staging.js";
import { defineStorage } from "./storage.js";
import { defineTransient } from "./transient.js";
import { defineValue } from "./value.js";

/**
 * Adds the entry point and everything of RUNTIME (abi.ts). The image must define what IMAGE of abi.ts names.
 */
export function defineRuntime(program: LirProgram, { kernels, keyedSlots }: RuntimeOptions): void {
  const magic = keyedSlots ? KEYED_STATE_MAGIC : STATE_MAGIC;
  defineMemory(program);
  defineJournal(program);
  defineAccounts(program, magic);
  defineCpi(program);
  defineStorage(program);
  defineTransient(program);
  defineLogs(program);
  defineValue(program);
  defineFrames(program);
  definePrecompiles(program, kernels);
  defineCalls(program);
  defineProxies(program);
  defineInstance(program, magic);
  defineCreation(program);
  defineEnvironment(program);
  defineSettle(program);
  defineStaging(program);
  defineEntry(program);
}
