/**
 * Message calls and creations within one transaction: value transfer, depth, precompiled contracts, code, and undoing what failed.
 * The rules are Ethereum's (yellow paper, sections 7 and 8; EIP-150, -158, -170, -684, -1014).
 */
import { STATUS } from "../host/abi.js";
import type { BlockCells, CallRequest, CallResult, CreateRequest, Ending, MessageHandler, TransactionCells } from "../host/activation.js";
import { CodeError, runtimeCode, type Code, type CodeRegistry, type ModuleEntry } from "../host/code.js";
import { HOST_GAS } from "../host/gas-schedule.js";
import { execute } from "../host/instance.js";
import { requireStack } from "../host/interruption.js";
import type { Journal } from "../store/journal.js";
import { addressKeyOfInt, intOfKey, intOfLittleEndian, keyOf } from "../store/keys.js";
import type { AddressKey } from "../store/keys.js";
import { create2Address, createAddress } from "../../machine/create-address.js";
import { precompile } from "../../machine/precompiles.js";
import { precompileGas } from "./precompile-gas.js";

const MAX_DEPTH = 1024;
/** Module bytes that one creation may bring, carried contracts included. */
export const MAX_CREATION_SIZE = 4 * 1024 * 1024;
const EMPTY = new Uint8Array(0);
const MAX_PRECOMPILE = 0x100n;
const NO_MODULES: ReadonlyMap<string, ModuleEntry> = new Map<string, ModuleEntry>();

export class Messages implements MessageHandler {
  private fresh: Map<string, ModuleEntry> | undefined;

  constructor(
    readonly journal: Journal,
    readonly block: BlockCells,
    readonly transaction: TransactionCells,
    private readonly registry: CodeRegistry,
  ) {}

  /** Modules that creations of this transaction brought; registered when it succeeds. */
  get pending(): ReadonlyMap<string, ModuleEntry> {
    return this.fresh ?? NO_MODULES;
  }

  call(request: CallRequest): CallResult {
    const { journal } = this;
    if (request.depth > MAX_DEPTH) return failure(request.gas, "call depth exceeded");
    const moves = request.kind === "call" && request.value > 0n;
    if (moves && journal.balance(request.caller) < request.value) return failure(request.gas, "insufficient balance");
    const mark = journal.checkpoint();
    if (moves) journal.transfer(request.caller, request.address, request.value);
    const result = this.runCode(request);
    if (result.success) journal.keep();
    else journal.revert(mark);
    return result;
  }

  private runCode(request: CallRequest): CallResult {
    const builtin = this.precompiled(request);
    if (builtin) return builtin;
    const code = this.journal.account(request.codeAddress)?.code;
    if (!code) return { success: true, data: EMPTY, gasLeft: request.gas };
    if (code.delegate !== undefined) return this.delegate(request, code.delegate);
    return this.activate(request, code);
  }

  private activate(request: CallRequest, code: Code): CallResult {
    if (!code.module) return { success: false, data: EMPTY, gasLeft: 0, error: "the account's code does not run here" };
    const ending = execute({
      handler: this,
      address: request.address,
      caller: request.caller,
      value: request.value,
      data: request.data,
      gas: request.gas,
      isStatic: request.isStatic,
      depth: request.depth,
      module: code.module,
      code: code.bytes,
      immutables: code.immutables,
      isCreation: false,
    });
    return toResult(ending);
  }

  /** What a minimal proxy does: a delegatecall of all its call data, with all but a 64th of the gas. */
  private delegate(request: CallRequest, target: AddressKey): CallResult {
    const kept = Math.floor(request.gas / 64);
    const result = this.call({ ...request, kind: "delegatecall", codeAddress: target, gas: request.gas - kept, depth: request.depth + 1 });
    return { ...result, gasLeft: result.gasLeft + kept };
  }

  private precompiled(request: CallRequest): CallResult | undefined {
    // Most addresses are no small numbers: look at one byte before computing anything.
    if (request.codeAddress.charCodeAt(19) !== 0) return undefined;
    const number = intOfKey(request.codeAddress);
    if (number === 0n || number > MAX_PRECOMPILE) return undefined;
    const run = precompile(number);
    const gas = precompileGas(Number(number), request.data);
    if (!run || gas === undefined) return undefined;
    if (gas > request.gas) return { success: false, data: EMPTY, gasLeft: 0, error: "out of gas" };
    requireStack();
    const output = run(request.data);
    if (!output) return { success: false, data: EMPTY, gasLeft: 0, error: "invalid input of a precompiled contract" };
    return { success: true, data: output, gasLeft: request.gas - gas };
  }

