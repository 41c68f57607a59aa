/** go-ethereum's flatCallTracer: the traces of trace_* with its errors, and with the gas of the whole transaction at the root. */
import type { CallFrame } from "../../../executor/call-frames.js";
import { isPrecompile } from "../../../executor/messages.js";
import { flatten, formatTrace, type FlatTrace } from "../flat-traces.js";
import { isObject, type JsonObject } from "../params.js";
import type { Traced } from "./traced.js";

export interface FlatOptions {
  /** Errors in OpenEthereum's words, as trace_* has them; else in go-ethereum's. */
  readonly convertParityErrors: boolean;
  /** Also calls of precompiled contracts. */
  readonly includePrecompiles: boolean;
}

export function formatFlatCalls({ wholeFrame, scene, place }: Traced, options: FlatOptions): JsonObject[] {
  const where = {
    blockHash: place?.block.header.hash ?? null,
    blockNumber: scene.block.number,
    transactionHash: place?.receipt.transaction.hash ?? null,
    transactionPosition: place?.receipt.index ?? 0,
  };
  const root = options.includePrecompiles ? wholeFrame : withoutPrecompiles(wholeFrame);
  return flatten(root).map((trace) => ({ ...formatFlatCall(trace, options), ...where }));
}

function withoutPrecompiles(frame: CallFrame): CallFrame {
  const isLeftOut = ({ type, to }: CallFrame): boolean => (type === "CALL" || type === "STATICCALL") && to !== undefined && isPrecompile(to);
  return { ...frame, calls: frame.calls.filter((call) => !isLeftOut(call)).map(withoutPrecompiles) };
}

function formatFlatCall(trace: FlatTrace, { convertParityErrors }: FlatOptions): JsonObject {
  const { action, result, ...shown } = formatTrace(trace);
  const { frame } = trace;
  const error = convertParityErrors ? shown.error : (frame.error ?? "execution reverted");
  return {
    ...shown,
    action: without(action, "creationMethod"),
    // Absent where anvil has null: of what failed without output, and of accounts that destroyed themselves.
    ...(isObject(result) && { result: isCreation(frame) && !frame.success ? revertedCreation(result) : result }),
    ...(!frame.success && { error }),
  };
}

function isCreation({ type }: CallFrame): boolean {
  return type === "CREATE" || type === "CREATE2";
}

/** What a creation gave stands where its code would. */
function revertedCreation({ output, ...rest }: JsonObject): JsonObject {
  return { ...rest, code: output };
}

function without(value: unknown, name: string): JsonObject {
  return Object.fromEntries(Object.entries(value as JsonObject).filter(([key]) => key !== name));
}
