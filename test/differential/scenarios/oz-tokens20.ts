/** Scenarios of OpenZeppelin's ERC-20 extensions: fixtures/solidity/oz/Tokens20.sol. */
import { MaxUint256, ZeroAddress, ZeroHash, concat, id, toBeHex, zeroPadValue } from "ethers";
import { call, deploy, mine, send, time, type Context, type Scenario } from "../scenario.js";
import { packed, signer, signTyped } from "./oz-signing.js";

const sources = ["fixtures/solidity/oz/Tokens20.sol"];
const ann = signer(0x21);
const everyone = ["$alice", "$bob", "$carol"] as const;

const house: Scenario = {
  name: "ERC20 that is burned, capped and paused",
  sources,
  steps: [
    deploy("bad", "HouseToken", [0n]),
    deploy("token", "HouseToken", [1000n]),
    ...["cap", "name", "symbol", "decimals", "totalSupply", "paused", "owner"].map((fn) => call("token", fn)),
    send("token", "mint", ["$alice", 600n]),
    send("token", "mint", ["$bob", 401n]),
    send("token", "mint", ["$bob", 400n]),
    send("token", "burn", [100n]),
    send("token", "burn", [501n]),
    send("token", "burnFrom", ["$bob", 5n]),
    send("token", "approve", ["$alice", 7n], { from: "bob" }),
    send("token", "burnFrom", ["$bob", 5n]),
    send("token", "burnFrom", ["$bob", 5n]),
    send("token", "pause", [], { from: "bob" }),
    send("token", "pause"),
    send("token", "pause"),
    send("token", "transfer", ["$bob", 1n]),
    send("token", "burn", [1n]),
    send("token", "unpause"),
    send("token", "unpause"),
    send("token", "transfer", ["$bob", 1n]),
    call("token", "totalSupply"),
    ...everyone.map((who) => call("token", "balanceOf", [who])),
  ],
};

async function delegation(c: Context, to: string, nonce: bigint, expiry: bigint): Promise<unknown[]> {
  const { v, r, s } = await signTyped(c, "token", ann, "Delegation", "address delegatee,uint256 nonce,uint256 expiry", { delegatee: to, nonce, expiry });
  return [to, nonce, expiry, v, r, s];
}

const votes: Scenario = {
  name: "ERC20Votes: delegation and checkpoints",
  sources,
  steps: [
    deploy("token", "VoteToken"),
    ...["CLOCK_MODE", "clock", "totalSupply"].map((fn) => call("token", fn)),
    call("token", "getVotes", ["$alice"]),
    send("token", "delegate", ["$alice"]),
    send("token", "transfer", ["$bob", 1000n]),
    send("token", "delegate", ["$carol"], { from: "bob" }),
    send("token", "transfer", [ann.address, 500n]),
    send("token", "delegateBySig", (c) => delegation(c, c.who.bob, 0n, MaxUint256)),
    send("token", "delegateBySig", (c) => delegation(c, c.who.bob, 0n, MaxUint256)),
    send("token", "delegateBySig", (c) => delegation(c, c.who.bob, 1n, 1n)),
    send("token", "delegateBySig", (c) => delegation(c, c.who.dave, 1n, MaxUint256)),
    send("token", "delegate", ["$alice"]),
    mine(3),
    send("token", "burn", [7n]),
    send("token", "mint", ["$bob", 11n]),
    send("token", "mint", ["$bob", (1n << 208n) - 1n]),
    send("token", "mint", ["$bob", MaxUint256]),
    ...["$alice", "$bob", "$carol", "$dave", ann.address].flatMap((who) => [
      call("token", "getVotes", [who]),
      call("token", "delegates", [who]),
      call("token", "numCheckpoints", [who]),
    ]),
    ...[1n, 2n, 3n, 5n, 6n, 8n, 10n, 12n, 14n, 16n].flatMap((block) => [call("token", "getPastVotes", ["$alice", block]), call("token", "getPastTotalSupply", [block])]),
    call("token", "checkpoints", ["$alice", 1]),
    call("token", "checkpoints", ["$alice", 99]),
    call("token", "getPastVotes", ["$alice", 1_000_000n]),
    call("token", "clock"),
  ],
};

