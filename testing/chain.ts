/** A chain in this process, the same to use whatever target it runs: deploy artifacts, call contracts by name, look at state. */
import { getAddress } from "ethers";
import { fullName, type Artifact } from "../compiler/driver/artifact.js";
import type { Chain, ChainLog, Outcome, TargetName } from "../targets/target.js";
import { packExternalFunction } from "./arguments.js";
import { Codec, decodeBuiltinError, type DecodedLog } from "./codec.js";
import type { AddressLike, CallOptions, Receipt } from "./messages.js";
import { RevertError, UsageError } from "./errors.js";

export interface Account {
  /** 20 bytes, EIP-55. */
  readonly address: string;
}

export interface DeployOptions extends CallOptions {
  /** Constructor arguments. */
  readonly args?: readonly unknown[];
  /** Addresses of external libraries, by name or full name (`source.sol:Lib`). */
  readonly libraries?: Readonly<Record<string, AddressLike>>;
}

/** A transaction or call by raw data. */
export interface RawMessage extends CallOptions {
  readonly to: AddressLike;
  /** 0x-hex. */
  readonly data?: string;
}

function addressOf(value: AddressLike): string {
  return typeof value === "string" ? value : value.address;
}

export class TestChain {
  /** Ten funded accounts. */
  readonly accounts: readonly Account[];
  private readonly codecs = new Map<string, Codec>();

  constructor(
    readonly name: TargetName,
    private readonly chain: Chain,
  ) {
    this.accounts = chain.accounts.map((address) => ({ address: getAddress(address) }));
  }

  /** Deploys a contract. Throws RevertError where its constructor reverts, UsageError where the artifact has no code for this chain. */
  async deploy(artifact: Artifact, options: DeployOptions = {}): Promise<TestContract> {
    const part = artifact.targets[this.name];
    if (!part) {
      const made = Object.keys(artifact.targets);
      const why = made.length > 0 ? `it was compiled for ${made.join(", ")}` : "it is an interface or an abstract contract";
      throw new UsageError(`the artifact of '${artifact.contractName}' has no code for ${this.name}: ${why}`);
    }
    const codec = new Codec(artifact.abi);
    const outcome = await this.chain.deploy({
      part,
      contractName: fullName(artifact),
      args: codec.encodeConstructor(options.args ?? []),
      from: this.sender(options),
      value: options.value ?? 0n,
      libraries: linkTable(part.linkReferences ?? {}, options.libraries ?? {}),
      ...(options.gas !== undefined && { gas: options.gas }),
    });
    this.requireSuccess(outcome, codec, `the constructor of ${artifact.contractName}`);
    if (outcome.address === undefined) throw new Error("the chain gave no address to the new contract");
    const address = getAddress(outcome.address);
    this.codecs.set(address, codec);
    return new TestContract(this, artifact, address, this.receipt(outcome, codec));
  }

  /** A contract that exists already (one that another contract created), by its artifact's ABI. */
  attach(artifact: Artifact, address: AddressLike): TestContract {
    const contract = new TestContract(this, artifact, getAddress(addressOf(address)));
    this.codecs.set(contract.address, contract.codec);
    return contract;
  }

  /** A transaction by raw data. Throws RevertError. */
  async send(message: RawMessage): Promise<Receipt> {
    return this.execute(message, this.codecs.get(getAddress(addressOf(message.to))), "the transaction");
  }

  /** A call by raw data, without lasting effects. Throws RevertError. */
  async call(message: RawMessage): Promise<{ returnData: string }> {
    return this.simulate(message, this.codecs.get(getAddress(addressOf(message.to))), "the call");
  }

  /** A storage word, 0x-hex of 32 bytes. */
  storageAt(account: AddressLike, slot: bigint | number): Promise<string> {
    return this.chain.storageAt(addressOf(account), BigInt(slot));
  }

  /** In wei. */
  balance(account: AddressLike): Promise<bigint> {
    return this.chain.balance(addressOf(account));
  }

  /** Size of an account's code in bytes; 0 where it has none. */
  codeSize(account: AddressLike): Promise<number> {
    return this.chain.codeSize(addressOf(account));
  }

  /** Mines empty blocks. */
  mine(blocks = 1): Promise<void> {
    return this.chain.mine(blocks);
  }

  /** The chain's time in seconds; with an argument, sets the time of the next block. */
  async time(next?: bigint | number): Promise<bigint> {
    if (next === undefined) return this.chain.time();
    await this.chain.setTime(BigInt(next));
    return BigInt(next);
  }

  /** Frees what the chain holds. */
  close(): Promise<void> {
    return this.chain.close();
  }

  /** @internal */
  async execute(message: RawMessage, codec: Codec | undefined, context: string): Promise<Receipt> {
    const outcome = await this.chain.send(this.message(message));
    this.requireSuccess(outcome, codec, context);
    return this.receipt(outcome, codec);
  }

