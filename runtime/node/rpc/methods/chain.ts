/** Methods about the chain itself: blocks, transactions, receipts, fees, and what client and network are. */
import { keccak256 } from "../../../../machine/keccak.js";
import type { Block } from "../../chain/block.js";
import type { DevChain } from "../../chain/dev-chain.js";
import { nextBaseFee } from "../../chain/header.js";
import { dataHex, quantity } from "../../encoding/hex.js";
import { effectiveGasPrice } from "../../transactions/transaction.js";
import { invalidParams } from "../errors.js";
import { formatBlock, formatHeader, formatMined, formatPending, formatReceipt } from "../format.js";
import { findBlock, findBlockOrPending, requireBlock } from "../lookup.js";
import type { RpcLimits } from "../limits.js";
import type { Methods, Params } from "../params.js";
import { findBySender } from "../search.js";

/** Tip that the node proposes: enough on a chain without competition. */
const SUGGESTED_TIP = 10n ** 9n;
const MAX_FEE_HISTORY = 1_024;
const MAX_PERCENTILES = 100;

export function chainMethods(node: DevChain, clientVersion: string, limits: RpcLimits): Methods {
  const byIndex = (block: Block | undefined, index: number): unknown => {
    const receipt = block?.receipts[index];
    return block && receipt ? formatMined({ block, receipt }) : null;
  };
  const count = (block: Block | undefined): unknown => (block ? quantity(block.receipts.length) : null);
  const shown = (block: Block | undefined, full: boolean): unknown => (block ? formatBlock(block, full) : null);
  return {
    web3_clientVersion: () => clientVersion,
    web3_sha3: (p) => dataHex(keccak256(p.data(0, "data"))),
    eth_networkId: () => node.chain.settings.chainId.toString(),
    net_version: () => node.chain.settings.chainId.toString(),
    net_listening: () => true,
    net_peerCount: () => "0x0",
    eth_chainId: () => quantity(node.chain.settings.chainId),
    eth_protocolVersion: () => "0x44",
    eth_syncing: () => false,
    eth_mining: () => true,
    eth_hashrate: () => "0x0",
    eth_blobBaseFee: () => "0x1",
    eth_coinbase: () => formatHeader(node.chain.head.header).miner,
    eth_blockNumber: () => quantity(node.chain.height),
    eth_getBlockByNumber: (p) => shown(findBlockOrPending(node, p.block(0)), p.boolean(1, "full", false)),
    eth_getBlockByHash: (p) => shown(node.chain.blockByHash(p.hash(0, "hash")), p.boolean(1, "full", false)),
    eth_getHeaderByNumber: (p) => headerOf(findBlockOrPending(node, p.block(0))),
    eth_getHeaderByHash: (p) => headerOf(node.chain.blockByHash(p.hash(0, "hash"))),
    erigon_getHeaderByNumber: (p) => headerOf(findBlockOrPending(node, p.block(0))),
    eth_getBlockTransactionCountByNumber: (p) => count(findBlockOrPending(node, p.block(0))),
    eth_getBlockTransactionCountByHash: (p) => count(node.chain.blockByHash(p.hash(0, "hash"))),
    eth_getUncleCountByBlockNumber: (p) => (findBlock(node, p.block(0)) ? "0x0" : null),
    eth_getUncleCountByBlockHash: (p) => (node.chain.blockByHash(p.hash(0, "hash")) ? "0x0" : null),
    eth_getUncleByBlockNumberAndIndex: () => null,
    eth_getUncleByBlockHashAndIndex: () => null,
    eth_getTransactionByHash(p) {
      const hash = p.hash(0, "hash");
      const place = node.chain.find(hash);
      if (place) return formatMined(place);
      const waiting = node.pool.get(hash);
      return waiting ? formatPending(waiting) : null;
    },
    eth_getTransactionBySenderAndNonce(p) {
      const [sender, nonce] = [p.address(0, "sender"), p.number(1, "nonce")];
      const place = findBySender(node, sender, nonce, limits);
      if (place) return formatMined(place);
      const waiting = node.pool.of(sender, nonce);
      return waiting ? formatPending(waiting) : null;
    },
    eth_getTransactionByBlockNumberAndIndex: (p) => byIndex(findBlockOrPending(node, p.block(0)), p.number(1, "index")),
    eth_getTransactionByBlockHashAndIndex: (p) => byIndex(node.chain.blockByHash(p.hash(0, "hash")), p.number(1, "index")),
    eth_getTransactionReceipt(p) {
      const place = node.chain.find(p.hash(0, "hash"));
      return place ? formatReceipt(place) : null;
    },
    eth_getBlockReceipts(p) {
      const block = findBlock(node, p.block(0));
      return block ? block.receipts.map((receipt) => formatReceipt({ block, receipt })) : null;
    },
    eth_baseFee: () => quantity(node.chain.draft(0).baseFee),
    eth_gasPrice: () => quantity(gasPrice(node)),
    eth_maxPriorityFeePerGas: () => quantity(SUGGESTED_TIP),
    eth_feeHistory: (p) => feeHistory(node, p),
  };
}

