/**
 * solc's code of many programs at once, by one of its two code generators:
 *
 * - "ir" goes by way of Yul, with stack slots moved to memory where they run out, and with as few optimiser steps as that allows: those cost
 *   seconds a program. It is what the language means where the two differ.
 * - "legacy" is about ten times as fast, but evaluates some operands in another order, keeps a few older rules, and refuses some programs. A
 *   program that behaves as its code is right; one that does not is looked at again with "ir".
 */
import { MAIN_CONTRACT } from "../generate/program.js";
import type { EvmCode } from "./evm-side.js";
import { reloadSolc, solc } from "./solc.js";

/** What solc says of a source. */
export type Reference = { readonly codes: ReadonlyMap<string, EvmCode> } | { readonly rejected: string };

/** solc's code generators. */
export type Generator = "legacy" | "ir";

interface Output {
  readonly errors?: readonly { readonly severity: string; readonly formattedMessage: string; readonly sourceLocation?: { readonly file: string } }[];
  readonly contracts?: Record<
    string,
    Record<string, { readonly evm: { readonly bytecode: { readonly object: string; readonly linkReferences: Record<string, Record<string, { start: number }[]>> } } }>
  >;
}

const NOTHING = { peephole: false, inliner: false, jumpdestRemover: false, orderLiterals: false, deduplicate: false, cse: false, constantOptimizer: false };
const NO_OPTIMIZER = { enabled: false, details: { ...NOTHING, yul: false } };
const NO_STEPS = { enabled: false, details: { ...NOTHING, yul: true, yulDetails: { stackAllocation: true, optimizerSteps: ":" } } };

/** Sources in one compilation: solc's memory is bounded, and an error without a place makes it start over. */
const BULK = 10;

/** Compiles sources by name; each has an answer of its own, an error in one does not spoil the others. */
export function compileReferences(sources: ReadonlyMap<string, string>, generator: Generator = "ir"): Map<string, Reference> {
  const answers = new Map<string, Reference>();
  // Legacy code generation may refuse to copy structs from memory to arrays: such sources go alone, so that no others have to start over.
  const isRisky = ([, text]: readonly [string, string]): boolean => generator === "legacy" && /\bS\d+\[/.test(text);
  const all = [...sources];
  const sound = all.filter((entry) => !isRisky(entry));
  const groups = [...Array.from({ length: Math.ceil(sound.length / BULK) }, (_, i) => sound.slice(i * BULK, (i + 1) * BULK)), ...all.filter(isRisky).map((entry) => [entry])];
  for (const group of groups) for (const [name, answer] of compileTogether(new Map(group), generator)) answers.set(name, answer);
  return answers;
}

function compileTogether(sources: ReadonlyMap<string, string>, generator: Generator): Map<string, Reference> {
  const answers = new Map<string, Reference>();
  let remaining = new Map(sources);
  while (remaining.size > 0) {
    const output = run(remaining, generator);
    const errors = (output.errors ?? []).filter((e) => e.severity === "error");
    for (const [name, contracts] of Object.entries(output.contracts ?? {})) {
      const codes = new Map(Object.entries(contracts).map(([contract, { evm }]) => [contract, codeOf(evm.bytecode)]));
      if (codes.size > 0 && errors.length === 0) answers.set(name, { codes });
    }
    if (errors.length === 0) return answers;
    const faulty = new Map(errors.flatMap((e) => (e.sourceLocation && remaining.has(e.sourceLocation.file) ? [[e.sourceLocation.file, e.formattedMessage] as const] : [])));
    // An error without a place (code generation) is of one source that only trying tells.
    if (faulty.size === 0 && remaining.size > 1) {
      for (const [name, text] of remaining) answers.set(name, compileTogether(new Map([[name, text]]), generator).get(name)!);
      return answers;
    }
    if (faulty.size === 0) for (const name of remaining.keys()) faulty.set(name, errors.map((e) => e.formattedMessage).join("\n"));
    for (const [name, rejected] of faulty) answers.set(name, { rejected });
    remaining = new Map([...remaining].filter(([name]) => !answers.has(name)));
  }
  return answers;
}

function run(sources: ReadonlyMap<string, string>, generator: Generator): Output {
  // Libraries are deployed too; what else a file has (the helper contract) is part of the main contract's code.
  const parts = ["evm.bytecode.object", "evm.bytecode.linkReferences"];
  const wanted = { [MAIN_CONTRACT]: parts, X: parts };
  const isIr = generator === "ir";
  const input = {
    language: "Solidity",
    sources: Object.fromEntries([...sources].map(([name, content]) => [name, { content }])),
    settings: { viaIR: isIr, optimizer: isIr ? NO_STEPS : NO_OPTIMIZER, debug: { debugInfo: [] }, metadata: { appendCBOR: false }, outputSelection: { "*": wanted } },
  };
  try {
    return JSON.parse(solc().compile(JSON.stringify(input))) as Output;
  } catch (error) {
    reloadSolc();
    return { errors: [{ severity: "error", formattedMessage: `solc failed: ${error instanceof Error ? error.message : String(error)}` }] };
  }
}

function codeOf({ object, linkReferences }: { readonly object: string; readonly linkReferences: Record<string, Record<string, { start: number }[]>> }): EvmCode {
  const links = Object.fromEntries(Object.entries(linkReferences).flatMap(([file, libraries]) => Object.entries(libraries).map(([name, places]) => [`${file}:${name}`, places])));
  // Placeholders of unlinked libraries are no hex.
  return { bytecode: `0x${object.replace(/__\$[0-9a-f]{34}\$__/g, "0".repeat(40))}`, links };
}
