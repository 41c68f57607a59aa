/**
 * Makes a module of the compiled family safe to run whoever made it (docs/host-abi.md, section 6): it ends after a bounded time, and its activations
 * cannot see each other.
 *
 *   (func (export "call") (result i32) (loop (br 0)) ...)   ==>   each round counts down a budget that the module cannot name; at its end the
 *                                                                 activation is out of gas
 *
 * A contract that meters itself as compiled ones do never notices: a gas buys less than TICKS_PER_GAS ticks of its code, so that its gas ends
 * first, and what the guard forbids it never does. Results and gas are the same with and without; tests compare.
 *
 * Safe: the module is valid before it is rewritten; its indices stay, since all that is added comes behind its own functions, types, globals and locals. The
 * identity of code is that of the module as it was deployed. The same module gives the same bytes everywhere.
 */
import { MAX_PAGES } from "../abi.js";
import { join, nameBytes, sized, unsigned, vector } from "../wasm/encode.js";
import { OP, TYPE, type Instruction } from "../wasm/instructions.js";
import { ModuleError, Reader } from "../wasm/reader.js";
import { EXTERNAL, memorySection, readSections, SECTION, section, writeModule, type Sections } from "../wasm/sections.js";
import { Additions, GUARD_EXPORT, type GuardGlobals } from "./additions.js";
import { callGraph, readBody, type Body, type CallGraph } from "./call-graph.js";
import { rewriteFunction, type Surroundings } from "./function.js";
import { IMPORT_RULES, importTicks, STRETCH } from "./prices.js";
import { readShape, type ModuleShape } from "./shape.js";

/** The guarded module. Throws ModuleError, with the reason, for one that contracts must not be. */
export function guardModule(bytes: Uint8Array): Uint8Array {
  if (!WebAssembly.validate(bytes)) throw invalid(bytes);
  const { sections, shape, bodies } = readModule(bytes);
  new Guard(sections, shape, bodies).rewrite();
  return writeModule(sections);
}

function readModule(bytes: Uint8Array): { readonly sections: Sections; readonly shape: ModuleShape; readonly bodies: readonly Body[] } {
  const sections = readSections(bytes);
  const shape = readShape(sections);
  return { sections, shape, bodies: readBodies(section(sections, SECTION.CODE), shape.imports.length) };
}

/**
 * Why an engine refuses a module: because of something that contracts must not use, if that can be said, for other engines may know it. Only valid modules
 * are rewritten: one that named the guard's own globals would be valid once these are added.
 */
function invalid(bytes: Uint8Array): ModuleError {
  try {
    readModule(bytes);
    new WebAssembly.Module(bytes);
  } catch (error) {
    if (error instanceof ModuleError) return error;
    if (error instanceof Error) return new ModuleError(`the module is not valid: ${error.message}`);
  }
  return new ModuleError("the module is not valid");
}

function readBodies(reader: Reader | undefined, imported: number): Body[] {
  if (!reader) return [];
  const bodies: Body[] = [];
  for (let left = reader.u32(); left > 0; left--) bodies.push(readBody(reader.take(reader.u32()), imported));
  return bodies;
}

class Guard implements Surroundings {
  readonly types;
  readonly imported: number;
  readonly immutables: number;
  readonly grow: number;
  readonly touch: number;
  readonly budgetGlobal: number;
  readonly limitGlobal: number;
  private readonly depthGlobal: number;
  private readonly graph: CallGraph;
  private readonly additions: Additions;
  /** What stands in for an import, or for a function in a circle. */
  private readonly standIns = new Map<number, number>();
  private readonly left: Int32Array;
  /** The highest fixed offset of the machine's memory that is stored to. */
  private fixed = 0;

