/** Lowers the modules of one compilation to artifact parts: contracts that others embed come first. */
import { InternalError, type Diagnostic } from "../../compiler/diagnostics/diagnostic.js";
import type { Module } from "../../compiler/ir/module.js";
import type { LowerOptions, LowerResult, TargetPart } from "../target.js";
import type { AssembledObject, DataObject, Placeholder } from "./asm/assembler.js";
import type { Pricing } from "./asm/constants.js";
import type { ObjectKey } from "./asm/item.js";
import { listing, opcodeString } from "./asm/listing.js";
import { isAtLeast, parseFork, type Fork } from "./hardfork.js";
import { buildObject } from "./object.js";

/** EIP-170 and EIP-3860. */
const MAX_DEPLOYED = 24_576;
const MAX_INIT = 49_152;

/** What a byte of code is worth in gas of execution. */
const GAS_PER_BYTE: Readonly<Record<LowerOptions["optimization"], number>> = { "0": 0.6, "1": 0.6, "2": 0.6, "3": 0.2, s: 40 };

export interface EvmLowerOptions extends LowerOptions {
  /** Appended to a module's runtime code (solc's CBOR metadata), by module name. */
  readonly metadata?: ReadonlyMap<string, Uint8Array>;
}

interface Lowered {
  readonly creation: AssembledObject;
  readonly runtime: AssembledObject;
}

class Lowering {
  private readonly byName: ReadonlyMap<string, Module>;
  private readonly done = new Map<string, Lowered | undefined>();
  private readonly active = new Set<string>();
  readonly diagnostics: Diagnostic[] = [];

  constructor(
    modules: readonly Module[],
    private readonly fork: Fork,
    private readonly options: EvmLowerOptions,
  ) {
    this.byName = new Map(modules.map((module) => [module.name, module]));
  }

  lower(name: string): Lowered | undefined {
    if (this.done.has(name)) return this.done.get(name);
    const module = this.byName.get(name);
    if (!module) throw new InternalError(`the contract '${name}' is embedded but not part of the compilation`);
    if (this.active.has(name)) throw new InternalError(`the contract '${name}' embeds itself`);
    this.active.add(name);
    const lowered = this.lowerModule(module);
    this.active.delete(name);
    this.done.set(name, lowered);
    return lowered;
  }

  private lowerModule(module: Module): Lowered | undefined {
    const objects = new Map<ObjectKey, DataObject>();
    for (const name of module.referencedObjects()) {
      if (name === module.name) continue;
      const child = this.lower(name);
      if (!child) return undefined;
      objects.set(`creation:${name}`, dataObject(child.creation, name));
      objects.set(`runtime:${name}`, dataObject(child.runtime, name));
    }
    const pricing: Pricing = { fork: this.fork, gasPerByte: GAS_PER_BYTE[this.options.optimization] };
    const common = { module, fork: this.fork, pricing, diagnostics: this.diagnostics };
    const metadata = this.options.metadata?.get(module.name);
    const runtime = buildObject({ ...common, creation: false, objects, holes: new Map(), metadata });
    if (!runtime) return undefined;
    objects.set("self", dataObject(runtime, module.name));
    const creation = buildObject({ ...common, creation: true, objects, holes: runtime.immutables });
    if (!creation) return undefined;
    this.checkSizes(module, creation, runtime);
    return { creation, runtime };
  }

  private checkSizes(module: Module, creation: AssembledObject, runtime: AssembledObject): void {
    const span = module.funcs.get(module.runtime)?.span;
    if (runtime.bytes.length > MAX_DEPLOYED && isAtLeast(this.fork, "spuriousdragon"))
      this.diagnostics.push({
        severity: "warning",
        kind: "Warning",
        code: "5574",
        message: `the code of '${module.name}' is ${runtime.bytes.length} bytes and exceeds the ${MAX_DEPLOYED} bytes that EIP-170 allows: it cannot be deployed on mainnet`,
        span,
        hint: "Compile with -Os, move code into libraries, or split the contract.",
      });
    if (creation.bytes.length > MAX_INIT && isAtLeast(this.fork, "shanghai"))
      this.diagnostics.push({
        severity: "warning",
        kind: "Warning",
        code: "3860",
        message: `the creation code of '${module.name}' is ${creation.bytes.length} bytes and exceeds the ${MAX_INIT} bytes that EIP-3860 allows: it cannot be deployed on mainnet`,
        span,
        hint: "Compile with -Os, or create embedded contracts through a factory of their own.",
      });
  }
}

/** An object to embed. Data segments' names mean something within their own module only, and so does `self`. */
function dataObject(object: AssembledObject, name: string): DataObject {
  const contents = new Map<ObjectKey, number>();
  for (const [key, offset] of object.contents) if (!key.startsWith("data:")) contents.set(key === "self" ? `runtime:${name}` : key, offset);
  return { bytes: object.bytes, libraries: object.libraries, contents };
}

export function toHex(bytes: Uint8Array): string {
  return `0x${Buffer.from(bytes).toString("hex")}`;
}

function record(map: ReadonlyMap<string, readonly Placeholder[]>): Record<string, readonly Placeholder[]> {
  return Object.fromEntries([...map].sort(([a], [b]) => (a < b ? -1 : 1)));
}

function makePart(module: Module, { creation, runtime }: Lowered, options: LowerOptions): TargetPart {
  const immutables = new Map([...runtime.immutables].map(([name, places]) => [String(module.immutables.find((i) => i.name === name)?.astId ?? name), places]));
  return {
    bytecode: toHex(creation.bytes),
    deployedBytecode: toHex(runtime.bytes),
    sourceMap: runtime.sourceMap,
    creationSourceMap: creation.sourceMap,
    immutableReferences: record(immutables),
    linkReferences: record(creation.libraries),
    deployedLinkReferences: record(runtime.libraries),
    ...(options.emit.has("asm") ? { opcodes: opcodeString(runtime.bytes, runtime.codeSize), creationOpcodes: opcodeString(creation.bytes, creation.codeSize) } : {}),
  };
}

/** Lowers all modules; a module with errors has no part. */
export async function lowerToEvm(modules: readonly Module[], options: EvmLowerOptions): Promise<LowerResult> {
  const fork = parseFork(options.evmVersion);
  const parts = new Map<string, TargetPart>();
  const files = new Map<string, Record<string, Uint8Array | string>>();
  if (!fork) {
    const diagnostic: Diagnostic = {
      severity: "error",
      kind: "CodeGenerationError",
      code: "EVM-0002",
      message: `no EVM version is called '${options.evmVersion}'`,
      hint: "Versions run from homestead to osaka.",
    };
    return { parts, files, diagnostics: [diagnostic] };
  }
  const lowering = new Lowering(modules, fork, options);
  for (const module of modules) {
    const lowered = lowering.lower(module.name);
    if (!lowered) continue;
    parts.set(module.name, makePart(module, lowered, options));
    const beside: Record<string, Uint8Array | string> = { ".bin": lowered.creation.bytes };
    if (options.emit.has("asm")) beside[".asm"] = listing(lowered.runtime.bytes, lowered.runtime.codeSize);
    files.set(module.name, beside);
  }
  return { parts, files, diagnostics: lowering.diagnostics };
}
