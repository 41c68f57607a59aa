/**
 * Hard forks and what each of them brought: the gates behind `--evm-version`. Names are solc's (lower camel case is
 * accepted in any case).
 */
const FORKS = [
  "homestead",
  "tangerinewhistle",
  "spuriousdragon",
  "byzantium",
  "constantinople",
  "petersburg",
  "istanbul",
  "berlin",
  "london",
  "paris",
  "shanghai",
  "cancun",
  "prague",
  "osaka",
] as const;

export type Fork = (typeof FORKS)[number];

/** The newest fork that mainnet runs: the default of `--evm-version`. */
export const DEFAULT_FORK: Fork = "osaka";

/** The fork of a name, or undefined where no fork is called so. */
export function parseFork(name: string): Fork | undefined {
  const lower = name.toLowerCase();
  return FORKS.find((fork) => fork === lower);
}

/** The opcodes that came after homestead, with their fork. */
const INTRODUCED: ReadonlyMap<string, Fork> = new Map<string, Fork>([
  ["RETURNDATASIZE", "byzantium"],
  ["RETURNDATACOPY", "byzantium"],
  ["STATICCALL", "byzantium"],
  ["REVERT", "byzantium"],
  ["SHL", "constantinople"],
  ["SHR", "constantinople"],
  ["SAR", "constantinople"],
  ["CREATE2", "constantinople"],
  ["EXTCODEHASH", "constantinople"],
  ["CHAINID", "istanbul"],
  ["SELFBALANCE", "istanbul"],
  ["BASEFEE", "london"],
  ["PUSH0", "shanghai"],
  ["MCOPY", "cancun"],
  ["TLOAD", "cancun"],
  ["TSTORE", "cancun"],
  ["BLOBHASH", "cancun"],
  ["BLOBBASEFEE", "cancun"],
  ["CLZ", "osaka"],
]);

/** True where the fork has the opcode. */
export function hasOpcode(fork: Fork, opcode: string): boolean {
  const since = INTRODUCED.get(opcode);
  return since === undefined || FORKS.indexOf(fork) >= FORKS.indexOf(since);
}

/** The fork that brought an opcode. */
export function introducedIn(opcode: string): Fork {
  return INTRODUCED.get(opcode) ?? "homestead";
}

export function isAtLeast(fork: Fork, since: Fork): boolean {
  return FORKS.indexOf(fork) >= FORKS.indexOf(since);
}
