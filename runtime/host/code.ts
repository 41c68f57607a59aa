/**
 * Code on SuperVM: what accounts hold and what creations run (docs/host-abi.md, section 5). Modules are known by their identity and
 * compiled once; an account's code is a short reference to one, with its immutables, or a minimal proxy (EIP-1167).
 */
import { keccak256 } from "../../machine/keccak.js";
import { CODE_KIND, CODE_MAGIC, CODE_PREFIX_SIZE, CODE_VERSION, MAX_IMMUTABLES, MODULE_HEADER_SIZE, OBJECTS_SECTION, REFERENCE_SIZE } from "./abi.js";
import { HOST_GAS } from "./gas-schedule.js";
import { guardModule } from "./guard/guard.js";
import { ModuleError } from "./wasm/reader.js";
import { keyOf } from "../store/keys.js";
import type { AddressKey } from "../store/keys.js";
import { addressKeyOfBytes } from "../store/keys.js";

/** A module that the chain knows. */
export interface ModuleEntry {
  /** 32 bytes. */
  readonly identity: Uint8Array;
  /** What runs: the guarded module, where it is guarded. */
  readonly compiled: WebAssembly.Module;
  /** True where the guard has rewritten it (runtime/host/guard): it need not be trusted. */
  readonly guarded: boolean;
  /** The module itself as it was deployed, without what it carries: another thread or a later run compiles it again. */
  readonly bytes: Uint8Array;
  /** What `object_reference` indexes. */
  readonly references: readonly Uint8Array[];
  /** Size of the module in bytes, without what it carries. */
  readonly size: number;
}

/** An account's code. */
export interface Code {
  readonly bytes: Uint8Array;
  /** The module that runs, and its immutables as cells hold them (least significant byte first). */
  readonly module?: ModuleEntry;
  readonly immutables?: Uint8Array;
  /** A minimal proxy: where its calls go. */
  readonly delegate?: AddressKey;
  hash?: Uint8Array;
}

/** Keccak-256 of an account's code, computed once. */
export function codeHash(code: Code): Uint8Array {
  return (code.hash ??= keccak256(code.bytes));
}

/** The code cannot be used; the message says why. */
export class CodeError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "CodeError";
  }
}

/** What creation code asks for. */
export type Creation =
  | {
      readonly kind: "module";
      readonly module: ModuleEntry;
      readonly args: Uint8Array;
      /** Modules that the chain did not know, to be kept if the creation succeeds. */ readonly fresh: readonly ModuleEntry[];
    }
  | { readonly kind: "proxy"; readonly code: Code };

/** EIP-1167 creation code: `3d602d80600a3d3981f3` or `602d8060093d393df3`, then the 45 bytes of the proxy, which is all that they return. */
const PROXY_PROLOGUES = ["3d602d80600a3d3981f3", "602d8060093d393df3"];
const PROXY_HEAD = "363d3d373d3d3d363d73";
const PROXY_TAIL = "5af43d82803e903d91602b57fd5bf3";
const PROXY_SIZE = 45;
/** Creation code of a proxy that carries immutable arguments: `61` and the length of the code in two bytes, then this. */
const TAGGED_PROLOGUE = "3d81600a3d39f3";
const TAGGED_PROLOGUE_SIZE = 10;

function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("hex");
}

/**
 * The proxy that runtime code of EIP-1167's form is; undefined for any other bytes. Bytes after the 45 are never executed: they are
 * immutable arguments, which the implementation reads with EXTCODECOPY.
 */
export function minimalProxy(bytes: Uint8Array): Code | undefined {
  const hex = hexOf(bytes.subarray(0, PROXY_SIZE));
  if (hex.length !== 2 * PROXY_SIZE || !hex.startsWith(PROXY_HEAD) || !hex.endsWith(PROXY_TAIL)) return undefined;
  return { bytes: bytes.slice(), delegate: addressKeyOfBytes(bytes.subarray(10, 30)) };
}

function proxyOfCreation(bytes: Uint8Array): Code | undefined {
  const hex = hexOf(bytes.subarray(0, 10));
  for (const prologue of PROXY_PROLOGUES) if (hex.startsWith(prologue)) return minimalProxy(bytes.subarray(prologue.length / 2, prologue.length / 2 + PROXY_SIZE));
  if (!hex.startsWith("61") || !hex.endsWith(TAGGED_PROLOGUE)) return undefined;
  const code = bytes.subarray(TAGGED_PROLOGUE_SIZE);
  return code.length === Number.parseInt(hex.slice(2, 6), 16) ? minimalProxy(code) : undefined;
}

function codeKind(bytes: Uint8Array): number | undefined {
  if (bytes.length < CODE_PREFIX_SIZE || bytes[4] !== CODE_VERSION) return undefined;
  return CODE_MAGIC.every((b, i) => bytes[i] === b) ? bytes[5] : undefined;
}

