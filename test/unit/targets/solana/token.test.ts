/** OpenZeppelin's token with permits, through the whole compiler: as in the interpreter, unoptimised and optimised. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { AbiCoder, Interface } from "ethers";
import { DiagnosticSink } from "../../../../compiler/diagnostics/diagnostic.js";
import { solidityFrontend } from "../../../../compiler/frontends/solidity/frontend.js";
import { DEFAULT_SENDER, World } from "../../../../compiler/ir/interpreter/world.js";
import { runPipeline } from "../../../../compiler/passes/manager.js";
import { STATUS } from "../../../../targets/solana/layout.js";
import { TestWorld } from "./test-world.js";

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");
const bytes = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text.slice(2), "hex"));

const OWNER = `0x${DEFAULT_SENDER.toString(16).padStart(40, "0")}`;
const BOB = `0x${"b0".repeat(20)}`;
const CALLS: readonly (readonly [string, readonly unknown[]])[] = [
  ["mint", [OWNER, 1000n]],
  ["transfer", [BOB, 5n]],
  ["transfer", [BOB, 5000n]],
  ["balanceOf", [BOB]],
  ["payout", [[BOB, BOB, OWNER], 7n]],
  ["payout", [[BOB, BOB], 700n]],
  ["name", []],
  ["approve", [BOB, 77n]],
  ["allowance", [OWNER, BOB]],
  ["transferFrom", [OWNER, BOB, 1n]],
  ["totalSupply", []],
  ["cap", []],
  ["mint", [BOB, 10n ** 25n]],
  ["transferOwnership", [BOB]],
  ["mint", [OWNER, 1n]],
];

for (const level of ["0", "2"] as const) {
  test(`SampleToken (-O${level})`, () => {
    const request = { sources: ["fixtures/solidity/SampleToken.sol"], root: process.cwd(), remappings: [], revertStrings: "default" } as const;
    const contract = solidityFrontend.compile(request, new DiagnosticSink())?.contracts.find((c) => c.name === "SampleToken");
    assert.ok(contract?.module);
    const { module, abi } = contract;
    runPipeline(module, level);
    const world = new World([module]);
    const machine = new TestWorld([module], level === "0" ? "v3" : "v0");
    const args = bytes(AbiCoder.defaultAbiCoder().encode(["address", "uint256"], [OWNER, 10n ** 24n]));
    const { address } = world.deploy({ module, args });
    assert.ok(address !== undefined);
    assert.equal(machine.run(module, { data: args, creation: true, caller: DEFAULT_SENDER, address }).status, STATUS.DEPLOY);
    const iface = new Interface(abi);
    for (const [name, values] of CALLS) {
      const data = bytes(iface.encodeFunctionData(name, values));
      const expected = world.send({ to: address, data });
      const actual = machine.run(module, { data, caller: DEFAULT_SENDER, address });
      const logs = (list: readonly { topics: readonly bigint[]; data: Uint8Array }[]): unknown => list.map((l) => [l.topics, hex(l.data)]);
      assert.deepEqual(
        { success: actual.success, data: hex(actual.returnData), logs: logs(actual.logs) },
        { success: expected.success, data: hex(expected.returnData), logs: logs(expected.logs) },
        `${name} ${actual.error ?? ""}`,
      );
    }
    assert.deepEqual([...machine.storage].sort(), [...world.storage(address)].sort());
  });
}
