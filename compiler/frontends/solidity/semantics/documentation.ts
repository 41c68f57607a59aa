/** The documentation of declarations: tags with those that `@inheritdoc` or an overridden function adds, and faults in them. */
import type {
  ContractDefinition,
  Declaration,
  ErrorDefinition,
  EventDefinition,
  FunctionDefinition,
  ModifierDefinition,
  StructuredDocumentation,
  VariableDeclaration,
} from "../syntax/ast.js";
import { isBefore } from "../syntax/language.js";
import { parseDocTags, type DocTag } from "./doc-tags.js";
import { getterType } from "./function-types.js";
import type { Model } from "./model.js";
import { lookupPath } from "./paths.js";

export type Documented = ContractDefinition | FunctionDefinition | ModifierDefinition | VariableDeclaration | EventDefinition | ErrorDefinition;

type Callable = FunctionDefinition | ModifierDefinition;

export class DocumentationTable {
  private readonly cache = new Map<Documented, readonly DocTag[]>();

  constructor(private readonly m: Model) {}

  /** All tags of a declaration, inherited ones included, in written order. */
  tagsOf(d: Documented): readonly DocTag[] {
    let tags = this.cache.get(d);
    if (!tags) {
      const own = d.documentation ? parseDocTags(d.documentation.text).tags : [];
      // Circles of inheritance have been reported; they add nothing.
      this.cache.set(d, own);
      tags = [...own, ...this.inheritedTags(d, own)];
      this.cache.set(d, tags);
    }
    return tags;
  }

  private inheritedTags(d: Documented, own: readonly DocTag[]): readonly DocTag[] {
    if (d.kind !== "FunctionDefinition" && d.kind !== "ModifierDefinition" && d.kind !== "VariableDeclaration") return [];
    const inheritdoc = own.find((tag) => tag.name === "inheritdoc");
    const base = inheritdoc ? this.inheritdocBase(d, inheritdoc) : own.length === 0 ? this.onlyBase(d) : undefined;
    if (!base) return [];
    const present = new Set(own.map((tag) => tag.name));
    const missing = this.tagsOf(base).filter((tag) => tag.name !== "inheritdoc" && !present.has(tag.name) && !tag.name.startsWith("custom"));
    let results = 0;
    return missing.map((tag) => (tag.name === "return" ? this.renamedResult(d, base, tag, results++) : tag));
  }

  /** The one function that `d` overrides, if the parameters have the same names. */
  private onlyBase(d: Documented): Callable | undefined {
    const bases = [...(this.m.baseFunctions.get(d) ?? [])];
    const [base] = bases;
    if (bases.length !== 1 || !base) return undefined;
    if (d.kind === "VariableDeclaration") return base;
    const names = (x: Callable): string => x.parameters.map((p) => p.name).join();
    return (d.kind === "FunctionDefinition" || d.kind === "ModifierDefinition") && names(d) === names(base) ? base : undefined;
  }

  private inheritdocBase(d: Documented, tag: DocTag): Callable | undefined {
    const contract = inheritdocContract(this.m, d, tag.content);
    return contract && findBase(this.m, d, contract);
  }

  /** A result keeps its text, but goes by its name in the overriding function. */
  private renamedResult(d: Documented, base: Callable, tag: DocTag, index: number): DocTag {
    const name = resultNames(this.m, d)[index];
    const [first = "", ...rest] = tag.content.split(/[ \t]/);
    if (name === undefined || name === first) return tag;
    const baseResults = base.kind === "FunctionDefinition" ? base.returnParameters : [];
    const isUnnamed = rest.length === 0 || baseResults[index]?.name === "";
    const text = isUnnamed ? tag.content : tag.content.slice(first.length + 1);
    return { ...tag, content: name === "" ? text : `${name} ${text}` };
  }
}

/** Names of results as `@return` numbers them. */
export function resultNames(m: Model, d: Documented): readonly string[] {
  if (d.kind === "FunctionDefinition") return d.returnParameters.map((p) => p.name);
  return d.kind === "VariableDeclaration" && d.visibility === "public" ? getterType(m, d).returnNames : [];
}

function inheritdocContract(m: Model, d: Declaration, name: string): ContractDefinition | undefined {
  const home = m.contractOf.get(d);
  const scope = home && m.scopes.get(home);
  const found = scope && name !== "" ? lookupPath(m, name.trim().split("."), scope) : undefined;
  return found?.kind === "ContractDefinition" ? found : undefined;
}

/** The function of `contract` that `d` overrides, directly or further up. */
function findBase(m: Model, d: Declaration, contract: ContractDefinition): Callable | undefined {
  for (const base of m.baseFunctions.get(d) ?? []) {
    const found = m.contractOf.get(base) === contract ? base : findBase(m, base, contract);
    if (found) return found;
  }
  return undefined;
}

type TagRules = readonly [tags: readonly string[], what: string];

const constructorTags: TagRules = [["author", "dev", "notice", "param"], "constructor"];

