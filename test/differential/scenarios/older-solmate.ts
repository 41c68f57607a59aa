/** solmate: tokens, vault, authority, mathematics, transfers of odd tokens, data in code. */
import { MaxUint256, SigningKey, TypedDataEncoder, ZeroAddress, ZeroHash, computeAddress, concat, id, keccak256, zeroPadValue } from "ethers";
import { balance, call, deploy, raw, send, type Context, type Scenario } from "../scenario.js";

const sources = ["fixtures/solidity/older/Solmate.sol"];
const WAD = 10n ** 18n;
const signer = new SigningKey(`0x${"33".repeat(32)}`);
const owner = computeAddress(signer.publicKey);

async function permit(c: Context, nonce: bigint, deadline: bigint): Promise<unknown[]> {
  const domain = (await c.contract("coin").call("DOMAIN_SEPARATOR")) as string;
  const types = { Permit: ["owner", "spender", "value", "nonce", "deadline"].map((name, i) => ({ name, type: i < 2 ? "address" : "uint256" })) };
  const struct = TypedDataEncoder.hashStruct("Permit", types, { owner, spender: c.who.bob, value: 70n, nonce, deadline });
  const { v, r, s } = signer.sign(keccak256(concat(["0x1901", domain, struct])));
  return [owner, c.who.bob, 70n, deadline, v, r, s];
}

const tokens: Scenario = {
  name: "solmate tokens",
  sources,
  steps: [
    deploy("coin", "Coin"),
    ...["name", "symbol", "decimals"].map((fn) => call("coin", fn)),
    send("coin", "mint", ["$alice", 1000n]),
    send("coin", "mint", ["$alice", MaxUint256]),
    send("coin", "transfer", ["$bob", 300n]),
    send("coin", "transfer", ["$bob", 701n]),
    send("coin", "approve", ["$bob", 50n]),
    send("coin", "transferFrom", ["$alice", "$carol", 51n], { from: "bob" }),
    send("coin", "transferFrom", ["$alice", "$carol", 50n], { from: "bob" }),
    send("coin", "burn", ["$carol", 20n]),
    send("coin", "mint", [owner, 100n]),
    send("coin", "permit", (c) => permit(c, 0n, MaxUint256)),
    send("coin", "permit", (c) => permit(c, 0n, MaxUint256)),
    send("coin", "permit", (c) => permit(c, 1n, 1n)),
    send("coin", "transferFrom", [owner, "$carol", 60n], { from: "bob" }),
    call("coin", "allowance", [owner, "$bob"]),
    call("coin", "totalSupply"),
    deploy("card", "Card"),
    deploy("holder", "Holder"),
    send("card", "mint", ["$alice", 1n]),
    send("card", "mint", ["$alice", 1n]),
    send("card", "mint", [ZeroAddress, 2n]),
    send("card", "mint", ["$bob", 2n], { from: "bob" }),
    send("card", "safeMint", ["$holder", 3n, "0x1234"]),
    send("card", "safeMint", ["$coin", 4n, "0x"]),
    call("card", "ownerOf", [1n]),
    call("card", "ownerOf", [9n]),
    call("card", "balanceOf", [ZeroAddress]),
    call("card", "tokenURI", [12345n]),
    ...["0x01ffc9a7", "0x80ac58cd", "0x5b5e139f", "0xffffffff"].map((i) => call("card", "supportsInterface", [i])),
    send("card", "transferFrom", ["$alice", "$bob", 1n], { from: "bob" }),
    send("card", "approve", ["$bob", 1n]),
    send("card", "safeTransferFrom(address,address,uint256,bytes)", ["$alice", "$holder", 1n, "0xab"], { from: "bob" }),
    send("card", "burn", [1n]),
    send("card", "transferOwnership", ["$bob"]),
    call("card", "owner"),
    deploy("items", "Items"),
    send("items", "mint", ["$alice", 1n, 10n, "0x"]),
    send("items", "mint", ["$coin", 1n, 10n, "0x"]),
    send("items", "batchMint", ["$holder", [1n, 2n], [5n, 6n]]),
    send("items", "batchMint", ["$holder", [1n, 2n], [5n]]),
    send("items", "safeBatchTransferFrom", ["$alice", "$bob", [1n, 1n], [3n, 4n], "0x01"]),
    send("items", "safeTransferFrom", ["$alice", "$bob", 1n, 4n, "0x01"]),
    call("items", "balanceOfBatch", [
      ["$alice", "$bob", "$holder"],
      [1n, 1n, 2n],
    ]),
    deploy("vault", "Vault", ["$coin"]),
    send("coin", "mint", ["$alice", 10n * WAD]),
    send("coin", "approve", ["$vault", MaxUint256]),
    send("vault", "deposit", [0n, "$alice"]),
    send("vault", "deposit", [3n * WAD, "$alice"]),
    send("coin", "mint", ["$vault", WAD]),
    send("vault", "mint", [WAD, "$bob"]),
    ...["previewDeposit", "previewMint", "previewWithdraw", "previewRedeem"].map((fn) => call("vault", fn, [WAD + 1n])),
    send("vault", "withdraw", [WAD, "$carol", "$bob"]),
    send("vault", "withdraw", [WAD, "$carol", "$alice"]),
    send("vault", "redeem", [WAD, "$carol", "$alice"]),
    deploy("weth", "WETH"),
    send("weth", "deposit", [], { value: 5n * 10n ** 9n }),
    raw("weth", "0x", { value: 10n ** 9n, from: "bob" }),
    send("weth", "withdraw", [6n * 10n ** 9n]),
    send("weth", "withdraw", [2n * 10n ** 9n]),
    balance("weth"),
    deploy("roles", "RolesAuthority", ["$alice", ZeroAddress]),
    deploy("gate", "Gate", ["$carol", "$roles"]),
    send("gate", "pass", [1n]),
    send("roles", "setRoleCapability", [200, "$gate", id("pass(uint256)").slice(0, 10), true]),
    send("roles", "setUserRole", ["$bob", 200, true]),
    send("gate", "pass", [2n], { from: "bob" }),
    send("gate", "pass", [4n], { from: "carol" }),
    send("roles", "setUserRole", ["$bob", 1, true], { from: "bob" }),
    call("roles", "getUserRoles", ["$bob"]),
    call("gate", "passed"),
  ],
};

