/** Creation by contracts: minimal proxies of every known form, linked libraries that are inherited, accounts without code; as on an EVM. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { compile } from "../../../../index.js";
import { createChain, RevertError, type TestChain, type TestContract } from "../../../../testing/index.js";

const SOURCE = `
pragma solidity ^0.8.26;
import {LibClone} from "solady/src/utils/LibClone.sol";

library Doubler { function double(uint256 x) external pure returns (uint256) { return 2 * x; } }
library Adder { function more(uint256 x) external pure returns (uint256) { return x + 7; } }

contract Linked {
  uint256 public immutable start;
  constructor(uint256 x) { start = Doubler.double(x); }
  function twice(uint256 x) external pure returns (uint256) { return Doubler.double(x); }
}

contract Target {
  uint256 public value;
  uint256 public immutable own = 5;
  event Set(address self, address sender, uint256 value, uint256 paid);
  function set(uint256 x) external payable returns (uint256) {
    require(x != 13, "unlucky");
    value = x;
    emit Set(address(this), msg.sender, x, msg.value);
    return x + own;
  }
}

contract Factory {
  address[] public made;
  mapping(address => bytes32) public hashes;

  function linked(uint256 x) external returns (uint256, uint256) {
    Linked l = new Linked(x);
    return (l.start(), Adder.more(l.twice(x)));
  }

  function keep(address a) private { made.push(a); hashes[a] = a.codehash; }

  function clones(address target, bytes calldata args) external payable {
    keep(LibClone.clone(target));
    keep(LibClone.cloneDeterministic(target, bytes32("a")));
    keep(LibClone.clone_PUSH0(target));
    keep(LibClone.clone(target, args));
    keep(LibClone.cloneDeterministic(msg.value, target, args, bytes32("b")));
  }

  function codes() external view returns (bytes[] memory all) {
    all = new bytes[](made.length);
    for (uint256 i = 0; i < made.length; i++) all[i] = made[i].code;
  }

  function setAll(uint256 x) external returns (bool[] memory done) {
    done = new bool[](made.length);
    for (uint256 i = 0; i < made.length; i++) {
      try Target(made[i]).set(x + i) returns (uint256 y) { done[i] = y == x + i + 5; } catch {}
    }
  }

  function empty() external payable returns (uint256 size, uint256 funds, bool called) {
    address a;
    assembly { a := create(callvalue(), 0, 0) }
    require(a != address(0));
    (called, ) = a.call("1234");
    return (a.code.length, a.balance, called);
  }

  function undone(address target) external returns (address a, address b) {
    try this.fail(target) {} catch (bytes memory reason) { a = abi.decode(reason, (address)); }
    b = LibClone.cloneDeterministic(target, bytes32("c"));
  }
  function fail(address target) external {
    address a = LibClone.cloneDeterministic(target, bytes32("c"));
    assembly { mstore(0, a) revert(0, 32) }
  }

  /// Two proxies to a proxy: the code is the target's, the storage the outermost one's.
  function chained(address target) external returns (uint256, uint256, uint256) {
    address inner = LibClone.clone(target);
    address outer = LibClone.clone(LibClone.clone(inner));
    Target(outer).set(41);
    return (Target(outer).value(), Target(inner).value(), Target(target).value());
  }
}
`;

/** What both chains must agree on: addresses of both factories differ, so that contracts are named by their place. */
async function story(target: "evm" | "solana"): Promise<unknown[]> {
  const { artifacts, diagnostics } = await compile({ sources: { "Creation.sol": { content: SOURCE } }, targets: [target], root: ".", cache: false });
  assert.deepEqual(
    diagnostics.filter((d) => d.severity === "error").map((d) => d.message),
    [],
  );
  const chain: TestChain = await createChain(target);
  try {
    const doubler = await chain.deploy(artifacts.Doubler!);
    const adder = await chain.deploy(artifacts.Adder!);
    const libraries = { Doubler: doubler.address, Adder: adder.address };
    const impl = await chain.deploy(artifacts.Target!);
    const factory = await chain.deploy(artifacts.Factory!, { libraries });
    const out: unknown[] = [];
    const call = async (fn: string, args: readonly unknown[]): Promise<void> => void out.push([fn, await factory.call(fn, args)]);
    await call("linked", [21n]);
    out.push(["linked", (await factory.send("linked", [4n])).logs.length]);
    await factory.send("clones", [impl.address, "0x0102030405"], { value: 3_000_000_000n });
    const codes = (await factory.call("codes", [])) as readonly string[];
    const name = (code: string): string => code.toLowerCase().replaceAll(impl.address.slice(2).toLowerCase(), "<target>");
    out.push(codes.map(name));
    const made: TestContract[] = [];
    for (let i = 0n; i < BigInt(codes.length); i++) made.push(chain.attach(artifacts.Target!, (await factory.call("made", [i])) as string));
    out.push(await Promise.all(made.map((m) => chain.balance(m.address))));
    await factory.send("setAll", [10n]);
    out.push(["events", (await factory.send("setAll", [100n])).logs.map((l) => made.findIndex((m) => m.address === l.address))]);
    await call("setAll", [9n]);
    for (const contract of made) out.push(["value", await contract.call("value", [])]);
    await assert.rejects(made[0]!.send("set", [13n]), (e) => e instanceof RevertError && e.reason === "unlucky");
    out.push((await made[1]!.send("set", [1n], { value: 2_000_000_000n })).logs.map((l) => l.data.slice(-128)));
    out.push(await chain.balance(made[1]!.address));
    out.push(["empty", (await factory.send("empty", [], { value: 1_000_000_000n })).returnData]);
    const undone = (await factory.call("undone", [impl.address])) as readonly [string, string];
    assert.equal(undone[0], undone[1]);
    await factory.send("undone", [impl.address]);
    await call("chained", [impl.address]);
    return out;
  } finally {
    await chain.close();
  }
}

test("contracts that create contracts: as on an EVM", async () => {
  assert.deepEqual(await story("solana"), await story("evm"));
});