function u32(bytes: Uint8Array, at: number): number {
  if (at + 4 > bytes.length) throw new CodeError("the module's list of carried contracts is cut off");
  return new DataView(bytes.buffer, bytes.byteOffset).getUint32(at);
}

/** What creating from some creation code may use. */
export interface CreationBounds {
  /** Modules of the running transaction. */
  readonly pending: ReadonlyMap<string, ModuleEntry>;
  /** Pays for new modules, before they are looked at. */
  readonly gas: number;
}

/** Knows every module of a chain, by identity. */
export class CodeRegistry {
  private readonly modules = new Map<string, ModuleEntry>();

  constructor(
    /** True where modules that it meets are guarded: always, but where everybody who deploys is trusted. */
    readonly guards = true,
  ) {}

  get(identity: Uint8Array): ModuleEntry | undefined {
    return this.modules.get(keyOf(identity));
  }

  /** Keeps modules that a successful creation brought. */
  register(modules: readonly ModuleEntry[]): void {
    for (const module of modules) this.modules.set(keyOf(module.identity), module);
  }

  /** Reads creation code with its arguments. Throws CodeError, also where the gas does not pay for its modules. */
  readCreation(bytes: Uint8Array, bounds: CreationBounds): Creation {
    switch (codeKind(bytes)) {
      case CODE_KIND.MODULE: {
        const length = bytes.length >= MODULE_HEADER_SIZE ? u32(bytes, CODE_PREFIX_SIZE) : -1;
        if (length < 0 || MODULE_HEADER_SIZE + length > bytes.length) throw new CodeError("the creation code is cut off");
        const fresh: ModuleEntry[] = [];
        const module = this.readModule(bytes.slice(MODULE_HEADER_SIZE, MODULE_HEADER_SIZE + length), bounds, fresh);
        return { kind: "module", module, args: bytes.slice(MODULE_HEADER_SIZE + length), fresh };
      }
      case CODE_KIND.CREATION_REFERENCE: {
        const identity = bytes.subarray(CODE_PREFIX_SIZE, REFERENCE_SIZE);
        const module = this.get(identity) ?? bounds.pending.get(keyOf(identity));
        if (!module) throw new CodeError(`no module with the identity 0x${hexOf(identity)} is known here`);
        return { kind: "module", module, args: bytes.slice(REFERENCE_SIZE), fresh: [] };
      }
      default: {
        const code = proxyOfCreation(bytes);
        if (code) return { kind: "proxy", code };
        throw new CodeError("this is not SuperVM code (EVM bytecode does not run here: deploy the artifact's targets.supervm.bytecode)");
      }
    }
  }

  /** The code that a constructor asked to install by returning it. Throws CodeError. */
  readRuntime(bytes: Uint8Array, pending: ReadonlyMap<string, ModuleEntry>): Code {
    const proxy = minimalProxy(bytes);
    if (proxy) return proxy;
    if (
      codeKind(bytes) !== CODE_KIND.RUNTIME_REFERENCE ||
      bytes.length < REFERENCE_SIZE ||
      (bytes.length - REFERENCE_SIZE) % 32 !== 0 ||
      bytes.length > REFERENCE_SIZE + 32 * MAX_IMMUTABLES
    )
      throw new CodeError("the constructor returned code that is not SuperVM's");
    const identity = bytes.subarray(CODE_PREFIX_SIZE, REFERENCE_SIZE);
    const module = this.get(identity) ?? pending.get(keyOf(identity));
    if (!module) throw new CodeError(`no module with the identity 0x${hexOf(identity)} is known here`);
    return runtimeCode(module, reverseWords(bytes.subarray(REFERENCE_SIZE)));
  }

  /** An account's code from its bytes, as stores keep them; code of another machine comes back without a module. */
  codeOfBytes(bytes: Uint8Array): Code {
    const proxy = minimalProxy(bytes);
    if (proxy) return proxy;
    if (codeKind(bytes) !== CODE_KIND.RUNTIME_REFERENCE || bytes.length < REFERENCE_SIZE) return { bytes: bytes.slice() };
    const module = this.get(bytes.subarray(CODE_PREFIX_SIZE, REFERENCE_SIZE));
    return module ? { bytes: bytes.slice(), module, immutables: reverseWords(bytes.subarray(REFERENCE_SIZE)) } : { bytes: bytes.slice() };
  }

