/** go-ethereum's callTracer and 4byteTracer: the calls as a tree, and how often which function was called. */
import type { CallFrame, FrameLog } from "../../../executor/call-frames.js";
import { isPrecompile } from "../../../executor/messages.js";
import { addressHex } from "../../../store/keys.js";
import { dataHex, quantity } from "../../encoding/hex.js";
import type { JsonObject } from "../params.js";
import { revertReason } from "../simulate.js";

export interface FrameOptions {
  readonly onlyTopCall: boolean;
  readonly withLog: boolean;
}

/** @param isUndone A call around it failed. */
export function formatFrame(frame: CallFrame, options: FrameOptions, isUndone = false): JsonObject {
  const reason = frame.success || frame.error !== undefined ? undefined : revertReason(frame.output);
  return {
    type: frame.type,
    from: addressHex(frame.from),
    ...(frame.to !== undefined && { to: addressHex(frame.to) }),
    ...(frame.type !== "STATICCALL" && { value: quantity(frame.value) }),
    gas: quantity(frame.gas),
    gasUsed: quantity(frame.gasUsed),
    input: dataHex(frame.input),
    ...(frame.output.length > 0 && { output: dataHex(frame.output) }),
    ...(!frame.success && { error: frame.error ?? "execution reverted" }),
    ...(reason !== undefined && { revertReason: reason }),
    ...(frame.calls.length > 0 && !options.onlyTopCall && { calls: frame.calls.map((call) => formatFrame(call, options, isUndone || !frame.success)) }),
    ...(options.withLog && !isUndone && frame.logs.length > 0 && { logs: frame.logs.map((log, index) => formatFrameLog(log, index)) }),
  };
}

function formatFrameLog({ address, topics, data, position }: FrameLog, index: number): JsonObject {
  return { address: addressHex(address), topics: topics.map(dataHex), data: dataHex(data), position: quantity(position), index: quantity(index) };
}

const SELECTOR_BYTES = 4;

/**
 * How often functions were called, by selector and bytes of arguments. Creations and precompiled contracts have no functions.
 *
 *   keep(1), keep(2)   ->   { "0x77de32aa-32": 2 }
 */
export function countSelectors(root: CallFrame): JsonObject {
  const counts = new Map<string, number>();
  const count = (frame: CallFrame): void => {
    const { type, to, input } = frame;
    const isCall = type === "CALL" || type === "DELEGATECALL" || type === "STATICCALL";
    if (isCall && input.length >= SELECTOR_BYTES && !(to !== undefined && isPrecompile(to))) {
      const key = `${dataHex(input.subarray(0, SELECTOR_BYTES))}-${input.length - SELECTOR_BYTES}`;
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
    frame.calls.forEach(count);
  };
  count(root);
  return Object.fromEntries([...counts].sort(([a], [b]) => (a < b ? -1 : 1)));
}
