/** Solady: token, owner, mathematics, strings, sorting, bit maps, proofs, signatures, clones, transfers of odd tokens. */
import { MaxUint256, SigningKey, TypedDataEncoder, ZeroAddress, ZeroHash, computeAddress, concat, id, keccak256, toBeHex, zeroPadValue } from "ethers";
import { attach, balance, call, deploy, raw, send, time, type Context, type Scenario, type Step } from "../scenario.js";

const sources = ["fixtures/solidity/older/Solady.sol"];
const WAD = 10n ** 18n;
const signer = new SigningKey(`0x${"44".repeat(32)}`);
const owner = computeAddress(signer.publicKey);

async function permit(c: Context, nonce: bigint, deadline: bigint): Promise<unknown[]> {
  const domain = (await c.contract("coin").call("DOMAIN_SEPARATOR")) as string;
  const types = { Permit: ["owner", "spender", "value", "nonce", "deadline"].map((name, i) => ({ name, type: i < 2 ? "address" : "uint256" })) };
  const struct = TypedDataEncoder.hashStruct("Permit", types, { owner, spender: c.who.bob, value: 70n, nonce, deadline });
  const { v, r, s } = signer.sign(keccak256(concat(["0x1901", domain, struct])));
  return [owner, c.who.bob, 70n, deadline, v, r, s];
}

const tokens: Scenario = {
  name: "Solady tokens",
  sources,
  steps: [
    deploy("coin", "Coin"),
    ...["name", "symbol", "decimals", "owner"].map((fn) => call("coin", fn)),
    send("coin", "mint", ["$alice", 1000n]),
    send("coin", "mint", ["$alice", 1n], { from: "bob" }),
    send("coin", "mint", ["$alice", MaxUint256]),
    send("coin", "transfer", ["$bob", 300n]),
    send("coin", "transfer", ["$bob", 701n]),
    send("coin", "approve", ["$bob", 50n]),
    send("coin", "transferFrom", ["$alice", "$carol", 51n], { from: "bob" }),
    send("coin", "transferFrom", ["$alice", "$carol", 20n], { from: "bob" }),
    call("coin", "allowance", ["$alice", "$bob"]),
    send("coin", "burn", ["$carol", 21n]),
    send("coin", "burn", ["$carol", 20n]),
    send("coin", "mint", [owner, 100n]),
    send("coin", "permit", (c) => permit(c, 0n, MaxUint256)),
    send("coin", "permit", (c) => permit(c, 0n, MaxUint256)),
    send("coin", "permit", (c) => permit(c, 1n, 1n)),
    send("coin", "transferFrom", [owner, "$carol", 60n], { from: "bob" }),
    call("coin", "totalSupply"),
    call("coin", "balanceOf", ["$carol"]),
    raw("coin", `${id("balanceOf(address)").slice(0, 10)}${"f".repeat(64)}`),
    send("coin", "requestOwnershipHandover", [], { from: "carol" }),
    send("coin", "completeOwnershipHandover", ["$bob"]),
    send("coin", "completeOwnershipHandover", ["$carol"]),
    send("coin", "transferOwnership", ["$bob"]),
    send("coin", "transferOwnership", [ZeroAddress], { from: "carol" }),
    send("coin", "renounceOwnership", [], { from: "carol" }),
    call("coin", "owner"),
    send("coin", "requestOwnershipHandover", [], { from: "carol" }),
    time(48n * 3600n + 10n),
    send("coin", "cancelOwnershipHandover", [], { from: "carol" }),
    deploy("card", "Card"),
    send("card", "mint", ["$alice", 7n]),
    send("card", "mint", ["$alice", 7n]),
    send("card", "mint", [ZeroAddress, 8n]),
    send("card", "safeMint", ["$bob", 8n, "0x12"]),
    send("card", "safeMint", ["$coin", 9n, "0x12"]),
    call("card", "tokenURI", [7n]),
    call("card", "tokenURI", [6n]),
    call("card", "ownerOf", [6n]),
    call("card", "balanceOf", [ZeroAddress]),
    send("card", "transferFrom", ["$alice", "$bob", 7n], { from: "bob" }),
    send("card", "approve", ["$bob", 7n]),
    send("card", "transferFrom", ["$alice", "$bob", 7n], { from: "bob" }),
    send("card", "setApprovalForAll", ["$carol", true], { from: "bob" }),
    send("card", "safeTransferFrom(address,address,uint256)", ["$bob", "$alice", 8n], { from: "carol" }),
    send("card", "burn", [7n]),
    send("card", "burn", [8n]),
    ...["0x01ffc9a7", "0x80ac58cd", "0xffffffff"].map((i) => call("card", "supportsInterface", [i])),
    deploy("odd", "Odd"),
    deploy("mover", "Mover"),
    deploy("other", "Coin"),
    send("other", "mint", ["$mover", 10n]),
    send("mover", "move", ["$other", "$bob", 4n]),
    send("mover", "move", ["$other", "$bob", 7n]),
    call("mover", "balance", ["$other", "$mover"]),
    call("mover", "balance", ["$bob", "$mover"]),
    send("mover", "moveFrom", ["$other", "$alice", "$bob", 1n]),
    send("mover", "tryMoveFrom", ["$other", "$alice", "$bob", 1n]),
    send("mover", "approve", ["$other", "$bob", 5n]),
    send("mover", "approveRetry", ["$other", "$bob", 6n]),
    send("mover", "moveAll", ["$other", "$carol"]),
    ...[0n, 1n, 2n, 3n, 4n].flatMap((mode) => [
      send("odd", "setMode", [mode]),
      send("mover", "move", ["$odd", "$bob", 1n]),
      send("mover", "moveFrom", ["$odd", "$alice", "$bob", 1n]),
      send("mover", "tryMoveFrom", ["$odd", "$alice", "$bob", 1n]),
      send("mover", "approveRetry", ["$odd", "$bob", 1n]),
      call("mover", "balance", ["$odd", "$bob"]),
    ]),
    send("mover", "pay", ["$bob", 10n ** 9n], { value: 3n * 10n ** 9n }),
    send("mover", "pay", ["$other", 10n ** 9n]),
    send("mover", "pay", ["$bob", 10n ** 12n]),
    send("mover", "payAll", ["$carol"]),
    balance("mover"),
  ],
};

