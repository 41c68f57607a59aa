/** Scenarios of OpenZeppelin's governance: fixtures/solidity/oz/Governance.sol. */
import { Interface, ZeroAddress, ZeroHash, concat, encodeBytes32String, id, toBeHex } from "ethers";
import { balance, call, define, deploy, mine, send, time, type Context, type Scenario, type Step } from "../scenario.js";
import { packed, signer, signTyped } from "./oz-signing.js";

const sources = ["fixtures/solidity/oz/Governance.sol"];
const ann = signer(0x31);
const ZERO = ZeroHash;
const treasury = new Interface(["function set(bytes32 name, uint256 value)"]);
const set = (name: string, value: bigint): string => treasury.encodeFunctionData("set", [encodeBytes32String(name), value]);

interface Proposal {
  readonly targets: readonly string[];
  readonly values: readonly bigint[];
  readonly datas: readonly string[];
  readonly text: string;
}

const proposal = (text: string, ...calls: [target: string, value: bigint, data: string][]): Proposal => ({
  targets: calls.map((c) => c[0]),
  values: calls.map((c) => c[1]),
  datas: calls.map((c) => c[2]),
  text,
});
const proposing = (p: Proposal): unknown[] => [p.targets, p.values, p.datas, p.text];
const naming = (p: Proposal): unknown[] => [p.targets, p.values, p.datas, id(p.text)];
const addressesOf = (c: Context, p: Proposal): string[] => p.targets.map((t) => (t.startsWith("$") ? c.at(t.slice(1)) : t));

/** Names a proposal's id and the timelock operation that it becomes: both hash addresses. */
function named(label: string, governor: string, p: Proposal): Step[] {
  return [
    define(label, async (c) => (await c.contract(governor).call("hashProposal", [addressesOf(c, p), p.values, p.datas, id(p.text)])) as bigint),
    // GovernorTimelockControl: the governor's address and the description's hash.
    define(`${label}-salt`, async (c) => (BigInt(c.at(governor)) << 96n) ^ BigInt(id(p.text))),
    define(`${label}-operation`, async (c) => {
      const salt = c.value(`${label}-salt`);
      return (await c.contract("timelock").call("hashOperationBatch", [addressesOf(c, p), p.values, p.datas, ZERO, salt])) as string;
    }),
  ];
}

const first = proposal("Proposal #1: raise the limits", ["$treasury", 0n, set("limit", 500n)], ["$treasury", 7n * 10n ** 9n, set("fee", 3n)]);
const failing = proposal("Proposal #2", ["$treasury", 0n, set("limit", 5000n)]);
const unloved = proposal("Proposal #3", ["$treasury", 0n, set("limit", 1n)]);
const settings = proposal("Proposal #4", ["$board", 0n, new Interface(["function setVotingPeriod(uint32)"]).encodeFunctionData("setVotingPeriod", [20])]);

