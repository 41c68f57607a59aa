/** The node as ethers and viem see it: deploy, call, events, filters, subscriptions, reverts, development methods. */
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { Contract, ContractFactory, ethers, JsonRpcProvider, Wallet, WebSocketProvider } from "ethers";
import { createPublicClient, createTestClient, createWalletClient, encodeFunctionData, http, parseEther, webSocket, type Abi, type Hex } from "viem";
import { privateKeyToAccount } from "viem/accounts";
import { foundry } from "viem/chains";
import { WebSocket } from "ws";
import { compile, type Artifact } from "../../index.js";
import { startNode, type RunningNode } from "../../runtime/node/node.js";

const SOURCE = `// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;
contract Child { uint public x; constructor(uint x_) { x = x_; } function fail() external pure { revert("child"); } }
contract Bank {
  error TooMuch(uint wanted, uint have);
  event Moved(address indexed from, address indexed to, uint amount);
  mapping(address => uint) public balances;
  address public immutable owner = msg.sender;
  Child public child;
  constructor(uint supply) payable { balances[msg.sender] = supply; }
  function move(address to, uint amount) external {
    uint have = balances[msg.sender];
    if (have < amount) revert TooMuch(amount, have);
    balances[msg.sender] = have - amount;
    balances[to] += amount;
    emit Moved(msg.sender, to, amount);
  }
  function make(uint x) external returns (Child) { return child = new Child(x); }
  function tryChild() external returns (bool ok) { try child.fail() { ok = true; } catch { ok = false; } }
  function nope() external pure { require(false, "never"); }
  function broken() external pure returns (uint) { uint[] memory a = new uint[](1); return a[uint(2)]; }
  function stamp() external view returns (uint, uint, uint) { return (block.number, block.timestamp, block.chainid); }
  function spin() external pure { while (true) {} }
}`;

// The well-known key of the second development account.
const KEY = "0x59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d";
const TO = "0x00000000000000000000000000000000000000aa";

let node: RunningNode;
let url: string;
let bank: Artifact;
let bytecode: string;

before(async () => {
  const { artifacts, diagnostics } = await compile({ sources: { "Bank.sol": { content: SOURCE } }, targets: ["supervm", "evm"] });
  assert.deepEqual(
    diagnostics.filter((d) => d.severity === "error"),
    [],
  );
  bank = artifacts.Bank!;
  bytecode = bank.targets.supervm!.bytecode as string;
  node = await startNode({ port: 0 });
  url = `http://127.0.0.1:${node.port}`;
});

after(() => node.close());

interface Answer {
  readonly id: unknown;
  readonly result?: unknown;
  readonly error?: { readonly code: number; readonly message: string };
}

/** What the errors of ethers hold; each test reads what its case has. */
interface EthersError {
  readonly code: string;
  readonly message: string;
  readonly reason?: string;
  readonly info?: unknown;
  readonly revert: { readonly name: string; readonly args: readonly (bigint | number)[] };
  readonly receipt: { readonly status: number };
}

/** Of the prestateTracer. */
interface AccountShown {
  readonly nonce?: number;
  readonly code?: string;
  readonly storage?: Readonly<Record<string, string>>;
}

interface Frame {
  readonly type: string;
  readonly error?: string;
  readonly revertReason?: string;
  readonly calls: readonly Frame[];
}

async function post<T = Answer>(body: string): Promise<T> {
  return (await (await fetch(url, { method: "POST", body })).json()) as T;
}

function rpc(method: string, ...params: unknown[]): Promise<Answer> {
  return post(JSON.stringify({ jsonrpc: "2.0", id: 1, method, params }));
}

async function result(method: string, ...params: unknown[]): Promise<unknown> {
  const answer = await rpc(method, ...params);
  assert.equal(answer.error, undefined, `${method}: ${JSON.stringify(answer.error)}`);
  return answer.result;
}

async function firstAccount(): Promise<string> {
  return ((await result("eth_accounts")) as string[])[0]!;
}