  create(request: CreateRequest): CallResult {
    const { journal } = this;
    if (request.depth > MAX_DEPTH) return failure(request.gas, "call depth exceeded");
    if (journal.balance(request.caller) < request.value) return failure(request.gas, "insufficient balance");
    const nonce = journal.account(request.caller)?.nonce ?? 0;
    // The nonce stays increased even if the creation fails.
    journal.increaseNonce(request.caller);
    return this.createAt(this.newAddress(request, nonce), request);
  }

  /** Creates a contract at the address of a creation transaction, whose sender's nonce has been increased already. */
  createAtNonce(request: CreateRequest, nonce: number): CallResult {
    return this.createAt(this.newAddress(request, nonce), request);
  }

  private newAddress(request: CreateRequest, nonce: number): AddressKey {
    const caller = intOfKey(request.caller);
    return addressKeyOfInt(request.salt ? create2Address(caller, intOfLittleEndian(request.salt), request.code) : createAddress(caller, BigInt(nonce)));
  }

  private createAt(address: AddressKey, request: CreateRequest): CallResult {
    const { journal } = this;
    const existing = journal.account(address);
    if (existing && (existing.nonce > 0 || existing.code)) return { success: false, data: EMPTY, gasLeft: 0, error: "an account exists at the new address" };
    if (request.code.length > MAX_CREATION_SIZE) return { success: false, data: EMPTY, gasLeft: 0, error: `creation code is larger than ${MAX_CREATION_SIZE} bytes` };
    const mark = journal.checkpoint();
    journal.markCreated(address);
    journal.setAccount(address, { nonce: 1, balance: existing?.balance ?? 0n });
    journal.transfer(request.caller, address, request.value);
    const result = this.construct(address, request);
    if (result.success) journal.keep();
    else journal.revert(mark);
    return result;
  }

  private construct(address: AddressKey, request: CreateRequest): CallResult {
    try {
      const creation = this.registry.readCreation(request.code, { pending: this.pending, gas: request.gas });
      if (creation.kind === "proxy") return this.install(address, creation.code, request.gas);
      let gas = request.gas;
      for (const module of creation.fresh) gas -= HOST_GAS.MODULE_BYTE * module.size;
      for (const module of creation.fresh) (this.fresh ??= new Map<string, ModuleEntry>()).set(keyOf(module.identity), module);
      const ending = execute({
        handler: this,
        address,
        caller: request.caller,
        value: request.value,
        data: creation.args,
        gas,
        isStatic: false,
        depth: request.depth,
        module: creation.module,
        code: request.code,
        immutables: undefined,
        isCreation: true,
      });
      if (ending.status === STATUS.DEPLOY) return this.install(address, runtimeCode(creation.module, ending.immutables ?? EMPTY), ending.gasLeft);
      if (ending.status !== STATUS.RETURN) return toResult(ending);
      if (ending.data.length === 0) return { success: true, data: EMPTY, gasLeft: ending.gasLeft, address };
      return this.install(address, this.registry.readRuntime(ending.data, this.pending), ending.gasLeft);
    } catch (error) {
      if (!(error instanceof CodeError)) throw error;
      return { success: false, data: EMPTY, gasLeft: 0, error: error.message };
    }
  }

  private install(address: AddressKey, code: Code, gas: number): CallResult {
    const gasLeft = gas - HOST_GAS.CODE_DEPOSIT_BYTE * code.bytes.length;
    if (gasLeft < 0) return { success: false, data: EMPTY, gasLeft: 0, error: "out of gas" };
    const account = this.journal.account(address);
    this.journal.setAccount(address, { nonce: account?.nonce ?? 1, balance: account?.balance ?? 0n, code });
    return { success: true, data: EMPTY, gasLeft, address };
  }
}

/** True where a precompiled contract answers calls to an address, whatever code is there. */
export function isPrecompile(address: AddressKey): boolean {
  const number = intOfKey(address);
  return number > 0n && number <= MAX_PRECOMPILE && precompile(number) !== undefined;
}

function failure(gasLeft: number, error: string): CallResult {
  return { success: false, data: EMPTY, gasLeft, error };
}

const REASONS: Readonly<Record<number, string>> = {
  [STATUS.INVALID]: "invalid operation",
  [STATUS.OUT_OF_GAS]: "out of gas",
  [STATUS.STACK_OVERFLOW]: "recursion too deep",
};

function toResult(ending: Ending): CallResult {
  const success = ending.status === STATUS.RETURN;
  const error = ending.reason ?? REASONS[ending.status];
  return { success, data: ending.data, gasLeft: ending.gasLeft, error: success ? undefined : error };
}
