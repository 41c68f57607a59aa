/** State and blocks as callers want to see them: the overrides of eth_call and its like, in go-ethereum's form and with anvil's other names. */
import { CodeError, type Code, type CodeRegistry } from "../../host/code.js";
import { isPrecompile } from "../../executor/messages.js";
import { littleEndian, slotKey, type AddressKey, type SlotKey } from "../../store/keys.js";
import type { ChangeSet, StateReader } from "../../store/state.js";
import type { BlockDraft } from "../chain/blockchain.js";
import { LayeredState } from "../chain/layered-state.js";
import { invalidParams } from "./errors.js";
import { readAddress, readArray, readData, readNumber, readObject, readQuantity, type JsonObject } from "./params.js";

/** Fields of a block that a caller sets. */
export type BlockOverrides = Partial<BlockDraft>;

const BLOCK_FIELDS: Readonly<Record<string, (value: unknown, name: string) => BlockOverrides>> = {
  number: (value, name) => ({ number: readNumber(value, name) }),
  time: (value, name) => ({ timestamp: readNumber(value, name) }),
  timestamp: (value, name) => ({ timestamp: readNumber(value, name) }),
  gasLimit: (value, name) => ({ gasLimit: readNumber(value, name) }),
  feeRecipient: (value, name) => ({ coinbase: readAddress(value, name) }),
  coinbase: (value, name) => ({ coinbase: readAddress(value, name) }),
  prevRandao: (value, name) => ({ prevrandao: readQuantity(value, name) }),
  random: (value, name) => ({ prevrandao: readQuantity(value, name) }),
  baseFeePerGas: (value, name) => ({ baseFee: readQuantity(value, name) }),
  baseFee: (value, name) => ({ baseFee: readQuantity(value, name) }),
  blobBaseFee: (value, name) => ({ blobBaseFee: readQuantity(value, name) }),
  difficulty(value, name) {
    if (readQuantity(value, name) !== 0n) throw invalidParams(`${name}: blocks of this chain have no difficulty`);
    return {};
  },
  withdrawals(value, name) {
    if (readArray(value, name).length > 0) throw invalidParams(`${name}: this chain has no withdrawals`);
    return {};
  },
};

/** Reads the overrides of a block. */
export function readBlockOverrides(object: JsonObject, name = "blockOverrides"): BlockOverrides {
  let overrides: BlockOverrides = {};
  for (const [field, value] of Object.entries(object)) {
    const read = Object.hasOwn(BLOCK_FIELDS, field) ? BLOCK_FIELDS[field] : undefined;
    if (!read) throw invalidParams(`${name}: ${JSON.stringify(field.slice(0, 40))} cannot be overridden`);
    if (value !== undefined && value !== null) overrides = { ...overrides, ...read(value, `${name}.${field}`) };
  }
  return overrides;
}

/** The state with go-ethereum's override set: balance, nonce, code, state, stateDiff by address. */
export function overrideState(base: StateReader, registry: CodeRegistry, overrides: JsonObject): LayeredState {
  const state = new LayeredState(base);
  for (const changes of readStateOverrides(base, registry, overrides)) state.apply(changes);
  return state;
}

const ACCOUNT_FIELDS = new Set(["nonce", "balance", "code", "state", "stateDiff"]);

/** The overrides as changes of a state, to be applied one after another. */
export function readStateOverrides(base: StateReader, registry: CodeRegistry, overrides: JsonObject): ChangeSet[] {
  const emptied = new Map<AddressKey, undefined>();
  const accounts = new Map<AddressKey, { nonce: number; balance: bigint; code?: Code }>();
  const storage = new Map<AddressKey, Map<SlotKey, Uint8Array | undefined>>();
  for (const [key, value] of Object.entries(overrides)) {
    const address = readAddress(key, "override");
    const fields = readObject(value, "override");
    for (const field of Object.keys(fields))
      if (!ACCOUNT_FIELDS.has(field)) throw invalidParams(`override.${field.slice(0, 40)}: an account has no such field that could be overridden here`);
    const before = base.account(address) ?? { nonce: 0, balance: 0n };
    const given = (field: string): boolean => fields[field] !== undefined && fields[field] !== null;
    if (given("code") && isPrecompile(address)) throw invalidParams(`override.code: ${key} is a precompiled contract, which cannot be replaced here`);
    const code = given("code") ? readCode(readData(fields.code, "override.code"), registry) : before.code;
    accounts.set(address, {
      nonce: given("nonce") ? readNumber(fields.nonce, "override.nonce") : before.nonce,
      balance: given("balance") ? readQuantity(fields.balance, "override.balance") : before.balance,
      ...(code && { code }),
    });
    if (given("state") && given("stateDiff")) throw invalidParams("override: an account has both state and stateDiff overridden");
    if (given("state")) emptied.set(address, undefined);
    if (given("state") || given("stateDiff")) storage.set(address, readWords(given("state") ? fields.state : fields.stateDiff));
  }
  return [
    { accounts: emptied, storage: new Map() },
    { accounts, storage },
  ];
}

function readWords(value: unknown): Map<SlotKey, Uint8Array | undefined> {
  const entries = Object.entries(readObject(value, "override.state"));
  return new Map(
    entries.map(([slot, given]) => {
      const word = readQuantity(given, "override.state");
      return [slotKey(readQuantity(slot, "override.state")), word === 0n ? undefined : littleEndian(word, 32)];
    }),
  );
}

/** An account's code from its bytes: nothing, a reference to a module that the chain knows, or a minimal proxy. */
export function readCode(bytes: Uint8Array, registry: CodeRegistry): Code | undefined {
  if (bytes.length === 0) return undefined;
  try {
    return registry.readRuntime(bytes, new Map());
  } catch (error) {
    if (!(error instanceof CodeError)) throw error;
    throw invalidParams("code: this is not SuperVM code of an account (a reference to a deployed module, or an EIP-1167 proxy); EVM bytecode does not run here");
  }
}
