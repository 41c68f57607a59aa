/** Uniswap v2 (Solidity 0.5): factory, pair, its liquidity token with permit, flash swaps. */
import { MaxUint256, SigningKey, ZeroAddress, computeAddress, concat, id, keccak256, AbiCoder } from "ethers";
import { attach, call, deploy, send, time, type Context, type Scenario } from "../scenario.js";

const signer = new SigningKey(`0x${"22".repeat(32)}`);
const owner = computeAddress(signer.publicKey);

/** Arguments of the pair's permit, signed over the domain separator that the pair itself reports. */
async function permit(c: Context, value: bigint, nonce: bigint, deadline: bigint): Promise<unknown[]> {
  const domain = (await c.contract("pair").call("DOMAIN_SEPARATOR")) as string;
  const types = ["bytes32", "address", "address", "uint256", "uint256", "uint256"];
  const typeHash = id("Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)");
  const struct = keccak256(AbiCoder.defaultAbiCoder().encode(types, [typeHash, owner, c.who.bob, value, nonce, deadline]));
  const { v, r, s } = signer.sign(keccak256(concat(["0x1901", domain, struct])));
  return [owner, c.who.bob, value, deadline, v, r, s];
}

const fund = (amount0: bigint, amount1: bigint) => [send("t0", "transfer", ["$pair", amount0]), send("t1", "transfer", ["$pair", amount1])];
const reserves = call("borrower", "reserves", ["$pair"]);
const Q = 10n ** 18n;