const pairs = [
  [WAD, 2n * WAD],
  [3n, 5n],
  [MaxUint256, 2n],
  [0n, MaxUint256],
  [WAD + 1n, WAD - 1n],
  [7n, 0n],
];
const numbers = [0n, 1n, 2n, 3n, 99n, 100n, WAD, (1n << 128n) - 1n, 1n << 255n, MaxUint256];

const mathematics: Scenario = {
  name: "Solady mathematics",
  sources,
  steps: [
    deploy("sums", "Sums"),
    ...pairs.flatMap((args) => ["wad", "over", "saturating"].map((fn) => call("sums", fn, args))),
    ...[
      [2n * WAD, -3n * WAD],
      [-WAD, 0n],
      [-(1n << 255n), -1n],
      [1n << 254n, 4n],
    ].flatMap((args) => [call("sums", "signed", args), call("sums", "small", args)]),
    ...[
      [2n * WAD, WAD / 2n],
      [0n, WAD],
      [10n * WAD, 18n * WAD],
    ].map((args) => call("sums", "power", args)),
    ...[0n, WAD, -WAD, 135n * WAD, 136n * WAD, -43n * WAD].map((x) => call("sums", "exp", [x])),
    ...[1n, WAD, 2n * WAD, 0n, -1n, (1n << 255n) - 1n].map((x) => call("sums", "ln", [x])),
    ...[0n, WAD, -367879441171442321n, -367879441171442322n, 10n ** 30n, 1n].map((x) => call("sums", "lambert", [x])),
    ...[
      [7n, 9n, 4n],
      [MaxUint256, MaxUint256, MaxUint256],
      [MaxUint256, 2n, 1n],
      [5n, 5n, 0n],
      [1n << 200n, 1n << 99n, 12345n],
    ].flatMap((args) => [call("sums", "full", args), call("sums", "mulDiv", args)]),
    ...[
      [MaxUint256, MaxUint256, 255n],
      [1n << 128n, 1n << 128n, 1n],
      [1n << 128n, 1n << 128n, 0n],
    ].map((args) => call("sums", "fullN", args)),
    ...[
      [3n, 7n],
      [2n, 4n],
      [5n, 0n],
      [MaxUint256, 10n ** 18n + 9n],
    ].map((args) => call("sums", "inverse", args)),
    ...[
      [2n * WAD, 10n, WAD],
      [0n, 0n, WAD],
      [WAD + 1n, 10000n, WAD],
      [MaxUint256, 2n, 1n],
    ].map((args) => call("sums", "rpow", args)),
    ...numbers.flatMap((x) => ["roots", "wadRoots", "logs", "sci", "bits"].map((fn) => call("sums", fn, [x]))),
    ...[0n, 20n, 57n, 58n].map((x) => call("sums", "factorial", [x])),
    ...[
      [0n, 100n, 5n, 0n, 10n],
      [100n, 0n, 5n, 0n, 10n],
      [100n, 7n, 50n, 0n, 10n],
      [0n, MaxUint256, 1n, 0n, 3n],
    ].map((args) => call("sums", "lerp", args)),
  ],
};

