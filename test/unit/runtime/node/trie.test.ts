/** The trie against @ethereumjs/mpt, by random sequences of changes. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createMPT, verifyMerkleProof } from "@ethereumjs/mpt";
import { keccak_256 } from "@noble/hashes/sha3.js";
import fc from "fast-check";
import { nibblesOf, trieEntries, trieGet, trieProof, trieRoot, trieWith } from "../../../../runtime/node/state/trie.js";
import { EMPTY_ROOT, trieReference, type LoadedNode, type StoredNode, type TrieNode } from "../../../../runtime/node/state/trie-nodes.js";
import { TrieBuilder } from "../../../../runtime/node/state/trie-builder.js";
import { trieUpdate } from "../../../../runtime/node/state/trie-update.js";
import { StateTrie } from "../../../../runtime/node/state/state-trie.js";
import { addressKeyOfInt, littleEndian, slotKey } from "../../../../runtime/store/keys.js";

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

describe("Merkle Patricia trie", () => {
  it("has the root of the empty trie", () => {
    assert.equal(hex(EMPTY_ROOT), "56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421");
  });

  it("agrees with @ethereumjs/mpt whatever is set and deleted, and proves it", async () => {
    // Short keys share many prefixes; short values make nodes that their parents embed, long ones lists with heads of three bytes.
    const step = fc.tuple(
      fc.uint8Array({ minLength: 2, maxLength: 2 }).map((k) => k.map((b) => b & 0x13)),
      fc.option(fc.oneof(fc.uint8Array({ minLength: 1, maxLength: 40 }), fc.uint8Array({ minLength: 180, maxLength: 300 }))),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        const oracle = await createMPT();
        let root: TrieNode<Uint8Array> | undefined;
        const model = new Map<string, Uint8Array>();
        for (const [key, value] of steps) {
          if (value) {
            await oracle.put(key, value);
            root = trieUpdate(root, [{ path: nibblesOf(key), apply: () => ({ value, entry: value }) }]);
            model.set(hex(key), value);
          } else {
            await oracle.del(key);
            root = trieUpdate(root, [{ path: nibblesOf(key), apply: () => undefined }]);
            model.delete(hex(key));
          }
          assert.equal(hex(trieRoot(root)), hex(oracle.root()));
        }
        for (const [key] of steps) {
          assert.deepEqual(trieGet(root, nibblesOf(key)), model.get(hex(key)));
          if (!root) continue;
          const proven = await verifyMerkleProof(key, trieProof(root, nibblesOf(key)), { root: trieRoot(root) });
          assert.equal(proven ? hex(proven) : undefined, model.has(hex(key)) ? hex(model.get(hex(key))!) : undefined);
        }
        assert.equal([...trieEntries(root)].length, model.size);
      }),
      { numRuns: 60 },
    );
  });
});

/** The trie that holds some keys, one set after another. */
function trieOf(model: ReadonlyMap<string, Uint8Array>): TrieNode<Uint8Array> | undefined {
  let root: TrieNode<Uint8Array> | undefined;
  for (const [key, value] of model) root = trieWith(root, nibblesOf(Buffer.from(key, "hex")), value, value);
  return root;
}

describe("changes of a trie", () => {
  const key = fc.uint8Array({ minLength: 3, maxLength: 3 }).map((k) => k.map((b) => b & 0x13));
  const value = fc.uint8Array({ minLength: 1, maxLength: 40 });

  it("made together give what they give one after another", () =>
    fc.assert(
      fc.property(fc.array(fc.array(fc.tuple(key, fc.option(value)), { maxLength: 30 }), { maxLength: 6 }), (rounds) => {
        let root: TrieNode<Uint8Array> | undefined;
        const model = new Map<string, Uint8Array>();
        for (const round of rounds) {
          const changes = new Map(round.map(([k, v]) => [hex(k), v]));
          const seen = new Map<string, Uint8Array | undefined>();
          root = trieUpdate(
            root,
            [...changes].map(([k, v]) => ({
              path: nibblesOf(Buffer.from(k, "hex")),
              apply(before: Uint8Array | undefined) {
                assert.ok(!seen.has(k), "a change is asked once");
                seen.set(k, before);
                return v ? { value: v, entry: v } : undefined;
              },
            })),
          );
          assert.deepEqual(seen, new Map([...changes.keys()].map((k) => [k, model.get(k)])));
          for (const [k, v] of changes) {
            if (v) model.set(k, v);
            else model.delete(k);
          }
          assert.equal(hex(trieRoot(root)), hex(trieRoot(trieOf(model))));
          assert.equal([...trieEntries(root)].length, model.size);
        }
      }),
      { numRuns: 200 },
    ));

  it("give the same trie back where they change nothing", () => {
    const root = trieOf(
      new Map([
        ["123456", Uint8Array.of(1)],
        ["12f456", Uint8Array.of(2)],
        ["a00000", Uint8Array.of(3)],
      ]),
    );
    const absent = ["123457", "120000", "b00000"].map((k) => ({ path: nibblesOf(Buffer.from(k, "hex")), apply: () => undefined }));
    assert.equal(trieUpdate(root, absent), root);
    assert.equal(trieUpdate(root, []), root);
  });
});

