/** Gas and size of EVM code: the same transactions on code of this compiler and of solc --via-ir --optimize. */
import { compile, type Artifact } from "../index.js";
import { createChain, type TestContract } from "../testing/index.js";
import { solcArtifacts } from "../test/differential/solc.js";
import type { Bench, Row } from "./report.js";

interface Case {
  readonly source: string;
  readonly contract: string;
  readonly args: (accounts: readonly string[]) => readonly unknown[];
  /** Brings the contract into the state in which calls are measured; its gas is not. */
  readonly setup: readonly [fn: string, args: (accounts: readonly string[]) => readonly unknown[]][];
  readonly measured: readonly [fn: string, args: (accounts: readonly string[]) => readonly unknown[]][];
}

const CASES: readonly Case[] = [
  {
    source: "fixtures/solidity/SampleToken.sol",
    contract: "SampleToken",
    args: ([alice]) => [alice, 10n ** 9n],
    setup: [
      ["mint", ([alice]) => [alice, 1_000_000n]],
      ["transfer", ([, bob]) => [bob, 10n]],
      ["approve", ([alice]) => [alice, 1_000n]],
    ],
    measured: [
      ["mint", ([alice]) => [alice, 5n]],
      ["transfer", ([, bob]) => [bob, 10n]],
      ["approve", ([, , carol]) => [carol, 10n]],
      ["transferFrom", ([alice, bob]) => [alice, bob, 10n]],
      ["payout", ([, bob, carol, dave]) => [[bob, carol, dave], 3n]],
    ],
  },
  {
    source: "fixtures/solidity/SampleNFT.sol",
    contract: "SampleNFT",
    args: () => [],
    setup: [["mint", ([alice]) => [alice, "first"]]],
    measured: [
      ["mint", ([alice]) => [alice, "second"]],
      ["approve", ([, bob]) => [bob, 1n]],
      ["setApprovalForAll", ([, bob]) => [bob, true]],
      ["transferFrom", ([alice, bob]) => [alice, bob, 1n]],
    ],
  },
  {
    source: "fixtures/solidity/SampleMulti.sol",
    contract: "SampleMulti",
    args: () => [],
    setup: [["mint", ([alice]) => [alice, 1n, 100n, "0x"]]],
    measured: [
      ["mint", ([alice]) => [alice, 1n, 5n, "0x"]],
      ["safeTransferFrom", ([alice, bob]) => [alice, bob, 1n, 5n, "0x"]],
      ["mintBatch", ([alice]) => [alice, [1n, 2n, 3n], [1n, 2n, 3n], "0x"]],
      ["burn", ([alice]) => [alice, 1n, 5n]],
    ],
  },
  {
    source: "fixtures/solidity/Vault.sol",
    contract: "Vault",
    args: ([alice]) => [alice],
    setup: [],
    measured: [
      ["grantRole", ([, bob]) => [`0x${"0".repeat(64)}`, bob]],
      ["revokeRole", ([, bob]) => [`0x${"0".repeat(64)}`, bob]],
      ["deposit", () => []],
    ],
  },
];

async function deployed(artifact: Artifact, test: Case): Promise<TestContract> {
  const chain = await createChain("evm");
  const accounts = chain.accounts.map((a) => a.address);
  const contract = await chain.deploy(artifact, { args: test.args(accounts) });
  for (const [fn, args] of test.setup) await contract.send(fn, args(accounts));
  return contract;
}

async function rowsOf(test: Case): Promise<Row[]> {
  const { artifacts, diagnostics } = await compile({ sources: [test.source], targets: ["evm"] });
  const ours = artifacts[test.contract];
  const theirs = solcArtifacts([test.source])[test.contract];
  if (!ours || !theirs) throw new Error(diagnostics.map((d) => d.formatted).join("\n"));
  const contracts = [await deployed(ours, test), await deployed(theirs, test)] as const;
  const accounts = contracts[0].chain.accounts.map((a) => a.address);
  const rows: Row[] = [];
  for (const [fn, args] of test.measured) {
    const [a, b] = [await contracts[0].send(fn, args(accounts)), await contracts[1].send(fn, args(accounts))];
    if (a.returnData !== b.returnData || a.logs.length !== b.logs.length) throw new Error(`${test.contract}.${fn} answers differently`);
    rows.push({ name: `${test.contract}.${fn}`, ours: Number(a.executionGas), peer: Number(b.executionGas), unit: "gas, without intrinsic" });
  }
  const size = (artifact: Artifact): number => (String(artifact.targets.evm?.deployedBytecode).length - 2) / 2;
  rows.push({ name: `${test.contract} size`, ours: size(ours), peer: size(theirs), unit: "bytes at run time" });
  for (const contract of contracts) await contract.chain.close();
  return rows;
}

export const evmGas: Bench = {
  name: "evm-gas",
  title: "gas and size of OpenZeppelin 5 contracts; peer: solc 0.8 --via-ir --optimize (200 runs)",
  async run() {
    const rows: Row[] = [];
    for (const test of CASES) rows.push(...(await rowsOf(test)));
    return rows;
  },
};
