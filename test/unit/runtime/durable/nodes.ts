/** The nodes that a store holds, and those that states need. */
import { keccak256 } from "../../../../machine/keccak.js";
import type { StoredView } from "../../../../runtime/node/state/durable-backend.js";
import { keyNumber, PREFIX } from "../../../../runtime/node/state/layout.js";
import { idsOfPage } from "../../../../runtime/node/state/node-pages.js";
import { referredIds } from "../../../../runtime/node/state/node-records.js";
import type { NodeStore } from "../../../../runtime/node/state/node-store.js";
import { prefixRange, type KeyValueReader } from "../../../../runtime/store/durable/kv.js";
import { bytesOfKey } from "../../../../runtime/store/keys.js";

const ascending = (ids: Iterable<number>): number[] => [...ids].sort((a, b) => a - b);

/** The ids of all nodes in a store. */
export function nodesOf(store: KeyValueReader): number[] {
  return ascending([...store.entries(prefixRange(Uint8Array.of(PREFIX.NODES)))].flatMap(([key, page]) => [...idsOfPage(keyNumber(key), page)]));
}

/** The ids of the nodes that some states have, and of those that they are told by. */
export function reachableNodes(nodes: NodeStore, views: readonly StoredView[]): number[] {
  const ids = new Set<number>();
  const walk = (id: number): void => {
    if (ids.has(id)) return;
    ids.add(id);
    const base = nodes.baseOf(id);
    if (base > 0) ids.add(base);
    for (const child of referredIds(nodes.read(id))) walk(child);
  };
  for (const { position } of views) if (position.root) walk(position.root.id);
  return ascending(ids);
}

/** A key's place in the trie, in hexadecimal. */
export function hashed(key: string): string {
  return Buffer.from(keccak256(Uint8Array.from(bytesOfKey(key)).reverse())).toString("hex");
}
