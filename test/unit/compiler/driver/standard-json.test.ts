/** solc's standard JSON: the same input to solc and to this compiler gives outputs of one shape, and equal wherever the language defines them. */
import assert from "node:assert/strict";
import fs from "node:fs";
import { createRequire } from "node:module";
import os from "node:os";
import path from "node:path";
import { describe, it } from "node:test";
import { compileStandardJson, type StandardJsonOptions } from "../../../../compiler/driver/standard-json/standard-json.js";

interface Contract {
  readonly abi: readonly { readonly name?: string; readonly type: string }[];
  readonly metadata: string;
  readonly userdoc: object;
  readonly devdoc: object;
  readonly storageLayout: { readonly storage: readonly { readonly label: string; readonly slot: string; readonly offset: number }[]; readonly types: object | null };
  readonly evm: {
    readonly bytecode: {
      readonly object: string;
      readonly linkReferences: Readonly<Record<string, Readonly<Record<string, readonly object[]>>>>;
      readonly opcodes: string;
      readonly sourceMap: string;
    };
    readonly deployedBytecode: { readonly object: string; readonly immutableReferences: Readonly<Record<string, readonly { readonly length: number }[]>> };
    readonly methodIdentifiers: Readonly<Record<string, string>>;
  };
}

interface Fault {
  readonly type: string;
  readonly severity: string;
  readonly component: string;
  readonly errorCode?: string;
  readonly message: string;
  readonly formattedMessage: string;
  readonly sourceLocation?: { readonly file: string; readonly start: number; readonly end: number };
}

interface Output {
  readonly errors?: readonly Fault[];
  readonly sources?: Readonly<Record<string, { readonly id: number }>>;
  readonly contracts?: Readonly<Record<string, Readonly<Record<string, Contract>>>>;
}

const solc = createRequire(import.meta.url)("solc") as { compile(input: string): string };

const LIBRARY = `// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;
struct Pair { uint128 a; uint64 b; }
library Lib {
  enum Kind { A, B }
  function sum(Pair memory p, Kind k) external pure returns (uint) { return p.a + uint(k); }
  function put(Pair storage p, uint128 a) external { p.a = a; }
}
`;
const MAIN = `// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;
import { Lib, Pair } from "@lib/Lib.sol";
/// @title Ünïcode before code shifts bytes
contract Main {
  uint public immutable fixed_;
  Pair pair;
  mapping(address => Pair[]) public pairs;
  event Put(uint128 indexed a);
  error Wrong(Pair p);
  constructor(uint f) { fixed_ = f; }
  /// @notice Puts \`a\`.
  function put(uint128 a) external { if (a == 0) revert Wrong(pair); Lib.put(pair, a); emit Put(a); }
  function total() external view returns (uint) { return Lib.sum(pair, Lib.Kind.B) + fixed_; }
}
interface Bare { function f((uint) memory) external; }
`.replace("interface Bare { function f((uint) memory) external; }\n", "interface Bare { function f(Pair[2] calldata p, function (uint) external g) external payable; }\n");
const SOURCES = { "src/Main.sol": { content: MAIN }, "deps/lib/Lib.sol": { content: LIBRARY } };

function inputOf(settings: object, sources: object = SOURCES): string {
  return JSON.stringify({ language: "Solidity", sources, settings: { remappings: ["@lib/=deps/lib/"], optimizer: { enabled: true }, evmVersion: "cancun", ...settings } });
}

const everything = { outputSelection: { "*": { "*": ["*"] } } };

const pairs = new Map<string, Promise<{ ours: Output; theirs: Output }>>();

/** Both outputs, each computed once. */
function both(input: string): Promise<{ ours: Output; theirs: Output }> {
  let pair = pairs.get(input);
  if (!pair) pairs.set(input, (pair = compiled(input).then((ours) => ({ ours, theirs: JSON.parse(solc.compile(input)) as Output }))));
  return pair;
}

/** As a caller reads it: through JSON. */
async function compiled(input: string, options: StandardJsonOptions = {}): Promise<Output> {
  return JSON.parse(JSON.stringify(await compileStandardJson(input, options))) as Output;
}