  /** @internal */
  async simulate(message: RawMessage, codec: Codec | undefined, context: string): Promise<{ returnData: string }> {
    const outcome = await this.chain.call(this.message(message));
    this.requireSuccess(outcome, codec, context);
    return { returnData: outcome.returnData };
  }

  private message(m: RawMessage): { from: string; to: string; data: string; value: bigint; gas?: bigint } {
    return { from: this.sender(m), to: addressOf(m.to), data: m.data ?? "0x", value: m.value ?? 0n, ...(m.gas !== undefined && { gas: m.gas }) };
  }

  private sender(options: CallOptions): string {
    return options.from === undefined ? this.accounts[0]!.address : addressOf(options.from);
  }

  private requireSuccess(outcome: Outcome, codec: Codec | undefined, context: string): void {
    if (outcome.success) return;
    const decoded = codec?.decodeError(outcome.returnData) ?? decodeBuiltinError(outcome.returnData) ?? this.foreignError(outcome.returnData);
    throw new RevertError(outcome.returnData, decoded?.reason ?? outcome.error, decoded?.errorName, decoded?.args ?? [], outcome.trace ?? [], context);
  }

  /** A custom error of another contract, passed on by the one that was called. */
  private foreignError(data: string): ReturnType<Codec["decodeError"]> {
    for (const codec of this.codecs.values()) {
      const decoded = codec.decodeError(data);
      if (decoded) return decoded;
    }
    return undefined;
  }

  private receipt(outcome: Outcome, codec: Codec | undefined): Receipt {
    return {
      status: "success",
      returnData: outcome.returnData,
      logs: outcome.logs.map((log) => this.decodeLog(log, codec)),
      gasUsed: outcome.gasUsed,
      executionGas: outcome.executionGas ?? outcome.gasUsed,
    };
  }

  /** Decodes by the emitter's ABI, else by that of the contract called, else by any that knows the topic. */
  private decodeLog(log: ChainLog, codec: Codec | undefined): DecodedLog {
    const address = getAddress(log.address);
    const plain = { ...log, address };
    const emitter = this.codecs.get(address);
    const decoded = emitter?.decodeLog(plain) ?? codec?.decodeLog(plain);
    if (decoded) return decoded;
    for (const other of this.codecs.values()) {
      const foreign = other.decodeLog(plain);
      if (foreign) return foreign;
    }
    return plain;
  }
}

/** Full library names to addresses; throws where a needed library is missing. */
function linkTable(references: Readonly<Record<string, unknown>>, given: Readonly<Record<string, AddressLike>>): Map<string, string> {
  const table = new Map<string, string>();
  for (const name of Object.keys(references)) {
    const address = given[name] ?? given[name.slice(name.lastIndexOf(":") + 1)];
    if (address === undefined) throw new UsageError(`the library '${name}' must be linked: pass its address in 'libraries'`);
    table.set(name, addressOf(address));
  }
  return table;
}

/** A deployed contract: its functions called by name, arguments and results through its ABI. */
export class TestContract {
  readonly codec: Codec;

  /** @param address 20 bytes, EIP-55. */
  constructor(
    readonly chain: TestChain,
    readonly artifact: Artifact,
    readonly address: string,
    /** Of the deployment; undefined for a contract that was attached to. */
    readonly receipt?: Receipt,
  ) {
    this.codec = new Codec(artifact.abi);
  }

  /** Call data of a function, named by name or signature. */
  encode(fn: string, args: readonly unknown[] = []): string {
    return this.codec.encodeCall(fn, args);
  }

  /** An external function of this contract as a value of a function type: 24 bytes, 0x-hex, its address and its selector. */
  functionPointer(fn: string): string {
    return packExternalFunction({ address: this.address, selector: this.codec.function(fn).selector });
  }

  /** Decodes a function's return data. */
  decode(fn: string, data: string): unknown {
    return this.codec.decodeResult(fn, undefined, data);
  }

  /** A transaction. Throws RevertError. */
  async send(fn: string, args: readonly unknown[] = [], options: CallOptions = {}): Promise<Receipt> {
    return this.chain.execute({ ...options, to: this.address, data: this.encode(fn, args) }, this.codec, `${this.artifact.contractName}.${fn}`);
  }

  /** A call without lasting effects; gives the decoded result. Throws RevertError. */
  async call(fn: string, args: readonly unknown[] = [], options: CallOptions = {}): Promise<unknown> {
    const { returnData } = await this.chain.simulate({ ...options, to: this.address, data: this.encode(fn, args) }, this.codec, `${this.artifact.contractName}.${fn}`);
    return this.codec.decodeResult(fn, args, returnData);
  }
}
