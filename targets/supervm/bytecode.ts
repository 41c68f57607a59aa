/** What creation transactions carry: a header, the module, and in its last section the modules that it can create (docs/host-abi.md, section 5). */
import { keccak256 } from "../../machine/keccak.js";
import { CODE_KIND, CODE_MAGIC, CODE_VERSION, MODULE_HEADER_SIZE, OBJECTS_SECTION } from "../../runtime/host/abi.js";
import type { LinkReference } from "../target.js";
import { Bytes } from "./wasm/bytes.js";
import { appendCustomSection } from "./wasm/module.js";

/** A contract's module alone, and the contracts that it names, in `object_reference`'s order. */
export interface BareModule {
  readonly name: string;
  readonly wasm: Uint8Array;
  readonly objects: readonly BareModule[];
  readonly libraries: readonly string[];
}

const ADDRESS_SIZE = 20;

/** 20 bytes that stand for a library's address until its places are known; a chance occurrence in code is out of the question. */
export function libraryMarker(name: string): Uint8Array {
  return keccak256(new TextEncoder().encode(`supervm.library:${name}`)).slice(0, ADDRESS_SIZE);
}

/** All that a module carries, each once, what an entry refers to before it. */
function carriedBy(module: BareModule): BareModule[] {
  const carried = new Set<BareModule>();
  const visit = (object: BareModule): void => {
    if (carried.has(object)) return;
    object.objects.forEach(visit);
    carried.add(object);
  };
  module.objects.forEach(visit);
  return [...carried];
}

function bigEndian32(out: Bytes, value: number): void {
  out
    .byte(value >>> 24)
    .byte((value >>> 16) & 0xff)
    .byte((value >>> 8) & 0xff)
    .byte(value & 0xff);
}

function objectsSection(module: BareModule, entries: readonly BareModule[]): Uint8Array {
  const out = new Bytes();
  const references = (of: BareModule): void => {
    bigEndian32(out, of.objects.length);
    for (const object of of.objects) bigEndian32(out, entries.indexOf(object));
  };
  references(module);
  bigEndian32(out, entries.length);
  for (const entry of entries) {
    references(entry);
    bigEndian32(out, entry.wasm.length);
    out.bytes(entry.wasm);
  }
  return out.toBytes();
}

export interface LinkedBytecode {
  /** Header and module, with zeros for library addresses. */
  readonly bytecode: Uint8Array;
  /** The module alone, likewise. */
  readonly wasm: Uint8Array;
  readonly linkReferences: Record<string, LinkReference[]>;
}

export function assembleBytecode(module: BareModule): LinkedBytecode {
  const entries = carriedBy(module);
  const whole = entries.length === 0 ? module.wasm : appendCustomSection(module.wasm, OBJECTS_SECTION, objectsSection(module, entries));
  const out = new Bytes().bytes(CODE_MAGIC).byte(CODE_VERSION).byte(CODE_KIND.MODULE);
  bigEndian32(out, whole.length);
  const bytecode = out.bytes(whole).toBytes();
  const linkReferences: Record<string, LinkReference[]> = {};
  const libraries = new Set([module, ...entries].flatMap((m) => m.libraries));
  for (const library of [...libraries].sort()) {
    const places = findAndClear(bytecode, libraryMarker(library));
    if (places.length > 0) linkReferences[library] = places;
  }
  return { bytecode, wasm: bytecode.slice(MODULE_HEADER_SIZE), linkReferences };
}

function findAndClear(bytes: Uint8Array, marker: Uint8Array): LinkReference[] {
  const places: LinkReference[] = [];
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  for (let at = buffer.indexOf(marker); at >= 0; at = buffer.indexOf(marker, at + ADDRESS_SIZE)) places.push({ start: at, length: ADDRESS_SIZE });
  for (const { start, length } of places) bytes.fill(0, start, start + length);
  return places;
}
