/** The precompiled contracts that are code of the program: as on an EVM, and against the definition. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { concat, toBeHex } from "ethers";
import { compile } from "../../../../index.js";
import { createChain } from "../../../../testing/index.js";

const SOURCE = `
pragma solidity ^0.8.26;
contract Precompiles {
  function run(address to, bytes calldata input) external view returns (bool done, bytes memory output) {
    (done, output) = to.staticcall(input);
  }
}
contract None { function f() external pure returns (uint256) { return 1; } }
`;

/** Input of EIP-198: lengths, then the numbers. */
function modexp(base: bigint, exponent: bigint, modulus: bigint, sizes: readonly [number, number, number]): string {
  const numbers = [base, exponent, modulus].map((n, i) => (sizes[i] === 0 ? "0x" : toBeHex(n, sizes[i])));
  return concat([...sizes.map((size) => toBeHex(size, 32)), ...numbers]);
}

/** Numbers without a pattern, the same in each run. */
function* numbers(seed: bigint): Generator<bigint, never> {
  let state = seed;
  for (;;) {
    let out = 0n;
    for (let i = 0; i < 64; i++) {
      state = (state * 6364136223846793005n + 1442695040888963407n) % (1n << 64n);
      out = (out << 32n) | (state >> 32n);
    }
    yield out;
  }
}

function power(base: bigint, exponent: bigint, m: bigint): bigint {
  let result = 1n % m;
  for (let b = base % m, e = exponent; e > 0n; e >>= 1n, b = (b * b) % m) if (e & 1n) result = (result * b) % m;
  return result;
}

const FIVE = toBeHex(5, 20);
const NINE = toBeHex(9, 20);

test("modular exponentiation and BLAKE2 F on Solana", async (t) => {
  const { artifacts } = await compile({ sources: { "P.sol": { content: SOURCE } }, targets: ["evm", "solana"], root: ".", cache: false });
  const [solana, evm] = [await createChain("solana"), await createChain("evm")];
  t.after(() => Promise.all([solana.close(), evm.close()]));
  const [ours, theirs] = [await solana.deploy(artifacts.Precompiles!), await evm.deploy(artifacts.Precompiles!)];
  const run = async (to: string, input: string): Promise<readonly [boolean, string]> => (await ours.call("run", [to, input])) as readonly [boolean, string];

  await t.test("modexp of random numbers is the definition's", async () => {
    const random = numbers(7n);
    for (const [modulusSize, baseSize, exponentSize] of [
      [1, 1, 1],
      [2, 40, 3],
      [4, 4, 8],
      [27, 27, 5],
      [32, 32, 16],
      [32, 100, 2],
      [33, 0, 4],
      [64, 65, 6],
      [128, 128, 2],
      [256, 256, 1],
    ] as const)
      for (const parity of [0n, 1n, 2n]) {
        const base = random.next().value >> BigInt(2048 - 8 * baseSize);
        const exponent = random.next().value >> BigInt(2048 - 8 * exponentSize);
        // Odd, even, and one with leading zero bytes.
        const modulus = (random.next().value >> BigInt(2048 - 8 * modulusSize + (parity === 2n ? 9 : 0))) | (parity === 0n ? 0n : 1n);
        const even = parity === 0n ? modulus & ~1n : modulus;
        const [done, output] = await run(FIVE, modexp(base, exponent, even, [baseSize, exponentSize, modulusSize]));
        assert.ok(done);
        assert.equal(BigInt(output), even === 0n ? 0n : power(base, exponent, even), `${base} ** ${exponent} % ${even}`);
        assert.equal(output.length, 2 + 2 * modulusSize);
      }
  });

  await t.test("edges are the EVM's", async () => {
    const edges = [
      "0x",
      "0x00",
      modexp(0n, 0n, 0n, [0, 0, 0]),
      modexp(3n, 0n, 7n, [1, 1, 1]),
      modexp(0n, 0n, 7n, [0, 0, 3]),
      modexp(5n, 2n, 0n, [1, 1, 4]),
      modexp(5n, 2n, 1n, [1, 1, 4]),
      modexp(5n, 0n, 1n, [1, 0, 1]),
      modexp(7n, 3n, 1n << 200n, [1, 1, 32]),
      modexp(7n, 3n, 1n << 27n, [1, 1, 4]),
      modexp(2n ** 256n - 1n, 3n, 2n ** 256n - 1n, [32, 1, 32]),
      modexp(2n ** 256n - 2n, 3n, 2n ** 256n - 1n, [32, 1, 32]),
      modexp(2n ** 216n, 5n, 2n ** 216n - 1n, [32, 1, 27]),
      // Cut off: what is missing counts as zeros.
      modexp(3n, 5n, 100n, [1, 1, 32]).slice(0, -62),
      modexp(3n, 5n, 100n, [1, 1, 1]).slice(0, -2),
      // More than EIP-7823 allows.
      concat([toBeHex(1025, 32), toBeHex(1, 32), toBeHex(1, 32)]),
    ];
    for (const input of edges) assert.deepEqual([...(await run(FIVE, input))], [...((await theirs.call("run", [FIVE, input])) as string[])], input);
  });

  await t.test("blake2f is the EVM's", async () => {
    const state = "48c9bdf267e6096a3ba7ca8485ae67bb2bf894fe72f36e3cf1361d5f3af54fa5d182e6ad7f520e511f6c3e2b8c68059b6bbd41fbabd9831f79217e1319cde05b";
    const message = `616263${"00".repeat(125)}`;
    const input = (rounds: number, counter: string, last: string): string => `${toBeHex(rounds, 4)}${state}${message}${counter}${last}`;
    const inputs = [
      input(12, `03${"00".repeat(15)}`, "01"),
      input(12, `03${"00".repeat(15)}`, "00"),
      input(0, "00".repeat(16), "01"),
      input(1, "ff".repeat(16), "01"),
      input(25, "0123456789abcdef0123456789abcdef", "00"),
      input(12, "00".repeat(16), "02"),
      input(12, "00".repeat(16), "01").slice(0, -2),
      "0x",
    ];
    for (const each of inputs) assert.deepEqual([...(await run(NINE, each))], [...((await theirs.call("run", [NINE, each])) as string[])], each);
  });
});

test("only images that may call them carry the precompiled contracts' code", async () => {
  const size = async (body: string): Promise<number> => {
    const content = `pragma solidity ^0.8.26; contract C { ${body} }`;
    const { artifacts } = await compile({ sources: { "C.sol": { content } }, targets: ["solana"], root: ".", cache: false });
    return (artifacts.C!.targets.solana as unknown as { program: string }).program.length;
  };
  const none = await size("function f() external pure returns (bytes32) { return bytes32(0); }");
  const sha = await size("function f() external pure returns (bytes32) { return sha256('x'); }");
  const any = await size("function f(address a) external view returns (bytes32) { a.staticcall('x'); return bytes32(0); }");
  assert.ok(none < sha && sha < any, `${none} < ${sha} < ${any}`);
});
