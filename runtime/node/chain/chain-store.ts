/** Opens a store as the place of a chain: checks what wrote it, and gives backend and archive over it. */
import { metaKey } from "../state/layout.js";
import { DurableBackend } from "../state/durable-backend.js";
import { StateError, type KeyValueStore } from "../../store/durable/kv.js";
import { WriteQueue, type WriteObserver } from "../../store/durable/write-queue.js";
import type { BlockArchive } from "./archive.js";
import { DurableArchive, readHead, readRoot } from "./durable-archive.js";
import type { NodeBackend } from "../state/backend.js";

/** What the store's stamp says. */
const FORMAT = "supervm-state-";
/** Of the layout (state/layout.ts) and all records. */
const VERSION = 2;

export interface ChainPlace {
  readonly backend: NodeBackend;
  readonly archive: BlockArchive;
}

export interface ChainStoreOptions {
  /** Newest blocks whose states are kept; Infinity for all. */
  readonly history: number;
  readonly chainId: bigint;
  readonly observer?: WriteObserver;
}

/** The chain that a store holds, or an empty one. Throws StateError where the store holds something else. */
export function openChain(store: KeyValueStore, { history, chainId, observer }: ChainStoreOptions): ChainPlace {
  requireFormat(store);
  const queue = new WriteQueue(store, observer);
  const head = readHead(queue);
  if (!head) {
    if (store.get(metaKey("importing"))) throw new StateError("unusable", `${store.location} holds a part of a state whose import did not end`, "import it into an empty folder");
    // Reaches the store together with the first block.
    queue.put(metaKey("format"), Buffer.from(`${FORMAT}${VERSION}`));
    const backend = new DurableBackend(queue, { version: 0, root: undefined }, 1, 1);
    return { backend, archive: new DurableArchive(queue, backend, history, chainId, undefined) };
  }
  if (head.chainId !== chainId)
    throw new StateError("foreign", `${store.location} holds the chain with id ${head.chainId}, not ${chainId}`, `--chain-id ${head.chainId}, or another folder`);
  const position = readRoot(queue, head.height);
  if (!position) throw new StateError("corrupt", `${store.location} is damaged: the state of its newest block ${head.height} is not there`, "restore a checkpoint");
  const backend = new DurableBackend(queue, position, head.nextVersion, head.nextPage);
  const archive = new DurableArchive(queue, backend, history, chainId, head);
  if (!archive.block(head.height)) throw new StateError("corrupt", `${store.location} is damaged: its newest block ${head.height} is not there`, "restore a checkpoint");
  return { backend, archive };
}

function requireFormat(store: KeyValueStore): void {
  const stamp = store.get(metaKey("format"));
  if (stamp) {
    const text = Buffer.from(stamp).toString();
    const version = text.startsWith(FORMAT) ? Number(text.slice(FORMAT.length)) : NaN;
    if (Number.isNaN(version)) throw new StateError("foreign", `${store.location} holds something else than a state of supervm`, "choose another folder");
    if (version < VERSION)
      throw new StateError(
        "unusable",
        `${store.location} was written by an older supervm (format ${version}, this one knows ${VERSION})`,
        "run that version with --dump-state FILE, then this one on a new folder with --load-state FILE",
      );
    if (version > VERSION) throw new StateError("newer", `${store.location} was written by a newer supervm (format ${version}, this one knows ${VERSION})`, "use that version");
    return;
  }
  // The owner's mark is the store's own.
  for (const [key] of store.entries({ start: Uint8Array.of(0), end: Buffer.from("~") }))
    throw new StateError("foreign", `${store.location} holds something else than a state of supervm (a key 0x${Buffer.from(key).toString("hex")})`, "choose another folder");
}
