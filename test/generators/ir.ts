/**
 * Random, valid IR modules for differential tests: the interpreter against itself before and after passes, and against each backend.
 *
 *   const module = randomModule(seed);
 *   // deploy it without arguments; call it with any call data (randomCallData gives interesting ones); it reads words of it and
 *   // returns 32-byte words, or panics, or reverts; it may write storage and logs.
 *
 * Programs always end: loops count down from small numbers, functions call only earlier ones. They are deterministic and depend on
 * call data, storage, msg.value and msg.sender only.
 */
import { Builder } from "../../compiler/ir/builder.js";
import { Func, Module, type LocalId, type ValueId } from "../../compiler/ir/module.js";
import type { Type } from "../../compiler/ir/ops.js";
import { IrBody } from "./ir-body.js";
import type { IrSettings, RandomIrOptions } from "./ir-options.js";
import { Random } from "./random.js";

export type { RandomIrOptions } from "./ir-options.js";

const TYPES: readonly Type[] = [1, 8, 16, 24, 32, 32, 40, 56, 64, 64, 64, 72, 96, 120, 128, 128, 136, 160, 160, 192, 200, 248, 256, 256, 256, 256, 256, 256];

/** The program that a seed and options name. Its full name is `random.ir:R<seed>`. */
export function randomModule(seed: number, options: RandomIrOptions = {}): Module {
  const settings: IrSettings = {
    ...{ size: 25, functions: 3, locals: false, controlFlow: true, memory: true, storage: true, oddTypes: false, types: TYPES },
    ...options,
  };
  const random = new Random(seed);
  const module = new Module(`random.ir:R${seed}`);
  creation(module);
  const callees: Func[] = [];
  const count = random.below(settings.functions + 1);
  for (let i = 0; i < count; i++) callees.push(helper(module, i, random, settings, [...callees]));
  runtime(module, random, settings, callees);
  return module;
}

/** Call data for such a program: a few words that programs tend to break at, at times cut short. */
export function randomCallData(seed: number): Uint8Array {
  const random = new Random(seed ^ 0x5eed);
  const words = Array.from({ length: random.below(7) }, () => random.edgeValue(256).toString(16).padStart(64, "0")).join("");
  const bytes = Uint8Array.from(Buffer.from(words, "hex"));
  return random.chance(0.2) ? bytes.slice(0, random.below(bytes.length + 1)) : bytes;
}

function creation(module: Module): void {
  const func = module.addFunc(new Func("creation", [], []));
  new Builder(func).at(func.addBlock()).exit("exit.deploy");
}

function helper(module: Module, index: number, random: Random, settings: IrSettings, callees: Func[]): Func {
  const types = (max: number): Type[] => Array.from({ length: random.below(max + 1) }, () => random.pick(settings.types));
  const func = module.addFunc(new Func(`helper${index}`, types(4), types(2)));
  if (random.chance(0.2)) func.inline = random.pick(["always", "never"] as const);
  const builder = new Builder(func).at(func.addBlock());
  const body = new IrBody(builder, random, settings, callees, undefined);
  body.addValues(func.params);
  addLocals(body, func, random, settings);
  body.statements(Math.ceil(settings.size / 3));
  builder.ret(func.resultTypes.map((type) => body.value(type)));
  return func;
}

function runtime(module: Module, random: Random, settings: IrSettings, callees: Func[]): void {
  const func = module.addFunc(new Func("runtime", [], []));
  const builder = new Builder(func).at(func.addBlock());
  builder.emit("mem.store", [builder.const(64, 0x40), builder.const(64, 0x80)]);
  const size = builder.const(64, IrBody.BUFFER_SIZE);
  const buffer = settings.memory ? builder.emit("mem.alloc", [size]) : undefined;
  if (buffer !== undefined) builder.emit("mem.zero", [buffer, size]);
  const body = new IrBody(builder, random, settings, callees, buffer);
  const inputs = random.between(1, 5);
  for (let i = 0; i < inputs; i++) {
    const offset = builder.const(64, 32 * i);
    body.addValues([builder.emit("calldata.load", [offset], random.pick(settings.types))]);
  }
  addLocals(body, func, random, settings);
  body.statements(settings.size);
  finish(builder, body, random);
}

function addLocals(body: IrBody, func: Func, random: Random, settings: IrSettings): void {
  if (!settings.locals) return;
  const locals: LocalId[] = Array.from({ length: random.between(1, 5) }, (_, i) => func.newLocal(`v${i}`, random.pick(settings.types)));
  body.useLocals(locals);
}

/** Returns the newest values, zero-extended, and an older one. */
function finish(builder: Builder, body: IrBody, random: Random): void {
  const results: ValueId[] = body.newest(random.between(1, 6));
  const length = builder.const(64, 32 * results.length);
  const to = builder.emit("mem.alloc", [length]);
  results.forEach((value, i) => {
    const at = i === 0 ? to : builder.emit("add.nuw", [to, builder.const(64, 32 * i)]);
    builder.emit(random.chance(0.2) ? "mem.store.s" : "mem.store", [at, value]);
  });
  builder.exit("exit.return", [to, length]);
}
