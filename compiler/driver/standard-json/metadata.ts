/**
 * A contract's metadata as solc writes it: one JSON text with sorted keys. It names this compiler and its settings; the code carries no hash of it.
 * https://docs.soliditylang.org/en/latest/metadata.html
 */
import type { Artifact } from "../artifact.js";
import { DEFAULT_EVM_VERSION } from "../options.js";
import type { StandardJsonInput } from "./input.js";

/** @param contents texts of the sources by name, for `useLiteralContent` */
export function metadataText(artifact: Artifact, input: StandardJsonInput, contents: ReadonlyMap<string, string>, version: string): string {
  const { sourceName, contractName, metadata } = artifact;
  const sources = Object.entries(metadata.sources).map(([name, { keccak256, license }]) => {
    const content = input.metadata.useLiteralContent ? contents.get(name) : undefined;
    return [name, { ...(content !== undefined && { content }), keccak256, ...(license !== undefined && { license }), ...(content === undefined && { urls: [] }) }];
  });
  return JSON.stringify({
    compiler: { version },
    language: "Solidity",
    output: { abi: artifact.abi, devdoc: metadata.output.devdoc, userdoc: metadata.output.userdoc },
    settings: {
      compilationTarget: { [sourceName]: contractName },
      evmVersion: input.evmVersion ?? DEFAULT_EVM_VERSION,
      libraries: Object.fromEntries([...input.libraries].sort(([a], [b]) => (a < b ? -1 : 1))),
      // What the code is like, whatever was asked for: there is no tail.
      metadata: { appendCBOR: false, bytecodeHash: "none", ...(input.metadata.useLiteralContent && { useLiteralContent: true }) },
      optimizer: input.optimizer,
      remappings: [...input.remappings].sort(),
      ...(input.viaIR && { viaIR: true }),
    },
    sources: Object.fromEntries(sources) as Readonly<Record<string, object>>,
    version: 1,
  });
}
