/**
 * What eth_simulateV1 is asked for (execution-apis, eth_simulateV1): blocks on top of a block, each with overrides and calls. Numbers and times that are
 * left out are filled in; where numbers leave a gap, empty blocks fill it.
 *
 *   base 7, asked for {}, {number: 10}   ->   8, 9 (empty), 10
 */
import type { BlockDraft } from "../../chain/blockchain.js";
import { readCall, type CallRequest } from "../call-request.js";
import { invalidParams, RpcError } from "../errors.js";
import type { RpcLimits } from "../limits.js";
import { readBlockOverrides, type BlockOverrides } from "../overrides.js";
import { readArray, readObject, type JsonObject } from "../params.js";

/** Error codes of the method's own (execution-apis, eth_simulateV1). */
export const SIMULATION_CODE = {
  VM_ERROR: -32015,
  NONCE_TOO_LOW: -38010,
  NONCE_TOO_HIGH: -38011,
  FEE_TOO_LOW: -38012,
  INTRINSIC_GAS: -38013,
  INSUFFICIENT_FUNDS: -38014,
  BLOCK_GAS_LIMIT: -38015,
  BLOCK_NUMBER: -38020,
  BLOCK_TIME: -38021,
  INIT_CODE_SIZE: -38025,
  LIMIT: -38026,
} as const;

export interface PlannedBlock {
  readonly number: number;
  /** Seconds. */
  readonly timestamp: number;
  readonly overrides: BlockOverrides;
  readonly stateOverrides: JsonObject;
  readonly calls: readonly CallRequest[];
}

export interface Simulation {
  readonly blocks: readonly PlannedBlock[];
  /** Whether transfers of wei appear among the logs. */
  readonly traceTransfers: boolean;
  /** Whether nonces and fees must be right, as for a block of the chain; else gas is free. */
  readonly validation: boolean;
  readonly fullTransactions: boolean;
}

/** Seconds between blocks of which nobody said the time. */
const BLOCK_SECONDS = 1;

/** Reads the payload of a request. Throws RpcError. */
export function readSimulation(payload: JsonObject, base: BlockDraft, limits: RpcLimits): Simulation {
  const flag = (name: string): boolean => {
    const value = payload[name] ?? false;
    if (typeof value !== "boolean") throw invalidParams(`${name}: true or false is expected`);
    return value;
  };
  const given = readArray(payload.blockStateCalls, "blockStateCalls");
  if (given.length === 0) throw invalidParams("blockStateCalls: at least one block is expected");
  if (given.length > limits.simulationBlocks) throw limitExceeded(`too many blocks: at most ${limits.simulationBlocks}`);
  const asked = given.map(readBlock);
  const calls = asked.reduce((sum, block) => sum + block.calls.length, 0);
  if (calls > limits.simulationCalls) throw limitExceeded(`too many calls: at most ${limits.simulationCalls}`);
  return {
    blocks: plan(asked, base, limits.simulationBlocks),
    traceTransfers: flag("traceTransfers"),
    validation: flag("validation"),
    fullTransactions: flag("returnFullTransactions"),
  };
}

export function limitExceeded(message: string): RpcError {
  return new RpcError(SIMULATION_CODE.LIMIT, message);
}

type AskedBlock = Omit<PlannedBlock, "number" | "timestamp">;

function readBlock(value: unknown, index: number): AskedBlock {
  const name = `blockStateCalls[${index}]`;
  const block = readObject(value, name);
  const object = (field: string): JsonObject => readObject(block[field] ?? {}, `${name}.${field}`);
  return {
    overrides: readBlockOverrides(object("blockOverrides"), `${name}.blockOverrides`),
    stateOverrides: object("stateOverrides"),
    calls: readArray(block.calls ?? [], `${name}.calls`).map((call, i) => readCall(readObject(call, `${name}.calls[${i}]`))),
  };
}

/** Gives each block its number and time, and fills gaps. */
function plan(asked: readonly AskedBlock[], base: BlockDraft, limit: number): PlannedBlock[] {
  const blocks: PlannedBlock[] = [];
  let { number, timestamp } = base;
  for (const block of asked) {
    const wanted = block.overrides.number ?? number + 1;
    if (wanted <= number) throw new RpcError(SIMULATION_CODE.BLOCK_NUMBER, `block numbers must be in order: ${wanted} <= ${number}`);
    if (wanted - base.number > limit) throw limitExceeded(`too many blocks: at most ${limit}`);
    while (number + 1 < wanted) blocks.push({ number: ++number, timestamp: (timestamp += BLOCK_SECONDS), overrides: {}, stateOverrides: {}, calls: [] });
    const time = block.overrides.timestamp ?? timestamp + BLOCK_SECONDS;
    if (time <= timestamp) throw new RpcError(SIMULATION_CODE.BLOCK_TIME, `block timestamps must be in order: ${time} <= ${timestamp}`);
    [number, timestamp] = [wanted, time];
    blocks.push({ ...block, number, timestamp });
  }
  return blocks;
}
