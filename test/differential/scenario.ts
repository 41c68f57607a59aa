/**
 * Scenarios: lists of deployments, transactions and calls that every chain must answer alike. What happened is recorded with
 * addresses replaced by labels (they differ between chains), so that recordings compare byte for byte. Labels replace at the
 * end: a step may show an address that only a later one gives its label.
 */
import { compile, type Artifact } from "../../index.js";
import { createChain, RevertError, type TestChain, type TestContract } from "../../testing/index.js";
import type { TargetName } from "../../targets/target.js";
import { solcArtifacts, type SolcLine } from "./solc.js";

/** What a step may refer to: accounts by name, contracts by label. */
export interface Context {
  readonly chain: TestChain;
  readonly who: Readonly<Record<AccountName, string>>;
  /** Address of a contract that an earlier step deployed. */
  at(label: string): string;
  contract(label: string): TestContract;
  /** A value that an earlier step defined; 0x-hex. */
  value(label: string): string;
}

const ACCOUNT_NAMES = ["alice", "bob", "carol", "dave"] as const;
export type AccountName = (typeof ACCOUNT_NAMES)[number];

type Arguments = readonly unknown[] | ((context: Context) => readonly unknown[] | Promise<readonly unknown[]>);

interface Created {
  readonly label: string;
  readonly contract: string;
  readonly find: (context: Context) => Promise<string>;
}

export type Step =
  | {
      readonly kind: "deploy";
      readonly label: string;
      readonly contract: string;
      readonly args: Arguments;
      readonly value?: bigint;
      readonly from?: AccountName;
      readonly libraries?: Readonly<Record<string, string>>;
    }
  /** `creates` gives a label to a contract that the transaction makes, before its results are recorded. */
  | {
      readonly kind: "send" | "call";
      readonly on: string;
      readonly fn: string;
      readonly args: Arguments;
      readonly value?: bigint;
      readonly from?: AccountName;
      readonly creates?: Created;
    }
  | { readonly kind: "raw"; readonly on: string; readonly data: string; readonly value?: bigint; readonly from?: AccountName }
  /** Gives a label to a contract that another made; `find` gives its address. */
  | ({ readonly kind: "attach" } & Created)
  | { readonly kind: "balance"; readonly of: string }
  /** Names a value that holds addresses or hashes of them and so differs between chains: 0x-hex of 20 to 32 bytes, or a number. */
  | { readonly kind: "define"; readonly label: string; readonly find: (context: Context) => Promise<string | bigint> }
  /** Empty blocks. */
  | { readonly kind: "mine"; readonly blocks: number }
  /** Moves the time of the next block, in seconds after the newest block. */
  | { readonly kind: "time"; readonly by: bigint };

export interface Scenario {
  readonly name: string;
  readonly sources: readonly string[];
  readonly steps: readonly Step[];
  /** The solc that is the reference; the newest by default. */
  readonly line?: SolcLine;
  /** Where it runs; everywhere by default. A target is left out where its page of docs/targets.md says why. */
  readonly targets?: readonly TargetName[];
  /** Targets that cannot run it, each with the row of docs/targets.md (its first cell) that says why. */
  readonly except?: Readonly<Partial<Record<TargetName, string>>>;
}

type Options = { readonly from?: AccountName; readonly value?: bigint };
export const deploy = (label: string, contract: string, args: Arguments = [], options: Options & { libraries?: Record<string, string> } = {}): Step => ({
  kind: "deploy",
  label,
  contract,
  args,
  ...options,
});
export const send = (on: string, fn: string, args: Arguments = [], options: Options & { creates?: Created } = {}): Step => ({ kind: "send", on, fn, args, ...options });
export const call = (on: string, fn: string, args: Arguments = [], options: Options = {}): Step => ({ kind: "call", on, fn, args, ...options });
export const raw = (on: string, data: string, options: Options = {}): Step => ({ kind: "raw", on, data, ...options });
export const attach = (label: string, contract: string, find: (context: Context) => Promise<string>): Step => ({ kind: "attach", label, contract, find });
export const balance = (of: string): Step => ({ kind: "balance", of });
export const define = (label: string, find: (context: Context) => Promise<string | bigint>): Step => ({ kind: "define", label, find });
export const mine = (blocks: number): Step => ({ kind: "mine", blocks });
export const time = (by: bigint): Step => ({ kind: "time", by });