const boardSteps: Step[] = [
  deploy("token", "Ballots"),
  deploy("timelock", "TimelockController", [3600n, [], [ZeroAddress], "$alice"]),
  deploy("board", "Board", ["$token", "$timelock"]),
  deploy("treasury", "Treasury", ["$timelock"]),
  ...[
    "name",
    "version",
    "CLOCK_MODE",
    "COUNTING_MODE",
    "votingDelay",
    "votingPeriod",
    "proposalThreshold",
    "quorumDenominator",
    "quorumNumerator()",
    "timelock",
    "token",
    "clock",
  ].map((fn) => call("board", fn)),
  send("timelock", "grantRole", [id("PROPOSER_ROLE"), "$board"]),
  send("timelock", "grantRole", [id("CANCELLER_ROLE"), "$board"]),
  send("timelock", "renounceRole", [ZERO, "$bob"]),
  send("timelock", "renounceRole", [ZERO, "$alice"]),
  send("token", "transfer", ["$bob", 300n]),
  send("token", "transfer", ["$carol", 40n]),
  send("token", "transfer", [ann.address, 100n]),
  send("token", "delegate", ["$alice"]),
  send("token", "delegate", ["$bob"], { from: "bob" }),
  send("token", "delegate", ["$carol"], { from: "carol" }),
  ...named("first", "board", first),
  ...named("failing", "board", failing),
  ...named("unloved", "board", unloved),
  ...named("settings", "board", settings),
  send("board", "propose", proposing(first), { from: "carol" }),
  send("board", "propose", [["$treasury"], [], [], "empty"]),
  send("board", "propose", proposing(first)),
  send("board", "propose", proposing(first), { from: "bob" }),
  send("board", "propose", proposing(failing), { from: "bob" }),
  send("board", "propose", proposing(unloved), { from: "bob" }),
  ...["state", "proposalSnapshot", "proposalDeadline", "proposalProposer", "proposalEta", "proposalNeedsQueuing", "proposalVotes"].map((fn) => call("board", fn, ["$first"])),
  call("board", "state", [1n]),
  mine(2),
  send("board", "castVote", ["$first", 1]),
  send("board", "castVote", ["$first", 0]),
  send("board", "castVoteWithReason", ["$first", 0, "too dear"], { from: "bob" }),
  send("board", "castVoteWithReasonAndParams", ["$first", 2, "who knows", "0x1234"], { from: "carol" }),
  send("board", "castVote", ["$failing", 3]),
  send("board", "castVote", ["$failing", 1]),
  send("board", "castVote", ["$unloved", 0]),
  call("board", "proposalVotes", ["$first"]),
  call("board", "hasVoted", ["$first", "$bob"]),
  call("board", "hasVoted", ["$first", "$dave"]),
  call("board", "quorum", (c) =>
    c
      .contract("board")
      .call("proposalSnapshot", [c.value("first")])
      .then((n) => [n]),
  ),
  send("board", "queue(address[],uint256[],bytes[],bytes32)", naming(first)),
  mine(8),
  ...["first", "failing", "unloved"].map((p) => call("board", "state", [`$${p}`])),
  send("board", "castVote", ["$first", 1], { from: "dave" }),
  send("board", "execute(address[],uint256[],bytes[],bytes32)", naming(first)),
  send("board", "queue(address[],uint256[],bytes[],bytes32)", naming(first)),
  send("board", "queue(address[],uint256[],bytes[],bytes32)", naming(first)),
  send("board", "queue(address[],uint256[],bytes[],bytes32)", naming(failing)),
  send("board", "queue(address[],uint256[],bytes[],bytes32)", naming(unloved)),
  call("timelock", "getOperationState", ["$first-operation"]),
  send("board", "execute(address[],uint256[],bytes[],bytes32)", naming(first)),
  time(3601n),
  send("treasury", "set", [encodeBytes32String("limit"), 1n]),
  send("board", "execute(address[],uint256[],bytes[],bytes32)", naming(first), { value: 7n * 10n ** 9n }),
  send("board", "execute(address[],uint256[],bytes[],bytes32)", naming(failing)),
  balance("treasury"),
  balance("timelock"),
  call("treasury", "values", [encodeBytes32String("limit")]),
  ...["first", "failing"].map((p) => call("board", "state", [`$${p}`])),
  call("timelock", "getOperationState", ["$first-operation"]),
  // The governor changes itself.
  send("board", "setVotingPeriod", [3n]),
  send("board", "propose", proposing(settings)),
  mine(2),
  send("board", "castVote", ["$settings", 1]),
  send("board", "cancel(address[],uint256[],bytes[],bytes32)", naming(settings)),
  mine(8),
  send("board", "queue(address[],uint256[],bytes[],bytes32)", naming(settings)),
  time(4000n),
  send("board", "execute(address[],uint256[],bytes[],bytes32)", naming(settings)),
  call("board", "votingPeriod"),
  send("board", "relay", ["$treasury", 0n, "0x"]),
  send("board", "updateTimelock", ["$alice"]),
  ...["0x01ffc9a7", "0x6e665ced", "0xbf26d897", "0x4e2312e0", "0x150b7a02"].map((i) => call("board", "supportsInterface", [i])),
];

const board: Scenario = { name: "Governor with settings, simple counting, quorum fraction and timelock", sources, steps: boardSteps };

const BALLOT = "uint256 proposalId,uint8 support,address voter,uint256 nonce";
const EXTENDED = `${BALLOT},string reason,bytes params`;
/** Against, for and abstain, 128 bits each. */
const fractions = (...parts: bigint[]): string => concat(parts.map((p) => toBeHex(p, 16)));

async function ballot(c: Context, proposalId: bigint, support: number, nonce: bigint): Promise<unknown[]> {
  return [proposalId, support, ann.address, packed(await signTyped(c, "senate", ann, "Ballot", BALLOT, { proposalId, support, voter: ann.address, nonce }))];
}

async function extendedBallot(c: Context, proposalId: bigint, nonce: bigint, reason: string, params: string): Promise<unknown[]> {
  const signature = await signTyped(c, "senate", ann, "ExtendedBallot", EXTENDED, { proposalId, support: 255, voter: ann.address, nonce, reason, params });
  return [proposalId, 255, ann.address, reason, params, packed(signature)];
}

