/**
 * ERC-20 transfers a second on one thread, without signatures: this compiler's token on the runtime beside solc's on anvil and on
 * @ethereumjs/evm. Each peer runs blocks that the runtime runs too, and every balance is compared at the end.
 */
import { solcArtifacts } from "../../test/differential/solc.js";
import type { Artifact } from "../../index.js";
import { median, type Bench, type Row } from "../report.js";
import { ANVIL_MISSING, findAnvil } from "./anvil.js";
import { AnvilPeer, EthereumjsPeer, type TokenPeer } from "./peers.js";
import { compileToken, randomTransfers, TOKEN_SOURCE, TokenWorld, type Transfer } from "./token.js";

const ACCOUNTS = 10_000;
const ROUNDS = 5;
/** Transfers of a block. What anvil takes to accept one into its pool grows with the pool, so that larger blocks take minutes to submit. */
const ANVIL_BLOCK = 2_000;
const ETHEREUMJS_BLOCK = 4_000;
/** Its state in memory is copied at every checkpoint: with more accounts one would measure that alone. */
const ETHEREUMJS_ACCOUNTS = 50;
const WARM_UP = 60_000;

interface Contention {
  readonly name: string;
  readonly accounts: number;
  /** The account that receives everything. */
  readonly hot?: number;
}

const CONTENTIONS: readonly Contention[] = [
  { name: "10,000 accounts", accounts: ACCOUNTS },
  { name: "50 accounts", accounts: 50 },
  { name: "5 accounts", accounts: 5 },
  { name: "one receiver", accounts: ACCOUNTS, hot: 0 },
];

function blocksOf({ accounts, hot }: Contention, size: number): Transfer[][] {
  return Array.from({ length: ROUNDS }, (_, round) => randomTransfers(size, accounts, 1 + round, hot));
}

/** A token with every account funded, on code that the engine has compiled in full. */
function warmWorld(artifact: Artifact, accounts: number): TokenWorld {
  const warm = new TokenWorld(artifact);
  warm.distribute(accounts);
  warm.runBlock(warm.transactions(randomTransfers(WARM_UP, accounts, 99)));
  const world = new TokenWorld(artifact);
  world.distribute(accounts);
  return world;
}

function assertEqual(ours: readonly bigint[], theirs: readonly bigint[], peer: string): void {
  const different = ours.findIndex((balance, n) => balance !== theirs[n]);
  if (different >= 0) throw new Error(`account ${different} has ${ours[different]} units here and ${theirs[different]} on ${peer}`);
}

interface Measure {
  /** Transfers of a block. */
  readonly blockSize: number;
  /** Accounts that hold units. */
  readonly accounts: number;
}

async function rowsBeside(peer: TokenPeer, artifact: Artifact, { blockSize, accounts }: Measure): Promise<Row[]> {
  const world = warmWorld(artifact, accounts);
  await peer.distribute(accounts);
  const rows: Row[] = [];
  for (const contention of CONTENTIONS.filter((c) => c.accounts <= accounts)) {
    const rates = { ours: [] as number[], peer: [] as number[] };
    let committed = 0;
    // Made before, as those of a node have waited in its pool.
    const blocks = blocksOf(contention, blockSize).map((transfers) => ({ transfers, transactions: world.transactions(transfers) }));
    for (const { transfers, transactions } of blocks) {
      const start = peer.now();
      const succeeded = world.runBlock(transactions);
      rates.ours.push(blockSize / (peer.now() - start));
      const theirs = await peer.runBlock(transfers);
      rates.peer.push(blockSize / theirs.seconds);
      if (succeeded !== theirs.committed) throw new Error(`${succeeded} transfers succeed here, ${theirs.committed} on ${peer.name}`);
      committed += succeeded;
    }
    rows.push({
      name: `transfers, ${contention.name}; peer ${peer.name}`,
      ours: median(rates.ours),
      peer: median(rates.peer),
      unit: "a second",
      higherIsBetter: true,
      note: `${ROUNDS * blockSize} attempted, ${committed} committed`,
    });
  }
  assertEqual(world.balances(accounts), await peer.balances(accounts), peer.name);
  return rows;
}

export const transfers: Bench = {
  name: "runtime-transfers",
  title: "ERC-20 transfers on one thread, no signatures; peers run solc's code of the same token",
  async run() {
    const ours = await compileToken();
    const theirs = solcArtifacts([TOKEN_SOURCE]).SampleToken!;
    const rows: Row[] = [];
    const program = findAnvil();
    if (program === undefined) process.stderr.write(ANVIL_MISSING);
    const peers = [
      ...(program === undefined ? [] : [{ create: () => AnvilPeer.create(program, theirs), blockSize: ANVIL_BLOCK, accounts: ACCOUNTS }]),
      { create: () => EthereumjsPeer.create(theirs), blockSize: ETHEREUMJS_BLOCK, accounts: ETHEREUMJS_ACCOUNTS },
    ];
    for (const { create, ...measure } of peers) {
      const peer = await create();
      try {
        rows.push(...(await rowsBeside(peer, ours, measure)));
      } finally {
        await peer.close();
      }
    }
    return rows;
  },
};
