/** The storage layout as JSON in solc's shape (`storageLayout`): one entry a variable, and the types that they refer to. */
import { InternalError } from "../../../../diagnostics/diagnostic.js";
import type { Declaration } from "../../syntax/ast.js";
import type { CheckedProgram, ContractInfo } from "../../semantics/program.js";
import type { SolType } from "../../semantics/types.js";
import { StorageLayouts, type LayoutItem } from "./layout.js";

interface StorageEntry {
  readonly astId: number;
  readonly contract: string;
  readonly label: string;
  readonly offset: number;
  readonly slot: string;
  readonly type: string;
}

interface TypeEntry {
  readonly encoding: "inplace" | "mapping" | "dynamic_array" | "bytes";
  readonly label: string;
  readonly numberOfBytes: string;
  readonly key?: string;
  readonly value?: string;
  readonly base?: string;
  readonly members?: readonly StorageEntry[];
}

export interface StorageLayoutJson {
  readonly storage: readonly StorageEntry[];
  readonly types: Readonly<Record<string, TypeEntry>> | null;
}

/** The layout of a contract's storage variables (transient ones are left out, as in solc's `storageLayout`). */
export function storageLayoutJson(program: CheckedProgram, info: ContractInfo): StorageLayoutJson {
  if (info.definition.contractKind === "interface") return { storage: [], types: null };
  const writer = new LayoutWriter(program, info.fullName);
  const storage = writer.layouts.contract(info).storage.map((item) => writer.entry(item));
  const types = Object.fromEntries([...writer.types].sort(([a], [b]) => (a < b ? -1 : 1)));
  return { storage, types: storage.length > 0 ? types : null };
}

class LayoutWriter {
  readonly layouts: StorageLayouts;
  readonly types = new Map<string, TypeEntry>();

  constructor(
    private readonly program: CheckedProgram,
    private readonly contract: string,
  ) {
    this.layouts = new StorageLayouts(program);
  }

  entry(item: LayoutItem): StorageEntry {
    return {
      astId: item.variable.id,
      contract: this.contract,
      label: item.variable.name,
      offset: item.offset,
      slot: item.slot.toString(),
      type: this.add(item.type),
    };
  }

  /** Registers a type and gives its identifier. */
  private add(type: SolType): string {
    const id = typeId(type);
    if (this.types.has(id)) return id;
    const bytes = this.layouts.packedBytes(type);
    const numberOfBytes = bytes !== undefined ? String(bytes) : (this.layouts.slots(type) * 32n).toString();
    const label = typeLabel(this.program, type);
    // Registered before its parts: structs may contain themselves through mappings and dynamic arrays.
    this.types.set(id, { encoding: "inplace", label, numberOfBytes });
    switch (type.kind) {
      case "mapping":
        this.types.set(id, { encoding: "mapping", key: this.add(type.key), label, numberOfBytes, value: this.add(type.value) });
        break;
      case "bytes":
        this.types.set(id, { encoding: "bytes", label, numberOfBytes });
        break;
      case "array":
        this.types.set(id, { base: this.add(type.element), encoding: type.length === undefined ? "dynamic_array" : "inplace", label, numberOfBytes });
        break;
      case "struct":
        this.types.set(id, { encoding: "inplace", label, members: this.layouts.struct(type.definition).members.map((m) => this.entry(m)), numberOfBytes });
        break;
      default:
        break;
    }
    return id;
  }
}

/** solc's identifier of a type: `t_mapping(t_address,t_uint256)`. */
function typeId(type: SolType): string {
  switch (type.kind) {
    case "integer":
      return `t_${type.signed ? "int" : "uint"}${type.bits}`;
    case "bool":
      return "t_bool";
    case "address":
      return type.payable ? "t_address_payable" : "t_address";
    case "fixedBytes":
      return `t_bytes${type.size}`;
    case "bytes":
      // Keys of mappings are handed over in memory.
      return `t_${type.isString ? "string" : "bytes"}_${type.location === "memory" ? "memory_ptr" : "storage"}`;
    case "enum":
      return `t_enum(${type.definition.name})${type.definition.id}`;
    case "userValue":
      return `t_userDefinedValueType(${type.definition.name})${type.definition.id}`;
    case "contract":
      return `t_contract(${type.definition.name})${type.definition.id}`;
    case "struct":
      return `t_struct(${type.definition.name})${type.definition.id}_storage`;
    case "mapping":
      return `t_mapping(${typeId(type.key)},${typeId(type.value)})`;
    case "array":
      return `t_array(${typeId(type.element)})${type.length ?? "dyn"}_storage`;
    case "function": {
      const list = (types: readonly SolType[]): string => types.map((t) => typeId(t).replace(/_storage$/, "_memory_ptr")).join(",");
      return `t_function_${type.functionKind}_${type.mutability}(${list(type.parameters)})returns(${list(type.returns)})`;
    }
    default:
      throw new InternalError(`type '${type.kind}' is not stored`);
  }
}

/** The type as Solidity writes it: `mapping(address => struct C.S)`. */
function typeLabel(program: CheckedProgram, type: SolType): string {
  switch (type.kind) {
    case "integer":
      return `${type.signed ? "int" : "uint"}${type.bits}`;
    case "bool":
      return "bool";
    case "address":
      return type.payable ? "address payable" : "address";
    case "fixedBytes":
      return `bytes${type.size}`;
    case "bytes":
      return type.isString ? "string" : "bytes";
    case "enum":
      return `enum ${qualifiedName(program, type.definition)}`;
    case "userValue":
      return qualifiedName(program, type.definition);
    case "contract":
      return `contract ${type.definition.name}`;
    case "struct":
      return `struct ${qualifiedName(program, type.definition)}`;
    case "mapping":
      return `mapping(${typeLabel(program, type.key)} => ${typeLabel(program, type.value)})`;
    case "array":
      return `${typeLabel(program, type.element)}[${type.length ?? ""}]`;
    case "function": {
      const list = (types: readonly SolType[]): string => types.map((t) => typeLabel(program, t)).join(",");
      const mutability = type.mutability === "nonpayable" ? "" : ` ${type.mutability}`;
      const visibility = type.functionKind === "external" ? " external" : "";
      const returns = type.returns.length > 0 ? ` returns (${list(type.returns)})` : "";
      return `function (${list(type.parameters)})${mutability}${visibility}${returns}`;
    }
    default:
      throw new InternalError(`type '${type.kind}' is not stored`);
  }
}

function qualifiedName(program: CheckedProgram, declaration: Declaration & { readonly name: string }): string {
  const contract = program.contractOf(declaration);
  return contract ? `${contract.name}.${declaration.name}` : declaration.name;
}