const texts: readonly Step[] = [
  deploy("words", "Words"),
  ...[
    [0n, 0n],
    [12345n, -12345n],
    [MaxUint256, -(1n << 255n)],
  ].map((args) => call("words", "numbers", args)),
  ...[
    [255n, 1n],
    [255n, 20n],
    [256n, 1n],
  ].map((args) => call("words", "fixedHex", args)),
  call("words", "account", ["0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359"]),
  ...["0x", "0x00", "0x0102", "0x010203", `0x${"ab".repeat(70)}`].map((data) => call("words", "raw", [data])),
  ...["", "AQID", "AQI=", "AQ", "____", "!!"].map((text) => call("words", "decode", [text])),
  ...["", "plain", "ünïcödé", "日本語テキスト", "x".repeat(65)].map((s) => call("words", "runes", [s])),
  ...[
    ["abcabc", "bc", "X"],
    ["aaaa", "aa", "b"],
    ["abc", "", "-"],
    ["", "a", "b"],
    ["x".repeat(40), "x", "yz"],
  ].map((args) => call("words", "replace", args)),
  ...[
    ["hello hello", "llo", 0n],
    ["hello hello", "llo", 3n],
    ["hello", "z", 0n],
    ["hello", "", 9n],
    [`${"a".repeat(50)}b`, "ab", 100n],
  ].map((args) => call("words", "find", args)),
  ...[
    ["ab", 0n],
    ["ab", 33n],
    ["", 5n],
  ].map((args) => call("words", "repeat", args)),
  ...[
    ["hello world", 3n, 8n],
    ["hello", 4n, 99n],
    ["hello", 5n, 2n],
  ].map((args) => call("words", "slice", args)),
  ...[
    ["a,b,,c", ","],
    ["abc", ","],
    ["", ","],
    ["one--two--", "--"],
  ].map((args) => call("words", "parts", args)),
  ...["MiXeD 123", "Ünï"].map((s) => call("words", "cases", [s])),
  ...['<a href="x">\'&</a>', 'quote " and \\ and \n and \u0001', "a b/c?d=é"].map((s) => call("words", "escape", [s])),
  ...[
    ["a", "a"],
    ["a", "b"],
    ["b", "a"],
    ["a", "ab"],
    ["x".repeat(40), `${"x".repeat(39)}y`],
  ].map((args) => call("words", "compare", args)),
  ...["", "short", "x".repeat(32), "x".repeat(33)].map((s) => call("words", "small", [s])),
  ...[
    ["one", "two"],
    ["x".repeat(31), "y"],
    ["", ""],
  ].map((args) => call("words", "pack", args)),
  ...["short", "x".repeat(31), "y".repeat(100), ""].flatMap((s) => [send("words", "keep", [s]), call("words", "kept")]),
  call("words", "direct", ["returned as it is"]),
];

