/** The filter objects of eth_getLogs, eth_newFilter and eth_subscribe. */
import type { LogPlace } from "../chain/block.js";
import type { DevChain } from "../chain/dev-chain.js";
import { selectLogs, type LogSelector } from "../chain/logs.js";
import type { Hex } from "../encoding/hex.js";
import { invalidParams, RPC_CODE, RpcError, serverError } from "./errors.js";
import type { RpcLimits } from "./limits.js";
import { findBlock } from "./lookup.js";
import { readAddress, readArray, readBlock, readFixed, type BlockReference, type JsonObject } from "./params.js";

export interface LogQuery {
  readonly selector: LogSelector;
  readonly from: BlockReference;
  readonly to: BlockReference;
  readonly blockHash: Hex | undefined;
}

const MAX_ADDRESSES = 1_000;
const MAX_TOPICS = 4;

export function readLogQuery(object: JsonObject): LogQuery {
  const block = (name: string): BlockReference => (object[name] === undefined || object[name] === null ? "latest" : readBlock(object[name], name));
  const blockHash = object.blockHash === undefined || object.blockHash === null ? undefined : readFixed(object.blockHash, 32, "blockHash");
  if (blockHash !== undefined && (object.fromBlock !== undefined || object.toBlock !== undefined))
    throw invalidParams("cannot specify both blockHash and fromBlock/toBlock, choose one or the other");
  return { selector: { addresses: readAddresses(object.address), topics: readTopics(object.topics) }, from: block("fromBlock"), to: block("toBlock"), blockHash };
}

function readAddresses(value: unknown): LogSelector["addresses"] {
  if (value === undefined || value === null) return [];
  const list = Array.isArray(value) ? readArray(value, "address") : [value];
  if (list.length > MAX_ADDRESSES) throw invalidParams(`address: at most ${MAX_ADDRESSES} addresses`);
  return list.map((address) => readAddress(address, "address"));
}

function readTopics(value: unknown): LogSelector["topics"] {
  if (value === undefined || value === null) return [];
  const topics = readArray(value, "topics");
  if (topics.length > MAX_TOPICS) throw invalidParams(`topics: at most ${MAX_TOPICS}`);
  return topics.map((alternatives) => {
    if (alternatives === null) return [];
    const list = Array.isArray(alternatives) ? readArray(alternatives, "topics") : [alternatives];
    if (list.length > MAX_ADDRESSES) throw invalidParams(`topics: at most ${MAX_ADDRESSES} alternatives`);
    // Null among alternatives takes any topic.
    return list.includes(null) ? [] : list.map((topic) => readFixed(topic, 32, "topics"));
  });
}

/** The logs that a query selects, within limits. */
export function queryLogs(node: DevChain, query: LogQuery, limits: RpcLimits): LogPlace[] {
  if (query.blockHash !== undefined) {
    const block = findBlock(node, { hash: query.blockHash });
    if (!block) throw serverError("unknown block");
    return selectLogs(block, query.selector);
  }
  const from = heightOf(node, query.from);
  const to = Math.min(heightOf(node, query.to), node.chain.height);
  if (from > heightOf(node, query.to)) throw invalidParams("invalid block range params");
  if (to - from >= limits.logBlocks) throw new RpcError(RPC_CODE.LIMIT, `query exceeds the limit of ${limits.logBlocks} blocks`);
  const found: LogPlace[] = [];
  for (let number = from; number <= to; number++) {
    found.push(...selectLogs(node.chain.block(number)!, query.selector));
    if (found.length > limits.logResults) throw new RpcError(RPC_CODE.LIMIT, `query returned more than ${limits.logResults} results`);
  }
  return found;
}

/** A block's height, also of one that is still to come. */
function heightOf(node: DevChain, reference: BlockReference): number {
  if (typeof reference === "object" && "number" in reference) return reference.number;
  const block = findBlock(node, reference);
  if (!block) throw serverError("unknown block");
  return block.header.number;
}

/** True where a block of this height is within a query's range. */
export function coversHeight(node: DevChain, query: LogQuery, height: number): boolean {
  const bound = (reference: BlockReference, open: number): number =>
    typeof reference === "object" && "number" in reference ? reference.number : reference === "earliest" ? 0 : open;
  if (query.blockHash !== undefined) return node.chain.block(height)?.header.hash === query.blockHash;
  return height >= bound(query.from, 0) && height <= bound(query.to, Number.MAX_SAFE_INTEGER);
}
