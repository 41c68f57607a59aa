/** The functions that a module exports, with the types of their parameters: the engine would take any value for any of them and make it fit. */
import { readFunctions, readImports, readTypes, EXTERNAL, SECTION, section, type Sections } from "../wasm/sections.js";
import { TYPE } from "../wasm/instructions.js";

export type ValueType = "i32" | "i64" | "other";

export interface Signature {
  readonly params: readonly ValueType[];
  readonly results: readonly ValueType[];
}

/** Exported functions by name. Of a module that is not valid it may know fewer. Throws ModuleError where a section is cut off. */
export function readSignatures(sections: Sections): ReadonlyMap<string, Signature> {
  const signatures = new Map<string, Signature>();
  const types = readTypes(section(sections, SECTION.TYPE));
  const functions = [...readImports(section(sections, SECTION.IMPORT)).map((one) => one.type), ...readFunctions(section(sections, SECTION.FUNCTION))];
  const reader = section(sections, SECTION.EXPORT);
  for (let left = reader?.u32() ?? 0; reader && left > 0; left--) {
    const name = reader.name();
    const kind = reader.byte();
    const type = types[functions[reader.u32()] ?? -1];
    if (kind === EXTERNAL.FUNCTION && type) signatures.set(name, { params: valueTypes(type.params), results: valueTypes(type.results) });
  }
  return signatures;
}

function valueTypes(bytes: Uint8Array): ValueType[] {
  return [...bytes].map((byte) => (byte === TYPE.I32 ? "i32" : byte === TYPE.I64 ? "i64" : "other"));
}

/** True where the values are what the parameters take: of i32 whole numbers and of i64 bigints, signed or unsigned. */
export function fits({ params }: Signature, values: readonly (number | bigint)[]): boolean {
  return values.length === params.length && params.every((type, i) => fitsOne(type, values[i]!));
}

function fitsOne(type: ValueType, value: number | bigint): boolean {
  if (type === "i32") return typeof value === "number" && Number.isInteger(value) && value >= -(2 ** 31) && value < 2 ** 32;
  return type === "i64" && typeof value === "bigint" && value >= -(2n ** 63n) && value < 2n ** 64n;
}
