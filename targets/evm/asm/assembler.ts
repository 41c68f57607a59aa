/**
 * Lays out blocks and data objects and writes bytes. It optimises nothing: it only finds, from below, the smallest push
 * widths with which all labels and data offsets fit (a fixpoint, as a wider push moves everything behind it).
 *
 *   code | INVALID | data objects ... | metadata
 *
 * The INVALID byte keeps code from running into data, and tools from reading data as code.
 */
import { InternalError } from "../../../compiler/diagnostics/diagnostic.js";
import { hasOpcode } from "../hardfork.js";
import { byteLength, encodeConstant, type Pricing } from "./constants.js";
import type { AsmBlock, Item, ItemBody, Label, ObjectKey } from "./item.js";
import { opcode } from "./opcodes.js";
import { compressSourceMap, type MapEntry } from "./source-map.js";

/** A place in code that is written later: at deployment or when linking. */
export interface Placeholder {
  readonly start: number;
  readonly length: number;
}

export interface AssembledObject {
  readonly bytes: Uint8Array;
  /** Number of bytes that are instructions. */
  readonly codeSize: number;
  readonly sourceMap: string;
  /** Own immutables by name; those of embedded objects are not listed. */
  readonly immutables: ReadonlyMap<string, readonly Placeholder[]>;
  /** Libraries by full name, embedded objects' included. */
  readonly libraries: ReadonlyMap<string, readonly Placeholder[]>;
  /** Offset of each embedded object, nested ones included. */
  readonly contents: ReadonlyMap<ObjectKey, number>;
}

/** Bytes to embed, with what is to be written into them later. */
export interface DataObject {
  readonly bytes: Uint8Array;
  readonly libraries?: ReadonlyMap<string, readonly Placeholder[]>;
  /** Objects within these bytes. */
  readonly contents?: ReadonlyMap<ObjectKey, number>;
}

export interface AssemblyInput {
  readonly blocks: readonly AsmBlock[];
  /** Every object that items may name, in the order of their layout; unused ones are left out. */
  readonly objects: ReadonlyMap<ObjectKey, DataObject>;
  readonly pricing: Pricing;
  /** Address of a reserved memory word. */
  readonly slotAddress: (area: string, index: number) => bigint;
  readonly heapStart: bigint;
  /** The module's immutables' places in the object `self`. */
  readonly holes: ReadonlyMap<string, readonly Placeholder[]>;
  readonly metadata?: Uint8Array;
}

interface Placed {
  readonly item: Item;
  offset: number;
  /** Bytes of the pushed number; 0 for an opcode. */
  width: number;
}

class Assembly {
  private readonly placed: Placed[] = [];
  private readonly labels = new Map<Label, number>();
  private readonly referenced = new Set<Label>();
  private readonly used: ObjectKey[];
  /** Object -> offset behind the code's end. */
  private readonly dataOffsets = new Map<ObjectKey, number>();
  private codeSize = 0;
  private dataSize = 0;

  constructor(private readonly input: AssemblyInput) {
    for (const block of input.blocks) for (const item of block.items) if (item.kind === "label") this.referenced.add(item.label);
    this.used = this.usedObjects();
  }

  run(): AssembledObject {
    this.placeData();
    this.expand();
    this.relax();
    return this.write();
  }

  private usedObjects(): ObjectKey[] {
    const used = new Set<ObjectKey>();
    for (const block of this.input.blocks) for (const item of block.items) if (item.kind === "offset") used.add(item.object);
    return [...this.input.objects.keys()].filter((key) => used.has(key));
  }

  /** Objects that lie within another used one are not written again. The last object is the one that tools look for at the end. */
  private placeData(): void {
    const nested = new Map<ObjectKey, { outer: ObjectKey; offset: number }>();
    for (const key of this.used) for (const [inner, offset] of this.input.objects.get(key)!.contents ?? []) if (inner !== key) nested.set(inner, { outer: key, offset });
    for (const key of this.used) {
      if (nested.has(key)) continue;
      this.dataOffsets.set(key, this.dataSize);
      this.dataSize += this.input.objects.get(key)!.bytes.length;
    }
    for (const key of this.used) this.placeNested(key, nested);
  }

  private placeNested(key: ObjectKey, nested: ReadonlyMap<ObjectKey, { outer: ObjectKey; offset: number }>): number {
    const known = this.dataOffsets.get(key);
    if (known !== undefined) return known;
    const { outer, offset } = nested.get(key)!;
    const at = this.placeNested(outer, nested) + offset;
    this.dataOffsets.set(key, at);
    return at;
  }

  /** Numbers known beforehand become their best encoding; the rest keep a growing width. */
  private expand(): void {
    for (const block of this.input.blocks) {
      if (this.referenced.has(block.label)) this.place({ kind: "op", name: "JUMPDEST", span: block.items[0]?.span }, 0, block.label);
      else this.labels.set(block.label, -1);
      for (const item of block.items) {
        const value = this.knownValue(item);
        if (value === undefined) this.place(item, initialWidth(item));
        else for (const part of encodeConstant(value, this.input.pricing)) this.place({ ...part, span: item.span }, part.kind === "push" ? this.pushWidth(part.value) : 0);
      }
    }
  }