const flash: Scenario = {
  name: "ERC20FlashMint and ERC1363",
  sources,
  steps: [
    deploy("token", "FlashToken"),
    deploy("shop", "Customer"),
    deploy("other", "Customer"),
    call("token", "maxFlashLoan", ["$token"]),
    call("token", "maxFlashLoan", ["$shop"]),
    call("token", "flashFee", ["$token", 12345n]),
    call("token", "flashFee", ["$shop", 12345n]),
    send("shop", "borrow", ["$token", 10_000n, "0x1234"]),
    send("token", "transfer", ["$shop", 1000n]),
    send("shop", "borrow", ["$token", 10_000n, "0x1234"]),
    send("token", "setCollector", ["$dave"]),
    send("shop", "borrow", ["$token", 20_000n, "0x"]),
    call("token", "balanceOf", ["$dave"]),
    send("shop", "setMood", [1]),
    send("shop", "borrow", ["$token", 10_000n, "0x1234"]),
    send("token", "transferAndCall(address,uint256)", ["$shop", 5n]),
    send("shop", "setMood", [2]),
    send("shop", "borrow", ["$token", 10_000n, "0x1234"]),
    send("token", "transferAndCall(address,uint256)", ["$shop", 5n]),
    send("token", "approveAndCall(address,uint256,bytes)", ["$shop", 5n, "0xabcdef"]),
    send("shop", "setMood", [3]),
    send("token", "transferAndCall(address,uint256,bytes)", ["$shop", 5n, "0x11223344"]),
    send("token", "approveAndCall(address,uint256)", ["$shop", 5n]),
    send("shop", "setMood", [0]),
    send("token", "transferAndCall(address,uint256,bytes)", ["$shop", 5n, "0x11223344"]),
    send("token", "transferAndCall(address,uint256)", ["$bob", 5n]),
    send("token", "approveAndCall(address,uint256,bytes)", ["$shop", 50n, "0xabcdef"]),
    send("token", "approveAndCall(address,uint256)", ["$token", 50n]),
    send("token", "approve", ["$bob", 9n]),
    send("token", "transferFromAndCall(address,address,uint256,bytes)", ["$alice", "$other", 4n, "0x99"], { from: "bob" }),
    send("token", "transferFromAndCall(address,address,uint256)", ["$alice", "$other", 6n], { from: "bob" }),
    ...["0xb0202a11", "0x01ffc9a7", "0xffffffff"].map((i) => call("token", "supportsInterface", [i])),
    send("shop", "borrow", ["$token", MaxUint256, "0x"]),
    call("token", "totalSupply"),
    // Approvals that last one transaction.
    send("shop", "lend", ["$token", "$other", 100n, 60n, 40n]),
    send("shop", "lend", ["$token", "$other", 100n, 60n, 41n]),
    send("shop", "lend", ["$token", "$other", 100n, 10n, 0n]),
    send("shop", "lend", ["$token", "$other", MaxUint256, 10n, 20n]),
    call("token", "allowance", ["$shop", "$other"]),
    send("token", "temporaryApprove", [ZeroAddress, 1n]),
    send("token", "temporaryApprove", ["$bob", 1n]),
    call("token", "allowance", ["$alice", "$bob"]),
    call("token", "balanceOf", ["$other"]),
  ],
};

