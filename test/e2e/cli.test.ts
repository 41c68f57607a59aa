/** The command line as users meet it: outputs, exit codes, and one clear message for each kind of bad input. */
import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { describe, it } from "node:test";
import { filesBelow, project, supervm, supervmWith } from "./cli-helpers.js";

const COUNTER = `// SPDX-License-Identifier: MIT
pragma solidity ^0.8.0;
contract Counter {
    uint64 public count;
    event Raised(address indexed by, uint64 count);
    error TooFar(uint64 wanted);
    function raise(uint64 by) external returns (uint64) {
        if (by > 100) revert TooFar(by);
        count += by;
        emit Raised(msg.sender, count);
        return count;
    }
}
`;

describe("compile", () => {
  it("writes one artifact a contract with its binaries beside it", () => {
    const root = project({ "src/Counter.sol": COUNTER });
    const result = supervm(root, "compile", "src", "--target", "all", "--out", "out", "--no-cache");
    assert.equal(result.code, 0, result.stderr);
    assert.deepEqual(
      filesBelow(path.join(root, "out")),
      ["bin", "json", "so", "wasm"].map((e) => `src/Counter.sol/Counter.${e}`),
    );
    const artifact = JSON.parse(fs.readFileSync(path.join(root, "out/src/Counter.sol/Counter.json"), "utf8")) as Record<string, unknown>;
    assert.equal(artifact.format, "supervm-artifact-1");
    assert.deepEqual(Object.keys(artifact), ["format", "contractName", "sourceName", "language", "abi", "storageLayout", "metadata", "targets"]);
    assert.deepEqual(Object.keys(artifact.targets as object), ["evm", "supervm", "solana"]);
  });

  it("gives the same bytes every time", () => {
    const outputs = [1, 2].map(() => {
      const root = project({ "src/Counter.sol": COUNTER });
      assert.equal(supervm(root, "compile", "src", "--out", "out", "--no-cache").code, 0);
      return filesBelow(path.join(root, "out")).map((f) => fs.readFileSync(path.join(root, "out", f)).toString("hex"));
    });
    assert.deepEqual(outputs[0], outputs[1]);
  });

  it("prints one JSON document with --json and nothing else", () => {
    const root = project({ "Counter.sol": COUNTER, "Bad.sol": "contract Bad { function f() public { uint x = true; } }" });
    const good = supervm(root, "compile", "Counter.sol", "--target", "evm", "--json");
    assert.equal(good.code, 0, good.stderr);
    assert.deepEqual(Object.keys((JSON.parse(good.stdout) as { artifacts: object }).artifacts), ["Counter.sol:Counter"]);
    const bad = supervm(root, "compile", "Bad.sol", "--json");
    assert.equal(bad.code, 1);
    const { errors } = JSON.parse(bad.stdout) as { errors: Record<string, unknown>[] };
    const error = errors.find((e) => e.severity === "error");
    assert.equal(error?.type, "TypeError");
    assert.equal(error.errorCode, "9574");
    assert.deepEqual(error.sourceLocation, { file: "Bad.sol", start: 37, end: 50 });
    assert.equal(error.line, 1);
  });

  it("takes remappings from the command line and from foundry.toml", () => {
    const files = {
      "lib/dep/src/D.sol": "pragma solidity ^0.8.0; contract D { uint public d = 5; }",
      "src/C.sol": 'pragma solidity ^0.8.0; import "dep/D.sol"; contract C is D {}',
    };
    const flag = supervm(project(files), "compile", "src", "--target", "evm", "--remappings", "dep/=lib/dep/src/");
    assert.equal(flag.code, 0, flag.stderr);
    const toml = supervm(project({ ...files, "foundry.toml": '[profile.default]\nremappings = ["dep/=lib/dep/src/"]\n' }), "compile", "src", "--target", "evm");
    assert.equal(toml.code, 0, toml.stderr);
  });

  it("emits what it is asked for", () => {
    const root = project({ "Counter.sol": COUNTER });
    const result = supervm(root, "compile", "Counter.sol", "--emit", "abi,ir,asm,wat,disasm,storage-layout,metadata", "--out", "out");
    assert.equal(result.code, 0, result.stderr);
    const names = filesBelow(path.join(root, "out")).map((f) => path.basename(f));
    for (const expected of ["Counter.abi.json", "Counter.ir", "Counter.metadata.json", "Counter.storage-layout.json"])
      assert.ok(names.includes(expected), `${expected} of ${names.join(" ")}`);
    for (const ending of [".asm", ".wat", ".disasm"])
      assert.ok(
        names.some((n) => n.endsWith(ending)),
        `${ending} of ${names.join(" ")}`,
      );
  });
});