  constructor(
    private readonly sections: Sections,
    private readonly shape: ModuleShape,
    private readonly bodies: readonly Body[],
  ) {
    const { types, imports, functions, globals } = shape;
    this.types = types;
    this.imported = imports.length;
    this.immutables = shape.immutables;
    const added: GuardGlobals = { budget: globals.length, limit: globals.length + 1, depth: globals.length + 2 };
    this.budgetGlobal = added.budget;
    this.limitGlobal = added.limit;
    this.depthGlobal = added.depth;
    this.additions = new Additions(imports.length + functions.length, added);
    ({ grow: this.grow, touch: this.touch } = this.additions);
    this.graph = callGraph(bodies);
    this.left = new Int32Array(functions.length).fill(STRETCH);
    imports.forEach(({ name }, i) => this.standIns.set(i, this.additions.standIn(i, IMPORT_RULES.get(name)!)));
    functions.forEach((type, i) => {
      if (this.graph.circle[i] !== -1) this.standIns.set(this.imported + i, this.additions.nested(this.imported + i, types[type]!));
    });
  }

  typeOf(func: number): number {
    return func < this.imported ? this.shape.imports[func]!.type : this.shape.functions[func - this.imported]!;
  }

  importTicks(func: number): number {
    return importTicks(IMPORT_RULES.get(this.shape.imports[func]!.name)!);
  }

  calledAs(func: number): number {
    return this.standIns.get(func) ?? func;
  }

  leftBy(func: number): number {
    return this.left[func - this.imported]!;
  }

  bulk({ op, immediate }: Instruction): number {
    if (op === OP.MEMORY_COPY) return this.additions.copy;
    return op === OP.MEMORY_FILL ? this.additions.fill : this.additions.init(immediate);
  }

  noteFixed(offset: number): void {
    this.fixed = Math.max(this.fixed, offset);
  }

  /** Puts the rewritten sections in the place of the module's. */
  rewrite(): void {
    const { sections, shape } = this;
    const bodies: Uint8Array[] = [];
    for (const i of this.graph.order) {
      const type = this.types[shape.functions[i]!]!;
      const { bytes, left } = rewriteFunction(this.bodies[i]!, type, this.graph.circle[i] !== -1, this);
      bodies[i] = sized(bytes);
      this.left[i] = left;
    }
    const create = this.additions.entry(shape.create, this.fixed, shape.globals);
    const call = this.additions.entry(shape.call, this.fixed, shape.globals);
    const added = this.additions.sections(this.types.length);
    sections.set(SECTION.TYPE, extended(section(sections, SECTION.TYPE), added.types));
    sections.set(SECTION.FUNCTION, extended(section(sections, SECTION.FUNCTION), added.functions));
    sections.set(SECTION.MEMORY, memorySection(1, Math.min(shape.maximumPages ?? MAX_PAGES, MAX_PAGES)));
    sections.set(SECTION.GLOBAL, extended(section(sections, SECTION.GLOBAL), [mutable(TYPE.I64, OP.I64_CONST), mutable(TYPE.I32, OP.I32_CONST), mutable(TYPE.I32, OP.I32_CONST)]));
    sections.set(SECTION.EXPORT, this.exports(create, call));
    sections.set(SECTION.CODE, vector([...bodies, ...added.bodies]));
  }

  /** The exports of the ABI and the guard's, no others. */
  private exports(create: number, call: number): Uint8Array {
    const { immutablesGlobal } = this.shape;
    const entry = (name: string, kind: number, index: number): Uint8Array => join([nameBytes(name), [kind, ...unsigned(index)]]);
    const list = [entry("memory", EXTERNAL.MEMORY, 0), entry("create", EXTERNAL.FUNCTION, create), entry("call", EXTERNAL.FUNCTION, call)];
    if (immutablesGlobal !== undefined) list.push(entry("immutables", EXTERNAL.GLOBAL, immutablesGlobal));
    list.push(entry(GUARD_EXPORT.BUDGET, EXTERNAL.GLOBAL, this.budgetGlobal), entry(GUARD_EXPORT.DEPTH, EXTERNAL.GLOBAL, this.depthGlobal));
    return vector(list);
  }
}

/** A mutable global that is zero at first. */
function mutable(type: number, constant: number): Uint8Array {
  return Uint8Array.of(type, 1, constant, 0, OP.END);
}

/** A vector with more elements behind its own. */
function extended(reader: Reader | undefined, added: readonly Uint8Array[]): Uint8Array {
  if (!reader) return vector(added);
  const count = reader.u32();
  return join([unsigned(count + added.length), reader.bytes.subarray(reader.at), ...added]);
}
