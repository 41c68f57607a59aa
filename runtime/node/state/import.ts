/**
 * Brings a whole state into an empty store, however large: accounts come in the order of the hashes of their addresses (as dumps and snapshots of Ethereum
 * nodes list them), each with its words in the order of the hashes of their slots, so that every node is made, hashed and written once, at the end of the store.
 *
 *   accounts in order --TrieBuilder--> nodes --queue--> groups of writes, one on its way while the next is made
 *
 * The store says that an import is under way until the first block is written with its state (the mark goes with that block's group): what a crash
 * leaves of an import is refused instead of taken for a chain.
 */
import type { WriteQueue } from "../../store/durable/write-queue.js";
import type { AddressKey, SlotKey } from "../../store/keys.js";
import type { AccountRecord } from "../../store/state.js";
import { metaKey } from "./layout.js";
import type { NodeStore } from "./node-store.js";
import { accountPath, encodeAccount, encodeWord, slotPath, type AccountEntry, type SlotEntry } from "./state-trie.js";
import { TrieBuilder } from "./trie-builder.js";
import type { StoredNode } from "./trie-nodes.js";

export interface ImportedAccount {
  readonly address: AddressKey;
  readonly record: AccountRecord;
  /** Words that are not zero, least significant byte first, by slot, in the order of keccak256(slot). */
  readonly storage?: Iterable<readonly [SlotKey, Uint8Array]>;
}

/** Pages of a group: a few megabytes. */
const GROUP = 2_000;

/** Writes the state's nodes; its root. Rejects with RangeError where accounts or slots do not come in order. */
export async function importAccounts(accounts: Iterable<ImportedAccount>, nodes: NodeStore, queue: WriteQueue): Promise<StoredNode<AccountEntry> | undefined> {
  queue.put(metaKey("importing"), Uint8Array.of(1));
  queue.seal();
  const trie = new TrieBuilder<AccountEntry>((node) => nodes.save(node));
  for (const { address, record, storage } of accounts) {
    const words = storage && (await importWords(storage, nodes, queue));
    trie.add(accountPath(address), encodeAccount(record, words), { address, record, storage: words });
    if (queue.waiting >= GROUP) await nextGroup(queue);
  }
  const root = trie.finish();
  await nextGroup(queue);
  queue.delete(metaKey("importing"));
  return root;
}

async function importWords(storage: Iterable<readonly [SlotKey, Uint8Array]>, nodes: NodeStore, queue: WriteQueue): Promise<StoredNode<SlotEntry> | undefined> {
  const trie = new TrieBuilder<SlotEntry>((node) => nodes.saveStorage(node));
  for (const [slot, word] of storage) {
    trie.add(slotPath(slot), encodeWord(word), { slot, word });
    if (queue.waiting >= GROUP) await nextGroup(queue);
  }
  return trie.finish();
}

/** Seals a group when the one before is written, so that two are in memory at most. */
async function nextGroup(queue: WriteQueue): Promise<void> {
  await queue.durable();
  queue.seal();
}
