/** The cache on disk: what is used again, what is not, and that it never changes a result. */
import assert from "node:assert/strict";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { test, type TestContext } from "node:test";
import { compileDetailed } from "../../../../compiler/driver/compile.js";
import { CacheStore } from "../../../../compiler/driver/cache/store.js";
import type { CompileOptions } from "../../../../compiler/driver/options.js";
import type { DetailedResult } from "../../../../compiler/driver/result.js";

const COUNTER = `// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;
import {Base} from "./Base.sol";
contract Counter is Base {
  uint256 public count;
  function add(uint256 by) external { count += by * scale(); }
}
`;
const BASE = `// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;
abstract contract Base { function scale() internal pure virtual returns (uint256) { return 1; } }
`;
const OTHER = `// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;
contract Other { function twice(uint256 x) external pure returns (uint256) { return 2 * x; } }
contract Maker { function make() external returns (address) { return address(new Other()); } }
`;

interface Project {
  readonly root: string;
  readonly cache: string;
  write(name: string, content: string): void;
  compile(options?: Partial<CompileOptions>): Promise<DetailedResult>;
  entries(): string[];
}

/** A project in a temporary folder with a cache of its own. */
function project(t: TestContext, files: Readonly<Record<string, string>>): Project {
  const root = fs.mkdtempSync(path.join(os.tmpdir(), "supervm-cache-"));
  t.after(() => fs.rmSync(root, { recursive: true, force: true }));
  const cache = path.join(root, "cache");
  const write = (name: string, content: string): void => {
    fs.mkdirSync(path.dirname(path.join(root, name)), { recursive: true });
    fs.writeFileSync(path.join(root, name), content);
  };
  for (const [name, content] of Object.entries(files)) write(name, content);
  const compile = async (options: Partial<CompileOptions> = {}): Promise<DetailedResult> => {
    const result = await compileDetailed({ sources: ["src"], root, cache, ...options });
    assert.deepEqual(
      result.diagnostics.filter((d) => d.severity === "error").map((d) => d.message),
      [],
    );
    return result;
  };
  return { root, cache, write, compile, entries: () => (fs.existsSync(cache) ? fs.readdirSync(cache).sort() : []) };
}

const contents = (result: DetailedResult): unknown => [result.artifacts, [...result.files]];
const sources = { "src/Counter.sol": COUNTER, "src/Base.sol": BASE, "src/Other.sol": OTHER };

test("a second compilation is answered from the cache with the same result", async (t) => {
  const p = project(t, sources);
  const first = await p.compile();
  assert.equal(first.fromCache, false);
  const second = await p.compile();
  assert.equal(second.fromCache, true);
  assert.deepEqual(contents(second), contents(first));
  const warnings = (r: DetailedResult): unknown => r.diagnostics.map((d) => [d.code, d.span?.file.name, d.span?.start, d.span?.end]);
  assert.deepEqual(warnings(second), warnings(first));
});

test("other options are another result", async (t) => {
  const p = project(t, sources);
  await p.compile();
  for (const options of [{ optimize: 0 }, { evmVersion: "paris" }, { targets: ["evm"] }, { emit: ["asm"] }, { sbpfVersion: "v3" }, { revertStrings: "strip" }] as const)
    assert.equal((await p.compile(options)).fromCache, false, JSON.stringify(options));
});

test("a change of what an import depends on is noticed", async (t) => {
  const p = project(t, sources);
  await p.compile();
  p.write("src/Base.sol", BASE.replace("return 1", "return 3"));
  const edited = await p.compile();
  assert.equal(edited.fromCache, false);
  assert.deepEqual(contents(edited), contents(await p.compile({ cache: false })));
});

test("a file that is new in a folder is noticed", async (t) => {
  const p = project(t, sources);
  await p.compile();
  p.write("src/deep/New.sol", OTHER.replace("Other", "New").replace("Maker", "NewMaker").replace("Other", "New"));
  const result = await p.compile();
  assert.equal(result.fromCache, false);
  assert.ok(result.artifacts.some((a) => a.contractName === "New"));
});

test("a file that now comes first where an import is searched is noticed", async (t) => {
  const counter = COUNTER.replace("./Base.sol", "pkg/Base.sol");
  const p = project(t, { "src/Counter.sol": counter, "node_modules/pkg/Base.sol": BASE });
  const before = await p.compile();
  p.write("pkg/Base.sol", BASE.replace("return 1", "return 3"));
  const after = await p.compile();
  assert.equal(after.fromCache, false);
  assert.notDeepEqual(contents(after), contents(before));
  p.write("remappings.txt", "pkg/=node_modules/pkg/\n");
  assert.equal((await p.compile()).fromCache, false);
});

