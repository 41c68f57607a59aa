/** Runs one file of solc's semantic tests on one target. */
import { compile } from "../../../index.js";
import type { Artifact } from "../../../compiler/driver/artifact.js";
import { loadTarget } from "../../../targets/registry.js";
import type { Chain, Outcome, TargetName } from "../../../targets/target.js";
import { keccak_256 } from "@noble/hashes/sha3.js";
import { DiagnosticSink } from "../../../compiler/diagnostics/diagnostic.js";
import { loadSources } from "../../../compiler/frontends/solidity/imports/resolve.js";
import { EventTable } from "./effects.js";
import { accountAddress, ENVIRONMENT } from "./environment.js";
import { parseExpectations, type Call, type Item, type Library } from "./expectations.js";
import { readSections, satisfiesVersion, withVersion, type TestSections } from "./sections.js";

export type Status = "pass" | "fail" | "skip" | "compile-error" | "crash" | "timeout";

export interface TestResult {
  readonly status: Status;
  readonly reason: string;
}

/** The name that the unnamed source gets. */
const UNNAMED = "test.sol";
/** Tests bring all their sources: nothing is read from a project. */
const NO_ROOT = "/nonexistent";
const EVM_VERSION = "cancun";

const skip = (reason: string): TestResult => ({ status: "skip", reason });

/** How a test is compiled and where it runs. */
export interface SemanticOptions {
  readonly target: TargetName;
  readonly optimize: 0 | 1 | 2 | 3 | "s";
  /** The release whose suite it is, `0.7.6`; the newest by default. */
  readonly version?: string;
}

/** Runs a file; never throws. */
export async function runSemanticTest(file: string, options: SemanticOptions): Promise<TestResult> {
  try {
    const sections = readSections(file);
    const skipped = skipReason(sections, isOld(options.version));
    if (skipped !== undefined) return skip(skipped);
    return await new SemanticTest({ ...sections, sources: withVersion(sections.sources, options.version) }, options).run();
  } catch (error) {
    return { status: "crash", reason: error instanceof Error ? (error.stack ?? error.message).split("\n").slice(0, 4).join(" | ") : String(error) };
  }
}

/** Releases before 0.8 generate code without Yul and know the old ABI coder as the default. */
function isOld(version: string | undefined): boolean {
  return version !== undefined && !version.startsWith("0.8.");
}

/** Tests that do not apply to a compiler with one pipeline on this EVM version. */
function skipReason({ settings, sources }: TestSections, old: boolean): string | undefined {
  if ([...sources.values()].some((text) => /^\s*pragma experimental solidity;/m.test(text))) return "tests experimental Solidity, another language";
  if (old && settings.get("compileViaYul") === "true") return "tests the pipeline through Yul only, an experiment before 0.8";
  if (!old && settings.get("compileViaYul") === "false") return "tests the legacy pipeline only";
  if (!old && settings.get("ABIEncoderV1Only") === "true") return "tests ABI coder v1 only";
  if (!satisfiesVersion(settings.get("EVMVersion"), EVM_VERSION)) return `does not apply to EVM version ${EVM_VERSION}`;
  const format = settings.get("bytecodeFormat");
  if (format !== undefined && !format.split(",").includes("legacy")) return "tests EOF";
  return undefined;
}

class SemanticTest {
  private sender = accountAddress(0);
  private readonly linked = new Map<string, string>();
  private chain!: Chain;
  private artifacts!: Readonly<Record<string, Artifact>>;
  private contractAddress = "";

  constructor(
    private readonly sections: TestSections,
    private readonly options: SemanticOptions,
  ) {}

  private get target(): TargetName {
    return this.options.target;
  }

  async run(): Promise<TestResult> {
    const sources = Object.fromEntries([...this.sections.sources].map(([name, content]) => [name === "" ? UNNAMED : name, { content }]));
    const revertStrings = this.sections.settings.get("revertStrings");
    const { artifacts, diagnostics } = await compile({
      sources,
      root: NO_ROOT,
      targets: [this.target],
      optimize: this.options.optimize,
      evmVersion: EVM_VERSION,
      ...(revertStrings !== undefined && { revertStrings: revertStrings === "verboseDebug" ? "debug" : (revertStrings as "default" | "strip" | "debug") }),
    });
    const error = diagnostics.find((d) => d.severity === "error");
    if (error) return { status: "compile-error", reason: `${error.code}: ${error.message}${error.line === undefined ? "" : ` (line ${error.line})`}` };
    this.artifacts = artifacts;
    const main = this.mainContract(sources);
    if (!main) return { status: "crash", reason: "the main source has no contract" };
    const target = await loadTarget(this.target);
    this.chain = await target.createChain({ evmVersion: EVM_VERSION, ...(this.target !== "solana" && { environment: ENVIRONMENT }) });
    if (this.target === "solana") this.sender = this.chain.accounts[0]!;
    try {
      return await this.runItems(main, parseExpectations(this.sections.expectations));
    } finally {
      await this.chain.close();
    }
  }

  /** The last contract of the last source. */
  private mainContract(sources: Record<string, { content: string }>): Artifact | undefined {
    const unit = loadSources({ sources, root: NO_ROOT, remappings: [] }, new DiagnosticSink()).byName.get(Object.keys(sources).pop() ?? "");
    const last = unit?.nodes.filter((n) => n.kind === "ContractDefinition").at(-1);
    return last && unit ? this.artifacts[`${unit.file.name}:${last.name}`] : undefined;
  }

