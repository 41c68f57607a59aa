/**
 * Makes a hand-written module safe to run: it counts its own gas, cannot outgrow a memory limit, and shows its mutable globals so that an
 * instance can be reset.
 *
 *   (func (loop (br 0)))   ==>   (global $gas (export "supervm:gas") (mut i64) ...)
 *                                (func <charge 3> (loop <charge 2> (br 0)))
 *   <charge n>:  gas := gas - n; if gas < 0: unreachable
 *
 * A charge covers the instructions up to the next place where control can arrive or leave, so that every path pays for exactly what
 * it runs, ahead of running it. Growing memory, copying and filling pay by the byte. Nothing else of the module changes: the new global is
 * the last, so no index moves, and the new local of each function is its last. Price: a load, a store and a test of a global at each charge.
 */
import { OP, readInstruction } from "./instructions.js";
import { ModuleError, nameBytes, Reader, signed, unsigned } from "./reader.js";

/** Export names of the instrumentation; no contract may use them. */
export const RESERVED = "supervm:";
export const GAS_EXPORT = `${RESERVED}gas`;
/** Most pages of memory (64 KiB each) that a contract may have. */
export const MAX_PAGES = 256;
/** Gas of an instruction; memory costs a unit for 2^MEMORY_SHIFT bytes. */
const MEMORY_SHIFT = 5;
const PAGE_SHIFT = 16;

const SECTION = { CUSTOM: 0, TYPE: 1, IMPORT: 2, FUNCTION: 3, MEMORY: 5, GLOBAL: 6, EXPORT: 7, START: 8, CODE: 10 } as const;
/** Sections in the order in which a module has them (12, the count of data segments, lies before the code). */
const ORDER = [1, 2, 3, 4, 5, 6, 7, 8, 9, 12, 10, 11];

interface Facts {
  /** Parameters of each type. */
  readonly parameters: number[];
  /** Types of the module's own functions. */
  readonly functions: number[];
  globals: number;
  readonly mutableGlobals: number[];
}

/** The instrumented module, and the exports that hold its mutable globals. Throws ModuleError. */
export function instrument(bytes: Uint8Array): { readonly bytes: Uint8Array; readonly globals: readonly string[] } {
  const header = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00];
  if (!header.every((b, i) => bytes[i] === b)) throw new ModuleError("this is no WebAssembly module");
  const sections = readSections(bytes);
  if (sections.has(SECTION.START)) throw new ModuleError("a contract must not have a start function");
  const facts: Facts = { parameters: [], functions: [], globals: 0, mutableGlobals: [] };
  readTypes(section(sections, SECTION.TYPE), facts);
  checkImports(section(sections, SECTION.IMPORT));
  readFunctions(section(sections, SECTION.FUNCTION), facts);
  const memory = section(sections, SECTION.MEMORY);
  if (memory) sections.set(SECTION.MEMORY, limitMemory(memory));
  sections.set(SECTION.GLOBAL, addGasGlobal(section(sections, SECTION.GLOBAL), facts));
  const globals = facts.mutableGlobals.map((index) => `${RESERVED}global:${index}`);
  sections.set(SECTION.EXPORT, addExports(section(sections, SECTION.EXPORT), facts, globals));
  const code = section(sections, SECTION.CODE);
  if (code) sections.set(SECTION.CODE, meterCode(code, facts));
  const parts: Uint8Array[] = [Uint8Array.from(header)];
  for (const id of ORDER) {
    const body = sections.get(id);
    if (body) parts.push(Uint8Array.from([id, ...unsigned(body.length)]), body);
  }
  return { bytes: Uint8Array.from(Buffer.concat(parts)), globals };
}

/** Sections by id; custom ones are left out. */
function readSections(bytes: Uint8Array): Map<number, Uint8Array> {
  const sections = new Map<number, Uint8Array>();
  const reader = new Reader(bytes, 8);
  while (!reader.done) {
    const id = reader.byte();
    const body = reader.take(reader.u32());
    if (id === SECTION.CUSTOM) continue;
    if (!ORDER.includes(id)) throw new ModuleError(`the module has a section (${id}) that contracts must not have`);
    if (sections.has(id)) throw new ModuleError("the module has a section twice");
    sections.set(id, body);
  }
  return sections;
}

function section(sections: ReadonlyMap<number, Uint8Array>, id: number): Reader | undefined {
  const body = sections.get(id);
  return body && new Reader(body);
}

function readTypes(reader: Reader | undefined, facts: Facts): void {
  if (!reader) return;
  for (let left = reader.u32(); left > 0; left--) {
    if (reader.byte() !== 0x60) throw new ModuleError("the module has a type that is no function's");
    const parameters = reader.u32();
    reader.take(parameters);
    reader.take(reader.u32());
    facts.parameters.push(parameters);
  }
}

function checkImports(reader: Reader | undefined): void {
  if (!reader) return;
  for (let left = reader.u32(); left > 0; left--) {
    const name = `${reader.name()}.${reader.name()}`;
    if (reader.byte() !== 0) throw new ModuleError(`the import ${name} is no function`);
    reader.u32();
  }
}

function readFunctions(reader: Reader | undefined, facts: Facts): void {
  if (!reader) return;
  for (let left = reader.u32(); left > 0; left--) facts.functions.push(reader.u32());
}

