/** What a store says of the version that wrote it. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { openChain } from "../../../../runtime/node/chain/chain-store.js";
import { metaKey } from "../../../../runtime/node/state/layout.js";
import { StateError } from "../../../../runtime/store/durable/kv.js";
import { MemoryKeyValueStore } from "../../../../runtime/store/durable/memory-kv.js";

async function openedAs(stamp: string): Promise<StateError | undefined> {
  const store = new MemoryKeyValueStore();
  await store.write([{ key: metaKey("format"), value: Buffer.from(stamp) }]);
  try {
    openChain(store, { history: 16, chainId: 31_337n });
  } catch (error) {
    assert.ok(error instanceof StateError);
    return error;
  }
  return undefined;
}

describe("a store's stamp", () => {
  it("refuses what another version wrote, with a way on", async () => {
    assert.equal(await openedAs("supervm-state-2"), undefined);
    const older = await openedAs("supervm-state-1");
    assert.match(older!.message, /was written by an older supervm \(format 1, this one knows 2\)/);
    assert.match(older!.hint!, /--dump-state FILE.*--load-state FILE/);
    assert.equal((await openedAs("supervm-state-3"))?.kind, "newer");
    assert.equal((await openedAs("something-1"))?.kind, "foreign");
  });
});
