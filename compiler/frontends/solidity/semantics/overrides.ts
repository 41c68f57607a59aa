/** Overriding between a contract and its bases: `virtual` and `override`, visibility, mutability, types, ambiguities. */
import type { ContractDefinition, FunctionDefinition, ModifierDefinition, StateMutability, VariableDeclaration } from "../syntax/ast.js";
import { isBefore } from "../syntax/language.js";
import { asExternallyCallable, externalDefinitionType, functionDefinitionType } from "./function-types.js";
import type { Model } from "./model.js";
import { undecidedBases } from "./override-graph.js";
import { resolvePath } from "./paths.js";
import { sameTypes, typeKey } from "./same-type.js";
import type { FunctionType } from "./types.js";
import { functionVisibility } from "./visibility.js";

/** What can override or be overridden. */
export type Overridable = FunctionDefinition | ModifierDefinition | VariableDeclaration;

type Table = ReadonlyMap<string, readonly Overridable[]>;

const mutabilityRank: Readonly<Record<StateMutability, number>> = { pure: 0, view: 1, nonpayable: 2, payable: 3 };

export class OverrideChecker {
  private readonly inheritedFunctions = new Map<ContractDefinition, Table>();
  private readonly inheritedModifiers = new Map<ContractDefinition, Table>();
  private readonly keys = new Map<Overridable, string>();

  constructor(private readonly m: Model) {}

  /** Checks one contract; its bases must have been checked before. */
  check(contract: ContractDefinition): void {
    const functions = this.inherited(contract, "functions");
    const modifiers = this.inherited(contract, "modifiers");
    const own = this.m.membersOf(contract);
    const isNamed = (table: Table, name: string): boolean => [...table.values()].some((list) => list[0]!.name === name && name !== "");
    for (const modifier of own.modifiers) {
      if (isNamed(functions, modifier.name)) this.error("5631", "Override changes function or public state variable to modifier.", modifier);
      this.checkItem(modifier, modifiers.get(this.key(modifier)) ?? []);
    }
    for (const f of own.functions) {
      if (f.functionKind === "constructor") continue;
      if (isNamed(modifiers, f.name)) this.error("1469", "Override changes modifier to function.", f);
      this.checkItem(f, functions.get(this.key(f)) ?? []);
    }
    for (const variable of own.variables) {
      if (variable.visibility !== "public") {
        if (variable.overrides) this.error("8022", "Override can only be used with public state variables.", variable);
        continue;
      }
      if (isNamed(modifiers, variable.name)) this.error("1456", "Override changes modifier to public state variable.", variable);
      this.checkItem(variable, functions.get(this.key(variable)) ?? []);
    }
    if (isBefore(this.m.lineOf(this.m.unitOf.get(contract)!), "0.6")) return;
    this.checkAmbiguous(contract, functions, [...own.functions, ...own.variables.filter((v) => v.visibility === "public")]);
    this.checkAmbiguous(contract, modifiers, own.modifiers);
  }

  private error(code: string, message: string, at: { readonly span: Overridable["span"] }, other?: Overridable, note?: string, hint?: string): void {
    const related = other && [{ span: other.span, message: note ?? `Overridden ${nodeName(other)} is here:` }];
    this.m.sink.error("TypeError", code, message, at.span, hint, related);
  }

  /** What makes two members the same for overriding: kind, name, parameters as callers see them. */
  private key(item: Overridable): string {
    let key = this.keys.get(item);
    if (key === undefined) {
      key = this.computeKey(item);
      this.keys.set(item, key);
    }
    return key;
  }

  private computeKey(item: Overridable): string {
    if (item.kind === "ModifierDefinition") return item.name;
    const kind = item.kind === "VariableDeclaration" ? "function" : item.functionKind;
    if (kind !== "function") return `${item.name} ${kind}`;
    return `${item.name} ${kind} ${this.external(item).parameters.map(typeKey).join()}`;
  }

  private external(item: FunctionDefinition | VariableDeclaration): FunctionType {
    return asExternallyCallable(externalDefinitionType(this.m, item), false);
  }

  private directBases(contract: ContractDefinition): ContractDefinition[] {
    return contract.bases.flatMap(({ baseName }) => {
      const reference = this.m.references.get(baseName);
      const base = reference?.kind === "declaration" ? reference.declaration : undefined;
      return base?.kind === "ContractDefinition" && this.m.derivesFrom(contract, base) ? [base] : [];
    });
  }

  private ownItems(contract: ContractDefinition, kind: "functions" | "modifiers"): Overridable[] {
    const { functions, variables, modifiers } = this.m.membersOf(contract);
    if (kind === "modifiers") return [...modifiers];
    return [...functions.filter((f) => f.functionKind !== "constructor"), ...variables.filter((v) => v.visibility === "public")];
  }

