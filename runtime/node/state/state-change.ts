/** Collects the ids of stored nodes that a changed state no longer uses. */
import { referredIds } from "./node-records.js";
import type { NodeStore } from "./node-store.js";
import type { SlotEntry, StateObserver } from "./state-trie.js";
import type { StoredNode, TrieNode } from "./trie-nodes.js";

export class StateChange implements StateObserver {
  readonly ids: number[] = [];

  constructor(private readonly nodes: NodeStore) {}

  replaced(node: StoredNode<unknown>): void {
    this.add(node.id);
  }

  private add(id: number): void {
    this.ids.push(id);
    const base = this.nodes.baseOf(id);
    if (base > 0) this.ids.push(base);
  }

  dropped(storage: TrieNode<SlotEntry>): void {
    if (storage.kind === "stored") this.droppedBelow(storage.id);
    else if (storage.kind === "extension") this.dropped(storage.child);
    else if (storage.kind === "branch")
      for (let i = 0; i < 16; i++) {
        const child = storage.child(i);
        if (child) this.dropped(child);
      }
  }

  private droppedBelow(id: number): void {
    this.add(id);
    for (const child of referredIds(this.nodes.read(id))) this.droppedBelow(child);
  }
}
