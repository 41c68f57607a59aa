/**
 * A {@link KeyValueStore} in a folder: LMDB, whose reads are synchronous and whose commits are atomic whatever ends the process.
 *
 *   DIR/data.mdb            the store
 *   DIR/checkpoints/NAME/   data.mdb as it was, a state folder of its own
 *
 * One process at a time: the owner's process id and start time lie in the store, taken in one of LMDB's write transactions, which exclude each other
 * across processes. An owner that no longer runs is no owner, so that nothing needs to be cleaned up after a crash.
 */
import fs from "node:fs";
import path from "node:path";
import { open, type RootDatabase } from "lmdb";
import { requireCheckpointName, requireKey, StateError, type CheckpointInfo, type Entry, type KeyRange, type KeyValueSnapshot, type KeyValueStore, type Write } from "./kv.js";
import { requireLmdbFile } from "./lmdb-file.js";
import { isRunning, thisProcess, type ProcessId } from "./process-id.js";

const DATA_FILE = "data.mdb";
const CHECKPOINTS = "checkpoints";
const OWNER_KEY = Buffer.from("~owner");
/** What a folder may hold and still count as empty: file systems and people leave these. */
const IGNORED = new Set(["lost+found", ".DS_Store", ".gitkeep", CHECKPOINTS]);

type Database = RootDatabase<Buffer, Buffer>;

/** Opens a state folder, made where it is not there. Throws StateError. */
export function openLmdb(folder: string): KeyValueStore {
  const location = path.resolve(folder);
  prepare(location);
  let database: Database;
  try {
    // A commit is on the disk before its promise resolves: with overlapping syncs it would be only visible. All writes are in batches of their own: the
    // library's, of all that an event turn writes, have promises that nobody can get hold of when they are rejected.
    database = open<Buffer, Buffer>({ path: location, noSubdir: false, encoding: "binary", keyEncoding: "binary", overlappingSync: false, eventTurnBatching: false });
  } catch (error) {
    throw new StateError("unusable", `${location} cannot be opened: ${messageOf(error)}`);
  }
  const other = takeOwnership(database, path.join(location, DATA_FILE));
  if (!other) {
    sweepCheckpoints(location);
    return new LmdbStore(location, database);
  }
  void database.close();
  throw new StateError("locked", `${location} is in use by another process (${other.pid})`, "stop it, or choose another folder");
}

