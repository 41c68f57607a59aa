/** Full branches that are written as what changed in them: when they are, that they are read as what they were, and how long their bases stay. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { baseOfDelta, branchOf, MAX_CHANGED } from "../../../../runtime/node/state/branch-deltas.js";
import { MemoryBackend } from "../../../../runtime/node/state/backend.js";
import { DurableBackend, type StatePosition, type StoredView } from "../../../../runtime/node/state/durable-backend.js";
import { numberKey, PREFIX } from "../../../../runtime/node/state/layout.js";
import { KIND } from "../../../../runtime/node/state/node-bytes.js";
import { PAGE_NODES, pageOf, pageWithout, placeInPage } from "../../../../runtime/node/state/node-pages.js";
import { dataHex } from "../../../../runtime/node/encoding/hex.js";
import { StateError } from "../../../../runtime/store/durable/kv.js";
import { MemoryKeyValueStore } from "../../../../runtime/store/durable/memory-kv.js";
import { WriteQueue } from "../../../../runtime/store/durable/write-queue.js";
import { addressKeyOfInt, type AddressKey } from "../../../../runtime/store/keys.js";
import type { AccountRecord, ChangeSet } from "../../../../runtime/store/state.js";
import { hashed, nodesOf, reachableNodes } from "./nodes.js";

const ADDRESSES = Array.from({ length: 400 }, (_, i) => addressKeyOfInt(BigInt(i + 1)));
/** One address below each child of the root. */
const BY_CHILD = Array.from({ length: 16 }, (_, i) => ADDRESSES.find((address) => hashed(address).startsWith(i.toString(16)))!);

const balances = (addresses: readonly AddressKey[], balance: bigint): ChangeSet => ({
  accounts: new Map(addresses.map((address): [AddressKey, AccountRecord] => [address, { nonce: 1, balance }])),
  storage: new Map(),
});

class Chain {
  readonly memory = new MemoryBackend();
  readonly store = new MemoryKeyValueStore();
  readonly queue = new WriteQueue(this.store);
  backend = new DurableBackend(this.queue, { version: 0, root: undefined }, 1, 1);
  readonly views: StoredView[] = [];

  async block(changes: ChangeSet): Promise<StoredView> {
    this.memory.commit(changes, []);
    this.backend.commit(changes, []);
    const view = this.backend.view();
    assert.equal(dataHex(view.root), dataHex(this.memory.view().root));
    this.views.push(view);
    await this.written();
    return view;
  }

  async written(): Promise<void> {
    this.queue.seal();
    await this.queue.durable();
  }

  /** How the store has a state's root: as a branch, or as what differs. */
  rootKind(view: StoredView): number {
    const { id } = view.position.root!;
    const page = this.store.get(numberKey(PREFIX.NODES, pageOf(id)))!;
    return page[placeInPage(page, id % PAGE_NODES)]!;
  }

  /** As a new process has it. */
  reopened({ position }: { readonly position: StatePosition } = this.views[this.views.length - 1]!): DurableBackend {
    return new DurableBackend(new WriteQueue(this.store), position, this.backend.nextVersion, this.backend.nodes.nextPage);
  }
}

async function chainOf(changes: readonly ChangeSet[]): Promise<Chain> {
  const chain = new Chain();
  await chain.block(balances(ADDRESSES, 1n));
  for (const change of changes) await chain.block(change);
  return chain;
}

/** Each block changes what is below one more child of the root. */
const oneByOne = (count: number): ChangeSet[] => Array.from({ length: count }, (_, i) => balances([BY_CHILD[i]!], BigInt(2 + i)));

