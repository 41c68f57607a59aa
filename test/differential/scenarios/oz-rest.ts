/** Scenarios of what else OpenZeppelin has: cross-chain collections, hooks, signers, paymasters, Compound's timelock: fixtures/solidity/oz/Rest.sol. */
import { AbiCoder, Interface, MaxUint256, concat, encodeRlp, id, keccak256, toBeHex } from "ethers";
import { balance, call, define, deploy, raw, send, time, type Context, type Scenario } from "../scenario.js";
import { packed, signer } from "./oz-signing.js";

const sources = ["fixtures/solidity/oz/Rest.sol"];
const coder = AbiCoder.defaultAbiCoder();
const GWEI = 10n ** 9n;
const FAR = "0x00000000000000000000000000000000000000fa";
const THERE = "0x00000000000000000000000000000000000000bb";
/** An interoperable address (ERC-7930) of chain 1 of EIP-155. */
const remote = (address: string): string => concat(["0x00010000010114", address]);

const collections: Scenario = {
  name: "ERC721Crosschain, ERC1155Crosschain and their bridges",
  sources,
  steps: [
    deploy("carrier", "Carrier"),
    deploy("stamps", "Stamps", (c) => [[[c.at("carrier"), remote(FAR)]]]),
    deploy("ferry", "StampFerry", (c) => [c.at("stamps"), [[c.at("carrier"), remote(FAR)]]]),
    send("stamps", "crosschainTransferFrom", ["$alice", remote(THERE), 1n]),
    send("stamps", "crosschainTransferFrom", ["$alice", remote(THERE), 1n]),
    send("stamps", "crosschainTransferFrom", ["$alice", remote(THERE), 2n], { from: "bob" }),
    send("carrier", "deliver", (c) => [c.at("stamps"), remote(FAR), coder.encode(["bytes", "bytes", "uint256"], [remote(THERE), c.who.bob, 77n])]),
    send("carrier", "deliver", (c) => [c.at("stamps"), remote(THERE), coder.encode(["bytes", "bytes", "uint256"], [remote(THERE), c.who.bob, 78n])]),
    call("stamps", "ownerOf", [77n]),
    send("ferry", "crosschainTransferFrom", ["$alice", remote(THERE), 3n]),
    send("stamps", "approve", ["$ferry", 3n]),
    send("ferry", "crosschainTransferFrom", ["$alice", remote(THERE), 3n], { from: "bob" }),
    send("ferry", "crosschainTransferFrom", ["$alice", remote(THERE), 3n]),
    send("carrier", "deliver", (c) => [c.at("ferry"), remote(FAR), coder.encode(["bytes", "bytes", "uint256"], [remote(THERE), c.who.carol, 3n])]),
    call("stamps", "ownerOf", [3n]),
    deploy("crates", "Crates", (c) => [[[c.at("carrier"), remote(FAR)]]]),
    deploy("store", "CrateFerry", (c) => [c.at("crates"), [[c.at("carrier"), remote(FAR)]]]),
    send("crates", "crosschainTransferFrom(address,bytes,uint256,uint256)", ["$alice", remote(THERE), 1n, 10n]),
    send("crates", "crosschainTransferFrom(address,bytes,uint256[],uint256[],bytes)", ["$alice", remote(THERE), [1n, 2n], [5n, 6n], "0x1234"]),
    send("crates", "crosschainTransferFrom(address,bytes,uint256,uint256)", ["$alice", remote(THERE), 1n, 1n], { from: "bob" }),
    send("crates", "setApprovalForAll", ["$store", true]),
    send("store", "crosschainTransferFrom(address,bytes,uint256[],uint256[])", ["$alice", remote(THERE), [1n, 2n], [5n, 6n]]),
    send("store", "crosschainTransferFrom(address,bytes,uint256[],uint256[])", ["$alice", remote(THERE), [1n, 2n], [5n, 6n]], { from: "bob" }),
    send("crates", "safeTransferFrom", ["$alice", "$store", 1n, 1n, "0x"]),
    send("carrier", "deliver", (c) => [
      c.at("store"),
      remote(FAR),
      coder.encode(["bytes", "bytes", "uint256[]", "uint256[]", "bytes"], [remote(THERE), c.who.bob, [1n, 2n], [2n, 3n], "0x"]),
    ]),
    call("crates", "balanceOfBatch", [
      ["$alice", "$bob", "$store"],
      [1n, 2n, 1n],
    ]),
    deploy("minted", "Minted"),
    deploy("mintBridge", "MintBridge", (c) => [c.at("minted"), [[c.at("carrier"), remote(FAR)]]]),
    send("mintBridge", "crosschainTransfer", [remote(THERE), 10n]),
    send("minted", "setBridge", ["$mintBridge"]),
    send("mintBridge", "crosschainTransfer", [remote(THERE), 10n]),
    send("carrier", "deliver", (c) => [c.at("mintBridge"), remote(FAR), coder.encode(["bytes", "bytes", "uint256"], [remote(THERE), c.who.bob, 500n])]),
    call("minted", "totalSupply"),
  ],
};

