/**
 * An in-process EVM chain on @ethereumjs/evm (optional packages, loaded on first use): one transaction a block, ten funded
 * accounts, chain id 31337, deterministic time. Gas is as on mainnet: intrinsic gas with EIP-7623's floor, warm addresses by
 * EIP-2929 and EIP-3651, refunds capped by EIP-3529. Gas costs nothing (price and base fee are 0). Code may exceed 24,576 bytes, so that
 * unoptimised contracts can be tested; the compiler warns of those.
 */
import { keccak256 } from "../../machine/keccak.js";
import type { EVM, EVMResult } from "@ethereumjs/evm";
import type { Common } from "@ethereumjs/common";
import type { SimpleStateManager } from "@ethereumjs/statemanager";
import type { Address } from "@ethereumjs/util";
import { DEV_ACCOUNTS, DEV_FUNDS } from "../../machine/dev-accounts.js";
import type { Chain, ChainEnvironment, ChainLog, ChainOptions, Deployment, Message, Outcome } from "../target.js";
import { MissingPeerError } from "../target.js";
import { gasUsedBy, intrinsicGas } from "./chain-gas.js";
import { DEFAULT_FORK, isAtLeast, parseFork, type Fork } from "./hardfork.js";

const CHAIN_ID = 31_337;
const GENESIS_TIME = 1_700_000_000n;
/** In gas; also the default limit of a transaction. */
const BLOCK_GAS_LIMIT = 1_000_000_000n;

async function load<T>(packageName: string, importer: () => Promise<T>): Promise<T> {
  try {
    return await importer();
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === "ERR_MODULE_NOT_FOUND" || code === "MODULE_NOT_FOUND") throw new MissingPeerError(packageName, "the EVM chain");
    throw error;
  }
}

interface Libraries {
  readonly evm: typeof import("@ethereumjs/evm");
  readonly util: typeof import("@ethereumjs/util");
}

/** A new empty chain. Throws MissingPeerError where @ethereumjs packages are not installed, RangeError on an unknown version. */
export async function createEvmChain(options: ChainOptions = {}): Promise<Chain> {
  const fork = parseFork(options.evmVersion ?? DEFAULT_FORK);
  if (!fork) throw new RangeError(`no EVM version is called '${options.evmVersion}'`);
  const evm = await load("@ethereumjs/evm", () => import("@ethereumjs/evm"));
  const util = await load("@ethereumjs/util", () => import("@ethereumjs/util"));
  const common = await load("@ethereumjs/common", () => import("@ethereumjs/common"));
  const state = await load("@ethereumjs/statemanager", () => import("@ethereumjs/statemanager"));
  const environment = options.environment ?? {};
  const rules: Common = common.createCustomCommon({ chainId: Number(environment.chainId ?? CHAIN_ID) }, common.Mainnet, { hardfork: hardforkName(fork, common.Hardfork) });
  const stateManager = new state.SimpleStateManager({ common: rules });
  const word = (value: bigint): Uint8Array => util.setLengthLeft(util.bigIntToBytes(value), 32);
  const givenHash = environment.blockHash;
  const blockHash = (number: number): Uint8Array => (givenHash ? word(givenHash(BigInt(number))) : keccak256(word(BigInt(number))));
  const blockchain = {
    getBlock: async (number: number) => ({ hash: () => blockHash(number) }),
    putBlock: async () => {},
    shallowCopy: () => blockchain,
  };
  const machine = await evm.createEVM({ common: rules, stateManager, blockchain, allowUnlimitedContractSize: true, allowUnlimitedInitCodeSize: true });
  const chain = new EvmChain(fork, { evm, util }, machine, stateManager, blockHash, environment);
  await chain.fundAccounts();
  return chain;
}

type HardforkNames = typeof import("@ethereumjs/common").Hardfork;

/** The library's name of a fork: names differ in case only. */
function hardforkName(fork: Fork, names: HardforkNames): HardforkNames[keyof HardforkNames] {
  const found = Object.values(names).find((name) => name.toLowerCase() === fork);
  if (!found) throw new RangeError(`the EVM library does not know the version '${fork}'`);
  return found;
}

interface Transaction {
  readonly from: string;
  readonly to?: string;
  readonly data: Uint8Array;
  readonly value: bigint;
  readonly gas?: bigint;
}