  /** A module and what it carries; new entries are appended to `fresh`. */
  private readModule(bytes: Uint8Array, bounds: CreationBounds, fresh: ModuleEntry[]): ModuleEntry {
    const section = objectsSection(bytes);
    const entries: ModuleEntry[] = [];
    let ownReferences: number[] = [];
    if (section) {
      let at = section.start;
      const list = (): number[] => {
        const count = u32(bytes, at);
        at += 4;
        if (count > bytes.length) throw new CodeError("the module's list of carried contracts is damaged");
        const indexes = Array.from({ length: count }, (_, i) => u32(bytes, at + 4 * i));
        at += 4 * count;
        return indexes;
      };
      ownReferences = list();
      const count = u32(bytes, at);
      at += 4;
      for (let i = 0; i < count; i++) {
        const references = list();
        const length = u32(bytes, at);
        at += 4;
        if (at + length > bytes.length) throw new CodeError("a carried contract is cut off");
        entries.push(
          this.entry(
            bytes.slice(at, at + length),
            references.map((r) => entryAt(entries, r).identity),
            bounds,
            fresh,
          ),
        );
        at += length;
      }
    }
    const own = section ? bytes.subarray(0, section.sectionStart) : bytes;
    return this.entry(
      own.slice(),
      ownReferences.map((r) => entryAt(entries, r).identity),
      bounds,
      fresh,
    );
  }

  private entry(bytes: Uint8Array, references: readonly Uint8Array[], { pending, gas }: CreationBounds, fresh: ModuleEntry[]): ModuleEntry {
    const identity = keccak256(Buffer.concat([bytes, ...references]));
    const known = this.get(identity) ?? pending.get(keyOf(identity)) ?? fresh.find((m) => Buffer.compare(m.identity, identity) === 0);
    if (known) return known;
    // Before any work on it: what cannot be paid for is not compiled.
    if (fresh.reduce((size, m) => size + m.size, bytes.length) * HOST_GAS.MODULE_BYTE > gas) throw new CodeError("out of gas");
    const module = compileModule(identity, bytes, references, this.guards);
    fresh.push(module);
    return module;
  }
}

/**
 * A module from its bytes; also on another thread or in a later run than the one that accepted it. Throws CodeError for one that is no contract of
 * this runtime.
 */
export function compileModule(identity: Uint8Array, bytes: Uint8Array, references: readonly Uint8Array[], guarded: boolean): ModuleEntry {
  try {
    const compiled = new WebAssembly.Module(guarded ? guardModule(bytes) : bytes);
    return { identity, compiled, guarded, bytes, references, size: bytes.length };
  } catch (error) {
    if (error instanceof ModuleError) throw new CodeError(error.message);
    throw new CodeError(`the module is not valid: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function entryAt(entries: readonly ModuleEntry[], index: number): ModuleEntry {
  const entry = entries[index];
  if (!entry) throw new CodeError("a carried contract refers to one that is not there");
  return entry;
}

/** Where the custom section with carried contracts lies; it is the last section. */
function objectsSection(bytes: Uint8Array): { sectionStart: number; start: number } | undefined {
  let at = 8;
  while (at < bytes.length) {
    const sectionStart = at;
    const id = bytes[at++];
    const [size, body] = leb(bytes, at);
    if (id === 0) {
      const [nameLength, name] = leb(bytes, body);
      if (Buffer.from(bytes.subarray(name, name + nameLength)).toString() === OBJECTS_SECTION) return { sectionStart, start: name + nameLength };
    }
    at = body + size;
  }
  return undefined;
}

/** An unsigned LEB128 number and the offset behind it. */
function leb(bytes: Uint8Array, at: number): [value: number, next: number] {
  let value = 0;
  let shift = 0;
  for (;;) {
    const byte = bytes[at++];
    if (byte === undefined || shift > 28) throw new CodeError("the module is damaged");
    value += (byte & 0x7f) * 2 ** shift;
    if (byte < 0x80) return [value, at];
    shift += 7;
  }
}

/** Each 32-byte word with its bytes in the other order. */
export function reverseWords(bytes: Uint8Array): Uint8Array {
  const result = new Uint8Array(bytes.length);
  for (let word = 0; word < bytes.length; word += 32) for (let i = 0; i < 32; i++) result[word + i] = bytes[word + 31 - i]!;
  return result;
}

/** An account's code: a reference to a module with its immutables (as cells hold them). */
export function runtimeCode(module: ModuleEntry, immutables: Uint8Array): Code {
  const prefix = [...CODE_MAGIC, CODE_VERSION, CODE_KIND.RUNTIME_REFERENCE];
  return { bytes: Uint8Array.from(Buffer.concat([Uint8Array.from(prefix), module.identity, reverseWords(immutables)])), module, immutables: immutables.slice() };
}

/** The bytes of a reference to a module, as `object_reference` writes them. */
export function referenceBytes(identity: Uint8Array, kind: number): Uint8Array {
  return Uint8Array.from([...CODE_MAGIC, CODE_VERSION, kind, ...identity]);
}