describe("warnings", () => {
  it("about packages are counted, and shown when asked for", () => {
    const head = "// SPDX-License-Identifier: MIT\npragma solidity ^0.8.0;\n";
    const root = project({
      "node_modules/pkg/Lib.sol": `${head}library Lib { function f() internal pure { uint lost; } }\n`,
      "Own.sol": `${head}import "pkg/Lib.sol";\ncontract Own { function g() external pure { uint mine; Lib.f(); } }\n`,
    });
    // The second time the result comes from the cache.
    for (let i = 0; i < 2; i++) {
      const { code, stderr } = supervm(root, "compile", "Own.sol", "--target", "evm");
      assert.equal(code, 0, stderr);
      assert.match(stderr, /Own\.sol:4:/);
      assert.doesNotMatch(stderr, /Lib\.sol:3:/);
      assert.match(stderr, /1 warning, 1 warning in node_modules \(--all-warnings shows them\)/);
    }
    const all = supervm(root, "compile", "Own.sol", "--target", "evm", "--all-warnings").stderr;
    assert.match(all, /Lib\.sol:3:/);
    assert.match(all, /2 warnings\n$/);
    const { errors } = JSON.parse(supervm(root, "compile", "Own.sol", "--target", "evm", "--json").stdout) as { errors: unknown[] };
    assert.equal(errors.length, 2);
  });
});

describe("run", () => {
  for (const target of ["evm", "supervm", "solana"])
    it(`deploys and calls on ${target}`, () => {
      const root = project({ "Counter.sol": COUNTER });
      const result = supervm(root, "run", "Counter.sol", "--target", target, "--call", "raise(uint64)", "--args", "[7]", "--call", "count");
      assert.equal(result.code, 0, result.stderr);
      assert.match(result.stdout, /raise\(7\): 7\n {2}emitted Raised\(0x[0-9a-fA-F]{40}, 7\)\n {2}gas used \d+\ncount\(\): 7\n/);
    });

  it("shows a revert with its decoded error and exits 1", () => {
    const root = project({ "Counter.sol": COUNTER });
    const result = supervm(root, "run", "Counter.sol", "--call", "raise", "--args", "[101]");
    assert.equal(result.code, 1);
    assert.match(result.stdout, /raise\(101\): reverted: TooFar\(101\)/);
  });
});

describe("inspect", () => {
  it("shows methods and storage", () => {
    const root = project({ "Counter.sol": COUNTER });
    assert.match(supervm(root, "inspect", "Counter.sol", "methods").stdout, /0x06661abd {2}count\(\)/);
    assert.match(supervm(root, "inspect", "Counter.sol:Counter", "storage-layout").stdout, /count\s+uint64\s+0\s+0\s+8\s+Counter\.sol:Counter/);
  });

  it("gives the selectors of libraries as contracts call them", () => {
    const root = project({
      "Lib.sol": `// SPDX-License-Identifier: MIT
pragma solidity ^0.8.0;
library Lib {
  struct Pair { uint a; uint b; }
  function sum(Pair memory p) external pure returns (uint) { return p.a + p.b; }
  function put(Pair storage p, uint a) external { p.a = a; }
}
`,
    });
    // Keccak-256 of these signatures: a struct of a library goes by its name, a pointer to storage by its slot.
    assert.deepEqual(JSON.parse(supervm(root, "inspect", "Lib.sol", "methods", "--json").stdout), { "put(Lib.Pair storage,uint256)": "0xbb037b7b", "sum(Lib.Pair)": "0xca3e5cd6" });
  });
});

describe("the environment", () => {
  it("gives options that the arguments do not", () => {
    const root = project({ "Counter.sol": COUNTER });
    const header = (variables: Record<string, string>, ...args: string[]): string => supervmWith(variables, root, "compile", "Counter.sol", ...args).stdout.split("\n")[0]!;
    assert.match(header({ SUPERVM_TARGET: "supervm,solana" }), /supervm bytes +solana bytes/);
    assert.match(header({ SUPERVM_TARGET: "solana" }, "--target", "evm"), /evm bytes/);
    assert.match(supervmWith({ SUPERVM_O: "9" }, root, "compile", "Counter.sol").stderr, /no optimization level '9'/);
  });

  it("may hold options of other commands", () => {
    const root = project({ "Counter.sol": COUNTER });
    const result = supervmWith({ SUPERVM_ACCOUNTS: "3", SUPERVM_DEBUG: "1", SUPERVM_HOME: "/x" }, root, "compile", "Counter.sol", "--target", "evm");
    assert.equal(result.code, 0, result.stderr);
  });
});

