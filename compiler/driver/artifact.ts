/**
 * Artifacts: the one JSON file that a contract is compiled to, and the checks that a file really is one.
 * The same input gives byte-identical artifacts on every machine.
 */
import type { TargetName, TargetPart } from "../../targets/target.js";

/** Changes whenever the shape of artifacts changes incompatibly. */
export const ARTIFACT_FORMAT = "supervm-artifact-1";

/** One entry of an Ethereum JSON ABI. */
export interface AbiParameter {
  readonly name: string;
  readonly type: string;
  readonly internalType?: string;
  readonly indexed?: boolean;
  readonly components?: readonly AbiParameter[];
}
export interface AbiEntry {
  readonly type: "function" | "constructor" | "event" | "error" | "fallback" | "receive";
  readonly name?: string;
  readonly inputs?: readonly AbiParameter[];
  readonly outputs?: readonly AbiParameter[];
  readonly stateMutability?: string;
  readonly anonymous?: boolean;
}

/** solc's storage layout shape. */
export interface StorageLayoutJson {
  readonly storage: readonly {
    readonly astId: number;
    readonly contract: string;
    readonly label: string;
    readonly offset: number;
    readonly slot: string;
    readonly type: string;
  }[];
  readonly types: { readonly [id: string]: unknown } | null;
}

export interface ArtifactMetadata {
  readonly compiler: { readonly name: "supervm"; readonly version: string };
  readonly language: string;
  readonly settings: {
    readonly optimize: string;
    readonly evmVersion: string;
    readonly targets: readonly TargetName[];
    readonly remappings: readonly string[];
  };
  readonly output: {
    /** NatSpec in solc's shape. */
    readonly devdoc: object;
    readonly userdoc: object;
    /**
     * Canonical signatures of the external functions and their selectors (8 hex digits); libraries have functions that their ABI leaves out. Artifacts of
     * earlier builds lack it.
     */
    readonly methodIdentifiers?: { readonly [signature: string]: string };
  };
  /** Every source of the compilation that the contract depends on, by source unit name. */
  readonly sources: { readonly [name: string]: { readonly keccak256: string; readonly license?: string } };
}

export interface Artifact {
  readonly format: typeof ARTIFACT_FORMAT;
  readonly contractName: string;
  /** Source unit name. */
  readonly sourceName: string;
  readonly language: "solidity" | "typescript" | "move";
  readonly abi: readonly AbiEntry[];
  readonly storageLayout: StorageLayoutJson;
  readonly metadata: ArtifactMetadata;
  /** What each target made; empty for interfaces and abstract contracts. */
  readonly targets: { readonly [T in TargetName]?: TargetPart };
}

/** A file is no artifact, or one of another version. */
export class ArtifactFormatError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "ArtifactFormatError";
  }
}

/** Reads an artifact from JSON text; `name` is for the message. Throws ArtifactFormatError. */
export function parseArtifact(text: string, name: string): Artifact {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new ArtifactFormatError(`${name} is not JSON`);
  }
  const format = typeof value === "object" && value !== null && "format" in value ? value.format : undefined;
  if (format !== ARTIFACT_FORMAT) {
    const found = typeof format === "string" ? `its format is '${format}'` : "it has no 'format'";
    throw new ArtifactFormatError(`${name} is not an artifact of this version: ${found}, expected '${ARTIFACT_FORMAT}'; compile it again`);
  }
  return value as Artifact;
}

/** Full name: `source.sol:Name`. */
export function fullName(artifact: Artifact): string {
  return `${artifact.sourceName}:${artifact.contractName}`;
}

/** The artifact's file content: stable key order, two spaces, a newline at the end. */
export function artifactJson(artifact: Artifact): string {
  return `${JSON.stringify(artifact, null, 2)}\n`;
}