const shares: Scenario = {
  name: "ERC4626 and ERC20Wrapper",
  sources,
  steps: [
    deploy("asset", "HouseToken", [10n ** 30n]),
    deploy("vault", "Shares", ["$asset", 3]),
    deploy("plain", "Shares", ["$asset", 0]),
    deploy("deep", "Shares", ["$alice", 255]),
    send("asset", "mint", ["$alice", 10n ** 20n]),
    send("asset", "mint", ["$bob", 10n ** 20n]),
    call("vault", "decimals"),
    call("vault", "asset"),
    call("deep", "decimals"),
    send("vault", "deposit", [1000n, "$alice"]),
    send("asset", "approve", ["$vault", MaxUint256]),
    send("asset", "approve", ["$vault", 10n ** 19n], { from: "bob" }),
    send("vault", "deposit", [1000n, "$alice"]),
    send("asset", "transfer", ["$vault", 333n]),
    call("vault", "totalAssets"),
    ...[0n, 1n, 7n, 1000n, 10n ** 18n].flatMap((n) =>
      ["previewDeposit", "previewMint", "previewWithdraw", "previewRedeem", "convertToShares", "convertToAssets"].map((fn) => call("vault", fn, [n])),
    ),
    send("vault", "mint", [777_777n, "$carol"], { from: "bob" }),
    send("vault", "withdraw", [100n, "$dave", "$alice"]),
    send("vault", "withdraw", [100n, "$dave", "$carol"]),
    send("vault", "approve", ["$alice", 100_000n], { from: "carol" }),
    send("vault", "withdraw", [100n, "$dave", "$carol"]),
    send("vault", "redeem", [1000n, "$dave", "$carol"]),
    send("vault", "redeem", [10n ** 18n, "$dave", "$alice"]),
    send("vault", "withdraw", [10n ** 18n, "$dave", "$alice"]),
    ...["maxDeposit", "maxMint", "maxWithdraw", "maxRedeem"].map((fn) => call("vault", fn, ["$carol"])),
    call("vault", "convertToShares", [MaxUint256]),
    call("asset", "balanceOf", ["$dave"]),
    deploy("wrapped", "Wrapped", ["$asset"]),
    call("wrapped", "decimals"),
    call("wrapped", "underlying"),
    send("asset", "approve", ["$wrapped", 50n]),
    send("wrapped", "depositFor", ["$bob", 40n]),
    send("wrapped", "depositFor", ["$wrapped", 1n]),
    send("wrapped", "depositFor", ["$bob", 40n]),
    send("wrapped", "withdrawTo", ["$carol", 15n], { from: "bob" }),
    send("wrapped", "withdrawTo", ["$wrapped", 15n], { from: "bob" }),
    send("asset", "transfer", ["$wrapped", 3n]),
    send("wrapped", "recover", ["$dave"]),
    call("wrapped", "totalSupply"),
  ],
};

type Authorization = { to: string; value: bigint; after: bigint; before: bigint; nonce: string };
const AUTHORIZATION = "address from,address to,uint256 value,uint256 validAfter,uint256 validBefore,bytes32 nonce";
/** A nonce of a key: 192 bits of key, 64 of count. */
const nonce = (key: bigint, count: bigint): string => toBeHex((key << 64n) | count, 32);

async function authorization(c: Context, type: string, a: Authorization, split: boolean): Promise<unknown[]> {
  const { to, value, after, before, nonce } = a;
  const signature = await signTyped(c, "token", ann, type, AUTHORIZATION, { from: ann.address, to, value, validAfter: after, validBefore: before, nonce });
  return [ann.address, to, value, after, before, nonce, ...(split ? [signature.v, signature.r, signature.s] : [packed(signature)])];
}

const SPLIT = "(address,address,uint256,uint256,uint256,bytes32,uint8,bytes32,bytes32)";
const PACKED = "(address,address,uint256,uint256,uint256,bytes32,bytes)";

