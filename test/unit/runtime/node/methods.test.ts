/** Methods that tools know from anvil, Hardhat, go-ethereum and Otterscan; and that docs/node.md names exactly those that are there. */
import assert from "node:assert/strict";
import fs from "node:fs";
import zlib from "node:zlib";
import { before, describe, it } from "node:test";
import { encodeRlp, getBytes, keccak256, Transaction, verifyTypedData } from "ethers";
import { compile } from "../../../../index.js";
import { precompile } from "../../../../machine/precompiles.js";
import { client, desk, DESK_CREATION, type Client, type Json } from "./client.js";

const TO = "0x00000000000000000000000000000000000000aa";
const word = (value: bigint): string => `0x${value.toString(16).padStart(64, "0")}`;

let c: Client;
let at: string;
let sender: string;

before(async () => {
  c = await client();
  sender = c.accounts[0]!;
  at = await c.deploy(DESK_CREATION);
  await c.send(at, desk.encodeFunctionData("passAndEnd", [TO]), { value: "0x5", gas: "0x200000" });
  await c.send(at, desk.encodeFunctionData("nope"), { gas: "0x30000" });
});

describe("docs/node.md", () => {
  it("names the methods that there are", () => {
    const text = fs.readFileSync("docs/node.md", "utf8");
    const section = text.slice(text.indexOf("## Methods"), text.indexOf("## Errors"));
    const table = section.split("\n").filter((line) => line.startsWith("|"));
    const named = table.flatMap((line) => [...line.matchAll(/`([a-z0-9]+_\w+)`/g)].map((match) => match[1]!));
    assert.equal(new Set(named).size, named.length, "each once");
    // Subscriptions are the WebSocket's.
    assert.deepEqual([...named].sort(), [...c.methods, "eth_subscribe", "eth_unsubscribe"].sort());
  });
});

describe("what is in bytes", () => {
  it("hashes to what the chain says", async () => {
    const block = await c.ask("eth_getBlockByNumber", "0x2", true);
    assert.equal(keccak256(await c.ask("debug_getRawHeader", "0x2")), block.hash);
    const [transaction] = block.transactions;
    const raw = await c.ask("debug_getRawTransaction", transaction.hash);
    assert.equal(Transaction.from(raw).hash, transaction.hash);
    assert.deepEqual(await c.ask("debug_getRawTransactions", "0x2"), [raw]);
    assert.equal(await c.ask("eth_getRawTransactionByBlockNumberAndIndex", "0x2", "0x0"), raw);
    assert.equal(await c.ask("eth_getRawTransactionByBlockHashAndIndex", block.hash, "0x0"), raw);
    assert.equal(await c.ask("eth_getRawTransactionByBlockNumberAndIndex", "0x2", "0x1"), null);
    assert.equal(await c.ask("eth_getRawTransactionByBlockNumberAndIndex", "0x77", "0x0"), null);
    assert.equal(await c.ask("eth_getRawTransactionByBlockHashAndIndex", word(7n), "0x0"), null);
    const [receipt] = await c.ask("debug_getRawReceipts", "0x2");
    assert.equal(keccak256(encodeRlp(["0x2080", receipt])), block.receiptsRoot);
    const whole = await c.ask("debug_getRawBlock", "0x2");
    assert.equal((whole.length - 2) / 2, Number(block.size));
    assert.ok(whole.includes(raw.slice(2)) && whole.includes((await c.ask("debug_getRawHeader", "0x2")).slice(2)));
    assert.equal((await c.fail("debug_getRawHeader", "0x77")).code, -32000);
  });
});

describe("eth_config", () => {
  it("tells what the fork has, by EIP-7910's names", async () => {
    const { current, next, last } = await c.ask("eth_config");
    assert.deepEqual([next, last, current.activationTime, current.chainId, current.systemContracts], [null, null, 0, "0x7a69", {}]);
    const there = Array.from({ length: 0x100 }, (_, i) => BigInt(i + 1)).filter((number) => precompile(number));
    assert.deepEqual(Object.values<string>(current.precompiles).map(BigInt), there);
    assert.equal(current.precompiles.P256VERIFY, "0x0000000000000000000000000000000000000100");
    // A file in gzip's format ends with the checksum of its content.
    const { hash } = await c.ask("eth_getBlockByNumber", "0x0", false);
    assert.equal(Number(current.forkId), zlib.gzipSync(getBytes(hash)).readUInt32LE(zlib.gzipSync(getBytes(hash)).length - 8));
    assert.equal(current.forkId.length, 10);
    assert.equal((await c.fail("eth_config", "0x1")).code, -32602);
  });
});

