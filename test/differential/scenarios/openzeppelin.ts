/** Scenarios of contracts that are built on OpenZeppelin's, as npm delivers them. */
import { SigningKey, TypedDataEncoder, computeAddress, MaxUint256, ZeroAddress, id, zeroPadValue } from "ethers";
import { balance, call, deploy, raw, send, type Context, type Scenario } from "../scenario.js";

/** A key that belongs to no chain: its permits are signed here. */
const signer = new SigningKey(`0x${"11".repeat(32)}`);
const signerAddress = computeAddress(signer.publicKey);

/** Arguments of permit() with a valid signature for the token at label "token". */
async function permit(c: Context, spender: string, value: bigint, nonce: bigint, deadline = MaxUint256): Promise<unknown[]> {
  const domain = (await c.contract("token").call("eip712Domain")) as { name: string; version: string; chainId: bigint; verifyingContract: string };
  const digest = TypedDataEncoder.hash(
    { name: domain.name, version: domain.version, chainId: domain.chainId, verifyingContract: domain.verifyingContract },
    { Permit: ["owner", "spender", "value", "nonce", "deadline"].map((name, i) => ({ name, type: i < 2 ? "address" : "uint256" })) },
    { owner: signerAddress, spender, value, nonce, deadline },
  );
  const { v, r, s } = signer.sign(digest);
  return [signerAddress, spender, value, deadline, v, r, s];
}

const token: Scenario = {
  name: "ERC20 with permit",
  sources: ["fixtures/solidity/SampleToken.sol"],
  steps: [
    deploy("broken", "SampleToken", [ZeroAddress, 1n]),
    deploy("token", "SampleToken", ["$alice", 1_000_000n]),
    ...["name", "symbol", "decimals", "totalSupply", "cap", "owner"].map((fn) => call("token", fn)),
    send("token", "mint", ["$alice", 1000n]),
    send("token", "mint", ["$bob", 5n], { from: "bob" }),
    send("token", "mint", ["$bob", 1_000_000n]),
    send("token", "transfer", ["$bob", 300n]),
    send("token", "transfer", ["$bob", 0n]),
    send("token", "transfer", ["$alice", 10n]),
    send("token", "transfer", ["$bob", 701n]),
    send("token", "transfer", [ZeroAddress, 1n]),
    send("token", "approve", ["$carol", 50n], { from: "bob" }),
    call("token", "allowance", ["$bob", "$carol"]),
    send("token", "transferFrom", ["$bob", "$dave", 20n], { from: "carol" }),
    send("token", "transferFrom", ["$bob", "$dave", 31n], { from: "carol" }),
    send("token", "approve", ["$carol", MaxUint256], { from: "bob" }),
    send("token", "transferFrom", ["$bob", "$dave", 31n], { from: "carol" }),
    call("token", "allowance", ["$bob", "$carol"]),
    send("token", "payout", [["$bob", "$carol", "$dave"], 7n]),
    send("token", "payout", [["$bob", ZeroAddress], 7n]),
    send("token", "payout", [[], 7n]),
    call("token", "nonces", [signerAddress]),
    send("token", "permit", (c) => permit(c, c.who.bob, 77n, 0n)),
    call("token", "allowance", [signerAddress, "$bob"]),
    send("token", "permit", async (c) => [...(await permit(c, c.who.bob, 78n, 1n, 1n))]),
    send("token", "transfer", [signerAddress, 10n]),
    send("token", "transferFrom", [signerAddress, "$dave", 10n], { from: "bob" }),
    send("token", "transferOwnership", ["$bob"]),
    send("token", "mint", ["$bob", 5n], { from: "bob" }),
    send("token", "renounceOwnership", [], { from: "bob" }),
    ...(["$alice", "$bob", "$carol", "$dave"] as const).map((who) => call("token", "balanceOf", [who])),
    call("token", "totalSupply"),
    raw("token", "0x"),
    raw("token", "0x12345678"),
    raw("token", "0xa9059cbb00"),
    raw("token", "0x70a08231ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"),
    send("token", "transfer", ["$bob", 1n], { value: 10n ** 9n }),
  ],
};