const authorized: Scenario = {
  name: "ERC20TransferAuthorization and ERC20Bridgeable",
  sources,
  steps: [
    deploy("token", "AuthorizedToken", ["$dave"]),
    send("token", "crosschainMint", [ann.address, 1000n]),
    send("token", "crosschainMint", [ann.address, 1000n], { from: "dave" }),
    send("token", "crosschainBurn", [ann.address, 1n], { from: "dave" }),
    ...["0x33331994", "0x01ffc9a7", "0x12345678"].map((i) => call("token", "supportsInterface", [i])),
    send("token", `transferWithAuthorization${SPLIT}`, (c) =>
      authorization(c, "TransferWithAuthorization", { to: c.who.bob, value: 10n, after: 0n, before: MaxUint256 >> 1n, nonce: ZeroHash }, true),
    ),
    send("token", `transferWithAuthorization${SPLIT}`, (c) =>
      authorization(c, "TransferWithAuthorization", { to: c.who.bob, value: 10n, after: 0n, before: MaxUint256 >> 1n, nonce: ZeroHash }, true),
    ),
    send("token", `transferWithAuthorization${PACKED}`, (c) =>
      authorization(c, "TransferWithAuthorization", { to: c.who.bob, value: 20n, after: 0n, before: MaxUint256 >> 1n, nonce: nonce(7n, 0n) }, false),
    ),
    send("token", `transferWithAuthorization${PACKED}`, (c) =>
      authorization(c, "TransferWithAuthorization", { to: c.who.bob, value: 20n, after: 0n, before: 100n, nonce: nonce(7n, 1n) }, false),
    ),
    send("token", `receiveWithAuthorization${SPLIT}`, (c) =>
      authorization(c, "ReceiveWithAuthorization", { to: c.who.bob, value: 30n, after: 0n, before: MaxUint256 >> 1n, nonce: nonce(7n, 1n) }, true),
    ),
    send(
      "token",
      `receiveWithAuthorization${SPLIT}`,
      (c) => authorization(c, "ReceiveWithAuthorization", { to: c.who.bob, value: 30n, after: 0n, before: MaxUint256 >> 1n, nonce: nonce(7n, 1n) }, true),
      { from: "bob" },
    ),
    send(
      "token",
      `receiveWithAuthorization${PACKED}`,
      (c) => authorization(c, "ReceiveWithAuthorization", { to: c.who.bob, value: 30n, after: 1_900_000_000n, before: MaxUint256 >> 1n, nonce: nonce(7n, 2n) }, false),
      { from: "bob" },
    ),
    time(300_000_000n),
    send(
      "token",
      `receiveWithAuthorization${PACKED}`,
      (c) => authorization(c, "ReceiveWithAuthorization", { to: c.who.bob, value: 30n, after: 1_900_000_000n, before: MaxUint256 >> 1n, nonce: nonce(7n, 2n) }, false),
      { from: "bob" },
    ),
    send("token", "cancelAuthorization(address,bytes32,bytes)", async (c) => [
      ann.address,
      nonce(8n, 0n),
      packed(await signTyped(c, "token", ann, "CancelAuthorization", "address authorizer,bytes32 nonce", { authorizer: ann.address, nonce: nonce(8n, 0n) })),
    ]),
    send("token", "cancelAuthorization(address,bytes32,bytes)", [ann.address, nonce(8n, 1n), concat([id("r"), id("s"), "0x1b"])]),
    ...[nonce(7n, 2n), nonce(7n, 3n), nonce(8n, 0n), nonce(8n, 1n)].map((n) => call("token", "authorizationState", [ann.address, n])),
    call("token", "nonces(address,uint192)", [ann.address, 7n]),
    call("token", "balanceOf", ["$bob"]),
  ],
};

const careful: Scenario = {
  name: "SafeERC20 with tokens of every kind",
  sources,
  steps: [
    deploy("careful", "Careful"),
    deploy("old", "OldToken"),
    deploy("new", "FlashToken"),
    deploy("shop", "Customer"),
    send("old", "transfer", ["$careful", 500n]),
    send("new", "transfer", ["$careful", 500n]),
    ...["old", "new"].flatMap((token) => [
      send("careful", "give", [`$${token}`, "$bob", 10n]),
      send("careful", "give", [`$${token}`, "$bob", 1000n]),
      send("careful", "tryGive", [`$${token}`, "$bob", 10n]),
      send("careful", "tryGive", [`$${token}`, "$bob", 1000n]),
      send("careful", "take", [`$${token}`, "$alice", 10n]),
      send(token, "approve", ["$careful", 30n]),
      send("careful", "take", [`$${token}`, "$alice", 10n]),
      send("careful", "tryTake", [`$${token}`, "$alice", 10n]),
      send("careful", "tryTake", [`$${token}`, "$alice", 11n]),
      send("careful", "more", [`$${token}`, "$carol", 5n]),
      send("careful", "more", [`$${token}`, "$carol", 6n]),
      send("careful", "less", [`$${token}`, "$carol", 12n]),
      send("careful", "less", [`$${token}`, "$carol", 2n]),
      send("careful", "force", [`$${token}`, "$carol", 99n]),
      send("careful", "force", [`$${token}`, "$carol", 0n]),
      call(token, "allowance", ["$careful", "$carol"]),
    ]),
    send("old", "setLies", [true]),
    send("careful", "give", ["$old", "$bob", 1n]),
    send("careful", "tryGive", ["$old", "$bob", 1n]),
    send("careful", "force", ["$old", "$bob", 1n]),
    send("careful", "give", ["$alice", "$bob", 1n]),
    send("careful", "tryGive", ["$alice", "$bob", 1n]),
    send("careful", "give", [zeroPadValue("0x02", 20), "$bob", 1n]),
    send("careful", "relay", ["$new", "$shop", 3n, "0x55"]),
    send("careful", "relay", ["$new", "$bob", 3n, "0x55"]),
    send("careful", "relay", ["$old", "$shop", 3n, "0x55"]),
  ],
};

export const ozTokens20: readonly Scenario[] = [house, votes, flash, shares, authorized, careful];
