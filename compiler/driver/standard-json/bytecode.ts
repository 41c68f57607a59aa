/**
 * `evm.bytecode` and `evm.deployedBytecode` in solc's shape. Places of libraries without an address hold a placeholder, so that nobody deploys such
 * code by mistake; those whose address is given are filled in and no longer listed.
 *
 *   0x73 <20 zeros> 6020    ->    73 __$9a1b...$__ 6020        linkReferences { "L.sol": { "L": [{ start: 1, length: 20 }] } }
 */
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";
import { keccak256 } from "../../../machine/keccak.js";
import type { LinkReference } from "../../../targets/target.js";

/** Full library name -> places. */
export type Places = Readonly<Record<string, readonly LinkReference[]>>;

/** The code of one object, as an artifact has it. */
export interface Code {
  /** 0x-hex. */
  readonly bytes: string;
  readonly places: Places;
  readonly sourceMap: string;
  readonly opcodes: string;
  readonly immutables?: Readonly<Record<string, readonly LinkReference[]>>;
}

/** What a place holds until its library has an address: 40 characters (solc's documentation, "Library Linking"). */
export function placeholder(library: string): string {
  return `__$${bytesToHex(keccak256(utf8ToBytes(library))).slice(0, 34)}$__`;
}

/** Hex digits without 0x, addresses or placeholders at their places. */
function linked({ bytes, places }: Code, libraries: ReadonlyMap<string, string>): string {
  const digits = bytes.replace(/^0x/, "");
  const inserts = Object.entries(places).flatMap(([library, at]) =>
    at.map(({ start, length }) => ({ start, length, text: libraries.get(library)?.slice(2).toLowerCase() ?? placeholder(library) })),
  );
  const pieces: string[] = [];
  let done = 0;
  for (const { start, length, text } of inserts.sort((a, b) => a.start - b.start)) {
    pieces.push(digits.slice(done, start * 2), text);
    done = (start + length) * 2;
  }
  return pieces.join("") + digits.slice(done);
}

/** By file, then by name, without those that have an address. */
function openReferences(places: Places, libraries: ReadonlyMap<string, string>): Record<string, Record<string, readonly LinkReference[]>> {
  const files: Record<string, Record<string, readonly LinkReference[]>> = {};
  for (const [library, at] of Object.entries(places)) {
    if (libraries.has(library)) continue;
    const colon = library.lastIndexOf(":");
    (files[library.slice(0, colon)] ??= {})[library.slice(colon + 1)] = at;
  }
  return files;
}

/** All parts of an object, of which the caller keeps what was asked for. */
export function bytecodeJson(code: Code, libraries: ReadonlyMap<string, string>): Record<string, unknown> {
  return {
    functionDebugData: {},
    generatedSources: [],
    ...(code.immutables && { immutableReferences: code.immutables }),
    linkReferences: openReferences(code.places, libraries),
    object: linked(code, libraries),
    opcodes: code.opcodes,
    sourceMap: code.sourceMap,
  };
}
