/**
 * Malformed requests for the node: well-formed ones of every method, broken on the level of bytes, JSON or values. Every body must get one
 * JSON-RPC answer with a known code, none the code of a fault, and the node must answer properly afterwards.
 *
 *   node dist/test/e2e/node-fuzz.js --bodies 1000000 --seed 7
 */
import assert from "node:assert/strict";
import { pathToFileURL } from "node:url";
import type { RunningNode } from "../../runtime/node/node.js";
import { startNode } from "../../runtime/node/node.js";

export interface FuzzResult {
  readonly bodies: number;
  readonly byCode: Readonly<Record<string, number>>;
  /** Bytes of heap in use after the first tenth, and at the end. */
  readonly heapEarly: number;
  readonly heapLate: number;
}

/** xorshift32: the same seed gives the same bodies everywhere. */
export function randomSource(seed: number): (below: number) => number {
  let x = seed >>> 0 || 1;
  return (below) => {
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    x >>>= 0;
    return x % below;
  };
}

type Random = (below: number) => number;

const ADDRESS = "0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266";
const HASH = `0x${"ab".repeat(32)}`;
const VALUES: readonly unknown[] = [
  ...[
    "latest",
    "pending",
    "earliest",
    "0x",
    "0x0",
    "0x1",
    "0x00",
    "0xzz",
    "1",
    "",
    ADDRESS,
    HASH,
    ADDRESS.toUpperCase(),
    `${ADDRESS}00`,
    "0xffffffffffffffff",
    `0x${"f".repeat(64)}`,
    `0x1${"0".repeat(64)}`,
  ],
  ...[0, 1, -1, 1.5, 1e308, 2 ** 53, null, true, false, [], {}, [[]], [null], "newHeads", "logs", "__proto__", "\u0000", "\ud800"],
  ...[
    { to: ADDRESS },
    { from: ADDRESS, to: ADDRESS, value: "0x1" },
    { from: ADDRESS, data: "0x6080" },
    { data: "0xef53564d0100000000ff" },
    { to: ADDRESS, gas: "0xffffffffffffffffff" },
    { gasPrice: "0x1", maxFeePerGas: "0x1" },
  ],
  ...[
    { fromBlock: "0x0", toBlock: "latest" },
    { fromBlock: "0xffff", toBlock: "0x0" },
    { address: [ADDRESS], topics: [[HASH], null] },
    { blockHash: HASH },
    { topics: [[[]]] },
    { blockNumber: "0x0" },
  ],
  ...[
    { blockStateCalls: [{ calls: [{ to: ADDRESS }] }] },
    { blockStateCalls: [{ blockOverrides: { number: "0x0" }, stateOverrides: { [ADDRESS]: { nonce: "0x1" } }, calls: [{ from: ADDRESS, value: "0x1", gas: "0x1" }] }] },
    { blockStateCalls: [{ calls: [{}] }], validation: true },
    { blockStateCalls: [[]], traceTransfers: 1 },
  ],
  ...[{ toAddress: [ADDRESS], count: 1 }, ["trace", "stateDiff"], ["vmTrace"], [[{ to: ADDRESS }, ["trace"]]], { [ADDRESS]: [HASH] }, { time: "0x1" }, "0x1f8b08"],
  ...[{ [ADDRESS]: { balance: "0x1" } }, { [ADDRESS]: { code: "0x6080" } }, { x: 1 }, { tracer: "callTracer" }, [25, 75], [75, 25], "0x02c0", "0xc0", "0xf8"],
];

/** Blocks by the hundred thousand are asked for in a way of their own, and what waits for a block may wait long: they only cost time here. */
const LEFT_OUT = new Set([
  "eth_sendTransactionSync",
  "anvil_mine",
  "hardhat_mine",
  "evm_setIntervalMining",
  "anvil_setIntervalMining",
  "evm_mine_detailed",
  "anvil_mine_detailed",
  "evm_mine",
]);

const pick = <T>(random: Random, list: readonly T[]): T => list[random(list.length)]!;

function request(random: Random, methods: readonly string[]): Record<string, unknown> {
  const params = Array.from({ length: random(4) }, () => pick(random, VALUES));
  return { jsonrpc: "2.0", id: random(1000), method: pick(random, methods), params };
}

