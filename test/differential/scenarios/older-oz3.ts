/** OpenZeppelin 3.4 (Solidity 0.7): tokens, roles, payments, mathematics, maps and sets. */
import { MaxUint256, SigningKey, TypedDataEncoder, ZeroAddress, ZeroHash, computeAddress, concat, id, keccak256, zeroPadValue } from "ethers";
import { balance, call, deploy, raw, send, type Context, type Scenario } from "../scenario.js";

const sources = ["fixtures/solidity/older/OpenZeppelin3.sol"];
const signer = new SigningKey(`0x${"55".repeat(32)}`);
const owner = computeAddress(signer.publicKey);
const minter = id("MINTER");

async function permit(c: Context, nonce: bigint, deadline: bigint): Promise<unknown[]> {
  const domain = (await c.contract("coin").call("DOMAIN_SEPARATOR")) as string;
  const types = { Permit: ["owner", "spender", "value", "nonce", "deadline"].map((name, i) => ({ name, type: i < 2 ? "address" : "uint256" })) };
  const struct = TypedDataEncoder.hashStruct("Permit", types, { owner, spender: c.who.bob, value: 70n, nonce, deadline });
  const { v, r, s } = signer.sign(keccak256(concat(["0x1901", domain, struct])));
  return [owner, c.who.bob, 70n, deadline, v, r, s];
}

const tokens: Scenario = {
  name: "OpenZeppelin 3 tokens",
  sources,
  line: "0.7",
  steps: [
    deploy("broken", "Coin", [0n]),
    deploy("coin", "Coin", [10_000n]),
    ...["name", "symbol", "decimals", "cap", "owner"].map((fn) => call("coin", fn)),
    send("coin", "mint", ["$alice", 1000n]),
    send("coin", "mint", ["$alice", 9001n]),
    send("coin", "mint", ["$bob", 1n], { from: "bob" }),
    send("coin", "mint", [ZeroAddress, 1n]),
    send("coin", "transfer", ["$bob", 300n]),
    send("coin", "transfer", ["$bob", 701n]),
    send("coin", "snapshot"),
    send("coin", "transfer", ["$carol", 10n]),
    send("coin", "snapshot"),
    send("coin", "burn", [5n]),
    ...[1n, 2n, 3n, 0n].flatMap((n) => [call("coin", "balanceOfAt", ["$alice", n]), call("coin", "totalSupplyAt", [n])]),
    send("coin", "approve", ["$bob", 50n]),
    send("coin", "increaseAllowance", ["$bob", 5n]),
    send("coin", "decreaseAllowance", ["$bob", 56n]),
    send("coin", "transferFrom", ["$alice", "$carol", 56n], { from: "bob" }),
    send("coin", "transferFrom", ["$alice", "$carol", 20n], { from: "bob" }),
    send("coin", "burnFrom", ["$alice", 35n], { from: "bob" }),
    send("coin", "setPaused", [true]),
    send("coin", "transfer", ["$bob", 1n]),
    send("coin", "setPaused", [true]),
    send("coin", "setPaused", [false]),
    send("coin", "mint", [owner, 100n]),
    send("coin", "permit", (c) => permit(c, 0n, MaxUint256)),
    send("coin", "permit", (c) => permit(c, 0n, MaxUint256)),
    send("coin", "permit", (c) => permit(c, 1n, 1n)),
    call("coin", "nonces", [owner]),
    send("coin", "transferFrom", [owner, "$carol", 60n], { from: "bob" }),
    send("coin", "renounceOwnership"),
    deploy("card", "Card"),
    deploy("holder", "Holder"),
    send("card", "mint", ["$alice", "one"]),
    send("card", "mint", ["$bob", ""]),
    send("card", "mint", ["$holder", "three"]),
    send("card", "mint", ["$coin", "four"]),
    send("card", "mint", ["$bob", ""], { from: "bob" }),
    send("card", "grantRole", [minter, "$bob"], { from: "bob" }),
    send("card", "grantRole", [minter, "$bob"]),
    send("card", "mint", ["$bob", "x".repeat(40)], { from: "bob" }),
    ...[1n, 2n, 4n, 9n].map((n) => call("card", "tokenURI", [n])),
    call("card", "totalSupply"),
    call("card", "tokenByIndex", [1n]),
    call("card", "tokenOfOwnerByIndex", ["$bob", 1n]),
    call("card", "tokenOfOwnerByIndex", ["$bob", 2n]),
    call("card", "getRoleMemberCount", [minter]),
    call("card", "getRoleMember", [minter, 1n]),
    send("card", "transferFrom", ["$alice", "$bob", 1n], { from: "bob" }),
    send("card", "approve", ["$bob", 1n]),
    send("card", "safeTransferFrom(address,address,uint256)", ["$alice", "$holder", 1n], { from: "bob" }),
    send("card", "burn", [2n]),
    send("card", "burn", [2n], { from: "bob" }),
    call("card", "ownerOf", [2n]),
    send("card", "renounceRole", [minter, "$bob"]),
    send("card", "renounceRole", [minter, "$bob"], { from: "bob" }),
    ...["0x01ffc9a7", "0x80ac58cd", "0x780e9d63", "0xffffffff"].map((i) => call("card", "supportsInterface", [i])),
    deploy("items", "Items"),
    send("items", "mint", ["$alice", 1n, 10n, "0x"]),
    // With 0 of it: solc 0.7 pads the reason with what memory happens to hold, here the amount.
    send("items", "mint", ["$coin", 1n, 0n, "0x"]),
    send("items", "mintBatch", ["$holder", [1n, 2n], [5n, 6n]]),
    send("items", "mintBatch", ["$holder", [1n, 2n], [5n]]),
    send("items", "safeBatchTransferFrom", ["$alice", "$bob", [1n, 1n], [3n, 4n], "0x01"]),
    send("items", "safeTransferFrom", ["$alice", "$bob", 1n, 4n, "0x01"]),
    call("items", "balanceOfBatch", [
      ["$alice", "$bob", "$holder"],
      [1n, 1n, 2n],
    ]),
    call("items", "uri", [0n]),
    raw("items", "0x"),
  ],
};

