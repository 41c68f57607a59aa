/**
 * What a module of the compiled family must be (docs/host-abi.md, sections 1 and 3) before the guard rewrites it: its sections read, and checked
 * against the ABI and the guard's limits. Everything that is refused is named.
 */
import { HOST_MODULE, INITIAL_PAGES, MACHINE_BASE, MAX_IMMUTABLES, STATIC_DATA } from "../abi.js";
import { OP, readInstruction, TYPE } from "../wasm/instructions.js";
import { ModuleError, Reader } from "../wasm/reader.js";
import { EXTERNAL, readFunctions, readImports, readMemory, readTypes, SECTION, section, type FunctionImport, type FunctionType, type Sections } from "../wasm/sections.js";
import { LIMITS } from "./limits.js";
import { IMPORT_RULES } from "./prices.js";

/** One of the module's globals. */
export interface GlobalShape {
  readonly type: number;
  readonly mutable: boolean;
  /** The initialising expression without its end. */
  readonly initial: Uint8Array;
}

export interface ModuleShape {
  readonly types: readonly FunctionType[];
  readonly imports: readonly FunctionImport[];
  /** Types of the module's own functions. */
  readonly functions: readonly number[];
  readonly globals: readonly GlobalShape[];
  /** Function indices of the exports `create` and `call`. */
  readonly create: number;
  readonly call: number;
  /** Index of the global `immutables`, and its value. */
  readonly immutablesGlobal: number | undefined;
  readonly immutables: number;
  readonly maximumPages: number | undefined;
  readonly segments: number;
}

const refuse = (reason: string): never => {
  throw new ModuleError(reason);
};

const atMost = (count: number, limit: number, what: string): void => {
  if (count > limit) refuse(`the module has ${count} ${what}; at most ${limit} are allowed`);
};

/** Reads and checks a module. Throws ModuleError. */
export function readShape(sections: Sections): ModuleShape {
  if (sections.has(SECTION.TABLE) || sections.has(SECTION.ELEMENT)) refuse("a contract has no table");
  const types = readTypes(section(sections, SECTION.TYPE));
  atMost(types.length, LIMITS.TYPES, "types");
  for (const type of types) checkType(type);
  const imports = readImports(section(sections, SECTION.IMPORT));
  for (const entry of imports) checkImport(entry, types);
  const functions = readFunctions(section(sections, SECTION.FUNCTION));
  atMost(functions.length, LIMITS.FUNCTIONS, "functions");
  const memory = readMemory(section(sections, SECTION.MEMORY) ?? refuse("a contract has a memory"));
  if (memory.minimum !== INITIAL_PAGES) refuse(`a contract's memory begins with ${INITIAL_PAGES} page, this one's with ${memory.minimum}`);
  const globals = readGlobals(section(sections, SECTION.GLOBAL));
  const segments = checkData(section(sections, SECTION.DATA));
  return { types, imports, functions, globals, maximumPages: memory.maximum, segments, ...readExports(section(sections, SECTION.EXPORT), { types, imports, functions, globals }) };
}

function checkType({ params, results }: FunctionType): void {
  atMost(params.length, LIMITS.PARAMETERS, "parameters in one function");
  atMost(results.length, LIMITS.RESULTS, "results of one function");
  for (const type of [...params, ...results]) requireInteger(type);
}

/** Numbers and vectors; references and floating point are no values of a contract. */
export function requireInteger(type: number): void {
  if (type !== TYPE.I32 && type !== TYPE.I64 && type !== TYPE.V128) refuse(`the value type 0x${type.toString(16)} is not available to contracts`);
}

const isAll32 = (types: Uint8Array, count: number): boolean => types.length === count && types.every((t) => t === TYPE.I32);

function checkImport({ module, name, type }: FunctionImport, types: readonly FunctionType[]): void {
  const rule = module === HOST_MODULE ? IMPORT_RULES.get(name) : undefined;
  if (!rule) return refuse(`there is no import ${module}.${name}`);
  const { params, results } = types[type]!;
  if (!isAll32(params, rule.parameters) || !isAll32(results, rule.result ? 1 : 0)) refuse(`the import ${module}.${name} has another type`);
}

function readGlobals(reader: Reader | undefined): GlobalShape[] {
  const globals: GlobalShape[] = [];
  if (!reader) return globals;
  const count = reader.u32();
  atMost(count, LIMITS.GLOBALS, "globals");
  for (let i = 0; i < count; i++) {
    const type = reader.byte();
    requireInteger(type);
    const mutable = reader.byte() === 1;
    const start = reader.at;
    const { op } = readInstruction(reader);
    const initial = reader.bytes.slice(start, reader.at);
    if (op === OP.GLOBAL_GET || readInstruction(reader).op !== OP.END) refuse("a global of the module does not begin with a constant");
    globals.push({ type, mutable, initial });
  }
  return globals;
}

/** The number of segments. Active ones lie in the module's own area, or the host's cells would not be what the host wrote. */
function checkData(reader: Reader | undefined): number {
  if (!reader) return 0;
  const count = reader.u32();
  atMost(count, LIMITS.SEGMENTS, "segments of data");
  for (let i = 0; i < count; i++) {
    const flags = reader.u32();
    let at = STATIC_DATA;
    if (flags !== 1) {
      if (flags === 2) reader.u32();
      const { op, immediate } = readInstruction(reader);
      if (op !== OP.I32_CONST) refuse("a segment of data does not lie at a constant address");
      at = immediate >>> 0;
      reader.byte();
    }
    const length = reader.u32();
    reader.take(length);
    if (flags !== 1 && (at < STATIC_DATA || at + length > MACHINE_BASE)) refuse(`a segment of data at ${at} is outside the module's area`);
  }
  return count;
}

interface Exports {
  readonly create: number;
  readonly call: number;
  readonly immutablesGlobal: number | undefined;
  readonly immutables: number;
}

function readExports(reader: Reader | undefined, { types, imports, functions, globals }: Pick<ModuleShape, "types" | "imports" | "functions" | "globals">): Exports {
  const found = new Map<string, { readonly kind: number; readonly index: number }>();
  if (reader)
    for (let left = reader.u32(); left > 0; left--) {
      const name = reader.name();
      const kind = reader.byte();
      found.set(name, { kind, index: reader.u32() });
    }
  if (found.get("memory")?.kind !== EXTERNAL.MEMORY) refuse("the module does not export its memory as 'memory'");
  const entry = (name: string): number => {
    const { kind, index } = found.get(name) ?? refuse(`the module does not export the function '${name}'`);
    const type = types[functions[index - imports.length] ?? -1];
    if (kind !== EXTERNAL.FUNCTION || !type || !isAll32(type.params, 0) || !isAll32(type.results, 1))
      refuse(`the export '${name}' is no function of the module with the type () -> i32`);
    return index;
  };
  const [create, call] = [entry("create"), entry("call")];
  const immutables = found.get("immutables");
  if (!immutables) return { create, call, immutablesGlobal: undefined, immutables: 0 };
  const global = immutables.kind === EXTERNAL.GLOBAL ? globals[immutables.index] : undefined;
  if (!global || global.mutable || global.type !== TYPE.I32) return refuse("the export 'immutables' is no immutable i32 global");
  return { create, call, immutablesGlobal: immutables.index, immutables: countOf(global) };
}

function countOf({ initial }: GlobalShape): number {
  const { immediate } = readInstruction(new Reader(initial));
  if (immediate < 0 || immediate > MAX_IMMUTABLES) refuse(`the module has ${immediate} immutables; at most ${MAX_IMMUTABLES} are allowed`);
  return immediate;
}
