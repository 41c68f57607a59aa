/** More of Solady's libraries and tokens: fixtures/solidity/older/SoladyMore.sol. */
import { MaxUint256, encodeBytes32String, hexlify, id, toUtf8Bytes } from "ethers";
import { balance, call, deploy, send, type Scenario } from "../scenario.js";

const sources = ["fixtures/solidity/older/SoladyMore.sol"];
const GWEI = 10n ** 9n;
const text = (s: string): string => hexlify(toUtf8Bytes(s));
const DAY = 86_400n;

const encodings: Scenario = {
  name: "Solady encodings, dates and random numbers",
  sources,
  steps: [
    deploy("e", "Encodings"),
    ...[0n, 951_782_400n, 1_709_164_799n, 253_402_300_799n, 1n << 40n].map((t) => call("e", "date", [t])),
    ...[
      [2000n, 2n, 1n],
      [1900n, 2n, 5n],
      [2024n, 12n, 4n],
      [2023n, 13n, 6n],
    ].map((args) => call("e", "calendar", args)),
    ...[
      [951_782_400n, 13n],
      [31n * DAY, 1n],
      [400n * DAY, 14n],
      [0n, 1n],
    ].map((args) => call("e", "months", args)),
    ...[0n, 1n, MaxUint256].map((seed) => call("e", "random", [seed])),
    ...[
      ['{"a": [1, 2, {"b": null}], "key": "v\\"x", "n": -12.5e3}', '"key"'],
      ['[true, {"x": 1}, "\\u00e9"]', ""],
      ['{"a": 1,}', '"a"'],
      ["  12  ", ""],
      ['{"a" 1}', ""],
      ["", ""],
    ].map((args) => call("e", "json", args)),
    ...["123", "0", "-5", "12a", MaxUint256.toString(), (MaxUint256 + 1n).toString()].map((s) => call("e", "jsonNumbers", [s])),
    ...['"a\\n\\u0041\\ud83d\\ude00"', '"open', '"\\x"'].map((s) => call("e", "jsonString", [s])),
    ...["0x", "0x00", `0x${"00".repeat(40)}${"ff".repeat(40)}`, text("abcabcabcabcabcabcabcabcabcabcabcabcabc"), `0x${"00112233".repeat(20)}`].map((d) => call("e", "zip", [d])),
    ...["0x", "0x00", "0x0000287fb4cd", text("Hello World!"), `0x${"ff".repeat(40)}`].map((d) => call("e", "base58", [d])),
    ...["2NEpo7TZRRrLZSi2U", "0OIl", "1", ""].map((s) => call("e", "base58Decode", [s])),
    ...[
      [0n, "0x", false],
      [127n, "0x7f", true],
      [128n, "0x80", true],
      [1n << 200n, `0x${"61".repeat(60)}`, false],
    ].map((args) => call("e", "rlp", args)),
    ...[0n, 1n, 5n].map((n) => call("e", "buffer", [text("abc"), `0x${"64".repeat(33)}`, n])),
    ...[
      ["a,b,,c", ",", "--"],
      ["aaaa", "aa", ""],
      ["abc", "", "x"],
      ["", "a", "b"],
      ["x".repeat(70), "x".repeat(33), "y"],
    ].map((args) => call("e", "bytesOf", args.map(text))),
    ...[
      ["1.2.3", "1.2.3"],
      ["1.2.3-alpha", "1.2.3"],
      ["1.10.0", "1.9.9"],
      ["v2", "1.9.9"],
    ].map((args) => call("e", "versions", args.map(encodeBytes32String))),
    ...[
      [255n, -(1n << 127n)],
      [256n, 0n],
      [1n, 1n << 127n],
    ].map((args) => call("e", "casts", args)),
    ...[(1n << 255n) - 1n, 1n << 255n].map((n) => call("e", "toSigned", [n])),
    call("e", "hashes", [1n, 2n]),
    ...[0n, 2n, 3n].map((i) => call("e", "merkle", [["a", "b", "c"].map(id), i])),
    call("e", "merkle", [[id("a")], 1n]),
    call("e", "merkle", [["a", "b", "c"].map(id), 9n]),
    ...[7n, 1n].map((n) => call("e", "arrays", [[1n, 7n, 3n, 7n], n])),
    call("e", "arrays", [[], 1n]),
  ],
};

