/**
 * The statements: SQL that PostgreSQL, CockroachDB and YugabyteDB share (BYTEA, INSERT ... ON CONFLICT, SERIALIZABLE), in a few plain tables.
 */
import type { ClientBase } from "pg";
import { StateError, type Write } from "../kv.js";
import type { RemoteCheckpoint } from "./protocol.js";

const SCHEMA = [
  "CREATE TABLE IF NOT EXISTS supervm_state (key BYTEA PRIMARY KEY, value BYTEA NOT NULL)",
  "CREATE TABLE IF NOT EXISTS supervm_owner (id INT PRIMARY KEY, token TEXT NOT NULL, process TEXT NOT NULL, seen TIMESTAMPTZ NOT NULL)",
  "CREATE TABLE IF NOT EXISTS supervm_checkpoint (name TEXT PRIMARY KEY, saved BIGINT NOT NULL)",
  "CREATE TABLE IF NOT EXISTS supervm_checkpoint_entry (name TEXT NOT NULL, key BYTEA NOT NULL, value BYTEA NOT NULL, PRIMARY KEY (name, key))",
];

/** Rows of one statement: each takes two of at most 65,535 parameters. */
const ROWS = 1_000;
/** Bytes of the values of one statement. */
const STATEMENT_BYTES = 8 * 1024 * 1024;
const ATTEMPTS = 10;
const FIRST_DELAY = 5;
/** SQLSTATE: could not serialise; deadlock found. Nothing of such a transaction was done. */
const RETRIED = new Set(["40001", "40P01"]);

export async function createSchema(client: ClientBase): Promise<void> {
  for (const statement of SCHEMA) await client.query(statement);
}

/** Runs a serialisable transaction, again where it met another. */
export async function serialisable<T>(client: ClientBase, body: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    await client.query("BEGIN ISOLATION LEVEL SERIALIZABLE");
    try {
      const result = await body();
      await client.query("COMMIT");
      return result;
    } catch (error) {
      // Where the connection is gone there is nothing to roll back.
      await client.query("ROLLBACK").catch(() => undefined);
      if (attempt >= ATTEMPTS || !RETRIED.has((error as { readonly code?: string }).code ?? "")) throw error;
      await new Promise((resolve) => setTimeout(resolve, FIRST_DELAY * 2 ** attempt * Math.random()));
    }
  }
}

export async function getValue(client: ClientBase, key: Uint8Array): Promise<Uint8Array | undefined> {
  const { rows } = await client.query<{ value: Buffer }>("SELECT value FROM supervm_state WHERE key = $1", [asBuffer(key)]);
  return rows[0]?.value;
}

export async function getPage(client: ClientBase, start: Uint8Array, end: Uint8Array, limit: number): Promise<[Uint8Array, Uint8Array][]> {
  const { rows } = await client.query<{ key: Buffer; value: Buffer }>("SELECT key, value FROM supervm_state WHERE key >= $1 AND key < $2 ORDER BY key LIMIT $3", [
    asBuffer(start),
    asBuffer(end),
    limit,
  ]);
  return rows.map(({ key, value }) => [key, value]);
}

/** Within a transaction: all changes of a batch. */
export async function applyBatch(client: ClientBase, batch: readonly Write[]): Promise<void> {
  const last = new Map(batch.map((write) => [Buffer.from(write.key).toString("latin1"), write]));
  const removed: Buffer[] = [];
  const kept: { readonly key: Buffer; readonly value: Buffer }[] = [];
  for (const { key, value } of last.values()) {
    if (value) kept.push({ key: asBuffer(key), value: asBuffer(value) });
    else removed.push(asBuffer(key));
  }
  for (let at = 0; at < removed.length; at += ROWS) {
    const part = removed.slice(at, at + ROWS);
    await client.query(`DELETE FROM supervm_state WHERE key IN (${part.map((_, i) => `$${i + 1}`).join(", ")})`, part);
  }
  for (const part of parts(kept)) {
    const rows = part.map((_, i) => `($${2 * i + 1}, $${2 * i + 2})`).join(", ");
    await client.query(
      `INSERT INTO supervm_state (key, value) VALUES ${rows} ON CONFLICT (key) DO UPDATE SET value = excluded.value`,
      part.flatMap(({ key, value }) => [key, value]),
    );
  }
}

/** Splits rows by number and size. */
function* parts<T extends { readonly value: Uint8Array }>(rows: readonly T[]): Generator<T[]> {
  let part: T[] = [];
  let bytes = 0;
  for (const row of rows) {
    if (part.length > 0 && (part.length >= ROWS || bytes + row.value.length > STATEMENT_BYTES)) {
      yield part;
      part = [];
      bytes = 0;
    }
    part.push(row);
    bytes += row.value.length;
  }
  if (part.length > 0) yield part;
}

/** Bytes of all keys and values; reads the whole table. */
export async function countBytes(client: ClientBase): Promise<number> {
  const { rows } = await client.query<{ bytes: string }>("SELECT COALESCE(SUM(LENGTH(key) + LENGTH(value)), 0) AS bytes FROM supervm_state");
  return Number(rows[0]?.bytes ?? 0);
}

export async function listCheckpoints(client: ClientBase): Promise<RemoteCheckpoint[]> {
  const { rows } = await client.query<{ name: string; saved: string }>("SELECT name, saved FROM supervm_checkpoint ORDER BY saved, name");
  return rows.map(({ name, saved }) => ({ name, time: Number(saved) }));
}

export async function saveCheckpoint(client: ClientBase, name: string, time: number): Promise<void> {
  await serialisable(client, async () => {
    await deleteCheckpoint(client, name);
    await client.query("INSERT INTO supervm_checkpoint_entry (name, key, value) SELECT CAST($1 AS TEXT), key, value FROM supervm_state", [name]);
    await client.query("INSERT INTO supervm_checkpoint (name, saved) VALUES ($1, $2)", [name, time]);
  });
}

export async function deleteCheckpoint(client: ClientBase, name: string): Promise<void> {
  await client.query("DELETE FROM supervm_checkpoint_entry WHERE name = $1", [name]);
  await client.query("DELETE FROM supervm_checkpoint WHERE name = $1", [name]);
}

export async function restoreCheckpoint(client: ClientBase, name: string): Promise<void> {
  await serialisable(client, async () => {
    const known = (await listCheckpoints(client)).map((c) => c.name);
    if (!known.includes(name)) throw new StateError("unusable", `there is no checkpoint '${name}'`, known.length > 0 ? `there are ${known.join(", ")}` : undefined);
    await client.query("DELETE FROM supervm_state");
    await client.query("INSERT INTO supervm_state (key, value) SELECT key, value FROM supervm_checkpoint_entry WHERE name = $1", [name]);
  });
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
