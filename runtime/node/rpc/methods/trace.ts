/**
 * debug_trace*: a transaction of a block, all of a block, or a call, run again. Tracers are go-ethereum's callTracer and prestateTracer. WebAssembly has
 * no opcode steps: without a tracer the answer is that of the struct logger with no steps.
 */
import type { CallFrame, FrameLog } from "../../../executor/call-frames.js";
import { intrinsicGas, type Transaction } from "../../../executor/transaction.js";
import { addressHex, bytesOfKey } from "../../../store/keys.js";
import type { Block, NodeReceipt } from "../../chain/block.js";
import type { DevChain } from "../../chain/dev-chain.js";
import { stateChanged, stateRead, type Accounts } from "../../chain/prestate.js";
import { traceTransaction, type Scene } from "../../chain/trace.js";
import { dataHex, quantity } from "../../encoding/hex.js";
import { readCall } from "../call-request.js";
import { invalidParams, serverError } from "../errors.js";
import { requireBlock } from "../lookup.js";
import { isObject, type JsonObject, type Methods, type Params } from "../params.js";
import { gasAllowance, revertReason, transactionOf } from "../simulate.js";
import { assumedScene, minedScene, requirePlace, tracedBlock, transactionOfReceipt } from "../tracing.js";

export function traceMethods(node: DevChain): Methods {
  return {
    debug_traceTransaction(p) {
      const options = readOptions(p, 1);
      const { block, receipt } = requirePlace(node, p.hash(0, "hash"));
      return traceMined(node, minedScene(node, block, receipt.index), receipt, options);
    },
    debug_traceBlockByNumber: (p) => traceBlock(node, requireBlock(node, p.block(0)), readOptions(p, 1)),
    debug_traceBlockByHash(p) {
      const block = node.chain.blockByHash(p.hash(0, "hash"));
      if (!block) throw serverError("block not found");
      return traceBlock(node, block, readOptions(p, 1));
    },
    debug_traceCall(p) {
      const options = readOptions(p, 2);
      const call = readCall(p.object(0, "transaction"));
      const scene = assumedScene(node, requireBlock(node, p.block(1)), p.has(2) ? p.object(2, "options") : {});
      const transaction = transactionOf(call, scene.block, gasAllowance(node, call, scene.state));
      if (transaction.gasLimit < intrinsicGas(transaction)) throw serverError("intrinsic gas too low");
      return trace(node, scene, transaction, options);
    },
  };
}

type Tracer = "callTracer" | "prestateTracer" | "structLogger";

interface Options {
  readonly tracer: Tracer;
  /** Of the callTracer. */
  readonly onlyTopCall: boolean;
  readonly withLog: boolean;
  /** Of the prestateTracer. */
  readonly diffMode: boolean;
}

function readOptions(p: Params, index: number): Options {
  const options: JsonObject = p.has(index) ? p.object(index, "options") : {};
  const tracer = options.tracer ?? "structLogger";
  if (tracer !== "callTracer" && tracer !== "prestateTracer" && tracer !== "structLogger")
    throw invalidParams('tracer: "callTracer" and "prestateTracer" are supported (contracts are WebAssembly: there are no opcodes to log)');
  const config = isObject(options.tracerConfig) ? options.tracerConfig : {};
  return { tracer, onlyTopCall: config.onlyTopCall === true, withLog: config.withLog === true, diffMode: config.diffMode === true };
}

function traceBlock(node: DevChain, block: Block, options: Options): JsonObject[] {
  return [...tracedBlock(node, block, (scene, receipt) => ({ txHash: receipt.transaction.hash, result: traceMined(node, scene, receipt, options) }))];
}

/** Traces a mined transaction. */
function traceMined(node: DevChain, scene: Scene, receipt: NodeReceipt, options: Options): JsonObject {
  return trace(node, scene, transactionOfReceipt(receipt), options, receipt.gasUsed);
}

/** @param gasUsed Of the whole transaction, as mined; absent: as it is now. The root frame shows that and the transaction's limit, the intrinsic part included. */
function trace(node: DevChain, scene: Scene, transaction: Transaction, options: Options, gasUsed?: number): JsonObject {
  if (options.tracer === "prestateTracer") {
    if (!options.diffMode) return formatAccounts(stateRead(node.chain, scene, transaction));
    const { pre, post } = stateChanged(node.chain, scene, transaction);
    return { pre: formatAccounts(pre), post: formatAccounts(post) };
  }
  const frame = traceTransaction(node.chain, scene, transaction);
  const used = gasUsed ?? intrinsicGas(transaction) + frame.gasUsed;
  if (options.tracer === "callTracer") return { ...formatFrame(frame, options), gas: quantity(transaction.gasLimit), gasUsed: quantity(used) };
  return { gas: used, failed: !frame.success, returnValue: dataHex(frame.output), structLogs: [] };
}

function formatAccounts(accounts: Accounts): JsonObject {
  const word = (bytes: Uint8Array | undefined): string => dataHex(bytes ? Uint8Array.from(bytes).reverse() : new Uint8Array(32));
  return Object.fromEntries(
    [...accounts].map(([address, { balance, nonce, code, storage }]) => [
      addressHex(address),
      {
        ...(balance !== undefined && { balance: quantity(balance) }),
        ...(nonce !== undefined && { nonce }),
        ...(code && { code: dataHex(code) }),
        ...(storage.size > 0 && { storage: Object.fromEntries([...storage].map(([slot, value]) => [word(bytesOfKey(slot)), word(value)])) }),
      },
    ]),
  );
}

/** @param isUndone A call around it failed. */
function formatFrame(frame: CallFrame, options: Options, isUndone = false): JsonObject {
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
