/**
 * The state in a store that outlives the process, and may be larger than its memory. Reads go through bounded caches to the nodes of the newest trie;
 * changes stay in memory until {@link DurableBackend.view} brings them into a new trie, whose new nodes then wait in the write queue for the block
 * that they belong to.
 *
 *   commit, commit, view --nodes, modules, change record-->  queue  <--block--  archive;  queue.seal()
 */
import type { CodeRegistry, ModuleEntry } from "../../host/code.js";
import { StateError } from "../../store/durable/kv.js";
import { RecordReader, RecordWriter } from "../../store/durable/records.js";
import type { WriteQueue } from "../../store/durable/write-queue.js";
import { writeKeyWords, type AddressKey, type SlotKey } from "../../store/keys.js";
import type { AccountRecord, ChangeSet } from "../../store/state.js";
import { bytesOfWord } from "../../store/transaction-changes.js";
import { WORD_SIZE } from "../../store/word-table.js";
import type { NodeBackend, StateView, StoredModule } from "./backend.js";
import { DurableHead, type HeadSource } from "./durable-head.js";
import { importAccounts, type ImportedAccount } from "./import.js";
import { hashKey, numberKey, PREFIX } from "./layout.js";
import type { ChildRecord } from "./node-records.js";
import { NodeStore } from "./node-store.js";
import { StateChange } from "./state-change.js";
import { StateTrie, type AccountContents, type AccountProof } from "./state-trie.js";
import { updateState } from "./state-update.js";
import { StoredModules } from "./stored-modules.js";

/** Where a state lies: after which change, and the root of its trie. */
export interface StatePosition {
  readonly version: number;
  /** Undefined: the empty state. */
  readonly root: ChildRecord | undefined;
}

const slotRoom = new Int32Array(2 * WORD_SIZE);

/** A state that lies in the store. */
export class StoredView implements StateView, HeadSource {
  readonly trie: StateTrie;

  constructor(
    readonly position: StatePosition,
    private readonly nodes: NodeStore,
  ) {
    this.trie = new StateTrie(position.root && nodes.accountNode(position.root.id, position.root.reference));
  }

  get root(): Uint8Array {
    return this.trie.root;
  }

  account(address: AddressKey): AccountRecord | undefined {
    return this.nodes.account(this.position.root?.id ?? 0, address);
  }

  storage(address: AddressKey, slot: SlotKey): Uint8Array | undefined {
    writeKeyWords(slot, slotRoom, 0);
    this.readWord(address, slotRoom, 0, slotRoom, WORD_SIZE);
    return bytesOfWord(slotRoom, WORD_SIZE);
  }

  readWord(address: AddressKey, slots: Int32Array, slotAt: number, value: Int32Array, valueAt: number): number {
    this.nodes.readWord(this.position.root?.id ?? 0, address, slots, slotAt, value, valueAt);
    return 0;
  }

  slots(address: AddressKey): Iterable<SlotKey> {
    return this.trie.slots(address);
  }

  prove(address: AddressKey, slots: readonly SlotKey[]): AccountProof {
    return this.trie.prove(address, slots);
  }

  contents(): Iterable<AccountContents> {
    return this.trie.contents();
  }

  after(changes: ChangeSet): StateView {
    return this.trie.after(changes);
  }
}

/** What one change did, to be undone or pruned. */
interface Change {
  /** Pages of the new nodes: from, to (not included). */
  readonly from: number;
  readonly to: number;
  readonly replaced: readonly number[];
  readonly modules: readonly Uint8Array[];
}

export class DurableBackend implements NodeBackend {
  readonly head: DurableHead;
  private modules: StoredModules;
  readonly nodes: NodeStore;
  /** Whether anything was committed since the last view. */
  private changed = false;
  /** What was committed since then one by one, where some of it says that accounts go. */
  private sequence: ChangeSet[] | undefined;
  private fresh: ModuleEntry[] = [];
  private current: StoredView;

  /**
   * @param position The newest state.
   * @param nextVersion, nextPage The first that are free.
   */
  constructor(
    private readonly queue: WriteQueue,
    position: StatePosition,
    public nextVersion: number,
    nextPage: number,
  ) {
    this.modules = new StoredModules(queue);
    this.nodes = new NodeStore(queue, this.modules, nextPage);
    this.current = this.viewAt(position);
    this.head = new DurableHead(this.current);
  }

  get registry(): CodeRegistry {
    return this.modules;
  }