const [ann, ben] = [signer(0x81), signer(0x82)];
const HASH = id("operation");
const single = (target: string, value: bigint, data: string): string => concat([target, toBeHex(value, 32), data]);
const operation = (sender: string, paymasterAndData: string): unknown[] => [
  sender,
  0n,
  "0x",
  "0x",
  toBeHex(0n, 32),
  13n,
  concat([toBeHex(14n, 16), toBeHex(15n, 16)]),
  paymasterAndData,
  "0x",
];

const accounts: Scenario = {
  name: "AccountERC7579Hooked, signers and paymasters",
  sources,
  steps: [
    deploy("account", "HookedAccount", ["$alice"]),
    deploy("watcher", "Watcher"),
    deploy("minted", "Minted"),
    send("account", "installModule", [4n, "$minted", "0x"]),
    send("account", "installModule", [4n, "$watcher", "0x"]),
    send("account", "installModule", [4n, "$watcher", "0x"]),
    call("account", "hook"),
    call("account", "accountId"),
    call("account", "supportsModule", [4n]),
    send("account", "execute", (c) => [toBeHex(0n, 32), single(c.who.bob, GWEI, "0x1234")], { value: 2n * GWEI }),
    send("account", "execute", (c) => [toBeHex(0n, 32), single(c.who.bob, GWEI, "0x")], { value: 13n * GWEI }),
    raw("account", "0x12345678"),
    send("account", "uninstallModule", [4n, "$minted", "0x"]),
    send("account", "uninstallModule", [4n, "$watcher", "0x"]),
    call("account", "hook"),
    balance("account"),
    deploy("key", "KeySigner", [ann.address]),
    deploy("empty", "KeySigner", ["0x1234"]),
    deploy("self", "SelfSigner"),
    ...[ann, ben].flatMap((k) => ["key", "self"].map((label) => call(label, "valid", [HASH, packed(k.key.sign(HASH))]))),
    call("key", "signer"),
    deploy("pass", "PassSigner", [toBeHex(1n, 32), toBeHex(2n, 32)]),
    deploy("web", "WebSigner", ["0x6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296", "0x4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5"]),
    call("web", "signer"),
    call("web", "valid", [HASH, "0x1234"]),
    deploy("webVerifier", "WebAuthnVerifier"),
    call("webVerifier", "verify", ["0x1234", HASH, "0x"]),
    deploy("notary", "NotarySigner", ["0x03", `0x${"ab".repeat(128)}`]),
    call("notary", "valid", [HASH, "0x1234"]),
    deploy("rsa", "RsaVerifier"),
    call("rsa", "verify", [coder.encode(["bytes", "bytes"], ["0x03", "0xab"]), HASH, "0x12"]),
    // Paymasters.
    deploy("stamps", "Stamps", [[]]),
    deploy("host", "StampHost", ["$stamps", "$alice"]),
    send("host", "validatePaymasterUserOp", (c) => [operation(c.who.alice, "0x"), HASH, 5n]),
    send("host", "validatePaymasterUserOp", (c) => [operation(c.who.bob, "0x"), HASH, 5n]),
    deploy("guaranteed", "Guaranteed", ["$alice", "$minted"]),
    send("minted", "approve", ["$guaranteed", MaxUint256]),
    send("guaranteed", "validatePaymasterUserOp", (c) => [
      operation(c.who.bob, concat([c.at("guaranteed"), toBeHex(0n, 16), toBeHex(50_000n, 16), c.who.alice])),
      HASH,
      5_000_000n,
    ]),
    send("guaranteed", "validatePaymasterUserOp", (c) => [operation(c.who.bob, concat([c.at("guaranteed"), toBeHex(0n, 16), toBeHex(0n, 16), c.who.carol])), HASH, 5_000_000n]),
    call("minted", "balanceOf", ["$guaranteed"]),
  ],
};