/** What one step did, comparable between chains. */
export interface Recorded {
  readonly step: string;
  readonly ok: boolean;
  /** Return data, revert data (0x-hex with labels), or a balance. */
  readonly data: string;
  readonly logs: readonly { readonly emitter: string; readonly topics: readonly string[]; readonly data: string }[];
}

/** Runs a scenario on a chain with given artifacts. */
export async function record(scenario: Scenario, artifacts: Readonly<Record<string, Artifact>>, target: TargetName): Promise<Recorded[]> {
  const chain = await createChain(target);
  try {
    const runner = new Runner(chain, artifacts);
    const recorded: Recorded[] = [];
    for (const [i, step] of scenario.steps.entries()) recorded.push(await runner.run(step, i));
    return recorded.map((step) => runner.labelled(step));
  } finally {
    await chain.close();
  }
}

class Runner implements Context {
  readonly who: Record<AccountName, string>;
  private readonly contracts = new Map<string, TestContract>();
  private readonly values = new Map<string, string>();
  private readonly labels: [hex: string, label: string][] = [];

  constructor(
    readonly chain: TestChain,
    private readonly artifacts: Readonly<Record<string, Artifact>>,
  ) {
    this.who = Object.fromEntries(ACCOUNT_NAMES.map((name, i) => [name, chain.accounts[i]!.address])) as Record<AccountName, string>;
    for (const [name, address] of Object.entries(this.who)) this.label(address, name);
  }

  at(label: string): string {
    return this.contract(label).address;
  }

  contract(label: string): TestContract {
    const contract = this.contracts.get(label);
    if (!contract) throw new Error(`no contract is labelled '${label}'`);
    return contract;
  }

  value(label: string): string {
    const value = this.values.get(label);
    if (value === undefined) throw new Error(`nothing is called '${label}'`);
    return value;
  }

