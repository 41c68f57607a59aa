/**
 * Runs hand-written WebAssembly contracts: a module is instrumented and compiled once, its instances are pooled, and after each call an instance
 * is put back into its first state (memory, mutable globals; tables cannot change), so that no call can observe another.
 *
 *   const contract = new PublishedContract(wasm);
 *   const result = contract.call("add", [7, 8], { context, storage });   // result.values is [15]
 */
import { keyOf, type AddressKey } from "../../store/keys.js";
import { GAS_EXPORT, instrument } from "./instrument.js";
import { publishedImports, Trap, type PublishedCall, type PublishedHost } from "./imports.js";
import { fits, type Signature } from "./signatures.js";
import { ModuleError } from "../wasm/reader.js";

/** Instances whose memory is larger are not kept: wiping them costs more than making new ones. */
const MAX_KEPT_BYTES = 1024 * 1024;
const MAX_IDLE = 16;
const EMPTY = new Uint8Array(0);

export interface PublishedContext {
  readonly caller: AddressKey;
  readonly contract: AddressKey;
  /** In wei. */
  readonly value: bigint;
  /** Below 2^53. */
  readonly gasLimit: number;
  readonly blockNumber: bigint;
  /** Seconds. */
  readonly timestamp: bigint;
}

/** A contract's storage before the call; keys are bytes as strings (`keyOf`). */
export interface PublishedStorage {
  get(key: string): Uint8Array | undefined;
}

export interface PublishedEvent {
  readonly contract: AddressKey;
  readonly data: Uint8Array;
}

export interface PublishedResult {
  readonly success: boolean;
  /** Results of the function. */
  readonly values: readonly (number | bigint)[];
  /** The results' bytes, least significant first: 4 of an i32, 8 of an i64. */
  readonly returnData: Uint8Array;
  readonly gasUsed: number;
  readonly logs: readonly PublishedEvent[];
  /** Undefined: deleted. Empty after a failure. */
  readonly changes: ReadonlyMap<string, Uint8Array | undefined>;
  /** Why it failed, for people. */
  readonly error?: string;
}

class Call implements PublishedCall {
  readonly events: Uint8Array[] = [];
  readonly changes = new Map<string, Uint8Array | undefined>();
  readonly blockNumber: bigint;
  readonly timestamp: bigint;

  constructor(
    context: PublishedContext,
    private readonly storage: PublishedStorage,
    private readonly gas: WebAssembly.Global,
  ) {
    this.blockNumber = context.blockNumber;
    this.timestamp = context.timestamp;
  }

  charge(amount: number): void {
    const left = (this.gas.value as bigint) - BigInt(amount);
    this.gas.value = left;
    if (left < 0n) throw new Trap("out of gas");
  }

  load(key: Uint8Array): Uint8Array | undefined {
    const name = keyOf(key);
    return this.changes.has(name) ? this.changes.get(name) : this.storage.get(name);
  }

  store(key: Uint8Array, value: Uint8Array | undefined): void {
    this.changes.set(keyOf(key), value);
  }
}

/** One instance, which serves one call at a time. */
class Instance implements PublishedHost {
  call!: Call;
  readonly gas: WebAssembly.Global;
  private readonly exports: WebAssembly.Exports;
  private readonly linear: WebAssembly.Memory | undefined;
  private readonly cache: { value: Uint8Array | undefined } = { value: undefined };
  private readonly globals: { readonly global: WebAssembly.Global; readonly initial: number | bigint }[];

  constructor(module: WebAssembly.Module, globals: readonly string[]) {
    this.exports = new WebAssembly.Instance(module, publishedImports(this, this.cache)).exports;
    this.gas = this.exports[GAS_EXPORT] as WebAssembly.Global;
    this.linear = this.exports.memory instanceof WebAssembly.Memory ? this.exports.memory : undefined;
    this.globals = globals.map((name) => {
      const global = this.exports[name] as WebAssembly.Global;
      return { global, initial: global.value };
    });
  }

  memory(): Uint8Array {
    return this.linear ? new Uint8Array(this.linear.buffer) : EMPTY;
  }