describe("ethers", () => {
  let provider: JsonRpcProvider;
  let contract: Contract;
  let deployment: string;

  before(async () => {
    provider = new JsonRpcProvider(url, undefined, { cacheTimeout: -1, pollingInterval: 50 });
    const factory = new ContractFactory(bank.abi, bytecode, new Wallet(KEY, provider));
    const deployed = await (await factory.deploy(1000n)).waitForDeployment();
    deployment = deployed.deploymentTransaction()!.hash;
    contract = new Contract(await deployed.getAddress(), bank.abi, factory.runner);
  });

  after(() => provider.destroy());

  it("deploys an artifact's bytecode and calls it", async () => {
    const { address } = new Wallet(KEY);
    assert.equal(await contract.balances!(address), 1000n);
    assert.equal(await contract.owner!(), address);
    const receipt = await provider.getTransactionReceipt(deployment);
    assert.equal(receipt!.contractAddress, await contract.getAddress());
    assert.equal(await provider.getTransactionCount(address), 1);
    assert.notEqual(await provider.getCode(await contract.getAddress()), "0x");
  });

  it("sends transactions and reads their events", async () => {
    const receipt = await (await contract.move!(TO, 7n)).wait();
    assert.equal(receipt.logs[0].args.amount, 7n);
    const found = await contract.queryFilter(contract.filters.Moved!(null, TO), 0, "latest");
    assert.equal(found.length, 1);
    assert.equal((await contract.queryFilter(contract.filters.Moved!(TO))).length, 0);
    const block = await provider.getBlock(receipt.blockNumber, true);
    assert.equal(block!.prefetchedTransactions[0]!.hash, receipt.hash);
    const entry = BigInt(ethers.keccak256(ethers.AbiCoder.defaultAbiCoder().encode(["address", "uint256"], [TO, 0])));
    assert.equal(BigInt(await provider.getStorage(await contract.getAddress(), entry)), 7n);
  });

  it("reports reverts with their data", async () => {
    await assert.rejects(contract.move!.staticCall(TO, 5000n), (e: EthersError) => e.code === "CALL_EXCEPTION" && e.revert.name === "TooMuch" && e.revert.args[0] === 5000n);
    await assert.rejects(contract.nope!(), (e: EthersError) => e.reason === "never");
    await assert.rejects(contract.broken!(), (e: EthersError) => e.revert.name === "Panic" && Number(e.revert.args[0]) === 0x32);
    const failed = await contract.move!(TO, 5000n, { gasLimit: 100_000n });
    await assert.rejects(failed.wait(), (e: EthersError) => e.receipt.status === 0);
  });

  it("waits for events", async () => {
    const seen = new Promise<bigint>((resolve) => void contract.once("Moved", (_from: string, _to: string, amount: bigint) => resolve(amount)));
    // ethers polls from the block that is newest when it begins.
    await new Promise((resolve) => setTimeout(resolve, 100));
    await (await contract.move!(TO, 9n)).wait();
    assert.equal(await seen, 9n);
  });

  it("subscribes over WebSocket", async () => {
    const socket = new WebSocketProvider(`ws://127.0.0.1:${node.port}`);
    const live = new Contract(await contract.getAddress(), bank.abi, socket);
    const heads: number[] = [];
    await socket.on("block", (n: number) => heads.push(n));
    const seen = new Promise<bigint>((resolve) => void live.once("Moved", (_from: string, _to: string, amount: bigint) => resolve(amount)));
    await socket.getBlockNumber();
    await new Promise((resolve) => setTimeout(resolve, 50));
    await (await contract.move!(TO, 11n)).wait();
    assert.equal(await seen, 11n);
    assert.ok(heads.length > 0);
    await socket.destroy();
  });

  it("tells errors of transactions apart", async () => {
    const wallet = new Wallet(KEY, provider);
    const poor = Wallet.createRandom().connect(provider);
    await assert.rejects(poor.sendTransaction({ to: TO, value: 1n, gasLimit: 21_000n }), (e: EthersError) => e.code === "INSUFFICIENT_FUNDS");
    await assert.rejects(wallet.sendTransaction({ to: TO, nonce: 0 }), (e: EthersError) => e.code === "NONCE_EXPIRED");
  });

  it("refuses EVM bytecode with a clear error", async () => {
    const wallet = new Wallet(KEY, provider);
    const factory = new ContractFactory(bank.abi, bank.targets.evm!.bytecode as string, wallet);
    await assert.rejects(factory.deploy(1n), (e: EthersError) => /EVM bytecode does not run here/.test(JSON.stringify(e.info ?? e.message)));
    await assert.rejects(factory.deploy(1n, { gasLimit: 1_000_000n }), (e: EthersError) => /EVM bytecode does not run here/.test(JSON.stringify(e.info ?? e.message)));
  });
});

