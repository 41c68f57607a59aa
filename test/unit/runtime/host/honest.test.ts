/**
 * The guard's invariant: what this compiler made behaves the same guarded and as it was deployed, to the last gas. Every function of the fixtures is called
 * with drawn arguments on two chains that differ in the guard only.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { FunctionFragment, Interface, type ParamType } from "ethers";
import { compile, type Artifact } from "../../../../index.js";
import { LocalChain } from "../../../../runtime/executor/local-chain.js";
import type { Receipt, Transaction } from "../../../../runtime/executor/transaction.js";
import { addressHex } from "../../../../runtime/store/keys.js";
import { ALICE, BOB, bytes } from "../executor/setup.js";

const WORK = `// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

/// Loops of everything that costs an engine much for a gas.
contract Work {
    mapping(uint256 => uint256) private map;
    uint256[] private list;
    event Note(uint256 indexed a, bytes b);

    function hash(uint16 n) external pure returns (bytes32) { return keccak256(new bytes(n)); }
    function hashes(uint8 n) external pure returns (bytes32 h) { for (uint256 i; i < n; i++) h = keccak256(abi.encode(h, i)); }
    function powers(uint8 n) external pure returns (uint256 h) { unchecked { for (uint256 i = 1; i < n; i++) h += i ** (h | 1); } }
    function quotients(uint8 n) external pure returns (uint256 h) { h = ~h; for (uint256 i = 1; i < n; i++) h = (h / ((h >> 100) | i)) ^ (i << 200); }
    function remainders(uint8 n) external pure returns (uint256 h) { h = 7; for (uint256 i = 1; i < n; i++) h = mulmod(h, ~i, ~(2 * i)) ^ addmod(h, ~i, ~(3 * i)); }
    function empty(uint16 n) external pure returns (uint256 h) { for (uint256 i; i < n; ) { unchecked { i++; } } return n + h; }
    function copies(uint8 n) external pure returns (uint256 h) { bytes memory b = new bytes(999); for (uint256 i; i < n; i++) h += bytes.concat(b, b).length; }
    function fill(uint16 n) external pure returns (bytes1) { bytes memory b = new bytes(uint256(n) + 1); for (uint256 i; i < n; i++) b[i] = bytes1(uint8(i)); return b[n / 2]; }
    function store(uint8 n) external { for (uint256 i; i < n; i++) { map[i] += i; list.push(i); } }
    function sum(uint8 n) external view returns (uint256 h) { for (uint256 i; i < n; i++) h += map[i] + (list.length > i ? list[i] : 0); }
    function codes(uint8 n) external view returns (uint256 h) { for (uint256 i; i < n; i++) h += address(this).code.length + address(this).balance + uint256(blockhash(i)); }
    function logs(uint8 n) external { for (uint256 i; i < n; i++) emit Note(i, new bytes(i)); }
    function down(uint16 n) public pure returns (uint256) { return n == 0 ? 1 : down(n - 1) + n; }
    function calls(uint8 n) external view returns (uint256 h) { for (uint256 i; i < n; i++) h += this.down(3); }
    function creations(uint8 n) external returns (address last) { for (uint256 i; i < n % 4; i++) last = address(new Small(i)); }
    function large(uint256 n) external pure returns (uint256) { return new uint256[](n).length; }
    function sums(uint256[] calldata a) external pure returns (uint256 h) { for (uint256 i; i < a.length; i++) h += a[i]; }
}

contract Small {
    uint256 public immutable number;
    constructor(uint256 n) { number = n; }
}
`;
const FIXTURES = ["Runtime", "Features", "Loops", "Pitfalls", "SampleToken"].map((name) => `fixtures/solidity/${name}.sol`);
const CALLS_EACH = 6;

/** Numbers from a seed: a linear congruence (Knuth's MMIX constants), its upper bits. */
function drawing(seed: bigint): (bound: number) => number {
  let state = seed;
  return (bound) => {
    state = BigInt.asUintN(64, state * 6_364_136_223_846_793_005n + 1_442_695_040_888_963_407n);
    return Number((state >> 33n) % BigInt(bound));
  };
}

