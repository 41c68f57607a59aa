/**
 * Code in shared memory: modules and the codes of accounts as numbered byte strings, added by any thread and never changed. Each
 * thread makes its own objects of them once (a module is compiled again there, which the engine answers from what it has compiled).
 */
import { CodeRegistry, compileModule, type Code, type ModuleEntry } from "../../host/code.js";
import { Interruption } from "../../host/interruption.js";
import { keyOf } from "../keys.js";

export interface LibraryBuffers {
  /** COUNT, TOP. */
  readonly meta: SharedArrayBuffer;
  /** Where each byte string begins and ends. */
  readonly directory: SharedArrayBuffer;
  readonly bytes: SharedArrayBuffer;
  /** Tells libraries apart; one keeps its number when it grows. */
  readonly content: number;
}

let libraries = 0;

const META = { COUNT: 0, TOP: 1, WORDS: 16 } as const;
const IDENTITY = 32;

/** The library has no room: the block is run again with a larger one. */
export const LIBRARY_FULL = new Interruption("the shared code has no room");

/** Buffers of an empty library. Pages that are not used take no memory. */
export function libraryBuffers(bytes: number, entries: number, content = ++libraries): LibraryBuffers {
  return { meta: new SharedArrayBuffer(4 * META.WORDS), directory: new SharedArrayBuffer(8 * (entries + 1)), bytes: new SharedArrayBuffer(bytes), content };
}

/** Knows one module: that of the code to be read. */
class OneModule extends CodeRegistry {
  constructor(private readonly module: ModuleEntry | undefined) {
    super();
  }

  override get(): ModuleEntry | undefined {
    return this.module;
  }
}

export class CodeLibrary {
  private readonly meta: Int32Array;
  private readonly directory: Int32Array;
  private readonly bytes: Uint8Array;
  private readonly codes: (Code | undefined)[] = [];
  private readonly modules: (ModuleEntry | undefined)[] = [];
  private readonly byIdentity = new Map<string, ModuleEntry>();
  private readonly numbers = new WeakMap<Code | ModuleEntry, number>();

  constructor(readonly buffers: LibraryBuffers) {
    this.meta = new Int32Array(buffers.meta);
    this.directory = new Int32Array(buffers.directory);
    this.bytes = new Uint8Array(buffers.bytes);
  }

  /** Bytes and entries that are taken. */
  get used(): { readonly bytes: number; readonly entries: number } {
    return { bytes: Atomics.load(this.meta, META.TOP), entries: Atomics.load(this.meta, META.COUNT) };
  }

  /** The number of an account's code, which is added if need be. Throws {@link LIBRARY_FULL}. */
  numberOfCode(code: Code): number {
    let number = this.numbers.get(code);
    if (number === undefined) {
      const module = code.module ? this.numberOfModule(code.module) : 0;
      number = this.add([Uint8Array.from([module, module >> 8, module >> 16, module >> 24]), code.bytes]);
      this.numbers.set(code, number);
      this.codes[number] = code;
    }
    return number;
  }

  /** The number of a module, which is added if need be. Throws {@link LIBRARY_FULL}. */
  numberOfModule(module: ModuleEntry): number {
    let number = this.numbers.get(module);
    if (number === undefined) {
      number = this.add([module.identity, Uint8Array.of(module.references.length, module.references.length >> 8, module.guarded ? 1 : 0), ...module.references, module.bytes]);
      this.numbers.set(module, number);
      this.modules[number] = module;
      this.byIdentity.set(keyOf(module.identity), module);
    }
    return number;
  }

  code(number: number): Code {
    const known = this.codes[number];
    if (known) return known;
    const bytes = this.read(number);
    const module = bytes[0]! | (bytes[1]! << 8) | (bytes[2]! << 16) | (bytes[3]! << 24);
    const code = new OneModule(module === 0 ? undefined : this.module(module)).codeOfBytes(bytes.subarray(4));
    this.codes[number] = code;
    this.numbers.set(code, number);
    return code;
  }

  module(number: number): ModuleEntry {
    const known = this.modules[number];
    if (known) return known;
    const bytes = this.read(number);
    const identity = bytes.slice(0, IDENTITY);
    // Two threads may have added it at once: one object a thread, whose instances are pooled.
    let module = this.byIdentity.get(keyOf(identity));
    if (!module) {
      const start = IDENTITY + 3;
      const end = start + IDENTITY * (bytes[IDENTITY]! | (bytes[IDENTITY + 1]! << 8));
      const references: Uint8Array[] = [];
      for (let at = start; at < end; at += IDENTITY) references.push(bytes.slice(at, at + IDENTITY));
      module = compileModule(identity, bytes.slice(end), references, bytes[IDENTITY + 2] === 1);
      this.byIdentity.set(keyOf(identity), module);
      this.numbers.set(module, number);
    }
    this.modules[number] = module;
    return module;
  }

  private read(number: number): Uint8Array {
    return this.bytes.slice(this.directory[2 * number], this.directory[2 * number + 1]);
  }

  private add(parts: readonly Uint8Array[]): number {
    const number = Atomics.add(this.meta, META.COUNT, 1) + 1;
    const size = parts.reduce((sum, part) => sum + part.length, 0);
    const start = Atomics.add(this.meta, META.TOP, size);
    if (2 * number + 1 >= this.directory.length || start + size > this.bytes.length) throw LIBRARY_FULL;
    let at = start;
    for (const part of parts) {
      this.bytes.set(part, at);
      at += part.length;
    }
    this.directory[2 * number] = start;
    this.directory[2 * number + 1] = at;
    return number;
  }

  /** A library with the same content and more room. For one thread at a time. */
  enlarged(bytes: number, entries: number): CodeLibrary {
    const buffers = libraryBuffers(bytes, entries, this.buffers.content);
    const count = Math.min(this.used.entries, this.directory.length / 2 - 1);
    const meta = new Int32Array(buffers.meta);
    meta[META.COUNT] = count;
    meta[META.TOP] = Math.min(this.used.bytes, this.bytes.length);
    new Int32Array(buffers.directory).set(this.directory.subarray(0, 2 * (count + 1)));
    new Uint8Array(buffers.bytes).set(this.bytes.subarray(0, meta[META.TOP]));
    const library = new CodeLibrary(buffers);
    this.carryOver(library);
    return library;
  }

  /** Gives another library the objects that this thread has made, if it has the same content. */
  carryOver(library: CodeLibrary): void {
    for (const [identity, module] of this.byIdentity) library.byIdentity.set(identity, module);
    if (library.buffers.content !== this.buffers.content) return;
    const top = library.used.entries;
    for (const [number, code] of this.codes.entries())
      if (code && number <= top) {
        library.codes[number] = code;
        library.numbers.set(code, number);
      }
    for (const [number, module] of this.modules.entries())
      if (module && number <= top) {
        library.modules[number] = module;
        library.numbers.set(module, number);
      }
  }
}