function contractOf(output: Output, file: string, name: string): Contract {
  const contract = output.contracts?.[file]?.[name];
  assert.ok(contract !== undefined, `no ${file}:${name}: ${JSON.stringify(output.errors)}`);
  return contract;
}

/** Ids of syntax trees are each compiler's own. */
function withoutIds(value: object): unknown {
  return JSON.parse(
    JSON.stringify(value)
      .replace(/"astId":\d+/g, '"astId":0')
      .replace(/\)\d+(_storage)/g, ")$1"),
  );
}

describe("standard JSON beside solc", () => {
  it("agrees on what the language defines", async () => {
    const { ours, theirs } = await both(inputOf(everything));
    assert.deepEqual(Object.keys(ours.sources ?? {}).sort(), Object.keys(theirs.sources ?? {}).sort());
    for (const [file, name] of [
      ["src/Main.sol", "Main"],
      ["src/Main.sol", "Bare"],
      ["deps/lib/Lib.sol", "Lib"],
    ] as const) {
      const [our, their] = [contractOf(ours, file, name), contractOf(theirs, file, name)];
      assert.deepEqual(our.abi, their.abi, name);
      assert.deepEqual(our.userdoc, their.userdoc, name);
      assert.deepEqual(our.devdoc, their.devdoc, name);
      assert.deepEqual(our.evm.methodIdentifiers, their.evm.methodIdentifiers, name);
      assert.deepEqual(withoutIds(our.storageLayout), withoutIds(their.storageLayout), name);
      assert.equal(our.evm.bytecode.object === "", their.evm.bytecode.object === "", name);
      const missing = Object.keys(their.evm.bytecode).filter((key) => !(key in our.evm.bytecode));
      assert.deepEqual(missing, [], name);
    }
  });

  it("marks libraries by solc's placeholders, and fills in addresses that are given", async () => {
    const { ours, theirs } = await both(inputOf(everything));
    const placeholders = ({ evm }: Contract): string[] => [...new Set(evm.bytecode.object.match(/__\$[0-9a-f]{34}\$__/g))];
    const [our, their] = [contractOf(ours, "src/Main.sol", "Main"), contractOf(theirs, "src/Main.sol", "Main")];
    assert.equal(placeholders(our).length, 1);
    assert.deepEqual(placeholders(our), placeholders(their));
    const places = our.evm.bytecode.linkReferences["deps/lib/Lib.sol"]?.Lib as { start: number; length: number }[];
    for (const { start, length } of places) assert.equal(our.evm.bytecode.object.slice(start * 2, (start + length) * 2), placeholders(our)[0]);
    const address = "0x00000000000000000000000000000000000000Ab";
    const linked = contractOf(await compiled(inputOf({ ...everything, libraries: { "deps/lib/Lib.sol": { Lib: address } } })), "src/Main.sol", "Main");
    assert.deepEqual(linked.evm.bytecode.linkReferences, {});
    assert.equal(linked.evm.bytecode.object, our.evm.bytecode.object.replaceAll(placeholders(our)[0]!, address.slice(2).toLowerCase()));
  });

  it("tells where immutables lie, and maps every instruction", async () => {
    const main = contractOf(await compiled(inputOf(everything)), "src/Main.sol", "Main");
    const [places, ...others] = Object.values(main.evm.deployedBytecode.immutableReferences);
    assert.deepEqual(others, []);
    assert.ok(places !== undefined && places.length > 0 && places.every(({ length }) => length === 32));
    const instructions = main.evm.bytecode.opcodes.split(" ").filter((word) => !word.startsWith("0x")).length;
    assert.equal(main.evm.bytecode.sourceMap.split(";").length, instructions);
  });

  it("describes itself in the metadata", async () => {
    const settings = { ...everything, viaIR: true, metadata: { useLiteralContent: true } };
    const { ours, theirs } = await both(inputOf(settings));
    const [our, their] = [ours, theirs].map((output) => JSON.parse(contractOf(output, "src/Main.sol", "Main").metadata) as Record<string, Record<string, unknown>>);
    assert.deepEqual(Object.keys(our!), Object.keys(their!));
    assert.match(String(our!.compiler!.version), /^0\.8\.37\+commit\.[0-9a-f]{8}\.supervm\.\d/);
    assert.deepEqual(our!.sources, their!.sources);
    assert.deepEqual(our!.output, their!.output);
    assert.deepEqual(our!.settings!.compilationTarget, their!.settings!.compilationTarget);
    assert.deepEqual(our!.settings!.optimizer, their!.settings!.optimizer);
    assert.equal(our!.settings!.viaIR, true);
    assert.deepEqual(our!.settings!.metadata, { appendCBOR: false, bytecodeHash: "none", useLiteralContent: true });
  });

  it("gives what is selected and nothing else", async () => {
    const selections = [
      { "*": { "*": ["abi"] } },
      { "src/Main.sol": { Main: ["evm.bytecode.object", "evm.methodIdentifiers"] } },
      { "src/Main.sol": { "*": ["evm.deployedBytecode"], "": ["ast"] }, "deps/lib/Lib.sol": { Lib: ["userdoc"] } },
      { "*": { "*": ["evm"], "": [] }, "src/Main.sol": { Bare: ["metadata", "storageLayout"] } },
      { "*": {} },
    ];
    // What only solc has.
    const others = new Set(["assembly", "legacyAssembly", "gasEstimates"]);
    const shape = (value: unknown, depth: number): unknown =>
      depth === 0 || typeof value !== "object" || value === null
        ? true
        : Object.fromEntries(Object.entries(value).flatMap(([key, inner]) => (others.has(key) ? [] : [[key, shape(inner, depth - 1)] as const])));
    for (const outputSelection of selections) {
      const { ours, theirs } = await both(inputOf({ outputSelection }));
      assert.deepEqual(shape(ours.contracts ?? {}, 5), shape(theirs.contracts ?? {}, 5), JSON.stringify(outputSelection));
    }
  });

  it("reports errors at solc's places, by solc's codes, in solc's words around them", async () => {
    for (const statement of ["uint8 x = 300;", "undefined_ = 1;", "return 1;", "uint8 x = 1"]) {
      const content = `// SPDX-License-Identifier: MIT\npragma solidity ^0.8.0;\n// ünïcode\ncontract C {\n  function f() public {\n    ${statement}\n  }\n}\n`;
      const { ours, theirs } = await both(inputOf(everything, { "C.sol": { content } }));
      const facts = ({ errors }: Output): unknown[] =>
        (errors ?? []).map(({ type, severity, component, errorCode, sourceLocation }) => ({ type, severity, component, errorCode, sourceLocation }));
      assert.deepEqual(facts(ours), facts(theirs));
      const place = ({ errors }: Output): string | undefined => errors?.[0]?.formattedMessage.split("\n").slice(1, 5).join("\n");
      assert.equal(place(ours), place(theirs));
      assert.equal(ours.contracts, undefined);
    }
  });

  it("keeps codes that are no number out of errorCode, which callers parse", async () => {
    const content = "// SPDX-License-Identifier: MIT\npragma solidity >=0.5.0;\ncontract C { function f(int24 t) public pure returns (uint8) { return uint8(t % 256); } }\n";
    const { errors = [] } = await compiled(inputOf(everything, { "C.sol": { content } }));
    const warning = errors.find(({ message }) => message.includes("SOL-1006"));
    assert.equal(warning?.severity, "warning");
    assert.ok(errors.every(({ errorCode }) => errorCode === undefined || /^\d+$/.test(errorCode)));
  });
});

