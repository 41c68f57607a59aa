/**
 * The entries of an ABI, each with its canonical signature and a fragment that ethers' coder can work with.
 *
 * ethers does not know the type `function` (an external function: its address and selector, 24 bytes, encoded as bytes24 is; Solidity's ABI
 * specification, "Types"). Fragments have bytes24 in its place, which has the same encoding; signatures keep the name, so that selectors and topics are right:
 *
 *   run(function,uint256)   signature, selector          run(bytes24,uint256)   fragment
 */
import { ConstructorFragment, ErrorFragment, EventFragment, FunctionFragment, id, type ParamType } from "ethers";
import type { AbiEntry, AbiParameter } from "../compiler/driver/artifact.js";

export interface AbiFunction {
  readonly name: string;
  /** `transfer(address,uint256)`. */
  readonly signature: string;
  /** 0x-hex of 4 bytes. */
  readonly selector: string;
  /** Whether it changes nothing: view or pure. */
  readonly constant: boolean;
  readonly inputs: readonly ParamType[];
  readonly fragment: FunctionFragment;
}

export interface AbiEvent {
  readonly name: string;
  /** The hash of the signature, 0x-hex of 32 bytes; undefined for anonymous events. */
  readonly topic: string | undefined;
  /** Made anonymous: it decodes the topics behind the first. */
  readonly fragment: EventFragment;
}

export interface AbiError {
  readonly name: string;
  /** 0x-hex of 4 bytes. */
  readonly selector: string;
  readonly inputs: readonly ParamType[];
}

export interface ParsedAbi {
  readonly constructorInputs: readonly ParamType[];
  readonly functions: readonly AbiFunction[];
  readonly events: readonly AbiEvent[];
  readonly errors: readonly AbiError[];
}

/** Entries with types that only libraries have (`L.Kind`, storage pointers) are left out: nothing outside of Solidity encodes them. */
export function parseAbi(abi: readonly AbiEntry[]): ParsedAbi {
  const of = (type: AbiEntry["type"]): AbiEntry[] => abi.filter((entry) => entry.type === type && parametersOf(entry).every(isCodable));
  const [constructor_] = of("constructor");
  return {
    constructorInputs: constructor_ ? ConstructorFragment.from(forCoder(constructor_)).inputs : [],
    functions: of("function").map(parseFunction),
    events: of("event").map(parseEvent),
    errors: of("error").map((entry) => ({
      name: entry.name ?? "",
      selector: id(signatureOf(entry)).slice(0, 10),
      inputs: ErrorFragment.from(forCoder(entry)).inputs,
    })),
  };
}

function parseFunction(entry: AbiEntry): AbiFunction {
  const fragment = FunctionFragment.from(forCoder(entry));
  const signature = signatureOf(entry);
  return { name: fragment.name, signature, selector: id(signature).slice(0, 10), constant: fragment.constant, inputs: fragment.inputs, fragment };
}

function parseEvent(entry: AbiEntry): AbiEvent {
  return {
    name: entry.name ?? "",
    topic: entry.anonymous === true ? undefined : id(signatureOf(entry)),
    fragment: EventFragment.from({ ...forCoder(entry), anonymous: true }),
  };
}

function parametersOf(entry: AbiEntry): readonly AbiParameter[] {
  return [...(entry.inputs ?? []), ...(entry.outputs ?? [])];
}

function isCodable({ type, components }: AbiParameter): boolean {
  return /^(u?int\d+|address|bool|string|bytes\d*|function|tuple)(\[\d*\])*$/.test(type) && (components ?? []).every(isCodable);
}

function signatureOf(entry: AbiEntry): string {
  return `${entry.name ?? ""}(${(entry.inputs ?? []).map(typeInSignature).join(",")})`;
}

function typeInSignature({ type, components }: AbiParameter): string {
  return type.startsWith("tuple") ? `(${(components ?? []).map(typeInSignature).join(",")})${type.slice("tuple".length)}` : type;
}

function forCoder(entry: AbiEntry): AbiEntry {
  return {
    ...entry,
    ...(entry.inputs && { inputs: entry.inputs.map(parameterForCoder) }),
    ...(entry.outputs && { outputs: entry.outputs.map(parameterForCoder) }),
  };
}

function parameterForCoder(parameter: AbiParameter): AbiParameter {
  return {
    ...parameter,
    type: parameter.type.replace(/^function/, "bytes24"),
    ...(parameter.components && { components: parameter.components.map(parameterForCoder) }),
  };
}