test("an edit compiles again only the contracts that it concerns", async (t) => {
  const p = project(t, sources);
  await p.compile();
  const before = new Set(p.entries());
  p.write("src/Counter.sol", COUNTER.replace("count += by", "count += 2 * by"));
  const edited = await p.compile();
  assert.deepEqual(contents(edited), contents(await p.compile({ cache: false })));
  // Counter for the EVM and for SuperVM, and the program image; the whole result replaces the one before.
  assert.equal(p.entries().filter((name) => !before.has(name)).length, 3);
});

test("an edit of a neighbour in the same file that moves nothing leaves a contract alone", async (t) => {
  const p = project(t, { "src/Other.sol": `${OTHER}contract Third { function thrice(uint256 x) external pure returns (uint256) { return 3 * x; } }\n` });
  await p.compile();
  const before = new Set(p.entries());
  p.write("src/Other.sol", fs.readFileSync(path.join(p.root, "src/Other.sol"), "utf8").replace("3 * x", "4 * x"));
  const edited = await p.compile();
  assert.deepEqual(contents(edited), contents(await p.compile({ cache: false })));
  assert.equal(p.entries().filter((name) => !before.has(name)).length, 3);
});

test("a contract that embeds an edited one is compiled again", async (t) => {
  const p = project(t, sources);
  await p.compile();
  const before = new Set(p.entries());
  p.write("src/Other.sol", OTHER.replace("2 * x", "3 * x"));
  const edited = await p.compile();
  assert.deepEqual(contents(edited), contents(await p.compile({ cache: false })));
  assert.equal(p.entries().filter((name) => !before.has(name)).length, 5);
});

test("moved code keeps its SuperVM part and gets a new source map", async (t) => {
  const p = project(t, { "src/Other.sol": OTHER });
  await p.compile();
  const before = new Set(p.entries());
  p.write("src/Other.sol", OTHER.replace("contract Other", "// one line more\ncontract Other"));
  const edited = await p.compile();
  assert.deepEqual(contents(edited), contents(await p.compile({ cache: false })));
  assert.equal(p.entries().filter((name) => !before.has(name)).length, 2);
});

test("entries that are damaged, cut short or foreign are compiled again and replaced", async (t) => {
  const p = project(t, sources);
  const intact = contents(await p.compile());
  const damages: readonly ((bytes: Buffer) => Buffer)[] = [
    (bytes) => bytes.subarray(0, bytes.length >> 1),
    (bytes) => Buffer.alloc(0, bytes),
    (bytes) => Buffer.from(bytes.map((b, i) => (i === bytes.length >> 1 ? b ^ 0x55 : b))),
    () => Buffer.from("{}"),
  ];
  for (const damage of damages) {
    for (const name of p.entries()) fs.writeFileSync(path.join(p.cache, name), damage(fs.readFileSync(path.join(p.cache, name))));
    const result = await p.compile();
    assert.equal(result.fromCache, false);
    assert.deepEqual(contents(result), intact);
    assert.equal((await p.compile()).fromCache, true);
  }
});

test("compilations at the same time do not disturb each other", async (t) => {
  const p = project(t, sources);
  const results = await Promise.all([1, 2, 3].map(() => p.compile()));
  for (const result of results) assert.deepEqual(contents(result), contents(results[0]!));
  assert.ok(p.entries().every((name) => name.endsWith(".json.gz")));
  assert.equal((await p.compile()).fromCache, true);
});

test("a folder that cannot be written costs nothing but the cache", async (t) => {
  const p = project(t, sources);
  fs.writeFileSync(path.join(p.root, "occupied"), "a file, no folder");
  const result = await p.compile({ cache: path.join(p.root, "occupied") });
  assert.deepEqual(contents(result), contents(await p.compile({ cache: false })));
});

test("the folder stays below its bound, and what was not used lately goes first", (t) => {
  const p = project(t, {});
  const store = new CacheStore(p.cache, 5_000);
  const noise = (seed: number): string => Array.from({ length: 1_000 }, (_, i) => ((i * 7919 + seed) ** 2 % 65_521).toString(36)).join("");
  for (let i = 0; i < 6; i++) {
    store.write(`entry${i}`, { noise: noise(i) });
    fs.utimesSync(path.join(p.cache, `entry${i}.json.gz`), 1_000 + i, 1_000 + i);
  }
  assert.equal(
    store.read("entry0", () => "read"),
    "read",
  );
  fs.writeFileSync(path.join(p.cache, "left.1.tmp"), "half");
  fs.utimesSync(path.join(p.cache, "left.1.tmp"), 1_000, 1_000);
  store.prune();
  const left = p.entries();
  const size = left.reduce((sum, name) => sum + fs.statSync(path.join(p.cache, name)).size, 0);
  assert.ok(size <= 5_000, `${size} bytes`);
  assert.ok(left.includes("entry0.json.gz") && !left.includes("entry1.json.gz") && !left.includes("left.1.tmp"), left.join());
});
