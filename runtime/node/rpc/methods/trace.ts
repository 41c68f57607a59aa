/** debug_trace*: a transaction of a block, all of a block, or a call, run again. */
import { intrinsicGas } from "../../../executor/transaction.js";
import type { Block, NodeReceipt } from "../../chain/block.js";
import type { DevChain } from "../../chain/dev-chain.js";
import type { Scene } from "../../chain/trace.js";
import { readCall } from "../call-request.js";
import { serverError } from "../errors.js";
import { requireBlock, sceneAt } from "../lookup.js";
import type { JsonObject, Methods, Params } from "../params.js";
import { gasAllowance, transactionOf } from "../simulate.js";
import { Traced } from "../tracers/traced.js";
import { readTracer, type Tracer } from "../tracers/tracers.js";
import { assumedScene, minedScene, requirePlace, tracedBlock, transactionOfReceipt } from "../tracing.js";

export function traceMethods(node: DevChain): Methods {
  const mined = (scene: Scene, block: Block, receipt: NodeReceipt): Traced => new Traced(node.chain, scene, transactionOfReceipt(receipt), { block, receipt });
  const traceBlock = (block: Block, tracer: Tracer): JsonObject[] => [
    ...tracedBlock(node, block, (scene, receipt) => ({ txHash: receipt.transaction.hash, result: tracer(mined(scene, block, receipt)) })),
  ];
  return {
    debug_traceTransaction(p) {
      const tracer = tracerAt(p, 1);
      const { block, receipt } = requirePlace(node, p.hash(0, "hash"));
      return tracer(mined(minedScene(node, block, receipt.index), block, receipt));
    },
    debug_traceBlockByNumber: (p) => traceBlock(requireBlock(node, p.block(0)), tracerAt(p, 1)),
    debug_traceBlockByHash(p) {
      const block = node.chain.blockByHash(p.hash(0, "hash"));
      if (!block) throw serverError("block not found");
      return traceBlock(block, tracerAt(p, 1));
    },
    debug_traceCall(p) {
      const tracer = tracerAt(p, 2);
      const call = readCall(p.object(0, "transaction"));
      const scene = assumedScene(sceneAt(node, p.block(1)), p.has(2) ? p.object(2, "options") : {});
      const transaction = transactionOf(call, scene.block, gasAllowance(node, call, scene.state));
      if (transaction.gasLimit < intrinsicGas(transaction)) throw serverError("intrinsic gas too low");
      return tracer(new Traced(node.chain, scene, transaction));
    },
  };
}

function tracerAt(p: Params, index: number): Tracer {
  return readTracer(p.has(index) ? p.object(index, "options") : {});
}
