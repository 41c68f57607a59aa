/** eth_simulateV1, and the overrides of eth_call and its like. Codes and messages are those of execution-apis. */
import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import { getCreateAddress, id, Transaction } from "ethers";
import { client, creationOfNote, desk, DESK_CREATION, note, type Client, type Json } from "./client.js";

const RICH = "0xc000000000000000000000000000000000000000";
const NEXT = "0xc100000000000000000000000000000000000000";
const LAST = "0xc200000000000000000000000000000000000000";
const ETHER_LOGS = "0xeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee";
const TRANSFER = id("Transfer(address,address,uint256)");

const wide = (address: string): string => `0x${"0".repeat(24)}${address.slice(2).toLowerCase()}`;
const word = (value: bigint): string => `0x${value.toString(16).padStart(64, "0")}`;
const fund = (address: string, balance: string): Json => ({ [address]: { balance } });

interface Traced {
  readonly logs: readonly { readonly address: string; readonly topics: readonly string[]; readonly data: string; readonly logIndex: string }[];
}

let c: Client;
let at: string;

before(async () => {
  c = await client();
  at = await c.deploy(DESK_CREATION);
});

async function simulate(...blocks: unknown[]): Promise<Json> {
  return c.ask("eth_simulateV1", { blockStateCalls: blocks }, "latest");
}

async function refused(payload: unknown, block = "latest"): Promise<readonly [number, string]> {
  const { code, message } = await c.fail("eth_simulateV1", payload, block);
  return [code, message];
}

