/**
 * supervm as a library: compile contracts for every chain. Chains to run them on, in process, are in `supervm/testing`.
 */
export { compile, type CompileResult } from "./compiler/driver/compile.js";
export { OptionError, type CompileOptions, type EmitKind } from "./compiler/driver/options.js";
export {
  parseArtifact,
  ArtifactFormatError,
  ARTIFACT_FORMAT,
  type AbiEntry,
  type AbiParameter,
  type Artifact,
  type ArtifactMetadata,
  type StorageLayoutJson,
} from "./compiler/driver/artifact.js";
export { InternalError } from "./compiler/diagnostics/diagnostic.js";
export type { DiagnosticReport } from "./compiler/diagnostics/format.js";
export type { TargetName, TargetPart } from "./targets/target.js";
export { VERSION as version } from "./compiler/driver/version.js";
