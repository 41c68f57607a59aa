/**
 * A contract's module: the kernels' module with functions, data and exports added behind its own. Kernels keep their type, function and global indices, so that
 * their code is copied byte for byte.
 */
import { INITIAL_PAGES, MAX_PAGES } from "../../../runtime/host/abi.js";
import { KERNEL_FUNCTIONS, KERNEL_SECTIONS, kernelNames } from "../kernels.js";
import { Bytes } from "./bytes.js";
import { I32, SECTION, type WasmType } from "./opcodes.js";

const HEADER = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00];
const FUNCTION_TYPE = 0x60;
const END = 0x0b;
const EXPORT_FUNCTION = 0;
const EXPORT_MEMORY = 2;
const EXPORT_GLOBAL = 3;
const PASSIVE = 1;
const NAME_FUNCTIONS = 1;

export interface NewFunction {
  readonly name: string;
  readonly params: readonly WasmType[];
  readonly results: readonly WasmType[];
  readonly body: Bytes;
  /** Name under which it is exported. */
  readonly exported?: string;
}

export interface NewModule {
  readonly functions: readonly NewFunction[];
  /** Initialised memory, in segments before the passive ones. */
  readonly active: readonly { readonly address: number; readonly bytes: Uint8Array }[];
  readonly passive: readonly Uint8Array[];
  /** The value of the exported global `immutables`. */
  readonly immutables: number;
  /** Adds a name section. */
  readonly names: boolean;
}

export function encodeModule(module: NewModule): Uint8Array {
  const out = new Bytes().bytes(HEADER);
  const { types, indices } = encodeTypes(module.functions);
  const { functions, globals, code, data } = KERNEL_SECTIONS;
  section(out, SECTION.TYPE, types);
  section(out, SECTION.IMPORT, vector(KERNEL_SECTIONS.imports, 0, new Bytes()));
  section(
    out,
    SECTION.FUNCTION,
    vector(
      functions,
      module.functions.length,
      each(module.functions, (b, _, i) => b.u32(indices[i]!)),
    ),
  );
  section(out, SECTION.MEMORY, new Bytes().u32(1).byte(1).u32(INITIAL_PAGES).u32(MAX_PAGES));
  section(out, SECTION.GLOBAL, vector(globals, 1, new Bytes().byte(I32).byte(0).byte(0x41).i32(module.immutables).byte(END)));
  section(out, SECTION.EXPORT, encodeExports(module, globals.count));
  const segments = module.active.length + module.passive.length;
  section(out, SECTION.DATA_COUNT, new Bytes().u32(data.count + segments));
  section(
    out,
    SECTION.CODE,
    vector(
      code,
      module.functions.length,
      each(module.functions, (b, f) => b.u32(f.body.length).append(f.body)),
    ),
  );
  section(out, SECTION.DATA, vector(data, segments, encodeData(module)));
  if (module.names) section(out, SECTION.CUSTOM, encodeNames(module.functions));
  return out.toBytes();
}

/** Appends a custom section to a module. */
export function appendCustomSection(module: Uint8Array, name: string, content: Uint8Array): Uint8Array {
  const out = new Bytes().bytes(module);
  section(out, SECTION.CUSTOM, new Bytes().name(name).bytes(content));
  return out.toBytes();
}

function section(out: Bytes, id: number, content: Bytes): void {
  out.byte(id).u32(content.length).append(content);
}

/** The kernels' elements, then `count` new ones. */
function vector(kernels: { readonly count: number; readonly elements: Uint8Array }, count: number, added: Bytes): Bytes {
  return new Bytes()
    .u32(kernels.count + count)
    .bytes(kernels.elements)
    .append(added);
}

function each<T>(list: readonly T[], write: (out: Bytes, item: T, index: number) => void): Bytes {
  const out = new Bytes();
  list.forEach((item, i) => write(out, item, i));
  return out;
}

/** Function types behind the kernels', each once. */
function encodeTypes(list: readonly NewFunction[]): { types: Bytes; indices: number[] } {
  const known = new Map<string, number>();
  const added = new Bytes();
  const indices = list.map(({ params, results }) => {
    const key = `${params.join()}>${results.join()}`;
    let index = known.get(key);
    if (index === undefined) {
      index = KERNEL_SECTIONS.types.count + known.size;
      known.set(key, index);
      added.byte(FUNCTION_TYPE).u32(params.length).bytes(params).u32(results.length).bytes(results);
    }
    return index;
  });
  return { types: vector(KERNEL_SECTIONS.types, known.size, added), indices };
}

function encodeExports(module: NewModule, immutables: number): Bytes {
  const exported = module.functions.flatMap((f, i) => (f.exported === undefined ? [] : [{ name: f.exported, index: KERNEL_FUNCTIONS + i }]));
  const out = new Bytes().u32(exported.length + 2);
  out.name("memory").byte(EXPORT_MEMORY).u32(0);
  out.name("immutables").byte(EXPORT_GLOBAL).u32(immutables);
  for (const { name, index } of exported) out.name(name).byte(EXPORT_FUNCTION).u32(index);
  return out;
}

function encodeData(module: NewModule): Bytes {
  const out = new Bytes();
  for (const { address, bytes } of module.active) out.byte(0).byte(0x41).i32(address).byte(END).u32(bytes.length).bytes(bytes);
  for (const bytes of module.passive) out.byte(PASSIVE).u32(bytes.length).bytes(bytes);
  return out;
}

/** Function names, for text and traces. */
function encodeNames(list: readonly NewFunction[]): Bytes {
  const names = [...kernelNames(), ...list.map((f, i): [number, string] => [KERNEL_FUNCTIONS + i, f.name])].sort(([a], [b]) => a - b);
  const map = new Bytes().u32(names.length);
  for (const [index, name] of names) map.u32(index).name(name);
  return new Bytes().name("name").byte(NAME_FUNCTIONS).u32(map.length).append(map);
}