  /** Per signature, at least one item for every direct base that has or inherits it. */
  private inherited(contract: ContractDefinition, kind: "functions" | "modifiers"): Table {
    const cache = kind === "functions" ? this.inheritedFunctions : this.inheritedModifiers;
    const known = cache.get(contract);
    if (known) return known;
    const table = new Map<string, Overridable[]>();
    const add = (item: Overridable): void => {
      const list = table.get(this.key(item));
      if (list) list.push(item);
      else table.set(this.key(item), [item]);
    };
    for (const base of this.directBases(contract)) {
      const own = new Map<string, Overridable>();
      for (const item of this.ownItems(base, kind)) if (!own.has(this.key(item))) own.set(this.key(item), item);
      own.forEach(add);
      for (const [key, items] of this.inherited(base, kind)) if (!own.has(key)) items.forEach(add);
    }
    cache.set(contract, table);
    return table;
  }

  private home(item: Overridable): ContractDefinition {
    return this.m.contractOf.get(item)!;
  }

  private checkItem(item: Overridable, inherited: readonly Overridable[]): void {
    const listed = this.checkOverrideList(item);
    const bases = [...new Set(inherited)];
    for (const base of bases) this.checkOverride(item, base);
    const expected = new Set(bases.map((base) => this.home(base)));
    const { overrides } = item;
    const capital = nodeName(item)[0]!.toUpperCase() + nodeName(item).slice(1);
    if (overrides && expected.size === 0) {
      this.error(
        "7792",
        `${capital} has override specified but does not override anything.`,
        overrides,
        undefined,
        undefined,
        'Remove "override", or check name and parameter types.',
      );
    }
    if (isBefore(this.m.lineOf(this.m.unitOf.get(item)!), "0.6")) return;
    const missing = expected.size > 1 ? [...expected].filter((c) => !listed.has(c)) : [];
    if (missing.length > 0) {
      const names = contractList(missing);
      const hint = `Write override(${[...expected].map((c) => c.name).join(", ")}).`;
      this.error("4327", `${capital} needs to specify overridden ${names}.`, overrides ?? item, undefined, undefined, hint);
    }
    const surplus = [...listed].filter((c) => !expected.has(c));
    if (surplus.length > 0 && overrides) {
      const [what, names] = splitContractList(surplus);
      this.error("2353", `Invalid ${what} specified in override list: ${names}.`, overrides);
    }
  }

  /** The contracts of `override(A, B)`. */
  private checkOverrideList(item: Overridable): Set<ContractDefinition> {
    const listed = new Set<ContractDefinition>();
    const scope = this.m.scopes.get(this.home(item))!;
    for (const path of item.overrides?.bases ?? []) {
      const declaration = resolvePath(this.m, path, scope);
      if (!declaration) continue;
      if (declaration.kind !== "ContractDefinition") {
        const found = declaration.kind === "ImportDirective" ? "module" : this.m.canonicalName(declaration);
        this.m.sink.error("TypeError", "9301", `Expected contract but got ${found}.`, path.span);
      } else if (listed.has(declaration)) {
        this.m.sink.error("TypeError", "4520", `Duplicate contract "${path.name}" found in override list of "${item.name}".`, path.span);
      } else {
        if (declaration.contractKind === "library") this.m.sink.error("TypeError", "1130", "Invalid use of a library name.", path.span);
        listed.add(declaration);
      }
    }
    return listed;
  }

  private checkOverride(item: Overridable, base: Overridable): void {
    if (base.kind !== "VariableDeclaration") {
      const known = this.m.baseFunctions.get(item);
      if (known) known.add(base);
      else this.m.baseFunctions.set(item, new Set([base]));
    }
    const line = this.m.lineOf(this.m.unitOf.get(item)!);
    if (item.kind === "ModifierDefinition" && base.kind === "ModifierDefinition") {
      const typesOf = (x: ModifierDefinition): ReturnType<Model["variableType"]>[] => x.parameters.map((p) => this.m.variableType(p));
      if (!sameTypes(typesOf(item), typesOf(base))) this.error("1078", "Override changes modifier signature.", item);
    }
    if (!isBefore(line, "0.6")) this.checkKeywords(item, base);
    this.checkVisibility(item, base);
    if (item.kind !== "VariableDeclaration" && !item.body && base.kind !== "VariableDeclaration" && base.body) {
      const message = `Overriding an implemented ${nodeName(base)} with an unimplemented ${nodeName(item)} is not allowed.`;
      this.error("4593", message, item, base);
    }
    if (base.kind === "FunctionDefinition" && item.kind !== "ModifierDefinition") this.checkTypes(item, base);
  }

  private checkKeywords(item: Overridable, base: Overridable): void {
    const isFromInterface = base.kind === "FunctionDefinition" && this.home(base).contractKind === "interface";
    if (!item.overrides && !isFromInterface) {
      const note = `Overridden ${nodeName(item)} is here:`;
      this.error("9456", `Overriding ${nodeName(item)} is missing "override" specifier.`, item, base, note, 'Add "override".');
    } else if (!item.overrides && isBefore(this.m.lineOf(this.m.unitOf.get(item)!), "0.8")) {
      this.error("9456", `Overriding ${nodeName(item)} is missing "override" specifier.`, item, base, undefined, 'Add "override".');
    }
    if (base.kind === "VariableDeclaration") {
      this.error("1452", "Cannot override public state variable.", base, item, `Overriding ${nodeName(item)} is here:`);
    } else if (!this.isVirtual(base)) {
      const message = `Trying to override non-virtual ${nodeName(base)}. Did you forget to add "virtual"?`;
      this.error("4334", message, base, item, `Overriding ${nodeName(item)} is here:`, 'Add "virtual" to it.');
    }
  }

