/** `using for`: resolves the directives, finds the functions attached to a type, and user-defined operators. */
import type { BinaryOperator, ContractDefinition, FunctionDefinition, SourceUnit, UnaryOperator, UserDefinableOperator, UsingForDirective } from "../syntax/ast.js";
import { isBefore } from "../syntax/language.js";
import { isImplicit } from "./conversions.js";
import { functionDefinitionType, typeViaContractName } from "./function-types.js";
import type { Model } from "./model.js";
import { sameType, typeKey } from "./same-type.js";
import { isReference, withLocationIfReference } from "./type-factory.js";
import type { FunctionType, SolType } from "./types.js";
import { isVisibleAsLibraryMember } from "./visibility.js";

export interface AttachedFunction {
  /** The name it is called by. */
  readonly name: string;
  readonly definition: FunctionDefinition;
  readonly operator?: UserDefinableOperator;
}

/** A directive with its names resolved. */
export interface ResolvedUsing {
  readonly directive: UsingForDirective;
  /** Undefined for `*`. */
  readonly type: SolType | undefined;
  readonly functions: readonly AttachedFunction[];
}

/** Where members are looked up from: decides about directives in force and inherited members. */
export type LookupSite = ContractDefinition | SourceUnit;

/** The declaration of a user-defined struct, enum or value type. */
export function typeDefinition(type: SolType): (SolType & { readonly kind: "struct" | "enum" | "userValue" })["definition"] | undefined {
  return type.kind === "struct" || type.kind === "enum" || type.kind === "userValue" ? type.definition : undefined;
}

/** The functions of a library that `using L for T` attaches. */
export function libraryFunctions(m: Model, library: ContractDefinition): AttachedFunction[] {
  return m
    .membersOf(library)
    .functions.filter((f) => f.functionKind === "function" && isVisibleAsLibraryMember(f) && f.parameters.length > 0)
    .map((definition) => ({ name: definition.name, definition }));
}

export class UsingTable {
  private readonly bySite = new Map<LookupSite, ResolvedUsing[]>();
  /** Names that directives in error would have attached; undefined stands for all. */
  private readonly broken = new Map<LookupSite, Set<string | undefined>>();
  private readonly attachedCache = new Map<LookupSite, Map<string, Map<string, FunctionType[]>>>();

  constructor(private readonly m: Model) {}

  add(site: LookupSite, using: ResolvedUsing): void {
    const list = this.bySite.get(site);
    if (list) list.push(using);
    else this.bySite.set(site, [using]);
  }

  /** Notes that a directive, which has been reported, does not attach what it should. @param name undefined for a whole library */
  addBroken(site: LookupSite, name: string | undefined): void {
    const names = this.broken.get(site);
    if (names) names.add(name);
    else this.broken.set(site, new Set([name]));
  }

  /** Whether a name may be missing only because of a directive in error. */
  isBroken(name: string, site: LookupSite): boolean {
    const unit = site.kind === "SourceUnit" ? site : this.m.unitOf.get(site)!;
    return [site, unit].some((place) => this.broken.get(place)?.has(name) || this.broken.get(place)?.has(undefined));
  }

  /** Functions attached to a type under a name, as bound functions. */
  attached(type: SolType, name: string, site: LookupSite): readonly FunctionType[] {
    let bySite = this.attachedCache.get(site);
    if (!bySite) this.attachedCache.set(site, (bySite = new Map<string, Map<string, FunctionType[]>>()));
    const key = typeKey(type);
    let byName = bySite.get(key);
    if (!byName) bySite.set(key, (byName = this.collect(type, site)));
    return byName.get(name) ?? [];
  }

  private collect(type: SolType, site: LookupSite): Map<string, FunctionType[]> {
    const byName = new Map<string, FunctionType[]>();
    const seen = new Map<string, Set<FunctionDefinition>>();
    for (const using of this.directivesFor(type, site)) {
      for (const { name, definition, operator } of using.functions) {
        if (operator !== undefined || seen.get(name)?.has(definition)) continue;
        const bound = this.bind(type, definition);
        if (!bound) continue;
        if (!seen.has(name)) seen.set(name, new Set());
        seen.get(name)!.add(definition);
        byName.set(name, [...(byName.get(name) ?? []), bound]);
      }
    }
    return byName;
  }

  /** The function with a value of the type as its first argument, if it takes one. */
  private bind(type: SolType, definition: FunctionDefinition): FunctionType | undefined {
    const functionType = this.typeOf(definition);
    const [self] = functionType.parameters;
    return self && isImplicit(this.m, type, self) ? { ...functionType, bound: true } : undefined;
  }

  private typeOf(definition: FunctionDefinition): FunctionType {
    const type = typeViaContractName(this.m, definition);
    const isUsable = this.m.isLibraryMember(definition) && type.kind === "function";
    return isUsable ? type : functionDefinitionType(this.m, definition, "internal");
  }

  /** The functions that implement an operator on a type: one in valid code. */
  operators(type: SolType, operator: UnaryOperator | BinaryOperator, site: LookupSite, isUnary: boolean): FunctionDefinition[] {
    if (!typeDefinition(type)) return [];
    const found = new Set<FunctionDefinition>();
    for (const using of this.directivesFor(type, site)) {
      for (const attached of using.functions) {
        if (attached.operator !== operator) continue;
        const { parameters } = this.typeOf(attached.definition);
        const isMatch = parameters.length === (isUnary ? 1 : 2) && sameType(type, parameters[0]!);
        if (isMatch) found.add(attached.definition);
      }
    }
    return [...found];
  }

  private directivesFor(type: SolType, site: LookupSite): ResolvedUsing[] {
    const location = isReference(type) ? type.location : "storage";
    const normal = withLocationIfReference(type, location, true);
    return this.directivesAt(site, type).filter((using) => using.type === undefined || sameType(normal, withLocationIfReference(using.type, location, true)));
  }

  private directivesAt(site: LookupSite, type: SolType): ResolvedUsing[] {
    const unit = site.kind === "SourceUnit" ? site : this.m.unitOf.get(site)!;
    const sites: LookupSite[] = [site];
    if (site.kind === "ContractDefinition") {
      // Directives were inherited before 0.7.
      if (isBefore(this.m.lineOf(unit), "0.7")) sites.push(...this.m.linearization(site).slice(1));
      sites.push(unit);
    }
    const directives = sites.flatMap((s) => this.bySite.get(s) ?? []);
    const definition = typeDefinition(type);
    if (!definition || this.m.contractOf.has(definition)) return directives;
    const home = this.m.unitOf.get(definition);
    const globals = (home && home !== unit ? (this.bySite.get(home) ?? []) : []).filter((using) => using.directive.isGlobal && using.type);
    return [...directives, ...globals];
  }
}
