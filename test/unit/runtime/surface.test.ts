/** What `supervm/runtime` offers: a change of this list is a change for users. */
import assert from "node:assert/strict";
import { test } from "node:test";
import * as runtime from "../../../runtime/index.js";

test("the library's names", () => {
  assert.deepEqual(Object.keys(runtime).sort(), [
    "ADAPTIVE",
    "COLLECTOR_DEFAULTS",
    "CodeRegistry",
    "Collector",
    "ConflictError",
    "DEFAULT_MAX_VERSIONS",
    "DEFAULT_RETRY",
    "DumpError",
    "LocalChain",
    "ModuleError",
    "MultiVersionStore",
    "PublishedContract",
    "ReadOnlyError",
    "StateError",
    "TransactionStateError",
    "VersionCollectedError",
    "addressHex",
    "addressKey",
    "bytesOfKey",
    "keyOf",
    "runTransaction",
    "startNode",
  ]);
});

test("the example of the multi-version store", async () => {
  const { MultiVersionStore, runTransaction } = runtime;
  const store = new MultiVersionStore<number>();
  await runTransaction(store, (tx) => tx.write("n", (tx.read("n") ?? 0) + 1));
  assert.equal(store.beginReadOnly().read("n"), 1);
});
