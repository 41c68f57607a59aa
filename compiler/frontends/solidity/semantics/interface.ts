/** The external interface of contracts: signatures, selectors, and the functions that a call can reach. */
import { keccak256 } from "../../../../machine/keccak.js";
import { InternalError } from "../../../diagnostics/diagnostic.js";
import type { ContractDefinition, FunctionDefinition, VariableDeclaration } from "../syntax/ast.js";
import { externalDefinitionType, interfaceFunctionType } from "./function-types.js";
import type { Model } from "./model.js";
import { signatureParameter } from "./type-strings.js";
import type { FunctionType } from "./types.js";
import { isPartOfExternalInterface } from "./visibility.js";

/** The first four bytes of a signature's Keccak-256 as a number (Solidity ABI specification, "Function Selector"). */
export function selectorOf(signature: string): number {
  const hash = keccak256(new TextEncoder().encode(signature));
  return ((hash[0]! << 24) | (hash[1]! << 16) | (hash[2]! << 8) | hash[3]!) >>> 0;
}

/** `transfer(address,uint256)`: the canonical signature of a function, getter, event or error. */
export function signatureOf(m: Model, type: FunctionType): string {
  const { declaration } = type;
  if (!declaration) throw new InternalError("only declared functions have signatures");
  const isLog = type.functionKind === "event" || type.functionKind === "error";
  const inLibrary = !isLog && m.isLibraryMember(declaration);
  return `${declaration.name}(${type.parameters.map((t) => signatureParameter(m, t, inLibrary)).join(",")})`;
}

export interface InterfaceFunction {
  readonly selector: number;
  readonly signature: string;
  /** As declared, of kind external; not yet converted to interface types. */
  readonly type: FunctionType;
  readonly declaration: FunctionDefinition | VariableDeclaration;
}

interface InterfaceCache {
  readonly own: Map<ContractDefinition, readonly InterfaceFunction[]>;
  readonly whole: Map<ContractDefinition, readonly InterfaceFunction[]>;
}

const caches = new WeakMap<Model, InterfaceCache>();

function cacheOf(m: Model): InterfaceCache {
  let cache = caches.get(m);
  if (!cache) caches.set(m, (cache = { own: new Map(), whole: new Map() }));
  return cache;
}

/** The functions and getters that a contract itself declares for its external interface; those in error are left out. */
export function ownInterface(m: Model, contract: ContractDefinition): readonly InterfaceFunction[] {
  const { own } = cacheOf(m);
  let list = own.get(contract);
  if (!list) own.set(contract, (list = collectOwn(m, contract)));
  return list;
}

function collectOwn(m: Model, contract: ContractDefinition): InterfaceFunction[] {
  const { functions, variables } = m.membersOf(contract);
  const result: InterfaceFunction[] = [];
  for (const declaration of [...functions, ...variables]) {
    if (!isPartOfExternalInterface(declaration)) continue;
    const type = externalDefinitionType(m, declaration);
    if (!interfaceFunctionType(m, type)) continue;
    const signature = signatureOf(m, type);
    result.push({ selector: selectorOf(signature), signature, type, declaration });
  }
  return result;
}

/** The whole external interface, most derived first; an overridden function appears once. */
export function interfaceOf(m: Model, contract: ContractDefinition): readonly InterfaceFunction[] {
  const { whole } = cacheOf(m);
  let list = whole.get(contract);
  if (!list) {
    const seen = new Map<string, InterfaceFunction>();
    for (const base of m.linearization(contract)) {
      for (const f of ownInterface(m, base)) if (!seen.has(f.signature)) seen.set(f.signature, f);
    }
    whole.set(contract, (list = [...seen.values()]));
  }
  return list;
}

/** `type(I).interfaceId` (ERC-165): the exclusive or of the selectors that an interface itself declares. */
export function interfaceId(m: Model, contract: ContractDefinition): number {
  return ownInterface(m, contract).reduce((id, f) => (id ^ f.selector) >>> 0, 0);
}