const exchange: Scenario = {
  name: "Uniswap v2 exchange",
  sources: ["fixtures/solidity/older/UniswapV2.sol"],
  line: "0.5",
  steps: [
    deploy("coins", "Coins", ["$alice"]),
    attach("t0", "Coin", async (c) => (await c.contract("coins").call("first")) as string),
    attach("t1", "Coin", async (c) => (await c.contract("coins").call("second")) as string),
    deploy("factory", "UniswapV2Factory", ["$alice"]),
    deploy("borrower", "Borrower"),
    send("factory", "createPair", ["$t0", "$t0"]),
    send("factory", "createPair", [ZeroAddress, "$t0"]),
    send("factory", "setFeeTo", ["$dave"], { from: "bob" }),
    send("factory", "createPair", ["$t1", "$t0"], {
      creates: { label: "pair", contract: "UniswapV2Pair", find: async (c) => (await c.contract("factory").call("getPair", [c.at("t0"), c.at("t1")])) as string },
    }),
    send("factory", "createPair", ["$t0", "$t1"]),
    call("borrower", "isCreated", ["$factory", "$t0", "$t1"]),
    call("factory", "allPairsLength"),
    call("factory", "allPairs", [0n]),
    call("factory", "allPairs", [1n]),
    ...["token0", "token1", "factory", "name", "symbol", "decimals", "MINIMUM_LIQUIDITY", "PERMIT_TYPEHASH"].map((fn) => call("pair", fn)),
    send("pair", "initialize", ["$t0", "$t1"]),
    send("pair", "mint", ["$alice"]),
    ...fund(1000n, 1000n),
    send("pair", "mint", ["$alice"]),
    ...fund(4n * Q, 9n * Q),
    send("pair", "mint", ["$alice"]),
    reserves,
    call("pair", "totalSupply"),
    call("pair", "balanceOf", ["$alice"]),
    call("pair", "balanceOf", [ZeroAddress]),
    time(100n),
    ...fund(Q, 0n),
    send("pair", "swap", [0n, 0n, "$bob", "0x"]),
    send("pair", "swap", [0n, 9n * Q, "$bob", "0x"]),
    send("pair", "swap", [0n, 1_796_000_000_000_000_000n, "$t0", "0x"]),
    send("pair", "swap", [0n, 1_797_000_000_000_000_000n, "$bob", "0x"]),
    send("pair", "swap", [0n, 1_790_000_000_000_000_000n, "$bob", "0x"]),
    reserves,
    call("t1", "balanceOf", ["$bob"]),
    send("t1", "transfer", ["$pair", Q], { from: "bob" }),
    send("pair", "swap", [600_000_000_000_000_000n, 0n, "$carol", "0x"], { from: "carol" }),
    send("pair", "swap", [500_000_000_000_000_000n, 0n, "$carol", "0x"], { from: "carol" }),
    // Flash swaps: the borrower pays the fee from coins of its own.
    send("t0", "transfer", ["$borrower", Q]),
    send("borrower", "borrow", ["$pair", Q, 0n, Q, 0n]),
    send("borrower", "borrow", ["$pair", Q, 0n, Q + (Q * 4n) / 1000n, 0n]),
    send("borrower", "borrow", ["$pair", 1000n, 1000n, 1004n, 1004n]),
    send("borrower", "borrow", ["$pair", Q, 0n, 0n, 10n * Q]),
    reserves,
    // Protocol fee, then liquidity is taken back.
    send("factory", "setFeeTo", ["$dave"]),
    ...fund(Q, 2n * Q),
    send("pair", "mint", ["$bob"]),
    ...fund(Q / 3n, 0n),
    send("pair", "swap", [0n, 1n, "$bob", "0x"]),
    ...fund(Q, 2n * Q),
    send("pair", "mint", ["$carol"]),
    call("pair", "balanceOf", ["$dave"]),
    call("pair", "balanceOf", ["$carol"]),
    call("pair", "kLast"),
    send("pair", "burn", ["$alice"]),
    send("pair", "transfer", ["$pair", Q]),
    send("pair", "burn", ["$alice"]),
    reserves,
    ...fund(77n, 99n),
    send("pair", "skim", ["$carol"]),
    ...fund(12n, 34n),
    send("pair", "sync"),
    reserves,
    // The liquidity token itself.
    send("pair", "transfer", ["$bob", 10n ** 30n]),
    send("pair", "transfer", [owner, 1000n]),
    send("pair", "approve", ["$bob", 50n]),
    send("pair", "transferFrom", ["$alice", "$carol", 51n], { from: "bob" }),
    send("pair", "transferFrom", ["$alice", "$carol", 20n], { from: "bob" }),
    call("pair", "allowance", ["$alice", "$bob"]),
    send("pair", "approve", ["$bob", MaxUint256]),
    send("pair", "transferFrom", ["$alice", "$carol", 20n], { from: "bob" }),
    call("pair", "allowance", ["$alice", "$bob"]),
    send("pair", "permit", (c) => permit(c, 700n, 0n, MaxUint256)),
    send("pair", "permit", (c) => permit(c, 700n, 0n, MaxUint256)),
    send("pair", "permit", (c) => permit(c, 700n, 1n, 1n)),
    call("pair", "nonces", [owner]),
    send("pair", "transferFrom", [owner, "$bob", 600n], { from: "bob" }),
    call("pair", "allowance", [owner, "$bob"]),
    send("factory", "setFeeToSetter", ["$bob"]),
    send("factory", "setFeeTo", [ZeroAddress]),
  ],
};

/** Amounts on both sides are equal, so that it does not matter which of the two tokens comes first. */
const both = (fn: string, args: readonly unknown[]) => [send("a", fn, args), send("b", fn, args)];

const silent: Scenario = {
  name: "Uniswap v2 with tokens that return nothing",
  sources: ["fixtures/solidity/older/UniswapV2.sol"],
  line: "0.5",
  steps: [
    deploy("a", "SilentCoin"),
    deploy("b", "SilentCoin"),
    deploy("pair", "UniswapV2Pair"),
    deploy("borrower", "Borrower"),
    send("pair", "initialize", ["$a", "$b"], { from: "bob" }),
    send("pair", "initialize", ["$a", "$b"]),
    ...both("set", ["$pair", Q]),
    send("pair", "sync"),
    reserves,
    ...both("set", ["$pair", 1n << 112n]),
    send("pair", "sync"),
    ...both("set", ["$pair", Q + 5n]),
    send("pair", "skim", ["$carol"]),
    call("a", "balanceOf", ["$carol"]),
    ...both("set", ["$pair", Q + 5n]),
    ...both("setMode", [true, false]),
    send("pair", "skim", ["$carol"]),
    ...both("setMode", [false, true]),
    send("pair", "skim", ["$carol"]),
    reserves,
  ],
};

export const uniswapV2: readonly Scenario[] = [exchange, silent];
