/** The database thread: carries out what the store asks, on connections of its own for reading, writing and each snapshot. */
import { workerData } from "node:worker_threads";
import type { Client } from "pg";
import { StateError } from "../kv.js";
import { endLease, renewLease, RENEW_MILLISECONDS, takeLease } from "./lease.js";
import type { Ask, Failure, Reply, Request, ThreadData } from "./protocol.js";
import { applyBatch, countBytes, createSchema, deleteCheckpoint, getPage, getValue, listCheckpoints, restoreCheckpoint, saveCheckpoint, serialisable } from "./sql.js";

const { counter, port } = workerData as ThreadData;

interface Connections {
  readonly url: string;
  readonly location: string;
  readonly reader: Client;
  readonly writer: Client;
  readonly snapshots: Map<number, Client>;
  readonly token: string;
  readonly renewal: NodeJS.Timeout;
}

let connections: Connections | undefined;
/** Writes, checkpoints and renewals, one after another on the one connection. */
let writing: Promise<unknown> = Promise.resolve();

async function connect(url: string, location: string): Promise<Client> {
  let pg: typeof import("pg");
  try {
    pg = await import("pg");
  } catch {
    throw new StateError("unusable", "the package pg, which talks to PostgreSQL, is not installed", "npm install pg");
  }
  const client = new pg.default.Client({ connectionString: url });
  // A connection that breaks fails what is asked of it next.
  client.on("error", () => undefined);
  try {
    await client.connect();
  } catch (error) {
    throw new StateError("unreachable", `${location} cannot be reached: ${messageOf(error)}`, "is the database running, and are user and password right?");
  }
  return client;
}

/** The address without its password. */
function shown(url: string): string {
  return url.replace(/^([a-z]+:\/\/[^:@/]*):[^@/]*@/, "$1@");
}

function messageOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return messageOf(error.errors[0]);
  return error instanceof Error ? error.message : String(error);
}

async function open(url: string): Promise<void> {
  const location = shown(url);
  const writer = await connect(url, location);
  try {
    await createSchema(writer);
    const token = await takeLease(writer, location);
    const reader = await connect(url, location);
    const renewal = setInterval(() => void exclusively((c) => serialisable(c.writer, () => renewLease(c.writer, c.token))).catch(() => undefined), RENEW_MILLISECONDS);
    connections = { url, location, reader, writer, snapshots: new Map(), token, renewal };
  } catch (error) {
    await writer.end();
    throw error;
  }
}

function required(): Connections {
  if (!connections) throw new StateError("lost", "the database is not open");
  return connections;
}

/** Uses the writing connection when nobody else does. */
function exclusively<T>(use: (c: Connections) => Promise<T>): Promise<T> {
  const next = writing.then(() => use(required()));
  writing = next.catch(() => undefined);
  return next;
}

function readerOf(snapshot: number | undefined): Client {
  const { reader, snapshots } = required();
  if (snapshot === undefined) return reader;
  const client = snapshots.get(snapshot);
  if (!client) throw new StateError("lost", "the snapshot is closed");
  return client;
}

async function openSnapshot(id: number): Promise<void> {
  const { url, location, snapshots } = required();
  const client = await connect(url, location);
  await client.query("BEGIN ISOLATION LEVEL SERIALIZABLE READ ONLY");
  // The snapshot is that of the first read.
  await client.query("SELECT COUNT(*) FROM supervm_owner");
  snapshots.set(id, client);
}

async function closeSnapshot(id: number): Promise<void> {
  const client = readerOf(id);
  required().snapshots.delete(id);
  await client.query("COMMIT");
  await client.end();
}

async function close(): Promise<void> {
  const c = required();
  clearInterval(c.renewal);
  await exclusively(() => endLease(c.writer, c.token));
  connections = undefined;
  await Promise.all([c.reader, c.writer, ...c.snapshots.values()].map((client) => client.end()));
}

async function answer(request: Request): Promise<unknown> {
  switch (request.op) {
    case "open":
      return open(request.url);
    case "get":
      return getValue(readerOf(request.snapshot), request.key);
    case "page":
      return getPage(readerOf(request.snapshot), request.start, request.end, request.limit);
    case "snapshot":
      return openSnapshot(request.id);
    case "closeSnapshot":
      return closeSnapshot(request.id);
    case "write":
      return exclusively((c) =>
        serialisable(c.writer, async () => {
          await renewLease(c.writer, c.token);
          await applyBatch(c.writer, request.batch);
        }),
      );
    case "size":
      return countBytes(required().reader);
    case "checkpoints":
      return listCheckpoints(required().reader);
    case "saveCheckpoint":
      return exclusively((c) => saveCheckpoint(c.writer, request.name, request.time));
    case "dropCheckpoint":
      return exclusively((c) => serialisable(c.writer, () => deleteCheckpoint(c.writer, request.name)));
    case "restoreCheckpoint":
      return exclusively((c) => restoreCheckpoint(c.writer, request.name));
    case "close":
      return close();
  }
}

function failureOf(error: unknown): Failure {
  if (error instanceof StateError) return { kind: error.kind, message: error.message, hint: error.hint };
  return { kind: "lost", message: `${connections?.location ?? "the database"} failed: ${messageOf(error)}`, hint: undefined };
}

port.on("message", ({ id, waits, request }: Ask) => {
  const reply = (content: Reply): void => {
    port.postMessage(content);
    if (!waits) return;
    Atomics.add(counter, 0, 1);
    Atomics.notify(counter, 0);
  };
  answer(request).then(
    (result) => reply({ id, result }),
    (error: unknown) => reply({ id, failure: failureOf(error) }),
  );
});
