/**
 * Looks at an LMDB file before the library maps it: a file that is none, or that was cut off, would end the process with a fault of memory instead
 * of an error. What is read is the newer of the two meta pages (liblmdb's MDB_meta, data version 2, as npm lmdb builds it):
 *
 *   page header 24 bytes | magic u32 | version u32 | address u64 | map size u64 | 2 x MDB_db (48 bytes; page size first) | last page u64 | transaction u64
 */
import fs from "node:fs";
import { StateError } from "./kv.js";

const META = 24;
const MAGIC = 0xbeefc0de;
const VERSION = 2;
const PAGE_SIZE = META + 24;
const LAST_PAGE = META + 120;
const TRANSACTION = META + 128;
const META_SIZE = META + 136;

interface Meta {
  readonly pageSize: number;
  readonly lastPage: bigint;
  readonly transaction: bigint;
}

/** Throws StateError unless the file is a whole LMDB file. */
export function requireLmdbFile(file: string, location: string): void {
  const descriptor = fs.openSync(file, "r");
  try {
    const size = fs.fstatSync(descriptor).size;
    const first = readMeta(descriptor, 0);
    if (!first) throw new StateError("corrupt", `${location} is damaged: data.mdb is no LMDB file`, "restore a checkpoint, or begin anew in an empty folder");
    const second = readMeta(descriptor, first.pageSize);
    if (!second) throw new StateError("corrupt", `${location} is damaged: data.mdb has lost a meta page`, "restore a checkpoint");
    const newest = second.transaction > first.transaction ? second : first;
    if (BigInt(size) < (newest.lastPage + 1n) * BigInt(newest.pageSize))
      throw new StateError("corrupt", `${location} is damaged: data.mdb is cut off at ${size} bytes`, "restore a checkpoint");
  } finally {
    fs.closeSync(descriptor);
  }
}

function readMeta(descriptor: number, at: number): Meta | undefined {
  const bytes = Buffer.alloc(META_SIZE);
  if (fs.readSync(descriptor, bytes, 0, META_SIZE, at) < META_SIZE) return undefined;
  if (bytes.readUInt32LE(META) !== MAGIC || bytes.readUInt32LE(META + 4) !== VERSION) return undefined;
  const pageSize = bytes.readUInt32LE(PAGE_SIZE);
  if (pageSize < 256 || pageSize > 65_536 || (pageSize & (pageSize - 1)) !== 0) return at === 0 ? undefined : { pageSize, lastPage: 0n, transaction: -1n };
  return { pageSize, lastPage: bytes.readBigUInt64LE(LAST_PAGE), transaction: bytes.readBigUInt64LE(TRANSACTION) };
}