const mixed = Array.from({ length: 27 }, (_, i) => (BigInt(i) * 7919n) % 101n);
const lists: readonly Step[] = [
  deploy("lists", "Lists"),
  ...[[], [1n], [3n, 1n, 2n], mixed, [...mixed].sort((a, b) => Number(b - a)), Array<bigint>(30).fill(5n)].flatMap((a) => [
    call("lists", "sort", [a]),
    call("lists", "unique", [a]),
    call("lists", "reverse", [a]),
  ]),
  call("lists", "insertion", [[3n, -5n, 0n, -(1n << 255n), 7n]]),
  ...[5n, 4n, 0n, 100n].map((n) => call("lists", "search", [[1n, 3n, 5n, 9n], n])),
  call("lists", "search", [[], 1n]),
  call("lists", "sets", [
    [1n, 2n, 5n, 9n],
    [2n, 3n, 9n, 11n],
  ]),
  send("lists", "setBit", [5n, true]),
  send("lists", "toggle", [300n]),
  send("lists", "toggle", [300n]),
  send("lists", "setBits", [250n, 600n]),
  send("lists", "unsetBits", [300n, 10n]),
  ...[5n, 6n, 250n, 299n, 305n, 849n, 850n].map((i) => call("lists", "bit", [i])),
  ...[
    [0n, 1000n],
    [260n, 20n],
    [900n, 1n],
    [4n, 0n],
  ].map((args) => call("lists", "count", args)),
  ...[5n, 0n, 7n, 9n, 11n, 5n].map((v) => send("lists", "add", [v])),
  ...[7n, 7n, 0n].map((v) => send("lists", "remove", [v])),
  call("lists", "values"),
];

const leaves = [1, 2, 3, 4].map((n) => keccak256(zeroPadValue(`0x0${n}`, 32)));
const pair = (a: string, b: string): string => keccak256(concat(a < b ? [a, b] : [b, a]));
const left = pair(leaves[0]!, leaves[1]!);
const right = pair(leaves[2]!, leaves[3]!);
const root = pair(left, right);
const digest = id("to be signed");
const signature = signer.sign(digest);

const proofs: readonly Step[] = [
  deploy("proofs", "Proofs"),
  call("proofs", "verify", [[leaves[1], right], root, leaves[0]]),
  call("proofs", "verify", [[leaves[1], left], root, leaves[0]]),
  call("proofs", "verify", [[], root, root]),
  call("proofs", "multi", [[], root, leaves, [true, true, true]]),
  call("proofs", "multi", [[right], root, leaves.slice(0, 2), [true, false]]),
  call("proofs", "multi", [[left], root, leaves.slice(0, 2), [true, false]]),
  call("proofs", "multi", [[], root, [], []]),
  ...["recover", "tryRecover"].flatMap((fn) =>
    [signature.serialized, signature.compactSerialized, `${signature.serialized.slice(0, -2)}1d`, "0x1234", `0x${"00".repeat(65)}`].map((s) => call("proofs", fn, [digest, s])),
  ),
  call("proofs", "recoverParts", [digest, signature.v, signature.r, signature.s]),
  call("proofs", "recoverParts", [digest, 29, signature.r, signature.s]),
  call("proofs", "digest", [digest, "0x"]),
  call("proofs", "digest", [digest, `0x${"61".repeat(123)}`]),
];

const libraries: Scenario = { name: "Solady strings, lists and proofs", sources, steps: [...texts, ...lists, ...proofs] };

const clones: Scenario = {
  name: "Solady clones",
  sources,
  // Its clones are raw EVM code of its own make.
  targets: ["evm"],
  steps: [
    deploy("target", "Target"),
    deploy("cloner", "Cloner"),
    send("cloner", "clone", ["$target"], { value: 5n }),
    attach("copy", "Target", async (c) => (await c.contract("cloner").call("made")) as string),
    send("copy", "set", [77n]),
    call("copy", "value"),
    call("copy", "self"),
    call("target", "value"),
    balance("copy"),
    send("cloner", "cloneAt", ["$target", ZeroHash]),
    send("cloner", "cloneAt", ["$target", ZeroHash]),
    send("cloner", "cloneAt", ["$target", toBeHex(1n, 32)]),
    call("cloner", "initCodeLength", ["$target"]),
  ],
};

export const solady: readonly Scenario[] = [tokens, mathematics, libraries, clones];