/** What a unit of gas costs in the next block, in wei, with a tip. */
export function gasPrice(node: DevChain): bigint {
  return node.chain.draft(0).baseFee + SUGGESTED_TIP;
}

function headerOf(block: Block | undefined): unknown {
  return block ? formatHeader(block.header) : null;
}

/** Base fees, used shares of the limit, and tips at percentiles of the gas, of blocks up to one. */
function feeHistory(node: DevChain, p: Params): unknown {
  const newest = requireBlock(node, p.block(1)).header.number;
  const wanted = Math.min(p.number(0, "blockCount"), MAX_FEE_HISTORY, newest + 1);
  const percentiles = readPercentiles(p.has(2) ? p.array(2, "rewardPercentiles") : []);
  if (wanted === 0) return { oldestBlock: "0x0", gasUsedRatio: [], baseFeePerGas: null };
  const blocks = Array.from({ length: wanted }, (_, i) => node.chain.block(newest - wanted + 1 + i)!);
  const last = blocks[blocks.length - 1]!.header;
  return {
    oldestBlock: quantity(newest - wanted + 1),
    baseFeePerGas: [...blocks.map((b) => quantity(b.header.baseFee)), quantity(node.chain.block(newest + 1)?.header.baseFee ?? nextBaseFee(last))],
    gasUsedRatio: blocks.map((b) => b.header.gasUsed / b.header.gasLimit),
    baseFeePerBlobGas: new Array<string>(wanted + 1).fill("0x1"),
    blobGasUsedRatio: new Array<number>(wanted).fill(0),
    ...(percentiles.length > 0 && { reward: blocks.map((b) => tipsAt(b, percentiles)) }),
  };
}

function readPercentiles(values: readonly unknown[]): number[] {
  if (values.length > MAX_PERCENTILES) throw invalidParams(`rewardPercentiles: at most ${MAX_PERCENTILES}`);
  let before = 0;
  return values.map((value) => {
    if (typeof value !== "number" || !(value >= before && value <= 100)) throw invalidParams("rewardPercentiles: numbers from 0 to 100 in ascending order are expected");
    before = value;
    return value;
  });
}

function tipsAt(block: Block, percentiles: readonly number[]): string[] {
  const { baseFee, gasUsed } = block.header;
  const paid = block.receipts
    .map((r) => ({ gas: r.gasUsed, tip: effectiveGasPrice(r.transaction, baseFee) - baseFee }))
    .sort((a, b) => (a.tip < b.tip ? -1 : a.tip > b.tip ? 1 : 0));
  return percentiles.map((percentile) => {
    let sum = 0;
    const found = paid.find((t) => (sum += t.gas) >= (gasUsed * percentile) / 100);
    return quantity(found?.tip ?? 0n);
  });
}