function limitMemory(reader: Reader): Uint8Array {
  if (reader.u32() !== 1) throw new ModuleError("a contract has one memory");
  const flags = reader.byte();
  if (flags > 1) throw new ModuleError("a contract's memory is neither shared nor of 64 bits");
  const minimum = reader.u32();
  const maximum = flags === 1 ? Math.min(reader.u32(), MAX_PAGES) : MAX_PAGES;
  if (minimum > MAX_PAGES) throw new ModuleError(`a contract's memory has at most ${MAX_PAGES} pages`);
  return Uint8Array.from([1, 1, ...unsigned(minimum), ...unsigned(maximum)]);
}

function addGasGlobal(reader: Reader | undefined, facts: Facts): Uint8Array {
  const parts: Uint8Array[] = [];
  if (reader) {
    facts.globals = reader.u32();
    const start = reader.at;
    for (let index = 0; index < facts.globals; index++) {
      reader.byte();
      if (reader.byte() === 1) facts.mutableGlobals.push(index);
      while (readInstruction(reader).op !== OP.END);
    }
    parts.push(reader.bytes.subarray(start, reader.at));
  }
  return Uint8Array.from(Buffer.concat([Uint8Array.from(unsigned(facts.globals + 1)), ...parts, Uint8Array.of(OP.I64, 1, OP.I64_CONST, 0, OP.END)]));
}

function addExports(reader: Reader | undefined, facts: Facts, globals: readonly string[]): Uint8Array {
  if (!reader) throw new ModuleError("the module exports nothing");
  const count = reader.u32();
  const start = reader.at;
  for (let left = count; left > 0; left--) {
    const name = reader.name();
    if (name.startsWith(RESERVED)) throw new ModuleError(`the export ${name} has a reserved name`);
    reader.byte();
    reader.u32();
  }
  const added = [GAS_EXPORT, ...globals];
  const indexes = [facts.globals, ...facts.mutableGlobals];
  const bytes = added.flatMap((name, i) => [...nameBytes(name), 3, ...unsigned(indexes[i]!)]);
  return Uint8Array.from(Buffer.concat([Uint8Array.from(unsigned(count + added.length)), reader.bytes.subarray(start, reader.at), Uint8Array.from(bytes)]));
}

function meterCode(reader: Reader, facts: Facts): Uint8Array {
  const count = reader.u32();
  const bodies: Uint8Array[] = [Uint8Array.from(unsigned(count))];
  for (let i = 0; i < count; i++) {
    const type = facts.functions[i];
    const parameters = type === undefined ? undefined : facts.parameters[type];
    if (parameters === undefined) throw new ModuleError("a function of the module has no type");
    const body = meterFunction(new Reader(reader.take(reader.u32())), parameters, facts.globals);
    bodies.push(Uint8Array.from(unsigned(body.length)), body);
  }
  return Uint8Array.from(Buffer.concat(bodies));
}

/** One function body: its locals with one more, its instructions with charges. */
function meterFunction(reader: Reader, parameters: number, gas: number): Uint8Array {
  const groups = reader.u32();
  const groupsStart = reader.at;
  let locals = parameters;
  for (let i = 0; i < groups; i++) {
    locals += reader.u32();
    reader.byte();
  }
  const parts: Uint8Array[] = [Uint8Array.from(unsigned(groups + 1)), reader.bytes.subarray(groupsStart, reader.at), Uint8Array.of(1, OP.I32)];
  let segment = reader.at;
  let segmentParts: Uint8Array[] = [];
  let cost = 0;
  const flush = (): void => {
    if (cost > 0) parts.push(charge(gas, [OP.I64_CONST, ...signed(cost)]));
    parts.push(...segmentParts, reader.bytes.subarray(segment, reader.at));
    segment = reader.at;
    segmentParts = [];
    cost = 0;
  };
  while (!reader.done) {
    const start = reader.at;
    const { role } = readInstruction(reader);
    cost += 1;
    if (role === "boundary") flush();
    else if (role !== "plain") {
      segmentParts.push(reader.bytes.subarray(segment, start), chargeLength(gas, locals, role === "grow" ? [OP.I64_SHL, PAGE_SHIFT - MEMORY_SHIFT] : [OP.I64_SHR_U, MEMORY_SHIFT]));
      segment = start;
    }
  }
  flush();
  return Uint8Array.from(Buffer.concat(parts));
}

/** gas := gas - amount; trap where it is negative. */
function charge(gas: number, amount: readonly number[]): Uint8Array {
  const index = unsigned(gas);
  return Uint8Array.from([
    ...[OP.GLOBAL_GET, ...index, ...amount, OP.I64_SUB, OP.GLOBAL_SET, ...index],
    ...[OP.GLOBAL_GET, ...index, OP.I64_CONST, 0, OP.I64_LT_S, OP.IF, OP.VOID, OP.UNREACHABLE, OP.END],
  ]);
}

/** Charges for the i32 on top of the stack, shifted, and leaves it there. */
function chargeLength(gas: number, local: number, [shift, by]: readonly [number, number]): Uint8Array {
  const index = unsigned(local);
  const amount = charge(gas, [OP.LOCAL_GET, ...index, OP.I64_EXTEND_I32_U, OP.I64_CONST, by, shift]);
  return Uint8Array.from([OP.LOCAL_SET, ...index, ...amount, OP.LOCAL_GET, ...index]);
}
