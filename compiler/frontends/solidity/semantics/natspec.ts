/** User and developer documentation of a contract, in the shape of solc's metadata (Solidity documentation, "NatSpec Format"). */
import type { ErrorDefinition, EventDefinition } from "../syntax/ast.js";
import { modelOf } from "./checked-program.js";
import type { DocTag } from "./doc-tags.js";
import { DocumentationTable, resultNames, type Documented } from "./documentation.js";
import { errorType, eventType } from "./function-types.js";
import { signatureOf } from "./interface.js";
import type { Model } from "./model.js";
import type { CheckedProgram, ContractInfo } from "./program.js";

type Json = string | number | readonly Json[] | { readonly [key: string]: Json };
type JsonObject = Record<string, Json>;

const VERSION = 1;

/** The constructor's key among the methods; as a constant, since objects have a property of that name. */
const CONSTRUCTOR: string = "constructor";

const tables = new WeakMap<Model, DocumentationTable>();

function tableOf(m: Model): DocumentationTable {
  let table = tables.get(m);
  if (!table) tables.set(m, (table = new DocumentationTable(m)));
  return table;
}

/** The contents of all tags of one name, joined. */
function text(tags: readonly DocTag[], name: string): string {
  return tags
    .filter((tag) => tag.name === name)
    .map((tag) => tag.content)
    .join("");
}

function isEmpty(object: JsonObject): boolean {
  return Object.keys(object).length === 0;
}

/** Sorted keys at every level, as solc writes its JSON. */
function sorted(value: Json): Json {
  if (typeof value !== "object") return value;
  if (Array.isArray(value)) return (value as readonly Json[]).map(sorted);
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, inner]) => [key, sorted(inner)]));
}

/**
 * `userdoc`: the notices of a contract and of what can be called, emitted or reverted with.
 *
 * @example userDocumentation(info, program) // { kind: "user", methods: { "f()": { notice: "..." } }, version: 1 }
 */
export function userDocumentation(info: ContractInfo, program: CheckedProgram): object {
  const m = modelOf(program);
  const docs = tableOf(m);
  const noticeOf = (d: Documented): string => text(docs.tagsOf(d), "notice");
  const methods: JsonObject = {};
  if (info.constructor_ && noticeOf(info.constructor_) !== "") methods[CONSTRUCTOR] = { notice: noticeOf(info.constructor_) };
  for (const { signature, declaration } of info.interfaceFunctions) {
    if (noticeOf(declaration) !== "") methods[signature] = { notice: noticeOf(declaration) };
  }
  const result: JsonObject = { kind: "user", methods, version: VERSION };
  if (noticeOf(info.definition) !== "") result.notice = noticeOf(info.definition);
  addLogs(m, info, result, (d) => {
    const notice = noticeOf(d);
    const entry: JsonObject = notice === "" ? {} : { notice };
    return entry;
  });
  return sorted(result) as object;
}

/** `devdoc`: details, parameters, results and custom tags for developers. */
export function developerDocumentation(info: ContractInfo, program: CheckedProgram): object {
  const m = modelOf(program);
  const docs = tableOf(m);
  const own = docs.tagsOf(info.definition);
  const methods: JsonObject = {};
  const result: JsonObject = { ...customTags(own), kind: "dev", methods, version: VERSION };
  for (const [tag, key] of [
    ["author", "author"],
    ["title", "title"],
    ["dev", "details"],
  ] as const) {
    if (text(own, tag) !== "") result[key] = text(own, tag);
  }
  if (info.constructor_) {
    const constructor_ = details(docs.tagsOf(info.constructor_));
    if (!isEmpty(constructor_)) methods[CONSTRUCTOR] = constructor_;
  }
  for (const { signature, declaration } of info.interfaceFunctions) {
    if (declaration.kind !== "FunctionDefinition") continue;
    const method = { ...details(docs.tagsOf(declaration)), ...returnsOf(m, docs, declaration) };
    if (!isEmpty(method)) methods[signature] = method;
  }
  addVariables(m, docs, info, result);
  addLogs(m, info, result, (d) => details(docs.tagsOf(d)));
  return sorted(result) as object;
}

function customTags(tags: readonly DocTag[]): JsonObject {
  const result: JsonObject = {};
  for (const { name } of tags) if (name.startsWith("custom")) result[name] = text(tags, name);
  return result;
}

function details(tags: readonly DocTag[]): JsonObject {
  const result = customTags(tags);
  if (text(tags, "dev") !== "") result.details = text(tags, "dev");
  if (text(tags, "author") !== "") result.author = text(tags, "author");
  const params: JsonObject = {};
  for (const { name, parameter, content } of tags) if (name === "param" && parameter !== undefined) params[parameter] = content;
  if (!isEmpty(params)) result.params = params;
  return result;
}

function returnsOf(m: Model, docs: DocumentationTable, d: Documented): JsonObject {
  const names = resultNames(m, d);
  const returns: JsonObject = {};
  docs
    .tagsOf(d)
    .filter((tag) => tag.name === "return")
    .slice(0, names.length)
    .forEach(({ content }, i) => {
      const name = names[i]!;
      // The first word repeats the name.
      returns[name === "" ? `_${i}` : name] = name === "" ? content : content.slice(content.search(/[ \t]|$/) + 1);
    });
  return isEmpty(returns) ? {} : { returns };
}

function addVariables(m: Model, docs: DocumentationTable, info: ContractInfo, result: JsonObject): void {
  const variables: JsonObject = {};
  for (const variable of m.membersOf(info.definition).variables) {
    const tags = docs.tagsOf(variable);
    const entry = { ...details(tags), ...returnsOf(m, docs, variable) };
    if (tags.filter((tag) => tag.name === "return").length === 1) entry.return = text(tags, "return");
    if (!isEmpty(entry)) variables[variable.name] = entry;
  }
  if (!isEmpty(variables)) result.stateVariables = variables;
}

/** Events once per signature, the contract's own first; errors as lists per signature. */
function addLogs(m: Model, info: ContractInfo, result: JsonObject, describe: (d: EventDefinition | ErrorDefinition) => JsonObject): void {
  const events: JsonObject = {};
  for (const [signature, event] of uniqueEvents(m, info)) {
    const entry = describe(event);
    if (!isEmpty(entry)) events[signature] = entry;
  }
  if (!isEmpty(events)) result.events = events;
  const errors: Record<string, Json[]> = {};
  for (const error of [...info.errors].sort((a, b) => a.id - b.id)) {
    const entry = describe(error);
    if (isEmpty(entry)) continue;
    (errors[signatureOf(m, errorType(m, error))] ??= []).push(entry);
  }
  if (!isEmpty(errors)) result.errors = errors;
}

/** Own and inherited events first; of those used from elsewhere, only signatures that are not ambiguous. */
function uniqueEvents(m: Model, info: ContractInfo): Map<string, EventDefinition> {
  const bases = new Set(info.linearizedBases);
  const own = info.linearizedBases.flatMap((c) => m.membersOf(c).events);
  const signature = (event: EventDefinition): string => signatureOf(m, eventType(m, event));
  const unique = new Map<string, EventDefinition>();
  for (const event of own) if (!unique.has(signature(event))) unique.set(signature(event), event);
  const used = info.events.filter((event) => !bases.has(m.contractOf.get(event)!));
  for (const event of used) {
    const isAmbiguous = used.some((other) => other !== event && signature(other) === signature(event));
    if (!isAmbiguous && !unique.has(signature(event))) unique.set(signature(event), event);
  }
  return unique;
}