describe("viem", () => {
  it("deploys, reads, writes, watches and traces", async () => {
    const account = privateKeyToAccount(KEY);
    const transport = http(url);
    const open = createPublicClient({ chain: foundry, transport, pollingInterval: 50, cacheTime: 0 });
    const wallet = createWalletClient({ account, chain: foundry, transport });
    const abi = bank.abi as unknown as Abi;
    const hash = await wallet.deployContract({ abi, bytecode: bytecode as Hex, args: [50n] });
    const { contractAddress } = await open.waitForTransactionReceipt({ hash });
    const address = contractAddress!;
    assert.equal(await open.readContract({ address, abi, functionName: "balances", args: [account.address] }), 50n);
    const { request } = await open.simulateContract({ account, address, abi, functionName: "move", args: [TO, 3n] });
    await open.waitForTransactionReceipt({ hash: await wallet.writeContract(request) });
    const logs = await open.getContractEvents({ address, abi, eventName: "Moved", fromBlock: 0n });
    assert.equal(logs.length, 1);
    await assert.rejects(open.simulateContract({ account, address, abi, functionName: "move", args: [TO, 300n] }), /TooMuch\(uint256 wanted, uint256 have\)/);

    const [number] = (await open.readContract({ address, abi, functionName: "stamp" })) as [bigint];
    assert.equal(number, await open.getBlockNumber());
    // The state of an earlier block.
    assert.equal(await open.readContract({ address, abi, functionName: "balances", args: [TO], blockNumber: number - 1n }), 0n);

    const made = await wallet.writeContract({ address, abi, functionName: "make", args: [5n] });
    await open.waitForTransactionReceipt({ hash: made });
    const tried = await wallet.writeContract({ address, abi, functionName: "tryChild" });
    const trace = (await result("debug_traceTransaction", tried, { tracer: "callTracer" })) as Frame;
    assert.equal(trace.calls.length, 1);
    assert.equal(trace.calls[0]?.error, "execution reverted");
    assert.equal(trace.calls[0].revertReason, "child");
    assert.equal(((await result("debug_traceTransaction", made, { tracer: "callTracer" })) as Frame).calls[0]?.type, "CREATE");

    const moved = await wallet.writeContract({ address, abi, functionName: "move", args: [TO, 1n] });
    const here = address.toLowerCase();
    const read = (await result("debug_traceTransaction", moved, { tracer: "prestateTracer" })) as Record<string, AccountShown>;
    assert.equal(read[here]!.code, (await open.getCode({ address }))!);
    assert.equal(Object.keys(read[here]!.storage!).length, 2);
    const { pre, post } = (await result("debug_traceTransaction", moved, { tracer: "prestateTracer", tracerConfig: { diffMode: true } })) as Record<
      string,
      Record<string, AccountShown>
    >;
    for (const [slot, word] of Object.entries(post![here]!.storage!)) {
      assert.equal(word, await open.getStorageAt({ address, slot: slot as Hex }));
      assert.notEqual(word, pre![here]!.storage![slot]);
    }
    assert.equal(post![here]!.code, undefined);
    assert.equal(post![account.address.toLowerCase()]!.nonce, (pre![account.address.toLowerCase()]!.nonce ?? 0) + 1);
    const { gasUsed, blockNumber } = await open.getTransactionReceipt({ hash: moved });
    const plain = (await result("debug_traceTransaction", moved)) as { gas: number; failed: boolean; structLogs: unknown[] };
    assert.deepEqual([plain.gas, plain.failed, plain.structLogs], [Number(gasUsed), false, []]);
    const whole = (await result("debug_traceBlockByNumber", `0x${blockNumber.toString(16)}`, { tracer: "callTracer" })) as { txHash: Hex; result: Frame }[];
    assert.deepEqual(
      whole.map((t) => t.txHash),
      [moved],
    );
    await assert.rejects(result("debug_traceTransaction", moved, { tracer: "keccak256PreimageTracer" }), /prestateTracer/);

    const proof = await open.getProof({ address, storageKeys: [("0x" + "00".repeat(31) + "01") as Hex] });
    assert.equal(proof.storageProof[0]!.value > 0n, true);
    const list = await open.createAccessList({ account: account.address, to: address, data: encodeFunctionData({ abi, functionName: "move", args: [TO, 1n] }) });
    assert.equal(list.accessList.find((entry) => entry.address === address)!.storageKeys.length, 2);
    const history = await open.getFeeHistory({ blockCount: 4, rewardPercentiles: [25, 75] });
    assert.equal(history.baseFeePerGas.length, history.gasUsedRatio.length + 1);
    const filter = await open.createContractEventFilter({ address, abi, eventName: "Moved" });
    await wallet.writeContract({ address, abi, functionName: "move", args: [TO, 1n] });
    assert.equal((await open.getFilterChanges({ filter })).length, 1);
    assert.equal((await open.getFilterChanges({ filter })).length, 0);
    assert.equal(await open.uninstallFilter({ filter }), true);
  });

  it("subscribes over WebSocket", async () => {
    const client = createPublicClient({ chain: foundry, transport: webSocket(`ws://127.0.0.1:${node.port}`) });
    const block = new Promise<bigint>((resolve) => void client.watchBlockNumber({ onBlockNumber: resolve }));
    await client.getChainId();
    await new Promise((resolve) => setTimeout(resolve, 50));
    await result("evm_mine");
    assert.equal(await block, await client.getBlockNumber());
    const socket = await client.transport.getRpcClient();
    socket.close();
  });

  it("drives the development methods", async () => {
    const test = createTestClient({ mode: "anvil", chain: foundry, transport: http(url) });
    const open = createPublicClient({ chain: foundry, transport: http(url), cacheTime: 0 });
    const id = await test.snapshot();
    const height = await open.getBlockNumber();
    await test.setBalance({ address: TO, value: parseEther("2") });
    assert.equal(await open.getBalance({ address: TO }), parseEther("2"));
    await test.setNonce({ address: TO, nonce: 9 });
    await test.impersonateAccount({ address: TO });
    const hash = (await result("eth_sendTransaction", { from: TO, to: TO, value: "0x1" })) as Hex;
    assert.equal((await open.getTransaction({ hash })).nonce, 9);
    await test.stopImpersonatingAccount({ address: TO });
    assert.match((await rpc("eth_sendTransaction", { from: TO, to: TO })).error?.message ?? "", /unknown account/);
    const before = (await open.getBlock()).timestamp;
    await test.increaseTime({ seconds: 1000 });
    await test.mine({ blocks: 3, interval: 10 });
    const newest = await open.getBlock();
    assert.ok(newest.timestamp >= before + 1020n);
    await test.setNextBlockTimestamp({ timestamp: newest.timestamp + 77n });
    await test.mine({ blocks: 1 });
    assert.equal((await open.getBlock()).timestamp, newest.timestamp + 77n);
    await test.setStorageAt({ address: TO, index: 3, value: ("0x" + "00".repeat(31) + "2a") as Hex });
    assert.equal(BigInt((await open.getStorageAt({ address: TO, slot: "0x3" }))!), 42n);
    await test.setAutomine(false);
    const waiting = (await result("eth_sendTransaction", { from: await firstAccount(), to: TO, value: "0x5" })) as Hex;
    assert.equal((await test.getTxpoolStatus()).pending, 1);
    assert.equal((await open.getTransaction({ hash: waiting })).blockNumber, null);
    await test.mine({ blocks: 1 });
    assert.equal((await open.getTransactionReceipt({ hash: waiting })).status, "success");
    await test.setAutomine(true);
    await test.revert({ id });
    assert.equal(await open.getBlockNumber(), height);
    assert.match((await rpc("hardhat_setCode", TO, "0x6080")).error?.message ?? "", /EVM bytecode does not run here/);
  });
});

