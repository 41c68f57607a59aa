/** debug_trace* and trace_*: what ran, in the shapes of go-ethereum, OpenEthereum and anvil. */
import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import { Interface } from "ethers";
import { compile } from "../../../../index.js";
import { client, creationOfNote, desk, DESK_CREATION, type Client, type Json } from "./client.js";

const HEIR = "0x00000000000000000000000000000000000000aa";
const NOBODY = "0xc000000000000000000000000000000000000000";

let c: Client;
let at: string;
let creation: string;
const hashes: Record<string, string> = {};

before(async () => {
  c = await client();
  at = await c.deploy(DESK_CREATION, "0x9");
  creation = (await c.ask("eth_getBlockByNumber", "latest", false)).transactions[0];
  const send = async (name: string, args: unknown[], value = "0x0"): Promise<void> => {
    hashes[name] = await c.send(at, desk.encodeFunctionData(name, args), { gas: "0x200000", value });
  };
  await send("write", [3n], "0x2");
  await send("nope", []);
  await send("spin", []);
  await send("passAndEnd", [HEIR], "0x5");
  await send("tryNote", []);
});

const trace = (name: string): Promise<Json> => c.ask("trace_transaction", hashes[name]);
const receipt = (hash: string): Promise<Json> => c.ask("eth_getTransactionReceipt", hash);

describe("trace_transaction", () => {
  it("lists calls and creations with their places", async () => {
    const [call, made, ...rest] = await trace("write");
    assert.equal(rest.length, 0);
    const mined = await receipt(hashes.write!);
    const where = { blockHash: mined.blockHash, blockNumber: 2, transactionHash: hashes.write, transactionPosition: 0 };
    const address = `0x${call.result.output.slice(26)}`;
    const intrinsic = 21_000 + 16 * 5 + 4 * 31;
    assert.deepEqual(call, {
      ...where,
      type: "call",
      action: { callType: "call", from: c.accounts[0], to: at, gas: `0x${(0x200000 - intrinsic).toString(16)}`, value: "0x2", input: desk.encodeFunctionData("write", [3n]) },
      result: { gasUsed: `0x${(Number(mined.gasUsed) - intrinsic).toString(16)}`, output: call.result.output },
      subtraces: 1,
      traceAddress: [],
    });
    assert.deepEqual([made.type, made.action.from, made.action.value, made.action.creationMethod, made.traceAddress], ["create", at, "0x2", "create", [0]]);
    assert.deepEqual([made.result.address, made.result.code], [address, await c.ask("eth_getCode", address, "latest")]);
  });

  it("tells reverts from other failures", async () => {
    const [reverted] = await trace("nope");
    assert.equal(reverted.error, "Reverted");
    assert.equal(reverted.result.output, desk.encodeErrorResult("Error", ["never"]));
    const [exhausted] = await trace("spin");
    assert.deepEqual([exhausted.error, exhausted.result], ["Out of gas", null]);
    const [outer, inner] = await trace("tryNote");
    assert.equal(outer.error, undefined);
    assert.deepEqual([inner.error, inner.action.callType, inner.traceAddress], ["Reverted", "staticcall", [0]]);
  });

  it("shows accounts that destroy themselves", async () => {
    const traces = await trace("passAndEnd");
    assert.deepEqual(
      traces.map((one: { type: string; traceAddress: number[]; subtraces: number }) => [one.type, one.traceAddress, one.subtraces]),
      [
        ["call", [], 2],
        ["create", [0], 0],
        ["call", [1], 1],
        ["suicide", [1, 0], 0],
      ],
    );
    const [, made, , end] = traces;
    assert.deepEqual(end.action, { address: made.result.address, refundAddress: HEIR, balance: "0x5" });
    assert.equal(end.result, null);
    const { calls } = await c.ask("debug_traceTransaction", hashes.passAndEnd, { tracer: "callTracer" });
    assert.deepEqual(calls[1].calls, [{ type: "SELFDESTRUCT", from: made.result.address, to: HEIR, value: "0x5", gas: "0x0", gasUsed: "0x0", input: "0x" }]);
  });

  it("charges a deployment for its modules as the block did", async () => {
    const mined = await receipt(creation);
    const [made] = await c.ask("trace_transaction", creation);
    assert.equal(Number(made.result.gasUsed), Number(mined.gasUsed) - 53_000);
    assert.deepEqual([made.result.address, made.action.value], [at, "0x9"]);
    const { pre, post } = await c.ask("debug_traceTransaction", creation, { tracer: "prestateTracer", tracerConfig: { diffMode: true } });
    const sender = c.accounts[0]!;
    assert.equal(BigInt(pre[sender].balance) - BigInt(post[sender].balance), 9n + BigInt(mined.gasUsed) * BigInt(mined.effectiveGasPrice));
    // Also of one that comes after it in the same block.
    const own = await client();
    await own.ask("evm_setAutomine", false);
    const first = await own.ask("eth_sendTransaction", { from: own.accounts[0], data: DESK_CREATION, gas: "0x400000" });
    const second = await own.ask("eth_sendTransaction", { from: own.accounts[0], to: HEIR, value: "0x1", gas: "0x5208" });
    await own.ask("evm_mine");
    const { gasUsed, effectiveGasPrice } = await own.ask("eth_getTransactionReceipt", first);
    const state = await own.ask("debug_traceTransaction", second, { tracer: "prestateTracer" });
    const funds = BigInt(await own.ask("eth_getBalance", own.accounts[0], "0x0"));
    assert.equal(BigInt(state[own.accounts[0]!].balance), funds - BigInt(gasUsed) * BigInt(effectiveGasPrice));
  });

  it("knows nothing of what was not mined", async () => {
    assert.deepEqual(await c.ask("trace_transaction", `0x${"ab".repeat(32)}`), []);
    assert.deepEqual(await c.ask("trace_block", "0x999"), []);
    assert.deepEqual(await c.ask("trace_block", "0x0"), []);
    assert.equal((await c.fail("trace_transaction", "0x12")).code, -32602);
  });
});

