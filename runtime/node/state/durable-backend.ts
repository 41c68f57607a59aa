/**
 * The state in a store that outlives the process, and may be larger than its memory. Reads go through bounded caches to the nodes of the newest trie;
 * changes stay in memory until {@link DurableBackend.view} brings them into a new trie, whose new nodes then wait in the write queue for the block
 * that they belong to.
 *
 *   commit, commit, view --nodes, modules, change record-->  queue  <--block--  archive;  queue.seal()
 */
import type { CodeRegistry, ModuleEntry } from "../../host/code.js";
import { BoundedCache } from "../../store/durable/bounded-cache.js";
import { StateError } from "../../store/durable/kv.js";
import { RecordReader, RecordWriter } from "../../store/durable/records.js";
import type { WriteQueue } from "../../store/durable/write-queue.js";
import type { AddressKey, SlotKey } from "../../store/keys.js";
import type { AccountRecord, ChangeSet, StateReader } from "../../store/state.js";
import { merged, type NodeBackend, type StateView, type StoredModule } from "./backend.js";
import { hashKey, numberKey, PREFIX } from "./layout.js";
import type { ChildRecord } from "./node-records.js";
import { NodeStore } from "./node-store.js";
import { StateTrie, type AccountContents, type AccountProof } from "./state-trie.js";
import { StoredModules } from "./stored-modules.js";

/** Where a state lies: after which change, and the root of its trie. */
export interface StatePosition {
  readonly version: number;
  /** Undefined: the empty state. */
  readonly root: ChildRecord | undefined;
}

/** A state that lies in the store. */
export class StoredView implements StateView {
  constructor(
    readonly position: StatePosition,
    readonly trie: StateTrie,
  ) {}

  get root(): Uint8Array {
    return this.trie.root;
  }

  account(address: AddressKey): AccountRecord | undefined {
    return this.trie.account(address);
  }

  storage(address: AddressKey, slot: SlotKey): Uint8Array | undefined {
    return this.trie.storage(address, slot);
  }

  prove(address: AddressKey, slots: readonly SlotKey[]): AccountProof {
    return this.trie.prove(address, slots);
  }

  contents(): Iterable<AccountContents> {
    return this.trie.contents();
  }
}

/** Accounts, and words, of the newest state that are kept in memory. */
const CACHED_READS = 200_000;

/** The newest state: changes since the last view, what was read lately, the trie. */
class DurableHead implements StateReader {
  private readonly accounts = new BoundedCache<AddressKey, { readonly record: AccountRecord | undefined }>(CACHED_READS);
  private readonly words = new BoundedCache<string, { readonly word: Uint8Array | undefined }>(CACHED_READS);
  private readonly changedAccounts = new Map<AddressKey, AccountRecord | undefined>();
  private readonly changedWords = new Map<string, Uint8Array | undefined>();
  /** Accounts that went since the last view, and with them all their words. */
  private readonly gone = new Set<AddressKey>();

  constructor(private trie: StateReader) {}

  account(address: AddressKey): AccountRecord | undefined {
    if (this.changedAccounts.has(address)) return this.changedAccounts.get(address);
    const known = this.accounts.get(address);
    if (known) return known.record;
    const record = this.trie.account(address);
    this.accounts.set(address, { record });
    return record;
  }

  storage(address: AddressKey, slot: SlotKey): Uint8Array | undefined {
    const key = address + slot;
    if (this.changedWords.has(key)) return this.changedWords.get(key);
    if (this.gone.has(address)) return undefined;
    const known = this.words.get(key);
    if (known) return known.word;
    const word = this.trie.storage(address, slot);
    this.words.set(key, { word });
    return word;
  }

  apply(changes: ChangeSet): void {
    for (const [address, record] of changes.accounts) {
      this.changedAccounts.set(address, record);
      if (record) continue;
      this.gone.add(address);
      for (const key of [...this.changedWords.keys()]) if (key.startsWith(address)) this.changedWords.delete(key);
    }
    for (const [address, words] of changes.storage) for (const [slot, word] of words) this.changedWords.set(address + slot, word);
  }

  /** The changes are part of the trie now. */
  moveTo(trie: StateReader): void {
    this.trie = trie;
    if (this.gone.size > 0) this.words.clear();
    for (const address of this.changedAccounts.keys()) this.accounts.delete(address);
    for (const [key, word] of this.changedWords) this.words.set(key, { word });
    // Empty accounts are no longer there in the trie (EIP-161): it is asked again.
    this.forgetChanges();
  }

  /** The state is another. */
  replace(trie: StateReader): void {
    this.trie = trie;
    this.accounts.clear();
    this.words.clear();
    this.forgetChanges();
  }