/** Makes sure that the folder is one that LMDB may open. */
function prepare(location: string): void {
  try {
    const found = fs.statSync(location, { throwIfNoEntry: false });
    if (found && !found.isDirectory()) throw new StateError("foreign", `${location} is no folder: a state is one`);
    fs.mkdirSync(location, { recursive: true });
    const data = path.join(location, DATA_FILE);
    if (fs.existsSync(data)) {
      requireLmdbFile(data, location);
      return;
    }
    const [stranger] = fs.readdirSync(location).filter((name) => !IGNORED.has(name));
    if (stranger !== undefined) throw new StateError("foreign", `${location} is no state folder: it holds ${stranger} and no ${DATA_FILE}`, "choose an empty folder");
    fs.accessSync(location, fs.constants.W_OK);
  } catch (error) {
    if (error instanceof StateError) throw error;
    throw new StateError("unusable", `${location} cannot be used: ${messageOf(error)}`);
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function ignore(): void {
  // Told of elsewhere.
}

/** Why a batch failed: the library rejects with an error that only says so, and has the medium's in a promise beside it. */
async function causeOf(error: unknown): Promise<string> {
  const cause: unknown = error instanceof Error && "commitError" in error ? await Promise.resolve(error.commitError).catch((rejected: unknown) => rejected) : error;
  return messageOf(cause instanceof Error ? cause : error);
}

/** What the store says of its owner. The file's number tells the store from its copies, which say the same. */
interface Owner extends ProcessId {
  readonly inode: string;
}

/** Makes this process the owner; gives the owner where that is a running process. */
function takeOwnership(database: Database, file: string): Owner | undefined {
  const inode = fs.statSync(file, { bigint: true }).ino.toString();
  return database.transactionSync(() => {
    const stored = database.get(OWNER_KEY);
    const owner = stored && (JSON.parse(stored.toString()) as Owner);
    if (owner?.inode === inode && isRunning(owner)) return owner;
    database.putSync(OWNER_KEY, Buffer.from(JSON.stringify({ ...thisProcess(), inode })));
    return undefined;
  });
}

class LmdbStore implements KeyValueStore {
  private closed = false;
  /** True once a write has failed. */
  private isLost = false;

  constructor(
    readonly location: string,
    private readonly database: Database,
  ) {}

  get(key: Uint8Array): Uint8Array | undefined {
    return this.database.get(asBuffer(key));
  }

  getInto(key: Uint8Array, into: Uint8Array): number {
    // Memory of the library's own, whose `length` it sets to that of the value.
    const value = this.database.getBinaryFast(asBuffer(key));
    if (!value) return -1;
    const { length } = value;
    if (length <= into.length) into.set(new Uint8Array(value.buffer, value.byteOffset, length));
    return length;
  }

  entries(range: KeyRange): Iterable<Entry> {
    return this.database.getRange({ start: asBuffer(range.start), end: asBuffer(range.end) }).map(({ key, value }): Entry => [key, value]);
  }

  async write(batch: readonly Write[]): Promise<void> {
    for (const { key } of batch) requireKey(key);
    if (batch.length === 0) return;
    const { database } = this;
    try {
      await database.batch(() => {
        for (const { key, value } of batch) {
          // The promise of the batch stands for those of its parts, which are rejected with it.
          (value ? database.put(asBuffer(key), asBuffer(value)) : database.remove(asBuffer(key))).catch(ignore);
        }
      });
    } catch (error) {
      this.isLost = true;
      throw new StateError("lost", `${this.location} cannot be written: ${await causeOf(error)}`);
    }
  }

  snapshot(): KeyValueSnapshot {
    const { database } = this;
    const transaction = database.useReadTransaction();
    return {
      get: (key) => database.get(asBuffer(key), { transaction }),
      entries: (range) => database.getRange({ start: asBuffer(range.start), end: asBuffer(range.end), transaction }).map(({ key, value }): Entry => [key, value]),
      close: () => transaction.done(),
    };
  }

  size(): number {
    return fs.statSync(path.join(this.location, DATA_FILE)).size;
  }

  async saveCheckpoint(name: string): Promise<void> {
    requireCheckpointName(name);
    const folder = path.join(this.location, CHECKPOINTS);
    const [final, temporary] = [path.join(folder, name), path.join(folder, `.${name}.tmp`)];
    fs.rmSync(temporary, { recursive: true, force: true });
    fs.mkdirSync(temporary, { recursive: true });
    // Read in a transaction of its own while others write; compacting leaves the free pages out.
    await this.database.backup(temporary, true);
    sync(path.join(temporary, DATA_FILE));
    await removeCheckpoint(folder, name);
    fs.renameSync(temporary, final);
    sync(folder);
  }

  checkpoints(): readonly CheckpointInfo[] {
    return listCheckpoints(this.location);
  }

  async dropCheckpoint(name: string): Promise<void> {
    requireCheckpointName(name);
    await removeCheckpoint(path.join(this.location, CHECKPOINTS), name);
  }

  async close(): Promise<void> {
    if (this.closed) return;
    this.closed = true;
    // A medium that cannot be written keeps the owner, which will be a process that no longer runs.
    if (!this.isLost) await this.database.remove(OWNER_KEY);
    await this.database.close();
  }
}

/** Removes a checkpoint. It is renamed before anything of it goes, so that a crash never leaves a part of one under its name. */
async function removeCheckpoint(folder: string, name: string): Promise<void> {
  const [final, going] = [path.join(folder, name), path.join(folder, `.${name}.gone`)];
  if (!fs.existsSync(final)) return;
  await fs.promises.rm(going, { recursive: true, force: true });
  fs.renameSync(final, going);
  await fs.promises.rm(going, { recursive: true, force: true });
}

/** Removes what a crash has left of checkpoints that were being saved or removed. For the owner, at the beginning. */
function sweepCheckpoints(location: string): void {
  const folder = path.join(location, CHECKPOINTS);
  if (!fs.existsSync(folder)) return;
  for (const name of fs.readdirSync(folder)) if (name.startsWith(".")) fs.rmSync(path.join(folder, name), { recursive: true, force: true });
}

/** The complete checkpoints of a state folder, oldest first. */
function listCheckpoints(location: string): readonly CheckpointInfo[] {
  const folder = path.join(location, CHECKPOINTS);
  if (!fs.existsSync(folder)) return [];
  return fs
    .readdirSync(folder)
    .filter((name) => !name.startsWith(".") && fs.existsSync(path.join(folder, name, DATA_FILE)))
    .map((name) => ({ name, time: fs.statSync(path.join(folder, name, DATA_FILE)).mtimeMs }))
    .sort((a, b) => a.time - b.time || (a.name < b.name ? -1 : 1));
}

/**
 * Puts a copy of a checkpoint (a folder, or the name of one of the state's own) in the place of a state folder's store. The copy is
 * complete before it takes the place, so that a crash leaves the one or the other. Throws StateError.
 */
export async function restoreLmdb(location: string, checkpoint: string): Promise<void> {
  const folder = path.resolve(location);
  const named = path.join(folder, CHECKPOINTS, checkpoint);
  const source = path.join(/^[a-z0-9-]+$/.test(checkpoint) && fs.existsSync(named) ? named : path.resolve(checkpoint), DATA_FILE);
  if (!fs.existsSync(source)) {
    const known = listCheckpoints(folder).map((c) => c.name);
    throw new StateError("unusable", `there is no checkpoint '${checkpoint}'`, known.length > 0 ? `there are ${known.join(", ")}` : undefined);
  }
  requireLmdbFile(source, path.dirname(source));
  if (fs.existsSync(path.join(folder, DATA_FILE))) await requireUnused(folder);
  else prepare(folder);
  const [data, temporary] = [path.join(folder, DATA_FILE), path.join(folder, `.${DATA_FILE}.tmp`)];
  await fs.promises.copyFile(source, temporary);
  sync(temporary);
  // The lock file belongs to the store that goes.
  fs.rmSync(path.join(folder, "lock.mdb"), { force: true });
  fs.renameSync(temporary, data);
  sync(folder);
}

/** A damaged store may be replaced; one in use may not. */
async function requireUnused(folder: string): Promise<void> {
  try {
    await openLmdb(folder).close();
  } catch (error) {
    if (!(error instanceof StateError) || error.kind !== "corrupt") throw error;
  }
}

/** Brings a file or folder to the medium. */
function sync(name: string): void {
  const descriptor = fs.openSync(name, "r");
  try {
    fs.fsyncSync(descriptor);
  } finally {
    fs.closeSync(descriptor);
  }
}

/** The same memory as a Buffer, as the library wants it. */
function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
