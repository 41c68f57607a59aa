/**
 * Calls as a flat list, in the shapes that OpenEthereum gave them (trace_*) and anvil answers: each names its place in the tree.
 *
 *   CALL a { CREATE b { }, CALL c { SELFDESTRUCT } }   ->   [] call, [0] create, [1] call, [1, 0] suicide
 */
import type { CallFrame } from "../../executor/call-frames.js";
import { addressHex, bytesOfKey, type AddressKey } from "../../store/keys.js";
import type { Place } from "../chain/block.js";
import type { AccountState, Accounts } from "../chain/prestate.js";
import { dataHex, quantity } from "../encoding/hex.js";
import type { JsonObject } from "./params.js";

export interface FlatTrace {
  readonly frame: CallFrame;
  /** Positions from the root down. */
  readonly traceAddress: readonly number[];
}

/** A frame and all below it, each before its calls. */
export function flatten(frame: CallFrame, traceAddress: readonly number[] = []): FlatTrace[] {
  return [{ frame, traceAddress }, ...frame.calls.flatMap((call, i) => flatten(call, [...traceAddress, i]))];
}

/** A trace without its place on the chain. */
export function formatTrace({ frame, traceAddress }: FlatTrace): JsonObject {
  return { ...describe(frame), subtraces: frame.calls.length, traceAddress };
}

/** A trace of a mined transaction. */
export function formatMinedTrace(trace: FlatTrace, { block, receipt }: Place): JsonObject {
  return {
    ...formatTrace(trace),
    blockHash: block.header.hash,
    blockNumber: block.header.number,
    transactionHash: receipt.transaction.hash,
    transactionPosition: receipt.index,
  };
}

function describe(frame: CallFrame): JsonObject {
  const from = addressHex(frame.from);
  const to = frame.to === undefined ? undefined : addressHex(frame.to);
  const gasUsed = quantity(frame.gasUsed);
  const value = quantity(frame.value);
  const gas = quantity(frame.gas);
  switch (frame.type) {
    case "SELFDESTRUCT":
      return { type: "suicide", action: { address: from, refundAddress: to, balance: value }, result: null };
    case "CREATE":
    case "CREATE2":
      return {
        type: "create",
        action: { from, gas, init: dataHex(frame.input), value, creationMethod: frame.type.toLowerCase() },
        ...outcome(frame, { address: to, code: dataHex(frame.output), gasUsed }),
      };
    default:
      return {
        type: "call",
        action: { from, callType: frame.type.toLowerCase(), gas, input: dataHex(frame.input), to, value },
        ...outcome(frame, { gasUsed, output: dataHex(frame.output) }),
      };
  }
}

function outcome({ success, error, gasUsed, output }: CallFrame, result: JsonObject): JsonObject {
  if (success) return { result };
  if (error === undefined) return { error: "Reverted", result: { gasUsed: quantity(gasUsed), output: dataHex(output) } };
  return { error: error === "out of gas" ? "Out of gas" : error, result: null };
}

/** What a transaction changed: `=` stayed, `+` is new, `-` is gone, `*` from one to another. */
export function formatStateDiff({ pre, post }: { pre: Accounts; post: Accounts }): JsonObject {
  return Object.fromEntries([...new Set([...pre.keys(), ...post.keys()])].map((address) => [addressHex(address), diffOf(pre.get(address), post.get(address))]));
}

const NOTHING: AccountState = { storage: new Map() };

function diffOf(before: AccountState | undefined, after: AccountState | undefined): JsonObject {
  const delta = (show: (account: AccountState) => string | undefined, none: string): unknown => {
    if (!before) return { "+": show(after ?? NOTHING) ?? none };
    if (!after) return { "-": show(before) ?? none };
    const to = show(after);
    return to === undefined ? "=" : { "*": { from: show(before) ?? none, to } };
  };
  const slots = new Set([...(before?.storage.keys() ?? []), ...(after?.storage.keys() ?? [])]);
  const hex = ({ storage }: AccountState, slot: AddressKey): string => dataHex(Uint8Array.from(storage.get(slot) ?? new Uint8Array(32)).reverse());
  return {
    balance: delta(({ balance }) => (balance === undefined ? undefined : quantity(balance)), "0x0"),
    nonce: delta(({ nonce }) => (nonce === undefined ? undefined : quantity(nonce)), "0x0"),
    code: delta(({ code }) => code && dataHex(code), "0x"),
    storage: Object.fromEntries(
      [...slots].map((slot) => [dataHex(Uint8Array.from(bytesOfKey(slot)).reverse()), delta((account) => hex(account, slot), dataHex(new Uint8Array(32)))]),
    ),
  };
}