  private forgetChanges(): void {
    this.changedAccounts.clear();
    this.changedWords.clear();
    this.gone.clear();
  }
}

/** What one change did, to be undone or pruned. */
interface Change {
  /** Ids of the new nodes: from, to (not included). */
  readonly from: number;
  readonly to: number;
  readonly replaced: readonly number[];
  readonly modules: readonly Uint8Array[];
}

export class DurableBackend implements NodeBackend {
  readonly head: DurableHead;
  private modules: StoredModules;
  readonly nodes: NodeStore;
  private pending: ChangeSet[] = [];
  private fresh: ModuleEntry[] = [];
  private current: StoredView;

  /**
   * @param position The newest state.
   * @param nextVersion, nextNode The first that are free.
   */
  constructor(
    private readonly queue: WriteQueue,
    position: StatePosition,
    public nextVersion: number,
    nextNode: number,
  ) {
    this.modules = new StoredModules(queue);
    this.nodes = new NodeStore(queue, this.modules, nextNode);
    this.current = this.viewAt(position);
    this.head = new DurableHead(this.current);
  }

  get registry(): CodeRegistry {
    return this.modules;
  }

  /** A state of the store, which must not have been pruned. */
  viewAt(position: StatePosition): StoredView {
    return new StoredView(position, new StateTrie(position.root && this.nodes.accountNode(position.root)));
  }

  commit(changes: ChangeSet, modules: readonly ModuleEntry[]): void {
    this.registry.register(modules);
    this.fresh.push(...modules);
    this.head.apply(changes);
    this.pending.push(changes);
  }

  view(): StoredView {
    if (this.pending.length === 0) return this.current;
    const from = this.nodes.nextId;
    this.nodes.beginChange();
    let { trie } = this.current;
    for (const changes of merged(this.pending)) trie = trie.apply(changes);
    const { root, replaced } = this.nodes.save(trie.accounts);
    const version = this.nextVersion++;
    for (const module of this.fresh) this.modules.save(module);
    this.queue.put(numberKey(PREFIX.CHANGE, version), changeRecord({ from, to: this.nodes.nextId, replaced, modules: this.fresh.map((m) => m.identity) }));
    this.pending = [];
    this.fresh = [];
    this.current = this.viewAt({ version, root });
    this.head.moveTo(this.current);
    return this.current;
  }

  restore(view: StateView): void {
    if (!(view instanceof StoredView)) throw new TypeError("the view is another backend's");
    const { version } = view.position;
    for (let undone = this.current.position.version; undone > version; undone--) this.undo(undone);
    this.pending = [];
    this.fresh = [];
    // A module that came later is unknown again: bringing it costs the same gas as the first time.
    this.modules = new StoredModules(this.queue);
    this.nodes.registry = this.modules;
    this.current = view;
    this.head.replace(view);
  }

  private undo(version: number): void {
    const change = this.change(version);
    if (!change) return;
    this.nodes.delete(range(change.from, change.to));
    for (const identity of change.modules) this.queue.delete(hashKey(PREFIX.MODULE, identity));
    this.queue.delete(numberKey(PREFIX.CHANGE, version));
  }

  /** Drops what only states before a version need; `done` is the version up to which that has been done before. */
  prune(done: number, version: number): void {
    for (let next = done + 1; next <= version; next++) {
      const change = this.change(next);
      if (!change) continue;
      this.nodes.delete(change.replaced);
      this.queue.delete(numberKey(PREFIX.CHANGE, next));
    }
  }

  storedModules(): Iterable<StoredModule> {
    return this.modules.stored();
  }

  private change(version: number): Change | undefined {
    const record = this.queue.get(numberKey(PREFIX.CHANGE, version));
    return record && readChange(record);
  }
}

function* range(from: number, to: number): Generator<number> {
  for (let i = from; i < to; i++) yield i;
}

function changeRecord(change: Change): Uint8Array {
  const record = new RecordWriter().number(change.from).number(change.to).number(change.modules.length);
  for (const identity of change.modules) record.fixed(identity);
  for (const id of change.replaced) record.number(id);
  return record.finish();
}

function readChange(bytes: Uint8Array): Change {
  const reader = new RecordReader(bytes);
  const [from, to, count] = [reader.number(), reader.number(), reader.number()];
  const modules = Array.from({ length: count }, () => Uint8Array.from(reader.fixed(32)));
  const replaced: number[] = [];
  while (!reader.isAtEnd) replaced.push(reader.number());
  if (to < from) throw new StateError("corrupt", "a change record of the state is damaged", "restore a checkpoint");
  return { from, to, replaced, modules };
}
