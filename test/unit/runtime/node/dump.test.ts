/** anvil_dumpState and anvil_loadState: a chain goes on elsewhere as it would have here, and what is not one is refused whole. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { gunzipSync, gzipSync } from "node:zlib";
import { CodeRegistry } from "../../../../runtime/host/code.js";
import { decodeBlock } from "../../../../runtime/node/chain/block-codec.js";
import { openChain } from "../../../../runtime/node/chain/chain-store.js";
import { DumpError } from "../../../../runtime/node/dump/format.js";
import { readDump } from "../../../../runtime/node/dump/read-dump.js";
import { writeDump } from "../../../../runtime/node/dump/write-dump.js";
import { dataHex } from "../../../../runtime/node/encoding/hex.js";
import { MemoryKeyValueStore } from "../../../../runtime/store/durable/memory-kv.js";
import { client, DESK_CREATION, desk, type Client, type Json } from "./client.js";

const EMPTY_STATE = "0x56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421";
const TO = "0x00000000000000000000000000000000000000aa";
const SOMEBODY = "0x00000000000000000000000000000000000000bb";

function unpack(hex: string): Json {
  return JSON.parse(gunzipSync(Buffer.from(hex.slice(2), "hex")).toString());
}

function pack(document: unknown): string {
  return dataHex(gzipSync(JSON.stringify(document)));
}

/** A chain with a contract that has storage and made another, a transfer of an impersonated account, and a failed transaction. */
async function lived(): Promise<Client & { readonly at: string }> {
  const c = await client();
  const at = await c.deploy(DESK_CREATION, "0x10");
  await c.send(at, desk.encodeFunctionData("keep", [7n]));
  await c.send(at, desk.encodeFunctionData("write", [9n]), { value: "0x3" });
  await c.send(at, desk.encodeFunctionData("nope"), { gas: "0x30000" });
  await c.ask("anvil_setBalance", SOMEBODY, "0xde0b6b3a7640000");
  await c.ask("anvil_impersonateAccount", SOMEBODY);
  await c.ask("eth_sendTransaction", { from: SOMEBODY, to: TO, value: "0x5" });
  return { ...c, at };
}

/** What a client can see of a chain. */
async function view({ ask, accounts }: Client, at: string): Promise<Json> {
  const height = Number(await ask("eth_blockNumber"));
  const blocks = await Promise.all(Array.from({ length: height + 1 }, (_, i) => ask("eth_getBlockByNumber", `0x${i.toString(16)}`, true)));
  return {
    blocks,
    receipts: await Promise.all(blocks.map((b: Json) => ask("eth_getBlockReceipts", b.number))),
    byHash: await Promise.all(blocks.flatMap((b: { transactions: { hash: string }[] }) => b.transactions).map((t) => ask("eth_getTransactionByHash", t.hash))),
    proofs: await Promise.all([at, TO, SOMEBODY, accounts[0]].map((a) => ask("eth_getProof", a, ["0x0", "0x2"], "latest"))),
    code: await ask("eth_getCode", at, "latest"),
    kept: await ask("eth_call", { to: at, data: desk.encodeFunctionData("kept", [accounts[0]]) }, "latest"),
    logs: await ask("eth_getLogs", { fromBlock: "0x0", toBlock: "latest" }),
    next: await ask("eth_gasPrice"),
  };
}