  run(name: string, args: readonly (number | bigint)[], call: Call): readonly (number | bigint)[] {
    this.call = call;
    const result = (this.exports[name] as (...args: readonly (number | bigint)[]) => number | bigint | readonly (number | bigint)[] | undefined)(...args);
    return result === undefined ? [] : typeof result === "object" ? result : [result];
  }

  /** Puts everything back; false where the instance should be dropped. */
  reset(initial: Uint8Array): boolean {
    this.cache.value = undefined;
    const memory = this.memory();
    if (memory.length !== initial.length || memory.length > MAX_KEPT_BYTES) return false;
    memory.set(initial);
    for (const { global, initial: value } of this.globals) global.value = value;
    return true;
  }
}

export class PublishedContract {
  private readonly compiled: WebAssembly.Module;
  private readonly globals: readonly string[];
  /** The functions that can be called, by name. */
  readonly functions: ReadonlyMap<string, Signature>;
  private readonly idle: Instance[] = [];
  private initialMemory: Uint8Array | undefined;

  /** Throws {@link ModuleError} for a module that is damaged, or that uses what contracts must not. */
  constructor(module: Uint8Array) {
    const { bytes, globals, functions } = instrument(module);
    this.globals = globals;
    this.functions = functions;
    try {
      this.compiled = new WebAssembly.Module(bytes);
    } catch (error) {
      throw new ModuleError(`the module is not valid: ${error instanceof Error ? error.message : String(error)}`);
    }
    this.release(this.instantiate());
  }

  /** Calls an exported function. A call that fails (trap, no gas, no such function, wrong arguments) changes nothing. */
  call(name: string, args: readonly (number | bigint)[], surroundings: { readonly context: PublishedContext; readonly storage: PublishedStorage }): PublishedResult {
    const { context, storage } = surroundings;
    const signature = this.functions.get(name);
    if (!signature) return failure(0, `the contract exports no function ${name}`);
    if (!fits(signature, args)) return failure(0, `the arguments do not fit the function's parameters (${signature.params.join(", ")})`);
    if (!Number.isSafeInteger(context.gasLimit) || context.gasLimit < 0) return failure(0, "the gas limit is no number below 2^53");
    const instance = this.idle.pop() ?? this.instantiate();
    instance.gas.value = BigInt(context.gasLimit);
    const call = new Call(context, storage, instance.gas);
    try {
      const values = instance.run(name, args, call);
      const gasUsed = context.gasLimit - Number(instance.gas.value);
      return { success: true, values, returnData: bytesOfValues(values), gasUsed, logs: call.events.map((data) => ({ contract: context.contract, data })), changes: call.changes };
    } catch (thrown) {
      return instance.gas.value < 0n ? failure(context.gasLimit, "out of gas") : failure(context.gasLimit, describe(thrown));
    } finally {
      this.release(instance);
    }
  }

  private instantiate(): Instance {
    try {
      return new Instance(this.compiled, this.globals);
    } catch (error) {
      // A TypeError: an import of a family that does not exist.
      if (error instanceof WebAssembly.RuntimeError || error instanceof WebAssembly.LinkError || error instanceof TypeError)
        throw new ModuleError(`the module cannot be instantiated: ${error.message}`);
      throw error;
    }
  }

  private release(instance: Instance): void {
    this.initialMemory ??= instance.memory().slice();
    if (instance.reset(this.initialMemory) && this.idle.length < MAX_IDLE) this.idle.push(instance);
  }
}

function failure(gasUsed: number, error: string): PublishedResult {
  return { success: false, values: [], returnData: EMPTY, gasUsed, logs: [], changes: new Map(), error };
}

function describe(thrown: unknown): string {
  if (thrown instanceof Trap) return thrown.reason;
  if (thrown instanceof RangeError) return "engine stack overflow";
  if (thrown instanceof WebAssembly.RuntimeError) return `trap: ${thrown.message}`;
  // A result that JavaScript has no value for (a vector).
  if (thrown instanceof TypeError) return thrown.message;
  throw thrown;
}

function bytesOfValues(values: readonly (number | bigint)[]): Uint8Array {
  return Uint8Array.from(
    values.flatMap((value) => {
      const bytes = Buffer.alloc(typeof value === "number" ? 4 : 8);
      if (typeof value === "number") bytes.writeInt32LE(value);
      else bytes.writeBigInt64LE(value);
      return [...bytes];
    }),
  );
}