  private isVirtual(item: Overridable): boolean {
    return item.kind !== "VariableDeclaration" && (item.isVirtual || this.home(item).contractKind === "interface");
  }

  private checkVisibility(item: Overridable, base: Overridable): void {
    const [own, inherited] = [visibilityOf(item), visibilityOf(base)];
    if (item.kind === "VariableDeclaration") {
      if (inherited !== "external") {
        const message = "Public state variables can only override functions with external visibility.";
        this.error("5225", message, item, base, "Overridden function is here:");
      }
    } else if (own !== inherited && !(inherited === "external" && own === "public")) {
      this.error("9098", `Overriding ${nodeName(item)} visibility differs.`, item, base, `Overridden ${nodeName(item)} is here:`);
    }
  }

  private checkTypes(item: FunctionDefinition | VariableDeclaration, base: FunctionDefinition): void {
    const isFallback = item.kind === "FunctionDefinition" && item.functionKind === "fallback";
    const note = `Overridden ${nodeName(item)} is here:`;
    const returnsDiffer = !isFallback && !sameTypes(this.external(item).returns, this.external(base).returns);
    if (returnsDiffer) this.error("4822", `Overriding ${nodeName(item)} return types differ.`, item, base, note);
    if (item.kind === "FunctionDefinition" && !returnsDiffer && !isFallback && functionVisibility(base) !== "external") {
      const own = functionDefinitionType(this.m, item, "internal");
      const inherited = functionDefinitionType(this.m, base, "internal");
      const message = (what: string): string => `Data locations of ${what} have to be the same when overriding non-external functions, but they differ.`;
      if (!sameTypes(own.parameters, inherited.parameters)) this.error("7723", message("parameters"), item, base, note);
      if (!sameTypes(own.returns, inherited.returns)) this.error("1443", message("return variables"), item, base, note);
    }
    const [own, inherited] = [mutabilityOf(item), base.stateMutability];
    // Before 0.7 the getter of any variable could stand for a pure function.
    if (item.kind === "VariableDeclaration" && inherited === "pure" && isBefore(this.m.lineOf(this.m.unitOf.get(item)!), "0.7")) return;
    if (own !== inherited && (mutabilityRank[own] > mutabilityRank[inherited] || inherited === "payable")) {
      this.error("6959", `Overriding ${nodeName(item)} changes state mutability from "${inherited}" to "${own}".`, item, base);
    }
  }

  /** Functions that come from two bases must be overridden, unless one base of both decides. */
  private checkAmbiguous(contract: ContractDefinition, table: Table, own: readonly Overridable[]): void {
    const overridden = new Set(own.map((item) => this.key(item)));
    for (const [key, items] of table) {
      const bases = [...new Set(items)];
      if (overridden.has(key) || bases.length <= 1) continue;
      const left = undecidedBases(bases, (item) => [...(this.m.baseFunctions.get(item) ?? [])]);
      if (left.length <= 1) continue;
      const [first] = left;
      const name = first!.kind === "VariableDeclaration" ? "function" : nodeName(first!);
      const property = first!.kind === "ModifierDefinition" ? "name" : "name and parameter types";
      const hasVariable = left.some((item) => item.kind === "VariableDeclaration");
      const advice = hasVariable
        ? " Since one of the bases defines a public state variable which cannot be overridden, you have to change the inheritance layout or the names of the functions."
        : "";
      const message = `Derived contract must override ${name} "${first!.name}". Two or more base classes define ${name} with same ${property}.${advice}`;
      const related = left.map((item) => ({ span: item.span, message: `Definition in "${this.home(item).name}": ` }));
      const hint = hasVariable ? undefined : `Define it with override(${left.map((item) => this.home(item).name).join(", ")}).`;
      this.m.sink.error("TypeError", "6480", message, contract.span, hint, related);
    }
  }
}

function nodeName(item: Overridable): string {
  if (item.kind === "VariableDeclaration") return "public state variable";
  return item.kind === "ModifierDefinition" ? "modifier" : "function";
}

function visibilityOf(item: Overridable): string {
  if (item.kind === "VariableDeclaration") return "external";
  return item.kind === "ModifierDefinition" ? "internal" : functionVisibility(item);
}

function mutabilityOf(item: FunctionDefinition | VariableDeclaration): StateMutability {
  if (item.kind === "FunctionDefinition") return item.stateMutability;
  return item.mutability === "constant" ? "pure" : "view";
}

function splitContractList(contracts: readonly ContractDefinition[]): [string, string] {
  const names = contracts.map((c) => `"${c.name}"`).sort();
  const last = names.pop()!;
  return [contracts.length > 1 ? "contracts" : "contract", names.length > 0 ? `${names.join(", ")} and ${last}` : last];
}

function contractList(contracts: readonly ContractDefinition[]): string {
  return splitContractList(contracts).join(" ");
}
