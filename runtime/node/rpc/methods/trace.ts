/** debug_traceTransaction and debug_traceCall with the callTracer: WebAssembly has no opcode steps to show. */
import { addressHex } from "../../../store/keys.js";
import type { DevChain } from "../../chain/dev-chain.js";
import { executorTransaction } from "../../chain/block-builder.js";
import { stateBefore, traceTransaction, type CallFrame } from "../../chain/trace.js";
import { dataHex, quantity } from "../../encoding/hex.js";
import { overrideState, readCall } from "../call-request.js";
import { invalidParams, serverError } from "../errors.js";
import { requireBlock, stateAt, viewAt } from "../lookup.js";
import { isObject, type JsonObject, type Methods, type Params } from "../params.js";
import { gasAllowance, revertReason } from "../simulate.js";

export function traceMethods(node: DevChain): Methods {
  return {
    debug_traceTransaction(p) {
      const options = readOptions(p, 1);
      const place = node.chain.find(p.hash(0, "hash"));
      if (!place) throw serverError("transaction not found");
      const { block, receipt } = place;
      const parent = node.chain.block(block.header.number - 1);
      if (!parent) throw serverError("the genesis block has no transactions");
      const state = stateBefore(node.chain, viewAt(parent), block, receipt.index);
      const frame = traceTransaction(node.chain, state, block, executorTransaction(receipt.transaction, receipt.gasPrice));
      if (!frame) return null;
      // The root shows the transaction's gas, its intrinsic part included.
      return { ...formatFrame(frame, options), gas: quantity(receipt.transaction.gasLimit), gasUsed: quantity(receipt.gasUsed) };
    },
    debug_traceCall(p) {
      const options = readOptions(p, 2);
      const call = readCall(p.object(0, "transaction"));
      const block = requireBlock(node, p.block(1));
      const given = p.raw(2);
      const base = stateAt(node, block);
      const state = isObject(given) && isObject(given.stateOverrides) ? overrideState(base, node.chain.backend.registry, given.stateOverrides) : base;
      const { from = "\0".repeat(20), to, data, value } = call;
      const gasLimit = gasAllowance(node, call, state);
      const frame = traceTransaction(node.chain, state, block, { from, ...(to !== undefined && { to }), data, value, gasLimit, gasPrice: call.gasPrice ?? 0n });
      if (!frame) throw serverError("intrinsic gas too low");
      return formatFrame(frame, options);
    },
  };
}

interface Options {
  readonly onlyTopCall: boolean;
}

function readOptions(p: Params, index: number): Options {
  const options: JsonObject = p.has(index) ? p.object(index, "options") : {};
  if (options.tracer !== "callTracer") throw invalidParams('tracer: only "callTracer" is supported (contracts are WebAssembly: there are no opcodes to log)');
  return { onlyTopCall: isObject(options.tracerConfig) && options.tracerConfig.onlyTopCall === true };
}

function formatFrame(frame: CallFrame, options: Options): JsonObject {
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
    ...(frame.calls.length > 0 && !options.onlyTopCall && { calls: frame.calls.map((call) => formatFrame(call, options)) }),
  };
}