function draw(type: ParamType, next: (bound: number) => number): unknown {
  if (type.arrayChildren) {
    const length = type.arrayLength === null || type.arrayLength === -1 ? next(5) : type.arrayLength;
    return Array.from({ length }, () => draw(type.arrayChildren!, next));
  }
  if (type.components) return type.components.map((component) => draw(component, next));
  const hex = (length: number): string => `0x${Array.from({ length }, () => next(256).toString(16).padStart(2, "0")).join("")}`;
  const width = Number(/\d+$/.exec(type.type)?.[0] ?? 256);
  if (type.type.startsWith("uint")) return BigInt.asUintN(width, next(3) === 0 ? BigInt(hex(32)) : BigInt(next(200)));
  if (type.type.startsWith("int")) return BigInt.asIntN(width, next(3) === 0 ? BigInt(hex(32)) : BigInt(next(200)) - 100n);
  if (type.type === "bool") return next(2) === 1;
  if (type.type === "address") return [addressHex(ALICE), addressHex(BOB), `0x${"00".repeat(19)}04`][next(3)];
  if (type.type === "string") return "s".repeat(next(70));
  return hex(type.type === "bytes" ? next(100) : width);
}

/** What must not differ. */
const seen = ({ success, data, gasUsed, executionGas, logs, error }: Receipt): unknown => ({
  success,
  data: Buffer.from(data).toString("hex"),
  gasUsed,
  executionGas,
  error,
  logs: logs.map((log) => [log.address, log.topics.map((t) => Buffer.from(t).toString("hex")), Buffer.from(log.data).toString("hex")]),
});

function compare(artifact: Artifact, seed: bigint): { readonly calls: number; readonly succeeded: number } {
  const next = drawing(seed);
  const abi = new Interface(artifact.abi);
  const chains = [true, false].map((guards) => {
    const chain = new LocalChain({ guards });
    chain.fund(ALICE, 10n ** 20n);
    return chain;
  });
  const send = (transaction: Transaction): Receipt => {
    const [guarded, trusted] = chains.map((chain) => chain.send(transaction)) as [Receipt, Receipt];
    assert.deepEqual(seen(guarded), seen(trusted), artifact.contractName);
    return guarded;
  };
  const common = { from: ALICE, value: 0n, gasPrice: 0n };
  const args = abi.encodeDeploy(abi.deploy.inputs.map((input) => draw(input, next)));
  const { created, success } = send({ ...common, data: bytes((artifact.targets.supervm!.bytecode as string) + args.slice(2)), gasLimit: 50_000_000 });
  let [calls, succeeded] = [0, 0];
  if (created === undefined || !success) return { calls, succeeded };
  for (let round = 0; round < CALLS_EACH; round++)
    for (const fragment of abi.fragments) {
      if (!FunctionFragment.isFragment(fragment)) continue;
      const name = fragment.selector;
      const data = abi.encodeFunctionData(
        name,
        fragment.inputs.map((input) => draw(input, next)),
      );
      // Now and then the gas ends somewhere on the way.
      const receipt = send({ ...common, to: created, data: bytes(data), gasLimit: next(4) === 0 ? 21_500 + next(30_000) : 3_000_000 });
      calls++;
      if (receipt.success) succeeded++;
    }
  return { calls, succeeded };
}

for (const optimize of [0, 2, 3] as const)
  test(`compiled contracts behave the same guarded and trusted, at -O${optimize}`, async () => {
    const { artifacts, diagnostics } = await compile({ sources: { "Work.sol": { content: WORK } }, targets: ["supervm"], optimize });
    assert.ok(artifacts.Work, JSON.stringify(diagnostics));
    const { calls, succeeded } = compare(artifacts.Work, 5n);
    assert.ok(calls > 90 && succeeded > calls / 3, `${succeeded} of ${calls}`);
  });

for (const fixture of FIXTURES)
  test(`${fixture} behaves the same guarded and trusted`, async () => {
    const { artifacts } = await compile({ sources: [fixture], targets: ["supervm"] });
    const results = [...new Set(Object.values(artifacts))].filter((a) => a.sourceName === fixture && a.targets.supervm).map((a, i) => compare(a, BigInt(i)));
    const sum = (of: (r: { calls: number; succeeded: number }) => number): number => results.reduce((n, r) => n + of(r), 0);
    assert.ok(sum((r) => r.succeeded) > 0, `${sum((r) => r.calls)} calls`);
  });