describe("a trie that is built in order", () => {
  /** Stands for a node that was handed out. */
  function stored(node: LoadedNode<Uint8Array>): StoredNode<Uint8Array> {
    const reference = trieReference(node);
    return { kind: "stored", id: 1, reference, load: () => node };
  }

  it("is the trie that is changed key by key", () =>
    fc.assert(
      fc.property(
        fc.dictionary(
          fc.uint8Array({ minLength: 3, maxLength: 3 }).map((k) => hex(k.map((b) => b & 0x33))),
          fc.uint8Array({ minLength: 1, maxLength: 40 }),
        ),
        (content) => {
          const model = new Map(Object.entries(content).sort(([a], [b]) => (a < b ? -1 : 1)));
          const builder = new TrieBuilder<Uint8Array>(stored);
          for (const [k, v] of model) builder.add(nibblesOf(Buffer.from(k, "hex")), v, v);
          const root = builder.finish();
          assert.equal(hex(trieRoot(root)), hex(trieRoot(trieOf(model))));
          assert.deepEqual([...trieEntries(root)], [...model.values()]);
        },
      ),
      { numRuns: 300 },
    ));

  it("refuses keys out of order, and the same key twice", () => {
    const builder = new TrieBuilder<Uint8Array>(stored);
    const add = (k: string): void => builder.add(nibblesOf(Buffer.from(k, "hex")), Uint8Array.of(1), Uint8Array.of(1));
    add("1234");
    assert.throws(() => add("1234"), RangeError);
    assert.throws(() => add("1233"), RangeError);
    add("1235");
  });
});

describe("StateTrie", () => {
  const address = addressKeyOfInt(0xabcn);
  const account = { nonce: 1, balance: 5n };

  it("does not hold empty accounts, and forgets what became zero", () => {
    const empty = StateTrie.empty;
    const full = empty.apply({ accounts: new Map([[address, account]]), storage: new Map([[address, new Map([[slotKey(1n), littleEndian(7n, 32)]])]]) });
    assert.notEqual(hex(full.root), hex(empty.root));
    assert.deepEqual(full.storage(address, slotKey(1n)), littleEndian(7n, 32));
    const cleared = full.apply({ accounts: new Map([[address, { nonce: 0, balance: 0n }]]), storage: new Map([[address, new Map([[slotKey(1n), undefined]])]]) });
    assert.equal(hex(cleared.root), hex(empty.root));
    assert.deepEqual(full.account(address), account, "the earlier state is still there");
  });

  it("gives itself back as one change set", () => {
    const storage = new Map([[address, new Map([1n, 2n, 300n].map((n) => [slotKey(n), littleEndian(n * n, 32)]))]]);
    const state = StateTrie.empty.apply({ accounts: new Map([[address, account]]), storage });
    assert.equal(hex(StateTrie.empty.apply(state.everything()).root), hex(state.root));
  });

  it("encodes accounts as Ethereum does", async () => {
    const oracle = await createMPT();
    const key = keccak_256(Buffer.from(0xabcn.toString(16).padStart(40, "0"), "hex"));
    const noCode = Buffer.from("c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470", "hex");
    // rlp([1, 5, emptyRoot, keccak256("")])
    await oracle.put(key, Buffer.concat([Buffer.from("f8440105a0", "hex"), EMPTY_ROOT, Buffer.from("a0", "hex"), noCode]));
    assert.equal(hex(StateTrie.empty.apply({ accounts: new Map([[address, account]]), storage: new Map() }).root), hex(oracle.root()));
  });
});
