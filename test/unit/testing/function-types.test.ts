/** External functions as arguments, results, parts of structs, events and errors: 24 bytes, the same on every target. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { id } from "ethers";
import { compile } from "../../../index.js";
import { TARGET_NAMES } from "../../../targets/registry.js";
import { createChain, RevertError } from "../../../testing/index.js";
import { parseAbi } from "../../../testing/abi.js";
import { Codec } from "../../../testing/codec.js";

const SOURCE = `
pragma solidity ^0.8.20;

contract Numbers {
  function twice(uint256 x) external pure returns (uint256) { return 2 * x; }
  function square(uint256 x) external pure returns (uint256) { return x * x; }
}

contract Runner {
  struct Job { function(uint256) external returns (uint256) run; uint256 argument; }
  event Ran(function(uint256) external returns (uint256) indexed run, function(uint256) external returns (uint256)[] all, uint256 result);
  error Refused(function(uint256) external returns (uint256) run);

  function(uint256) external returns (uint256) public first;

  constructor(function(uint256) external returns (uint256) f) { first = f; }

  function run(function(uint256) external returns (uint256) f, uint256 x) public returns (uint256 result) {
    if (x == 0) revert Refused(f);
    result = f(x);
    function(uint256) external returns (uint256)[] memory all = new function(uint256) external returns (uint256)[](1);
    all[0] = f;
    emit Ran(f, all, result);
  }

  function run(Job[] calldata jobs) external returns (uint256[] memory results) {
    results = new uint256[](jobs.length);
    for (uint256 i = 0; i < jobs.length; i++) results[i] = jobs[i].run(jobs[i].argument);
  }

  function parts(function(uint256) external returns (uint256) f) external pure returns (address, bytes4) { return (f.address, f.selector); }
}
`;

const { artifacts } = await compile({ sources: { "Runner.sol": { content: SOURCE } }, targets: [...TARGET_NAMES], root: ".", remappings: [], optimize: 2 });

for (const target of TARGET_NAMES) {
  test(`external functions are passed and returned on ${target}`, async () => {
    const chain = await createChain(target);
    const numbers = await chain.deploy(artifacts.Numbers!);
    const twice = numbers.functionPointer("twice");
    const square = numbers.functionPointer("square(uint256)");
    assert.equal(twice, (numbers.address + id("twice(uint256)").slice(2, 10)).toLowerCase());
    const runner = await chain.deploy(artifacts.Runner!, { args: [twice] });

    assert.equal(await runner.call("first"), twice);
    assert.deepEqual([...((await runner.call("parts", [square])) as unknown[])], [numbers.address, square.slice(42).padStart(10, "0x")]);
    assert.equal(await runner.call("run(function,uint256)", [square, 9n]), 81n);
    assert.equal(await runner.call("run", [{ address: numbers.address, selector: square.slice(42).padStart(10, "0x") }, 9n]), 81n);
    const jobs = [
      { run: twice, argument: 21n },
      { run: square, argument: 7n },
    ];
    assert.deepEqual([...((await runner.call("run((function,uint256)[])", [jobs])) as unknown[])], [42n, 49n]);

    const { logs } = await runner.send("run", [twice, 5n]);
    assert.equal(logs[0]?.event, "Ran");
    assert.deepEqual(logs[0].args?.toArray(true), [twice, [twice], 10n]);
    await assert.rejects(runner.send("run", [twice, 0n]), (error) => error instanceof RevertError && error.errorName === "Refused" && error.args[0] === twice);
    await chain.close();
  });
}

test("selectors and topics come from signatures with the type's name", () => {
  const { functions, events, errors } = parseAbi(artifacts.Runner!.abi);
  assert.deepEqual(Object.fromEntries(functions.map((f) => [f.signature, f.selector.slice(2)])), artifacts.Runner!.metadata.output.methodIdentifiers);
  assert.equal(events[0]?.topic, id("Ran(function,function[],uint256)"));
  assert.equal(errors[0]?.selector, id("Refused(function)").slice(0, 10));
});

test("what is not 24 bytes is refused", () => {
  const codec = new Codec(artifacts.Runner!.abi);
  assert.throws(() => codec.encodeCall("parts", ["0x1234"]));
  assert.throws(() => codec.encodeCall("parts", [{ address: `0x${"11".repeat(20)}` }]));
});

test("a member of a struct may be called address", () => {
  const components = [
    { name: "address", type: "address" },
    { name: "amount", type: "uint256" },
  ];
  const codec = new Codec([{ type: "function", name: "pay", stateMutability: "payable", inputs: [{ name: "to", type: "tuple", components }], outputs: [] }]);
  const to = { address: `0x${"11".repeat(20)}`, amount: 3n };
  assert.equal(codec.encodeCall("pay", [to]), codec.encodeCall("pay", [[to.address, 3n]]));
  assert.equal(codec.encodeCall("pay", [{ address: { address: to.address }, amount: 3n }]), codec.encodeCall("pay", [to]));
});

test("functions with types that only libraries have are left out", () => {
  const inputs = [{ name: "kind", type: "L.Kind" }];
  assert.deepEqual(parseAbi([{ type: "function", name: "f", stateMutability: "view", inputs, outputs: [] }]).functions, []);
});