describe("trace_block, trace_get and trace_filter", () => {
  it("give the traces of a block, and one of them", async () => {
    assert.deepEqual(await c.ask("trace_block", "0x5"), await trace("passAndEnd"));
    assert.deepEqual(await c.ask("trace_get", hashes.passAndEnd, ["0x1", "0x0"]), (await trace("passAndEnd"))[3]);
    assert.equal(await c.ask("trace_get", hashes.passAndEnd, ["0x7"]), null);
  });

  it("select by addresses and pages", async () => {
    const all = await c.ask("trace_filter", { fromBlock: "0x1", toBlock: "latest" });
    const everything = (await Promise.all([1, 2, 3, 4, 5, 6].map((n) => c.ask("trace_block", `0x${n}`)))).flat();
    assert.deepEqual(all, everything);
    assert.deepEqual(await c.ask("trace_filter", { after: 2, count: 3 }), everything.slice(2, 5));
    const texts = Array.from<Json, string>(all, (known) => JSON.stringify(known));
    const of = async (filter: Json): Promise<number[]> => ((await c.ask("trace_filter", filter)) as Json[]).map((one) => texts.indexOf(JSON.stringify(one)));
    const heir = await of({ toAddress: [HEIR] });
    assert.equal(heir.length, 1);
    assert.equal(all[heir[0]!].type, "suicide");
    const made = await of({ fromAddress: [at] });
    assert.ok(made.length >= 4);
    const union = await of({ fromAddress: [at], toAddress: [HEIR] });
    assert.deepEqual(
      union,
      [...new Set([...made, ...heir])].sort((a, b) => a - b),
    );
    assert.deepEqual(await of({ fromAddress: [at], toAddress: [HEIR], mode: "intersection" }), []);
    assert.deepEqual(await of({ fromBlock: "0x5", toBlock: "0x2" }), []);
  });

  it("are bounded", async () => {
    const small = await client({}, { traceBlocks: 2, logResults: 1 });
    for (let i = 0; i < 3; i++) await small.send(HEIR, "0x", { value: "0x1" });
    assert.equal((await small.fail("trace_filter", {})).code, -32005);
    assert.equal((await small.fail("trace_filter", { fromBlock: "0x2", toBlock: "0x3" })).code, -32005);
    assert.equal((await small.ask("trace_filter", { fromBlock: "0x2", toBlock: "0x3", count: 1 })).length, 1);
    for (const filter of [{ mode: "some" }, { fromAddress: "0x1" }, { toAddress: ["0x1"] }, { after: "x" }, { fromBlock: [] }, 7])
      assert.equal((await small.fail("trace_filter", filter)).code, -32602, JSON.stringify(filter));
  });
});