describe("bad input gives one clear message", () => {
  const cases: { name: string; files?: Record<string, string>; args: string[]; code: number; says: RegExp[] }[] = [
    { name: "no command", args: [], code: 2, says: [/command/] },
    { name: "an unknown command", args: ["compil", "x.sol"], code: 2, says: [/compile/] },
    { name: "an unknown flag", args: ["compile", "x.sol", "--targets", "evm"], code: 2, says: [/targets/] },
    { name: "an unknown target", args: ["compile", "x.sol", "--target", "evn"], code: 2, says: [/no target 'evn'/, /evm, supervm, solana/] },
    { name: "an unknown EVM version", args: ["compile", "x.sol", "--evm-version", "rome"], code: 2, says: [/'rome'/, /cancun/] },
    { name: "an unknown optimization level", args: ["compile", "x.sol", "-O7"], code: 2, says: [/'7'/] },
    { name: "an unknown output", args: ["compile", "x.sol", "--emit", "ast"], code: 2, says: [/'ast'/] },
    { name: "an unknown file", args: ["compile", "nowhere.sol"], code: 1, says: [/nowhere\.sol/] },
    {
      name: "a syntax error",
      files: { "a.sol": "contract A {\n  function f() public { uint x = ; }\n}\n" },
      args: ["compile", "a.sol"],
      code: 1,
      says: [/ParserError/, /a\.sol:2:34/, /\^/],
    },
    { name: "a type error", files: { "a.sol": 'contract A {\n  uint x = "no";\n}\n' }, args: ["compile", "a.sol"], code: 1, says: [/TypeError/, /a\.sol:2:12/] },
    {
      name: "an undeclared name",
      files: { "a.sol": "contract A {\n  uint total;\n  function f() public view returns (uint) { return totl; }\n}\n" },
      args: ["compile", "a.sol"],
      code: 1,
      says: [/totl/, /a\.sol:3:52/, /total/],
    },
    {
      name: "an import that cannot be found",
      files: { "a.sol": 'import "@openzeppelin/contracts/Nothing.sol";\n' },
      args: ["compile", "a.sol"],
      code: 1,
      says: [/Nothing\.sol/, /a\.sol:1:/, /hint/],
    },
    {
      name: "a pragma that no version satisfies",
      files: { "a.sol": "pragma solidity ^0.9.0;\ncontract A {}\n" },
      args: ["compile", "a.sol"],
      code: 1,
      says: [/0\.9\.0/, /a\.sol:1:/],
    },
    {
      name: "an artifact of another version",
      files: { "a.json": '{"format":"supervm-artifact-0"}' },
      args: ["run", "a.json", "--call", "f"],
      code: 1,
      says: [/supervm-artifact-0/, /supervm-artifact-1/],
    },
    { name: "a file that is no artifact", files: { "a.json": "[1, 2" }, args: ["run", "a.json", "--call", "f"], code: 1, says: [/a\.json is not JSON/] },
    { name: "a function that the contract does not have", files: { "a.sol": COUNTER }, args: ["run", "a.sol", "--call", "lower"], code: 1, says: [/'lower'/, /raise\(uint64\)/] },
    { name: "arguments that are not JSON", files: { "a.sol": COUNTER }, args: ["run", "a.sol", "--call", "raise", "--args", "[7"], code: 2, says: [/--args/] },
    { name: "too few arguments", files: { "a.sol": COUNTER }, args: ["run", "a.sol", "--call", "raise"], code: 1, says: [/raise\(uint64\)/] },
    { name: "a contract that is not there", files: { "a.sol": COUNTER }, args: ["run", "a.sol:Clock", "--call", "raise"], code: 1, says: [/'Clock'/, /Counter/] },
  ];
  for (const { name, files, args, code, says } of cases)
    it(name, () => {
      const root = project(files ?? {});
      const result = supervm(root, ...args, ...(args[0] === "compile" ? ["--out", "out"] : []));
      const output = result.stderr + result.stdout;
      assert.equal(result.code, code, output);
      for (const pattern of says) assert.match(output, pattern);
      assert.doesNotMatch(output, /\n\s+at .*:\d+:\d+/, "no stack trace");
      assert.equal(fs.existsSync(path.join(root, "out")), false, "nothing is written");
    });

  it("reports many errors in one run", () => {
    const root = project({
      "a.sol": "contract A {\n  function f() public { uint8 a = 256; }\n  function g() public { b = 1; }\n  function h() public returns (bool) { return 1; }\n}\n",
    });
    const result = supervm(root, "compile", "a.sol");
    assert.equal(result.code, 1);
    for (const line of [2, 3, 4]) assert.match(result.stderr, new RegExp(`a\\.sol:${line}:`));
    assert.match(result.stderr, /3 errors/);
  });
});
