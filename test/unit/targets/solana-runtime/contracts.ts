/** Contracts that exercise the Solana runtime, compiled once, and a chain to run them on. */
import { compile, type Artifact } from "../../../../index.js";
import { createChain, type TestChain, type TestContract } from "../../../../testing/index.js";

const SOURCE = `// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

contract Store {
  mapping(uint256 => uint256) public at;
  uint256[40] public direct;
  uint256 transient mark;
  event Written(uint256 indexed key, uint256 value);

  function write(uint256 key, uint256 value) public { at[key] = value; emit Written(key, value); }
  function raw(uint256 slot, uint256 value) external { assembly { sstore(slot, value) } }
  function rawAt(uint256 slot) external view returns (uint256 value) { assembly { value := sload(slot) } }
  function fill(uint256 from, uint256 count) external { for (uint256 i = from; i < from + count; i++) at[i] = i + 1; }
  function sum(uint256 count) external view returns (uint256 s) { for (uint256 i = 0; i < count; i++) s += at[i]; }
  function setDirect(uint256 i, uint256 value) external { direct[i] = value; }
  function inner(uint256 key, uint256 value, bool fails) external {
    write(key, value); direct[0] = value; mark = value;
    require(!fails, "inner failed");
  }
  function nested(uint256 key, uint256 value, bool fails) external returns (bool ok, uint256 marked) {
    emit Written(1, 1);
    mark = 7;
    try this.inner(key, value, fails) { ok = true; } catch Error(string memory reason) { require(bytes(reason).length == 12); }
    emit Written(2, 2);
    marked = mark;
  }
  function length(bytes calldata data) external pure returns (uint256, bytes32) { return (data.length, keccak256(data)); }
  function bytesOf(uint256 count) external pure returns (bytes memory) { return new bytes(count); }
  function spin() external pure { while (true) {} }
}

contract Child {
  uint256 public immutable seed;
  mapping(uint256 => uint256) public at;
  constructor(uint256 s, bool fails) payable { seed = s; at[s] = s; require(!fails, "no child"); }
  function end(address payable heir) external { selfdestruct(heir); }
}

contract Parent {
  event Made(address child);
  receive() external payable {}
  function make(uint256 seed, bool fails) external payable returns (address child) {
    try new Child{value: msg.value}(seed, fails) returns (Child c) { child = address(c); emit Made(child); } catch {}
  }
  function make2(uint256 seed, bytes32 salt) public payable returns (address) { return address(new Child{salt: salt, value: msg.value}(seed, false)); }
  function makeAndFail(uint256 seed, bytes32 salt) external { make2(seed, salt); revert(); }
  function makeAgain(uint256 seed, bytes32 salt) external returns (bool failed, address child, uint256 value) {
    try this.makeAndFail(seed, salt) {} catch { failed = true; }
    child = make2(seed, salt);
    value = Child(child).at(seed);
  }
  function makeAndEnd(uint256 seed) external payable returns (address) { Child c = new Child{value: msg.value}(seed, false); c.end(payable(address(this))); return address(c); }
  function code(address a) external view returns (uint256, bytes32) { return (a.code.length, a.codehash); }
  function initCode(uint256 seed) external pure returns (bytes memory) { return abi.encodePacked(type(Child).creationCode, abi.encode(seed, false)); }
  function pay(address payable to, uint256 value) external returns (bool ok) { (ok, ) = to.call{value: value}(""); }
  function balanceOf(address a) external view returns (uint256) { return a.balance; }
  function staticWrite(address store) external view returns (bool ok) { (ok, ) = store.staticcall(abi.encodeWithSignature("write(uint256,uint256)", 1, 1)); }
  function block_() external view returns (uint256, uint256, bytes32, bytes32, bytes32) {
    return (block.number, block.timestamp, blockhash(block.number - 1), blockhash(block.number), bytes32(block.prevrandao));
  }
}

contract Precompiles {
  function hash(bytes calldata data) external pure returns (bytes32) { return sha256(data); }
  function ripe(bytes calldata data) external pure returns (bytes20) { return ripemd160(data); }
  function recover(bytes32 digest, uint8 v, bytes32 r, bytes32 s) external pure returns (address) { return ecrecover(digest, v, r, s); }
  function run(uint160 number, bytes calldata data) external view returns (bool ok, bytes memory out) { (ok, out) = address(number).staticcall(data); }
}
`;

let artifacts: Promise<Record<string, Artifact>> | undefined;

/** All artifacts of a source, by bare name. */
export async function compiled(content = SOURCE): Promise<Record<string, Artifact>> {
  const result = await compile({ sources: { "Runtime.sol": { content } }, targets: ["solana"] });
  const errors = result.diagnostics.filter((d) => d.severity === "error");
  if (errors.length > 0) throw new Error(errors.map((d) => d.message).join("\n"));
  return result.artifacts;
}

/** A contract of the source above, deployed on a chain (a new one where none is given). */
export async function deployed(name: string, chain?: TestChain, options: { value?: bigint } = {}): Promise<{ chain: TestChain; contract: TestContract }> {
  const all = await (artifacts ??= compiled());
  const on = chain ?? (await createChain("solana"));
  return { chain: on, contract: await on.deploy(all[name]!, { value: options.value ?? 0n }) };
}
