/**
 * Methods of development nodes, under the names that anvil, Hardhat and Ganache gave them: mining, time, snapshots, impersonation and
 * state by hand. Units follow anvil: intervals are in seconds.
 */
import { littleEndian, slotKey, type AddressKey } from "../../../store/keys.js";
import type { DevChain } from "../../chain/dev-chain.js";
import { quantity } from "../../encoding/hex.js";
import { invalidParams, serverError } from "../errors.js";
import { formatBlock } from "../format.js";
import { viewAt } from "../lookup.js";
import { readCode } from "../overrides.js";
import { gasPrice } from "./chain.js";
import { isObject, readNumber, type Method, type Methods, type Params } from "../params.js";

/** Blocks that one request may mine. */
const MAX_BLOCKS = 100_000;
/** Blocks between which other requests get their turn. */
const BLOCKS_A_TURN = 128;
/** The farthest time: seconds stay exact and dates can be shown. */
const MAX_TIME = 253_402_300_799;

export function developmentMethods(node: DevChain, clientVersion: string): Methods {
  const both = (name: string, method: Method): Methods => ({ [`anvil_${name}`]: method, [`hardhat_${name}`]: method });
  return {
    ...miningMethods(node),
    ...timeMethods(node),
    ...stateMethods(node, both),
    ...impersonationMethods(node, both),
    ...both("dropTransaction", (p) => node.pool.remove(p.hash(0, "hash"))),
    ...both("dropAllTransactions", () => done(() => node.pool.clear())),
    anvil_removePoolTransactions: (p) => done(() => node.pool.removeAll(p.address(0, "address"))),
    anvil_rollback: (p) => rollback(node, p),
    ...both("setMinGasPrice", (p) => {
      p.quantity(0, "gasPrice");
      throw invalidParams("gasPrice: this chain has a base fee instead of a least gas price (EIP-1559): anvil_setNextBlockBaseFeePerGas sets it");
    }),
    evm_snapshot: () => quantity(node.snapshot()),
    anvil_snapshot: () => quantity(node.snapshot()),
    evm_revert: (p) => node.revert(p.number(0, "id")),
    anvil_revert: (p) => node.revert(p.number(0, "id")),
    ...both("reset", (p) => reset(node, p)),
    ...both("setLoggingEnabled", (p) => (p.boolean(0, "enabled"), null)),
    ...both("metadata", () => ({
      clientVersion,
      chainId: Number(node.chain.settings.chainId),
      latestBlockNumber: node.chain.height,
      latestBlockHash: node.chain.head.header.hash,
    })),
    anvil_nodeInfo: () => ({
      currentBlockNumber: quantity(node.chain.height),
      currentBlockTimestamp: node.chain.head.header.timestamp,
      currentBlockHash: node.chain.head.header.hash,
      hardFork: "prague",
      transactionOrder: "fees",
      environment: {
        baseFee: quantity(node.chain.draft(0).baseFee),
        chainId: Number(node.chain.settings.chainId),
        gasLimit: quantity(node.chain.gasLimit),
        gasPrice: quantity(gasPrice(node)),
      },
      forkConfig: { forkUrl: null, forkBlockNumber: null, forkRetryBackoff: null },
    }),
  };
}

/** Does something that has nothing to say. */
function done(action: () => void): null {
  action();
  return null;
}

/** Drops the newest blocks, one where no number is given. */
function rollback(node: DevChain, p: Params): null {
  const depth = p.has(0) ? p.number(0, "depth") : 1;
  const block = node.chain.block(node.chain.height - depth);
  if (!block) throw invalidParams(`depth: the chain has ${node.chain.height} blocks after its genesis block`);
  return done(() => node.rollback(block, viewAt(block)));
}