const nft: Scenario = {
  name: "ERC721 with URIs and receivers",
  sources: ["fixtures/solidity/SampleNFT.sol"],
  steps: [
    deploy("nft", "SampleNFT"),
    deploy("gallery", "Gallery"),
    send("nft", "mint", ["$alice", "one"]),
    send("nft", "mint", ["$bob", ""]),
    send("nft", "mint", ["$gallery", "a much longer piece of text than fits into one word of storage"]),
    call("gallery", "lastData"),
    ...[0n, 1n, 2n, 3n, 4n].map((n) => call("nft", "tokenURI", [n])),
    call("nft", "ownerOf", [1n]),
    call("nft", "ownerOf", [9n]),
    call("nft", "balanceOf", ["$gallery"]),
    call("nft", "balanceOf", [ZeroAddress]),
    ...["0x01ffc9a7", "0x80ac58cd", "0x5b5e139f", "0xffffffff", "0x49064906"].map((i) => call("nft", "supportsInterface", [i])),
    send("nft", "transferFrom", ["$alice", "$bob", 1n]),
    send("nft", "transferFrom", ["$alice", "$bob", 1n]),
    send("nft", "approve", ["$carol", 1n], { from: "bob" }),
    call("nft", "getApproved", [1n]),
    send("nft", "transferFrom", ["$bob", "$dave", 1n], { from: "carol" }),
    send("nft", "setApprovalForAll", ["$carol", true], { from: "dave" }),
    send("nft", "safeTransferFrom(address,address,uint256,bytes)", ["$dave", "$gallery", 1n, "0x1234"], { from: "carol" }),
    ...[1, 2, 3, 4].flatMap((mode) => [send("gallery", "setMode", [mode]), send("nft", "safeTransferFrom(address,address,uint256)", ["$bob", "$gallery", 2n], { from: "bob" })]),
    send("nft", "safeTransferFrom(address,address,uint256)", ["$bob", "$nft", 2n], { from: "bob" }),
    send("nft", "burn", [2n], { from: "alice" }),
    send("nft", "burn", [2n], { from: "bob" }),
    call("nft", "tokenURI", [2n]),
    raw("gallery", `${id("setMode(uint8)").slice(0, 10)}${"0".repeat(63)}5`),
  ],
};

const multi: Scenario = {
  name: "ERC1155 with supply",
  sources: ["fixtures/solidity/SampleMulti.sol"],
  steps: [
    deploy("items", "SampleMulti"),
    deploy("chest", "Chest"),
    send("items", "mint", ["$alice", 1n, 100n, "0x"]),
    send("items", "mintBatch", ["$chest", [1n, 2n, 3n], [5n, 6n, 7n], "0xabcd"]),
    send("items", "mintBatch", ["$chest", [1n, 2n], [5n], "0x"]),
    send("items", "mint", ["$items", 1n, 1n, "0x"]),
    call("items", "uri", [3n]),
    call("items", "balanceOfBatch", [
      ["$alice", "$chest", "$bob"],
      [1n, 3n, 1n],
    ]),
    call("items", "balanceOfBatch", [["$alice"], [1n, 3n]]),
    send("items", "safeTransferFrom", ["$alice", "$bob", 1n, 40n, "0x"]),
    send("items", "safeTransferFrom", ["$alice", "$bob", 1n, 61n, "0x"]),
    send("items", "safeTransferFrom", ["$bob", "$alice", 1n, 1n, "0x"], { from: "carol" }),
    send("items", "setApprovalForAll", ["$carol", true], { from: "bob" }),
    send("items", "safeBatchTransferFrom", ["$bob", "$chest", [1n, 1n], [3n, 4n], "0x01"], { from: "carol" }),
    send("items", "burn", ["$bob", 1n, 33n], { from: "bob" }),
    call("items", "totalSupply(uint256)", [1n]),
    call("items", "totalSupply()"),
    call("items", "exists", [9n]),
  ],
};

const guard = id("GUARD_ROLE");
const vault: Scenario = {
  name: "AccessControl, Pausable, ReentrancyGuard and Ownable2Step",
  sources: ["fixtures/solidity/Vault.sol"],
  steps: [
    deploy("vault", "Vault", ["$alice"]),
    deploy("thief", "Thief", ["$vault"], { value: 10n ** 12n }),
    deploy("estate", "Estate", ["$alice"]),
    call("vault", "GUARD_ROLE"),
    send("vault", "pause", [], { from: "bob" }),
    send("vault", "grantRole", [guard, "$bob"], { from: "carol" }),
    send("vault", "grantRole", [guard, "$bob"]),
    send("vault", "grantRole", [guard, "$bob"]),
    call("vault", "hasRole", [guard, "$bob"]),
    send("vault", "deposit", [], { value: 5n * 10n ** 12n, from: "carol" }),
    balance("vault"),
    send("vault", "pause", [], { from: "bob" }),
    send("vault", "deposit", [], { value: 10n ** 9n }),
    send("vault", "unpause", [], { from: "bob" }),
    send("vault", "unpause", [], { from: "bob" }),
    send("thief", "put", [10n ** 12n]),
    balance("thief"),
    send("thief", "take", [4n * 10n ** 11n]),
    send("thief", "setGreedy", [true]),
    send("thief", "take", [2n * 10n ** 11n]),
    balance("vault"),
    balance("thief"),
    send("vault", "withdraw", [6n * 10n ** 12n], { from: "carol" }),
    send("vault", "withdraw", [5n * 10n ** 12n], { from: "carol" }),
    call("vault", "deposits", ["$carol"]),
    send("vault", "renounceRole", [guard, "$bob"], { from: "carol" }),
    send("vault", "renounceRole", [guard, "$bob"], { from: "bob" }),
    call("vault", "getRoleAdmin", [zeroPadValue("0x01", 32)]),
    raw("vault", "0x", { value: 10n ** 9n }),
    send("estate", "transferOwnership", ["$bob"]),
    call("estate", "pendingOwner"),
    send("estate", "set", [5n], { from: "bob" }),
    send("estate", "acceptOwnership", [], { from: "carol" }),
    send("estate", "acceptOwnership", [], { from: "bob" }),
    send("estate", "set", [5n], { from: "bob" }),
    call("estate", "value"),
  ],
};

export const openzeppelin: readonly Scenario[] = [token, nft, multi, vault];