describe("eth_simulateV1", () => {
  it("runs calls on top of each other and leaves the chain alone", async () => {
    const untouched = await c.ask("eth_getProof", at, ["0x0"], "latest");
    const [first, second] = await simulate(
      {
        stateOverrides: fund(RICH, "0x7d0"),
        calls: [
          { from: RICH, to: NEXT, value: "0x3e8" },
          { from: NEXT, to: LAST, value: "0x3e8" },
          { from: RICH, to: at, input: desk.encodeFunctionData("keep", [3n]), value: "0x1" },
        ],
      },
      {
        calls: [
          { from: LAST, to: at, input: desk.encodeFunctionData("calls") },
          { from: LAST, to: RICH, value: "0x3e8" },
        ],
      },
    );
    const newest = await c.ask("eth_getBlockByNumber", "latest", false);
    assert.equal(BigInt(first.number), BigInt(newest.number) + 1n);
    assert.equal(first.parentHash, newest.hash);
    assert.equal(second.parentHash, first.hash);
    assert.equal(first.baseFeePerGas, "0x0");
    assert.equal(first.miner, `0x${"0".repeat(40)}`);
    assert.equal(first.mixHash, word(0n));
    assert.deepEqual(first.calls[0], { status: "0x1", returnData: "0x", gasUsed: "0x5208", maxUsedGas: "0x5208", logs: [] });
    assert.equal(first.transactions.length, 3);
    assert.equal(
      BigInt(first.gasUsed),
      first.calls.reduce((sum: bigint, call: Json) => sum + BigInt(call.gasUsed), 0n),
    );
    const [log] = first.calls[2].logs;
    assert.deepEqual([log.address, log.topics[1], log.blockHash, log.transactionHash, log.logIndex], [at, wide(RICH), first.hash, first.transactions[2], "0x0"]);
    assert.equal(second.calls[0].returnData, word(1n));
    assert.equal(second.calls[1].status, "0x1");
    assert.deepEqual(await c.ask("eth_getProof", at, ["0x0"], "latest"), untouched);
    assert.equal((await c.ask("eth_getBlockByNumber", "latest", false)).hash, newest.hash);
    assert.equal(await c.ask("eth_getTransactionByHash", first.transactions[0]), null);
  });

  it("gives the block that the chain would mine", async () => {
    const own = await client();
    const contract = await own.deploy(DESK_CREATION);
    const { number, timestamp, miner } = await own.ask("eth_getBlockByNumber", "latest", false);
    const time = `0x${(Number(timestamp) + 5).toString(16)}`;
    const data = desk.encodeFunctionData("keep", [4n]);
    const prevRandao = word(77n);
    const [simulated] = await own.ask(
      "eth_simulateV1",
      {
        validation: true,
        returnFullTransactions: true,
        blockStateCalls: [
          {
            blockOverrides: { time, feeRecipient: miner, prevRandao },
            calls: [{ from: own.accounts[0], to: contract, input: data, gas: "0x20000", maxFeePerGas: "0x77359400", maxPriorityFeePerGas: "0x2" }],
          },
        ],
      },
      number,
    );
    await own.ask("evm_setNextBlockTimestamp", time);
    await own.ask("hardhat_setPrevRandao", prevRandao);
    await own.send(contract, data, { gas: "0x20000", maxFeePerGas: "0x77359400", maxPriorityFeePerGas: "0x2" });
    const mined = await own.ask("eth_getBlockByNumber", "latest", true);
    for (const field of ["number", "timestamp", "parentHash", "stateRoot", "receiptsRoot", "logsBloom", "gasUsed", "gasLimit", "baseFeePerGas", "miner", "mixHash"])
      assert.equal(simulated[field], mined[field], field);
    const [transaction] = simulated.transactions;
    for (const field of ["nonce", "to", "from", "value", "input", "gas", "gasPrice", "maxFeePerGas", "maxPriorityFeePerGas", "type", "chainId"])
      assert.equal(transaction[field], mined.transactions[0][field], field);
    assert.deepEqual([transaction.r, transaction.s, transaction.v, transaction.yParity], ["0x0", "0x0", "0x0", "0x0"]);
    assert.equal(simulated.calls[0].gasUsed, mined.gasUsed);
  });

  it("hashes transactions as they are, with a signature of zeros", async () => {
    const calls = [
      { from: RICH, to: NEXT, nonce: "0x7" },
      { from: RICH, to: NEXT, gasPrice: "0x0" },
      { from: RICH, to: NEXT, gasPrice: "0x0", accessList: [{ address: at, storageKeys: [word(1n)] }] },
    ];
    const [block] = await c.ask("eth_simulateV1", { blockStateCalls: [{ calls }], returnFullTransactions: true });
    // Of a legacy transaction v would name the chain; with zeros it does not.
    for (const t of block.transactions.filter((one: Json) => one.type !== "0x0")) {
      const { type, chainId, nonce, to, value, input, gas, gasPrice, maxFeePerGas, maxPriorityFeePerGas, accessList } = t;
      const known = Transaction.from({
        type: Number(type),
        chainId: Number(chainId),
        nonce: Number(nonce),
        to,
        value,
        data: input,
        gasLimit: gas,
        ...(type === "0x2" ? { maxFeePerGas, maxPriorityFeePerGas } : { gasPrice }),
        accessList,
        signature: { r: word(0n), s: word(0n), v: 27 },
      });
      assert.equal(t.hash, known.hash);
    }
    assert.deepEqual(
      block.transactions.map((t: { type: string }) => t.type),
      ["0x2", "0x0", "0x1"],
    );
  });

  it("shows blocks to contracts as they are overridden", async () => {
    const blockOverrides = {
      number: "0x64",
      time: "0x70000000",
      gasLimit: "0x1c9c380",
      feeRecipient: NEXT,
      prevRandao: word(9n),
      baseFeePerGas: "0xa",
      blobBaseFee: "0x15",
    };
    const call = { from: RICH, to: at, input: desk.encodeFunctionData("place") };
    const hashes = { from: RICH, to: at, input: desk.encodeFunctionData("hashOf", [99n]) };
    const answer = await simulate({ calls: [call] }, { blockOverrides, calls: [call] }, { calls: [call, hashes] });
    const last = answer[answer.length - 2];
    const seen = desk.decodeFunctionResult("place", last.calls[0].returnData);
    const before99 = answer[answer.length - 3];
    assert.deepEqual([...seen], [100n, 0x70000000n, NEXT, 10n, 9n, 30_000_000n, before99.hash]);
    assert.equal(last.miner, NEXT);
    assert.equal(last.baseFeePerGas, "0xa");
    const following = answer[answer.length - 1];
    assert.equal(desk.decodeFunctionResult("place", following.calls[0].returnData).fee, 0n, "without validation the base fee does not go on");
    assert.equal(following.calls[1].returnData, before99.hash);
    // Gaps are filled with empty blocks.
    const numbers = answer.map((block: Json) => Number(block.number));
    assert.deepEqual(
      numbers,
      Array.from({ length: 100 }, (_, i) => i + 2),
    );
    for (const [i, block] of answer.slice(1).entries()) assert.equal(block.parentHash, answer[i].hash);
  });

  it("logs transfers of wei where it is asked to", async () => {
    const pass = (name: string, value = "0x5"): Json => ({ from: RICH, to: at, value, input: desk.encodeFunctionData(name, [LAST]) });
    const calls = [{ from: RICH, to: NEXT, value: "0x3e8" }, pass("pass"), pass("passAndFail"), pass("passAndEnd"), { from: NEXT, to: RICH }];
    const blocks = [{ stateOverrides: fund(RICH, "0x7d0"), calls }];
    const [traced] = await c.ask("eth_simulateV1", { blockStateCalls: blocks, traceTransfers: true });
    const transfers = (call: Traced): unknown[] =>
      call.logs.map((log) => (log.address === ETHER_LOGS ? [log.topics[0] === TRANSFER, log.topics[1], log.topics[2], BigInt(log.data)] : "kept"));
    assert.deepEqual(transfers(traced.calls[0]), [[true, wide(RICH), wide(NEXT), 1000n]]);
    assert.deepEqual(transfers(traced.calls[1]), [[true, wide(RICH), wide(at), 5n], "kept", [true, wide(at), wide(LAST), 5n], "kept"]);
    assert.deepEqual(traced.calls[2].logs, [], "what is undone leaves no log");
    const made = traced.calls[3].logs[1].topics[2];
    assert.deepEqual(transfers(traced.calls[3]), [
      [true, wide(RICH), wide(at), 5n],
      [true, wide(at), made, 5n],
      [true, made, wide(LAST), 5n],
    ]);
    assert.deepEqual(traced.calls[4].logs, []);
    assert.deepEqual(
      traced.calls.flatMap((call: Traced) => call.logs.map((log) => Number(log.logIndex))),
      [0, 1, 2, 3, 4, 5, 6, 7],
    );
    const [plain] = await c.ask("eth_simulateV1", { blockStateCalls: blocks });
    assert.equal(plain.hash, traced.hash, "logs of transfers are no part of the block");
    assert.deepEqual(
      plain.calls.map((call: Traced) => call.logs.length),
      [0, 2, 0, 0, 0],
    );
  });

  it("tells reverts from other failures", async () => {
    const [{ calls }] = await simulate({
      calls: [
        { from: RICH, to: at, input: desk.encodeFunctionData("nope") },
        { from: RICH, to: at, gas: "0x10000", input: desk.encodeFunctionData("spin") },
        { from: RICH, input: "0x6080604052" },
      ],
    });
    assert.deepEqual([calls[0].status, calls[0].error.code, calls[0].error.message], ["0x0", 3, "execution reverted: never"]);
    assert.equal(calls[0].error.data, calls[0].returnData);
    assert.deepEqual([calls[1].error.code, calls[1].error.message, calls[1].gasUsed], [-32015, "vm execution error: out of gas", "0x10000"]);
    assert.match(calls[2].error.message, /^vm execution error: this is not SuperVM code/);
  });

  it("deploys, calls what it deployed, and creates from modules that it brought", async () => {
    const fresh = await client();
    const creation = { from: RICH, input: DESK_CREATION };
    const [{ calls }] = await fresh.ask("eth_simulateV1", { blockStateCalls: [{ calls: [creation] }], traceTransfers: false });
    assert.equal(calls[0].status, "0x1");
    // The address of the sender's first contract.
    const address = getCreateAddress({ from: RICH, nonce: 0 });
    const [{ calls: used }, { calls: later }] = await fresh.ask("eth_simulateV1", {
      blockStateCalls: [
        { calls: [creation, { from: RICH, to: address, input: desk.encodeFunctionData("write", [8n]) }] },
        { calls: [{ from: RICH, to: getCreateAddress({ from: address, nonce: 1 }), input: note.encodeFunctionData("x") }] },
      ],
    });
    assert.equal(used[1].status, "0x1", JSON.stringify(used[1].error));
    assert.equal(later[0].returnData, word(8n));
    assert.equal(await fresh.ask("eth_getCode", address, "latest"), "0x");
    // The module is still unknown to the chain: the deployment costs what it costs the first time.
    const gas = BigInt(await fresh.ask("eth_estimateGas", { from: fresh.accounts[0], data: creationOfNote(1n) }));
    const again = await client();
    assert.equal(gas, BigInt(await again.ask("eth_estimateGas", { from: again.accounts[0], data: creationOfNote(1n) })));
  });

  it("refuses what could not be mined, with the specification's codes", async () => {
    const calls = (call: Json, more: Json = {}): Json => ({ blockStateCalls: [{ calls: [{ from: RICH, to: NEXT, ...call }], ...more }] });
    const block = (...numbers: Json[]): Json => ({ blockStateCalls: numbers.map((blockOverrides) => ({ blockOverrides })) });
    const newest = await c.ask("eth_getBlockByNumber", "latest", false);
    const now = Number(newest.timestamp);
    const cases: readonly [number, RegExp, Json][] = [
      [-38014, /insufficient funds for gas \* price \+ value: .* have 0 want 1000/, calls({ value: "0x3e8" })],
      [-38012, /max fee per gas less than block base fee: .*maxFeePerGas: 0, baseFee: \d+/, { ...calls({}), validation: true }],
      [-38010, /nonce too low/, { ...calls({ from: c.accounts[0], nonce: "0x0", maxFeePerGas: "0x77359400", gas: "0x5208" }), validation: true }],
      [-38011, /nonce too high/, { ...calls({ from: c.accounts[0], nonce: "0x9", maxFeePerGas: "0x77359400", gas: "0x5208" }), validation: true }],
      [-38013, /intrinsic gas too low: have 0, want 21000/, calls({ gas: "0x0" })],
      [-38015, /block gas limit reached/, calls({ gas: "0x1c9c381" })],
      [-38020, /block numbers must be in order: 144 <= 154/, block({ number: "0x9a" }, { number: "0x90" })],
      [-38020, /block numbers must be in order: 1 <= 1/, block({ number: "0x1" })],
      [-38021, /block timestamps must be in order/, block({ time: `0x${now.toString(16)}` })],
      [-38021, /block timestamps must be in order/, block({ time: "0x77777777" }, { time: "0x77777777" })],
      [-38026, /too many blocks/, block({ number: "0x200" })],
      [-38026, /too many blocks/, { blockStateCalls: Array.from({ length: 257 }, () => ({})) }],
      [-38026, /too many calls/, { blockStateCalls: [{ calls: Array.from({ length: 1001 }, () => ({})) }] }],
      [-32602, /blockStateCalls: an array/, {}],
      [-32602, /blockStateCalls: at least one/, { blockStateCalls: [] }],
      [-32602, /blockStateCalls\[0\]: an object/, { blockStateCalls: [1] }],
      [-32602, /blockStateCalls\[0\]\.calls\[0\]: an object/, { blockStateCalls: [{ calls: ["x"] }] }],
      [-32602, /validation: true or false/, { blockStateCalls: [{}], validation: 1 }],
      [-32602, /"beaconRoot" cannot be overridden/, block({ beaconRoot: word(1n) })],
      [-32602, /blockOverrides\.time: a quantity/, block({ time: "soon" })],
      [-32602, /withdrawals/, block({ withdrawals: [{}] })],
      [-32602, /override\.movePrecompileToAddress/, { blockStateCalls: [{ stateOverrides: { [RICH]: { movePrecompileToAddress: NEXT } } }] }],
      [-32602, /EVM bytecode does not run here/, { blockStateCalls: [{ stateOverrides: { [RICH]: { code: "0x6001" } } }] }],
      [-32602, /maxPriorityFeePerGas: 2 is higher/, calls({ maxFeePerGas: "0x1", maxPriorityFeePerGas: "0x2" })],
      [-32602, /chainId/, calls({ chainId: "0x1" })],
    ];
    for (const [code, message, payload] of cases) {
      const [got, text] = await refused(payload);
      assert.match(text, message);
      assert.equal(got, code, text);
    }
    assert.deepEqual(await refused({ blockStateCalls: [{}] }, "0x99"), [-32000, "header not found"]);
    assert.equal((await c.fail("eth_simulateV1")).code, -32602);
  });

  it("bounds the gas of a whole simulation", async () => {
    const small = await client({}, { simulationGas: 50_000 });
    const call = { from: RICH, to: NEXT };
    const [{ calls }] = await small.ask("eth_simulateV1", { blockStateCalls: [{ calls: [call, call] }] });
    assert.equal(calls.length, 2);
    assert.equal((await small.fail("eth_simulateV1", { blockStateCalls: [{ calls: [{ ...call, gas: "0xc351" }] }] })).code, -38026);
    assert.equal((await small.fail("eth_simulateV1", { blockStateCalls: [{ calls: [call, call, call] }] })).code, -38013);
  });

  it("follows calls deeper than this thread's stack", async () => {
    const data = desk.encodeFunctionData("dig", [200n]);
    const [{ calls }] = await c.ask("eth_simulateV1", { blockStateCalls: [{ calls: [{ from: RICH, to: at, input: data }] }], traceTransfers: true });
    assert.equal(calls[0].returnData, word(201n));
  });
});

