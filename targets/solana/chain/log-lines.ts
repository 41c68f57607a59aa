/** What a transaction's log lines say: contract logs, failures that name what is missing, revert data, compute units. */
import type { ChainLog } from "../../target.js";
import { FAILURE, FAILURE_TAG, LOG_HEAD, REVERT_TAG } from "../runtime/format.js";

const ADDRESS_SIZE = 20;
const WORD = 32;

export interface Failure {
  /** One of FAILURE. */
  readonly code: number;
  readonly payload: Uint8Array;
}

export interface LogLines {
  readonly logs: readonly ChainLog[];
  readonly failure: Failure | undefined;
  /** Revert data that were too long for return data. */
  readonly longRevert: Uint8Array | undefined;
  /** Return data, as the last line of that kind gives them. */
  readonly returnData: Uint8Array | undefined;
  /** Compute units that the program itself consumed. */
  readonly units: bigint | undefined;
}

function hexOf(bytes: Uint8Array): string {
  return `0x${Buffer.from(bytes).toString("hex")}`;
}

/** Reads the lines that `program` (base58) wrote. */
export function readLogLines(lines: readonly string[], program: string): LogLines {
  const logs: ChainLog[] = [];
  let failure: Failure | undefined;
  let longRevert: Uint8Array | undefined;
  let returnData: Uint8Array | undefined;
  let units: bigint | undefined;
  for (const line of lines) {
    if (line.startsWith("Program data: ")) {
      const fields = line
        .slice("Program data: ".length)
        .split(" ")
        .map((f) => Uint8Array.from(Buffer.from(f, "base64")));
      const [first, second] = fields;
      if (fields.length === 1 && first!.length >= LOG_HEAD.SIZE) logs.push(logOf(first!));
      else if (first?.[0] === FAILURE_TAG) failure = { code: first[1] ?? 0, payload: second ?? new Uint8Array() };
      else if (first?.[0] === REVERT_TAG) longRevert = second ?? new Uint8Array();
      continue;
    }
    const returned = line.startsWith(`Program return: ${program} `) ? line.slice(`Program return: ${program} `.length) : undefined;
    if (returned !== undefined) returnData = Uint8Array.from(Buffer.from(returned, "base64"));
    const consumed = new RegExp(`^Program ${program} consumed (\\d+) of`).exec(line);
    if (consumed) units = BigInt(consumed[1]!);
  }
  return { logs, failure, longRevert, returnData, units };
}

function logOf(field: Uint8Array): ChainLog {
  const topics: string[] = [];
  const end = LOG_HEAD.SIZE + WORD * field[LOG_HEAD.TOPICS]!;
  for (let i = LOG_HEAD.SIZE; i < end; i += WORD) topics.push(hexOf(field.subarray(i, i + WORD)));
  return { address: hexOf(field.subarray(0, ADDRESS_SIZE)), topics, data: hexOf(field.subarray(end)) };
}

/** Limits of the virtual machine, by the runtime's words for them. */
const LIMITS: readonly (readonly [RegExp, string])[] = [
  [/exceeded CUs meter|[Cc]omputational budget exceeded/, "out of compute units: the transaction needs more than the 1,400,000 that Solana gives one"],
  [/exceeded max BPF to BPF call depth/, "the call depth is exceeded: Solana runs at most 64 nested calls of functions"],
];

/** Why the virtual machine stopped the program, where the log says so; a limit in words of its own. */
export function describeStop(lines: readonly string[], program: string): string | undefined {
  const start = `Program ${program} failed: `;
  const reason = lines.find((line) => line.startsWith(start))?.slice(start.length);
  return reason === undefined ? undefined : (LIMITS.find(([pattern]) => pattern.test(reason))?.[1] ?? reason);
}

/** A failure in words. */
export function describeFailure({ code, payload }: Failure): string {
  switch (code) {
    case FAILURE.MISSING_ACCOUNT:
      return `the transaction does not name the account of ${hexOf(payload)}`;
    case FAILURE.NEED_SPACE:
      return `the state account of ${hexOf(payload.subarray(0, ADDRESS_SIZE))} must grow by more than an instruction can`;
    case FAILURE.RETURN_DATA_TOO_LONG:
      return "the return data are longer than 1,024 bytes, which Solana does not carry";
    case FAILURE.OUT_OF_MEMORY:
      return "out of memory: the heap of 256 KiB is used up";
    case FAILURE.FRACTIONAL_LAMPORT:
      return "the value is no multiple of 10^9 wei, one lamport";
    case FAILURE.UNSUPPORTED_PRECOMPILE:
      return `the precompiled contract ${payload[0] ?? 0} does not exist on Solana`;
    case FAILURE.FOREIGN_CODE:
      return "creation code that is no contract of this program image";
    case FAILURE.LINKED_CREATION:
      return "a contract with external libraries is created by one that does not know their addresses";
    case FAILURE.INSUFFICIENT_FUNDS:
      return "the sender's balance is below the value";
    case FAILURE.ADDRESS_TAKEN:
      return `an account exists at the new address ${hexOf(payload)}`;
    case FAILURE.PROXY_CYCLE:
      return "minimal proxies lead to each other in a circle";
    case FAILURE.LONG_MODULUS:
      return "modular exponentiation with a modulus of more than 7,140 bits";
    default:
      return `the program failed with code ${code} (${hexOf(payload)})`;
  }
}