  private pushWidth(value: bigint): number {
    return value === 0n && !hasOpcode(this.input.pricing.fork, "PUSH0") ? 1 : byteLength(value);
  }

  private place(item: Item, width: number, label?: Label): void {
    if (label !== undefined) this.labels.set(label, this.placed.length);
    this.placed.push({ item, offset: 0, width });
  }

  private knownValue(item: Item): bigint | undefined {
    switch (item.kind) {
      case "push":
        return item.value;
      case "size":
        return BigInt(this.object(item.object).bytes.length);
      case "slot":
        return this.input.slotAddress(item.area, item.index);
      case "heap":
        return this.input.heapStart;
      case "hole":
        return BigInt(this.input.holes.get(item.name)![item.index]!.start);
      default:
        return undefined;
    }
  }

  private object(key: ObjectKey): DataObject {
    const found = this.input.objects.get(key);
    if (!found) throw new InternalError(`the object '${key}' is not among those to embed`);
    return found;
  }

  private relax(): void {
    for (let changed = true; changed;) {
      changed = false;
      let offset = 0;
      for (const placed of this.placed) {
        placed.offset = offset;
        offset += 1 + placed.width;
      }
      this.codeSize = offset;
      for (const placed of this.placed) {
        const value = this.layoutValue(placed.item);
        if (value === undefined) continue;
        const width = Math.max(1, byteLength(BigInt(value)));
        if (width <= placed.width) continue;
        placed.width = width;
        changed = true;
      }
    }
  }

  /** The code's size with the byte that separates it from data. */
  private get dataStart(): number {
    return this.codeSize + (this.dataSize > 0 || this.input.metadata ? 1 : 0);
  }

  private layoutValue(item: ItemBody): number | undefined {
    if (item.kind === "label") {
      const at = this.labels.get(item.label);
      if (at === undefined || at < 0) throw new InternalError(`the label ${item.label} is nowhere`);
      return this.placed[at]!.offset;
    }
    if (item.kind === "offset") return this.dataStart + this.dataOffsets.get(item.object)!;
    if (item.kind === "end") return this.dataStart + this.dataSize + (this.input.metadata?.length ?? 0);
    return undefined;
  }

  private write(): AssembledObject {
    const metadata = this.input.metadata ?? new Uint8Array(0);
    const bytes = new Uint8Array(this.dataStart + this.dataSize + metadata.length);
    const immutables = new Map<string, Placeholder[]>();
    const libraries = new Map<string, Placeholder[]>();
    const entries: MapEntry[] = [];
    for (const { item, offset, width } of this.placed) {
      entries.push(item);
      bytes[offset] = item.kind === "op" ? opcode(item.name).byte : 0x5f + width;
      if (item.kind === "immutable") append(immutables, item.name, { start: offset + 1, length: width });
      else if (item.kind === "library") append(libraries, item.name, { start: offset + 1, length: width });
      else if (item.kind !== "op") writeNumber(bytes, offset + 1, width, item.kind === "push" ? item.value : BigInt(this.layoutValue(item)!));
    }
    if (this.dataStart > this.codeSize) bytes[this.codeSize] = opcode("INVALID").byte;
    const contents = this.writeData(bytes, libraries);
    bytes.set(metadata, this.dataStart + this.dataSize);
    return { bytes, codeSize: this.codeSize, sourceMap: compressSourceMap(entries), immutables, libraries, contents };
  }

  private writeData(bytes: Uint8Array, libraries: Map<string, Placeholder[]>): Map<ObjectKey, number> {
    const contents = new Map<ObjectKey, number>();
    const written = new Set<number>();
    for (const key of this.used) {
      const object = this.input.objects.get(key)!;
      const at = this.dataStart + this.dataOffsets.get(key)!;
      contents.set(key, at);
      for (const [inner, offset] of object.contents ?? []) if (!contents.has(inner)) contents.set(inner, at + offset);
      bytes.set(object.bytes, at);
      for (const [name, places] of object.libraries ?? [])
        for (const { start, length } of places) {
          // A nested object's places are also among its outer object's.
          if (written.has(at + start)) continue;
          written.add(at + start);
          append(libraries, name, { start: at + start, length });
        }
    }
    return contents;
  }
}

function initialWidth(item: ItemBody): number {
  if (item.kind === "immutable") return 32;
  if (item.kind === "library") return 20;
  return item.kind === "op" ? 0 : 1;
}

function append(map: Map<string, Placeholder[]>, key: string, place: Placeholder): void {
  const list = map.get(key);
  if (list) list.push(place);
  else map.set(key, [place]);
}

function writeNumber(bytes: Uint8Array, start: number, width: number, value: bigint): void {
  for (let i = width - 1, rest = value; i >= 0; i--, rest >>= 8n) bytes[start + i] = Number(rest & 0xffn);
}

/** Assembles one object. */
export function assemble(input: AssemblyInput): AssembledObject {
  return new Assembly(input).run();
}
