/** A deployed contract: its functions called by name, arguments and results through its ABI. */
import type { Artifact } from "../compiler/driver/artifact.js";
import type { TestChain } from "./chain.js";
import { Codec, type DecodedLog } from "./codec.js";

/** An account, a contract, or an address. */
export type AddressLike = string | { readonly address: string };

export interface CallOptions {
  /** Default: the first account. */
  readonly from?: AddressLike;
  /** In wei. */
  readonly value?: bigint;
  /** Gas, on Solana compute units. */
  readonly gas?: bigint;
}

/** What a transaction did. */
export interface Receipt {
  /** Always "success": what fails throws RevertError. */
  readonly status: "success";
  readonly returnData: string;
  readonly logs: readonly DecodedLog[];
  /** Gas with the transaction's own cost; on Solana compute units. */
  readonly gasUsed: bigint;
  /** Gas of the contract's execution alone. */
  readonly executionGas: bigint;
}

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
