/**
 * `npm start`: compiles the sample token for every target, runs one scenario on three in-process chains, and prints the results
 * side by side with code sizes and costs. Exits 1 if the chains disagree.
 */
import path from "node:path";
import { compile, type Artifact } from "../index.js";
import { createChain, RevertError, type TestChain, type TestContract } from "../testing/index.js";
import { table } from "../cli/terminal.js";
import { showValue } from "../testing/show-value.js";
import type { TargetName } from "../targets/target.js";

const TARGETS: readonly TargetName[] = ["evm", "supervm", "solana"];
const SOURCE = "fixtures/solidity/SampleToken.sol";

interface Step {
  readonly name: string;
  run(token: TestContract, chain: TestChain): Promise<{ shown: string; cost?: bigint }>;
}

const send = (name: string, fn: string, args: (chain: TestChain) => unknown[], from = 0): Step => ({
  name,
  async run(token, chain) {
    try {
      const receipt = await token.send(fn, args(chain), { from: chain.accounts[from]!.address });
      const result = token.decode(fn, receipt.returnData);
      const events = receipt.logs.map((log) => log.event ?? "log");
      return { shown: [result === undefined ? "done" : showValue(result), ...events].join(", "), cost: receipt.gasUsed };
    } catch (error) {
      if (!(error instanceof RevertError)) throw error;
      // Addresses differ between chains: name the accounts.
      const reason = chain.accounts.reduce((text, account, i) => text.replaceAll(account.address, `account ${i}`), error.reason ?? error.data);
      return { shown: `reverts: ${reason}` };
    }
  },
});

const call = (name: string, fn: string, args: (chain: TestChain) => unknown[]): Step => ({
  name,
  async run(token, chain) {
    return { shown: showValue(await token.call(fn, args(chain))) };
  },
});

const account = (i: number) => (chain: TestChain) => chain.accounts[i]!.address;

const SCENARIO: readonly Step[] = [
  call("name()", "name", () => []),
  send("mint(alice, 1000)", "mint", (c) => [account(0)(c), 1000n]),
  send("transfer(bob, 250)", "transfer", (c) => [account(1)(c), 250n]),
  send("transfer(bob, 250), again", "transfer", (c) => [account(1)(c), 250n]),
  send("approve(carol, 100)", "approve", (c) => [account(2)(c), 100n]),
  send("transferFrom by carol", "transferFrom", (c) => [account(0)(c), account(1)(c), 60n], 2),
  send("payout to three", "payout", (c) => [[account(3)(c), account(4)(c), account(5)(c)], 10n]),
  send("transfer of too much", "transfer", (c) => [account(1)(c), 10_000n]),
  send("mint by bob", "mint", (c) => [account(1)(c), 1n], 1),
  send("mint over the cap", "mint", (c) => [account(0)(c), 10_000n]),
  call("balanceOf(alice)", "balanceOf", (c) => [account(0)(c)]),
  call("balanceOf(bob)", "balanceOf", (c) => [account(1)(c)]),
  call("allowance(alice, carol)", "allowance", (c) => [account(0)(c), account(2)(c)]),
  call("totalSupply()", "totalSupply", () => []),
];

function codeSize(artifact: Artifact, target: TargetName): number {
  const part = artifact.targets[target]!;
  const code = { evm: part.deployedBytecode, supervm: part.wasm, solana: part.program }[target] as string;
  return (code.length - 2) / 2;
}

async function main(): Promise<number> {
  const started = performance.now();
  const { artifacts, diagnostics } = await compile({ sources: [SOURCE], root: path.resolve("."), targets: TARGETS });
  for (const d of diagnostics) process.stderr.write(d.formatted);
  const artifact = artifacts.SampleToken;
  if (!artifact) return 1;
  process.stdout.write(`compiled ${SOURCE} for ${TARGETS.join(", ")} in ${((performance.now() - started) / 1000).toFixed(1)} s\n\n`);
  const columns: { shown: string; cost?: bigint }[][] = [];
  for (const target of TARGETS) {
    const chain = await createChain(target);
    const owner = chain.accounts[0]!.address;
    const token = await chain.deploy(artifact, { args: [owner, 5000n], from: owner });
    const results = [];
    for (const step of SCENARIO) results.push(await step.run(token, chain));
    columns.push(results);
    await chain.close();
  }
  const units = { evm: "gas", supervm: "gas", solana: "units" };
  const rows = SCENARIO.map((step, i) => {
    const shown = columns.map((c) => c[i]!.shown);
    const same = shown.every((s) => s === shown[0]);
    return [step.name, same ? shown[0]! : `DIFFERS: ${shown.join(" | ")}`, ...columns.map((c) => c[i]!.cost?.toString() ?? "")];
  });
  process.stdout.write(table([["step", "result on all three", ...TARGETS.map((t) => `${t} ${units[t]}`)], ...rows], [2, 3, 4]));
  process.stdout.write(`\n${table([["target", "code bytes"], ...TARGETS.map((t) => [t, String(codeSize(artifact, t))])], [1])}`);
  return rows.some((row) => row[1]!.startsWith("DIFFERS")) ? 1 : 0;
}

process.exitCode = await main();