const gift = proposal("A gift#proposer=0x0000000000000000000000000000000000000001", ["$treasury", 0n, set("gift", 1n)]);
const law = proposal("A law", ["$treasury", 10n ** 9n, set("law", 9n)]);
const stopped = proposal("A law that the guardian stops", ["$treasury", 0n, set("law", 10n)]);
const quick = proposal("A law that all want", ["$treasury", 0n, set("law", 11n)]);

const senate: Scenario = {
  name: "Governor with fractional counting, guardian, super quorum and late quorum",
  sources,
  steps: [
    deploy("token", "TimedBallots"),
    deploy("senate", "Senate", ["$token", "$dave"]),
    deploy("treasury", "Treasury", ["$senate"]),
    ...["CLOCK_MODE", "COUNTING_MODE", "latestProposalId", "superQuorumNumerator()", "quorumNumerator()", "lateQuorumVoteExtension", "proposalGuardian", "proposalCount"].map(
      (fn) => call("senate", fn),
    ),
    send("token", "transfer", ["$bob", 300n]),
    send("token", "transfer", [ann.address, 150n]),
    send("token", "delegate", ["$alice"]),
    send("token", "delegate", ["$bob"], { from: "bob" }),
    send("senate", "propose", proposing(gift)),
    send("senate", "propose", proposing(law)),
    send("senate", "propose", proposing(stopped)),
    send("senate", "propose", proposing(quick)),
    send("senate", "propose", proposing(quick)),
    call("senate", "proposalDetails", [42n]),
    call("senate", "proposalDetailsAt", [1n]),
    call("senate", "proposalDetailsAt", [3n]),
    call("senate", "proposalDetails", [45n]),
    call("senate", "getProposalId", naming(law)),
    call("senate", "getProposalId", naming(gift)),
    send("senate", "cancel(uint256)", [43n], { from: "bob" }),
    send("senate", "cancel(uint256)", [43n], { from: "dave" }),
    time(11n),
    send("senate", "castVoteWithReasonAndParams", [42n, 255, "mixed", fractions(20n, 30n, 40n)]),
    send("senate", "castVoteWithReasonAndParams", [42n, 255, "too much", fractions(400n, 100n, 0n)]),
    send("senate", "castVoteWithReasonAndParams", [42n, 255, "too short", "0x12"]),
    send("senate", "castVoteWithReasonAndParams", [42n, 1, "no params here", "0x12"]),
    send("senate", "castVote", [42n, 9]),
    call("senate", "usedVotes", [42n, "$alice"]),
    call("senate", "state", [42n]),
    time(900n),
    // The quorum is reached late: voting goes on longer.
    send("senate", "castVote", [42n, 1]),
    send("senate", "castVote", [42n, 1]),
    call("senate", "proposalVotes", [42n]),
    call("senate", "proposalDeadline", [42n]),
    send("senate", "castVote", [44n, 1]),
    send("senate", "castVote", [44n, 1], { from: "bob" }),
    call("senate", "state", [44n]),
    send("token", "delegate", [ann.address], { from: "bob" }),
    send("senate", "castVoteBySig", (c) => ballot(c, 42n, 0, 0n)),
    send("senate", "castVoteBySig", (c) => ballot(c, 42n, 0, 0n)),
    send("senate", "execute(uint256)", [42n]),
    time(600n),
    call("senate", "state", [42n]),
    send("senate", "execute(uint256)", [42n]),
    send("senate", "execute(uint256)", [42n], { value: 10n ** 9n }),
    send("senate", "execute(uint256)", [44n]),
    send("senate", "execute(uint256)", [43n]),
    send("senate", "queue(uint256)", [44n]),
    call("treasury", "values", [encodeBytes32String("law")]),
    // Signatures with nonces by proposal.
    send("senate", "propose", proposing(failing)),
    time(12n),
    send("senate", "castVoteWithReasonAndParamsBySig", (c) => extendedBallot(c, 45n, 45n << 64n, "part one", fractions(0n, 250n, 0n))),
    send("senate", "castVoteWithReasonAndParamsBySig", (c) => extendedBallot(c, 45n, (45n << 64n) | 1n, "part two", fractions(0n, 49n, 1n))),
    send("senate", "castVoteWithReasonAndParamsBySig", (c) => extendedBallot(c, 45n, (45n << 64n) | 1n, "part two", fractions(0n, 1n, 0n))),
    call("senate", "nonces(address,uint192)", [ann.address, 45n]),
    call("senate", "nonces(address)", [ann.address]),
    call("senate", "proposalVotes", [45n]),
    time(2000n),
    send("senate", "execute(uint256)", [45n]),
    send("senate", "updateSuperQuorumNumerator", [10n]),
  ],
};

