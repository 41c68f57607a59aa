/** OpenZeppelin 4.9: votes with permits and delegation by signature, governor, timelock, presets, what 5 has dropped. */
import { Interface, MaxUint256, TypedDataEncoder, SigningKey, ZeroAddress, ZeroHash, computeAddress, id } from "ethers";
import { call, define, deploy, mine, send, time, type Context, type Scenario } from "../scenario.js";

const sources = ["fixtures/solidity/older/OpenZeppelin4.sol"];
const signer = new SigningKey(`0x${"66".repeat(32)}`);
const owner = computeAddress(signer.publicKey);

type Fields = Record<string, { name: string; type: string }[]>;
const field = (name: string, type: string) => ({ name, type });

/** A signature for the share's EIP-712 domain, which the contract itself reports. */
async function sign(c: Context, types: Fields, message: Record<string, unknown>) {
  const domain = (await c.contract("share").call("eip712Domain")) as { name: string; version: string; chainId: bigint; verifyingContract: string };
  const { name, version, chainId, verifyingContract } = domain;
  return signer.sign(TypedDataEncoder.hash({ name, version, chainId, verifyingContract }, types, message));
}

async function permit(c: Context, nonce: bigint, deadline: bigint): Promise<unknown[]> {
  const types = { Permit: [field("owner", "address"), field("spender", "address"), field("value", "uint256"), field("nonce", "uint256"), field("deadline", "uint256")] };
  const { v, r, s } = await sign(c, types, { owner, spender: c.who.bob, value: 70n, nonce, deadline });
  return [owner, c.who.bob, 70n, deadline, v, r, s];
}

async function delegation(c: Context, nonce: bigint, expiry: bigint): Promise<unknown[]> {
  const types = { Delegation: [field("delegatee", "address"), field("nonce", "uint256"), field("expiry", "uint256")] };
  const { v, r, s } = await sign(c, types, { delegatee: c.who.carol, nonce, expiry });
  return [c.who.carol, nonce, expiry, v, r, s];
}

const votes: Scenario = {
  name: "OpenZeppelin 4 votes",
  sources,
  steps: [
    deploy("share", "Share"),
    ...["name", "CLOCK_MODE", "decimals"].map((fn) => call("share", fn)),
    send("share", "mint", ["$alice", 1000n]),
    send("share", "mint", ["$alice", 1n << 224n]),
    send("share", "delegate", ["$bob"]),
    send("share", "transfer", ["$carol", 100n]),
    send("share", "delegate", ["$carol"], { from: "carol" }),
    send("share", "mint", [owner, 500n]),
    send("share", "permit", (c) => permit(c, 0n, MaxUint256)),
    send("share", "permit", (c) => permit(c, 0n, MaxUint256)),
    send("share", "permit", (c) => permit(c, 1n, 1n)),
    send("share", "delegateBySig", (c) => delegation(c, 1n, MaxUint256)),
    send("share", "delegateBySig", (c) => delegation(c, 1n, MaxUint256)),
    send("share", "delegateBySig", (c) => delegation(c, 2n, 1n)),
    ...["$alice", "$bob", "$carol"].flatMap((who) => [call("share", "getVotes", [who]), call("share", "numCheckpoints", [who])]),
    send("share", "burn", [2000n]),
    send("share", "burn", [200n]),
    mine(2),
    call("share", "getPastVotes", (c) => [c.who.carol, 1n]),
    call("share", "getPastTotalSupply", [1n]),
    call("share", "getPastVotes", (c) => [c.who.carol, MaxUint256]),
    call("share", "delegates", [owner]),
    deploy("seat", "Seat"),
    send("seat", "mint", ["$alice"]),
    send("seat", "mint", ["$bob"]),
    send("seat", "mint", ["$alice"]),
    send("seat", "mint", ["$share"]),
    send("seat", "delegate", ["$carol"]),
    send("seat", "transferFrom", ["$alice", "$bob", 0n]),
    send("seat", "transferFrom", ["$alice", "$bob", 1n]),
    call("seat", "getVotes", ["$carol"]),
    call("seat", "tokenOfOwnerByIndex", ["$bob", 1n]),
    call("seat", "tokenOfOwnerByIndex", ["$alice", 1n]),
    call("seat", "tokenByIndex", [3n]),
    call("seat", "supportsInterface", ["0x780e9d63"]),
    call("seat", "tokenURI", [9n]),
    deploy("past", "Past"),
    send("past", "mint", ["$alice", 5n]),
    send("past", "snapshot"),
    send("past", "mint", ["$alice", 6n]),
    ...[0n, 1n, 2n].map((n) => call("past", "balanceOfAt", ["$alice", n])),
    deploy("preset", "ERC20PresetMinterPauser", ["Preset", "PRE"]),
    send("preset", "mint", ["$bob", 5n]),
    send("preset", "mint", ["$bob", 5n], { from: "bob" }),
    send("preset", "pause"),
    send("preset", "transfer", ["$alice", 1n], { from: "bob" }),
    send("preset", "pause"),
    send("preset", "unpause"),
    send("preset", "transfer", ["$alice", 1n], { from: "bob" }),
    call("preset", "getRoleMemberCount", [id("MINTER_ROLE")]),
    call("preset", "getRoleMember", [ZeroHash, 0n]),
    deploy("sums", "Sums"),
    ...[
      [7n, 3n],
      [MaxUint256, 2n],
      [3n, 7n],
      [5n, 0n],
    ].flatMap((args) => ["add", "sub", "tries"].map((fn) => call("sums", fn, args))),
    send("sums", "pop", [true]),
    send("sums", "push", [id("a"), true]),
    send("sums", "push", [id("b"), true]),
    send("sums", "push", [id("c"), false]),
    ...[0n, 2n, 3n].map((i) => call("sums", "at", [i])),
    send("sums", "pop", [true]),
    send("sums", "pop", [false]),
  ],
};

