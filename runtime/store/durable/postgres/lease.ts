/**
 * One node at a time on a database. The owner's row is renewed while the owner lives, and every write of the owner renews it in its own transaction: one
 * that was taken over can no longer write, however late it notices.
 */
import { randomUUID } from "node:crypto";
import type { ClientBase } from "pg";
import { StateError } from "../kv.js";
import { isRunning, thisProcess, type ProcessId } from "../process-id.js";
import { serialisable } from "./sql.js";

/** An owner that was not heard of for so long is no owner. */
const LEASE_SECONDS = 15;
export const RENEW_MILLISECONDS = 5_000;

/** Makes this process the owner; gives its token. Rejects with StateError where another is. */
export async function takeLease(client: ClientBase, location: string): Promise<string> {
  const token = randomUUID();
  await serialisable(client, async () => {
    const { rows } = await client.query<{ process: string; fresh: boolean }>(
      `SELECT process, seen > CURRENT_TIMESTAMP - INTERVAL '${LEASE_SECONDS} seconds' AS fresh FROM supervm_owner WHERE id = 1`,
    );
    const [row] = rows;
    const owner = row && (JSON.parse(row.process) as ProcessId);
    if (owner && row.fresh && isRunning(owner))
      throw new StateError("locked", `${location} is in use by process ${owner.pid} on ${owner.host}`, `stop it; if it has ended, wait ${LEASE_SECONDS} seconds`);
    await client.query("DELETE FROM supervm_owner WHERE id = 1");
    await client.query("INSERT INTO supervm_owner (id, token, process, seen) VALUES (1, $1, $2, CURRENT_TIMESTAMP)", [token, JSON.stringify(thisProcess())]);
  });
  return token;
}

/** Part of every write. Rejects with StateError where somebody else is the owner. */
export async function renewLease(client: ClientBase, token: string): Promise<void> {
  const { rowCount } = await client.query("UPDATE supervm_owner SET seen = CURRENT_TIMESTAMP WHERE id = 1 AND token = $1", [token]);
  if (rowCount !== 1) throw new StateError("lost", "another node has taken the state over");
}

export async function endLease(client: ClientBase, token: string): Promise<void> {
  await client.query("DELETE FROM supervm_owner WHERE id = 1 AND token = $1", [token]);
}
