/** ots_*: what the explorer Otterscan asks for besides Ethereum's methods (its API, level 8). Searches by address need an index and are not here. */
import type { CallFrame } from "../../../executor/call-frames.js";
import { addressHex, type AddressKey } from "../../../store/keys.js";
import type { Block } from "../../chain/block.js";
import type { DevChain } from "../../chain/dev-chain.js";
import { dataHex, quantity } from "../../encoding/hex.js";
import { invalidParams, serverError } from "../errors.js";
import { flatten } from "../flat-traces.js";
import { formatBlock, formatReceipt } from "../format.js";
import { findBlock, requireBlock, stateAt, viewAt } from "../lookup.js";
import type { RpcLimits } from "../limits.js";
import type { Methods, Params } from "../params.js";
import { findBySender } from "../search.js";
import { blockFrames, minedFrame, requirePlace } from "../tracing.js";

const API_LEVEL = 8;
const MAX_PAGE = 1_000;
/** Otterscan's kinds of internal operations. */
const OPERATION = { TRANSFER: 0, SELFDESTRUCT: 1, CREATE: 2, CREATE2: 3 } as const;

export function otterscanMethods(node: DevChain, limits: RpcLimits): Methods {
  return {
    ots_getApiLevel: () => API_LEVEL,
    ots_hasCode: (p) => stateAt(node, requireBlock(node, p.block(1))).account(p.address(0, "address"))?.code !== undefined,
    ots_getTransactionError(p) {
      const { receipt } = requirePlace(node, p.hash(0, "hash"));
      return receipt.success ? "0x" : dataHex(receipt.output);
    },
    ots_traceTransaction: (p) => depthFirst(minedFrame(node, requirePlace(node, p.hash(0, "hash"))), 0),
    ots_getInternalOperations(p) {
      const [, ...inner] = flatten(minedFrame(node, requirePlace(node, p.hash(0, "hash"))));
      return inner.flatMap(({ frame }) => operationOf(frame));
    },
    ots_getBlockDetails: (p) => details(findBlock(node, p.block(0))),
    ots_getBlockDetailsByHash: (p) => details(node.chain.blockByHash(p.hash(0, "hash"))),
    ots_getBlockTransactions: (p) => page(node, p),
    ots_getTransactionBySenderAndNonce(p) {
      return findBySender(node, p.address(0, "address"), p.number(1, "nonce"), limits)?.receipt.transaction.hash ?? null;
    },
    ots_getContractCreator: (p) => creatorOf(node, p.address(0, "address")),
  };
}

function depthFirst(frame: CallFrame, depth: number): unknown[] {
  const hasValue = frame.type !== "STATICCALL" && frame.type !== "DELEGATECALL";
  const own = {
    type: frame.type,
    depth,
    from: addressHex(frame.from),
    to: frame.to === undefined ? null : addressHex(frame.to),
    value: hasValue ? quantity(frame.value) : null,
    input: dataHex(frame.input),
    output: dataHex(frame.output),
  };
  return [own, ...frame.calls.flatMap((call) => depthFirst(call, depth + 1))];
}

/** What moved wei or made a contract and was not undone. */
function operationOf({ type, from, to, value, success }: CallFrame): unknown[] {
  if (!success) return [];
  const kind = type === "CREATE" || type === "CREATE2" || type === "SELFDESTRUCT" ? OPERATION[type] : OPERATION.TRANSFER;
  if (kind === OPERATION.TRANSFER && (type !== "CALL" || value === 0n)) return [];
  return [{ type: kind, from: addressHex(from), to: to === undefined ? null : addressHex(to), value: quantity(value) }];
}

function details(block: Block | undefined): unknown {
  if (!block) return null;
  const { transactions: _, ...shown } = formatBlock(block, false);
  const fees = block.receipts.reduce((sum, { gasUsed, gasPrice }) => sum + BigInt(gasUsed) * gasPrice, 0n);
  return {
    block: { ...shown, transactionCount: block.receipts.length },
    issuance: { blockReward: "0x0", uncleReward: "0x0", issuance: "0x0" },
    totalFees: quantity(fees),
  };
}

/** A page of a block's transactions; of their input the selector only, of their receipts no logs. */
function page(node: DevChain, p: Params): unknown {
  const block = requireBlock(node, p.block(0));
  const [number, size] = [p.number(1, "page"), p.number(2, "pageSize")];
  if (size > MAX_PAGE) throw invalidParams(`pageSize: at most ${MAX_PAGE}`);
  const receipts = block.receipts.slice(number * size, (number + 1) * size);
  const full = formatBlock({ ...block, receipts }, true);
  const transactions = (full.transactions as Record<string, unknown>[]).map((t) => ({ ...t, input: String(t.input).slice(0, 10) }));
  return {
    fullblock: { ...full, transactions, transactionCount: block.receipts.length },
    receipts: receipts.map((receipt) => ({ ...formatReceipt({ block, receipt }), logs: null, logsBloom: null })),
  };
}

/** The transaction that created a contract, found by the states that are kept. */
function creatorOf(node: DevChain, address: AddressKey): unknown {
  const hasCode = (height: number): boolean => viewAt(node.chain.block(height)!).account(address)?.code !== undefined;
  if (!hasCode(node.chain.height)) return null;
  let [low, high] = [oldestState(node), node.chain.height];
  if (hasCode(low)) {
    if (low === 0) return null;
    throw serverError(`missing state: the contract is older than block ${low}, the first whose state is kept`);
  }
  while (low + 1 < high) {
    const middle = Math.floor((low + high) / 2);
    if (hasCode(middle)) high = middle;
    else low = middle;
  }
  const block = node.chain.block(high)!;
  for (const [i, root] of blockFrames(node, block).entries()) {
    const made = flatten(root).find(({ frame }) => frame.type.startsWith("CREATE") && frame.success && frame.to === address);
    if (made) return { hash: block.receipts[i]!.transaction.hash, creator: addressHex(made.frame.from) };
  }
  return null; // its code was set by hand
}

/** The first block from which on states are kept. */
function oldestState(node: DevChain): number {
  let [low, high] = [0, node.chain.height];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (node.chain.block(middle)?.state) high = middle;
    else low = middle + 1;
  }
  return low;
}