describe("trace_call and trace_replay*", () => {
  it("show calls and what they would change", async () => {
    const data = desk.encodeFunctionData("keep", [1n]);
    const { output, trace: traces, stateDiff, vmTrace } = await c.ask("trace_call", { from: NOBODY, to: at, data }, ["trace", "stateDiff"], "latest");
    assert.deepEqual([output, vmTrace], ["0x", null]);
    assert.equal(traces.length, 1);
    assert.equal(traces[0].blockHash, undefined);
    assert.deepEqual(stateDiff[NOBODY], { balance: { "+": "0x0" }, nonce: { "+": "0x1" }, code: { "+": "0x" }, storage: {} });
    const { balance, nonce, code, storage } = stateDiff[at];
    assert.deepEqual([balance, nonce, code], ["=", "=", "="]);
    assert.equal(Object.keys(storage).length, 2);
    for (const change of Object.values<Json>(storage)) assert.equal(BigInt(change["*"].to) - BigInt(change["*"].from), 1n);
    const failed = await c.ask("trace_call", { from: NOBODY, to: at, data: desk.encodeFunctionData("nope") }, ["trace"], "latest");
    assert.deepEqual([failed.trace[0].error, failed.stateDiff], ["Reverted", null]);
    const assumed = await c.ask("trace_call", { to: at, data: desk.encodeFunctionData("place") }, [], "latest", {}, { number: "0x77" });
    assert.equal(desk.decodeFunctionResult("place", assumed.output).number, 0x77n);
  });

  it("run mined transactions again", async () => {
    const replayed = await c.ask("trace_replayTransaction", hashes.passAndEnd, ["trace", "stateDiff"]);
    assert.equal(replayed.trace.length, 4);
    assert.deepEqual(replayed.stateDiff[HEIR].balance, { "+": "0x5" });
    assert.deepEqual(await c.ask("trace_replayBlockTransactions", "0x5", ["trace", "stateDiff"]), [{ ...replayed, transactionHash: hashes.passAndEnd }]);
  });

  it("let later calls see what earlier ones did", async () => {
    const call = { from: NOBODY, to: at, data: desk.encodeFunctionData("keep", [1n]) };
    const calls = { from: NOBODY, to: at, data: desk.encodeFunctionData("calls") };
    const answers = await c.ask("trace_callMany", [
      [calls, ["trace"]],
      [call, []],
      [calls, []],
    ]);
    assert.equal(BigInt(answers[2].output) - BigInt(answers[0].output), 1n);
  });

  it("refuse what they cannot tell", async () => {
    const call = { to: at };
    for (const params of [[call, ["vmTrace"]], [call, ["x"]], [call], [7, []], [call, [], "latest", 7]])
      assert.equal((await c.fail("trace_call", ...params)).code, -32602, JSON.stringify(params));
    assert.equal((await c.fail("trace_callMany", [[call]])).code, -32602);
    assert.equal((await c.fail("trace_replayTransaction", `0x${"ab".repeat(32)}`, [])).code, -32000);
  });
});

