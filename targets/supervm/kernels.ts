/** The kernels as the backend sees them: where their functions and globals are, and the sections to which a contract's are added. */
import { InternalError } from "../../compiler/diagnostics/diagnostic.js";
import { KERNELS } from "./kernels.gen.js";
import { SECTION } from "./wasm/opcodes.js";
import { exportIndices, importNames, readSections, splitVector } from "./wasm/reader.js";

interface Vector {
  readonly count: number;
  readonly elements: Uint8Array;
}

const FUNCTION = 0;
const GLOBAL = 3;

const bytes = new Uint8Array(Buffer.from(KERNELS, "base64"));
const sections = readSections(bytes);
const vector = (id: number): Vector => splitVector(sections.find((s) => s.id === id));
const imports = importNames(sections);
const functions = exportIndices(sections, FUNCTION);
const globals = exportIndices(sections, GLOBAL);

/** Sections of the kernels' module, each a vector. */
export const KERNEL_SECTIONS = {
  types: vector(SECTION.TYPE),
  imports: vector(SECTION.IMPORT),
  functions: vector(SECTION.FUNCTION),
  globals: vector(SECTION.GLOBAL),
  code: vector(SECTION.CODE),
  data: vector(SECTION.DATA),
} as const;

/** Functions of the kernels' module, imports included: the index of the first function behind them. */
export const KERNEL_FUNCTIONS = KERNEL_SECTIONS.imports.count + KERNEL_SECTIONS.functions.count;

function find(indices: ReadonlyMap<string, number>, name: string): number {
  const index = indices.get(name);
  if (index === undefined) throw new InternalError(`the kernels have no '${name}': run the kernels' build`);
  return index;
}

const importIndices = new Map(imports.map((name, i) => [name, i]));

/** Function index of a kernel. */
export const kernel = (name: string): number => find(functions, name);
/** Global index of a kernels' global. */
export const kernelGlobal = (name: string): number => find(globals, name);
/** Function index of a host import. */
export const hostImport = (name: string): number => find(importIndices, name);

/** The kernels' module itself, for tests. */
export const kernelModule = (): Uint8Array => bytes.slice();
/** Function names by index, for the name section. */
export function kernelNames(): Map<number, string> {
  const names = new Map([...functions].map(([name, index]) => [index, `kernel.${name}`]));
  imports.forEach((name, index) => names.set(index, `host.${name}`));
  return names;
}