describe("full branches as what changed in them", () => {
  it("are whole at first, then differences, and whole again when much differs", async () => {
    const chain = await chainOf(oneByOne(MAX_CHANGED + 2));
    assert.deepEqual(
      chain.views.map((view) => chain.rootKind(view)),
      [KIND.BRANCH, ...new Array<number>(MAX_CHANGED).fill(KIND.DELTA), KIND.BRANCH, KIND.DELTA],
    );
  });

  it("stay differences while the same children change", async () => {
    const chain = await chainOf(Array.from({ length: 12 }, (_, i) => balances([BY_CHILD[3]!], BigInt(2 + i))));
    assert.ok(chain.views.slice(1).every((view) => chain.rootKind(view) === KIND.DELTA));
  });

  it("are read as they were by a new process, each state of them", async () => {
    const chain = await chainOf(oneByOne(9));
    for (const [n, view] of chain.views.entries()) {
      const read = chain.reopened(view);
      assert.equal(read.head.account(BY_CHILD[4]!)?.balance, n > 4 ? 6n : 1n);
      assert.deepEqual(read.view().prove(BY_CHILD[4]!, []), view.prove(BY_CHILD[4]!, []));
    }
  });

  it("go on from there in a new process", async () => {
    const chain = await chainOf(oneByOne(3));
    const next = chain.reopened();
    next.commit(balances([BY_CHILD[9]!], 77n), []);
    chain.memory.commit(balances([BY_CHILD[9]!], 77n), []);
    assert.equal(dataHex(next.view().root), dataHex(chain.memory.view().root));
  });

  it("keep their base for as long as a kept state needs it, and no longer", async () => {
    const chain = await chainOf(oneByOne(MAX_CHANGED + 3));
    for (let oldest = 1; oldest < chain.views.length; oldest++) {
      chain.backend.prune(chain.views[oldest - 1]!.position.version, chain.views[oldest]!.position.version);
      await chain.written();
      assert.deepEqual(nodesOf(chain.store), reachableNodes(chain.reopened().nodes, chain.views.slice(oldest)));
    }
  });

  it("are undone to whichever state", async () => {
    for (let back = 0; back <= MAX_CHANGED + 2; back++) {
      const chain = await chainOf(oneByOne(MAX_CHANGED + 2));
      const view = chain.views[back]!;
      chain.backend.restore(view);
      chain.views.length = back + 1;
      await chain.written();
      assert.deepEqual(nodesOf(chain.store), reachableNodes(chain.reopened().nodes, chain.views));
      chain.backend.commit(balances([BY_CHILD[12]!], 5n), []);
      const fresh = new MemoryBackend();
      for (const change of [balances(ADDRESSES, 1n), ...oneByOne(back), balances([BY_CHILD[12]!], 5n)]) fresh.commit(change, []);
      assert.equal(dataHex(chain.backend.view().root), dataHex(fresh.view().root));
    }
  });

  it("whose base is not there, or is something else, are an error", async () => {
    const chain = await chainOf(oneByOne(1));
    const [base, root] = chain.views.map((view) => view.position.root!.id);
    const key = numberKey(PREFIX.NODES, pageOf(base!));
    const page = chain.store.get(key)!;
    const delta = chain.store.get(numberKey(PREFIX.NODES, pageOf(root!)))!;
    const bytes = delta.subarray(placeInPage(delta, root! % PAGE_NODES));
    assert.equal(baseOfDelta(bytes), base);
    const rest = pageWithout(page, new Set([base! % PAGE_NODES]));
    await chain.store.write([{ key, value: rest }]);
    assert.throws(
      () => chain.reopened().head.account(BY_CHILD[0]!),
      (error: unknown) => error instanceof StateError && error.kind === "corrupt",
    );
    assert.throws(() => branchOf(bytes, Uint8Array.of(KIND.BRANCH, 3, 0)), StateError);
  });
});

describe("accounts with long code", () => {
  it("are kept, where they do not fit a page as well", async () => {
    const chain = new Chain();
    const accounts = [10, 1_023, 1_024, 1_025, 3_900, 4_000, 5_000, 70_000].map((size, i): [AddressKey, AccountRecord] => [
      ADDRESSES[i]!,
      { nonce: 1, balance: 2n ** 200n, code: { bytes: Uint8Array.from({ length: size }, (_, n) => n * 7 + size) } },
    ]);
    await chain.block({ accounts: new Map(accounts), storage: new Map() });
    const { head } = chain.reopened();
    for (const [address, { code, balance }] of accounts) {
      assert.deepEqual(head.account(address)?.code?.bytes, code!.bytes);
      assert.equal(head.account(address)?.balance, balance);
    }
    await chain.block(balances([ADDRESSES[7]!], 3n));
    chain.backend.prune(0, chain.views[1]!.position.version);
    await chain.written();
    assert.deepEqual(nodesOf(chain.store), reachableNodes(chain.reopened().nodes, [chain.views[1]!]));
  });
});
