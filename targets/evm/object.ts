/**
 * Builds one code object, a module's creation or runtime code: selects and schedules every function that its entry reaches,
 * adds the shared tails, reserves memory words and assembles.
 *
 *   memory:  0x00 scratch | 0x40 free pointer | 0x60 zero | 0x80 reserved words | heap
 *
 * Reserved words: arguments and results beyond the stack's, immutables (creation code), functions' frames. They lie where
 * solc puts its own, and the entry's `mem.store 0x40, 0x80` becomes the heap's start behind them.
 */
import { InternalError, type Diagnostic } from "../../compiler/diagnostics/diagnostic.js";
import { findReturning } from "../../compiler/analysis/returning.js";
import type { Inst, Module } from "../../compiler/ir/module.js";
import { assemble, type AssembledObject, type DataObject, type Placeholder } from "./asm/assembler.js";
import { cleanBlocks } from "./asm/cleanup.js";
import type { Pricing } from "./asm/constants.js";
import { LabelSource, type AsmBlock, type Item, type ItemBody, type Label, type ObjectKey } from "./asm/item.js";
import { calleesOf, CallGraph } from "./calls.js";
import { hasOpcode, introducedIn, type Fork } from "./hardfork.js";
import { Region, type LFunc, type TrapKey } from "./lir/lir.js";
import { STACK_WORDS, type Unit } from "./select/context.js";
import { findScratchNeeds } from "./select/scratch.js";
import { selectFunction } from "./select/select.js";
import { scheduleFunction } from "./stack/schedule.js";
import type { Stack } from "./stack/stack.js";

const RESERVED_START = 0x80n;
/** Function selector of Panic(uint256), left-aligned. */
const PANIC = 0x4e487b71n << 224n;

export interface ObjectInput {
  readonly module: Module;
  readonly creation: boolean;
  readonly fork: Fork;
  readonly pricing: Pricing;
  /** Creation and runtime code of embedded contracts, and for creation code the module's own runtime code as `self`. */
  readonly objects: ReadonlyMap<ObjectKey, DataObject>;
  /** Places of immutables in the module's own runtime code. */
  readonly holes: ReadonlyMap<string, readonly Placeholder[]>;
  readonly metadata?: Uint8Array;
  readonly diagnostics: Diagnostic[];
}

class ObjectBuilder implements Unit {
  readonly module: Module;
  readonly creation: boolean;
  readonly fork: Fork;
  readonly returning: Set<string>;
  readonly scratchNeeds: ReadonlySet<Inst>;
  heapInitialized = false;
  private readonly funcs = new Map<string, LFunc>();
  private readonly labels = new LabelSource();
  private readonly functionLabels = new Map<string, Label>();
  private readonly trapLabels = new Map<TrapKey, Label>();
  private readonly refused = new Set<string>();

  constructor(private readonly input: ObjectInput) {
    this.module = input.module;
    this.creation = input.creation;
    this.fork = input.fork;
    this.returning = findReturning(input.module);
    this.scratchNeeds = findScratchNeeds(input.module);
  }

  helper(name: string, make: (fork: Fork) => LFunc): string {
    const key = `helper:${name}`;
    if (!this.funcs.has(key)) {
      const func = make(this.fork);
      this.funcs.set(key, Object.assign(func, { name: key }));
    }
    return key;
  }

  refuse(opcode: string, inst: Inst): void {
    const key = `${opcode}:${inst.span?.file.name ?? ""}:${inst.span?.start ?? ""}`;
    if (this.refused.has(key)) return;
    this.refused.add(key);
    this.input.diagnostics.push({
      severity: "error",
      kind: "CodeGenerationError",
      code: "EVM-0001",
      message: `the EVM version '${this.fork}' has no ${opcode}, which '${inst.op}' needs`,
      span: inst.span,
      hint: `Compile with --evm-version ${introducedIn(opcode)} or later.`,
    });
  }

  build(): AssembledObject | undefined {
    const entry = this.creation ? this.module.creation : this.module.runtime;
    this.selectFrom(entry);
    if (this.refused.size > 0) return undefined;
    const graph = new CallGraph(this.funcs);
    const blocks: AsmBlock[] = [];
    const frames = new Map<string, number>();
    let resultSlots = 0;
    // Helpers were added while the entry was selected, yet the entry must come first.
    const entryFunc = this.funcs.get(entry)!;
    for (const func of [entryFunc, ...[...this.funcs.values()].filter((func) => func !== entryFunc)]) {
      const scheduled = scheduleFunction(func, {
        freshLabel: () => this.labels.fresh(),
        functionLabel: (name) => this.functionLabel(name),
        trapLabel: (trap) => this.trapLabel(trap),
        inSameCycle: (caller, callee) => graph.inSameCycle(caller, callee),
        returns: (callee) => this.funcs.get(callee)!.returnAddress !== undefined,
        deploy: (stack) => this.deploy(stack),
        favourGas: this.input.pricing.gasPerByte < 2,
      });
      blocks.push(...scheduled.blocks);
      frames.set(func.name, scheduled.slots);
      resultSlots = Math.max(resultSlots, scheduled.resultSlots);
    }
    blocks.push(...this.tails());
    const reserved = this.reserve(graph, frames, resultSlots);
    return assemble({ ...this.input, objects: this.allObjects(), blocks: cleanBlocks(blocks), ...reserved });
  }

