/**
 * Where the node keeps the state. The node asks for no more than this interface, so that a durable or parallel store can stand behind it:
 * a head that answers reads, change sets made part of it, and views of the state at the ends of blocks to which it can go back.
 */
import { CodeRegistry, type ModuleEntry } from "../../host/code.js";
import { MemoryStore } from "../../store/memory-store.js";
import type { AddressKey, SlotKey } from "../../store/keys.js";
import type { ChangeSet, StateReader } from "../../store/state.js";
import { StateTrie, type AccountContents, type AccountProof } from "./state-trie.js";

/** The state at one moment; it never changes. */
export interface StateView extends StateReader {
  /** The state root, 32 bytes. */
  readonly root: Uint8Array;
  /** Proves an account and slots against the root (EIP-1186). */
  prove(address: AddressKey, slots: readonly SlotKey[]): AccountProof;
  /** All accounts, read as they are asked for. */
  contents(): Iterable<AccountContents>;
  /** The state after changes, which nobody keeps. */
  after(changes: ChangeSet): StateView;
}

/** A module as it is kept. */
export type StoredModule = Pick<ModuleEntry, "identity" | "bytes" | "references">;

export interface NodeBackend {
  /** The newest state. */
  readonly head: StateReader;
  /** The modules that the head knows. */
  readonly registry: CodeRegistry;
  /** Makes changes and modules part of the head. */
  commit(changes: ChangeSet, modules: readonly ModuleEntry[]): void;
  /** True where an account has a storage word that is not zero; absent where that would be slow to tell. */
  hasStorage?(address: AddressKey): boolean;
  /** The head as it is now. */
  view(): StateView;
  /** Makes the head what it was when a view of it was taken. */
  restore(view: StateView): void;
  /** All modules that the newest view knows. */
  storedModules(): Iterable<StoredModule>;
  /** The identities of modules that came after a view of the store was taken. */
  modulesSince(view: StateView): Iterable<Uint8Array>;
}

/** The state in this process's memory: a flat store for the head, a persistent trie for roots, proofs and earlier states. */
export class MemoryBackend implements NodeBackend {
  private store = new MemoryStore();
  private modules: ModuleEntry[] = [];
  private trie = StateTrie.empty;
  /** Changes that the trie does not have yet: it is brought up to date once a block. */
  private pending: ChangeSet[] = [];
  private readonly moduleCounts = new WeakMap<StateView, number>();
  registry = new CodeRegistry();

  get head(): StateReader {
    return this.store;
  }

  commit(changes: ChangeSet, modules: readonly ModuleEntry[]): void {
    this.registry.register(modules);
    this.modules.push(...modules);
    this.store.apply(changes);
    this.pending.push(changes);
  }

  hasStorage(address: AddressKey): boolean {
    return this.store.hasStorage(address);
  }

  view(): StateTrie {
    for (const changes of merged(this.pending)) this.trie = this.trie.apply(changes);
    this.pending = [];
    if (!this.moduleCounts.has(this.trie)) this.moduleCounts.set(this.trie, this.modules.length);
    return this.trie;
  }

  restore(view: StateView): void {
    if (!(view instanceof StateTrie)) throw new TypeError("the view is another backend's");
    this.trie = view;
    this.pending = [];
    this.store = new MemoryStore();
    this.store.apply(view.everything());
    // A module that came later is unknown again: bringing it costs the same gas as the first time.
    this.modules = this.modules.slice(0, this.moduleCounts.get(view) ?? 0);
    this.registry = new CodeRegistry();
    this.registry.register(this.modules);
  }

  storedModules(): Iterable<StoredModule> {
    return this.modules;
  }

  modulesSince(view: StateView): Iterable<Uint8Array> {
    return this.modules.slice(this.moduleCounts.get(view) ?? this.modules.length).map((module) => module.identity);
  }
}

/** Successive change sets as few: a run without deleted accounts becomes one, so that a trie's nodes are made once. */
function merged(changes: readonly ChangeSet[]): ChangeSet[] {
  if (changes.length < 2 || changes.some((c) => [...c.accounts.values()].includes(undefined))) return [...changes];
  const accounts = new Map<AddressKey, ChangeSet["accounts"] extends ReadonlyMap<string, infer R> ? R : never>();
  const storage = new Map<AddressKey, Map<SlotKey, Uint8Array | undefined>>();
  for (const change of changes) {
    for (const [address, record] of change.accounts) accounts.set(address, record);
    for (const [address, words] of change.storage) {
      const all = storage.get(address) ?? new Map<SlotKey, Uint8Array | undefined>();
      for (const [slot, word] of words) all.set(slot, word);
      storage.set(address, all);
    }
  }
  return [{ accounts, storage }];
}