  /** A state of the store, which must not have been pruned. */
  viewAt(position: StatePosition): StoredView {
    return new StoredView(position, this.nodes);
  }

  commit(changes: ChangeSet, modules: readonly ModuleEntry[]): void {
    this.registry.register(modules);
    this.fresh.push(...modules);
    if (!this.sequence && removesAccounts(changes)) this.sequence = [this.head.changes()];
    this.sequence?.push(changes);
    this.head.apply(changes);
    this.changed = true;
  }

  /**
   * Makes a whole state the head's, in place of the empty one (import.ts); it is kept once a block is written with it. Rejects with RangeError where
   * accounts or slots do not come in order, and with StateError where there is a state already or the store cannot be written: then nothing of the store may be used.
   */
  async import(accounts: Iterable<ImportedAccount>, modules: readonly ModuleEntry[]): Promise<StoredView> {
    if (this.current.position.root || this.changed) throw new StateError("unusable", "a state can be imported into an empty store only");
    this.commit({ accounts: new Map(), storage: new Map() }, modules);
    const from = this.nodes.nextPage;
    return this.adopt(from, await importAccounts(accounts, this.nodes, this.queue), []);
  }

  hasStorage(address: AddressKey): boolean {
    return this.head.hasStorage(address);
  }

  view(): StoredView {
    if (!this.changed) return this.current;
    const from = this.nodes.nextPage;
    const change = new StateChange(this.nodes);
    const { changedAccounts, changedWords } = this.head;
    const root = this.sequence ? this.afterAll(this.sequence, change) : updateState(this.nodes, this.current.position.root, changedAccounts, changedWords.byAccount(), change);
    return this.adopt(from, root, change.ids);
  }

  /** The root after changes one after another, of which some say that accounts go. */
  private afterAll(sequence: readonly ChangeSet[], change: StateChange): ChildRecord | undefined {
    let { trie } = this.current;
    for (const changes of sequence) trie = trie.apply(changes, change);
    return trie.accounts && this.nodes.save(trie.accounts);
  }

  /** Makes a trie whose new nodes are in the queue the newest state. */
  private adopt(from: number, root: ChildRecord | undefined, replaced: readonly number[]): StoredView {
    const version = this.nextVersion++;
    this.nodes.closePage();
    for (const module of this.fresh) this.modules.save(module);
    this.queue.put(numberKey(PREFIX.CHANGE, version), changeRecord({ from, to: this.nodes.nextPage, replaced, modules: this.fresh.map((m) => m.identity) }));
    this.forget();
    this.current = this.viewAt({ version, root: root && { id: root.id, reference: root.reference } });
    this.head.moveTo(this.current);
    return this.current;
  }

  private forget(): void {
    this.changed = false;
    this.sequence = undefined;
    this.fresh = [];
  }

  restore(view: StateView): void {
    if (!(view instanceof StoredView)) throw new TypeError("the view is another backend's");
    const { version } = view.position;
    for (let undone = this.current.position.version; undone > version; undone--) this.undo(undone);
    this.forget();
    // A module that came later is unknown again: bringing it costs the same gas as the first time.
    this.modules = new StoredModules(this.queue);
    this.nodes.registry = this.modules;
    this.current = view;
    this.head.replace(view);
  }

  storedModules(): Iterable<StoredModule> {
    return this.modules.stored();
  }

  *modulesSince(view: StateView): Generator<Uint8Array> {
    if (!(view instanceof StoredView)) throw new TypeError("the view is another backend's");
    for (let version = view.position.version + 1; version < this.nextVersion; version++) yield* this.change(version)?.modules ?? [];
  }

  private undo(version: number): void {
    const change = this.change(version);
    if (!change) return;
    this.nodes.deletePages(change.from, change.to);
    for (const identity of change.modules) this.queue.delete(hashKey(PREFIX.MODULE, identity));
    this.queue.delete(numberKey(PREFIX.CHANGE, version));
  }

  /** Drops what only states before a version need; `done` is the version up to which that has been done before. */
  prune(done: number, version: number): void {
    for (let next = done + 1; next <= version; next++) {
      const change = this.change(next);
      if (!change) continue;
      this.nodes.drop(change.replaced);
      this.queue.delete(numberKey(PREFIX.CHANGE, next));
    }
  }

  private change(version: number): Change | undefined {
    const record = this.queue.get(numberKey(PREFIX.CHANGE, version));
    return record && readChange(record);
  }
}

function removesAccounts({ accounts }: ChangeSet): boolean {
  for (const record of accounts.values()) if (!record) return true;
  return false;
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
