/** Programs on an EVM (@ethereumjs/evm): solc's code, which is the reference, and this compiler's. */
import { Common, Hardfork, Mainnet } from "@ethereumjs/common";
import { createEVM, type EVM } from "@ethereumjs/evm";
import { SimpleStateManager } from "@ethereumjs/statemanager";
import { createAccount, createAddressFromString, createZeroAddress, type Address } from "@ethereumjs/util";
import { bytesOf, hexAddress, hexOf, type Message, type Observed, type Senders, type Side, type Words } from "./side.js";

/** Creation code with the places where libraries' addresses go. */
export interface EvmCode {
  /** 0x-hex. */
  readonly bytecode: string;
  readonly links: Readonly<Record<string, readonly { readonly start: number }[]>>;
}

/** Much, so that what a failing inner message burns (63 of 64 parts) leaves enough; a program that ends by itself uses little of it. */
const GAS = 1n << 40n;
/** In wei. */
const FUNDS = 10n ** 20n;

const common = new Common({ chain: Mainnet, hardfork: Hardfork.Osaka });
const block = {
  header: {
    ...{ number: 1n, coinbase: createZeroAddress(), timestamp: 1_700_000_000n, difficulty: 0n, gasLimit: 30_000_000n },
    ...{ baseFeePerGas: 0n, prevRandao: new Uint8Array(32), getBlobGasPrice: () => 1n },
  },
};

/** A state whose storage can be listed. */
class ListedState extends SimpleStateManager {
  /** Non-zero words of an account. */
  words(address: Address): Words {
    const prefix = `${address.toString()}_`;
    const words = new Map<string, string>();
    for (const [key, value] of this.topStorageStack()) {
      const word = hexOf(value).slice(2).padStart(64, "0");
      if (key.startsWith(prefix) && !/^0*$/.test(word)) words.set(`0x${key.slice(prefix.length).replace(/^0x/, "").padStart(64, "0")}`, `0x${word}`);
    }
    return words;
  }
}

export class EvmSide implements Side {
  readonly listsStorage = true;
  private readonly libraries = new Map<string, string>();
  private address: Address = createZeroAddress();

  private constructor(
    readonly name: string,
    private readonly codes: ReadonlyMap<string, EvmCode>,
    private readonly main: string,
    private readonly senders: Senders,
    private readonly state: ListedState,
    private readonly evm: EVM,
  ) {}

  /** @param codes by contract name; @param main the contract that messages go to */
  static async create(name: string, codes: ReadonlyMap<string, EvmCode>, main: string, senders: Senders): Promise<EvmSide> {
    const state = new ListedState({ common });
    const evm = await createEVM({ common, stateManager: state, allowUnlimitedContractSize: true, allowUnlimitedInitCodeSize: true });
    for (const sender of senders) await state.putAccount(createAddressFromString(hexAddress(sender)), createAccount({ nonce: 0n, balance: FUNDS }));
    return new EvmSide(name, codes, main, senders, state, evm);
  }

  async deployLibrary(name: string): Promise<Observed> {
    const { observed, created } = await this.run({ from: this.senders[0], data: this.linked(name), value: 0n }, undefined);
    if (created) this.libraries.set(name, created.toString());
    return observed;
  }

  async deploy(args: string): Promise<Observed> {
    const { observed, created } = await this.run({ from: this.senders[0], data: this.linked(this.main) + args.slice(2), value: 0n }, undefined);
    if (created) this.address = created;
    return observed;
  }

  async send(message: Message): Promise<Observed> {
    return (await this.run(message, this.address)).observed;
  }

  async storage(): Promise<Words> {
    return this.state.words(this.address);
  }

  async balance(): Promise<bigint> {
    return (await this.state.getAccount(this.address))?.balance ?? 0n;
  }

  async close(): Promise<void> {
    // Everything is memory of this object.
  }

  private linked(name: string): string {
    const code = this.codes.get(name);
    if (!code) throw new Error(`there is no code of ${name}`);
    const bytes = bytesOf(code.bytecode);
    for (const [library, places] of Object.entries(code.links)) {
      const address = this.libraries.get(library.slice(library.lastIndexOf(":") + 1));
      // Unoptimised code of solc's names libraries that it never calls: those with internal functions only.
      if (address === undefined) continue;
      for (const { start } of places) bytes.set(bytesOf(address), start);
    }
    return hexOf(bytes);
  }

  private async run(message: Message, to: Address | undefined): Promise<{ observed: Observed; created: Address | undefined }> {
    const caller = createAddressFromString(hexAddress(message.from));
    const account = await this.state.getAccount(caller);
    if (account && to) {
      account.nonce++;
      await this.state.putAccount(caller, account);
    }
    this.evm.transientStorage.clear();
    this.state.originalStorageCache.clear();
    const result = await this.evm.runCall({ caller, origin: caller, value: message.value, data: bytesOf(message.data), gasLimit: GAS, block, to });
    await this.evm.journal.cleanup();
    const { exceptionError, returnValue, logs } = result.execResult;
    const success = exceptionError === undefined;
    const isRevert = String(exceptionError?.error) === "revert";
    const observed: Observed = {
      success,
      returnData: (!to && success) || (!success && !isRevert) ? "0x" : hexOf(returnValue),
      logs: success ? (logs ?? []).map(([a, topics, data]) => ({ emitter: this.emitter(hexOf(a), result.createdAddress), topics: topics.map(hexOf), data: hexOf(data) })) : [],
      ...(!success && !isRevert && { error: exceptionError.error }),
    };
    return { observed, created: success ? result.createdAddress : undefined };
  }

  /** Addresses differ between chains: logs are the main contract's or another's. */
  private emitter(address: string, created: Address | undefined): string {
    return address === (created ?? this.address).toString() ? "main" : "other";
  }
}