const leaves = [1, 2].map((n) => keccak256(zeroPadValue(`0x0${n}`, 32)));
const root = keccak256(concat(leaves[0]! < leaves[1]! ? leaves : [...leaves].reverse()));
const signature = signer.sign(id("text"));

const utilities: Scenario = {
  name: "OpenZeppelin 3 utilities and payments",
  sources,
  line: "0.7",
  steps: [
    deploy("sums", "Sums"),
    ...[
      [7n, 3n],
      [MaxUint256, 2n],
      [3n, 7n],
      [5n, 0n],
    ].flatMap((args) => ["add", "sub", "mul", "div", "tries", "average"].map((fn) => call("sums", fn, args))),
    ...[
      [7n, -3n],
      [-(1n << 255n), -1n],
      [(1n << 255n) - 1n, 1n],
      [5n, 0n],
    ].flatMap((args) => [call("sums", "signed", args), call("sums", "signedDiv", args)]),
    ...[0n, 127n, 128n, -1n, 1n << 130n].map((n) => call("sums", "casts", [n])),
    ...[0n, 1234567890n, MaxUint256].map((n) => call("sums", "text", [n])),
    ...[
      [1n, "$alice"],
      [2n, "$bob"],
      [3n, "$carol"],
      [2n, "$dave"],
    ].map((args) => send("sums", "mapSet", args)),
    ...[1n, 1n].map((n) => send("sums", "mapRemove", [n])),
    ...[1n, 2n, 3n].flatMap((n) => [call("sums", "mapGet", [n]), call("sums", "mapTry", [n]), call("sums", "mapAt", [n - 1n])]),
    call("sums", "mapLength"),
    ...[ZeroHash, id("a"), id("b"), id("a")].map((v) => send("sums", "setAdd", [v])),
    ...[ZeroHash, id("c")].map((v) => send("sums", "setRemove", [v])),
    ...[0n, 1n, 2n].map((i) => call("sums", "setAt", [i])),
    call("sums", "setHas", [id("b")]),
    call("sums", "bound", [3n]),
    ...[2n, 4n, 4n, 8n].map((v) => send("sums", "keep", [v])),
    ...[1n, 4n, 5n, 9n].map((v) => call("sums", "bound", [v])),
    call("sums", "verify", [[leaves[1]], root, leaves[0]]),
    call("sums", "verify", [[leaves[0]], root, leaves[0]]),
    call("sums", "recover", [id("text"), signature.serialized]),
    call("sums", "recover", [id("text"), "0x1234"]),
    call("sums", "recover", [id("text"), `${signature.serialized.slice(0, -2)}1d`]),
    call("sums", "digest", [id("text")]),
    deploy("bank", "Bank"),
    send("bank", "owe", ["$bob"], { value: 10n ** 9n }),
    call("bank", "payments", ["$bob"]),
    send("bank", "withdrawPayments", ["$bob"]),
    call("bank", "payments", ["$bob"]),
    send("bank", "pay", ["$carol"], { value: 10n ** 9n }),
    send("bank", "pay", ["$sums"], { value: 10n ** 9n }),
    send("bank", "guarded", [false]),
    send("bank", "guarded", [true]),
    deploy("coin", "Coin", [1000n]),
    send("coin", "mint", ["$bank", 10n]),
    send("bank", "move", ["$coin", "$bob", 4n]),
    send("bank", "move", ["$coin", "$bob", 7n]),
    send("bank", "move", ["$sums", "$bob", 7n]),
    send("bank", "move", ["$bob", "$bob", 7n]),
    send("bank", "approve", ["$coin", "$bob", 7n]),
    send("bank", "approve", ["$coin", "$bob", 8n]),
    send("bank", "more", ["$coin", "$bob", 3n]),
    send("bank", "less", ["$coin", "$bob", 11n]),
    send("bank", "less", ["$coin", "$bob", 9n]),
    deploy("broken", "PaymentSplitter", [["$alice"], [1n, 2n]]),
    deploy("splitter", "PaymentSplitter", [
      ["$alice", "$bob"],
      [1n, 3n],
    ]),
    raw("splitter", "0x", { value: 4n * 10n ** 9n }),
    send("splitter", "release", ["$bob"]),
    send("splitter", "release", ["$bob"]),
    send("splitter", "release", ["$carol"]),
    call("splitter", "totalReleased"),
    balance("splitter"),
    deploy("early", "TokenTimelock", ["$coin", "$bob", 1n]),
    deploy("lock", "TokenTimelock", ["$coin", "$bob", 1n << 62n]),
    send("lock", "release"),
  ],
};

export const openzeppelin3: readonly Scenario[] = [tokens, utilities];