describe("the node's borders", () => {
  it("answers errors with the codes of the specification", async () => {
    assert.equal((await post("{")).error?.code, -32700);
    assert.equal((await post("[]")).error?.code, -32600);
    assert.equal((await post("1")).error?.code, -32600);
    assert.equal((await post('{"jsonrpc":"1.0","id":1,"method":"eth_chainId"}')).error?.code, -32600);
    assert.equal((await rpc("eth_nothing")).error?.code, -32601);
    assert.equal((await rpc("constructor")).error?.code, -32601);
    assert.equal((await rpc("eth_getBalance", "0x12")).error?.code, -32602);
    assert.equal((await rpc("eth_getBalance")).error?.code, -32602);
    assert.equal((await post("[".repeat(100))).error?.code, -32600);
    const batch = await post<Answer[]>('[{"jsonrpc":"2.0","id":"a","method":"eth_chainId"},{"jsonrpc":"2.0","method":"eth_chainId"},3]');
    assert.deepEqual(
      batch.map((a) => [a.id, a.result ?? a.error?.code]),
      [
        ["a", "0x7a69"],
        [null, -32600],
      ],
    );
    assert.equal((await post(JSON.stringify(new Array(101).fill(1)))).error?.code, -32600);
  });

  it("says nothing to notifications", async () => {
    const notification = '{"jsonrpc":"2.0","method":"net_version","params":[]}';
    for (const body of [notification, `[${notification}]`]) {
      const response = await fetch(url, { method: "POST", body });
      assert.deepEqual([response.status, await response.text()], [204, ""]);
    }
    const socket = new WebSocket(`ws://127.0.0.1:${node.port}`);
    await new Promise((resolve) => socket.once("open", resolve));
    const first = new Promise<string>((resolve) => socket.once("message", (data: Buffer) => resolve(data.toString())));
    for (const body of [notification, `[${notification}]`, '{"jsonrpc":"2.0","id":9,"method":"eth_chainId"}']) socket.send(body);
    assert.deepEqual(JSON.parse(await first), { jsonrpc: "2.0", id: 9, result: "0x7a69" });
    socket.close();
  });

  it("bounds bodies, hosts and origins", async () => {
    assert.equal((await fetch(url, { method: "POST", body: "x".repeat(2 * 1024 * 1024 + 1) })).status, 413);
    assert.equal((await fetch(url, { method: "POST", body: "{}", headers: { origin: "https://evil.example" } })).status, 403);
    const { request } = await import("node:http");
    const status = await new Promise<number | undefined>((resolve, reject) => {
      request({ host: "127.0.0.1", port: node.port, method: "POST", headers: { host: "evil.example" } }, (r) => resolve(r.statusCode))
        .on("error", reject)
        .end("{}");
    });
    assert.equal(status, 403);
    // Without a length the body is counted as it comes.
    const chunked = await new Promise<number | undefined>((resolve, reject) => {
      const sending = request({ host: "127.0.0.1", port: node.port, method: "POST" }, (r) => {
        resolve(r.statusCode);
        sending.destroy();
      });
      sending.on("error", reject);
      for (let i = 0; i <= 32; i++) sending.write(Buffer.alloc(65_536, " "));
    });
    assert.equal(chunked, 413);
    const socket = new WebSocket(`ws://127.0.0.1:${node.port}`, { origin: "https://evil.example" });
    await new Promise<void>((resolve) => void socket.on("error", () => resolve()));
    assert.equal((await fetch(url)).status, 405);
    assert.equal((await fetch(`${url}/nothing`)).status, 404);
  });

  it("stops a contract that never ends, at its gas", async () => {
    const from = await firstAccount();
    const iface = new ethers.Interface(bank.abi);
    const data = bytecode + iface.encodeDeploy([1n]).slice(2);
    const hash = await result("eth_sendTransaction", { from, data });
    const to = ((await result("eth_getTransactionReceipt", hash)) as { contractAddress: string }).contractAddress;
    assert.match((await rpc("eth_call", { to, data: iface.encodeFunctionData("spin") })).error?.message ?? "", /out of gas/);
    assert.match((await rpc("eth_estimateGas", { to, data: iface.encodeFunctionData("spin") })).error?.message ?? "", /gas required exceeds allowance/);
  });

  it("shows metrics and health", async () => {
    const text = await (await fetch(`${url}/metrics`)).text();
    assert.match(text, /supervm_block_height \d+/);
    assert.match(text, /supervm_rpc_requests_total\{method="eth_chainId",outcome="ok"\} \d+/);
    assert.equal(((await (await fetch(`${url}/healthz`)).json()) as { status: string }).status, "ok");
    for (const path of ["/healthz", "/metrics"]) {
      const [whole, head] = [await fetch(url + path), await fetch(url + path, { method: "HEAD" })];
      assert.deepEqual([head.status, head.headers.get("content-type"), await head.text()], [200, whole.headers.get("content-type"), ""], path);
      assert.ok(Number(head.headers.get("content-length")) > 0, path);
      await whole.text();
    }
    assert.equal((await fetch(url, { method: "HEAD" })).status, 405);
  });
});