class EvmChain implements Chain {
  readonly accounts: readonly string[];
  private number = 0n;
  private timestamp: bigint;
  private nextTimestamp: bigint | undefined;

  constructor(
    private readonly fork: Fork,
    private readonly libraries: Libraries,
    private readonly machine: EVM,
    private readonly state: SimpleStateManager,
    private readonly blockHash: (number: number) => Uint8Array,
    private readonly environment: ChainEnvironment,
  ) {
    this.accounts = environment.accounts?.map((a) => a.address) ?? DEV_ACCOUNTS;
    this.timestamp = environment.genesisTime ?? GENESIS_TIME;
  }

  async fundAccounts(): Promise<void> {
    const { createAccount } = this.libraries.util;
    const funded: NonNullable<ChainEnvironment["accounts"]> = this.environment.accounts ?? DEV_ACCOUNTS.map((address) => ({ address, balance: DEV_FUNDS, nonce: 0n }));
    for (const { address, balance, nonce = 0n } of funded) await this.state.putAccount(this.address(address), createAccount({ nonce, balance }));
  }

  async deploy({ part, args, from, value, libraries, gas }: Deployment): Promise<Outcome> {
    const code = bytesOf(part.bytecode as string);
    for (const [library, places] of Object.entries(part.linkReferences ?? {})) {
      const address = libraries.get(library);
      if (address === undefined) throw new Error(`the library '${library}' is not linked`);
      for (const { start } of places) code.set(bytesOf(address), start);
    }
    return this.transact({ from, data: Buffer.concat([code, bytesOf(args)]), value, gas });
  }

  async send({ from, to, data, value, gas }: Message): Promise<Outcome> {
    return this.transact({ from, to, data: bytesOf(data), value, gas });
  }

  async call({ from, to, data, value, gas }: Message): Promise<Outcome> {
    await this.state.checkpoint();
    try {
      return await this.execute({ from, to, data: bytesOf(data), value, gas });
    } finally {
      await this.state.revert();
    }
  }

  async storageAt(address: string, slot: bigint): Promise<string> {
    const { util } = this.libraries;
    const value = await this.state.getStorage(this.address(address), util.setLengthLeft(util.bigIntToBytes(slot), 32));
    return hexOf(util.setLengthLeft(value, 32));
  }

  async balance(address: string): Promise<bigint> {
    return (await this.state.getAccount(this.address(address)))?.balance ?? 0n;
  }

  async codeSize(address: string): Promise<number> {
    return this.state.getCodeSize(this.address(address));
  }

  async storageIsEmpty(address: string): Promise<boolean> {
    const words = this.state.storageStack[this.state.storageStack.length - 1];
    const prefix = `${this.address(address).toString()}_`;
    return ![...(words ?? [])].some(([key, value]) => key.startsWith(prefix) && value.some((byte) => byte !== 0));
  }

  async mine(blocks: number): Promise<void> {
    for (let i = 0; i < blocks; i++) this.seal();
  }

  async time(): Promise<bigint> {
    return this.timestamp;
  }

  async setTime(timestamp: bigint): Promise<void> {
    if (timestamp < this.timestamp) throw new RangeError(`the next block cannot be at ${timestamp}: the newest is at ${this.timestamp}`);
    this.nextTimestamp = timestamp;
  }

  async close(): Promise<void> {
    // Everything is memory of this object.
  }

  private async transact(transaction: Transaction): Promise<Outcome> {
    const outcome = await this.execute(transaction);
    this.seal();
    return outcome;
  }

  private get pendingTime(): bigint {
    return this.nextTimestamp ?? this.timestamp + (this.environment.blockTime ?? 1n);
  }

  private seal(): void {
    this.timestamp = this.pendingTime;
    this.nextTimestamp = undefined;
    this.number++;
  }

  private address(hex: string): Address {
    return this.libraries.util.createAddressFromString(hex.toLowerCase());
  }

  private checksum(hex: string): string {
    return this.libraries.util.toChecksumAddress(hex);
  }

