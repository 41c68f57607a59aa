/**
 * What a language is to the driver: sources in, contracts with their IR modules out. Adding a language is adding a folder with
 * such a value and a line in the driver's list.
 */
import type { FileView } from "../base/file-view.js";
import type { SourceFile } from "../base/span.js";
import type { VirtualFileRules } from "../base/virtual-files.js";
import type { DiagnosticSink } from "../diagnostics/diagnostic.js";
import type { Module } from "../ir/module.js";

/** Sources by path (relative to the root), or in memory by name. */
export type SourceRequest = readonly string[] | Readonly<Record<string, { readonly content: string }>>;

export interface FrontendRequest {
  readonly sources: SourceRequest;
  /** Absolute path of the project's root: names of sources are relative to it, configuration is read from it. */
  readonly root: string;
  /** `context:prefix=target`, before those of the project's own files. */
  readonly remappings: readonly string[];
  readonly revertStrings: "default" | "strip" | "debug";
  /** Imports as solc finds them, in place of the project's own ways (its configuration, libraries, node_modules). */
  readonly importRules?: VirtualFileRules;
  /** Where files are read, so that the driver knows what the result depends on; the disk where absent. */
  readonly files?: FileView;
}

/** One contract, library or interface of a compilation. */
export interface FrontendContract {
  readonly name: string;
  /** `source.sol:Name`. */
  readonly fullName: string;
  readonly sourceName: string;
  /** Ethereum JSON ABI. */
  readonly abi: readonly object[];
  /** Canonical signatures of the external functions, sorted, and their selectors: 8 hex digits, as solc writes them. */
  readonly methodIdentifiers: Readonly<Record<string, string>>;
  /** solc's shape. */
  readonly storageLayout: object;
  /** NatSpec in solc's shape: for users and for developers. */
  readonly documentation: { readonly userdoc: object; readonly devdoc: object };
  /** Source unit names that the contract's source depends on, its own included, sorted. */
  readonly sources: readonly string[];
  /** Absent for what has no code: interfaces, abstract contracts. */
  readonly module?: Module;
}

export interface FrontendOutput {
  readonly contracts: readonly FrontendContract[];
  readonly sources: readonly { readonly file: SourceFile; readonly license?: string }[];
}

export interface Frontend {
  readonly language: "solidity" | "typescript" | "move";
  /** File name endings, with the dot. */
  readonly extensions: readonly string[];
  /** Undefined where there were errors; they are in the sink. */
  compile(request: FrontendRequest, sink: DiagnosticSink): FrontendOutput | undefined;
}