const governor = new Interface(["function relayCrosschain(address,bytes,bytes32,bytes)", "function setPendingAdmin(address)"]);
/** The key of a transaction in Compound's timelock. */
async function queued(c: Context, proposal: string, target: string, value: bigint, data: string): Promise<string> {
  const eta = await c.contract("village").call("proposalEta", [c.value(proposal)]);
  return keccak256(coder.encode(["address", "uint256", "string", "bytes", "uint256"], [target, value, "", data, eta]));
}

const village: Scenario = {
  name: "GovernorTimelockCompound and GovernorCrosschain",
  sources,
  steps: [
    deploy("carrier", "Carrier"),
    deploy("timelock", "OldTimelock"),
    deploy("village", "Village", ["$timelock"]),
    send("village", "__acceptAdmin"),
    send("timelock", "setPendingAdmin", ["$village"]),
    send("village", "__acceptAdmin"),
    define("abroad", async (c) => governor.encodeFunctionData("relayCrosschain", [c.at("carrier"), remote(FAR), toBeHex(7n, 32), "0xabcdef"])),
    define("first", async (c) => (await c.contract("village").call("hashProposal", [[c.at("village"), c.who.bob], [0n, GWEI], [c.value("abroad"), "0x"], id("Abroad")])) as bigint),
    define("second", async (c) => (await c.contract("village").call("hashProposal", [[c.who.bob], [0n], ["0x"], id("Nothing")])) as bigint),
    send("village", "propose", (c) => [[c.at("village"), c.who.bob], [0n, GWEI], [c.value("abroad"), "0x"], "Abroad"]),
    send("village", "propose", [["$bob"], [0n], ["0x"], "Nothing"]),
    ...(["alice", "bob", "carol"] as const).flatMap((from) => ["$first", "$second"].map((p) => send("village", "castVote", [p, 1], { from }))),
    time(101n),
    call("village", "state", ["$first"]),
    send("village", "queue", [["$bob"], [0n], ["0x"], id("Nothing")]),
    send("village", "queue", (c) => [[c.at("village"), c.who.bob], [0n, GWEI], [c.value("abroad"), "0x"], id("Abroad")]),
    define("queued nothing", (c) => queued(c, "second", c.who.bob, 0n, "0x")),
    define("queued abroad", (c) => queued(c, "first", c.at("village"), 0n, c.value("abroad"))),
    define("queued gift", (c) => queued(c, "first", c.who.bob, GWEI, "0x")),
    call("village", "proposalEta", ["$second"]),
    send("village", "cancel", [["$bob"], [0n], ["0x"], id("Nothing")]),
    send("village", "execute", [["$bob"], [0n], ["0x"], id("Nothing")]),
    time(3n * 86_400n),
    call("village", "state", ["$second"]),
    send("village", "execute", (c) => [[c.at("village"), c.who.bob], [0n, GWEI], [c.value("abroad"), "0x"], id("Abroad")], { value: GWEI }),
    call("village", "state", ["$first"]),
    time(15n * 86_400n),
    call("village", "state", ["$second"]),
    send("village", "execute", [["$bob"], [0n], ["0x"], id("Nothing")]),
    balance("timelock"),
    send("village", "relayCrosschain", ["$carrier", "0x", toBeHex(0n, 32), "0x"]),
  ],
};

const header = [
  id("parent"),
  id("ommers"),
  THERE,
  id("state"),
  id("transactions"),
  id("receipts"),
  `0x${"01".repeat(64)}`,
  "0x",
  "0x0539",
  "0x01c9c380",
  "0x5208",
  "0x6553f100",
  "0x1234",
  id("randao"),
  "0x0000000000000042",
  "0x07",
  id("withdrawals"),
  "0x020000",
  "0x",
  id("beacon"),
  id("requests"),
];
const headers: Scenario = {
  name: "BlockHeader and Blockhash",
  sources,
  steps: [
    deploy("h", "Headers"),
    call("h", "read", [encodeRlp(header.map((field, i) => (i === 6 ? `0x${"01".repeat(256)}` : field)))]),
    call("h", "read", [encodeRlp(header.slice(0, 15))]),
    call("h", "read", ["0xc0"]),
    call("h", "recent", [1_000_000n]),
    call("h", "recent", [1n]),
    call("h", "verify", [encodeRlp(header)]),
  ],
};

export const ozRest: readonly Scenario[] = [collections, accounts, village, headers];
