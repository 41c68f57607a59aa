/** Small modules for tests: an entry that starts as frontends start it, and shorthands. */
import { Builder } from "../../../../compiler/ir/builder.js";
import { Func, Module, type ValueId } from "../../../../compiler/ir/module.js";

/** A module whose creation code deploys and whose runtime entry is made by `body`. */
export function contract(name: string, body: (b: Builder, module: Module) => void): Module {
  const module = new Module(`test.ir:${name}`);
  creation(module, (b) => b.exit("exit.deploy"));
  entry(module, "runtime", (b) => body(b, module));
  return module;
}

/** Replaces the creation code. */
export function creation(module: Module, body: (b: Builder) => void): void {
  entry(module, "creation", body);
}

function entry(module: Module, name: string, body: (b: Builder) => void): void {
  const func = module.addFunc(new Func(name, [], []));
  const b = new Builder(func).at(func.addBlock());
  b.emit("mem.store", [b.const(64, 0x40), b.const(64, 0x80)]);
  body(b);
}

/** A new function of the module, at its first block. */
export function define(module: Module, name: string, params: number[], results: number[]): { func: Func; b: Builder } {
  const func = module.addFunc(new Func(name, params, results));
  func.inline = "never";
  return { func, b: new Builder(func).at(func.addBlock()) };
}

/** The i-th word of the call data. */
export function input(b: Builder, index: number, type = 256): ValueId {
  return b.emit("calldata.load", [b.const(64, 32 * index)], type);
}

/** Returns words. */
export function output(b: Builder, ...values: ValueId[]): void {
  const size = b.const(64, 32 * values.length);
  const memory = b.emit("mem.alloc", [size]);
  values.forEach((value, i) => b.emit("mem.store", [b.emit("add.nuw", [memory, b.const(64, 32 * i)]), value]));
  b.exit("exit.return", [memory, size]);
}