describe("debug_traceCall", () => {
  it("takes overrides of state and block", async () => {
    const call = { from: NOBODY, to: at, data: desk.encodeFunctionData("place") };
    const { output } = await c.ask("debug_traceCall", call, "latest", { tracer: "callTracer", blockOverrides: { time: "0x7" }, stateOverrides: {} });
    assert.equal(desk.decodeFunctionResult("place", output).time, 7n);
    const paid = { from: NOBODY, to: HEIR, value: "0x5" };
    const moved = await c.ask("debug_traceCall", paid, "latest", { tracer: "callTracer", stateOverrides: { [NOBODY]: { balance: "0x5" } } });
    assert.equal(moved.error, undefined);
    assert.match((await c.ask("debug_traceCall", paid, "latest", { tracer: "callTracer" })).error, /insufficient balance/);
    assert.equal((await c.fail("debug_traceCall", call, "latest", { blockOverrides: 1 })).code, -32602);
  });

  it("charges no fee where the call names no price", async () => {
    const { pre, post } = await c.ask("debug_traceCall", { from: c.accounts[0], to: HEIR, value: "0x5" }, "latest", { tracer: "prestateTracer", tracerConfig: { diffMode: true } });
    assert.deepEqual(Object.keys(post).sort(), [HEIR, c.accounts[0]].sort());
    assert.equal(BigInt(pre[c.accounts[0]!].balance) - BigInt(post[c.accounts[0]!].balance), 5n);
  });

  it("counts the whole transaction at the root, as go-ethereum does", async () => {
    const call = { from: c.accounts[0], to: at, data: desk.encodeFunctionData("keep", [4n]), gas: "0x30000" };
    const { gas, gasUsed } = await c.ask("debug_traceCall", call, "latest", { tracer: "callTracer" });
    const plain = await c.ask("debug_traceCall", call, "latest");
    const mined = await receipt(await c.send(at, call.data, { gas: call.gas }));
    assert.deepEqual([gas, gasUsed, plain.gas], [call.gas, mined.gasUsed, Number(mined.gasUsed)]);
  });

  it("shows logs where they were emitted, and none that were undone", async () => {
    const options = { tracer: "callTracer", tracerConfig: { withLog: true } };
    const pass = { from: c.accounts[0], to: at, value: "0x1", data: desk.encodeFunctionData("pass", [HEIR]) };
    const { logs, calls } = await c.ask("debug_traceCall", pass, "latest", options);
    const kept = (n: bigint): object => ({ address: at, ...desk.encodeEventLog("Kept", [HEIR, n]) });
    assert.deepEqual(logs, [
      { ...kept(1n), position: "0x0", index: "0x0" },
      { ...kept(2n), position: "0x1", index: "0x1" },
    ]);
    assert.equal(calls[0].logs, undefined);
    assert.equal((await c.ask("debug_traceCall", pass, "latest", { tracer: "callTracer" })).logs, undefined);
    // The transfer back to the desk fails after the first log.
    const refused = await c.ask("debug_traceCall", { ...pass, data: desk.encodeFunctionData("pass", [at]) }, "latest", options);
    assert.deepEqual([refused.error, refused.logs], ["execution reverted", undefined]);
    const deep = await c.ask("debug_traceCall", { from: c.accounts[0], to: at, data: desk.encodeFunctionData("dig", [200n]) }, "latest", options);
    assert.equal(deep.error, undefined);
  });

  it("follows calls deeper than this thread's stack", async () => {
    let { calls } = await c.ask("debug_traceCall", { to: at, data: desk.encodeFunctionData("dig", [200n]) }, "latest", { tracer: "callTracer" });
    let depth = 0;
    for (; calls; depth++) [{ calls }] = calls;
    assert.equal(depth, 200);
  });
});