describe("accounts and transactions", () => {
  it("are found and told whole", async () => {
    const proof = await c.ask("eth_getProof", at, [], "latest");
    assert.deepEqual(await c.ask("eth_getAccount", at, "latest"), { nonce: proof.nonce, balance: proof.balance, storageRoot: proof.storageHash, codeHash: proof.codeHash });
    assert.deepEqual(await c.ask("eth_getAccountInfo", at, "latest"), { nonce: "0x2", balance: "0x0", code: await c.ask("eth_getCode", at, "latest") });
    assert.deepEqual(await c.ask("eth_getStorageValues", { [at]: [word(0n), word(2n)] }, "latest"), {
      [at]: [await c.ask("eth_getStorageAt", at, "0x0", "latest"), await c.ask("eth_getStorageAt", at, "0x2", "latest")],
    });
    const second = (await c.ask("eth_getBlockByNumber", "0x2", true)).transactions[0];
    assert.deepEqual(await c.ask("eth_getTransactionBySenderAndNonce", sender, "0x1"), second);
    assert.equal(await c.ask("eth_getTransactionBySenderAndNonce", sender, "0x77"), null);
    assert.equal(await c.ask("ots_getTransactionBySenderAndNonce", sender, "0x1"), second.hash);
    for (const params of [["0x1", "0x1"], [sender], [sender, "x"]]) assert.equal((await c.fail("eth_getTransactionBySenderAndNonce", ...params)).code, -32602);
    for (const params of [[7], [{ [at]: "0x1" }], [{ x: [] }], [{ [at]: new Array(1025).fill("0x0") }]])
      assert.equal((await c.fail("eth_getStorageValues", ...params)).code, -32602);
    assert.equal(await c.ask("eth_networkId"), "31337");
    assert.deepEqual(await c.ask("erigon_getHeaderByNumber", "0x1"), await c.ask("eth_getHeaderByNumber", "0x1"));
  });

  it("that wait are told by sender, and taken out by sender", async () => {
    const own = await client();
    const [a, b] = own.accounts as [string, string];
    await own.ask("evm_setAutomine", false);
    for (const from of [a, a, b]) await own.ask("eth_sendTransaction", { from, to: TO, gas: "0x5208" });
    assert.deepEqual(Object.keys((await own.ask("txpool_contentFrom", a)).pending), ["0", "1"]);
    assert.deepEqual(await own.ask("txpool_contentFrom", TO), { pending: {}, queued: {} });
    assert.equal((await own.ask("eth_getTransactionBySenderAndNonce", a, "0x1")).blockHash, null);
    await own.ask("anvil_removePoolTransactions", a);
    assert.deepEqual(await own.ask("txpool_status"), { pending: "0x1", queued: "0x0" });
    await own.ask("hardhat_dropAllTransactions");
    assert.deepEqual(await own.ask("txpool_status"), { pending: "0x0", queued: "0x0" });
  });

  it("say when they were mined, as anvil does", async () => {
    const own = await client();
    const place = await own.deploy(DESK_CREATION);
    const hash = await own.send(place, desk.encodeFunctionData("keep", [1n]));
    const { timestamp } = await own.ask("eth_getBlockByNumber", "latest", false);
    const receipt = await own.ask("eth_getTransactionReceipt", hash);
    assert.equal(receipt.blockTimestamp, Number(timestamp));
    assert.deepEqual([receipt.logs.length, receipt.logs[0].blockTimestamp], [1, timestamp]);
    assert.deepEqual(await own.ask("eth_getBlockReceipts", "latest"), [receipt]);
    assert.deepEqual(await own.ask("eth_getLogs", {}), receipt.logs);
    const transaction = await own.ask("eth_getTransactionByHash", hash);
    assert.equal(transaction.blockTimestamp, timestamp);
    assert.deepEqual((await own.ask("eth_getBlockByNumber", "latest", true)).transactions, [transaction]);
    await own.ask("evm_setAutomine", false);
    const waiting = await own.ask("eth_getTransactionByHash", await own.send(TO, "0x", { gas: "0x5208" }));
    assert.deepEqual([waiting.blockNumber, "blockTimestamp" in waiting], [null, false]);
    own.close();
  });

  it("are answered with their receipts where that is asked for", async () => {
    const own = await client();
    const receipt = await own.ask("eth_sendTransactionSync", { from: own.accounts[0], to: TO, value: "0x1" });
    assert.deepEqual([receipt.status, receipt.blockNumber], ["0x1", "0x1"]);
    await own.ask("evm_setAutomine", false);
    const raw = await own.ask("eth_signTransaction", { from: own.accounts[0], to: TO, value: "0x1", gas: "0x5208" });
    const waiting = own.ask("eth_sendRawTransactionSync", raw);
    await own.ask("evm_mine");
    assert.equal((await waiting).blockNumber, "0x2");
    const late = await own.fail("eth_sendTransactionSync", { from: own.accounts[0], to: TO, gas: "0x5208" }, 1);
    assert.equal(late.code, 4);
    assert.ok(await own.ask("eth_getTransactionByHash", late.data));
    const cut = own.fail("eth_sendTransactionSync", { from: own.accounts[1], to: TO, gas: "0x5208" });
    own.close();
    assert.match((await cut).message, /stopping/);
  });

  it("are refused in go-ethereum's words, by which clients tell failures apart", async () => {
    const steep = { from: sender, to: TO, maxFeePerGas: "0x77359400", maxPriorityFeePerGas: "0x77359401" };
    for (const method of ["eth_sendTransaction", "eth_signTransaction", "eth_fillTransaction"])
      assert.match((await c.fail(method, steep)).message, /^max priority fee per gas higher than max fee per gas/, method);
    const blobs = { blobVersionedHashes: [word(1n)] };
    const delegation = { authorizationList: [{ chainId: "0x1", address: TO, nonce: "0x0", yParity: "0x0", r: "0x1", s: "0x1" }] };
    for (const method of ["eth_sendTransaction", "eth_call", "eth_estimateGas", "eth_fillTransaction"]) {
      assert.match((await c.fail(method, { from: sender, to: TO, ...blobs })).message, /^transaction type not supported: 3/, method);
      assert.match((await c.fail(method, { from: sender, to: TO, ...delegation })).message, /^transaction type not supported: 4/, method);
    }
    assert.equal(await c.ask("eth_call", { from: sender, to: TO, authorizationList: [], blobs: null }), "0x");
    const dear = { from: sender, to: TO, value: `0x${"f".repeat(32)}` };
    for (const method of ["eth_call", "eth_estimateGas", "eth_createAccessList", "eth_sendTransaction"])
      assert.match((await c.fail(method, dear)).message, /^insufficient funds for gas \* price \+ value/, method);
  });

  it("are filled in without being signed", async () => {
    const { raw, tx } = await c.ask("eth_fillTransaction", { from: sender, to: at, data: desk.encodeFunctionData("keep", [1n]) });
    assert.deepEqual([tx.nonce, tx.from, tx.to, tx.type, tx.r], ["0x3", sender, at, "0x2", "0x0"]);
    assert.equal(BigInt(tx.gas), BigInt(await c.ask("eth_estimateGas", { from: sender, to: at, data: tx.input })));
    assert.ok(raw.startsWith("0x02"));
    assert.equal((await c.fail("eth_fillTransaction", 7)).code, -32602);
  });
});

