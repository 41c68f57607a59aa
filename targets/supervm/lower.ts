/**
 * Lowers the contracts of a compilation to SuperVM: per contract a WebAssembly module over the kernels, optimised by binaryen, in the form that a creation
 * transaction carries.
 */
import { InternalError, type Diagnostic } from "../../compiler/diagnostics/diagnostic.js";
import type { Module } from "../../compiler/ir/module.js";
import { MAX_IMMUTABLES } from "../../runtime/host/abi.js";
import type { LowerOptions, LowerResult, TargetPart } from "../target.js";
import { assembleBytecode, libraryMarker, type BareModule } from "./bytecode.js";
import { analyseCalls } from "./call-graph.js";
import { emitFunction } from "./control.js";
import { kernel, KERNEL_FUNCTIONS } from "./kernels.js";
import { optimiseModule, type OptimisedModule } from "./optimise.js";
import { planModule } from "./plan.js";
import { wasmTypes } from "./types.js";
import { Code } from "./wasm/code.js";
import { encodeModule, type NewFunction } from "./wasm/module.js";
import { I32 } from "./wasm/opcodes.js";

/** A module before binaryen, with names where they are asked for. Without metering it is for measurements only. */
export function encodeContract(module: Module, names: boolean, metered = true): { wasm: Uint8Array; objects: readonly string[]; libraries: readonly string[] } {
  const calls = analyseCalls(module);
  const plan = planModule(module, calls, metered);
  const functions = calls.order.map((func): NewFunction => ({
    name: func.name,
    params: wasmTypes(func.paramTypes),
    results: calls.neverReturns.has(func) ? [I32] : wasmTypes(func.resultTypes),
    body: emitFunction(module, func, plan),
  }));
  const entry = (exported: string, name: string): NewFunction => {
    const index = calls.order.findIndex((func) => func.name === name);
    const code = new Code([])
      .call(kernel("begin"))
      .call(KERNEL_FUNCTIONS + index)
      .call(kernel("finish"));
    return { name: `entry.${exported}`, params: [], results: [I32], body: code.finish(), exported };
  };
  const wasm = encodeModule({
    functions: [...functions, entry("create", module.creation), entry("call", module.runtime)],
    active: plan.libraries.map((library) => ({ address: plan.library(library), bytes: libraryMarker(library) })),
    passive: plan.segments,
    immutables: module.immutables.length,
    names,
  });
  return { wasm, objects: plan.objects, libraries: plan.libraries };
}

class Lowering {
  readonly diagnostics: Diagnostic[] = [];
  readonly texts = new Map<string, string>();
  private readonly byName: ReadonlyMap<string, Module>;
  /** Done modules; undefined where a diagnostic was reported. */
  private readonly done = new Map<string, BareModule | undefined>();
  private readonly running: string[] = [];
  /** Optimised modules by their bytes before: libraries of internal functions alone are all the same. */
  private readonly optimised = new Map<string, OptimisedModule>();

  constructor(
    modules: readonly Module[],
    private readonly options: LowerOptions,
  ) {
    this.byName = new Map(modules.map((module) => [module.name, module]));
  }

  /** A module with all that it carries; undefined where one of them has an error. */
  bare(name: string): BareModule | undefined {
    if (this.done.has(name)) return this.done.get(name);
    if (this.running.includes(name)) {
      const cycle = [...this.running.slice(this.running.indexOf(name)), name].join(" -> ");
      this.refuse(name, `contracts cannot carry each other's code in a circle: ${cycle}`);
      return undefined;
    }
    this.running.push(name);
    const result = this.lower(name);
    this.running.pop();
    this.done.set(name, result);
    return result;
  }

  private lower(name: string): BareModule | undefined {
    const module = this.byName.get(name);
    if (!module) throw new InternalError(`the contract '${name}' is embedded but not part of the compilation`);
    if (module.immutables.length > MAX_IMMUTABLES) {
      this.refuse(name, `${name} has ${module.immutables.length} immutable words; SuperVM has room for ${MAX_IMMUTABLES}`);
      return undefined;
    }
    const withText = this.options.emit.has("wat");
    const { wasm, objects, libraries } = encodeContract(module, withText);
    const carried = objects.map((object) => this.bare(object));
    if (carried.includes(undefined)) return undefined;
    const optimised = this.optimise(wasm, withText);
    if (optimised.wat !== undefined) this.texts.set(name, optimised.wat);
    return { name, wasm: optimised.wasm, objects: carried.filter((object) => object !== undefined), libraries };
  }

  private optimise(wasm: Uint8Array, withText: boolean): OptimisedModule {
    const key = Buffer.from(wasm.buffer, wasm.byteOffset, wasm.length).toString("latin1");
    let result = this.optimised.get(key);
    if (!result) {
      result = optimiseModule(wasm, this.options.optimization, withText);
      this.optimised.set(key, result);
    }
    return result;
  }

  private refuse(name: string, message: string): void {
    this.diagnostics.push({ severity: "error", kind: "CodeGenerationError", code: "WASM-0001", message });
    this.done.set(name, undefined);
  }
}

const hex = (bytes: Uint8Array): string => "0x" + Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("hex");

/** Parts `{ bytecode, wasm, linkReferences, wat? }`; files `.wasm` and `.wat`. */
export function lowerSupervm(modules: readonly Module[], options: LowerOptions): Promise<LowerResult> {
  const lowering = new Lowering(modules, options);
  const parts = new Map<string, TargetPart>();
  const files = new Map<string, Record<string, Uint8Array | string>>();
  for (const { name } of modules) {
    const bare = lowering.bare(name);
    if (!bare) continue;
    const { bytecode, wasm, linkReferences } = assembleBytecode(bare);
    const wat = lowering.texts.get(name);
    parts.set(name, { bytecode: hex(bytecode), wasm: hex(wasm), linkReferences, ...(wat !== undefined && { wat }) });
    files.set(name, { ".wasm": wasm, ...(wat !== undefined && { ".wat": wat }) });
  }
  return Promise.resolve({ parts, files, diagnostics: lowering.diagnostics });
}
