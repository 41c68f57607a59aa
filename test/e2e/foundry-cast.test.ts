/** cast at work on `supervm node`: deployment, calls, transactions, logs, balances, blocks, traces. */
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { ALICE, ALICE_KEY, BOB, FoundryProject, startNode, type RunningNode } from "./foundry-tools.js";

interface Receipt {
  readonly status: string;
  readonly transactionHash: string;
  readonly contractAddress: string | null;
  readonly gasUsed: string;
}

interface Log {
  readonly topics: readonly string[];
  readonly data: string;
  readonly transactionHash: string;
}

interface CallFrame {
  readonly type: string;
  readonly to: string;
  readonly value?: string;
  readonly error?: string;
  readonly calls?: readonly CallFrame[];
}

const MOVED = "Moved(address indexed,address indexed,uint256)";

describe("cast", { timeout: 600_000 }, () => {
  let node: RunningNode;
  let project: FoundryProject;
  let token: string;

  const send = (...words: string[]): Receipt => JSON.parse(project.cast("send", "--json", "--private-key", ALICE_KEY, ...words)) as Receipt;
  const balance = (account: string): bigint => BigInt(project.cast("call", token, "balanceOf(address)", account));

  before(async () => {
    node = await startNode();
    project = new FoundryProject("fixtures/foundry", node.url);
    project.run(["forge", "build", "src"], { FOUNDRY_PROFILE: "supervm" });
    const { bytecode } = project.readJson("out-supervm/Token.sol/Token.json") as { bytecode: { object: string } };
    const args = project.cast("abi-encode", "constructor(string,uint128)", "cast", "1000");
    const receipt = send("--create", `${bytecode.object}${args.slice(2)}`);
    assert.equal(receipt.status, "0x1");
    token = receipt.contractAddress ?? "";
  });
  after(() => node.stop());

  it("deployed a contract, whose constructor ran", () => {
    assert.equal(project.cast("compute-address", ALICE, "--nonce", "0"), `Computed Address: ${project.cast("to-check-sum-address", token)}`);
    assert.equal(project.cast("call", token, "name()(string)"), '"cast"');
    assert.equal(project.cast("call", token, "issuer()(address)"), ALICE);
  });

  it("sends transactions and finds their receipts and logs", () => {
    const before = balance(BOB);
    const receipt = send(token, "transfer(address,uint128)", BOB, "25");
    assert.equal(receipt.status, "0x1");
    assert.equal(balance(BOB), before + 25n);
    assert.equal(project.cast("receipt", receipt.transactionHash, "gasUsed"), String(Number(receipt.gasUsed)));
    assert.equal(project.cast("tx", receipt.transactionHash, "from").toLowerCase(), ALICE.toLowerCase());
    const logs = (sender: string): Log[] => JSON.parse(project.cast("logs", "--json", "--from-block", "0", "--address", token, MOVED, sender)) as Log[];
    const found = logs(ALICE).find((log) => log.transactionHash === receipt.transactionHash);
    assert.ok(found !== undefined);
    assert.equal(found.topics[0], project.cast("sig-event", MOVED));
    assert.equal(BigInt(found.data), 25n);
    assert.deepEqual(logs(BOB), [], "nothing was sent by the other account");
  });

  it("decodes errors of reverting calls", () => {
    const { code, stderr } = project.try(["cast", "call", token, "transfer(address,uint128)", ALICE, "1", "--from", "0x00000000000000000000000000000000000000aa"]);
    assert.equal(code, 1);
    assert.match(stderr, /execution reverted/);
    assert.match(stderr, new RegExp(project.cast("sig", "Insufficient(address,uint256,uint256)")));
    assert.match(project.try(["cast", "call", token, "transfer(address,uint128)", "0x0000000000000000000000000000000000000000", "1"]).stderr, /to nobody/);
    assert.match(project.try(["cast", "call", token, "element(uint256[],uint256)", "[1]", "3"]).stderr, /out-of-bounds access/);
  });

  it("moves wei through a contract and traces the calls", () => {
    const before = BigInt(project.cast("balance", BOB));
    const { transactionHash } = send(token, "pay(address)", BOB, "--value", "2gwei");
    assert.equal(BigInt(project.cast("balance", BOB)) - before, 2_000_000_000n);
    const trace = JSON.parse(project.cast("rpc", "debug_traceTransaction", transactionHash, '{"tracer":"callTracer"}')) as CallFrame;
    assert.equal(trace.to, token.toLowerCase());
    assert.deepEqual(
      trace.calls?.map(({ type, to, value }) => [type, to, value]),
      [["CALL", BOB.toLowerCase(), "0x77359400"]],
    );
  });

  it("reads the chain", () => {
    assert.equal(project.cast("chain-id"), "31337");
    assert.match(project.cast("client"), /^supervm\/v/);
    const height = project.cast("block-number");
    const block = JSON.parse(project.cast("block", "--json", "latest")) as { number: string; transactions: string[]; stateRoot: string };
    assert.equal(String(Number(block.number)), height);
    assert.equal(block.transactions.length, 1);
    assert.equal(project.cast("block", height, "--field", "hash"), project.cast("block", "latest", "--field", "hash"));
    assert.equal(project.cast("nonce", ALICE), height, "every block has one transaction of this account");
    assert.equal(project.cast("codehash", token), project.cast("keccak", project.cast("code", token)));
    assert.equal(project.cast("storage", token, "1"), "0x6361737400000000000000000000000000000000000000000000000000000008");
    const proof = JSON.parse(project.cast("proof", token, "1")) as { storageHash: string; storageProof: { value: string }[] };
    assert.equal(proof.storageHash, project.cast("storage-root", token));
    assert.equal(BigInt(proof.storageProof[0]?.value ?? 0), 0x6361737400000000000000000000000000000000000000000000000000000008n);
  });

  it("estimates, makes access lists, publishes raw transactions, and changes the chain by hand", () => {
    const transfer = [token, "transfer(address,uint128)", BOB, "1"];
    const estimate = Number(project.cast("estimate", ...transfer, "--from", ALICE));
    assert.equal(Number(send(...transfer).gasUsed) <= estimate, true);
    assert.match(project.cast("access-list", ...transfer, "--from", ALICE), new RegExp(project.cast("index", "address", BOB, "0")));
    const raw = project.cast("mktx", "--private-key", ALICE_KEY, ...transfer);
    assert.equal((JSON.parse(project.cast("publish", raw)) as Receipt).status, "0x1");
    const snapshot = project.cast("rpc", "evm_snapshot");
    project.cast("rpc", "anvil_setBalance", BOB, "0x10");
    assert.equal(project.cast("balance", BOB), "16");
    assert.equal(project.cast("rpc", "evm_revert", snapshot.replaceAll('"', "")), "true");
    assert.notEqual(project.cast("balance", BOB), "16");
    const unlocked = JSON.parse(project.cast("send", "--json", "--unlocked", "--from", ALICE, ...transfer)) as Receipt;
    assert.equal(unlocked.status, "0x1");
  });
});