const validTags: Readonly<Record<string, TagRules>> = {
  ContractDefinition: [["author", "title", "dev", "notice"], "contracts"],
  FunctionDefinition: [["dev", "notice", "return", "param", "inheritdoc"], "functions"],
  ModifierDefinition: [["dev", "notice", "param", "inheritdoc"], "modifiers"],
  EventDefinition: [["dev", "notice", "return", "param"], "events"],
  ErrorDefinition: [["dev", "notice", "param"], "errors"],
  publicVariable: [["dev", "notice", "return", "inheritdoc"], "public state variables"],
  privateVariable: [["dev", "notice", "inheritdoc"], "non-public state variables"],
  fileConstant: [["dev"], "file-level variables"],
};

/** Before 0.7 these could stand everywhere. */
const formerTags: readonly string[] = ["author", "title"];

function tagRules(d: Documented): TagRules {
  if (d.kind === "FunctionDefinition" && d.functionKind === "constructor") return constructorTags;
  if (d.kind !== "VariableDeclaration") return validTags[d.kind]!;
  if (d.role === "fileConstant") return validTags.fileConstant!;
  return d.visibility === "public" ? validTags.publicVariable! : validTags.privateVariable!;
}

/** Reports tags that do not belong to a declaration, or name what it does not have. */
export function checkDocumentation(m: Model): void {
  for (const unit of m.units) {
    for (const node of unit.nodes) {
      checkDocumented(m, node);
      if (node.kind === "ContractDefinition") for (const member of node.members) checkDocumented(m, member);
    }
  }
}

function checkDocumented(m: Model, node: { readonly kind: string }): void {
  if (!(node.kind in validTags) && node.kind !== "VariableDeclaration") return;
  const d = node as Documented;
  if (d.documentation) checkTags(m, d, d.documentation);
}

function checkTags(m: Model, d: Documented, documentation: StructuredDocumentation): void {
  const fault = (code: string, message: string): void => m.sink.error("DocstringParsingError", code, message, documentation.span);
  const { tags, faults } = parseDocTags(documentation.text);
  for (const { code, message } of faults) fault(code, message);
  const [valid, what] = tagRules(d);
  const isFormer = isBefore(m.lineOf(m.unitOf.get(d)!), "0.7");
  for (const { name } of tags) {
    if (name === "custom" || name === "custom:") fault("6564", "Custom documentation tag must contain a chosen name, i.e. @custom:mytag.");
    else if (name.startsWith("custom:")) {
      if (!/^custom:[a-z][a-z-]*$/.test(name)) fault("2968", `Invalid character in custom tag @${name}. Only lowercase letters and "-" are permitted.`);
    } else if (!valid.includes(name) && !(isFormer && formerTags.includes(name))) fault("6546", `Documentation tag @${name} not valid for ${what}.`);
  }
  checkParameters(d, tags, fault);
  checkResults(m, d, tags, fault);
  checkInheritdoc(m, d, tags, fault);
}

type Fault = (code: string, message: string) => void;

function checkParameters(d: Documented, tags: readonly DocTag[], fault: Fault): void {
  if (d.kind === "ContractDefinition" || d.kind === "VariableDeclaration") return;
  const results = d.kind === "FunctionDefinition" ? d.returnParameters : [];
  const names = new Set([...d.parameters, ...results].map((p) => p.name));
  for (const { name, parameter } of tags) {
    if (name !== "param" || parameter === undefined || names.has(parameter)) continue;
    fault("3881", `Documented parameter "${parameter}" not found in the parameter list of the function.`);
  }
}

function checkResults(m: Model, d: Documented, tags: readonly DocTag[], fault: Fault): void {
  if (d.kind !== "FunctionDefinition" && (d.kind !== "VariableDeclaration" || d.visibility !== "public")) return;
  if (m.lineOf(m.unitOf.get(d)!) === "0.5") return;
  const names = resultNames(m, d);
  tags
    .filter((tag) => tag.name === "return")
    .forEach(({ content }, i) => {
      const name = names[i];
      const [first] = content.split(/[ \t]/);
      if (name === undefined) fault("2604", `Documentation tag "@return ${content}" exceeds the number of return parameters.`);
      else if (name !== "" && name !== first) fault("5856", `Documentation tag "@return ${content}" does not contain the name of its return parameter.`);
    });
}

function checkInheritdoc(m: Model, d: Documented, tags: readonly DocTag[], fault: Fault): void {
  const given = tags.filter((tag) => tag.name === "inheritdoc");
  const [tag] = given;
  if (!tag) return;
  if (given.length > 1) return fault("5142", "Documentation tag @inheritdoc can only be given once.");
  const name = tag.content;
  if (name === "") return fault("1933", "Expected contract name following documentation tag @inheritdoc.");
  if (name.split(".").includes("")) return fault("5967", `Documentation tag @inheritdoc reference "${name}" is malformed.`);
  const home = m.contractOf.get(d);
  const scope = home && m.scopes.get(home);
  if (!scope) return;
  const found = lookupPath(m, name.split("."), scope);
  if (!found) return fault("9397", `Documentation tag @inheritdoc references inexistent contract "${name}".`);
  if (found.kind !== "ContractDefinition") return fault("1430", `Documentation tag @inheritdoc reference "${name}" is not a contract.`);
  if (findBase(m, d, found)) return;
  fault("4682", `Documentation tag @inheritdoc references contract "${found.name}", but the contract does not contain a function that is overridden by this function.`);
}
