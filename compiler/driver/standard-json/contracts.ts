/** `contracts[file][name]`: of an artifact, what the selection asks for, in solc's shape. */
import type { TargetName, TargetPart } from "../../../targets/target.js";
import type { Artifact } from "../artifact.js";
import { bytecodeJson, type Code, type Places } from "./bytecode.js";
import type { StandardJsonInput } from "./input.js";
import type { Wanted } from "./selection.js";

export interface ContractRequest {
  readonly input: StandardJsonInput;
  /** Whose code stands in `evm`. */
  readonly target: TargetName;
  readonly wanted: Wanted;
  /** The text of `metadata`. */
  readonly metadata: () => string;
}

export function contractJson(artifact: Artifact, { input, target, wanted, metadata }: ContractRequest): Record<string, unknown> {
  const part = artifact.targets[target];
  const code = (name: string, object: Code): [string, unknown] => [name, only(wanted, `evm.${name}`, bytecodeJson(object, input.libraries))];
  const evm = Object.fromEntries([
    code("bytecode", creationCode(part)),
    code("deployedBytecode", runtimeCode(part)),
    ["methodIdentifiers", artifact.metadata.output.methodIdentifiers],
  ]);
  return only(wanted, "", {
    abi: artifact.abi,
    devdoc: artifact.metadata.output.devdoc,
    evm: only(wanted, "evm", evm),
    metadata: wanted("metadata") ? metadata() : "",
    storageLayout: artifact.storageLayout,
    userdoc: artifact.metadata.output.userdoc,
  });
}

/** The entries of an object that are wanted. */
function only(wanted: Wanted, path: string, object: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(object).filter(([key]) => wanted(path === "" ? key : `${path}.${key}`)));
}

function creationCode(part: TargetPart | undefined): Code {
  return { bytes: textOf(part?.bytecode), places: part?.linkReferences ?? {}, sourceMap: textOf(part?.creationSourceMap), opcodes: textOf(part?.creationOpcodes) };
}

/** Empty for contracts without code, and for a target whose accounts hold no code of their own. */
function runtimeCode(part: TargetPart | undefined): Code {
  return {
    bytes: textOf(part?.deployedBytecode),
    places: (part?.deployedLinkReferences ?? {}) as Places,
    sourceMap: textOf(part?.sourceMap),
    opcodes: textOf(part?.opcodes),
    immutables: (part?.immutableReferences ?? {}) as Places,
  };
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}