describe("overrides", () => {
  const call = async (method: string, data: string, state: Json, block?: Json): Promise<Json> =>
    c.ask(method, { from: RICH, to: at, data }, "latest", state, ...(block === undefined ? [] : [block]));

  it("of blocks reach eth_call, eth_estimateGas and eth_createAccessList", async () => {
    const place = desk.encodeFunctionData("place");
    const seen = desk.decodeFunctionResult(
      "place",
      await call("eth_call", place, {}, { number: "0x1000", time: "0x9", coinbase: NEXT, baseFee: "0x3", random: "0x8", gasLimit: "0x99" }),
    );
    assert.deepEqual([...seen].slice(0, 6), [4096n, 9n, NEXT, 3n, 8n, 153n]);
    await call("eth_estimateGas", place, {}, { number: "0x1000" });
    await call("eth_createAccessList", place, {}, { number: "0x1000" });
    const error = await c.fail("eth_call", { to: at, data: place }, "latest", {}, { mood: "0x1" });
    assert.deepEqual([error.code, error.message], [-32602, 'blockOverrides: "mood" cannot be overridden']);
  });

  it("of accounts replace storage whole or in part", async () => {
    const calls = desk.encodeFunctionData("calls");
    await c.send(at, desk.encodeFunctionData("keep", [1n]));
    const slot = word(2n);
    assert.equal(await call("eth_call", calls, { [at]: { stateDiff: { [slot]: word(7n) } } }), word(7n));
    assert.equal(await call("eth_call", calls, { [at]: { state: { [word(9n)]: word(7n) } } }), word(0n));
    assert.notEqual(await call("eth_call", calls, { [at]: { stateDiff: { [word(9n)]: word(7n) } } }), word(0n));
    assert.equal(await call("eth_call", calls, { [at]: { balance: "0x1" } }), word(1n));
  });

  it("of precompiled contracts' code are refused: they would have no effect", async () => {
    const code = await c.ask("eth_getCode", at, "latest");
    const error = await c.fail("eth_call", { to: at, data: "0x" }, "latest", { "0x0000000000000000000000000000000000000001": { code } });
    assert.equal(error.code, -32602);
    assert.match(error.message, /precompiled contract/);
  });
});