describe("development methods", () => {
  it("go by the names that anvil, Hardhat, Ganache and Tenderly gave them", async () => {
    const own = await client();
    await own.ask("tenderly_setBalance", TO, "0x5");
    await own.ask("hardhat_addBalance", TO, "0x2");
    assert.equal(await own.ask("eth_getBalance", TO, "latest"), "0x7");
    await own.ask("evm_setAccountNonce", TO, "0x9");
    assert.equal(await own.ask("eth_getTransactionCount", TO, "latest"), "0x9");
    await own.ask("anvil_setNextBlockPrevRandao", word(7n));
    await own.ask("evm_mine");
    assert.equal((await own.ask("eth_getBlockByNumber", "latest", false)).mixHash, word(7n));
    assert.equal(await own.ask("anvil_getGenesisTime"), 1_700_000_000);
    assert.equal(await own.ask("anvil_getIntervalMining"), null);
    await own.ask("evm_setIntervalMining", 9);
    assert.equal(await own.ask("anvil_getIntervalMining"), 9);
    await own.ask("evm_setIntervalMining", 0);
    await own.ask("hardhat_autoImpersonateAccount", true);
    assert.equal((await own.fail("anvil_setMinGasPrice", "0x1")).code, -32602);
    await own.ask("anvil_setBalance", TO, "1000000000000000000001");
    assert.equal(BigInt(await own.ask("eth_getBalance", TO, "latest")), 10n ** 21n + 1n);
    for (const wrong of ["1e18", "-1", "", `1${"0".repeat(78)}`]) assert.equal((await own.fail("anvil_setBalance", TO, wrong)).code, -32602, wrong);
    const { environment } = await own.ask("anvil_nodeInfo");
    assert.equal(environment.gasPrice, await own.ask("eth_gasPrice"));
    own.close();
  });

  it("send for anybody, without a signature", async () => {
    const own = await client();
    await own.ask("anvil_setBalance", TO, "0xde0b6b3a7640000");
    const hash = await own.ask("eth_sendUnsignedTransaction", { from: TO, to: own.accounts[0], value: "0x1" });
    assert.equal((await own.ask("eth_getTransactionReceipt", hash)).from, TO);
    assert.equal((await own.fail("eth_sendUnsignedTransaction", { to: TO })).code, -32602);
    assert.match((await own.fail("eth_sendTransaction", { from: TO, to: TO })).message, /unknown account/);
    own.close();
  });

  it("sign typed data, with types that the message does not need", async () => {
    const domain = { name: "Desk", chainId: "0x7a69" };
    const types = { Line: [{ name: "amount", type: "uint256" }], Order: [{ name: "lines", type: "Line[2][]" }] };
    const message = { lines: [[{ amount: "1" }, { amount: "2" }]] };
    const more = { ...types, EIP712Domain: [{ name: "name", type: "string" }], Other: [{ name: "order", type: "Order" }], Apart: [{ name: "x", type: "bool" }] };
    const typed = { domain, types: more, primaryType: "Order", message };
    for (const given of [typed, JSON.stringify(typed)])
      assert.equal(verifyTypedData(domain, types, message, await c.ask("eth_signTypedData_v4", sender, given)).toLowerCase(), sender);
    for (const wrong of [
      { ...typed, primaryType: "Line" },
      { ...typed, primaryType: "Nothing" },
      { ...typed, primaryType: 7 },
      { ...typed, types: { ...more, Order: 7 } },
      { ...typed, types: {} },
      "{",
      7,
    ])
      assert.equal((await c.fail("eth_signTypedData_v4", sender, wrong)).code, -32602, JSON.stringify(wrong));
    assert.match((await c.fail("eth_signTypedData_v4", TO, typed)).message, /unknown account/);
  });

  it("roll the chain back", async () => {
    const own = await client();
    const kept = await own.send(TO, "0x", { value: "0x1" });
    const snapshot = await own.ask("evm_snapshot");
    const gone = await own.send(TO, "0x", { value: "0x1" });
    const later = await own.ask("evm_snapshot");
    await own.ask("anvil_rollback");
    assert.equal(await own.ask("eth_getTransactionReceipt", gone), null);
    assert.notEqual(await own.ask("eth_getTransactionReceipt", kept), null);
    assert.equal(await own.ask("eth_getBalance", TO, "latest"), "0x1");
    assert.equal(await own.ask("evm_revert", later), false);
    await own.ask("anvil_rollback", 1);
    assert.equal(await own.ask("eth_blockNumber"), "0x0");
    assert.equal(await own.ask("evm_revert", snapshot), false);
    assert.equal((await own.fail("anvil_rollback", 1)).code, -32602);
    await own.send(TO, "0x", { value: "0x3" });
    assert.equal(await own.ask("eth_getBalance", TO, "latest"), "0x3");
  });

  it("deal tokens, wherever they keep their numbers", async () => {
    const source = `pragma solidity ^0.8.20;
      contract Base { uint a; mapping(address => mapping(address => uint)) public allowance; mapping(address => uint) balances; }
      contract Token is Base { function balanceOf(address who) external view returns (uint) { return a == 0 ? balances[who] : 0; } }
      contract Fixed { function balanceOf(address) external pure returns (uint) { return 1; } }`;
    const { artifacts } = await compile({ sources: { "Token.sol": { content: source } }, targets: ["supervm"] });
    const own = await client();
    const token = await own.deploy(artifacts.Token!.targets.supervm!.bytecode as string);
    const balance = async (): Promise<Json> => own.ask("eth_call", { to: token, data: `0x70a08231${word(BigInt(TO)).slice(2)}` }, "latest");
    for (const amount of [5n, 0n, 2n ** 256n - 1n]) {
      await own.ask("anvil_dealERC20", TO, token, `0x${amount.toString(16)}`);
      assert.equal(await balance(), word(amount));
    }
    await own.ask("anvil_setERC20Allowance", TO, own.accounts[0], token, "0x6");
    assert.equal(await own.ask("eth_call", { to: token, data: `0xdd62ed3e${word(BigInt(TO)).slice(2)}${word(BigInt(own.accounts[0]!)).slice(2)}` }, "latest"), word(6n));
    const fixed = await own.deploy(artifacts.Fixed!.targets.supervm!.bytecode as string);
    assert.match((await own.fail("anvil_dealERC20", TO, fixed, "0x5")).message, /no slot found/);
    assert.equal((await own.fail("anvil_dealERC20", TO, token)).code, -32602);
  });
});