const leaves = [1, 2, 3, 4].map((n) => keccak256(zeroPadValue(`0x0${n}`, 32)));
const pair = (a: string, b: string): string => keccak256(concat(a < b ? [a, b] : [b, a]));
const left = pair(leaves[0]!, leaves[1]!);
const right = pair(leaves[2]!, leaves[3]!);
const root = pair(left, right);

const libraries: Scenario = {
  name: "solmate libraries",
  sources,
  steps: [
    deploy("sums", "Sums"),
    ...[
      [WAD, 2n * WAD],
      [3n, 5n],
      [MaxUint256, 2n],
      [0n, MaxUint256],
      [WAD + 1n, WAD - 1n],
      [7n, 0n],
    ].flatMap((args) => [call("sums", "wad", args), call("sums", "over", args), call("sums", "unsafe", args)]),
    ...[
      [7n, 9n, 4n],
      [MaxUint256, 1n, MaxUint256],
      [MaxUint256, 2n, 2n],
      [5n, 5n, 0n],
    ].map((args) => call("sums", "mulDiv", args)),
    ...[
      [2n * WAD, 10n, WAD],
      [0n, 0n, WAD],
      [0n, 5n, WAD],
      [WAD + 1n, 10000n, WAD],
      [MaxUint256, 2n, 1n],
    ].map((args) => call("sums", "rpow", args)),
    ...[0n, 1n, 3n, 4n, 99n, MaxUint256, 1n << 200n].map((x) => call("sums", "sqrt", [x])),
    ...[
      [2n * WAD, -3n * WAD],
      [-WAD, 0n],
      [-(1n << 255n), -1n],
      [1n << 254n, 4n],
    ].map((args) => call("sums", "signed", args)),
    ...[
      [2n * WAD, WAD / 2n],
      [0n, WAD],
      [10n * WAD, 18n * WAD],
    ].map((args) => call("sums", "power", args)),
    ...[0n, WAD, -WAD, 135n * WAD, 136n * WAD, -43n * WAD].map((x) => call("sums", "exp", [x])),
    ...[1n, WAD, 2n * WAD, 0n, -1n, (1n << 255n) - 1n].map((x) => call("sums", "ln", [x])),
    ...[0n, 7n, -1234567n, (1n << 255n) - 1n, -(1n << 255n)].map((x) => call("sums", "text", [x])),
    call("sums", "verify", [[leaves[1], right], root, leaves[0]]),
    call("sums", "verify", [[leaves[1], left], root, leaves[0]]),
    call("sums", "verify", [[], root, root]),
    deploy("odd", "Odd"),
    deploy("coin", "Coin"),
    deploy("mover", "Mover"),
    send("coin", "mint", ["$mover", 10n]),
    send("mover", "move", ["$coin", "$bob", 4n]),
    send("mover", "move", ["$coin", "$bob", 7n]),
    send("mover", "moveFrom", ["$coin", "$alice", "$bob", 1n]),
    send("mover", "approve", ["$coin", "$bob", 5n]),
    ...[0n, 1n, 2n, 3n, 4n].flatMap((mode) => [
      send("odd", "setMode", [mode]),
      send("mover", "move", ["$odd", "$bob", 1n]),
      send("mover", "moveFrom", ["$odd", "$alice", "$bob", 1n]),
      send("mover", "approve", ["$odd", "$bob", 1n]),
    ]),
    send("mover", "move", ["$bob", "$bob", 1n]),
    send("mover", "pay", ["$bob", 10n ** 9n], { value: 3n * 10n ** 9n }),
    send("mover", "pay", ["$coin", 10n ** 9n]),
    balance("mover"),
    send("mover", "guarded", [false]),
    send("mover", "guarded", [true]),
  ],
};

const code: Scenario = {
  name: "solmate data in code",
  sources,
  // Raw EVM code does not run elsewhere.
  targets: ["evm"],
  steps: [
    deploy("code", "Code"),
    call("code", "read"),
    send("code", "write", [`0x${"5b60ff00".repeat(20)}`]),
    call("code", "read"),
    ...[0n, 5n, 80n, 81n].map((start) => call("code", "readFrom", [start])),
    ...[
      [0n, 3n],
      [10n, 80n],
      [10n, 81n],
      [7n, 7n],
    ].map((args) => call("code", "readRange", args)),
    send("code", "write", ["0x"]),
    call("code", "read"),
    send("code", "create", [ZeroHash]),
    send("code", "create", [ZeroHash]),
    send("code", "create", [id("other")], { value: 1n }),
  ],
};

export const solmate: readonly Scenario[] = [tokens, libraries, code];
