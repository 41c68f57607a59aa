/** trace_*: OpenEthereum's methods, which explorers and analysers ask for. Transactions are run again on the state before them. */
import { executePayingGas } from "../../../executor/fees.js";
import { intrinsicGas, type Transaction } from "../../../executor/transaction.js";
import type { AddressKey } from "../../../store/keys.js";
import type { Block, Place } from "../../chain/block.js";
import type { DevChain } from "../../chain/dev-chain.js";
import { LayeredRegistry, LayeredState } from "../../chain/layered-state.js";
import { stateChanged } from "../../chain/prestate.js";
import { traceTransaction, type Scene } from "../../chain/trace.js";
import { dataHex } from "../../encoding/hex.js";
import { readCall } from "../call-request.js";
import { invalidParams, RPC_CODE, RpcError, serverError } from "../errors.js";
import { flatten, formatMinedTrace, formatStateDiff, formatTrace, type FlatTrace } from "../flat-traces.js";
import type { RpcLimits } from "../limits.js";
import { findBlock, requireBlock, sceneAt } from "../lookup.js";
import { readAddress, readArray, readBlock, readNumber, readObject, type JsonObject, type Methods, type Params } from "../params.js";
import { gasAllowance, transactionOf } from "../simulate.js";
import { assumedScene, blockFrames, minedFrame, minedScene, requirePlace, tracedBlock, transactionOfReceipt } from "../tracing.js";

export function flatTraceMethods(node: DevChain, limits: RpcLimits): Methods {
  const tracesOf = (place: Place | undefined): JsonObject[] => (place ? flatten(minedFrame(node, place)).map((trace) => formatMinedTrace(trace, place)) : []);
  return {
    trace_transaction: (p) => tracesOf(node.chain.find(p.hash(0, "hash"))),
    trace_get(p) {
      const at = p.array(1, "indices").map((index) => readNumber(index, "indices"));
      const traces = tracesOf(node.chain.find(p.hash(0, "hash")));
      return traces.find(({ traceAddress }) => String(traceAddress) === String(at)) ?? null;
    },
    trace_block(p) {
      const block = findBlock(node, p.block(0));
      return block ? blockTraces(node, block).map(([trace, place]) => formatMinedTrace(trace, place)) : [];
    },
    trace_filter: (p) => filterTraces(node, p.object(0, "filter"), limits),
    trace_replayTransaction(p) {
      const wanted = readWanted(p, 1);
      const { block, receipt } = requirePlace(node, p.hash(0, "hash"));
      return answer(node, minedScene(node, block, receipt.index), transactionOfReceipt(receipt), wanted);
    },
    trace_replayBlockTransactions(p) {
      const wanted = readWanted(p, 1);
      const block = requireBlock(node, p.block(0));
      const about = (scene: Scene, receipt: Place["receipt"]): JsonObject => ({
        ...answer(node, scene, transactionOfReceipt(receipt), wanted),
        transactionHash: receipt.transaction.hash,
      });
      return [...tracedBlock(node, block, about)];
    },
    trace_call(p) {
      p.atMost(5);
      const wanted = readWanted(p, 1);
      const scene = assumedScene(sceneAt(node, p.block(2)), { stateOverrides: p.raw(3), blockOverrides: p.raw(4) });
      return answer(node, scene, readTransaction(node, p.raw(0), scene, "transaction"), wanted);
    },
    trace_callMany: (p) => callMany(node, p, limits),
  };
}

/** What the answer of trace_call and its like is to hold. */
interface Wanted {
  readonly trace: boolean;
  readonly stateDiff: boolean;
}

function readWanted(p: Params, index: number): Wanted {
  return readTypes(p.array(index, "traceTypes"));
}

function readTypes(types: readonly unknown[]): Wanted {
  for (const type of types) {
    if (type === "vmTrace") throw invalidParams("traceTypes: there is no vmTrace (contracts are WebAssembly: there are no opcodes to log)");
    if (type !== "trace" && type !== "stateDiff") throw invalidParams('traceTypes: "trace" and "stateDiff" are expected');
  }
  return { trace: types.includes("trace"), stateDiff: types.includes("stateDiff") };
}

function answer(node: DevChain, scene: Scene, transaction: Transaction, wanted: Wanted): JsonObject {
  const frame = traceTransaction(node.chain, scene, transaction);
  return {
    output: dataHex(frame.output),
    stateDiff: wanted.stateDiff ? formatStateDiff(stateChanged(node.chain, scene, transaction)) : null,
    trace: wanted.trace ? flatten(frame).map(formatTrace) : [],
    vmTrace: null,
  };
}

