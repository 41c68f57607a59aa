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
import { join, nameBytes, signed, unsigned } from "../wasm/encode.js";
import { OP, readInstruction, TYPE } from "../wasm/instructions.js";
import { ModuleError, Reader } from "../wasm/reader.js";
import { memorySection, readFunctions, readMemory, readSections, readTypes, SECTION, section, writeModule } from "../wasm/sections.js";
import { readPublished } from "./roles.js";
import { readSignatures, type Signature } from "./signatures.js";

/** Export names of the instrumentation; no contract may use them. */
export const RESERVED = "supervm:";
export const GAS_EXPORT = `${RESERVED}gas`;
/** Most pages of memory (64 KiB each) that a contract may have. */
export const MAX_PAGES = 256;
/** Gas of an instruction; memory costs a unit for 2^MEMORY_SHIFT bytes. */
const MEMORY_SHIFT = 5;
const PAGE_SHIFT = 16;

interface Facts {
  /** Parameters of each type. */
  readonly parameters: number[];
  /** Types of the module's own functions. */
  readonly functions: number[];
  globals: number;
  readonly mutableGlobals: number[];
}

export interface Instrumented {
  readonly bytes: Uint8Array;
  /** Exports that hold the module's mutable globals. */
  readonly globals: readonly string[];
  /** The module's exported functions. */
  readonly functions: ReadonlyMap<string, Signature>;
}

/** The instrumented module and what is known of it. Throws ModuleError. */
export function instrument(bytes: Uint8Array): Instrumented {
  const sections = readSections(bytes);
  const functions = readSignatures(sections);
  const types = readTypes(section(sections, SECTION.TYPE));
  const facts: Facts = { parameters: types.map((t) => t.params.length), functions: readFunctions(section(sections, SECTION.FUNCTION)), globals: 0, mutableGlobals: [] };
  const memory = section(sections, SECTION.MEMORY);
  if (memory) sections.set(SECTION.MEMORY, limitMemory(memory));
  sections.set(SECTION.GLOBAL, addGasGlobal(section(sections, SECTION.GLOBAL), facts));
  const globals = facts.mutableGlobals.map((index) => `${RESERVED}global:${index}`);
  sections.set(SECTION.EXPORT, addExports(section(sections, SECTION.EXPORT), facts, globals));
  const code = section(sections, SECTION.CODE);
  if (code) sections.set(SECTION.CODE, meterCode(code, facts));
  return { bytes: writeModule(sections), globals, functions };
}

function limitMemory(reader: Reader): Uint8Array {
  const { minimum, maximum } = readMemory(reader);
  if (minimum > MAX_PAGES) throw new ModuleError(`a contract's memory has at most ${MAX_PAGES} pages`);
  return memorySection(minimum, Math.min(maximum ?? MAX_PAGES, MAX_PAGES));
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
  return join([Uint8Array.from(unsigned(facts.globals + 1)), ...parts, Uint8Array.of(TYPE.I64, 1, OP.I64_CONST, 0, OP.END)]);
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
  return join([Uint8Array.from(unsigned(count + added.length)), reader.bytes.subarray(start, reader.at), Uint8Array.from(bytes)]);
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
  return join(bodies);
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
  const parts: Uint8Array[] = [Uint8Array.from(unsigned(groups + 1)), reader.bytes.subarray(groupsStart, reader.at), Uint8Array.of(1, TYPE.I32)];
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
    const { role } = readPublished(reader);
    cost += 1;
    if (role === "boundary") flush();
    else if (role !== "plain") {
      segmentParts.push(reader.bytes.subarray(segment, start), chargeLength(gas, locals, role === "grow" ? [OP.I64_SHL, PAGE_SHIFT - MEMORY_SHIFT] : [OP.I64_SHR_U, MEMORY_SHIFT]));
      segment = start;
    }
  }
  flush();
  return join(parts);
}

/** gas := gas - amount; trap where it is negative. */
function charge(gas: number, amount: readonly number[]): Uint8Array {
  const index = unsigned(gas);
  return Uint8Array.from([
    ...[OP.GLOBAL_GET, ...index, ...amount, OP.I64_SUB, OP.GLOBAL_SET, ...index],
    ...[OP.GLOBAL_GET, ...index, OP.I64_CONST, 0, OP.I64_LT_S, OP.IF, TYPE.VOID, OP.UNREACHABLE, OP.END],
  ]);
}

/** Charges for the i32 on top of the stack, shifted, and leaves it there. */
function chargeLength(gas: number, local: number, [shift, by]: readonly [number, number]): Uint8Array {
  const index = unsigned(local);
  const amount = charge(gas, [OP.LOCAL_GET, ...index, OP.I64_EXTEND_I32_U, OP.I64_CONST, by, shift]);
  return Uint8Array.from([OP.LOCAL_SET, ...index, ...amount, OP.LOCAL_GET, ...index]);
}
