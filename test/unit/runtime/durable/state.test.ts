/** The state in a store beside the state in memory: the same roots and answers over any history, with reopening, pruning and going back. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { MemoryBackend } from "../../../../runtime/node/state/backend.js";
import { DurableBackend, type StatePosition } from "../../../../runtime/node/state/durable-backend.js";
import { MemoryKeyValueStore } from "../../../../runtime/store/durable/memory-kv.js";
import { WriteQueue } from "../../../../runtime/store/durable/write-queue.js";
import { addressKeyOfInt, littleEndian, slotKey } from "../../../../runtime/store/keys.js";
import type { AccountRecord, ChangeSet } from "../../../../runtime/store/state.js";
import { dataHex } from "../../../../runtime/node/encoding/hex.js";
import { nodesOf, reachableNodes } from "./nodes.js";

const hex = (bytes: Uint8Array): string => dataHex(bytes);

class Durable {
  readonly queue: WriteQueue;
  readonly backend: DurableBackend;

  constructor(
    readonly store = new MemoryKeyValueStore(),
    position: StatePosition = { version: 0, root: undefined },
    nextVersion = 1,
    nextPage = 1,
  ) {
    this.queue = new WriteQueue(store);
    this.backend = new DurableBackend(this.queue, position, nextVersion, nextPage);
  }

  async flush(): Promise<void> {
    this.queue.seal();
    await this.queue.durable();
  }

  /** What a new process would see. */
  async reopened(): Promise<Durable> {
    await this.flush();
    return new Durable(this.store, this.backend.view().position, this.backend.nextVersion, this.backend.nodes.nextPage);
  }
}

const ADDRESSES = Array.from({ length: 40 }, (_, i) => addressKeyOfInt(BigInt(i) * 0x1234567n));
const SLOTS = Array.from({ length: 24 }, (_, i) => slotKey(BigInt(i) ** 3n));

const recordArbitrary = fc.record({ nonce: fc.nat(3), balance: fc.bigInt({ min: 0n, max: 2n ** 80n }) });
const wordArbitrary = fc.option(
  fc.bigInt({ min: 1n, max: 2n ** 256n - 1n }).map((value) => littleEndian(value, 32)),
  { nil: undefined },
);
const changesArbitrary = fc
  .array(
    fc.record({
      address: fc.constantFrom(...ADDRESSES),
      record: fc.option(recordArbitrary, { nil: undefined, freq: 8 }),
      words: fc.array(fc.tuple(fc.constantFrom(...SLOTS), wordArbitrary), { maxLength: 12 }),
    }),
    { maxLength: 12 },
  )
  .map((list): ChangeSet => {
    const accounts = new Map<string, AccountRecord | undefined>();
    const storage = new Map<string, Map<string, Uint8Array | undefined>>();
    for (const { address, record, words } of list) {
      accounts.set(address, record && { ...record });
      // An account that goes takes its storage along.
      if (record) storage.set(address, new Map(words));
      else storage.delete(address);
    }
    return { accounts, storage };
  });

type Step =
  { readonly kind: "block"; readonly changes: readonly ChangeSet[] } | { readonly kind: "reopen" } | { readonly kind: "back"; readonly by: number } | { readonly kind: "prune" };

const stepArbitrary: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.array(changesArbitrary, { maxLength: 3 }).map((changes): Step => ({ kind: "block", changes })) },
  { weight: 1, arbitrary: fc.constant<Step>({ kind: "reopen" }) },
  { weight: 1, arbitrary: fc.nat(4).map((by): Step => ({ kind: "back", by })) },
  { weight: 1, arbitrary: fc.constant<Step>({ kind: "prune" }) },
);

/** Everything that a reader can ask. */
function answers(state: { account: MemoryBackend["head"]["account"]; storage: MemoryBackend["head"]["storage"] }): unknown {
  return ADDRESSES.map((address) => {
    const account = state.account(address);
    // Where an account is empty, a flat store may still hold a record of it.
    return [account?.nonce ?? 0, account?.balance ?? 0n, SLOTS.map((slot) => hex(state.storage(address, slot) ?? new Uint8Array(0)))];
  });
}

describe("the state in a store", () => {
  it("has the roots, answers and proofs of the state in memory, and keeps exactly the nodes of the states that are kept", () =>
    fc.assert(
      fc.asyncProperty(fc.array(stepArbitrary, { minLength: 1, maxLength: 12 }), async (steps) => {
        const memory = new MemoryBackend();
        let durable = new Durable();
        let pruned = 0;
        let history = [{ memory: memory.view(), durable: durable.backend.view() }];
        for (const step of steps) {
          switch (step.kind) {
            case "block": {
              for (const changes of step.changes) for (const backend of [memory, durable.backend]) backend.commit(changes, []);
              assert.deepEqual(answers(durable.backend.head), answers(memory.head));
              for (const address of ADDRESSES) assert.equal(durable.backend.hasStorage(address), memory.hasStorage(address));
              const next = { memory: memory.view(), durable: durable.backend.view() };
              assert.equal(hex(next.durable.root), hex(next.memory.root));
              history.push(next);
              break;
            }
            case "reopen": {
              durable = await durable.reopened();
              history = history.map((h) => ({ memory: h.memory, durable: durable.backend.viewAt(h.durable.position) }));
              break;
            }
            case "back": {
              history.length = Math.max(1, history.length - step.by);
              const target = history[history.length - 1]!;
              memory.restore(target.memory);
              durable.backend.restore(target.durable);
              break;
            }
            case "prune": {
              const oldest = history[history.length >> 1]!;
              durable.backend.prune(pruned, oldest.durable.position.version);
              pruned = oldest.durable.position.version;
              history = history.slice(history.length >> 1);
              break;
            }
          }
          for (const { memory: expected, durable: actual } of history) assert.deepEqual(answers(actual), answers(expected));
          assert.deepEqual(answers(durable.backend.head), answers(memory.head));
        }
        const { memory: expected, durable: actual } = history[history.length - 1]!;
        assert.deepEqual(actual.prove(ADDRESSES[1]!, SLOTS), expected.prove(ADDRESSES[1]!, SLOTS));
        await durable.flush();
        assert.deepEqual(
          nodesOf(durable.store),
          reachableNodes(
            durable.backend.nodes,
            history.map((h) => h.durable),
          ),
        );
      }),
      { numRuns: 20 },
    ));
});