  private async runItems(main: Artifact, items: readonly Item[]): Promise<TestResult> {
    const events = new EventTable([...new Set(Object.values(this.artifacts))].map((a) => a.abi));
    let deployed = false;
    for (const item of items) {
      if (item.kind === "library") {
        await this.deployLibrary(item);
        continue;
      }
      if (!deployed) {
        deployed = true;
        const isConstructor = item.signature === "constructor()";
        const outcome = await this.deploy(main, isConstructor ? item : undefined);
        if (isConstructor) {
          if (outcome.success === item.fails) return fail(item, `the constructor ${outcome.success ? "succeeded" : `failed (${outcome.error ?? outcome.returnData})`}`);
          if (outcome.success) {
            const fault = this.compareEffects(item, outcome, events);
            if (fault !== undefined) return fail(item, fault);
          }
          continue;
        }
        if (!outcome.success) return { status: "fail", reason: `deployment failed: ${outcome.error ?? outcome.returnData}` };
      }
      const fault = item.isBuiltin ? await this.builtin(item) : await this.call(item, events);
      if (fault !== undefined) return fail(item, fault);
    }
    return { status: "pass", reason: "" };
  }

  private async deploy(artifact: Artifact, call?: Call): Promise<Outcome> {
    const part = artifact.targets[this.target];
    if (!part) throw new Error(`'${artifact.contractName}' has no code`);
    const outcome = await this.chain.deploy({
      part,
      contractName: `${artifact.sourceName}:${artifact.contractName}`,
      args: `0x${Buffer.from(call?.args ?? []).toString("hex")}`,
      from: this.sender,
      value: call?.value ?? 0n,
      libraries: this.linked,
    });
    if (outcome.success) this.contractAddress = outcome.address ?? "";
    return outcome;
  }

  private async deployLibrary(library: Library): Promise<void> {
    const name = `${library.source === "" ? UNNAMED : library.source}:${library.name}`;
    const artifact = this.artifacts[name] ?? this.artifacts[library.name];
    if (!artifact) throw new Error(`no library is called '${library.name}'`);
    const outcome = await this.deploy(artifact);
    if (!outcome.success || outcome.address === undefined) throw new Error(`the library '${library.name}' could not be deployed`);
    this.linked.set(`${artifact.sourceName}:${artifact.contractName}`, outcome.address);
  }

  private async call(item: Call, events: EventTable): Promise<string | undefined> {
    const selector = item.signature === "" ? new Uint8Array() : keccak_256(new TextEncoder().encode(item.signature)).slice(0, 4);
    const data = `0x${Buffer.concat([selector, item.args]).toString("hex")}`;
    const outcome = await this.chain.send({ from: this.sender, to: this.contractAddress, data, value: item.value });
    const expected = `0x${Buffer.from(item.results).toString("hex")}`;
    if (outcome.success === item.fails) return `${outcome.success ? "succeeded" : `failed (${outcome.error ?? ""} ${outcome.returnData})`}, expected ${expected}`;
    if (outcome.returnData !== expected) return `gave ${outcome.returnData}, expected ${expected}`;
    return this.compareEffects(item, outcome, events);
  }

  private compareEffects(item: Call, outcome: Outcome, events: EventTable): string | undefined {
    // The old suites name effects only where they are the subject.
    if (isOld(this.options.version) && item.effects.length === 0) return undefined;
    const effects = outcome.logs.map((log) => events.format(log, this.contractAddress));
    return JSON.stringify(effects) === JSON.stringify(item.effects) ? undefined : `effects ${JSON.stringify(effects)}, expected ${JSON.stringify(item.effects)}`;
  }

  private async builtin(item: Call): Promise<string | undefined> {
    const got = await this.builtinResult(item);
    const expected = Buffer.from(item.results).toString("hex");
    if (got !== expected) return `gave 0x${got}, expected 0x${expected}`;
    // This builtin's effects are its arguments.
    const effects = item.signature === "isoltest_side_effects_test" ? (Buffer.from(item.args).toString("hex").match(/.{64}/g) ?? []) : [];
    const isEcho = item.signature === "isoltest_side_effects_test";
    return !isEcho || JSON.stringify(effects) === JSON.stringify(item.effects) ? undefined : `effects ${JSON.stringify(effects)}, expected ${JSON.stringify(item.effects)}`;
  }

  private async builtinResult(item: Call): Promise<string> {
    const word = (value: bigint): string => value.toString(16).padStart(64, "0");
    const argument = Buffer.from(item.args).toString("hex");
    switch (item.signature) {
      case "balance":
        return word(await this.chain.balance(argument === "" ? this.contractAddress : `0x${argument.slice(24, 64)}`));
      case "storageEmpty":
        if (!this.chain.storageIsEmpty) throw new Error("the chain does not tell whether storage is empty");
        return word((await this.chain.storageIsEmpty(this.contractAddress)) ? 1n : 0n);
      case "account": {
        const number = Number(BigInt(`0x${argument}`));
        this.sender = this.target === "solana" ? this.chain.accounts[number]! : accountAddress(number);
        return this.sender.slice(2).toLowerCase().padStart(64, "0");
      }
      case "isoltest_builtin_test":
        return word(0x1234n);
      default:
        return argument === "" ? word(0n) : argument;
    }
  }
}

function fail(item: Call, reason: string): TestResult {
  return { status: "fail", reason: `${item.signature === "" ? "()" : item.signature}: ${reason}`.slice(0, 2000) };
}
