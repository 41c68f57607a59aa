/**
 * What a target's result for a module depends on, as a hash: all of the module's IR, the modules that it embeds, and where a target writes
 * source maps, the positions that they hold.
 *
 * The hash is taken before the passes run, which are a function of the module and the level: a hit saves them too.
 */
import type { SourceFile } from "../../base/span.js";
import type { Func, Inst, Module } from "../../ir/module.js";
import { hashOf } from "./store.js";

/** Hashes of a compilation's modules, each computed once. */
export class Fingerprints {
  private readonly byName: ReadonlyMap<string, Module>;
  private readonly own = new Map<string, string>();
  private readonly closures = new Map<string, readonly string[]>();

  constructor(modules: readonly Module[]) {
    this.byName = new Map(modules.map((module) => [module.name, module]));
  }

  /** A module with all that it embeds, itself first, each once; names that are no modules are left out. */
  closure(name: string): readonly string[] {
    let names = this.closures.get(name);
    if (!names) {
      const reached = new Set([name]);
      for (const at of reached) for (const object of this.byName.get(at)?.referencedObjects() ?? []) if (this.byName.has(object)) reached.add(object);
      this.closures.set(name, (names = [...reached]));
    }
    return names;
  }

  /** The hash of modules with all that they embed, in this order. */
  of(names: readonly string[], withPositions: boolean): string {
    const all = new Set(names.flatMap((name) => this.closure(name)));
    return hashOf(...[...all].map((name) => this.single(name, withPositions)));
  }

  private single(name: string, withPositions: boolean): string {
    const key = `${name}:${String(withPositions)}`;
    let hash = this.own.get(key);
    if (hash === undefined) this.own.set(key, (hash = fingerprint(this.byName.get(name)!, withPositions)));
    return hash;
  }
}

/** The hash of one module alone. */
export function fingerprint(module: Module, withPositions: boolean): string {
  const writer = new Writer(withPositions);
  const parts: (string | Uint8Array)[] = [module.name, module.kind, module.creation, module.runtime, JSON.stringify(module.immutables)];
  for (const [name, bytes] of module.data) parts.push(name, bytes);
  for (const func of module.funcs.values()) {
    writer.func(func);
    parts.push(writer.take());
  }
  for (const file of writer.files) parts.push(`${file.id}:${file.name}`, textHash(file));
  return hashOf(...parts);
}

const texts = new WeakMap<SourceFile, string>();

/**
 * What source maps take from a file besides positions: they count in bytes, positions in UTF-16 units, and which bytes those are depends on the
 * text, unless it is ASCII throughout.
 */
function textHash(file: SourceFile): string {
  let hash = texts.get(file);
  if (hash === undefined) {
    const isAscii = Buffer.byteLength(file.content) === file.content.length;
    texts.set(file, (hash = isAscii ? "" : hashOf(file.content)));
  }
  return hash;
}

/** Functions as text: every field, with lengths or separators, so that different functions give different texts. */
class Writer {
  readonly files = new Set<SourceFile>();
  private out: string[] = [];

  constructor(private readonly withPositions: boolean) {}

  take(): string {
    const text = this.out.join("");
    this.out = [];
    return text;
  }

  func(func: Func): void {
    this.out.push(JSON.stringify([func.name, func.inline, func.params, func.resultTypes, func.valueTypes, func.locals, func.blockIdLimit]));
    this.position(func.span);
    for (const { id, params, insts } of func.blocks) {
      this.out.push(`\nb${id}(${params.join()})`);
      for (const inst of insts) this.inst(inst);
    }
  }

  private inst(inst: Inst): void {
    const { out } = this;
    out.push(`\n${inst.op} ${inst.results.join()}=${inst.args.join()}`);
    for (const key in inst.imm) {
      const value = inst.imm[key as keyof typeof inst.imm];
      if (value !== undefined) out.push(` ${key}:${typeof value === "string" ? JSON.stringify(value) : value}`);
    }
    for (const { block, args } of inst.targets) out.push(` >${block}(${args.join()})`);
    if (inst.cases) out.push(` ?${inst.cases.join()}`);
    this.position(inst.span);
  }

  private position(span: Inst["span"]): void {
    if (!this.withPositions || !span) return;
    this.files.add(span.file);
    this.out.push(` @${span.file.id}:${span.start}:${span.end}`);
  }
}