describe("anvil_dumpState and anvil_loadState", () => {
  it("carry a chain over, which then goes on the same way", async () => {
    const from = await lived();
    const dump = await from.ask("anvil_dumpState");
    const to = await client({ timestamp: 1_600_000_000 });
    assert.equal(await to.ask("hardhat_loadState", dump), true);
    assert.deepEqual(await view(to, from.at), await view(from, from.at));
    assert.equal(await to.ask("anvil_dumpState"), dump);
    // The next blocks are equal too: nonces, gas of known modules, base fee, parent.
    for (const c of [from, to]) {
      await c.ask("evm_setNextBlockTimestamp", 1_900_000_000);
      await c.deploy(DESK_CREATION);
      await c.ask("evm_setNextBlockTimestamp", 1_900_000_001);
      await c.send(from.at, desk.encodeFunctionData("tryNote"));
    }
    assert.deepEqual(await view(to, from.at), await view(from, from.at));
  });

  it("replace what was there, but for accounts that the dump does not know", async () => {
    const from = await lived();
    const dump = await from.ask("anvil_dumpState");
    const to = await client({ mnemonic: "legal winner thank year wave sausage worth useful legal winner thank yellow" });
    const snapshot = await to.ask("evm_snapshot");
    const at = await to.deploy(DESK_CREATION);
    await to.ask("anvil_setStorageAt", from.at, "0x7", "0x1");
    for (let i = 0; i < 10; i++) await to.ask("evm_mine");
    const gone = await to.ask("eth_getBlockByNumber", "latest", false);
    await to.ask("anvil_loadState", dump);
    assert.deepEqual((await view(to, from.at)).blocks, (await view(from, from.at)).blocks);
    assert.equal(await to.ask("eth_getBlockByHash", gone.hash, false), null);
    assert.equal(await to.ask("eth_getStorageAt", from.at, "0x7", "latest"), `0x${"0".repeat(64)}`, "an account of the dump is taken whole");
    assert.notEqual(await to.ask("eth_getCode", at, "latest"), "0x");
    assert.ok(BigInt(await to.ask("eth_getBalance", to.accounts[1], "latest")) > 0n);
    assert.equal(await to.ask("evm_revert", snapshot), false, "snapshots are of the chain that was");
    // A reset goes back to the chain that the node began with.
    await to.ask("anvil_reset");
    assert.equal(await to.ask("eth_getCode", from.at, "latest"), "0x");
    assert.equal(await to.ask("eth_blockNumber"), "0x0");
    assert.notEqual((await to.ask("eth_getBlockByNumber", "0x0", false)).hash, (await from.ask("eth_getBlockByNumber", "0x0", false)).hash);
  });

  it("carry a chain from and to a store", async () => {
    const from = await lived();
    const dump = await from.ask("anvil_dumpState");
    const store = new MemoryKeyValueStore();
    const settings = { history: 4, chainId: 31_337n };
    const place = openChain(store, settings);
    const durable = await client({ place });
    for (let i = 0; i < 9; i++) await durable.send(TO, "0x", { value: "0x1" });
    await durable.ask("anvil_loadState", dump);
    assert.deepEqual(await view(durable, from.at), await view(from, from.at));
    assert.deepEqual(unpack(await durable.ask("anvil_dumpState")), unpack(dump));
    await durable.send(from.at, desk.encodeFunctionData("keep", [1n]));
    const seen = await view(durable, from.at);
    await place.archive.durable();
    const reopened = await client({ place: openChain(store, settings) });
    assert.deepEqual(await view(reopened, from.at), seen);
    for (let i = 0; i < 9; i++) await reopened.send(TO, "0x", { value: "0x1" });
    assert.equal(BigInt(await reopened.ask("eth_getBalance", TO, "latest")), 14n);
    assert.match((await reopened.fail("eth_getBalance", TO, "0x3")).message, /missing state/);
  });

  it("refuse what is not a dump of this chain, and change nothing", async () => {
    const from = await lived();
    const packed = await from.ask("anvil_dumpState");
    const document = unpack(packed);
    const to = await client({ accounts: 1 });
    const [module] = Object.keys(document.modules);
    const bytes: string = document.modules[module!].bytes;
    const changed = (change: (d: Json) => unknown): string => {
      const copy = structuredClone(document);
      change(copy);
      return pack(copy);
    };
    const cases: readonly [RegExp, unknown][] = [
      [/state: bytes in 0x-hex are expected/, "hello"],
      [/the dump is no JSON/, "0x1234"],
      [/no gzip, or damaged/, packed.slice(0, 2000)],
      [/no dump of `supervm node`/, pack([])],
      [/a dump of anvil/, pack({ block: {}, accounts: {}, best_block_number: 1 })],
      [/format is supervm-dump-2/, changed((d) => void (d.format = "supervm-dump-2"))],
      [/chain with id 1, this one's is 31337/, changed((d) => void (d.chainId = "0x1"))],
      [/modules\.0x\w+: the module has another identity/, changed((d) => void (d.modules[module!].bytes = `${bytes.slice(0, -2)}00`))],
      [/modules\.0x\w+\.bytes: bytes in 0x-hex/, changed((d) => void (d.modules[module!].bytes = "0x1"))],
      [/is missing/, changed((d) => void (d.modules = {}))],
      [/code: this is not SuperVM code/, changed((d) => void (d.accounts[from.at].code = "0x6001"))],
      [/nonce: a quantity/, changed((d) => void (d.accounts[TO].nonce = -1))],
      [/balance: has more than 256 bits/, changed((d) => void (d.accounts[TO].balance = `0x1${"0".repeat(64)}`))],
      [/accounts\.0x12: 20 bytes/, changed((d) => void (d.accounts["0x12"] = d.accounts[TO]))],
      [/was changed: its accounts/, changed((d) => void (d.accounts[TO].balance = "0x6"))],
      [/was changed: its accounts/, changed((d) => Reflect.deleteProperty(d.accounts, TO))],
      [/blocks\[2\]: does not follow/, changed((d) => void d.blocks.splice(2, 1))],
      [/no blocks/, changed((d) => void (d.blocks = []))],
      [/its newest is said to be block 9/, changed((d) => void (d.best_block_number = 9))],
      [/blocks\[1\]: the record is damaged/, changed((d) => void (d.blocks[1] = d.blocks[1].slice(0, 900)))],
    ];
    const before = await to.ask("anvil_dumpState");
    for (const [message, state] of cases) {
      const error = await to.fail("anvil_loadState", state);
      assert.equal(error.code, -32602, error.message);
      assert.match(error.message, message);
      assert.equal(await to.ask("anvil_dumpState"), before, error.message);
    }
    assert.equal((await to.fail("anvil_loadState")).code, -32602);
    assert.equal((await to.fail("anvil_dumpState", true)).code, -32602);
    assert.match((await to.fail("anvil_dumpState", 1)).message, /preserveHistoricalStates/);
  });

  it("notice any flipped bit of a block but in what a failed transaction said", async () => {
    const from = await lived();
    const document = unpack(await from.ask("anvil_dumpState"));
    const receiver = { chainId: 31_337n, registry: new CodeRegistry() };
    // Nothing commits to return data and messages of failures.
    const committed = (record: string): unknown =>
      decodeBlock(Buffer.from(record.slice(2), "hex"), undefined).receipts.map((receipt) => ({ ...receipt, output: undefined, error: undefined }));
    let noticed = 0;
    // Of the newest block nobody names the hash: with another header it is another chain, not a damaged one.
    for (const [number, block] of (document.blocks as string[]).slice(0, -1).entries())
      for (let at = 2; at < block.length; at += 53) {
        const flipped = block.slice(0, at) + (Number.parseInt(block[at]!, 16) ^ 1).toString(16) + block.slice(at + 1);
        const text = JSON.stringify({ ...document, modules: {}, accounts: {}, stateRoot: EMPTY_STATE, blocks: document.blocks.with(number, flipped) });
        try {
          readDump(text, receiver);
        } catch (error) {
          assert.ok(error instanceof DumpError, `block ${number}, digit ${at}: ${String(error)}`);
          noticed++;
          continue;
        }
        assert.deepEqual(committed(flipped), committed(block), `block ${number}, digit ${at}`);
      }
    assert.ok(noticed > 100);
  });

  it("give up a chain that is too large", async () => {
    const { node } = await lived();
    assert.throws(() => writeDump(node.chain, 1_000), DumpError);
  });
});