function readTransaction(node: DevChain, value: unknown, { state, block }: Scene, name: string): Transaction {
  const call = readCall(readObject(value, name));
  const transaction = transactionOf(call, block, gasAllowance(node, call, state));
  if (transaction.gasLimit < intrinsicGas(transaction)) throw serverError("intrinsic gas too low");
  return transaction;
}

/** Calls that see what those before them changed. */
function callMany(node: DevChain, p: Params, limits: RpcLimits): JsonObject[] {
  const calls = p.array(0, "calls").map((entry) => readArray(entry, "calls"));
  if (calls.length > limits.simulationCalls) throw new RpcError(RPC_CODE.LIMIT, `too many calls: at most ${limits.simulationCalls}`);
  const base = sceneAt(node, p.block(1));
  const state = new LayeredState(base.state);
  const registry = new LayeredRegistry(base.registry);
  const scene: Scene = { ...base, state, registry };
  let gas = limits.simulationGas;
  return calls.map(([call, types]) => {
    const wanted = readTypes(readArray(types, "calls"));
    const transaction = readTransaction(node, call, scene, "calls");
    const shown = answer(node, scene, transaction, wanted);
    const { changes, modules, gasUsed } = executePayingGas(state, node.chain.cells(scene.block), registry, transaction);
    state.apply(changes);
    registry.register(modules);
    gas -= gasUsed;
    if (gas < 0) throw new RpcError(RPC_CODE.LIMIT, `the calls use more than ${limits.simulationGas} gas`);
    return shown;
  });
}

function blockTraces(node: DevChain, block: Block): [FlatTrace, Place][] {
  return blockFrames(node, block).flatMap((frame, i) => flatten(frame).map((trace): [FlatTrace, Place] => [trace, { block, receipt: block.receipts[i]! }]));
}

interface TraceFilter {
  readonly from: number;
  readonly to: number;
  readonly senders: ReadonlySet<AddressKey>;
  readonly receivers: ReadonlySet<AddressKey>;
  /** Where both are given: whether one suffices. */
  readonly isUnion: boolean;
  /** Traces to leave out, and to give. */
  readonly after: number;
  readonly count: number;
}

function readFilter(node: DevChain, filter: JsonObject): TraceFilter {
  const height = (name: string, fallback: number): number => {
    const value = filter[name];
    if (value === undefined || value === null) return fallback;
    const reference = readBlock(value, name);
    return typeof reference === "object" && "number" in reference ? reference.number : requireBlock(node, reference).header.number;
  };
  const addresses = (name: string): Set<AddressKey> => new Set(readArray(filter[name] ?? [], name).map((address) => readAddress(address, name)));
  const number = (name: string, fallback: number): number => (filter[name] === undefined || filter[name] === null ? fallback : readNumber(filter[name], name));
  const mode = filter.mode ?? "union";
  if (mode !== "union" && mode !== "intersection") throw invalidParams('mode: "union" or "intersection" is expected');
  return {
    from: height("fromBlock", 0),
    to: Math.min(height("toBlock", node.chain.height), node.chain.height),
    senders: addresses("fromAddress"),
    receivers: addresses("toAddress"),
    isUnion: mode === "union",
    after: number("after", 0),
    count: number("count", Number.MAX_SAFE_INTEGER),
  };
}

function filterTraces(node: DevChain, given: JsonObject, limits: RpcLimits): JsonObject[] {
  const filter = readFilter(node, given);
  if (filter.to - filter.from >= limits.traceBlocks) throw new RpcError(RPC_CODE.LIMIT, `query exceeds the limit of ${limits.traceBlocks} blocks`);
  const found: JsonObject[] = [];
  let skip = filter.after;
  for (let number = filter.from; number <= filter.to; number++)
    for (const [trace, place] of blockTraces(node, node.chain.block(number)!)) {
      if (!selects(filter, trace) || skip-- > 0) continue;
      if (found.length >= filter.count) return found;
      if (found.length >= limits.logResults) throw new RpcError(RPC_CODE.LIMIT, `query returned more than ${limits.logResults} results`);
      found.push(formatMinedTrace(trace, place));
    }
  return found;
}

function selects({ senders, receivers, isUnion }: TraceFilter, { frame }: FlatTrace): boolean {
  const isSender = senders.has(frame.from);
  const isReceiver = frame.to !== undefined && receivers.has(frame.to);
  if (senders.size === 0) return receivers.size === 0 || isReceiver;
  if (receivers.size === 0) return isSender;
  return isUnion ? isSender || isReceiver : isSender && isReceiver;
}
