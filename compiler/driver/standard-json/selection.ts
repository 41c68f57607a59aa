/**
 * Which outputs an `outputSelection` asks for. A name asks for itself and for everything below it; `*` for everything but IR and trees:
 *
 *   "evm.bytecode"          asks for evm.bytecode.object, evm.bytecode.sourceMap, ...
 *   "evm.bytecode.object"   asks for that alone
 */
import type { OutputSelection } from "./input.js";

/** What can be had of a contract. */
const AVAILABLE = [
  "abi",
  "metadata",
  "devdoc",
  "userdoc",
  "storageLayout",
  "evm.methodIdentifiers",
  ...["evm.bytecode", "evm.deployedBytecode"].flatMap((code) =>
    ["functionDebugData", "generatedSources", "linkReferences", "object", "opcodes", "sourceMap"].map((part) => `${code}.${part}`),
  ),
  "evm.deployedBytecode.immutableReferences",
];

/** Output -> whether one of the names asks for it. */
export type Wanted = (output: string) => boolean;

/** True if `name`, as written in a selection, covers `output`. */
function covers(name: string, output: string): boolean {
  return name === "*" || output === name || output.startsWith(`${name}.`);
}

/** The names that apply to a contract. */
function namesFor(selection: OutputSelection, file: string, contract: string): string[] {
  return ["*", file].flatMap((f) => ["*", contract].flatMap((c) => selection[f]?.[c] ?? []));
}

/** What is wanted of a contract; a group (`evm`, `evm.bytecode`) is wanted where something below it is. */
export function wantedOf(selection: OutputSelection, file: string, contract: string): Wanted {
  const names = namesFor(selection, file, contract);
  return (output) => names.some((name) => covers(name, output) || name.startsWith(`${output}.`));
}

/** True if any contract's code is wanted. */
export function wantsCode(selection: OutputSelection): boolean {
  return asks(selection, (name) => AVAILABLE.some((output) => /^evm\.(deployedB|b)ytecode/.test(output) && covers(name, output)));
}

/** True if opcodes are wanted as text. */
export function wantsOpcodes(selection: OutputSelection): boolean {
  return asks(selection, (name) => AVAILABLE.some((output) => output.endsWith(".opcodes") && covers(name, output)));
}

function asks(selection: OutputSelection, test: (name: string) => boolean): boolean {
  return Object.values(selection).some((contracts) => Object.values(contracts).some((names) => names.some(test)));
}

/** What a selection asks for where none of it can be had: such as the syntax tree alone. Empty where something can, or nothing is asked for. */
export function unavailable(selection: OutputSelection): readonly string[] {
  const names = [...new Set(Object.values(selection).flatMap((contracts) => Object.values(contracts).flat()))];
  return names.some((name) => AVAILABLE.some((output) => covers(name, output))) ? [] : names;
}
