/** The SuperVM target's in-process chain: the reference runtime behind the interface that all targets' chains have. */
import { LocalChain } from "../../runtime/executor/local-chain.js";
import type { Receipt, Transaction } from "../../runtime/executor/transaction.js";
import { addressHex, addressKey, littleEndian, slotKey } from "../../runtime/store/keys.js";
import { DEV_ACCOUNTS, DEV_FUNDS } from "../../machine/dev-accounts.js";
import type { Chain, ChainEnvironment, ChainOptions, Deployment, Message, Outcome } from "../target.js";

const DEFAULT_GAS = 1_000_000_000;

function bytesOf(hex: string): Uint8Array {
  return Uint8Array.from(Buffer.from(hex.slice(2), "hex"));
}

function hexOf(bytes: Uint8Array): string {
  return `0x${Buffer.from(bytes).toString("hex")}`;
}

/** A new chain with ten funded accounts, or those of the environment. */
export function createSupervmChain(options: ChainOptions = {}): Chain {
  const environment = options.environment ?? {};
  const { chainId, prevrandao, baseFee, blobBaseFee, blockGasLimit, genesisTime, blockTime, coinbase, blockHash } = environment;
  const chain = new LocalChain({
    chainId,
    prevrandao,
    baseFee,
    blobBaseFee,
    blockGasLimit,
    blockTime,
    blockHash,
    timestamp: genesisTime,
    ...(coinbase !== undefined && { coinbase: addressKey(coinbase) }),
  });
  return new SupervmChain(chain, environment);
}

class SupervmChain implements Chain {
  readonly accounts: readonly string[];

  constructor(
    private readonly chain: LocalChain,
    private readonly environment: ChainEnvironment,
  ) {
    const funded = environment.accounts ?? DEV_ACCOUNTS.map((address) => ({ address, balance: DEV_FUNDS, nonce: 0n }));
    this.accounts = funded.map((a) => a.address);
    for (const { address, balance, nonce = 0n } of funded) chain.fund(addressKey(address), balance, Number(nonce));
  }

  async deploy(deployment: Deployment): Promise<Outcome> {
    const receipt = this.chain.send({
      from: addressKey(deployment.from),
      data: creationData(deployment),
      value: deployment.value,
      ...this.surroundings(deployment.gas),
    });
    return outcome(receipt);
  }

  async send(message: Message): Promise<Outcome> {
    return outcome(this.chain.send(this.transaction(message)));
  }

  async call(message: Message): Promise<Outcome> {
    return outcome(this.chain.call(this.transaction(message)));
  }

  async storageAt(address: string, slot: bigint): Promise<string> {
    const word = this.chain.store.storage(addressKey(address), slotKey(slot));
    return hexOf(word ? Uint8Array.from(word).reverse() : new Uint8Array(32));
  }

  async balance(address: string): Promise<bigint> {
    return this.chain.store.account(addressKey(address))?.balance ?? 0n;
  }

  async codeSize(address: string): Promise<number> {
    return this.chain.store.account(addressKey(address))?.code?.bytes.length ?? 0;
  }

  async storageIsEmpty(address: string): Promise<boolean> {
    return !this.chain.store.hasStorage(addressKey(address));
  }

  async mine(blocks: number): Promise<void> {
    this.chain.mine(blocks);
  }

  async time(): Promise<bigint> {
    return this.chain.time;
  }

  async setTime(timestamp: bigint): Promise<void> {
    this.chain.setNextTime(timestamp);
  }

  async close(): Promise<void> {
    // Everything is memory of this object.
  }

  private transaction(message: Message): Transaction {
    return { from: addressKey(message.from), to: addressKey(message.to), data: bytesOf(message.data), value: message.value, ...this.surroundings(message.gas) };
  }

  private surroundings(gas: bigint | undefined): Pick<Transaction, "gasLimit" | "gasPrice" | "origin" | "blobHashes"> {
    const { environment } = this;
    return {
      gasLimit: Number(gas ?? environment.transactionGas ?? DEFAULT_GAS),
      gasPrice: environment.gasPrice ?? 0n,
      ...(environment.origin !== undefined && { origin: addressKey(environment.origin) }),
      ...(environment.blobHashes && { blobHashes: environment.blobHashes.map((hash) => littleEndian(hash, 32)) }),
    };
  }
}

/** What a creation transaction carries: the creation code with the libraries' addresses written in, then the constructor's arguments. */
export function creationData(deployment: Deployment): Uint8Array {
  const code = bytesOf(deployment.part.bytecode as string);
  for (const [library, places] of Object.entries(deployment.part.linkReferences ?? {})) {
    const address = deployment.libraries.get(library);
    if (address === undefined) throw new Error(`the library '${library}' is not linked`);
    for (const { start } of places) code.set(bytesOf(address), start);
  }
  return Uint8Array.from(Buffer.concat([code, bytesOf(deployment.args)]));
}

function outcome(receipt: Receipt): Outcome {
  return {
    success: receipt.success,
    returnData: hexOf(receipt.data),
    logs: receipt.logs.map((log) => ({ address: addressHex(log.address), topics: log.topics.map(hexOf), data: hexOf(log.data) })),
    gasUsed: BigInt(receipt.gasUsed),
    executionGas: BigInt(receipt.executionGas),
    ...(receipt.created !== undefined && { address: addressHex(receipt.created) }),
    ...(receipt.error !== undefined && { error: receipt.error }),
  };
}
