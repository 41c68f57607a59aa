/** The sections of a WebAssembly binary and what several rewritings read of them (WebAssembly 2.0, section 5.5). */
import { join, unsigned } from "./encode.js";
import { ModuleError, Reader } from "./reader.js";

export const SECTION = { CUSTOM: 0, TYPE: 1, IMPORT: 2, FUNCTION: 3, TABLE: 4, MEMORY: 5, GLOBAL: 6, EXPORT: 7, START: 8, ELEMENT: 9, CODE: 10, DATA: 11, DATA_COUNT: 12 } as const;

/** Sections in the order in which a module has them (the count of data segments lies before the code). */
const ORDER: readonly number[] = [1, 2, 3, 4, 5, 6, 7, 8, 9, 12, 10, 11];
const HEADER: readonly number[] = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00];
const FUNCTION_TYPE = 0x60;
/** The kind of an imported or exported function, memory and global. */
export const EXTERNAL = { FUNCTION: 0, MEMORY: 2, GLOBAL: 3 } as const;

export type Sections = Map<number, Uint8Array>;

/** Sections by id; custom ones are left out. Throws ModuleError. */
export function readSections(bytes: Uint8Array): Sections {
  if (!HEADER.every((b, i) => bytes[i] === b)) throw new ModuleError("this is no WebAssembly module");
  const sections: Sections = new Map<number, Uint8Array>();
  const reader = new Reader(bytes, HEADER.length);
  while (!reader.done) {
    const id = reader.byte();
    const body = reader.take(reader.u32());
    if (id === SECTION.CUSTOM) continue;
    if (!ORDER.includes(id)) throw new ModuleError(`the module has a section (${id}) that contracts must not have`);
    if (sections.has(id)) throw new ModuleError("the module has a section twice");
    sections.set(id, body);
  }
  if (sections.has(SECTION.START)) throw new ModuleError("a contract must not have a start function");
  return sections;
}

export function section(sections: Sections, id: number): Reader | undefined {
  const body = sections.get(id);
  return body && new Reader(body);
}

/** A module of these sections. */
export function writeModule(sections: Sections): Uint8Array {
  const parts: (Uint8Array | readonly number[])[] = [HEADER];
  for (const id of ORDER) {
    const body = sections.get(id);
    if (body) parts.push([id, ...unsigned(body.length)], body);
  }
  return join(parts);
}

/** A function type: value types as bytes. */
export interface FunctionType {
  readonly params: Uint8Array;
  readonly results: Uint8Array;
}

export function readTypes(reader: Reader | undefined): FunctionType[] {
  const types: FunctionType[] = [];
  if (!reader) return types;
  for (let left = reader.u32(); left > 0; left--) {
    if (reader.byte() !== FUNCTION_TYPE) throw new ModuleError("the module has a type that is no function's");
    const params = reader.take(reader.u32());
    types.push({ params, results: reader.take(reader.u32()) });
  }
  return types;
}

export interface FunctionImport {
  readonly module: string;
  readonly name: string;
  /** Index of its type. */
  readonly type: number;
}

/** Imports; a contract has those of functions only. */
export function readImports(reader: Reader | undefined): FunctionImport[] {
  const imports: FunctionImport[] = [];
  if (!reader) return imports;
  for (let left = reader.u32(); left > 0; left--) {
    const module = reader.name();
    const name = reader.name();
    if (reader.byte() !== EXTERNAL.FUNCTION) throw new ModuleError(`the import ${module}.${name} is no function`);
    imports.push({ module, name, type: reader.u32() });
  }
  return imports;
}

/** Types of the module's own functions, by index. */
export function readFunctions(reader: Reader | undefined): number[] {
  const functions: number[] = [];
  if (!reader) return functions;
  for (let left = reader.u32(); left > 0; left--) functions.push(reader.u32());
  return functions;
}

/** The limits of the one memory, in pages of 64 KiB. */
export function readMemory(reader: Reader): { readonly minimum: number; readonly maximum: number | undefined } {
  if (reader.u32() !== 1) throw new ModuleError("a contract has one memory");
  const flags = reader.byte();
  if (flags > 1) throw new ModuleError("a contract's memory is neither shared nor of 64 bits");
  const minimum = reader.u32();
  return { minimum, maximum: flags === 1 ? reader.u32() : undefined };
}

/** The bytes of a memory section with these limits. */
export function memorySection(minimum: number, maximum: number): Uint8Array {
  return Uint8Array.from([1, 1, ...unsigned(minimum), ...unsigned(maximum)]);
}
