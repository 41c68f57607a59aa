/** Which language line the files of a compilation get: neighbours by import share one. */
import { test } from "node:test";
import assert from "node:assert/strict";
import { DiagnosticSink } from "../../../../../../compiler/diagnostics/diagnostic.js";
import { loadSources } from "../../../../../../compiler/frontends/solidity/imports/resolve.js";

function lines(sources: Readonly<Record<string, string>>): { lines: Record<string, string>; faults: string[] } {
  const sink = new DiagnosticSink();
  const inMemory = Object.fromEntries(Object.entries(sources).map(([name, content]) => [name, { content }]));
  const { units } = loadSources({ sources: inMemory, root: "/nonexistent", remappings: [] }, sink);
  return { lines: Object.fromEntries(units.map((u) => [u.file.name, u.language])), faults: sink.all.map((d) => `${d.code} ${d.message}`) };
}

const library = "pragma solidity >=0.5.0; library Math {}";

test("a library follows the contract that imports it", () => {
  const found = lines({ "Pool.sol": 'pragma solidity =0.7.6; import "./Math.sol";', "Math.sol": library, "Alone.sol": library });
  assert.deepEqual(found, { lines: { "Math.sol": "0.7", "Pool.sol": "0.7", "Alone.sol": "0.8" }, faults: [] });
});

test("what is imported decides too", () => {
  const found = lines({ "Pool.sol": 'pragma solidity >=0.5.0; import "./Math.sol";', "Math.sol": "pragma solidity <0.7.0;" });
  assert.deepEqual(found.lines, { "Math.sol": "0.6", "Pool.sol": "0.6" });
});

test("the grammar is the shared line's", () => {
  const found = lines({
    "Pool.sol": 'pragma solidity ^0.5.0; import "./Old.sol";',
    "Old.sol": "pragma solidity >=0.5.0; contract C { function () external payable {} }",
  });
  assert.deepEqual(found.faults, []);
});

test("one release must satisfy a file and all that it imports", () => {
  const found = lines({
    "Router.sol": 'pragma solidity >=0.6.0; import "./Test.sol";',
    "Test.sol": 'pragma solidity ^0.8.0; import "./Pool.sol";',
    "Pool.sol": 'pragma solidity =0.7.6; import "./Math.sol";',
    "Math.sol": library,
  });
  const message = "No supported compiler version satisfies Test.sol and what it imports: Test.sol requires ^0.8.0, Pool.sol requires =0.7.6.";
  assert.deepEqual(found.faults, [`SOL-1005 ${message}`]);
  const pinned = lines({ "A.sol": 'pragma solidity 0.8.19; import "./B.sol";', "B.sol": "pragma solidity ^0.8.20;" });
  assert.match(pinned.faults[0]!, /^SOL-1005 .*A\.sol requires 0\.8\.19, B\.sol requires \^0\.8\.20/);
});

test("contracts of different lines may stand side by side", () => {
  const found = lines({
    "Old.sol": 'pragma solidity =0.6.12; import "./I.sol";',
    "New.sol": 'pragma solidity ^0.8.0; import "./I.sol";',
    "I.sol": "pragma solidity >=0.5.0; interface I {}",
  });
  assert.deepEqual(found, { lines: { "I.sol": "0.8", "Old.sol": "0.6", "New.sol": "0.8" }, faults: [] });
});

test("code that would mean two things is refused, an interface is not", () => {
  const both = (shared: string): ReturnType<typeof lines> =>
    lines({
      "New.sol": 'pragma solidity ^0.8.0; import "./Shared.sol";',
      "Old.sol": 'pragma solidity ^0.7.0; import "./Shared.sol";',
      "Shared.sol": shared,
    });
  assert.deepEqual(both(library).faults, ["SOL-1003 Shared.sol is imported by files of Solidity 0.8 and 0.7, whose rules differ."]);
  assert.deepEqual(both("pragma solidity >=0.5.0; interface I {}").faults, []);
});