  /** Runs a transaction in the pending block. */
  private async execute({ from, to, data, value, gas = this.environment.transactionGas ?? BLOCK_GAS_LIMIT }: Transaction): Promise<Outcome> {
    const intrinsic = intrinsicGas(this.fork, data, to === undefined);
    if (intrinsic.required > gas)
      return { success: false, returnData: "0x", logs: [], gasUsed: gas, executionGas: 0n, error: "the gas limit is below the transaction's intrinsic gas" };
    const sender = this.address(from);
    if (((await this.state.getAccount(sender))?.balance ?? 0n) < value)
      return { success: false, returnData: "0x", logs: [], gasUsed: 0n, executionGas: 0n, error: "the sender's balance is below the value" };
    this.begin(from, to);
    const result = await this.machine.runCall({
      block: { header: this.header() },
      caller: sender,
      origin: this.environment.origin === undefined ? sender : this.address(this.environment.origin),
      to: to === undefined ? undefined : this.address(to),
      data,
      value,
      gasLimit: gas - intrinsic.execution,
      gasPrice: this.environment.gasPrice ?? 0n,
      blobVersionedHashes: (this.environment.blobHashes ?? []).map((hash): `0x${string}` => `0x${hash.toString(16).padStart(64, "0")}`),
    });
    await this.finish(result);
    const executionGas = result.execResult.executionGasUsed;
    const gasUsed = gasUsedBy(this.fork, intrinsic, executionGas, result.execResult.gasRefund ?? 0n);
    return this.outcome(result, gasUsed, executionGas, to === undefined);
  }

  /** What is warm at a transaction's start, and no memory of the one before. */
  private begin(from: string, to: string | undefined): void {
    const { journal, transientStorage, precompiles } = this.machine;
    this.state.originalStorageCache.clear();
    transientStorage.clear();
    journal.cleanJournal();
    if (!isAtLeast(this.fork, "berlin")) return;
    const warm = (address: string): void => journal.addAlwaysWarmAddress(address.toLowerCase().replace(/^0x/, ""));
    for (const address of precompiles.keys()) warm(address);
    warm(from);
    if (to !== undefined) warm(to);
    if (isAtLeast(this.fork, "shanghai")) warm("0".repeat(40));
  }

  private async finish(result: EVMResult): Promise<void> {
    const { selfdestruct, createdAddresses } = result.execResult;
    for (const hex of selfdestruct?.keys() ?? []) {
      if (isAtLeast(this.fork, "cancun") && !createdAddresses?.has(hex)) continue;
      const address = this.address(hex);
      await this.state.clearStorage(address);
      await this.state.putCode(address, new Uint8Array(0));
      await this.state.deleteAccount(address);
    }
    await this.machine.journal.cleanup();
    this.machine.transientStorage.clear();
  }

  private header(): NonNullable<NonNullable<Parameters<EVM["runCall"]>[0]["block"]>["header"]> {
    const number = this.number + 1n;
    const { environment } = this;
    const { util } = this.libraries;
    return {
      number,
      coinbase: environment.coinbase === undefined ? util.createZeroAddress() : this.address(environment.coinbase),
      timestamp: this.pendingTime,
      difficulty: 0n,
      prevRandao: environment.prevrandao === undefined ? this.blockHash(Number(number)) : util.setLengthLeft(util.bigIntToBytes(environment.prevrandao), 32),
      gasLimit: environment.blockGasLimit ?? BLOCK_GAS_LIMIT,
      baseFeePerGas: environment.baseFee ?? 0n,
      slotNumber: number,
      getBlobGasPrice: () => environment.blobBaseFee ?? 1n,
    };
  }

  private outcome(result: EVMResult, gasUsed: bigint, executionGas: bigint, creates: boolean): Outcome {
    const { exceptionError, returnValue, logs } = result.execResult;
    const reverted = exceptionError?.error === this.libraries.evm.EVMError.errorMessages.REVERT;
    const success = exceptionError === undefined;
    const chainLogs: ChainLog[] = (success ? (logs ?? []) : []).map(([address, topics, data]) => ({
      address: this.checksum(hexOf(address)),
      topics: topics.map(hexOf),
      data: hexOf(data),
    }));
    return {
      success,
      returnData: success || reverted ? hexOf(returnValue) : "0x",
      logs: chainLogs,
      gasUsed,
      executionGas,
      ...(creates && success && result.createdAddress ? { address: this.checksum(result.createdAddress.toString()) } : {}),
      ...(exceptionError && !reverted ? { error: exceptionError.error } : {}),
    };
  }
}

function bytesOf(hex: string): Uint8Array {
  return Uint8Array.from(Buffer.from(hex.replace(/^0x/, ""), "hex"));
}

function hexOf(bytes: Uint8Array): string {
  return `0x${Buffer.from(bytes).toString("hex")}`;
}
