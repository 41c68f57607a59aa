/** Finds the store that a location names. */
import type { KeyValueStore } from "./kv.js";
import { openLmdb, restoreLmdb } from "./lmdb-kv.js";

/** Opens a store, made where it is not there. Rejects with StateError. */
export async function openStore(location: string): Promise<KeyValueStore> {
  return openLmdb(location);
}

/** Makes a store what it was at a checkpoint: one of its own by name, or any folder that is one. Rejects with StateError. */
export async function restoreStore(location: string, checkpoint: string): Promise<void> {
  return restoreLmdb(location, checkpoint);
}
