/** Loading sources: names, order, remappings, node_modules, Foundry projects, and what cannot be found. */
import { after, test } from "node:test";
import assert from "node:assert/strict";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { DiagnosticSink } from "../../../../../../compiler/diagnostics/diagnostic.js";
import { loadSources, type LoadedSources, type SourceRequest } from "../../../../../../compiler/frontends/solidity/imports/resolve.js";

const temporary: string[] = [];
after(() => {
  for (const folder of temporary) fs.rmSync(folder, { recursive: true });
});

/** A project on disk with the given files. */
function project(files: Readonly<Record<string, string>>): string {
  const root = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), "supervm-imports-")));
  temporary.push(root);
  for (const [name, content] of Object.entries(files)) {
    const file = path.join(root, name);
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(file, content);
  }
  return root;
}

interface Outcome {
  readonly loaded: LoadedSources;
  readonly names: readonly string[];
  readonly faults: readonly string[];
  readonly sink: DiagnosticSink;
}

function load(root: string, sources: SourceRequest["sources"], remappings: readonly string[] = []): Outcome {
  const sink = new DiagnosticSink();
  const loaded = loadSources({ sources, root, remappings }, sink);
  const names = loaded.units.map((unit) => unit.file.name);
  return { loaded, names, faults: sink.all.map(({ kind, code, message }) => `${kind} ${code} ${message}`), sink };
}

test("in-memory sources import each other, imports first, each once", () => {
  const { names, faults, loaded } = load("/nowhere", {
    "a/A.sol": { content: 'import "./B.sol"; import "../C.sol"; contract A {}' },
    "a/B.sol": { content: 'import {C} from "C.sol"; contract B {}' },
    "C.sol": { content: "contract C {}" },
  });
  assert.deepEqual(faults, []);
  assert.deepEqual(names, ["C.sol", "a/B.sol", "a/A.sol"]);
  const unit = loaded.byName.get("a/A.sol")!;
  const targets = unit.nodes.flatMap((node) => (node.kind === "ImportDirective" ? [loaded.resolveImport(unit, node)?.file.name] : []));
  assert.deepEqual(targets, ["a/B.sol", "C.sol"]);
  assert.deepEqual(
    loaded.files.map((file) => file.id),
    [0, 1, 2],
  );
});

test("cycles are allowed", () => {
  const { names, faults } = load("/nowhere", { "A.sol": { content: 'import "./B.sol";' }, "B.sol": { content: 'import "./A.sol";' } });
  assert.deepEqual(faults, []);
  assert.deepEqual(names, ["B.sol", "A.sol"]);
});

test("node ids are unique over all units", () => {
  const { loaded } = load("/nowhere", { "A.sol": { content: "contract A {}" }, "B.sol": { content: "contract B {}" } });
  const ids = loaded.units.flatMap((unit) => [unit.id, ...unit.nodes.map((node) => node.id)]);
  assert.equal(new Set(ids).size, ids.length);
});

test("directories expand, node_modules does not, names are relative to the root", () => {
  const root = project({
    "contracts/Z.sol": 'import "@scope/pkg/X.sol"; import "plain/y/Y.sol";',
    "contracts/sub/A.sol": "",
    "contracts/node_modules/skip/S.sol": "",
    "node_modules/@scope/pkg/X.sol": 'import "./lib/L.sol";',
    "node_modules/@scope/pkg/lib/L.sol": "",
    "node_modules/plain/y/Y.sol": "",
  });
  const { names, faults } = load(root, ["contracts"]);
  assert.deepEqual(faults, []);
  assert.deepEqual(names, ["@scope/pkg/lib/L.sol", "@scope/pkg/X.sol", "plain/y/Y.sol", "contracts/Z.sol", "contracts/sub/A.sol"]);
});

test("node_modules is searched upwards, and two copies of a package keep apart", () => {
  const root = project({
    "A.sol": 'import "p/P.sol"; import "q/Q.sol";',
    "node_modules/p/P.sol": "",
    "node_modules/q/Q.sol": 'import "p/P.sol";',
    "node_modules/q/node_modules/p/P.sol": "contract Other {}",
  });
  const { names, faults } = load(root, ["A.sol"]);
  assert.deepEqual(faults, []);
  assert.deepEqual(names, ["p/P.sol", "node_modules/q/node_modules/p/P.sol", "q/Q.sol", "A.sol"]);
});

test("the project may lie below the node_modules it uses", () => {
  const root = project({ "packages/app/A.sol": 'import "p/P.sol";', "node_modules/p/P.sol": "" });
  assert.deepEqual(load(path.join(root, "packages/app"), ["A.sol"]).names, ["p/P.sol", "A.sol"]);
});

test("linked packages keep their names", () => {
  const root = project({ "app/A.sol": 'import "p/P.sol";', "shared/P.sol": 'import "./Q.sol";', "shared/Q.sol": "" });
  fs.mkdirSync(path.join(root, "app/node_modules"));
  fs.symlinkSync(path.join(root, "shared"), path.join(root, "app/node_modules/p"));
  assert.deepEqual(load(path.join(root, "app"), ["A.sol"]).names, ["p/Q.sol", "p/P.sol", "A.sol"]);
});