describe("standard JSON input", () => {
  const fault = async (input: string, options?: StandardJsonOptions): Promise<Fault> => {
    const { errors = [], contracts } = await compiled(input, options);
    assert.equal(errors.length, 1);
    assert.equal(contracts, undefined);
    return errors[0]!;
  };

  it("is refused where it asks for what cannot be had", async () => {
    const cases: [string, string, RegExp][] = [
      ["{", "JSONError", /not JSON/],
      ['{"language":"Yul","sources":{"a":{"content":""}}}', "JSONError", /Only "Solidity"/],
      ['{"language":"Solidity","sources":{}}', "JSONError", /No input sources/],
      ['{"language":"Solidity","sources":{"a":{}},"settings":{}}', "JSONError", /neither "content" nor "urls"/],
      [inputOf({ optimizer: { runs: -1 } }), "JSONError", /unsigned number/],
      [inputOf({ evmVersion: "atlantis" }), "JSONError", /Invalid EVM version/],
      [inputOf({ remappings: ["wrong"] }), "JSONError", /Invalid remapping: "wrong"/],
      [inputOf({ libraries: { a: { L: "0x12" } } }), "JSONError", /"a:L"/],
      [inputOf({ stopAfter: "parsing" }), "JSONError", /stopAfter/],
      [inputOf({ modelChecker: { engine: "chc" } }), "JSONError", /model checker/],
      [inputOf({ sneaky: 1 }), "JSONError", /Unknown key "sneaky"/],
      [inputOf({ outputSelection: { "*": { "": ["ast"], "*": ["irOptimized"] } } }), "Exception", /ast, irOptimized/],
    ];
    for (const [input, type, message] of cases) {
      const found = await fault(input);
      assert.equal(found.type, type, found.message);
      assert.match(found.message, message);
    }
  });

  it("reads urls and imports below the base path, include paths and allowed paths alone", async () => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), "supervm-"));
    try {
      for (const [name, content] of [
        ["base/src/A.sol", 'pragma solidity ^0.8.0;\nimport "dep/B.sol";\ncontract A is B {}\n'],
        ["include/dep/B.sol", 'pragma solidity ^0.8.0;\nimport "./C.sol";\ncontract B is C {}\n'],
        ["outside/C.sol", "pragma solidity ^0.8.0;\ncontract C {}\n"],
      ] as const) {
        fs.mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
        fs.writeFileSync(path.join(folder, name), content);
      }
      fs.symlinkSync(path.join(folder, "outside/C.sol"), path.join(folder, "include/dep/C.sol"));
      const input = inputOf({ outputSelection: { "*": { "*": ["abi"] } } }, { "src/A.sol": { urls: ["src/A.sol"] } });
      const options = { basePath: path.join(folder, "base"), includePaths: [path.join(folder, "include")] };
      const errorsOf = async (more: StandardJsonOptions): Promise<string> =>
        ((await compiled(input, { ...options, ...more })).errors ?? []).map((e) => `${e.severity}: ${e.message}`).join("\n");
      assert.match(await errorsOf({}), /error: Source "\.\/C\.sol" not found: File outside of allowed directories\./);
      assert.match(await errorsOf({ readsFiles: false }), /error: Cannot import the source "src\/A\.sol"/);
      assert.match(await errorsOf({ includePaths: [] }), /error: Source "dep\/B\.sol" not found: File not found\./);
      const output = await compiled(input, { ...options, allowedPaths: [path.join(folder, "outside")] });
      assert.deepEqual(Object.keys(output.sources ?? {}).sort(), ["dep/B.sol", "dep/C.sol", "src/A.sol"]);
      assert.deepEqual(Object.keys(output.contracts ?? {}).sort(), ["dep/B.sol", "dep/C.sol", "src/A.sol"]);
    } finally {
      fs.rmSync(folder, { recursive: true, force: true });
    }
  });

  it("gives SuperVM's creation code where that target is chosen", async () => {
    const main = contractOf(await compiled(inputOf(everything), { target: "supervm" }), "src/Main.sol", "Main");
    assert.match(main.evm.bytecode.object, /^ef53564d/);
    assert.equal(main.evm.deployedBytecode.object, "");
    assert.deepEqual(Object.keys(main.evm.bytecode.linkReferences), ["deps/lib/Lib.sol"]);
  });

  it("takes the optimizer's settings for levels of its own", async () => {
    const size = async (optimizer: object): Promise<number> => {
      const outputSelection = { "*": { "*": ["evm.deployedBytecode.object"] } };
      return contractOf(await compiled(inputOf({ optimizer, outputSelection })), "src/Main.sol", "Main").evm.deployedBytecode.object.length;
    };
    const [off, small] = [await size({ enabled: false }), await size({ enabled: true, runs: 1 })];
    assert.ok(small < off, `${small} < ${off}`);
    assert.equal(await size({}), off);
  });
});
