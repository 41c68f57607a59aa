/**
 * Transfers on a small and on a large state in memory: every account has wei, a nonce and units of the token. The accounts of a block are drawn
 * at random from all, so that hardly any is met twice in the large state.
 */
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { keccak256 } from "../../machine/keccak.js";
import type { Artifact } from "../../index.js";
import { addressKey, littleEndian, writeWordBytes, type AddressKey } from "../../runtime/store/keys.js";
import { SharedState } from "../../runtime/store/shared/state.js";
import type { AccountRecord } from "../../runtime/store/state.js";
import { TransactionChanges } from "../../runtime/store/transaction-changes.js";
import { ENTRY, WORD_SIZE, WordTable } from "../../runtime/store/word-table.js";
import { median, type Bench } from "../report.js";
import { processorSeconds } from "./timing.js";
import { accountHex, balancesSlot, compileToken, randomTransfers, TokenWorld, UNITS_EACH } from "./token.js";

const SMALL = 10_000;
const LARGE = 10_000_000;
const TRANSFERS = 50_000;
const ROUNDS = 7;
const MICRO = 1e6;
/** Accounts that are added to the state at a time. */
const CHUNK = 50_000;
const WEI = 10n ** 18n;

/** Writes accounts with their units to the state directly: running a payout for each of ten million takes longer than all the rest. */
function populate(world: TokenWorld, artifact: Artifact, accounts: number): void {
  const preimage = new Uint8Array(64);
  preimage.set(littleEndian(balancesSlot(artifact), 32).reverse(), 32);
  const units = new Int32Array(WORD_SIZE);
  writeWordBytes(littleEndian(UNITS_EACH, 32), units, 0);
  const slot = new Int32Array(WORD_SIZE);
  const changed = new Uint8Array(CHUNK).fill(1);
  const table = new WordTable();
  for (let at = 0; at < accounts; at += CHUNK) {
    const records = new Map<AddressKey, AccountRecord>();
    table.clear();
    for (let n = at; n < Math.min(at + CHUNK, accounts); n++) {
      const address = Buffer.from(accountHex(n).slice(2), "hex");
      preimage.set(address, 12);
      writeWordBytes(keccak256(preimage).reverse(), slot, 0);
      const entry = table.add(0, slot, 0);
      table.records.set(units, entry * ENTRY.SIZE + ENTRY.VALUE);
      records.set(addressKey(accountHex(n)), { nonce: 1, balance: WEI + BigInt(n) });
    }
    world.store.apply(TransactionChanges.of(records, [world.token], table, changed, 1));
  }
}

function populated(artifact: Artifact, accounts: number): TokenWorld {
  const world = new TokenWorld(artifact, SharedState.create({ records: 3 * accounts }));
  populate(world, artifact, accounts);
  if (world.balances(3).some((balance) => balance !== UNITS_EACH)) throw new Error("the state was not populated as the token reads it");
  return world;
}

/** Medians in microseconds of processor time for a transfer. */
interface Times {
  readonly small: number;
  readonly large: number;
}

/** Measures in this process; the rounds on both states take turns. */
export async function measureStateSizes(): Promise<Times> {
  const artifact = await compileToken();
  const worlds = { small: populated(artifact, SMALL), large: populated(artifact, LARGE) };
  const times = { small: [] as number[], large: [] as number[] };
  for (let round = 0; round <= ROUNDS; round++)
    for (const [size, accounts] of [["small", SMALL] as const, ["large", LARGE] as const]) {
      const transactions = worlds[size].transactions(randomTransfers(TRANSFERS, accounts, 1 + round));
      const used = processorSeconds(() => {
        if (worlds[size].runBlock(transactions) !== TRANSFERS) throw new Error("a transfer failed");
      });
      // The first round warms the code up.
      if (round > 0) times[size].push(used / TRANSFERS);
    }
  return { small: median(times.small) * MICRO, large: median(times.large) * MICRO };
}

/** glibc asks Linux for huge pages, which a large table needs where the system's default is `madvise`; elsewhere it changes nothing. */
const HUGE_PAGES = { GLIBC_TUNABLES: "glibc.malloc.hugetlb=1" };

function measured(environment: Readonly<Record<string, string>>): Times {
  const child = fileURLToPath(new URL(import.meta.url.endsWith(".ts") ? "./state-size-child.ts" : "./state-size-child.js", import.meta.url));
  return JSON.parse(execFileSync(process.execPath, [...process.execArgv, child], { env: { ...process.env, ...environment }, encoding: "utf8" })) as Times;
}

export const stateSize: Bench = {
  name: "runtime-state-size",
  title: "ERC-20 transfers on a state of 10,000,000 accounts in memory; peer: the same on 10,000 accounts",
  run() {
    const rows = (
      [
        ["with huge pages", HUGE_PAGES],
        ["with pages of 4 KiB", {}],
      ] as const
    ).map(([name, environment]) => {
      const { small, large } = measured(environment);
      return { name: `transfer, ${name}`, ours: large, peer: small, unit: "µs of processor time" };
    });
    return Promise.resolve(rows);
  },
};
