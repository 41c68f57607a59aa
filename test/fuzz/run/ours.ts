/** This compiler's code of a program, in the variants that are compared with the reference. */
import { checkCapabilities } from "../../../compiler/driver/capabilities.js";
import { DiagnosticSink, type Diagnostic } from "../../../compiler/diagnostics/diagnostic.js";
import { solidityFrontend } from "../../../compiler/frontends/solidity/frontend.js";
import { cloneModule } from "../../../compiler/ir/clone.js";
import type { Module } from "../../../compiler/ir/module.js";
import { assertValid } from "../../../compiler/ir/verifier.js";
import { runPipeline } from "../../../compiler/passes/manager.js";
import { loadTarget } from "../../../targets/registry.js";
import type { OptimizationLevel, TargetName, TargetPart } from "../../../targets/target.js";
import { MAIN_CONTRACT } from "../generate/program.js";
import { ChainSide } from "./chain-side.js";
import { EvmSide } from "./evm-side.js";
import { InterpreterSide } from "./interpreter-side.js";
import { SENDERS, type Senders, type Side } from "./side.js";

export type FuzzTarget = TargetName | "interpreter";

/** A way to compile and run. */
export interface Variant {
  /** `evm -O2`. */
  readonly name: string;
  readonly target: FuzzTarget;
  /** Absent: the modules as the frontend made them. */
  readonly level?: OptimizationLevel;
}

const LEVELS: Readonly<Record<FuzzTarget, readonly (OptimizationLevel | undefined)[]>> = {
  interpreter: [undefined, "2"],
  evm: ["0", "2", "3", "s"],
  supervm: ["0", "2"],
  solana: ["2"],
};

export function variantsOf(targets: readonly FuzzTarget[]): Variant[] {
  return targets.flatMap((target) =>
    LEVELS[target].map((level) => ({ target, name: level === undefined ? target : `${target} -O${level}`, ...(level !== undefined && { level }) })),
  );
}

/**
 * Variants of one program of a campaign: the interpreter with the frontend's modules, and one target at one level. Programs take the targets in
 * turn, and so the levels of each, by their place in the run.
 */
export function variantsInTurn(targets: readonly FuzzTarget[], index: number): Variant[] {
  const chains = targets.filter((t) => t !== "interpreter");
  if (chains.length === 0) return variantsOf(["interpreter"]);
  const ofTarget = variantsOf([chains[index % chains.length]!]);
  return [...variantsOf(["interpreter"]).slice(0, 1), ofTarget[Math.floor(index / chains.length) % ofTarget.length]!];
}

/** Senders that all targets take: on Solana they are accounts that the chain has keys of. */
export async function sendersFor(targets: readonly FuzzTarget[]): Promise<Senders> {
  if (!targets.includes("solana")) return SENDERS;
  const chain = await (await loadTarget("solana")).createChain();
  const [first, second] = chain.accounts;
  await chain.close();
  return [BigInt(first!), BigInt(second!)];
}

/** The compiler refuses a program, with the diagnostics that say so. */
export class Refused extends Error {
  constructor(diagnostics: readonly Diagnostic[]) {
    super(
      diagnostics
        .filter((d) => d.severity === "error")
        .map((d) => `${d.kind} ${d.code}: ${d.message}`)
        .join("\n"),
    );
    this.name = "Refused";
  }
}

/** A program's modules by way of the frontend. Throws Refused, or whatever the frontend throws. */
export function modulesOf(source: string): Module[] {
  const sink = new DiagnosticSink();
  const request = { sources: { "main.sol": { content: source } }, root: process.cwd(), remappings: [], revertStrings: "default" as const };
  const output = solidityFrontend.compile(request, sink);
  if (!output || sink.hasErrors) throw new Refused(sink.all);
  const modules = output.contracts.flatMap((c) => (c.module ? [c.module] : []));
  for (const module of modules) assertValid(module, "lowering");
  return modules;
}

/** Compiles modules for a variant and makes a fresh chain for them. */
export async function sideOf(variant: Variant, modules: readonly Module[], senders: Senders): Promise<Side> {
  const copies = modules.map(cloneModule);
  const { level, target: name } = variant;
  if (level !== undefined)
    for (const module of copies) {
      runPipeline(module, level);
      assertValid(module, `the pipeline of -O${level}`);
    }
  if (name === "interpreter") return new InterpreterSide(variant.name, copies, MAIN_CONTRACT, senders);
  const parts = await partsOf(copies, name, level ?? "2");
  if (name !== "evm") return ChainSide.create(variant.name, name, parts, MAIN_CONTRACT, senders);
  const codes = new Map(
    [...parts].map(([fullName, part]) => [fullName.slice(fullName.lastIndexOf(":") + 1), { bytecode: part.bytecode as string, links: part.linkReferences ?? {} }]),
  );
  return EvmSide.create(variant.name, codes, MAIN_CONTRACT, senders);
}

async function partsOf(modules: readonly Module[], name: TargetName, optimization: OptimizationLevel): Promise<Map<string, TargetPart>> {
  const target = await loadTarget(name);
  const sink = new DiagnosticSink();
  checkCapabilities(modules, target, sink);
  if (sink.hasErrors) throw new Refused(sink.all);
  const { parts, diagnostics } = await target.lower(modules, { optimization, evmVersion: "osaka", emit: new Set() });
  if (diagnostics.some((d) => d.severity === "error")) throw new Refused(diagnostics);
  return parts;
}
