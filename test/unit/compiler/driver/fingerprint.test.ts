/** A module's fingerprint changes with everything that a target could read of it, and with nothing else. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { fingerprint, Fingerprints } from "../../../../compiler/driver/cache/fingerprint.js";
import { cloneModule } from "../../../../compiler/ir/clone.js";
import type { Inst, Module } from "../../../../compiler/ir/module.js";
import { parseModule } from "../../../../compiler/ir/parser.js";

const TEXT = `module "a.sol:A" contract creation @creation runtime @runtime
immutable owner "address" 12
data $msg hex"68690a"
func @creation() {
b0:
  exit.deploy
}
func @runtime() {
  local $0 i256 "x"
b0:
  %0: i64 = const 64
  %1: i256 = const 5
  local.set $0 %1
  %2: i64 = const 2
  switch %1, [0: b1(%0), 1: b1(%2)], b2
b1(%3: i64):
  %4: i64 = add.checked.u %3, %0
  exit.return %4, %0
b2:
  panic 17
}
func @other() inline never {
b0:
  ret
}
`;

const insts = (module: Module): Inst[] => module.funcs.get("runtime")!.blocks.flatMap((block) => block.insts);
const find = (module: Module, op: string): Inst => insts(module).find((inst) => inst.op === op)!;

const CHANGES: Readonly<Record<string, (module: Module) => void>> = {
  "the kind": (m) => void (m.kind = "library"),
  "the entry": (m) => void (m.runtime = "other"),
  "the creation entry": (m) => void (m.creation = "other"),
  "an immutable's name": (m) => void (m.immutables[0]!.name = "o"),
  "an immutable's declaration": (m) => void (m.immutables[0]!.astId = 13),
  "a data segment": (m) => void m.data.set("msg", Uint8Array.of(1)),
  "an operation": (m) => void (find(m, "add.checked.u").op = "add.checked.s"),
  "a constant": (m) => void (find(m, "const").imm.int = 65n),
  "a panic's code": (m) => void (find(m, "panic").imm.code = 18),
  "an operand": (m) => void (find(m, "add.checked.u").args[1] = find(m, "add.checked.u").args[0]!),
  "the order of operands": (m) => void find(m, "exit.return").args.reverse(),
  "a case": (m) => void (find(m, "switch").cases![1] = 2n),
  "a successor": (m) => void (find(m, "switch").targets[2]!.block = find(m, "switch").targets[0]!.block),
  "a jump's argument": (m) => void (find(m, "switch").targets[1]!.args[0] = find(m, "switch").targets[0]!.args[0]!),
  "a value's type": (m) => void (m.funcs.get("runtime")!.valueTypes[4] = 128),
  "a local's type": (m) => void (m.funcs.get("runtime")!.locals[0]!.type = 128),
  "inlining advice": (m) => void (m.funcs.get("other")!.inline = "always"),
  "the order of blocks": (m) => void m.funcs.get("runtime")!.blocks.reverse(),
  "a missing instruction": (m) => void m.funcs.get("runtime")!.entry.insts.splice(0, 1),
  "a missing function": (m) => void m.funcs.delete("other"),
};

test("every change of the IR changes it", () => {
  const original = parseModule(TEXT);
  const seen = new Map([[fingerprint(original, false), "the original"]]);
  for (const [what, change] of Object.entries(CHANGES)) {
    const module = cloneModule(original);
    assert.equal(fingerprint(module, false), fingerprint(original, false), "a copy");
    change(module);
    const hash = fingerprint(module, false);
    assert.equal(seen.get(hash), undefined, `${what} is not told from ${seen.get(hash) ?? ""}`);
    seen.set(hash, what);
  }
});

test("positions in bytes count only where they are written", () => {
  const original = parseModule(TEXT);
  const file = { id: 3, name: "a.sol", content: "contract A {}" };
  const placed = (start: number, content: string): Module => {
    const module = cloneModule(original);
    find(module, "const").span = { file: { ...file, content }, start, end: 9 };
    return module;
  };
  assert.equal(fingerprint(placed(1, file.content), false), fingerprint(original, false));
  const hashes = [original, placed(1, file.content), placed(2, file.content), placed(1, "contract Ä {}")].map((m) => fingerprint(m, true));
  assert.equal(new Set(hashes).size, 4);
  assert.equal(fingerprint(placed(1, "contract B {}"), true), hashes[1]);
});

test("what a module embeds counts, through others too", () => {
  const creating = (name: string, object: string): string =>
    `module "${name}" contract creation @creation runtime @runtime\nfunc @creation() {\nb0:\n  exit.deploy\n}\nfunc @runtime() {\nb0:\n  %0: i64 = object.size "${object}"\n  exit.return %0, %0\n}\n`;
  const modules = (leaf: string): Module[] => [parseModule(creating("a.sol:B", "a.sol:C")), parseModule(creating("a.sol:C", "a.sol:A")), parseModule(leaf)];
  const before = new Fingerprints(modules(TEXT));
  const after = new Fingerprints(modules(TEXT.replace("const 5", "const 6")));
  assert.deepEqual(before.closure("a.sol:B"), ["a.sol:B", "a.sol:C", "a.sol:A"]);
  for (const name of ["a.sol:A", "a.sol:B", "a.sol:C"]) assert.notEqual(before.of([name], false), after.of([name], false), name);
});
