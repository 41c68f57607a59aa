/** Transactions a second: ERC-20 transfers on the SuperVM runtime beside @ethereumjs/evm running solc's code. */
import { compile } from "../index.js";
import { createChain, type TestContract } from "../testing/index.js";
import { solcArtifacts } from "../test/differential/solc.js";
import type { Artifact } from "../compiler/driver/artifact.js";
import type { TargetName } from "../targets/target.js";
import type { Bench } from "./report.js";

const SOURCE = "fixtures/solidity/SampleToken.sol";
const SECONDS = 2;

async function token(target: TargetName, artifact: Artifact): Promise<TestContract> {
  const chain = await createChain(target);
  const contract = await chain.deploy(artifact, { args: [chain.accounts[0]!.address, 10n ** 18n] });
  await contract.send("mint", [chain.accounts[0]!.address, 10n ** 15n]);
  return contract;
}

/** Transfers a second, through the chain's own interface, until the time is up. */
async function rate(contract: TestContract): Promise<number> {
  const { chain } = contract;
  const data = contract.encode("transfer", [chain.accounts[1]!.address, 1n]);
  const message = { to: contract, data };
  for (let i = 0; i < 50; i++) await chain.send(message);
  let count = 0;
  const start = performance.now();
  while (performance.now() - start < SECONDS * 1000) {
    for (let i = 0; i < 20; i++) await chain.send(message);
    count += 20;
  }
  return count / ((performance.now() - start) / 1000);
}

export const calls: Bench = {
  name: "calls",
  title: "ERC-20 transfers a second, one block each, no signatures; peer: @ethereumjs/evm with solc's code",
  async run() {
    const { artifacts } = await compile({ sources: [SOURCE], targets: ["supervm"] });
    const ours = await token("supervm", artifacts.SampleToken!);
    const theirs = await token("evm", solcArtifacts([SOURCE]).SampleToken!);
    const row = { name: "transfer", ours: await rate(ours), peer: await rate(theirs), unit: "a second", higherIsBetter: true };
    await ours.chain.close();
    await theirs.chain.close();
    return [row];
  },
};