/** Without a fork to go to, a chain goes back to its genesis block. */
function reset(node: DevChain, p: Params): true {
  const options = p.raw(0);
  if (isObject(options) && options.forking !== undefined) throw invalidParams("forking: this node does not fork other chains");
  if (!node.reset()) throw serverError("a chain that is kept on disk is not reset: start one in another folder");
  return true;
}

function miningMethods(node: DevChain): Methods {
  const mineMany = async (p: Params): Promise<null> => {
    await mineBlocks(node, p.has(0) ? p.number(0, "blocks") : 1, p.has(1) ? p.number(1, "interval") : undefined);
    return null;
  };
  const setInterval: Method = (p) => done(() => node.setIntervalMining(readSeconds(p, 0)));
  return {
    anvil_mine: mineMany,
    hardhat_mine: async (p) => (await mineMany(p), true),
    evm_mine: async (p) => {
      await evmMine(node, p);
      return "0x0";
    },
    anvil_mine_detailed: async (p) => minedDetailed(node, p),
    evm_mine_detailed: async (p) => minedDetailed(node, p),
    evm_setAutomine: (p) => done(() => node.setAutomine(p.boolean(0, "enabled"))),
    anvil_setAutomine: (p) => done(() => node.setAutomine(p.boolean(0, "enabled"))),
    anvil_getIntervalMining: () => node.intervalSeconds ?? null,
    anvil_getGenesisTime: () => node.chain.block(0)!.header.timestamp,
    anvil_getAutomine: () => node.automine,
    hardhat_getAutomine: () => node.automine,
    evm_setIntervalMining: setInterval,
    anvil_setIntervalMining: setInterval,
    evm_setBlockGasLimit: (p) => setGasLimit(node, p),
    anvil_setBlockGasLimit: (p) => setGasLimit(node, p),
    anvil_setCoinbase: (p) => done(() => void (node.chain.coinbase = p.address(0, "address"))),
    hardhat_setCoinbase: (p) => done(() => void (node.chain.coinbase = p.address(0, "address"))),
    anvil_setNextBlockBaseFeePerGas: (p) => done(() => void (node.chain.next.baseFee = p.amount(0, "baseFee"))),
    hardhat_setNextBlockBaseFeePerGas: (p) => done(() => void (node.chain.next.baseFee = p.amount(0, "baseFee"))),
    anvil_setNextBlockPrevRandao: (p) => done(() => void (node.chain.next.prevrandao = p.quantity(0, "prevRandao"))),
    hardhat_setPrevRandao: (p) => done(() => void (node.chain.next.prevrandao = p.quantity(0, "prevRandao"))),
  };
}

function readSeconds(p: Params, index: number): number {
  const seconds = p.number(index, "seconds");
  // Timers count milliseconds in 31 bits.
  if (seconds > 2_000_000) throw invalidParams("seconds: at most 2000000");
  return seconds;
}

function setGasLimit(node: DevChain, p: Params): boolean {
  const limit = p.number(0, "gasLimit");
  if (limit < 21_000) throw invalidParams("gasLimit: a block must have room for a transaction");
  node.chain.gasLimit = limit;
  return true;
}

async function mineBlocks(node: DevChain, count: number, interval: number | undefined): Promise<void> {
  if (count > MAX_BLOCKS) throw invalidParams(`blocks: at most ${MAX_BLOCKS} in one request`);
  for (let i = 0; i < count; i++) {
    if (i > 0 && i % BLOCKS_A_TURN === 0) await new Promise(setImmediate);
    node.mine(interval === undefined || i === 0 ? undefined : requireTime(node, node.chain.head.header.timestamp + interval));
  }
}

/** evm_mine takes nothing, a timestamp, or { timestamp, blocks }. */
async function evmMine(node: DevChain, p: Params): Promise<number> {
  const given = p.raw(0);
  const options = isObject(given) ? given : { timestamp: given ?? undefined };
  if (options.timestamp !== undefined) node.clock.setNext(requireTime(node, readNumber(options.timestamp, "timestamp")));
  const blocks = options.blocks === undefined ? 1 : readNumber(options.blocks, "blocks");
  await mineBlocks(node, blocks, undefined);
  return blocks;
}

