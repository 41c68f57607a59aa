/** Finds the store that a location names: a folder, or the address of a database that speaks PostgreSQL's protocol. */
import type { KeyValueStore } from "./kv.js";
import { openLmdb, restoreLmdb } from "./lmdb-kv.js";

function isDatabase(location: string): boolean {
  return /^postgres(ql)?:\/\//.test(location);
}

/** Opens a store, made where it is not there. Rejects with StateError. */
export async function openStore(location: string): Promise<KeyValueStore> {
  if (!isDatabase(location)) return openLmdb(location);
  const { openPostgres } = await import("./postgres/postgres-kv.js");
  return openPostgres(location);
}

/** Makes a store what it was at a checkpoint: one of its own by name, or, of a folder, any folder that is one. Rejects with StateError. */
export async function restoreStore(location: string, checkpoint: string): Promise<void> {
  if (!isDatabase(location)) return restoreLmdb(location, checkpoint);
  const { restorePostgres } = await import("./postgres/postgres-kv.js");
  return restorePostgres(location, checkpoint);
}
