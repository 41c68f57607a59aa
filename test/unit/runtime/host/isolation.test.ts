/** No call can observe what another left in an instance: memory, call data, return data, and the cells below. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { compile } from "../../../../index.js";
import { LocalChain } from "../../../../runtime/executor/local-chain.js";
import type { Receipt } from "../../../../runtime/executor/transaction.js";
import { Interface } from "ethers";
import { ALICE, bytes } from "../executor/setup.js";

const CONTENT = `// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

contract Pooled {
    /// Fills memory, far beyond where it began, and ends in the way asked for.
    function fill(uint256 size, uint256 ending, bytes calldata data) external returns (uint256) {
        assembly {
            for { let at := 0x80 } lt(at, size) { at := add(at, 32) } { mstore(at, not(0)) }
            calldatacopy(0x80, data.offset, 32)
            tstore(1, 7)
            switch ending
            case 1 { revert(0x80, 64) }
            case 2 { invalid() }
            case 3 { for {} 1 {} { mstore(0x80, not(0)) } }
        }
        return size;
    }

    /// The or of all that memory, call data behind the call's, return data and transient storage hold at the start.
    function look(uint256 size) external view returns (uint256 memoryBits, uint256 callBits, uint256 returned, uint256 transientWord) {
        assembly {
            for { let at := 0x80 } lt(at, size) { at := add(at, 32) } { memoryBits := or(memoryBits, mload(at)) }
            memoryBits := or(memoryBits, mload(0x60))
            for { let at := calldatasize() } lt(at, 6000) { at := add(at, 32) } { callBits := or(callBits, calldataload(at)) }
            returned := returndatasize()
            transientWord := tload(1)
        }
    }
}
`;

const { artifacts, diagnostics } = await compile({ sources: { "Pooled.sol": { content: CONTENT } }, targets: ["supervm"] });
assert.ok(artifacts.Pooled, JSON.stringify(diagnostics));
const artifact = artifacts.Pooled;
const abi = new Interface(artifact.abi);

for (const [ending, name] of ["a return", "a revert", "an invalid instruction", "the end of the gas"].entries())
  test(`a call sees nothing of one before it that ended by ${name}`, () => {
    const chain = new LocalChain();
    const created = chain.send({ from: ALICE, data: bytes(artifact.targets.supervm!.bytecode as string), value: 0n, gasLimit: 50_000_000, gasPrice: 0n }).created!;
    const call = (fn: string, args: readonly unknown[]): Receipt =>
      chain.send({ from: ALICE, to: created, data: bytes(abi.encodeFunctionData(fn, args)), value: 0n, gasLimit: 3_000_000, gasPrice: 0n });
    for (const size of [256, 4096, 70_000]) {
      for (const length of [10, 5000]) {
        assert.equal(call("fill", [size, ending, `0x${"ff".repeat(length)}`]).success, ending === 0);
        const seen = call("look", [size]);
        assert.equal(seen.success, true);
        assert.deepEqual([...abi.decodeFunctionResult("look", seen.data)], [0n, 0n, 0n, 0n]);
      }
    }
  });