async function minedDetailed(node: DevChain, p: Params): Promise<unknown> {
  const count = await evmMine(node, p);
  const { height } = node.chain;
  return Array.from({ length: Math.min(count, height) }, (_, i) => formatBlock(node.chain.block(height - count + 1 + i)!, true));
}

/** A time that a next block may have. */
function requireTime(node: DevChain, timestamp: number): number {
  const newest = node.chain.head.header.timestamp;
  if (timestamp <= newest) throw invalidParams(`timestamp: ${timestamp} is not after that of the newest block, ${newest}`);
  if (timestamp > MAX_TIME) throw invalidParams(`timestamp: at most ${MAX_TIME}`);
  return timestamp;
}

function timeMethods(node: DevChain): Methods {
  const increase: Method = (p) => {
    const seconds = p.number(0, "seconds");
    requireTime(node, node.clock.timeOfNext(node.chain.head.header.timestamp) + seconds);
    return node.clock.increase(seconds, node.chain.head.header.timestamp);
  };
  const setNext: Method = (p) => done(() => node.clock.setNext(requireTime(node, p.number(0, "timestamp"))));
  const setTime: Method = (p) => node.clock.set(requireTime(node, p.number(0, "timestamp")));
  return {
    evm_increaseTime: increase,
    anvil_increaseTime: increase,
    evm_setNextBlockTimestamp: setNext,
    anvil_setNextBlockTimestamp: setNext,
    evm_setTime: setTime,
    anvil_setTime: setTime,
    anvil_setBlockTimestampInterval: (p) => done(() => node.clock.setInterval(readSeconds(p, 0))),
    anvil_removeBlockTimestampInterval: () => (node.clock.setInterval(undefined), true),
  };
}

function stateMethods(node: DevChain, both: (name: string, method: Method) => Methods): Methods {
  const balanceOf = (address: AddressKey): bigint => node.chain.backend.head.account(address)?.balance ?? 0n;
  const setBalance: Method = (p) => done(() => node.setAccount(p.address(0, "address"), { balance: p.amount(1, "balance") }));
  const addBalance: Method = (p) =>
    done(() => {
      const address = p.address(0, "address");
      const balance = balanceOf(address) + p.amount(1, "balance");
      node.setAccount(address, { balance: balance < 2n ** 256n ? balance : 2n ** 256n - 1n });
    });
  const setNonce: Method = (p) => done(() => node.setAccount(p.address(0, "address"), { nonce: p.number(1, "nonce") }));
  return {
    ...both("setBalance", setBalance),
    tenderly_setBalance: setBalance,
    ...both("addBalance", addBalance),
    tenderly_addBalance: addBalance,
    ...both("setNonce", setNonce),
    evm_setAccountNonce: setNonce,
    ...both("setCode", (p) => done(() => node.setAccount(p.address(0, "address"), { code: readCode(p.data(1, "code"), node.chain.backend.registry) }))),
    ...both("setStorageAt", (p) => {
      const word = p.quantity(2, "value");
      const words = new Map([[slotKey(p.quantity(1, "slot")), word === 0n ? undefined : littleEndian(word, 32)]]);
      node.chain.alter({ accounts: new Map(), storage: new Map([[p.address(0, "address"), words]]) });
      return true;
    }),
  };
}

function impersonationMethods(node: DevChain, both: (name: string, method: Method) => Methods): Methods {
  return {
    ...both("impersonateAccount", (p) => done(() => node.impersonated.add(p.address(0, "address")))),
    ...both("stopImpersonatingAccount", (p) => done(() => node.impersonated.delete(p.address(0, "address")))),
    ...both("autoImpersonateAccount", (p) => done(() => void (node.impersonatesAll = p.boolean(0, "enabled")))),
  };
}
