/** The store over PostgreSQL's protocol, beside a PostgreSQL in another process. */
import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { fileURLToPath } from "node:url";
import { after, before, describe, it } from "node:test";
import pg from "pg";
import { openChain } from "../../../../runtime/node/chain/chain-store.js";
import { DevChain } from "../../../../runtime/node/chain/dev-chain.js";
import { StateError, type KeyValueStore } from "../../../../runtime/store/durable/kv.js";
import { openStore, restoreStore } from "../../../../runtime/store/durable/open.js";
import { addressKeyOfInt } from "../../../../runtime/store/keys.js";
import { bytes, dump, keyValueContract } from "./contract.js";

let server: ChildProcess;
let url = "";

before(async () => {
  const started = spawn(process.execPath, [fileURLToPath(new URL("./pglite-server.js", import.meta.url))], { stdio: ["ignore", "pipe", "inherit"] });
  server = started;
  const port = await new Promise<string>((resolve, reject) => {
    let printed = "";
    started.stdout.on("data", (part: Buffer) => {
      printed += part.toString();
      const found = /port (\d+)\n/.exec(printed);
      if (found) resolve(found[1]!);
    });
    started.once("exit", () => reject(new Error("the database ended")));
  });
  url = `postgres://postgres:secret@127.0.0.1:${port}/postgres`;
});

after(() => server.kill());

async function query(text: string, values: unknown[] = []): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(text, values)).rows as unknown[];
  } finally {
    await client.end();
  }
}

async function empty(): Promise<void> {
  for (const table of ["supervm_state", "supervm_owner", "supervm_checkpoint", "supervm_checkpoint_entry"]) await query(`DROP TABLE IF EXISTS ${table}`);
}

keyValueContract({
  name: "PostgreSQL",
  runs: 4,
  async open() {
    await empty();
    let store = await openStore(url);
    return {
      store,
      async reopen() {
        await store.close();
        return (store = await openStore(url));
      },
      dispose: () => store.close(),
    };
  },
});

describe("a state in a database", () => {
  const put = (store: KeyValueStore, value: string): Promise<void> => store.write([{ key: bytes("k"), value: bytes(value) }]);
  const kind =
    (wanted: string) =>
    (error: unknown): boolean =>
      error instanceof StateError && error.kind === wanted && !error.message.includes("secret");

  it("has one owner, whose successor shuts it out", async () => {
    await empty();
    const first = await openStore(url);
    await put(first, "1");
    await assert.rejects(openStore(url), kind("locked"));
    await query("UPDATE supervm_owner SET seen = CURRENT_TIMESTAMP - INTERVAL '1 hour'");
    const second = await openStore(url);
    await assert.rejects(put(first, "2"), kind("lost"));
    await put(second, "3");
    assert.deepEqual(dump(second), ["k=3"]);
    await second.close();
    await first.close();
  });

  it("takes over from a process of this machine that has ended", async () => {
    await empty();
    await (await openStore(url)).close();
    const ended = JSON.stringify({ host: (await import("node:os")).hostname(), pid: 2 ** 22 + 1 });
    await query("INSERT INTO supervm_owner (id, token, process, seen) VALUES (1, 'x', $1, CURRENT_TIMESTAMP)", [ended]);
    await (await openStore(url)).close();
  });

  it("says that a database cannot be reached, without its password", async () => {
    await assert.rejects(openStore("postgres://postgres:secret@127.0.0.1:1/postgres"), kind("unreachable"));
  });

  it("holds a chain that goes on where it ended, and goes back to a checkpoint", async () => {
    await empty();
    const to = addressKeyOfInt(0xabcn);
    const options = { history: 4, chainId: 31_337n };
    const send = async (chain: DevChain, value: bigint): Promise<void> => {
      const from = chain.wallet.addresses[0]!;
      const unsigned = { type: 2, chainId: 31_337n, nonce: chain.nonce(from), to, value, data: new Uint8Array(0), gasLimit: 21_000, accessList: [] } as const;
      chain.submit(chain.sign({ ...unsigned, maxFeePerGas: 10n ** 10n, maxPriorityFeePerGas: 1n }, from));
      await chain.chain.archive.durable();
    };
    let store = await openStore(url);
    let chain = new DevChain({ accounts: 1, place: openChain(store, options) });
    for (let i = 1n; i <= 6n; i++) await send(chain, i);
    const { hash } = chain.chain.head.header;
    await store.saveCheckpoint("six");
    await send(chain, 100n);
    await store.close();

    store = await openStore(url);
    chain = new DevChain({ accounts: 1, place: openChain(store, options) });
    assert.equal(chain.chain.height, 7);
    assert.equal(chain.chain.backend.head.account(to)?.balance, 121n);
    assert.equal(chain.chain.block(3)?.state, undefined);
    assert.equal(chain.chain.block(5)?.state?.account(to)?.balance, 15n);
    await send(chain, 1n);
    await store.close();

    await assert.rejects(restoreStore(url, "seven"), /there is no checkpoint 'seven'/);
    await restoreStore(url, "six");
    store = await openStore(url);
    chain = new DevChain({ accounts: 1, place: openChain(store, options) });
    assert.equal(chain.chain.head.header.hash, hash);
    await store.close();
  });
});
