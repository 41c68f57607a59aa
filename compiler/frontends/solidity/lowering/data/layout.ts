/**
 * Storage layout, as solc's: variables in order of declaration from the most base-like contract, packed into slots from
 * the least significant byte on; structs and arrays start a slot of their own; inherited contracts share the numbering. (Solidity
 * documentation, "Layout of State Variables in Storage and Transient Storage".)
 */
import { InternalError } from "../../../../diagnostics/diagnostic.js";
import type { StructDefinition, VariableDeclaration } from "../../syntax/ast.js";
import type { CheckedProgram, ContractInfo } from "../../semantics/program.js";
import type { ArrayType, SolType } from "../../semantics/types.js";
import { fixedPointUnsupported, underlying } from "../values.js";

/** A variable's place: slot (modulo 2^256 for contracts, relative for structs) and byte offset within it. */
export interface LayoutItem {
  readonly variable: VariableDeclaration;
  readonly type: SolType;
  readonly slot: bigint;
  readonly offset: number;
}

export interface StructLayout {
  readonly members: readonly LayoutItem[];
  /** Slots that a struct takes. */
  readonly slots: bigint;
}

export interface ContractLayout {
  readonly storage: readonly LayoutItem[];
  readonly transient: readonly LayoutItem[];
}

const WORD_MASK = (1n << 256n) - 1n;

/** Packs variables one after another; shared by contracts and structs. */
class Packer {
  private offset = 0;

  constructor(
    private readonly layouts: StorageLayouts,
    private slot: bigint,
  ) {}

  place(variable: VariableDeclaration, type: SolType): LayoutItem {
    const bytes = this.layouts.packedBytes(type);
    if (bytes === undefined || this.offset + bytes > 32) this.align();
    const item = { variable, type, slot: this.slot & WORD_MASK, offset: this.offset };
    if (bytes === undefined) this.slot += this.layouts.slots(type);
    else this.offset += bytes;
    return item;
  }

  /** Moves to the start of a fresh slot and returns it. */
  align(): bigint {
    if (this.offset > 0) {
      this.slot++;
      this.offset = 0;
    }
    return this.slot;
  }
}

/** Layouts of a program's structs and contracts, computed once each. */
export class StorageLayouts {
  private readonly structs = new Map<StructDefinition, StructLayout>();
  private readonly contracts = new Map<ContractInfo, ContractLayout>();

  constructor(private readonly program: CheckedProgram) {}

  /** Bytes of a type that may share a slot; undefined for types that start a slot of their own. */
  packedBytes(type: SolType): number | undefined {
    const t = underlying(type);
    switch (t.kind) {
      case "integer":
        return t.bits / 8;
      case "bool":
      case "enum":
        return 1;
      case "address":
      case "contract":
        return 20;
      case "fixedBytes":
        return t.size;
      case "fixedPoint":
        return fixedPointUnsupported();
      case "function":
        return t.functionKind === "external" ? 24 : 8;
      default:
        return undefined;
    }
  }

  /** Whole slots that a type takes. */
  slots(type: SolType): bigint {
    const t = underlying(type);
    switch (t.kind) {
      case "array": {
        if (t.length === undefined) return 1n;
        const perSlot = this.elementsPerSlot(t);
        const slots = perSlot > 0 ? (t.length + BigInt(perSlot) - 1n) / BigInt(perSlot) : t.length * this.slots(t.element);
        return slots > 0n ? slots : 1n;
      }
      case "struct":
        return this.struct(t.definition).slots;
      default:
        return 1n;
    }
  }

  /** How many elements of an array share a slot; 0 where one element takes one slot or more. */
  elementsPerSlot(array: ArrayType): number {
    const bytes = this.packedBytes(array.element);
    return bytes === undefined || bytes > 16 ? 0 : Math.floor(32 / bytes);
  }

  struct(definition: StructDefinition): StructLayout {
    const known = this.structs.get(definition);
    if (known) return known;
    const packer = new Packer(this, 0n);
    const members = definition.members.map((m) => packer.place(m, this.program.variableType(m)));
    const end = packer.align();
    const layout = { members, slots: end > 0n ? end : 1n };
    this.structs.set(definition, layout);
    return layout;
  }

  /** The member of a struct by its declaration. */
  member(definition: StructDefinition, variable: VariableDeclaration): LayoutItem {
    const item = this.struct(definition).members.find((m) => m.variable === variable);
    if (!item) throw new InternalError(`'${variable.name}' is no member of struct '${definition.name}'`, variable.span);
    return item;
  }

  contract(info: ContractInfo): ContractLayout {
    const known = this.contracts.get(info);
    if (known) return known;
    const storage = new Packer(this, this.baseSlot(info));
    const transient = new Packer(this, 0n);
    const layout: { storage: LayoutItem[]; transient: LayoutItem[] } = { storage: [], transient: [] };
    for (const base of [...info.linearizedBases].reverse())
      for (const member of base.members) {
        if (member.kind !== "VariableDeclaration" || member.mutability !== "mutable") continue;
        const type = this.program.variableType(member);
        if (member.isTransient) layout.transient.push(transient.place(member, type));
        else layout.storage.push(storage.place(member, type));
      }
    this.contracts.set(info, layout);
    return layout;
  }

  /** `layout at N` of the contract itself; 0 without it. */
  private baseSlot(info: ContractInfo): bigint {
    const specifier = info.definition.storageLayout;
    if (!specifier) return 0n;
    const value = this.program.constantValue(specifier.baseSlot);
    if (value === undefined) throw new InternalError("the base slot is not constant", specifier.span);
    return value;
  }
}