/** One body. */
export function malformedBody(random: Random, methods: readonly string[]): string {
  const valid = request(random, methods);
  switch (random(10)) {
    case 0: {
      const field = pick(random, ["jsonrpc", "id", "method", "params"]);
      return JSON.stringify({ ...valid, [field]: pick(random, VALUES) });
    }
    case 1: {
      const text = JSON.stringify(valid);
      return text.slice(0, random(text.length));
    }
    case 2: {
      const bytes = Buffer.from(JSON.stringify(valid));
      for (let i = 0; i <= random(4); i++) bytes[random(bytes.length)] = random(256);
      return bytes.toString("utf8");
    }
    case 3:
      return pick(random, ["[", '{"a":', '"', "{"]).repeat(random(200));
    case 4:
      return JSON.stringify(Array.from({ length: random(random(8) === 0 ? 120 : 6) }, () => (random(3) === 0 ? pick(random, VALUES) : request(random, methods))));
    case 5:
      return Buffer.from(Array.from({ length: random(64) }, () => random(256))).toString("latin1");
    case 6:
      return JSON.stringify(pick(random, VALUES));
    case 7:
      return JSON.stringify({ ...valid, params: { 0: pick(random, VALUES) } });
    default:
      return JSON.stringify(valid);
  }
}

const CODES = new Set([-32700, -32600, -32601, -32602, -32000, -32003, -32005, 3, -38011, -38012, -38013, -38014, -38015, -38020, -38021, -38026]);

/** Throws where an answer is not one that the specification knows; gives the codes in it. */
export function checkAnswer(body: string, text: string): string[] {
  if (text === "") {
    const requests = [JSON.parse(body)].flat() as readonly object[];
    assert.ok(requests.length > 0 && requests.every((one) => !("id" in one)), `no answer to ${body.slice(0, 500)}`);
    return ["none"];
  }
  const answer: unknown = JSON.parse(text);
  return (Array.isArray(answer) ? (answer as unknown[]) : [answer]).map((one) => {
    const { jsonrpc, error } = one as { jsonrpc?: string; error?: { code: number; message: string } };
    assert.equal(jsonrpc, "2.0", body);
    if (!error) return "ok";
    assert.ok(CODES.has(error.code), `${error.code} ${error.message} for ${body.slice(0, 500)}`);
    assert.doesNotMatch(error.message, /node_modules|\/runtime\/|\n\s+at /, "no paths or stacks in messages");
    return String(error.code);
  });
}

/** Sends bodies to a node's dispatcher, as its connections do. */
export async function fuzzNode(node: RunningNode, bodies: number, seed: number): Promise<FuzzResult> {
  const random = randomSource(seed);
  const methods = node.dispatcher.methodNames.filter((name) => !LEFT_OUT.has(name));
  const byCode: Record<string, number> = {};
  let heapEarly = 0;
  const start = await node.dispatcher.handle('{"jsonrpc":"2.0","id":1,"method":"evm_snapshot"}');
  let snapshot = (JSON.parse(start) as { result: string }).result;
  for (let i = 0; i < bodies; i++) {
    const body = malformedBody(random, methods);
    for (const code of checkAnswer(body, await node.dispatcher.handle(body))) byCode[code] = (byCode[code] ?? 0) + 1;
    if (i % 1_000 === 999) {
      // What valid requests among them did to the chain would grow without bound.
      await node.dispatcher.handle(JSON.stringify({ jsonrpc: "2.0", id: 1, method: "evm_revert", params: [snapshot] }));
      await node.dispatcher.handle('{"jsonrpc":"2.0","id":1,"method":"anvil_setAutomine","params":[true]}');
      snapshot = (JSON.parse(await node.dispatcher.handle('{"jsonrpc":"2.0","id":1,"method":"evm_snapshot"}')) as { result: string }).result;
      await new Promise(setImmediate);
    }
    if (i === Math.floor(bodies / 10)) heapEarly = heapInUse();
  }
  const chain = JSON.parse(await node.dispatcher.handle('{"jsonrpc":"2.0","id":1,"method":"eth_chainId"}')) as { result: string };
  assert.equal(chain.result, "0x7a69");
  return { bodies, byCode, heapEarly, heapLate: heapInUse() };
}

function heapInUse(): number {
  globalThis.gc?.();
  return process.memoryUsage().heapUsed;
}

async function main(args: readonly string[]): Promise<void> {
  const option = (name: string, fallback: number): number => (args.includes(name) ? Number(args[args.indexOf(name) + 1]) : fallback);
  const node = await startNode({ port: 0, limits: { filterSeconds: 1 }, log: (line) => line.startsWith("fault") && process.stderr.write(`${line}\n`) });
  try {
    process.stdout.write(`${JSON.stringify(await fuzzNode(node, option("--bodies", 1_000_000), option("--seed", 1)), null, 2)}\n`);
  } finally {
    await node.close();
  }
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) await main(process.argv.slice(2));
