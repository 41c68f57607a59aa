/** The text form: what the printer writes, the parser reads back; errors carry their place. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { IrParseError } from "../../../../compiler/ir/lexer.js";
import { parseModule } from "../../../../compiler/ir/parser.js";
import { printModule } from "../../../../compiler/ir/printer.js";
import { verifyModule } from "../../../../compiler/ir/verifier.js";

const COUNTER = `module "a.sol:Counter" contract creation @creation runtime @runtime
immutable owner "address" 12
immutable "odd name"
data $msg hex"68690a"

func @creation() {
b0:
  exit.deploy
}

func @runtime() inline never {
  local $0 i256 "x"
b0:
  %0: i256 = const 0x10000
  local.set $0 %0
  %1: i256 = local.get $0
  %2: i256, %3: i1 = call @"odd one" %1
  %4: i64 = const 128
  data.copy $msg %4, %4, %4
  %5: i64 = object.size "a.sol:Counter"
  %6: i256 = immutable.load "odd name"
  %7: i160 = library.address "a.sol:L"
  branch %3, b1(%2), b2
b1(%8: i256):
  switch %8, [0: b2, 0x10000: b2], b3
b2:
  panic 0x11
b3:
  unreachable
}

func @"odd one"(%0: i256) -> (i256, i1) inline always {
b0:
  %1: i1 = eq %0, %0
  jump b7(%0)
b7(%9: i256):
  ret %9, %1
}
`;

test("prints what it parsed", () => {
  const module = parseModule(COUNTER);
  assert.deepEqual(verifyModule(module), []);
  assert.equal(printModule(module), COUNTER);
  assert.deepEqual(module.referencedObjects(), ["a.sol:Counter"]);
});

test("keeps spans where the sources are given", () => {
  const file = { id: 3, name: "a.sol", content: "contract C {}" };
  const text = `module "a.sol:C" contract creation @f runtime @f

func @f() { !3:0:13
b0:
  exit.stop !3:9:10
}
`;
  const module = parseModule(text, { sources: [file] });
  assert.equal(printModule(module, { spans: true }), text);
  assert.equal(module.funcs.get("f")!.span!.file, file);
  assert.throws(() => parseModule(text, { sources: [] }), /3:13: no source file has the id 3/);
});

test("errors carry line and column", () => {
  const cases: [string, number, number, RegExp][] = [
    ["modul", 1, 1, /expected 'module'/],
    ["b0:\n  bogus", 3, 3, /no instruction is called 'bogus'/],
    ["b0:\n  ret %7\n}", 3, 7, /%7 is not defined/],
    ["b0:\n  jump b4\n}", 3, 8, /b4 is not defined/],
    ["b0:\n  %1: i7 = const 0", 3, 7, /'i7' is no type/],
    ["b0:\n  %1: i8 = const 0\n  %1: i8 = const 0", 4, 3, /%1 is defined twice/],
    ["b0:\n  ret ~", 3, 7, /unexpected character "~"/],
    ["b0:\n  ret", 3, 6, /the function has no '}'/],
  ];
  for (const [body, line, column, message] of cases) {
    const text = body === "modul" ? body : `module "m" contract creation @f runtime @f func @f() {\n${body}`;
    assert.throws(
      () => parseModule(text),
      (error: unknown) => {
        assert.ok(error instanceof IrParseError);
        assert.match(error.message, message);
        assert.deepEqual([error.line, error.column], [line, column], error.message);
        return true;
      },
    );
  }
});
