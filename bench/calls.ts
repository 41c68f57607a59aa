/** Transactions a second: ERC-20 transfers on the SuperVM runtime beside @ethereumjs/evm running solc's code, through the same interface. */
import { Interface } from "ethers";
import { compile, type Artifact } from "../index.js";
import { solcArtifacts } from "../test/differential/solc.js";
import { loadTarget } from "../targets/registry.js";
import type { Chain, Message, TargetName } from "../targets/target.js";
import type { Bench } from "./report.js";

const SOURCE = "fixtures/solidity/SampleToken.sol";
const SECONDS = 2;

interface Transfer {
  readonly chain: Chain;
  readonly message: Message;
}

/** A token with a funded first account, and a transfer of one unit from it. */
async function prepare(target: TargetName, artifact: Artifact): Promise<Transfer> {
  const chain = await (await loadTarget(target)).createChain();
  const [alice, bob] = chain.accounts as [string, string];
  const abi = new Interface(artifact.abi);
  const args = abi.encodeDeploy([alice, 10n ** 18n]);
  const { address } = await chain.deploy({ part: artifact.targets[target]!, contractName: `${SOURCE}:SampleToken`, args, from: alice, value: 0n, libraries: new Map() });
  if (address === undefined) throw new Error("the token could not be deployed");
  await chain.send({ from: alice, to: address, data: abi.encodeFunctionData("mint", [alice, 10n ** 15n]), value: 0n });
  return { chain, message: { from: alice, to: address, data: abi.encodeFunctionData("transfer", [bob, 1n]), value: 0n } };
}

/** Transfers a second until the time is up; every one must succeed. */
async function rate({ chain, message }: Transfer): Promise<number> {
  for (let i = 0; i < 200; i++) await chain.send(message);
  let count = 0;
  const start = performance.now();
  while (performance.now() - start < SECONDS * 1000)
    for (let i = 0; i < 20; i++, count++) {
      const { success } = await chain.send(message);
      if (!success) throw new Error("a transfer failed");
    }
  return count / ((performance.now() - start) / 1000);
}

export const calls: Bench = {
  name: "calls",
  title: "ERC-20 transfers a second, one block each, no signatures; peer: @ethereumjs/evm with solc's code",
  async run() {
    const { artifacts } = await compile({ sources: [SOURCE], targets: ["supervm"] });
    const ours = await prepare("supervm", artifacts.SampleToken!);
    const theirs = await prepare("evm", solcArtifacts([SOURCE]).SampleToken!);
    const row = { name: "transfer", ours: await rate(ours), peer: await rate(theirs), unit: "a second", higherIsBetter: true };
    await ours.chain.close();
    await theirs.chain.close();
    return [row];
  },
};