  private selectFrom(entry: string): void {
    const work = [entry];
    while (work.length > 0) {
      const name = work.pop()!;
      if (this.funcs.has(name)) continue;
      const source = this.module.funcs.get(name);
      if (!source) throw new InternalError(`'${this.module.name}' has no function '${name}'`);
      this.funcs.set(name, selectFunction(this, source));
      work.push(...[...calleesOf(this.funcs.get(name)!)].reverse());
    }
  }

  private functionLabel(name: string): Label {
    let label = this.functionLabels.get(name);
    if (label === undefined) this.functionLabels.set(name, (label = this.labels.fresh()));
    return label;
  }

  private trapLabel(trap: TrapKey): Label {
    let label = this.trapLabels.get(trap);
    if (label === undefined) this.trapLabels.set(trap, (label = this.labels.fresh()));
    return label;
  }

  /** The tails that failed checks jump to; all panics end in one block that takes the code from the stack. */
  private tails(): AsmBlock[] {
    const op = (name: string): Item => ({ kind: "op", name });
    const push = (value: bigint): Item => ({ kind: "push", value });
    const out: AsmBlock[] = [];
    const common = this.labels.fresh();
    const revert = hasOpcode(this.fork, "REVERT");
    for (const [trap, label] of this.trapLabels) {
      if (trap === "invalid" || !revert) out.push({ label, items: [op("INVALID")] });
      else if (trap === "empty") out.push({ label, items: [push(0n), push(0n), op("REVERT")] });
      else out.push({ label, items: [push(BigInt(trap.slice("panic:".length))), { kind: "label", label: common }, op("JUMP")] });
    }
    // The code's word at 4 is stored first: the selector's word overwrites leading zeros of it.
    if (revert) out.push({ label: common, items: [push(4n), op("MSTORE"), push(PANIC), push(0n), op("MSTORE"), push(0x24n), push(0n), op("REVERT")] });
    return out;
  }

  /** Copies the runtime code to memory, fills in the immutables and returns it. */
  private deploy(stack: Stack): void {
    const emit = (...items: ItemBody[]): void => items.forEach((item) => stack.emit(item));
    const op = (name: string): ItemBody => ({ kind: "op", name });
    const size: ItemBody = { kind: "size", object: "self" };
    const { immutables } = this.module;
    const patched = immutables.some(({ name }) => (this.input.holes.get(name)?.length ?? 0) > 0);
    // Without immutables nothing in memory is needed any more.
    const start: ItemBody = patched ? { kind: "heap" } : { kind: "push", value: 0n };
    emit(size, { kind: "offset", object: "self" }, start, op("CODECOPY"));
    immutables.forEach(({ name }, slot) =>
      this.input.holes.get(name)?.forEach((_, index) => {
        emit({ kind: "slot", area: "immutables", index: slot }, op("MLOAD"), { kind: "hole", name, index }, start, op("ADD"), op("MSTORE"));
      }),
    );
    emit(size, start, op("RETURN"));
  }

  private allObjects(): Map<ObjectKey, DataObject> {
    const objects = new Map<ObjectKey, DataObject>();
    for (const [name, bytes] of this.module.data) objects.set(`data:${name}`, { bytes });
    // The own runtime code is the last object: its metadata then ends the creation code, where tools look for it.
    for (const [key, object] of this.input.objects) if (key !== "self") objects.set(key, object);
    const self = this.input.objects.get("self");
    if (self) objects.set("self", self);
    return objects;
  }

  private reserve(graph: CallGraph, frames: ReadonlyMap<string, number>, resultSlots: number): { slotAddress: (area: string, index: number) => bigint; heapStart: bigint } {
    const transferred = [...this.funcs.keys()]
      .map((name) => this.module.funcs.get(name))
      .map((func) => (func ? Math.max(func.params.length, func.resultTypes.length) - STACK_WORDS : 0));
    const transfer = Math.max(0, ...transferred);
    const immutables = this.creation ? this.module.immutables.length : 0;
    const { starts, total } = graph.placeFrames(frames);
    const areas = new Map([
      ["transfer", 0],
      ["results", transfer],
      ["immutables", transfer + resultSlots],
      ["hash", transfer + resultSlots + immutables],
    ]);
    const framesStart = transfer + resultSlots + immutables + (this.usesRegion(Region.hash) ? 2 : 0);
    for (const [name, start] of starts) areas.set(name, framesStart + start);
    const words = framesStart + total;
    if (words > 0 && !this.heapInitialized && this.usesRegion(Region.heap | Region.free))
      throw new InternalError(`the entry of '${this.module.name}' must store 0x80 at 0x40, so that reserved words can lie before the heap`);
    const address = (index: number): bigint => RESERVED_START + 32n * BigInt(index);
    return { slotAddress: (area, index) => address(areas.get(area)! + index), heapStart: address(words) };
  }

  private usesRegion(region: number): boolean {
    return [...this.funcs.values()].some((func) => func.blocks.some((block) => block.insts.some((inst) => inst.op !== "call" && ((inst.reads | inst.writes) & region) !== 0)));
  }
}

/** Compiles one object; undefined where diagnostics were reported. */
export function buildObject(input: ObjectInput): AssembledObject | undefined {
  return new ObjectBuilder(input).build();
}
