/** Documentation: tags, what overriding inherits, faults. */
import { test } from "node:test";
import assert from "node:assert/strict";
import { developerDocumentation, userDocumentation } from "../../../../../../compiler/frontends/solidity/semantics/natspec.js";
import { parseDocTags } from "../../../../../../compiler/frontends/solidity/semantics/doc-tags.js";
import { assertFaults, checkClean, contractOf } from "./check-helpers.js";

test("tags run on over lines; text without a tag is a notice", () => {
  assert.deepEqual(parseDocTags("Moves\n tokens.\n@param to who\ngets them\n@custom:x y").tags, [
    { name: "notice", content: "Moves tokens." },
    { name: "param", parameter: "to", content: "who gets them" },
    { name: "custom:x", content: "y" },
  ]);
});

test("overriding functions inherit documentation, results by their new names", () => {
  const program = checkClean(`
    interface I {
      /// @notice Adds.
      /// @dev Wraps.
      /// @param a one
      /// @return sum the sum
      function add(uint a) external returns (uint sum);
    }
    /// @title A contract
    contract C is I {
      /// @dev Counter.
      uint public count;
      function add(uint a) external override returns (uint total) { count += a; return count; }
      /// @notice Emitted.
      event E();
    }
    contract D is I {
      /// @inheritdoc I
      function add(uint b) external pure override returns (uint) { return b; }
    }`);
  const c = contractOf(program, "C");
  assert.deepEqual(userDocumentation(c, program), {
    events: { "E()": { notice: "Emitted." } },
    kind: "user",
    methods: { "add(uint256)": { notice: "Adds." } },
    version: 1,
  });
  assert.deepEqual(developerDocumentation(c, program), {
    kind: "dev",
    methods: { "add(uint256)": { details: "Wraps.", params: { a: "one" }, returns: { total: "the sum" } } },
    stateVariables: { count: { details: "Counter." } },
    title: "A contract",
    version: 1,
  });
  assert.deepEqual(userDocumentation(contractOf(program, "D"), program), { kind: "user", methods: { "add(uint256)": { notice: "Adds." } }, version: 1 });
});

test("faults of tags", () => {
  assertFaults(`
contract C {
  /// @title no // error 6546
  function f() public {}
  /// @param x unknown // error 3881
  function g() public {}
  /// @inheritdoc Missing // error 9397
  function h() public {}
}
`);
});