test("remappings: longest prefix, context, later wins", () => {
  const root = project({
    "src/A.sol": 'import "x/one.sol"; import "x/deep/two.sol";',
    "other/B.sol": 'import "x/one.sol";',
    "d1/one.sol": "",
    "d2/two.sol": "",
    "d3/one.sol": "",
    "d4/one.sol": "",
  });
  const { names, faults } = load(root, ["src", "other"], ["x/=d4/", "x/=d1/", "x/deep/=d2/", "other/:x/=d3/"]);
  assert.deepEqual(faults, []);
  assert.deepEqual(names, ["d1/one.sol", "d2/two.sol", "src/A.sol", "d3/one.sol", "other/B.sol"]);
});

test("Foundry: remappings.txt, foundry.toml, libraries and their own remappings", () => {
  const root = project({
    "foundry.toml": '[profile.default]\nsrc = "src"\nlibs = ["lib", "deps"]\nremappings = ["toml/=lib/t/"]\n',
    "remappings.txt": "txt/=lib/u/\n# comment\n",
    "src/A.sol": 'import "toml/T.sol"; import "txt/U.sol"; import "std/S.sol"; import "oz/token/O.sol"; import "oz/contracts/token/P.sol"; import "far/F.sol";',
    "lib/t/T.sol": "",
    "lib/u/U.sol": "",
    "lib/std/src/S.sol": 'import "inner/I.sol"; import "ds/D.sol";',
    "lib/std/remappings.txt": "inner/=inside/",
    "lib/std/inside/I.sol": "",
    "lib/std/lib/ds/src/D.sol": "",
    "lib/oz/contracts/token/O.sol": "",
    "lib/oz/contracts/token/P.sol": "",
    "deps/far/src/F.sol": "",
  });
  const { names, faults } = load(root, ["src/A.sol"]);
  assert.deepEqual(faults, []);
  assert.deepEqual(names, [
    "lib/t/T.sol",
    "lib/u/U.sol",
    "lib/std/inside/I.sol",
    "lib/std/lib/ds/src/D.sol",
    "lib/std/src/S.sol",
    "lib/oz/contracts/token/O.sol",
    "lib/oz/contracts/token/P.sol",
    "deps/far/src/F.sol",
    "src/A.sol",
  ]);
});

test("the caller's remappings win over the project's", () => {
  const root = project({ "A.sol": 'import "x/X.sol";', "remappings.txt": "x/=a/", "a/X.sol": "", "b/X.sol": "" });
  assert.deepEqual(load(root, ["A.sol"]).names, ["a/X.sol", "A.sol"]);
  assert.deepEqual(load(root, ["A.sol"], ["x/=b/"]).names, ["b/X.sol", "A.sol"]);
});

test("memory comes before disk, and may import from disk", () => {
  const root = project({ "lib.sol": "contract Disk {}", "B.sol": "contract Disk {}" });
  const { loaded, faults } = load(root, { "A.sol": { content: 'import "./B.sol"; import "lib.sol";' }, "B.sol": { content: "contract Memory {}" } });
  assert.deepEqual(faults, []);
  assert.equal(loaded.byName.get("B.sol")!.file.path, undefined);
  assert.equal(loaded.byName.get("lib.sol")!.file.path, path.join(root, "lib.sol"));
});

test("what cannot be found is reported where it is imported, with the places searched", () => {
  const root = project({ "A.sol": 'import "@x/y/Z.sol";\nimport "./dir";\nimport "./No.sol";', "dir/B.sol": "" });
  const { faults, sink, names } = load(root, ["A.sol", "Missing.sol"], ["bad"]);
  assert.deepEqual(names, ["A.sol"]);
  assert.deepEqual(
    faults.map((fault) => fault.split(" ")[1]),
    ["SOL-1003", "SOL-1001", "6275", "6275", "6275"],
  );
  const [packageFault, directoryFault] = sink.all.filter(({ code }) => code === "6275");
  assert.match(packageFault!.message, /node_modules\/@x\/y\/Z\.sol/);
  assert.match(packageFault!.hint!, /npm install @x\/y/);
  assert.equal(packageFault!.span!.start, 0);
  assert.match(directoryFault!.message, /is a directory/);
});

test("an unsupported version is the only complaint about a file", () => {
  const { faults } = load("/nowhere", { "A.sol": { content: "pragma solidity ^0.4.0; contract C { var x; }" } });
  assert.equal(faults.length, 1);
  assert.match(faults[0]!, /^ParserError 5333/);
});

test("each file is read by the line its pragma selects", () => {
  const { loaded, faults } = load("/nowhere", {
    "A.sol": { content: "pragma solidity ^0.5.0; contract A { function () external payable {} }" },
    "B.sol": { content: "contract B {}" },
  });
  assert.deepEqual(faults, []);
  assert.deepEqual(
    loaded.units.map((unit) => unit.language),
    ["0.5", "0.8"],
  );
});

test("OpenZeppelin loads from the project's node_modules", () => {
  const { loaded, faults } = load(process.cwd(), {
    "T.sol": { content: 'import "@openzeppelin/contracts/token/ERC20/ERC20.sol"; contract T is ERC20("n", "s") {}' },
  });
  assert.deepEqual(faults, []);
  assert.ok(loaded.byName.has("@openzeppelin/contracts/utils/Context.sol"));
  assert.equal(loaded.units.at(-1)!.file.name, "T.sol");
});
