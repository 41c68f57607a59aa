/** Members of every type: what `x.name` can mean, overloads included. */
import type { ContractDefinition, Declaration, FunctionDefinition } from "../syntax/ast.js";
import type { LanguageLine } from "../syntax/language.js";
import { addressMembers, magicMembers } from "./builtins.js";
import { asExternallyCallable, declarationType, functionDefinitionType, typeViaContractName } from "./function-types.js";
import { interfaceOf } from "./interface.js";
import type { Model } from "./model.js";
import { sameTypes } from "./same-type.js";
import { ADDRESS, BYTES32, BYTES4, BYTES_MEMORY, fixedBytes, functionType, STRING_MEMORY, UINT256, UINT8, withLocation, withLocationIfReference } from "./type-factory.js";
import { canLiveOutsideStorage } from "./type-properties.js";
import type { ArrayType, BytesType, ContractType, FunctionType, SolType } from "./types.js";
import type { LookupSite, UsingTable } from "./using-for.js";
import { isPartOfExternalInterface, isVisibleAsLibraryMember, isVisibleInDerivedContracts, isVisibleViaContractType } from "./visibility.js";

export interface Member {
  readonly type: SolType;
  readonly declaration?: Declaration;
}

export class MemberTable {
  private readonly instanceMembers = new Map<ContractDefinition, Map<string, Member[]>>();
  private readonly superMembers = new Map<ContractDefinition, Map<string, Member[]>>();

  constructor(
    private readonly m: Model,
    private readonly using: UsingTable,
  ) {}

  /** Everything `name` can mean on a value of the type, seen from `site`. */
  lookup(type: SolType, name: string, site: LookupSite, line: LanguageLine): readonly Member[] {
    const native = this.native(type, name, site, line);
    const attached = this.using.attached(type, name, site).map((t): Member => ({ type: t, declaration: t.declaration }));
    return attached.length > 0 ? [...native, ...attached] : native;
  }

  /** Members that the type itself has. */
  native(type: SolType, name: string, site: LookupSite, line: LanguageLine): readonly Member[] {
    switch (type.kind) {
      case "address":
        return one(addressMembers(type, line).get(name));
      case "fixedBytes":
        return one(name === "length" ? UINT8 : undefined);
      case "bytes":
      case "array":
        return this.arrayMembers(type, name, line);
      case "struct": {
        const member = type.definition.members.find((v) => v.name === name);
        if (!member || (type.location !== "storage" && !canLiveOutsideStorage(this.m.variableType(member)))) return [];
        return [{ type: withLocationIfReference(this.m.variableType(member), type.location), declaration: member }];
      }
      case "contract":
        return this.contractMembers(type, name);
      case "function":
        return one(this.functionMember(type, name, site));
      case "type":
        return this.typeMembers(type.actual, name, site);
      case "module":
        return (this.m.scopes.get(type.unit)?.own(name) ?? []).flatMap((declaration) =>
          declaration.kind === "Builtin" ? [] : [{ type: declarationType(this.m, declaration), declaration }],
        );
      case "magic":
        return one(magicMembers(type, line, (contract) => this.m.isAbstract(contract)).get(name));
      default:
        return [];
    }
  }

  private arrayMembers(type: ArrayType | BytesType, name: string, line: LanguageLine): readonly Member[] {
    if (type.kind === "bytes" && type.isString) return [];
    if (name === "length") return one(UINT256);
    const isGrowing = type.location === "storage" && (type.kind === "bytes" || type.length === undefined);
    if (!isGrowing) return [];
    const self = withLocation(type, "storage", true);
    const element = type.kind === "bytes" ? fixedBytes(1) : type.element;
    const bound = { bound: true };
    if (name === "pop") return one(functionType("arrayPop", [self], [], "nonpayable", bound));
    if (name !== "push") return [];
    // Before 0.6 push took one value and gave the new length.
    if (line === "0.5") return one(functionType("arrayPush", [self, element], [UINT256], "nonpayable", bound));
    return [{ type: functionType("arrayPush", [self], [element], "nonpayable", bound) }, { type: functionType("arrayPush", [self, element], [], "nonpayable", bound) }];
  }

  private contractMembers(type: ContractType, name: string): readonly Member[] {
    const { definition } = type;
    if (definition.contractKind === "library" || type.isSuper) return [];
    let table = this.instanceMembers.get(definition);
    if (!table) {
      this.instanceMembers.set(definition, (table = new Map<string, Member[]>()));
      for (const f of interfaceOf(this.m, definition)) {
        push(table, f.declaration.name, { type: asExternallyCallable(f.type, false), declaration: f.declaration });
      }
    }
    return table.get(name) ?? [];
  }

