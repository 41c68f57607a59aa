/** Runs one program everywhere and compares each step with what solc's code does. */
import { MAIN_CONTRACT } from "../generate/program.js";
import { EvmSide, type EvmCode } from "./evm-side.js";
import { InterpreterSide } from "./interpreter-side.js";
import { isDocumentedLimit } from "./limits.js";
import { modulesOf, Refused, sideOf, type Variant } from "./ours.js";
import { type Message, type Observed, type Senders, type Side, type Words } from "./side.js";

/** What to do with a program: deploy the libraries and the main contract, then send the messages. */
export interface Script {
  readonly senders: Senders;
  readonly libraries: readonly string[];
  /** ABI-encoded, 0x-hex. */
  readonly constructorArgs: string;
  readonly messages: readonly (Message & { readonly label: string })[];
}

export interface Failure {
  readonly kind: "mismatch" | "crash";
  /** `evm -O2`; "frontend" where the program did not get further. */
  readonly variant: string;
  /** Where they differ: `3 xC0(uint8) return data`. */
  readonly step: string;
  readonly expected: string;
  readonly actual: string;
}

export interface Verdict {
  /** Messages run, the reference's included. */
  readonly executions: number;
  /** Variants that met a documented limit of their target, and were compared up to there. */
  readonly limited: number;
  /** The first of each variant. */
  readonly failures: readonly Failure[];
}

/** One step's result with the state after it. */
interface Recorded {
  readonly step: string;
  readonly observed: Observed;
  /** Absent where it was not read. */
  readonly storage?: Words;
  readonly balance: bigint;
}

/** Sides that are asked slot by slot are asked after the constructor, after the last message, and after every so many. */
const STORAGE_STEP = 4;

/** Slots that every side tells of, whatever the reference has there. */
const FIRST_SLOTS = Array.from({ length: 24 }, (_, i) => BigInt(i));

/** Compares all variants with the reference's code; without it, with the interpreter of what the frontend made. */
export async function checkProgram(source: string, script: Script, codes: ReadonlyMap<string, EvmCode> | undefined, variants: readonly Variant[]): Promise<Verdict> {
  let reference = codes ? await record(await EvmSide.create("reference", codes, MAIN_CONTRACT, script.senders), script, []) : [];
  let executions = reference.length;
  let modules: ReturnType<typeof modulesOf>;
  try {
    modules = modulesOf(source);
  } catch (error) {
    return { executions, limited: 0, failures: [crash("frontend", "compilation", error)] };
  }
  if (!codes) reference = await record(new InterpreterSide("reference", modules, MAIN_CONTRACT, script.senders), script, []);
  const failures: Failure[] = [];
  let limited = 0;
  for (const variant of variants) {
    const { failure, steps, isLimited } = await checkVariant(variant, modules, script, reference);
    executions += steps;
    if (isLimited) limited++;
    if (failure) failures.push(failure);
  }
  return { executions, limited, failures };
}

async function checkVariant(
  variant: Variant,
  modules: ReturnType<typeof modulesOf>,
  script: Script,
  reference: readonly Recorded[],
): Promise<{ failure?: Failure; steps: number; isLimited?: boolean }> {
  let steps = 0;
  try {
    const side = await sideOf(variant, modules, script.senders);
    const slots = [...new Set([...FIRST_SLOTS, ...reference.flatMap((r) => [...(r.storage?.keys() ?? [])].map(BigInt))])];
    const ours = await record(side, script, slots, reference);
    steps = ours.length;
    const limit = ours.findIndex(({ observed }, i) => isDocumentedLimit(variant.target, reference[i]!.observed, observed));
    if (limit >= 0) {
      const failure = firstDifference(variant.name, reference.slice(0, limit), ours);
      return { ...(failure && { failure }), steps, isLimited: true };
    }
    const failure = firstDifference(variant.name, reference, ours);
    return failure ? { failure, steps } : { steps };
  } catch (error) {
    return { failure: crash(variant.name, "compilation or execution", error), steps };
  }
}

function crash(variant: string, step: string, error: unknown): Failure {
  const text = error instanceof Refused ? error.message : error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { kind: "crash", variant, step, expected: "solc accepts the program", actual: text };
}

/** Deploys and sends everything. Stops where a deployment fails, or where the reference ran out of gas: how much there is differs. */
async function record(side: Side, script: Script, slots: readonly bigint[], reference?: readonly Recorded[]): Promise<Recorded[]> {
  const recorded: Recorded[] = [];
  const add = async (step: string, observed: Observed): Promise<boolean> => {
    if (observed.error !== undefined && isExhaustion(observed.error) && !reference) return false;
    const isDeployed = recorded.length > 0 || observed.success;
    const isLast = recorded.length === script.messages.length || recorded.length + 1 === reference?.length;
    const readsStorage = isDeployed && (side.listsStorage || isLast || recorded.length % STORAGE_STEP === 0);
    const storage = readsStorage ? await side.storage(slots) : undefined;
    recorded.push({ step, observed, ...(storage && { storage }), balance: isDeployed ? await side.balance() : 0n });
    return !reference || recorded.length < reference.length;
  };
  try {
    for (const library of script.libraries) await side.deployLibrary(library);
    const deployed = await side.deploy(script.constructorArgs);
    if (!(await add("constructor", deployed)) || !deployed.success) return recorded;
    for (const [i, message] of script.messages.entries()) if (!(await add(`${i} ${message.label}`, await side.send(message)))) break;
    return recorded;
  } finally {
    await side.close();
  }
}

function isExhaustion(error: string): boolean {
  return /out of gas|out of fuel/.test(error);
}

function firstDifference(variant: string, reference: readonly Recorded[], ours: readonly Recorded[]): Failure | undefined {
  const differ = (step: string, what: string, expected: string, actual: string): Failure => ({ kind: "mismatch", variant, step: `${step}: ${what}`, expected, actual });
  for (const [i, { step, observed, storage, balance }] of reference.entries()) {
    const mine = ours[i];
    if (!mine) return differ(step, "not reached", describe(observed), "nothing");
    if (mine.observed.success !== observed.success) return differ(step, "status", describe(observed), describe(mine.observed));
    if (mine.observed.returnData !== observed.returnData) return differ(step, observed.success ? "return data" : "revert data", observed.returnData, mine.observed.returnData);
    const logs = JSON.stringify(observed.logs);
    if (JSON.stringify(mine.observed.logs) !== logs) return differ(step, "logs", logs, JSON.stringify(mine.observed.logs));
    if (storage && mine.storage) {
      const [words, mineWords] = [wordList(storage), wordList(mine.storage)];
      if (mineWords !== words) return differ(step, "storage", words, mineWords);
    }
    if (mine.balance !== balance) return differ(step, "balance", String(balance), String(mine.balance));
  }
  return undefined;
}

function describe({ success, returnData, error }: Observed): string {
  return `${success ? "success" : "failure"} ${returnData}${error === undefined ? "" : ` (${error})`}`;
}

function wordList(words: Words): string {
  return [...words]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([slot, word]) => `${slot}: ${word}`)
    .join("\n");
}