  async run(step: Step, index: number): Promise<Recorded> {
    const title = `${index} ${describeStep(step)}`;
    try {
      return { step: title, ok: true, ...(await this.perform(step)) };
    } catch (error) {
      if (!(error instanceof RevertError)) throw new Error(`${title}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
      return { step: title, ok: false, data: error.data, logs: [] };
    }
  }

  private async perform(step: Step): Promise<{ data: string; logs: Recorded["logs"] }> {
    switch (step.kind) {
      case "deploy": {
        const libraries = Object.fromEntries(Object.entries(step.libraries ?? {}).map(([name, label]) => [name, this.at(label)]));
        const contract = await this.chain.deploy(this.artifact(step.contract), { args: await this.arguments(step.args), libraries, ...this.options(step) });
        this.contracts.set(step.label, contract);
        this.label(contract.address, step.label);
        return { data: "0x", logs: logsOf(contract.receipt?.logs ?? []) };
      }
      case "attach":
        await this.attach(step);
        return { data: "0x", logs: [] };
      case "send": {
        const receipt = await this.contract(step.on).send(step.fn, await this.arguments(step.args), this.options(step));
        if (step.creates) await this.attach(step.creates);
        return { data: receipt.returnData, logs: logsOf(receipt.logs) };
      }
      case "call": {
        const contract = this.contract(step.on);
        const { returnData } = await this.chain.call({ to: contract, data: contract.encode(step.fn, await this.arguments(step.args)), ...this.options(step) });
        return { data: returnData, logs: [] };
      }
      case "raw": {
        const receipt = await this.chain.send({ to: this.contract(step.on), data: step.data, ...this.options(step) });
        return { data: receipt.returnData, logs: logsOf(receipt.logs) };
      }
      case "balance":
        return { data: String(await this.chain.balance(this.at(step.of))), logs: [] };
      case "define": {
        const found = await step.find(this);
        const hex = typeof found === "bigint" ? `0x${found.toString(16).padStart(64, "0")}` : found.toLowerCase();
        this.values.set(step.label, hex);
        this.label(hex, step.label);
        return { data: "0x", logs: [] };
      }
      case "mine":
        await this.chain.mine(step.blocks);
        return { data: "0x", logs: [] };
      case "time":
        await this.chain.time((await this.chain.time()) + step.by);
        return { data: "0x", logs: [] };
    }
  }

  private async attach({ label, contract: name, find }: Created): Promise<void> {
    const contract = this.chain.attach(this.artifact(name), await find(this));
    this.contracts.set(label, contract);
    this.label(contract.address, label);
  }

  private artifact(name: string): Artifact {
    const artifact = this.artifacts[name];
    if (!artifact) throw new Error(`no artifact is called '${name}'`);
    return artifact;
  }

  private async arguments(args: Arguments): Promise<readonly unknown[]> {
    return this.substitute(typeof args === "function" ? await args(this) : args) as readonly unknown[];
  }

  /** `$alice` and `$label` stand for addresses and defined values. */
  private substitute(value: unknown): unknown {
    if (Array.isArray(value)) return value.map((v) => this.substitute(v));
    if (typeof value !== "string" || !value.startsWith("$")) return value;
    const name = value.slice(1);
    if (name in this.who) return this.who[name as AccountName];
    return this.values.get(name) ?? this.at(name);
  }

  private options(step: Options): { from: string; value: bigint } {
    return { from: this.who[step.from ?? "alice"], value: step.value ?? 0n };
  }

  private label(address: string, label: string): void {
    const hex = address.slice(2).toLowerCase();
    this.labels.push([hex, label]);
    // As text too: reasons name accounts.
    if (hex.length === 40) this.labels.push([Buffer.from(hex).toString("hex"), `text of ${label}`]);
  }

  private normalize(hex: string): string {
    return this.labels.reduce((text, [address, label]) => text.replaceAll(address, `<${label}>`), hex.toLowerCase());
  }

  /** A recording with labels for addresses. */
  labelled(step: Recorded): Recorded {
    const logs = step.logs.map((log) => {
      const emitter = this.normalize(log.emitter);
      // A contract that never got a label: its address means nothing on another chain.
      return { emitter: emitter.includes("<") ? emitter : "<other>", topics: log.topics.map((t) => this.normalize(t)), data: this.normalize(log.data) };
    });
    return { ...step, data: this.normalize(step.data), logs };
  }
}

function logsOf(logs: readonly { address: string; topics: readonly string[]; data: string }[]): Recorded["logs"] {
  return logs.map(({ address, topics, data }) => ({ emitter: address, topics, data }));
}

function describeStep(step: Step): string {
  switch (step.kind) {
    case "deploy":
      return `deploy ${step.contract} as ${step.label}`;
    case "attach":
      return `attach ${step.label}`;
    case "raw":
      return `${step.on} with ${step.data}`;
    case "balance":
      return `balance of ${step.of}`;
    case "define":
      return `define ${step.label}`;
    case "mine":
      return `mine ${step.blocks} blocks`;
    case "time":
      return `${step.by} seconds later`;
    default:
      return `${step.on}.${step.fn}${typeof step.args === "function" ? "(...)" : `(${JSON.stringify(step.args, (_k, v: unknown) => (typeof v === "bigint" ? v.toString() : v)).slice(1, -1)})`}`;
  }
}

/** What solc's code does on an EVM: the reference. */
export async function reference(scenario: Scenario): Promise<Recorded[]> {
  return record(scenario, solcArtifacts(scenario.sources, { line: scenario.line }), "evm");
}

/** What this compiler's code does on a target. */
export async function ours(scenario: Scenario, target: TargetName, optimize: 0 | 1 | 2 | 3 | "s" = 2): Promise<Recorded[]> {
  const { artifacts, diagnostics } = await compile({ sources: scenario.sources, targets: [target], optimize, cache: false });
  const errors = diagnostics.filter((d) => d.severity === "error");
  if (errors.length > 0) throw new Error(errors.map((d) => d.formatted).join("\n"));
  return record(scenario, artifacts, target);
}
