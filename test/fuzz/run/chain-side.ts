/** Programs on a target's own in-process chain. */
import { loadTarget } from "../../../targets/registry.js";
import type { Chain, Outcome, TargetName, TargetPart } from "../../../targets/target.js";
import { hexAddress, hexWord, type Message, type Observed, type Senders, type Side, type Words } from "./side.js";

/** Programs that share a chain: making one (keys, funds) takes longer than running a program on it, but it gets slower with what is on it. */
const PROGRAMS_PER_CHAIN = 50;

interface SharedChain {
  readonly chain: Promise<Chain>;
  programs: number;
}

const chains = new Map<TargetName, SharedChain>();

async function chainOf(target: TargetName, senders: Senders): Promise<Chain> {
  let shared = chains.get(target);
  if (!shared || shared.programs >= PROGRAMS_PER_CHAIN) {
    chains.delete(target);
    await (await shared?.chain)?.close();
    shared = { chain: fundedChain(target, senders), programs: 0 };
    chains.set(target, shared);
  }
  shared.programs++;
  return shared.chain;
}

async function fundedChain(target: TargetName, senders: Senders): Promise<Chain> {
  const chain = await (await loadTarget(target)).createChain({ computeUnits: COMPUTE_UNITS });
  const isFunded = (sender: bigint): boolean => chain.accounts.some((account) => BigInt(account) === sender);
  for (const sender of senders) if (!isFunded(sender)) await chain.send({ from: chain.accounts[0]!, to: hexAddress(sender), data: "0x", value: FUNDS });
  return chain;
}

/** More than Solana gives a transaction, so that results are compared where arithmetic of 256 bits takes long; endless loops still end. */
const COMPUTE_UNITS = 50_000_000;

/** In wei: what senders get from the chain's funded accounts. */
const FUNDS = 10n ** 18n;

export class ChainSide implements Side {
  readonly listsStorage = false;
  private readonly libraries = new Map<string, string>();
  private address = "0x";

  private constructor(
    readonly name: string,
    private readonly chain: Chain,
    private readonly parts: ReadonlyMap<string, TargetPart>,
    private readonly main: string,
    private readonly senders: Senders,
  ) {}

  /** @param parts by full contract name */
  static async create(name: string, target: TargetName, parts: ReadonlyMap<string, TargetPart>, main: string, senders: Senders): Promise<ChainSide> {
    return new ChainSide(name, await chainOf(target, senders), parts, main, senders);
  }

  async deployLibrary(name: string): Promise<Observed> {
    const [fullName] = this.part(name);
    const outcome = await this.create(name, "0x");
    if (outcome.address !== undefined) this.libraries.set(fullName, outcome.address);
    return this.observed({ ...outcome, returnData: outcome.success ? "0x" : outcome.returnData }, outcome.address);
  }

  async deploy(args: string): Promise<Observed> {
    const outcome = await this.create(this.main, args);
    if (outcome.address !== undefined) this.address = outcome.address;
    return this.observed({ ...outcome, returnData: outcome.success ? "0x" : outcome.returnData }, outcome.address);
  }

  async send({ from, data, value }: Message): Promise<Observed> {
    return this.observed(await this.chain.send({ from: hexAddress(from), to: this.address, data, value }), this.address);
  }

  async storage(slots: readonly bigint[]): Promise<Words> {
    const words = new Map<string, string>();
    for (const slot of slots) {
      const word = await this.chain.storageAt(this.address, slot);
      if (BigInt(word) !== 0n) words.set(hexWord(slot), word.toLowerCase());
    }
    return words;
  }

  balance(): Promise<bigint> {
    return this.chain.balance(this.address);
  }

  async close(): Promise<void> {
    // The chain stays for the next program.
  }

  private part(name: string): readonly [fullName: string, part: TargetPart] {
    const found = [...this.parts].find(([fullName]) => fullName.endsWith(`:${name}`));
    if (!found) throw new Error(`there is no code of ${name}`);
    return found;
  }

  private create(name: string, args: string): Promise<Outcome> {
    const [contractName, part] = this.part(name);
    return this.chain.deploy({ part, contractName, args, from: hexAddress(this.senders[0]), value: 0n, libraries: this.libraries });
  }

  private observed(outcome: Outcome, main: string | undefined): Observed {
    const logs = outcome.logs.map((l) => ({
      emitter: l.address.toLowerCase() === main?.toLowerCase() ? "main" : "other",
      topics: l.topics.map((t) => t.toLowerCase()),
      data: l.data.toLowerCase(),
    }));
    return { success: outcome.success, returnData: outcome.returnData.toLowerCase(), logs, ...(outcome.error !== undefined && { error: outcome.error }) };
  }
}
