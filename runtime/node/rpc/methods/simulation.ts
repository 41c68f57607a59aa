/** eth_simulateV1: blocks of calls on top of a block, as if they were mined. */
import type { DevChain } from "../../chain/dev-chain.js";
import type { RpcLimits } from "../limits.js";
import { requireBlock, stateAt, viewAt } from "../lookup.js";
import type { Methods } from "../params.js";
import { readSimulation } from "../simulation/payload.js";
import { runSimulation } from "../simulation/run.js";

export function simulationMethods(node: DevChain, limits: RpcLimits): Methods {
  return {
    eth_simulateV1(p) {
      p.atMost(2);
      const block = requireBlock(node, p.block(1));
      const simulation = readSimulation(p.object(0, "payload"), block.header, limits);
      return runSimulation(node, simulation, { block, state: stateAt(node, block), view: viewAt(block), gas: limits.simulationGas });
    },
  };
}