  private functionMember(type: FunctionType, name: string, site: LookupSite): SolType | undefined {
    const { declaration } = type;
    switch (type.functionKind) {
      case "external":
        return name === "selector" ? BYTES4 : name === "address" ? ADDRESS : undefined;
      case "declaration":
        return name === "selector" && declaration && isPartOfExternalInterface(declaration) ? BYTES4 : undefined;
      case "internal": {
        const home = declaration && this.m.contractOf.get(declaration);
        const isForeign = home !== undefined && declaration?.kind === "FunctionDefinition" && home !== site && isPartOfExternalInterface(declaration);
        return name === "selector" && isForeign ? BYTES4 : undefined;
      }
      case "delegatecall":
      case "error":
        return name === "selector" && declaration ? BYTES4 : undefined;
      case "event":
        return name === "selector" && declaration?.kind === "EventDefinition" && !declaration.isAnonymous ? BYTES32 : undefined;
      default:
        return undefined;
    }
  }

  private typeMembers(actual: SolType, name: string, site: LookupSite): readonly Member[] {
    switch (actual.kind) {
      case "contract":
        return actual.isSuper ? this.superMembersOf(actual.definition, name) : this.membersViaName(actual.definition, name, site);
      case "enum": {
        const value = actual.definition.members.find((v) => v.name === name);
        return value ? [{ type: actual, declaration: value }] : [];
      }
      case "userValue":
        if (name === "wrap") return one(functionType("wrap", [actual.underlying], [actual], "pure"));
        return one(name === "unwrap" ? functionType("unwrap", [actual], [actual.underlying], "pure") : undefined);
      case "bytes": {
        if (name !== "concat") return [];
        const [kind, result] = actual.isString ? (["stringConcat", STRING_MEMORY] as const) : (["bytesConcat", BYTES_MEMORY] as const);
        return one(functionType(kind, [], [result], "pure", { variadic: true }));
      }
      default:
        return [];
    }
  }

  /** `C.name`: inherited members where C is a base of the current contract, else what is visible from outside. */
  private membersViaName(contract: ContractDefinition, name: string, site: LookupSite): readonly Member[] {
    const isDeriving = site.kind === "ContractDefinition" && this.m.derivesFrom(site, contract);
    const isLibrary = contract.contractKind === "library";
    const members: Member[] = [];
    for (const declaration of this.m.scopes.get(contract)?.own(name, true) ?? []) {
      if (declaration.kind === "Builtin" || declaration.kind === "ModifierDefinition") continue;
      // Inherited members are named through the base that declares them.
      if (this.m.contractOf.get(declaration) !== contract) continue;
      if (!isLibrary && isDeriving && isVisibleInDerivedContracts(declaration)) {
        const isUnimplemented = declaration.kind === "FunctionDefinition" && !declaration.body;
        const type = isUnimplemented ? typeViaContractName(this.m, declaration) : declarationType(this.m, declaration);
        members.push({ type, declaration });
      } else if ((isLibrary && isVisibleAsLibraryMember(declaration)) || isVisibleViaContractType(declaration)) {
        members.push({ type: typeViaContractName(this.m, declaration), declaration });
      }
    }
    return members;
  }

  /** `super.name`: the implemented functions of the bases, most derived first. */
  private superMembersOf(contract: ContractDefinition, name: string): readonly Member[] {
    let table = this.superMembers.get(contract);
    if (!table) {
      this.superMembers.set(contract, (table = new Map<string, Member[]>()));
      for (const base of this.m.linearization(contract).slice(1)) {
        for (const f of this.m.membersOf(base).functions) if (isSuperTarget(f)) this.addUnlessOverridden(table, f);
      }
    }
    return table.get(name) ?? [];
  }

  private addUnlessOverridden(table: Map<string, Member[]>, f: FunctionDefinition): void {
    const type = functionDefinitionType(this.m, f, "internal");
    const isKnown = (table.get(f.name) ?? []).some((known) => known.type.kind === "function" && sameTypes(known.type.parameters, type.parameters));
    if (!isKnown) push(table, f.name, { type, declaration: f });
  }
}

function isSuperTarget(f: FunctionDefinition): boolean {
  return isVisibleInDerivedContracts(f) && f.body !== undefined;
}

function one(type: SolType | undefined): readonly Member[] {
  return type ? [{ type }] : [];
}

function push(table: Map<string, Member[]>, name: string, member: Member): void {
  const list = table.get(name);
  if (list) list.push(member);
  else table.set(name, [member]);
}