const setter = new Interface(["function set(uint256 v)"]);
const first = [["$box"], [0n], [setter.encodeFunctionData("set", [42n])]] as const;
const second = [["$box"], [0n], [setter.encodeFunctionData("set", [43n])]] as const;
const hashed = (label: string, [, values, data]: typeof first, text: string) =>
  define(label, async (c) => (await c.contract("council").call("hashProposal", [[c.at("box")], values, data, id(text)])) as bigint);

const governance: Scenario = {
  name: "OpenZeppelin 4 governor",
  sources,
  steps: [
    deploy("share", "Share"),
    deploy("lock", "TimelockController", [60n, [], [ZeroAddress], "$alice"]),
    deploy("council", "Council", ["$share", "$lock"]),
    deploy("box", "Box", ["$lock"]),
    ...["PROPOSER_ROLE", "CANCELLER_ROLE"].map((role) => send("lock", "grantRole", [id(role), "$council"])),
    send("lock", "renounceRole", [id("TIMELOCK_ADMIN_ROLE"), "$alice"]),
    ...["name", "version", "COUNTING_MODE", "votingDelay", "votingPeriod", "proposalThreshold", "quorumNumerator()", "timelock"].map((fn) => call("council", fn)),
    send("share", "mint", ["$alice", 100n]),
    send("share", "mint", ["$bob", 50n]),
    send("share", "delegate", ["$alice"]),
    send("share", "delegate", ["$bob"], { from: "bob" }),
    mine(1),
    send("box", "set", [1n]),
    hashed("one", first, "first"),
    hashed("two", second, "second"),
    define("operation", async (c) => (await c.contract("lock").call("hashOperationBatch", [[c.at("box")], first[1], first[2], ZeroHash, id("first")])) as string),
    send("council", "propose", [...first, "first"], { from: "carol" }),
    send("council", "propose", [["$box"], [], [], "empty"]),
    send("council", "propose", [...first, "first"]),
    send("council", "propose", [...first, "first"]),
    send("council", "propose", [...second, "second"], { from: "bob" }),
    call("council", "state", ["$one"]),
    call("council", "state", [1n]),
    mine(2),
    send("council", "castVote", ["$one", 1]),
    send("council", "castVote", ["$one", 1]),
    send("council", "castVoteWithReason", ["$one", 0, "no"], { from: "bob" }),
    send("council", "castVote", ["$two", 3]),
    call("council", "proposalVotes", ["$one"]),
    call("council", "hasVoted", ["$one", "$bob"]),
    send("council", "queue(address[],uint256[],bytes[],bytes32)", [...first, id("first")]),
    mine(10),
    ...["one", "two"].map((label) => call("council", "state", [`$${label}`])),
    send("council", "execute(address[],uint256[],bytes[],bytes32)", [...first, id("first")]),
    send("council", "queue(address[],uint256[],bytes[],bytes32)", [...first, id("first")]),
    send("council", "queue(address[],uint256[],bytes[],bytes32)", [...second, id("second")]),
    call("lock", "isOperationPending", ["$operation"]),
    send("council", "execute(address[],uint256[],bytes[],bytes32)", [...first, id("first")]),
    time(100n),
    send("council", "execute(address[],uint256[],bytes[],bytes32)", [...first, id("first")]),
    call("box", "value"),
    call("council", "state", ["$one"]),
    send("council", "setVotingDelay", [7n]),
  ],
};

export const openzeppelin4: readonly Scenario[] = [votes, governance];
