/** The verifier finds each broken invariant, and names it by class. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { parseModule } from "../../../../compiler/ir/parser.js";
import type { Module } from "../../../../compiler/ir/module.js";
import { assertValid, verifyModule } from "../../../../compiler/ir/verifier.js";

function moduleOf(body: string, header = ""): Module {
  return parseModule(`module "m:C" contract creation @f runtime @f\n${header}\nfunc @f() {\n${body}\n}\nfunc @g(%0: i8) -> (i8) {\nb0:\n ret %0\n}`);
}

const CASES: readonly [fault: string, body: string][] = [
  ["ArityFault", "b0:\n %0: i8 = const 1\n %1: i8 = add %0\n exit.stop"],
  ["ArityFault", "b0:\n %0: i8 = const 1\n add %0, %0\n exit.stop"],
  ["ArityFault", "b0:\n %0: i1 = const 1\n branch %0, b1\nb1:\n exit.stop"],
  ["ArityFault", "b0:\n %0: i64 = const 1\n %1: i256 = const 0\n log %0, %0, %1, %1, %1, %1, %1\n exit.stop"],
  ["OperandTypeFault", "b0:\n %0: i8 = const 1\n %1: i16 = const 1\n %2: i8 = add %0, %1\n exit.stop"],
  ["OperandTypeFault", "b0:\n %0: i8 = const 1\n %1: i256 = storage.load %0\n exit.stop"],
  ["OperandTypeFault", "b0:\n %0: i128 = const 1\n %1: i256 = mem.load %0\n exit.stop"],
  ["OperandTypeFault", 'local $0 i8 "x"\nb0:\n %0: i16 = const 1\n local.set $0 %0\n exit.stop'],
  ["ResultTypeFault", "b0:\n %0: i8 = const 1\n %1: i16 = add %0, %0\n exit.stop"],
  ["ResultTypeFault", "b0:\n %0: i8 = const 1\n %1: i8 = zext %0\n exit.stop"],
  ["ResultTypeFault", "b0:\n %0: i8 = const 1\n %1: i16 = trunc %0\n exit.stop"],
  ["ResultTypeFault", "b0:\n %0: i8 = const 1\n %1: i8 = eq %0, %0\n exit.stop"],
  ["ImmediateFault", "b0:\n %0: i8 = const 256\n exit.stop"],
  ["ImmediateFault", "b0:\n %0: i256 = immutable.load x\n exit.stop"],
  ["ImmediateFault", "b0:\n %0: i64 = const 0\n data.copy $d %0, %0, %0\n exit.stop"],
  ["ImmediateFault", "b0:\n call @h\n exit.stop"],
  ["ImmediateFault", "b0:\n %0: i8 = local.get $0\n exit.stop"],
  ["SignatureFault", "b0:\n %0: i16 = const 0\n %1: i8 = call @g %0\n exit.stop"],
  ["SignatureFault", "b0:\n %0: i8 = const 0\n call @g %0\n exit.stop"],
  ["SignatureFault", "b0:\n %0: i8 = const 0\n ret %0"],
  ["TerminatorFault", "b0:\n %0: i8 = const 0"],
  ["TerminatorFault", "b0:\n exit.stop\n exit.stop"],
  ["TerminatorFault", "b0:\n exit.stop\nb1:"],
  ["TargetFault", "b0:\n jump b0"],
  ["TargetFault", "b0:\n jump b1\nb1(%0: i8):\n exit.stop"],
  ["TargetFault", "b0(%0: i8):\n exit.stop"],
  ["SwitchFault", "b0:\n %0: i8 = const 0\n switch %0, [1: b1, 1: b1], b1\nb1:\n exit.stop"],
  ["SwitchFault", "b0:\n %0: i8 = const 0\n switch %0, [256: b1], b1\nb1:\n exit.stop"],
  ["DominanceFault", "b0:\n %0: i8 = add %1, %1\n %1: i8 = const 0\n exit.stop"],
  ["DominanceFault", "b0:\n %0: i1 = const 0\n branch %0, b1, b2\nb1:\n %1: i8 = const 0\n jump b2\nb2:\n %2: i8 = add %1, %1\n exit.stop"],
];

test("every broken invariant has its fault", () => {
  for (const [fault, body] of CASES) {
    const faults = verifyModule(moduleOf(body));
    assert.ok(faults.length > 0 && faults[0]!.constructor.name === fault, `${fault} expected of\n${body}\ngot ${faults.join("; ")}`);
  }
});

test("faults name function, block and instruction", () => {
  const [fault] = verifyModule(moduleOf("b0:\n %0: i8 = const 1\n %1: i16 = add %0, %0\n exit.stop"));
  assert.equal(fault!.toString(), "ResultTypeFault: @f b0 `%1: i16 = add %0, %0` the result is i16 instead of i8");
});

test("faults that text cannot express", () => {
  const module = moduleOf("b0:\n %0: i8 = const 1\n exit.stop");
  const [first] = module.funcs.get("f")!.entry.insts;
  module.funcs.get("f")!.entry.insts.unshift({ ...first! }, { op: "bogus", args: [], results: [], imm: {}, targets: [] });
  const kinds = verifyModule(module).map((f) => f.constructor.name);
  assert.deepEqual(kinds, ["UnknownOpFault"]);
  module.funcs.get("f")!.entry.insts.splice(1, 1);
  assert.deepEqual(
    verifyModule(module).map((f) => f.constructor.name),
    ["DefinitionFault"],
  );
  module.creation = "nothing";
  assert.equal(verifyModule(module)[0]!.constructor.name, "ModuleFault");
});

test("locals are a fault only where they must be gone", () => {
  const module = moduleOf('local $0 i8 "x"\nb0:\n exit.stop');
  assert.deepEqual(verifyModule(module), []);
  assert.equal(verifyModule(module, { noLocals: true })[0]!.constructor.name, "LocalsFault");
  assert.throws(() => assertValid(module, "after mem2reg", { noLocals: true }), /invalid IR of m:C after mem2reg:\n {2}LocalsFault: @f local/);
});

test("unreachable blocks are no fault", () => {
  assert.deepEqual(verifyModule(moduleOf("b0:\n exit.stop\nb1:\n %0: i8 = add %1, %1\n jump b2\nb2:\n %1: i8 = const 0\n exit.stop")), []);
});
