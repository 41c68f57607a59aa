/** Programs in the IR interpreter. */
import { World } from "../../../compiler/ir/interpreter/world.js";
import type { Module } from "../../../compiler/ir/module.js";
import { bytesOf, hexOf, hexWord, type Message, type Observed, type Senders, type Side, type Words } from "./side.js";

/** Instructions that a message may run. */
const FUEL = 5_000_000;
/** In wei. */
const FUNDS = 10n ** 20n;

export class InterpreterSide implements Side {
  readonly listsStorage = true;
  private readonly world: World;
  private readonly libraries = new Map<string, bigint>();
  private address = 0n;

  constructor(
    readonly name: string,
    private readonly modules: readonly Module[],
    private readonly main: string,
    private readonly senders: Senders,
  ) {
    this.world = new World(modules, { fuel: FUEL });
    for (const sender of senders) this.world.setBalance(sender, FUNDS);
  }

  async deployLibrary(name: string): Promise<Observed> {
    const result = this.world.deploy({ module: this.module(name), from: this.senders[0] });
    if (result.address !== undefined) this.libraries.set(this.module(name).name, result.address);
    return this.observed({ ...result, returnData: result.success ? new Uint8Array() : result.returnData }, result.address);
  }

  async deploy(args: string): Promise<Observed> {
    const result = this.world.deploy({ module: this.module(this.main), args: bytesOf(args), from: this.senders[0], libraries: this.libraries });
    this.address = result.address ?? 0n;
    return this.observed({ ...result, returnData: result.success ? new Uint8Array() : result.returnData }, this.address);
  }

  async send({ from, value, data }: Message): Promise<Observed> {
    return this.observed(this.world.send({ to: this.address, from, value, data: bytesOf(data) }), this.address);
  }

  async storage(): Promise<Words> {
    const words = new Map<string, string>();
    for (const [slot, word] of this.world.storage(this.address)) if (word !== 0n) words.set(hexWord(slot), hexWord(word));
    return words;
  }

  async balance(): Promise<bigint> {
    return this.world.balance(this.address);
  }

  async close(): Promise<void> {
    // Everything is memory of this object.
  }

  private module(name: string): Module {
    const module = this.modules.find((m) => m.name.endsWith(`:${name}`));
    if (!module) throw new Error(`there is no module of ${name}`);
    return module;
  }

  private observed(result: ReturnType<World["send"]>, main: bigint | undefined): Observed {
    const logs = result.logs.map((l) => ({ emitter: l.address === main ? "main" : "other", topics: l.topics.map(hexWord), data: hexOf(l.data) }));
    const { success, error } = result;
    return { success, returnData: hexOf(result.returnData), logs, ...(error !== undefined && { error }) };
  }
}
