/** Kills a node again and again, each time at a random moment of its work, and looks at what it left. */
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { compile } from "../../../index.js";
import { keepBusy, prepareWorld, startNodeProcess, type Heard, type World } from "./client.js";
import { inspectState, type Found } from "./inspect.js";

const ACCOUNTS = 10n;
const SUPPLY = ACCOUNTS * 10_000n * 10n ** 18n;

/** A small generator with a seed that a failure can be repeated with (mulberry32); the kernel's timing cannot. */
export function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

export interface CampaignResult extends Found {
  readonly kills: number;
  /** Transactions whose receipt was answered before a kill. */
  readonly answered: number;
}

const COUNTER = "// SPDX-License-Identifier: MIT\npragma solidity ^0.8.0;\ncontract Counter { uint256 public count; function increment() external { count++; } }\n";

/**
 * @param longest Milliseconds of work before a kill, at most.
 * @param report Told of each kill.
 */
export async function crashCampaign(kills: number, seed: number, longest: number, report: (kill: number, found: Found) => void = () => undefined): Promise<CampaignResult> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "supervm-crash-"));
  const random = randomOf(seed);
  const { artifacts } = await compile({ sources: { "Counter.sol": { content: COUNTER } }, targets: ["supervm"] });
  const bytecode = artifacts.Counter!.targets.supervm!.bytecode as string;
  const heard: Heard = { receipts: new Map(), hashes: new Set(), height: -1 };
  const totals = { burnt: 0n, increments: 0, next: 0 };
  let world: World | undefined;
  let found: Found = { height: -1, transactions: 0, increments: 0 };
  let transactions = 0;
  try {
    for (let kill = 1; kill <= kills; kill++) {
      const node = await startNodeProcess(folder, "--prune", "64", "--checkpoint-blocks", "200", "--checkpoint-keep", "1");
      world ??= await prepareWorld(node.url, bytecode);
      const work = keepBusy(node.url, world, random, heard);
      await new Promise((resolve) => setTimeout(resolve, random() * longest));
      node.child.kill("SIGKILL");
      await Promise.all([node.ended, work]);
      found = await inspectState(folder, heard, world.counter, SUPPLY, totals);
      transactions += found.transactions;
      report(kill, found);
    }
    return { ...found, transactions, kills, answered: heard.receipts.size };
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
}
