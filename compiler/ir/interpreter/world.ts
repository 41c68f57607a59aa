/**
 * The interpreter's public face: a world of accounts in which IR modules are deployed and called. It is the oracle of every backend:
 * what a contract does here is what the IR means.
 *
 *   const world = new World([counter]);
 *   const { address } = world.deploy({ module: "a.sol:Counter", args: new Uint8Array() });
 *   const { success, returnData, logs } = world.send({ to: address!, data });
 *
 * Addresses and amounts (in wei) are bigints, byte strings Uint8Arrays. Broken IR throws an InternalError, what is not modelled a
 * NotModelled. Gas is not modelled: a transaction that runs more instructions than its fuel fails as a whole, with the error "out of fuel".
 */
import { InternalError } from "../../diagnostics/diagnostic.js";
import type { Module } from "../module.js";
import { CodeBook, creationBytes } from "./code.js";
import type { Environment, Session } from "./frame.js";
import { run, type RunResult } from "./machine.js";
import { OutOfFuel } from "./outcome.js";
import { State, type Log } from "./state.js";
import { concatBytes } from "../../../machine/bytes.js";

export { NotModelled } from "./outcome.js";
export type { Log } from "./state.js";
export type { Environment } from "./frame.js";

/** The sender where a message names none; it holds DEFAULT_BALANCE. */
export const DEFAULT_SENDER = 0x1212121212121212121212121212120000000012n;
export const DEFAULT_BALANCE = 10n ** 30n;

export interface WorldOptions {
  readonly env?: Partial<Environment>;
  /** Instructions a transaction may run. */
  readonly fuel?: number;
  /** Bytes of memory a contract may use; beyond is as out of gas. */
  readonly memoryLimit?: bigint;
}

export interface WorldMessage {
  readonly from?: bigint;
  readonly to: bigint;
  readonly data: Uint8Array;
  readonly value?: bigint;
}

export interface WorldDeployment {
  /** The module or its full name. */
  readonly module: string | Module;
  /** ABI-encoded constructor arguments. */
  readonly args?: Uint8Array;
  readonly from?: bigint;
  readonly value?: bigint;
  /** Addresses of linked libraries, by full name. */
  readonly libraries?: ReadonlyMap<string, bigint>;
}

export interface WorldResult {
  readonly success: boolean;
  /** Return data, or revert data. */
  readonly returnData: Uint8Array;
  readonly logs: readonly Log[];
  /** The created contract (deployments that succeed). */
  readonly address?: bigint;
  /** Why it failed, where that is no revert. */
  readonly error?: string;
  /** Instructions that ran. */
  readonly steps: number;
}

const DEFAULT_ENVIRONMENT: Environment = {
  origin: 0n,
  gasPrice: 0n,
  coinbase: 0n,
  timestamp: 1_700_000_000n,
  number: 1n,
  gasLimit: 30_000_000n,
  chainId: 1n,
  baseFee: 0n,
  blobBaseFee: 1n,
  prevRandao: 0n,
  blobHashes: [],
  blockHash: () => 0n,
};

export class World {
  readonly state = new State();
  /** Block and transaction facts; change them between transactions at will. `origin` is set by each transaction. */
  readonly env: Environment;
  private readonly codes: CodeBook;
  private readonly fuel: number;
  private readonly memoryLimit: bigint;

  /** @param modules every contract that may be deployed or created */
  constructor(modules: readonly Module[], options: WorldOptions = {}) {
    this.codes = new CodeBook(modules);
    this.env = { ...DEFAULT_ENVIRONMENT, ...options.env };
    this.fuel = options.fuel ?? 20_000_000;
    this.memoryLimit = options.memoryLimit ?? 1n << 22n;
    this.setBalance(DEFAULT_SENDER, DEFAULT_BALANCE);
  }

  /** Runs a module's creation code in a transaction. */
  deploy({ module: which, args = new Uint8Array(), from = DEFAULT_SENDER, value = 0n, libraries = new Map() }: WorldDeployment): WorldResult {
    const name = typeof which === "string" ? which : which.name;
    const module = this.codes.module(name);
    if (!module) throw new InternalError(`no contract of this world is called ${name}`);
    const code = concatBytes(creationBytes(module), args);
    return this.transact(from, true, (session) => run(session, { kind: "create", caller: from, value, code, salt: undefined, libraries, depth: 0, resume: () => 0n }));
  }

  /** A transaction: its effects stay where it succeeds. */
  send(message: WorldMessage): WorldResult {
    return this.message(message, true);
  }

  /** As `send`, with all effects dropped. */
  call(message: WorldMessage): WorldResult {
    return this.message(message, false);
  }

  storageAt(address: bigint, slot: bigint): bigint {
    return this.state.loadStorage(address, slot);
  }

  /** All non-zero storage words of an account. */
  storage(address: bigint): ReadonlyMap<bigint, bigint> {
    return this.state.peek(address)?.storage ?? new Map();
  }

  balance(address: bigint): bigint {
    return this.state.balance(address);
  }

  setBalance(address: bigint, balance: bigint): void {
    this.state.setBalance(address, balance);
    this.state.commit();
  }

  private message({ from = DEFAULT_SENDER, to, data, value = 0n }: WorldMessage, keep: boolean): WorldResult {
    return this.transact(from, keep, (session) => {
      session.state.setNonce(from, session.state.nonce(from) + 1n);
      return run(session, {
        ...{ kind: "call", codeAddress: to, caller: from, address: to, value, transfers: true, data, isStatic: false, depth: 0 },
        resume: () => 0n,
      });
    });
  }

  private transact(from: bigint, keep: boolean, body: (session: Session) => RunResult): WorldResult {
    const { state, codes, memoryLimit, fuel } = this;
    this.env.origin = from;
    const session: Session = { state, codes, env: this.env, memoryLimit, fuel };
    try {
      const { success, data: returnData, address, error } = body(session);
      const logs = success ? [...state.logs] : [];
      if (keep) state.commit();
      else state.rollback();
      const created = success && address !== 0n ? { address } : {};
      return { success, returnData, logs, steps: fuel - session.fuel, ...created, ...(error === undefined ? {} : { error }) };
    } catch (error) {
      state.rollback();
      if (error instanceof OutOfFuel) return { success: false, returnData: new Uint8Array(), logs: [], steps: fuel, error: error.message };
      throw error;
    }
  }
}
