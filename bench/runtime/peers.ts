/** The sample token compiled by solc on other machines: anvil (revm) and @ethereumjs/evm, behind one interface. */
import type { Interface } from "ethers";
import type { Artifact } from "../../index.js";
import { loadTarget } from "../../targets/registry.js";
import type { Chain } from "../../targets/target.js";
import { startMiningAnvil } from "./anvil.js";
import type { NodeProcess } from "./json-rpc.js";
import { clockSeconds, processSeconds } from "./timing.js";
import { accountHex, payouts, TOKEN_CAP, TOKEN_SOURCE, tokenAbi, transferData, UNITS_EACH, type Transfer } from "./token.js";

const OWNER = `0x${"a1".repeat(20)}`;
const QUANTITY_GAS = "0x1c9c380"; // 30,000,000
/** The cap of one transaction's gas that anvil's newest fork has (EIP-7825). */
const QUANTITY_LARGE_GAS = "0xf42400"; // 16,000,000
const TRANSFER_GAS = "0x186a0"; // 100,000

export interface TokenPeer {
  readonly name: string;
  /** By what it and the runtime are timed, in seconds: processor time where both run in this process. */
  readonly now: () => number;
  /** Mints, and hands every account its units. */
  distribute(accounts: number): Promise<void>;
  /** Runs transfers as one block: the seconds it took and how many succeeded. */
  runBlock(transfers: readonly Transfer[]): Promise<{ seconds: number; committed: number }>;
  balances(accounts: number): Promise<bigint[]>;
  close(): Promise<void>;
}

function creationData(abi: Interface, artifact: Artifact): string {
  return (artifact.targets.evm!.bytecode as string) + abi.encodeDeploy([OWNER, TOKEN_CAP]).slice(2);
}

export class AnvilPeer implements TokenPeer {
  readonly name = "anvil";
  readonly now = clockSeconds;
  /** The next nonce of each sender: requests of one batch run at once, so that the node cannot choose them. */
  private readonly nonces = new Map<string, number>([[OWNER, 1]]);

  private constructor(
    private readonly anvil: NodeProcess,
    private readonly abi: Interface,
    private readonly token: string,
  ) {}

  static async create(program: string, artifact: Artifact): Promise<AnvilPeer> {
    const anvil = await startMiningAnvil(program);
    const abi = tokenAbi(artifact);
    await anvil.request("anvil_setBalance", [OWNER, "0xde0b6b3a7640000"]);
    const hash = await anvil.request("eth_sendTransaction", [{ from: OWNER, data: creationData(abi, artifact), gas: QUANTITY_LARGE_GAS, gasPrice: "0x0" }]);
    await anvil.request("evm_mine", []);
    const receipt = (await anvil.request("eth_getTransactionReceipt", [hash])) as { contractAddress: string; status: string };
    if (receipt.status !== "0x1") throw new Error("anvil did not deploy the token");
    return new AnvilPeer(anvil, abi, receipt.contractAddress);
  }

  private async mine(): Promise<{ seconds: number; committed: number }> {
    const start = performance.now();
    await this.anvil.request("evm_mine", []);
    const seconds = (performance.now() - start) / 1000;
    const receipts = (await this.anvil.request("eth_getBlockReceipts", ["latest"])) as readonly { status: string }[];
    return { seconds, committed: receipts.filter((r) => r.status === "0x1").length };
  }

  private transaction(from: string, data: string, gas: string): readonly [string, readonly unknown[]] {
    const nonce = this.nonces.get(from) ?? 0;
    this.nonces.set(from, nonce + 1);
    return ["eth_sendTransaction", [{ from, to: this.token, data, gas, gasPrice: "0x0", nonce: `0x${nonce.toString(16)}` }]];
  }

  async distribute(accounts: number): Promise<void> {
    const mint = this.abi.encodeFunctionData("mint", [OWNER, UNITS_EACH * BigInt(accounts)]);
    const calls = [mint, ...payouts(this.abi, accounts)].map((data) => this.transaction(OWNER, data, QUANTITY_LARGE_GAS));
    await this.anvil.requests(calls);
    const { committed } = await this.mine();
    if (committed !== calls.length) throw new Error(`anvil mined ${committed} of ${calls.length} transactions of the preparation`);
  }

  async runBlock(transfers: readonly Transfer[]): Promise<{ seconds: number; committed: number }> {
    await this.anvil.requests(transfers.map((t) => this.transaction(accountHex(t.from), transferData(t), TRANSFER_GAS)));
    return this.mine();
  }

  async balances(accounts: number): Promise<bigint[]> {
    const data = (n: number): string => this.abi.encodeFunctionData("balanceOf", [accountHex(n)]);
    const results = await this.anvil.requests(Array.from({ length: accounts }, (_, n) => ["eth_call", [{ to: this.token, data: data(n) }, "latest"]] as const));
    return results.map((r) => BigInt(r as string));
  }

  async close(): Promise<void> {
    await this.anvil.stop();
  }
}

export class EthereumjsPeer implements TokenPeer {
  readonly name = "@ethereumjs/evm";
  readonly now = processSeconds;

  private constructor(
    private readonly chain: Chain,
    private readonly abi: Interface,
    private readonly token: string,
  ) {}

  static async create(artifact: Artifact): Promise<EthereumjsPeer> {
    const chain = await (await loadTarget("evm")).createChain();
    const abi = tokenAbi(artifact);
    const args = abi.encodeDeploy([OWNER, TOKEN_CAP]);
    const { address } = await chain.deploy({ part: artifact.targets.evm!, contractName: `${TOKEN_SOURCE}:SampleToken`, args, from: OWNER, value: 0n, libraries: new Map() });
    if (address === undefined) throw new Error("@ethereumjs/evm did not deploy the token");
    return new EthereumjsPeer(chain, abi, address);
  }

  private async send(from: string, data: string, gas?: bigint): Promise<boolean> {
    return (await this.chain.send({ from, to: this.token, data, value: 0n, gas })).success;
  }

  async distribute(accounts: number): Promise<void> {
    const mint = this.abi.encodeFunctionData("mint", [OWNER, UNITS_EACH * BigInt(accounts)]);
    for (const data of [mint, ...payouts(this.abi, accounts)])
      if (!(await this.send(OWNER, data, BigInt(QUANTITY_GAS)))) throw new Error("a transaction of the preparation failed");
  }

  async runBlock(transfers: readonly Transfer[]): Promise<{ seconds: number; committed: number }> {
    let committed = 0;
    const start = this.now();
    for (const t of transfers) if (await this.send(accountHex(t.from), transferData(t))) committed++;
    return { seconds: this.now() - start, committed };
  }

  async balances(accounts: number): Promise<bigint[]> {
    const results: bigint[] = [];
    for (let n = 0; n < accounts; n++)
      results.push(BigInt((await this.chain.call({ from: OWNER, to: this.token, data: this.abi.encodeFunctionData("balanceOf", [accountHex(n)]), value: 0n })).returnData));
    return results;
  }

  async close(): Promise<void> {
    await this.chain.close();
  }
}
