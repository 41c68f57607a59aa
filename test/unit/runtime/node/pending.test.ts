/** The pending block: what would be mined now, without anything of the chain changing. */
import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import { client, creationOfNote, desk, DESK_CREATION, note, type Client, type Json } from "./client.js";

const TO = "0x00000000000000000000000000000000000000aa";
const ZERO = `0x${"0".repeat(64)}`;
const NOW = 1_700_000_000;

let c: Client;
let at: string;
let sender: string;

beforeEach(async () => {
  c = await client();
  sender = c.accounts[0]!;
  at = await c.deploy(DESK_CREATION);
  await c.ask("evm_setAutomine", false);
  await c.ask("anvil_setBlockTimestampInterval", 7);
});

afterEach(() => c.close());

const pending = (full = false): Promise<Json> => c.ask("eth_getBlockByNumber", "pending", full);
const call = async (name: string, block: string, args: unknown[] = []): Promise<Json> =>
  desk.decodeFunctionResult(name, await c.ask("eth_call", { to: at, data: desk.encodeFunctionData(name, args) }, block));

describe("the pending block", () => {
  it("is empty where nothing waits", async () => {
    const newest = await c.ask("eth_getBlockByNumber", "latest", false);
    const block = await pending();
    assert.deepEqual(
      [block.number, block.parentHash, block.transactions, block.gasUsed, block.stateRoot, block.nonce],
      ["0x2", newest.hash, [], "0x0", ZERO, "0x0000000000000000"],
    );
    assert.equal(Number(block.timestamp), Number(newest.timestamp) + 7);
    assert.match(block.hash, /^0x[0-9a-f]{64}$/);
    assert.equal(await c.ask("eth_getBlockTransactionCountByNumber", "pending"), "0x0");
    assert.equal(await c.ask("eth_getTransactionByBlockNumberAndIndex", "pending", "0x0"), null);
  });

  it("holds what waits, as it is mined then", async () => {
    const before = await c.ask("eth_getBalance", sender, "latest");
    const hashes = [await c.send(at, desk.encodeFunctionData("keep", [3n]), { gas: "0x30000" }), await c.send(TO, "0x", { value: "0x5", gas: "0x5208" })];
    const block = await pending(true);
    assert.deepEqual(
      block.transactions.map((one: Json) => one.hash as unknown),
      hashes,
    );
    assert.deepEqual([block.transactions[1].blockHash, block.transactions[1].transactionIndex, block.transactions[1].blockTimestamp], [block.hash, "0x1", block.timestamp]);
    assert.equal(await c.ask("eth_getBlockTransactionCountByNumber", "pending"), "0x2");
    assert.deepEqual(await c.ask("eth_getTransactionByBlockNumberAndIndex", "pending", "0x1"), block.transactions[1]);
    assert.equal((await c.ask("eth_getHeaderByNumber", "pending")).hash, block.hash);
    const balances = await Promise.all([sender, TO, at].map((one) => c.ask("eth_getBalance", one, "pending")));
    assert.equal(balances[1], "0x5");

    // Nothing has happened yet.
    assert.deepEqual([await c.ask("eth_blockNumber"), await c.ask("eth_getBalance", sender, "latest"), await c.ask("eth_getBalance", TO, "latest")], ["0x1", before, "0x0"]);
    assert.equal((await c.ask("eth_getTransactionByHash", hashes[0])).blockHash, null);
    assert.equal(await c.ask("eth_getTransactionReceipt", hashes[0]), null);
    assert.deepEqual(await c.ask("txpool_status"), { pending: "0x2", queued: "0x0" });
    assert.equal(await c.ask("eth_getBlockByHash", block.hash, false), null);

    await c.ask("evm_mine");
    const mined = await c.ask("eth_getBlockByNumber", "latest", false);
    for (const field of ["number", "timestamp", "transactionsRoot", "receiptsRoot", "logsBloom", "gasUsed", "baseFeePerGas", "mixHash", "size"])
      assert.equal(mined[field], block[field], field);
    assert.notEqual(mined.hash, block.hash);
    assert.deepEqual(await Promise.all([sender, TO, at].map((one) => c.ask("eth_getBalance", one, "latest"))), balances);
  });

  it("is where calls and estimates run that name it", async () => {
    await c.send(at, desk.encodeFunctionData("keep", [3n]), { gas: "0x30000" });
    assert.deepEqual([(await call("kept", "latest", [sender]))[0], (await call("kept", "pending", [sender]))[0]], [5n, 8n]);
    const place = await call("place", "pending");
    const newest = await c.ask("eth_getBlockByNumber", "latest", false);
    assert.deepEqual([place.number, place.time, place.parent], [2n, BigInt(newest.timestamp) + 7n, newest.hash]);
    assert.notEqual(await c.ask("eth_getStorageAt", at, "0x2", "pending"), await c.ask("eth_getStorageAt", at, "0x2", "latest"));
    const from = "0xc000000000000000000000000000000000000000";
    await c.send(from, "0x", { value: "0xde0b6b3a7640000", gas: "0x5208" });
    const transfer = { from, to: TO, value: "0x1" };
    assert.equal(await c.ask("eth_estimateGas", transfer, "pending"), "0x5208");
    assert.match((await c.fail("eth_estimateGas", transfer, "latest")).message, /^insufficient funds/);
    assert.equal((await c.ask("debug_traceCall", transfer, "pending", { tracer: "callTracer" })).error, undefined);
    assert.equal(
      desk.decodeFunctionResult("place", await c.ask("eth_call", { to: at, data: desk.encodeFunctionData("place") }, "pending", null, { number: "0x77" })).number,
      0x77n,
    );
  });

  it("knows contracts and modules that are created in it", async () => {
    const hash = await c.ask("eth_sendTransaction", { from: sender, data: creationOfNote(9n), gas: "0x400000" });
    await c.ask("eth_sendTransaction", { from: sender, to: at, data: desk.encodeFunctionData("write", [4n]), gas: "0x400000" });
    const made = (await call("note", "pending"))[0];
    assert.deepEqual([await c.ask("eth_getCode", made, "latest"), BigInt(await c.ask("eth_call", { to: made, data: note.encodeFunctionData("x") }, "pending"))], ["0x", 4n]);
    await c.ask("evm_mine");
    const { contractAddress } = await c.ask("eth_getTransactionReceipt", hash);
    assert.equal(BigInt(await c.ask("eth_call", { to: contractAddress, data: note.encodeFunctionData("x") }, "latest")), 9n);
  });

  it("follows the pool, the state and the block's settings", async () => {
    const seen = new Set<string>();
    const isNew = async (): Promise<boolean> => seen.size < seen.add((await pending()).hash).size;
    assert.deepEqual([await isNew(), await isNew()], [true, false]);
    const hash = await c.send(TO, "0x", { value: "0x5", gas: "0x5208" });
    assert.deepEqual([await isNew(), await isNew()], [true, false]);
    await c.ask("anvil_setCoinbase", TO);
    assert.equal(await isNew(), true);
    await c.ask("anvil_setNextBlockBaseFeePerGas", "0x1");
    assert.equal(await isNew(), true);
    await c.ask("anvil_setBalance", TO, "0x7");
    const tip = BigInt((await pending(true)).transactions[0].gasPrice) - 1n;
    assert.equal(BigInt(await c.ask("eth_getBalance", TO, "pending")), 12n + 21_000n * tip);
    await c.ask("anvil_dropTransaction", hash);
    assert.deepEqual([(await pending()).transactions, await c.ask("eth_getBalance", TO, "pending")], [[], "0x7"]);
  });

  it("leaves out what a block would", async () => {
    await c.ask("evm_setBlockGasLimit", "0x100000");
    const [first] = [await c.send(TO, "0x", { gas: "0xf0000" }), await c.send(TO, "0x", { gas: "0xf0000", nonce: "0x9" })];
    await c.ask("eth_sendTransaction", { from: c.accounts[1], to: TO, gas: "0x100000" });
    assert.deepEqual((await pending()).transactions, [first]);
    assert.deepEqual([await c.ask("eth_getTransactionCount", sender, "pending"), await c.ask("eth_getTransactionCount", sender, "latest")], ["0x2", "0x1"]);
  });

  it("keeps its work within bounds, however much a block may hold", async () => {
    await c.ask("evm_setBlockGasLimit", "0x3b9aca00");
    const [first] = [await c.send(TO, "0x", { gas: "0x11e1a300" }), await c.send(TO, "0x", { gas: "0x11e1a300" })];
    const { transactions, gasLimit } = await pending();
    assert.deepEqual([transactions, gasLimit], [[first], "0x3b9aca00"]);
  });
});

describe("genesis", () => {
  it("has a pending block above it", async () => {
    const own = await client({ timestamp: NOW });
    const block = await own.ask("eth_getBlockByNumber", "pending", false);
    assert.deepEqual([block.number, block.parentHash], ["0x1", (await own.ask("eth_getBlockByNumber", "earliest", false)).hash]);
    own.close();
  });
});
