/**
 * solc's code of many programs at once: a call of its WebAssembly costs most of a second whatever it compiles. Code goes by way of Yul with
 * stack slots moved to memory where they run out, and with as few optimiser steps as that allows: those cost seconds a program.
 */
import { createRequire } from "node:module";
import { MAIN_CONTRACT } from "../generate/program.js";
import type { EvmCode } from "./evm-side.js";

/** What solc says of a source. */
export type Reference = { readonly codes: ReadonlyMap<string, EvmCode> } | { readonly rejected: string };

interface Output {
  readonly errors?: readonly { readonly severity: string; readonly formattedMessage: string; readonly sourceLocation?: { readonly file: string } }[];
  readonly contracts?: Record<
    string,
    Record<string, { readonly evm: { readonly bytecode: { readonly object: string; readonly linkReferences: Record<string, Record<string, { start: number }[]>> } } }>
  >;
}

const NO_STEPS = {
  enabled: false,
  details: {
    ...{ peephole: false, inliner: false, jumpdestRemover: false, orderLiterals: false, deduplicate: false, cse: false, constantOptimizer: false },
    ...{ yul: true, yulDetails: { stackAllocation: true, optimizerSteps: ":" } },
  },
};

/** Sources in one compilation: solc's memory is bounded. */
const BULK = 10;

/** Compiles sources by name; each has an answer of its own, an error in one does not spoil the others. */
export function compileReferences(sources: ReadonlyMap<string, string>): Map<string, Reference> {
  const all = [...sources];
  const answers = new Map<string, Reference>();
  for (let i = 0; i < all.length; i += BULK) for (const [name, answer] of compileTogether(new Map(all.slice(i, i + BULK)))) answers.set(name, answer);
  return answers;
}

function compileTogether(sources: ReadonlyMap<string, string>): Map<string, Reference> {
  const answers = new Map<string, Reference>();
  let remaining = new Map(sources);
  while (remaining.size > 0) {
    const output = run(remaining);
    const errors = (output.errors ?? []).filter((e) => e.severity === "error");
    for (const [name, contracts] of Object.entries(output.contracts ?? {})) {
      const codes = new Map(Object.entries(contracts).map(([contract, { evm }]) => [contract, codeOf(evm.bytecode)]));
      if (codes.size > 0 && errors.length === 0) answers.set(name, { codes });
    }
    if (errors.length === 0) return answers;
    const faulty = new Map(errors.flatMap((e) => (e.sourceLocation && remaining.has(e.sourceLocation.file) ? [[e.sourceLocation.file, e.formattedMessage] as const] : [])));
    // An error without a place (code generation) is of one source that only trying tells.
    if (faulty.size === 0 && remaining.size > 1) {
      for (const [name, text] of remaining) answers.set(name, compileTogether(new Map([[name, text]])).get(name)!);
      return answers;
    }
    if (faulty.size === 0) for (const name of remaining.keys()) faulty.set(name, errors.map((e) => e.formattedMessage).join("\n"));
    for (const [name, rejected] of faulty) answers.set(name, { rejected });
    remaining = new Map([...remaining].filter(([name]) => !answers.has(name)));
  }
  return answers;
}

function run(sources: ReadonlyMap<string, string>): Output {
  // Libraries are deployed too; what else a file has (the helper contract) is part of the main contract's code.
  const wanted = { [MAIN_CONTRACT]: ["evm.bytecode"], X: ["evm.bytecode"] };
  const input = {
    language: "Solidity",
    sources: Object.fromEntries([...sources].map(([name, content]) => [name, { content }])),
    settings: { viaIR: true, optimizer: NO_STEPS, outputSelection: { "*": wanted } },
  };
  try {
    return JSON.parse(solc().compile(JSON.stringify(input))) as Output;
  } catch (error) {
    reloadSolc();
    return { errors: [{ severity: "error", formattedMessage: `solc failed: ${error instanceof Error ? error.message : String(error)}` }] };
  }
}

const require = createRequire(import.meta.url);

function solc(): { compile(input: string): string } {
  return require("solc") as ReturnType<typeof solc>;
}

/** A WebAssembly instance that has trapped is of no further use: the next call makes a new one. */
function reloadSolc(): void {
  for (const file of Object.keys(require.cache)) if (/[\\/]node_modules[\\/]solc[\\/]/.test(file)) Reflect.deleteProperty(require.cache, file);
}

function codeOf({ object, linkReferences }: { readonly object: string; readonly linkReferences: Record<string, Record<string, { start: number }[]>> }): EvmCode {
  const links = Object.fromEntries(Object.entries(linkReferences).flatMap(([file, libraries]) => Object.entries(libraries).map(([name, places]) => [`${file}:${name}`, places])));
  // Placeholders of unlinked libraries are no hex.
  return { bytecode: `0x${object.replace(/__\$[0-9a-f]{34}\$__/g, "0".repeat(40))}`, links };
}