describe("ots_*", () => {
  it("tells an explorer of transactions and blocks", async () => {
    assert.equal(await c.ask("ots_getApiLevel"), 8);
    assert.deepEqual([await c.ask("ots_hasCode", at, "latest"), await c.ask("ots_hasCode", at, "0x0")], [true, false]);
    const [passed, failed] = await Promise.all(["0x2", "0x3"].map(async (n) => (await c.ask("eth_getBlockByNumber", n, false)).transactions[0] as string));
    assert.equal(await c.ask("ots_getTransactionError", failed), desk.encodeErrorResult("Error", ["never"]));
    assert.equal(await c.ask("ots_getTransactionError", passed), "0x");
    const steps = await c.ask("ots_traceTransaction", passed);
    assert.deepEqual(
      steps.map((step: { type: string; depth: number }) => [step.type, step.depth]),
      [
        ["CALL", 0],
        ["CREATE", 1],
        ["CALL", 1],
        ["SELFDESTRUCT", 2],
      ],
    );
    const made = steps[1].to;
    assert.deepEqual(await c.ask("ots_getInternalOperations", passed), [
      { type: 2, from: at, to: made, value: "0x5" },
      { type: 1, from: made, to: TO, value: "0x5" },
    ]);
    const details = await c.ask("ots_getBlockDetails", "0x2");
    const { gasUsed, effectiveGasPrice } = await c.ask("eth_getTransactionReceipt", passed);
    assert.equal(BigInt(details.totalFees), BigInt(gasUsed) * BigInt(effectiveGasPrice));
    assert.deepEqual([details.block.transactionCount, details.block.transactions], [1, undefined]);
    assert.deepEqual(await c.ask("ots_getBlockDetailsByHash", details.block.hash), details);
    const page = await c.ask("ots_getBlockTransactions", "0x2", 0, 10);
    assert.deepEqual([page.fullblock.transactions[0].input.length, page.receipts[0].logs, page.fullblock.transactionCount], [10, null, 1]);
    assert.deepEqual((await c.ask("ots_getBlockTransactions", "0x2", 1, 10)).receipts, []);
    const [creation] = (await c.ask("eth_getBlockByNumber", "0x1", false)).transactions;
    assert.deepEqual(await c.ask("ots_getContractCreator", at), { hash: creation, creator: sender });
    assert.equal(await c.ask("ots_getContractCreator", TO), null);
    assert.equal(await c.ask("ots_getBlockDetails", "0x99"), null);
    for (const [method, ...params] of [
      ["ots_hasCode", "x"],
      ["ots_getBlockTransactions", "0x1"],
      ["ots_getBlockTransactions", "0x1", 0, 5000],
      ["ots_getContractCreator"],
    ] as const)
      assert.equal((await c.fail(method, ...params)).code, -32602, method);
  });
});