const collections: Scenario = {
  name: "Solady heaps, trees and maps",
  sources,
  steps: [
    deploy("c", "Collections"),
    send("c", "pop"),
    ...[5n, 3n, 9n, 1n, 7n, 3n].map((n) => send("c", "push", [n])),
    call("c", "smallest", [4n]),
    ...[send("c", "pop"), send("c", "pop"), send("c", "enqueue", [100n, 3n]), send("c", "enqueue", [0n, 5n]), send("c", "enqueue", [8n, 5n]), call("c", "smallest", [10n])],
    ...[50n, 20n, 80n, 10n, 30n, 70n, 90n, 25n, MaxUint256, 1n << 200n].map((n) => send("c", "insert", [n])),
    ...[send("c", "insert", [50n]), send("c", "insert", [0n]), call("c", "values")],
    ...[0n, 26n, 50n, 1n << 199n, MaxUint256].map((n) => call("c", "near", [n])),
    ...[20n, 50n, 55n, MaxUint256, 10n].flatMap((n) => [send("c", "remove", [n]), call("c", "values")]),
    ...["alice", "bob", "carol", "alice"].map((who, i) => send("c", "set", [`$${who}`, BigInt(i)])),
    ...[call("c", "get", ["$alice"]), send("c", "unset", ["$bob"]), send("c", "unset", ["$bob"]), call("c", "get", ["$bob"]), call("c", "keys")],
    ...[0n, 1n, 7n, 8n, 9n].map((i) => send("c", "put", [i, i * 2n])),
    ...[0n, 2n, 8n, 14n].map((i) => call("c", "look", [i])),
    ...[0n, 1n].map((depth) => send("c", "enter", [depth])),
    send("c", "multicall", (c) => [[c.contract("c").encode("push", [2n]), c.contract("c").encode("pop", [])]]),
    send("c", "multicall", (c) => [[c.contract("c").encode("insert", [30n])]]),
  ],
};

const tokens: Scenario = {
  name: "Solady roles, vaults and multi-tokens",
  sources,
  steps: [
    deploy("money", "Money"),
    send("money", "mint", ["$alice", 1000n]),
    ...[
      send("money", "grantRoles", ["$alice", 2n]),
      send("money", "grantRoles", ["$bob", 6n]),
      send("money", "grantRoles", ["$bob", 1n], { from: "bob" }),
      send("money", "mint", ["$alice", 1000n]),
    ],
    ...[call("money", "rolesOf", ["$bob"]), call("money", "hasAllRoles", ["$bob", 7n]), call("money", "both", [], { from: "bob" }), call("money", "both", [], { from: "carol" })],
    ...[send("money", "renounceRoles", [2n], { from: "bob" }), send("money", "mint", ["$bob", 1n], { from: "bob" }), send("money", "revokeRoles", ["$bob", 4n])],
    deploy("vault", "Vault", ["$money"]),
    ...[
      send("vault", "deposit", [100n, "$alice"]),
      send("money", "approve", ["$vault", 10_000n]),
      send("vault", "deposit", [100n, "$alice"]),
      send("vault", "mint", [50n, "$bob"]),
    ],
    ...[send("money", "transfer", ["$vault", 33n]), ...["totalAssets", "totalSupply", "decimals", "asset"].map((fn) => call("vault", fn))],
    ...["convertToShares", "convertToAssets", "previewMint", "previewWithdraw"].map((fn) => call("vault", fn, [77n])),
    ...[
      send("vault", "withdraw", [40n, "$carol", "$alice"]),
      send("vault", "redeem", [500n, "$carol", "$alice"]),
      send("vault", "redeem", [10n, "$carol", "$bob"]),
      send("vault", "redeem", [10n, "$bob", "$bob"], { from: "bob" }),
    ],
    deploy("items", "Items"),
    ...[
      send("items", "mint", ["$alice", 1n, 5n, "0x"]),
      send("items", "mint", ["$vault", 1n, 5n, "0x"]),
      send("items", "batchMint", ["$alice", [1n, 2n], [3n, 4n]]),
      send("items", "batchMint", ["$alice", [1n, 2n], [3n]]),
    ],
    ...[
      send("items", "safeTransferFrom", ["$alice", "$bob", 1n, 6n, "0x"]),
      send("items", "safeTransferFrom", ["$alice", "$bob", 1n, 6n, "0x"]),
      call("items", "balanceOfBatch", [
        ["$alice", "$bob"],
        [1n, 1n],
      ]),
    ],
    ...[
      send("items", "safeBatchTransferFrom", ["$alice", "$bob", [1n, 2n], [1n, 1n], "0x"], { from: "bob" }),
      send("items", "setApprovalForAll", ["$bob", true]),
      send("items", "safeBatchTransferFrom", ["$alice", "$bob", [1n, 2n], [1n, 1n], "0x"], { from: "bob" }),
    ],
    deploy("many", "Many"),
    ...[
      send("many", "mint", ["$alice", 9n, 5n]),
      send("many", "transfer", ["$bob", 9n, 6n]),
      send("many", "transfer", ["$bob", 9n, 2n]),
      send("many", "approve", ["$bob", 9n, 2n]),
      send("many", "transferFrom", ["$alice", "$carol", 9n, 2n], { from: "bob" }),
    ],
    ...[
      send("many", "transferFrom", ["$alice", "$carol", 9n, 1n], { from: "bob" }),
      send("many", "setOperator", ["$bob", true]),
      send("many", "transferFrom", ["$alice", "$carol", 9n, 1n], { from: "bob" }),
      call("many", "balanceOf", ["$carol", 9n]),
    ],
    deploy("weth", "WETH"),
    ...[
      send("weth", "deposit", [], { value: 5n * GWEI }),
      send("weth", "withdraw", [6n * GWEI]),
      send("weth", "withdraw", [2n * GWEI]),
      call("weth", "totalSupply"),
      balance("weth"),
    ],
  ],
};

export const soladyMore: readonly Scenario[] = [encodings, collections, tokens];
