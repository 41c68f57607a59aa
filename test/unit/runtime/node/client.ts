/** A node's methods in this process: a chain, its dispatcher, and a contract that does a little of everything. */
import assert from "node:assert/strict";
import { Interface } from "ethers";
import { compile } from "../../../../index.js";
import { DevChain, type DevChainOptions } from "../../../../runtime/node/chain/dev-chain.js";
import { Dispatcher } from "../../../../runtime/node/rpc/dispatcher.js";
import { Filters } from "../../../../runtime/node/rpc/filters.js";
import { RPC_LIMITS, type RpcLimits } from "../../../../runtime/node/rpc/limits.js";
import { methodTable } from "../../../../runtime/node/rpc/table.js";

const SOURCE = `// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;
contract Note {
  uint public x;
  uint public immutable made = block.number;
  constructor(uint x_) payable { x = x_; }
  function fail() external pure { revert("note"); }
  function end(address payable to) external { selfdestruct(to); }
}
contract Desk {
  event Kept(address indexed who, uint amount);
  mapping(address => uint) public kept;
  Note public note;
  uint public calls;
  constructor(uint start) payable { kept[msg.sender] = start; }
  function keep(uint amount) external payable { kept[msg.sender] += amount; calls++; emit Kept(msg.sender, amount); }
  function write(uint x) external payable returns (Note) { return note = new Note{value: msg.value}(x); }
  function pass(address payable to) external payable { emit Kept(to, 1); (bool ok,) = to.call{value: msg.value}(""); require(ok, "refused"); emit Kept(to, 2); }
  function passAndFail(address payable to) external payable { to.transfer(msg.value); revert("no"); }
  function tryNote() external returns (bool ok) { calls++; try note.fail() { ok = true; } catch { ok = false; } }
  function passAndEnd(address payable to) external payable { new Note{value: msg.value}(1).end(to); }
  function nope() external pure { require(false, "never"); }
  function spin() external pure { while (true) {} }
  function dig(uint depth) external returns (uint) { calls++; return depth == 0 ? calls : this.dig(depth - 1); }
  function place() external view returns (uint number, uint time, address coinbase, uint fee, uint random, uint limit, bytes32 parent) {
    return (block.number, block.timestamp, block.coinbase, block.basefee, block.prevrandao, block.gaslimit, blockhash(block.number - 1));
  }
  function hashOf(uint number) external view returns (bytes32) { return blockhash(number); }
}`;

const { artifacts, diagnostics } = await compile({ sources: { "Desk.sol": { content: SOURCE } }, targets: ["supervm"] });
if (!artifacts.Desk) throw new Error(JSON.stringify(diagnostics));

export const desk = new Interface(artifacts.Desk.abi);
export const note = new Interface(artifacts.Note!.abi);
export const DESK_CODE = artifacts.Desk.targets.supervm!.bytecode as string;
export const NOTE_CODE = artifacts.Note!.targets.supervm!.bytecode as string;

export interface RpcFailure {
  readonly code: number;
  readonly message: string;
  readonly data?: unknown;
}

/** Any JSON that an answer may hold; each test reads what its case has. */
export type Json = ReturnType<typeof JSON.parse>;

export interface Client {
  readonly node: DevChain;
  readonly methods: readonly string[];
  /** The accounts of the chain, 0x-hex. */
  readonly accounts: readonly string[];
  /** The result; fails the test where the answer is an error. */
  readonly ask: (method: string, ...params: unknown[]) => Promise<Json>;
  /** The error; fails the test where there is none. */
  readonly fail: (method: string, ...params: unknown[]) => Promise<RpcFailure>;
  /** Deploys and gives the address. */
  readonly deploy: (code: string, value?: string) => Promise<string>;
  /** Sends a transaction of the first account; its hash. */
  readonly send: (to: string, data: string, more?: Readonly<Record<string, unknown>>) => Promise<string>;
  readonly close: () => void;
}

const word = (value: bigint): string => value.toString(16).padStart(64, "0");

/** The deployment of a desk whose creator keeps 5. */
export const DESK_CREATION = DESK_CODE + word(5n);

export function creationOfNote(x: bigint): string {
  return NOTE_CODE + word(x);
}

/** A chain and its methods. Faults of the node (-32603) fail the test, whatever it expects. */
export async function client(options: DevChainOptions = {}, limits: Partial<RpcLimits> = {}): Promise<Client> {
  const node = new DevChain({ timestamp: 1_700_000_000, ...options });
  const all = { ...RPC_LIMITS, ...limits };
  const filters = new Filters(node, all);
  const faults: unknown[] = [];
  const dispatcher = new Dispatcher(methodTable(node, filters, { clientVersion: "test", limits: all, trusted: true }), all, {
    answered: () => undefined,
    failed: (method, error) => faults.push(method, error),
  });
  const answer = async (method: string, params: unknown[]): Promise<Json> => {
    const text = await dispatcher.handle(JSON.stringify({ jsonrpc: "2.0", id: 1, method, params }));
    assert.deepEqual(faults, []);
    return JSON.parse(text);
  };
  const ask = async (method: string, ...params: unknown[]): Promise<Json> => {
    const { error, result } = await answer(method, params);
    assert.equal(error, undefined, `${method}: ${JSON.stringify(error)}`);
    return result;
  };
  const accounts: string[] = await ask("eth_accounts");
  return {
    node,
    methods: dispatcher.methodNames,
    accounts,
    ask,
    async fail(method, ...params) {
      const { error } = await answer(method, params);
      assert.ok(error, `${method} is expected to fail`);
      return error as RpcFailure;
    },
    async deploy(code, value = "0x0") {
      const hash = await ask("eth_sendTransaction", { from: accounts[0], data: code, value });
      const receipt = await ask("eth_getTransactionReceipt", hash);
      assert.equal(receipt.status, "0x1");
      return receipt.contractAddress as string;
    },
    async send(to, data, more = {}) {
      return (await ask("eth_sendTransaction", { from: accounts[0], to, data, ...more })) as string;
    },
    close() {
      filters.close();
      node.close();
    },
  };
}