const SALT = id("salt");
const timelock: Scenario = {
  name: "TimelockController on its own",
  sources,
  steps: [
    deploy("timelock", "TimelockController", [100n, ["$alice"], ["$bob"], ZeroAddress]),
    deploy("treasury", "Treasury", ["$timelock"], { value: 10n ** 12n }),
    define("one", async (c) => (await c.contract("timelock").call("hashOperation", [c.at("treasury"), 5n * 10n ** 9n, set("one", 1n), ZERO, SALT])) as string),
    define("two", async (c) => (await c.contract("timelock").call("hashOperation", [c.at("treasury"), 0n, set("two", 2n), c.value("one"), SALT])) as string),
    define(
      "delay",
      async (c) => (await c.contract("timelock").call("hashOperation", [c.at("timelock"), 0n, c.contract("timelock").encode("updateDelay", [5n]), ZERO, ZERO])) as string,
    ),
    define(
      "both",
      async (c) =>
        (await c.contract("timelock").call("hashOperationBatch", [[c.at("treasury"), c.at("treasury")], [0n, 0n], [set("a", 1n), set("b", 1001n)], ZERO, SALT])) as string,
    ),
    send("timelock", "schedule", ["$treasury", 5n * 10n ** 9n, set("one", 1n), ZERO, SALT, 99n]),
    send("timelock", "schedule", ["$treasury", 5n * 10n ** 9n, set("one", 1n), ZERO, SALT, 100n], { from: "bob" }),
    send("timelock", "schedule", ["$treasury", 5n * 10n ** 9n, set("one", 1n), ZERO, SALT, 100n]),
    send("timelock", "schedule", ["$treasury", 5n * 10n ** 9n, set("one", 1n), ZERO, SALT, 100n]),
    send("timelock", "schedule", ["$treasury", 0n, set("two", 2n), "$one", SALT, 100n]),
    send("timelock", "scheduleBatch", [["$treasury", "$treasury"], [0n, 0n], [set("a", 1n), set("b", 1001n)], ZERO, SALT, 100n]),
    send("timelock", "scheduleBatch", [["$treasury", "$treasury"], [0n], [set("a", 1n), set("b", 1001n)], ZERO, SALT, 100n]),
    send("timelock", "schedule", (c) => [c.at("timelock"), 0n, c.contract("timelock").encode("updateDelay", [5n]), ZERO, ZERO, 100n]),
    ...["isOperation", "isOperationPending", "isOperationReady", "isOperationDone", "getTimestamp", "getOperationState"].map((fn) => call("timelock", fn, ["$one"])),
    send("timelock", "execute", ["$treasury", 5n * 10n ** 9n, set("one", 1n), ZERO, SALT], { from: "bob" }),
    time(100n),
    call("timelock", "isOperationReady", ["$one"]),
    send("timelock", "execute", ["$treasury", 0n, set("two", 2n), "$one", SALT], { from: "bob" }),
    send("timelock", "execute", ["$treasury", 5n * 10n ** 9n, set("one", 1n), ZERO, SALT], { from: "bob" }),
    send("timelock", "execute", ["$treasury", 5n * 10n ** 9n, set("one", 1n), ZERO, SALT], { from: "bob", value: 5n * 10n ** 9n }),
    send("timelock", "execute", ["$treasury", 0n, set("two", 2n), "$one", SALT]),
    send("timelock", "execute", ["$treasury", 0n, set("two", 2n), "$one", SALT], { from: "bob" }),
    send("timelock", "executeBatch", [["$treasury", "$treasury"], [0n, 0n], [set("a", 1n), set("b", 1001n)], ZERO, SALT], { from: "bob" }),
    send("timelock", "cancel", ["$both"], { from: "bob" }),
    send("timelock", "cancel", ["$both"]),
    send("timelock", "cancel", ["$both"]),
    send("timelock", "execute", (c) => [c.at("timelock"), 0n, c.contract("timelock").encode("updateDelay", [5n]), ZERO, ZERO], { from: "bob" }),
    send("timelock", "updateDelay", [1n]),
    call("timelock", "getMinDelay"),
    call("timelock", "getRoleAdmin", [id("PROPOSER_ROLE")]),
    call("treasury", "values", [encodeBytes32String("two")]),
    call("treasury", "values", [encodeBytes32String("a")]),
  ],
};

export const ozGovernance: readonly Scenario[] = [board, senate, timelock];