describe("tracers", () => {
  const traced = (name: string, tracer: string, tracerConfig?: object): Promise<Json> =>
    c.ask("debug_traceTransaction", hashes[name], { tracer, ...(tracerConfig && { tracerConfig }) });

  it("give nothing, where that is asked for", async () => {
    assert.deepEqual(await traced("write", "noopTracer"), {});
    assert.deepEqual(await c.ask("debug_traceBlockByNumber", "0x2", { tracer: "noopTracer", tracerConfig: {} }), [{ txHash: hashes.write, result: {} }]);
  });

  it("count which functions were called", async () => {
    const selector = (name: string, args: number): string => `${desk.getFunction(name)!.selector}-${32 * args}`;
    const data = desk.encodeFunctionData("dig", [2n]);
    assert.deepEqual(await c.ask("debug_traceCall", { to: at, data }, "latest", { tracer: "4byteTracer" }), { [selector("dig", 1)]: 3 });
    // Neither the creation nor the account's destruction counts.
    const ended = await traced("passAndEnd", "4byteTracer");
    assert.deepEqual([ended[selector("passAndEnd", 1)], Object.values(ended)], [1, [1, 1]]);
    assert.deepEqual(Object.keys(ended), Object.keys(ended).sort());
    assert.deepEqual(await c.ask("debug_traceTransaction", creation, { tracer: "4byteTracer" }), {});
    const precompile = { to: "0x0000000000000000000000000000000000000004", data: "0x0102030405" };
    assert.deepEqual(await c.ask("debug_traceCall", precompile, "latest", { tracer: "4byteTracer" }), {});
    assert.deepEqual(await c.ask("debug_traceCall", { to: at, data: "0x010203" }, "latest", { tracer: "4byteTracer" }), {});
  });

  it("flatten calls as trace_* does, with go-ethereum's gas and errors", async () => {
    const [root, ...below] = await trace("passAndEnd");
    const mined = await receipt(hashes.passAndEnd!);
    for (const one of below) {
      delete one.action.creationMethod;
      if (one.result === null) delete one.result;
    }
    const whole = { ...root, action: { ...root.action, gas: "0x200000" }, result: { ...root.result, gasUsed: mined.gasUsed } };
    assert.deepEqual(await traced("passAndEnd", "flatCallTracer"), [whole, ...below]);
    assert.deepEqual(await c.ask("debug_traceBlockByNumber", "0x5", { tracer: "flatCallTracer" }), [{ txHash: hashes.passAndEnd, result: [whole, ...below] }]);

    const [reverted] = await traced("nope", "flatCallTracer");
    const output = desk.encodeErrorResult("Error", ["never"]);
    assert.deepEqual([reverted.error, reverted.result], ["execution reverted", { gasUsed: (await receipt(hashes.nope!)).gasUsed, output }]);
    const [exhausted] = await traced("spin", "flatCallTracer");
    assert.deepEqual([exhausted.error, "result" in exhausted], ["out of gas", false]);
    const inOtherWords = await Promise.all(["nope", "spin"].map((name) => traced(name, "flatCallTracer", { convertParityErrors: true })));
    assert.deepEqual(
      inOtherWords.map(([one]) => one.error as unknown),
      ["Reverted", "Out of gas"],
    );

    const [call] = await c.ask("debug_traceCall", { to: at, data: desk.encodeFunctionData("calls") }, "latest", { tracer: "flatCallTracer" });
    const height = Number(await c.ask("eth_blockNumber"));
    assert.deepEqual([call.blockHash, call.blockNumber, call.transactionHash, call.transactionPosition, call.error], [null, height, null, 0, undefined]);
  });

  it("show what a reverted creation gave in the place of its code", async () => {
    const dear = { from: c.accounts[0], data: creationOfNote(1n).slice(0, -64), gas: "0x200000" };
    const [made] = await c.ask("debug_traceCall", dear, "latest", { tracer: "flatCallTracer" });
    assert.deepEqual([made.type, made.error, made.result.code, "output" in made.result, "address" in made.result], ["create", "execution reverted", "0x", false, false]);
  });

  it("leave out precompiled contracts unless they are asked for", async () => {
    const source = `pragma solidity ^0.8.20; contract Hash {
      function both(bytes memory x) external view returns (bytes32 a) { this.again(); a = sha256(x); this.again(); }
      function again() external view {} }`;
    const { artifacts } = await compile({ sources: { "Hash.sol": { content: source } }, targets: ["supervm"] });
    const own = await client();
    const to = await own.deploy(artifacts.Hash!.targets.supervm!.bytecode as string);
    const data = new Interface(artifacts.Hash!.abi).encodeFunctionData("both", ["0x1234"]);
    const shown = async (includePrecompiles: boolean): Promise<unknown[][]> =>
      ((await own.ask("debug_traceCall", { to, data }, "latest", { tracer: "flatCallTracer", tracerConfig: { includePrecompiles } })) as Json[]).map((one) => [
        BigInt(one.action.to),
        one.subtraces as unknown,
        one.traceAddress as unknown,
      ]);
    const hash = BigInt(to);
    const [first, last] = [hash, hash].map((address, i) => [address, 0, [i]]);
    assert.deepEqual(await shown(false), [[hash, 2, []], first, last]);
    assert.deepEqual(await shown(true), [[hash, 3, []], first, [2n, 0, [1]], [hash, 0, [2]]]);
    own.close();
  });

  it("leave out code and storage where nobody wants them", async () => {
    const all = await traced("write", "prestateTracer");
    assert.ok(all[at].code.length > 2 && Object.keys(all[at].storage).length > 0);
    const { code, storage, ...rest } = all[at];
    assert.deepEqual((await traced("write", "prestateTracer", { disableCode: true }))[at], { ...rest, storage });
    assert.deepEqual((await traced("write", "prestateTracer", { disableStorage: true }))[at], { ...rest, code });
  });

  it("run several at once", async () => {
    const config = { callTracer: { onlyTopCall: true }, prestateTracer: { diffMode: true }, flatCallTracer: null, "4byteTracer": {}, noopTracer: {} };
    const answers = await traced("write", "muxTracer", config);
    assert.deepEqual(Object.keys(answers), Object.keys(config));
    for (const [name, own] of Object.entries(config)) assert.deepEqual(answers[name], await traced("write", name, own ?? undefined), name);
    assert.deepEqual(await traced("write", "muxTracer"), {});
  });

  it("that are not there are refused, as are options", async () => {
    for (const options of [
      { tracer: "keccak256PreimageTracer" },
      { tracer: "toString" },
      { tracer: "{step: function() {}}" },
      { tracer: 7 },
      { tracer: "callTracer", tracerConfig: { deep: true } },
      { tracer: "callTracer", tracerConfig: { withLog: "yes" } },
      { tracer: "callTracer", tracerConfig: "withLog" },
      { tracer: "4byteTracer", tracerConfig: { withLog: true } },
      { tracer: "noopTracer", tracerConfig: [] },
      { tracer: "flatCallTracer", tracerConfig: { diffMode: true } },
      { tracer: "muxTracer", tracerConfig: { some: {} } },
      { tracer: "muxTracer", tracerConfig: { muxTracer: {} } },
      { tracer: "muxTracer", tracerConfig: { callTracer: { diffMode: true } } },
    ])
      for (const [method, ...params] of [
        ["debug_traceTransaction", hashes.write],
        ["debug_traceBlockByNumber", "0x2"],
        ["debug_traceCall", { to: at }, "latest"],
      ] as const) {
        const { code, message } = await c.fail(method, ...params, options);
        assert.deepEqual([code, /^tracer(Config)?[.:]/.test(message)], [-32602, true], `${JSON.stringify(options)}: ${message}`);
      }
  });
});
