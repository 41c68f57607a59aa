/**
 * Makes a failing program small: leaves out messages, statements, functions and contracts, replaces expressions by plainer ones and
 * arguments by plain ones, as long as the failure stays. What is no longer a program, solc tells.
 */
import type { FuzzCall } from "../generate/call-data.js";
import type { FuzzProgram } from "../generate/program.js";
import { plainArgument } from "../generate/types.js";
import { nodesOf, NO_EDITS, render, type Edits, type Piece, type SourceNode } from "../tree.js";

/** What is done with a program, typed, so that arguments can be made plain. */
export type Plan = Pick<FuzzProgram, "libraries" | "constructorTypes" | "constructorArgs" | "calls">;

/** A program under edits. */
export interface Candidate {
  readonly source: string;
  readonly plan: Plan;
}

/** For each candidate, whether it still fails in the same way; candidates are judged in bulk, since solc's time is mostly per call. */
export type StillFails = (candidates: readonly Candidate[]) => Promise<readonly boolean[]>;

/** Candidates that are judged at once. */
const BULK = 8;

export interface ShrinkLimits {
  readonly milliseconds: number;
}

/** The smallest failing candidate that greedy search finds in time. */
export async function shrink(program: FuzzProgram, stillFails: StillFails, limits: ShrinkLimits): Promise<Candidate> {
  const shrinker = new Shrinker(program, stillFails, performance.now() + limits.milliseconds);
  await shrinker.run();
  return shrinker.current();
}

class Shrinker {
  private edits: Edits = NO_EDITS;
  private plan: Plan;

  constructor(
    private readonly program: FuzzProgram,
    private readonly stillFails: StillFails,
    private readonly deadline: number,
  ) {
    this.plan = program;
  }

  current(edits: Edits = this.edits, plan: Plan = this.plan): Candidate {
    return { source: render(this.program.root, edits), plan };
  }

  async run(): Promise<void> {
    let before: string;
    do {
      before = JSON.stringify([this.current().source, this.plan.calls.length]);
      await this.dropCalls();
      await this.editNodes((node) => (node.removable && render(node, this.edits) !== "" ? [[]] : []));
      await this.editNodes((node) => this.unwrapped(node));
      await this.editNodes((node) => this.plainer(node));
      await this.plainCalls();
    } while (performance.now() < this.deadline && before !== JSON.stringify([this.current().source, this.plan.calls.length]));
  }

  private async firstThatFails(candidates: readonly Candidate[]): Promise<number> {
    return performance.now() > this.deadline ? -1 : (await this.stillFails(candidates)).indexOf(true);
  }

  /** All calls after the first failing one, then halves, then single ones. */
  private async dropCalls(): Promise<void> {
    for (let size = Math.max(1, Math.floor(this.plan.calls.length / 2)); size >= 1; size = Math.floor(size / 2)) {
      let start = 0;
      while (start < this.plan.calls.length) {
        const starts = Array.from({ length: BULK }, (_, i) => start + i * size).filter((s) => s < this.plan.calls.length);
        const plans = starts.map((s) => ({ ...this.plan, calls: this.plan.calls.filter((_, i) => i < s || i >= s + size) }));
        const found = await this.firstThatFails(plans.map((p) => this.current(this.edits, p)));
        if (found >= 0) {
          this.plan = plans[found]!;
          start = starts[found]!;
        } else start += BULK * size;
      }
    }
  }

  /** Tries edits of every node that is left, parents first. */
  private async editNodes(replacements: (node: SourceNode) => readonly (readonly Piece[])[]): Promise<void> {
    let position = 0;
    while (performance.now() < this.deadline) {
      const nodes = nodesOf(this.program.root, this.edits);
      const tries: { at: number; edits: Edits }[] = [];
      const text = this.current().source;
      let at = position;
      for (; at < nodes.length && tries.length < BULK; at++)
        for (const parts of replacements(nodes[at]!)) {
          const edits = new Map(this.edits).set(nodes[at]!, parts);
          if (this.current(edits).source !== text) tries.push({ at, edits });
        }
      if (tries.length === 0) return;
      const found = await this.firstThatFails(tries.map((t) => this.current(t.edits)));
      if (found >= 0) this.edits = tries[found]!.edits;
      // What stands at a position after an edit is new: it is looked at again.
      position = found >= 0 ? tries[found]!.at : at;
    }
  }

  /** A statement's inner statements without it. */
  private unwrapped(node: SourceNode): (readonly Piece[])[] {
    if (!node.removable) return [];
    const inner = (this.edits.get(node) ?? node.parts).filter((p): p is SourceNode => typeof p !== "string" && p.removable);
    return inner.length > 0 ? [inner] : [];
  }

  /** The plain expression of a node's type, or an expression of the same type within it. */
  private plainer(node: SourceNode): (readonly Piece[])[] {
    if (node.type === undefined) return [];
    const inner = nodesOf(node, this.edits).filter((n) => n !== node && n.type === node.type);
    return [...(node.plain === undefined ? [] : [[node.plain]]), ...inner.slice(0, 3).map((n) => [n])];
  }

  private async plainCalls(): Promise<void> {
    for (let i = 0; i < this.plan.calls.length; i++) {
      const plans = simplerCalls(this.plan.calls[i]!).map((call): Plan => ({ ...this.plan, calls: this.plan.calls.with(i, call) }));
      const found = plans.length === 0 ? -1 : await this.firstThatFails(plans.map((p) => this.current(this.edits, p)));
      if (found >= 0) this.plan = plans[found]!;
    }
    const plain: Plan = { ...this.plan, constructorArgs: this.plan.constructorTypes.map(plainArgument) };
    if ((await this.firstThatFails([this.current(this.edits, plain)])) === 0) this.plan = plain;
  }
}

/** The call with everything plain, without damage, and with each argument plain. */
function simplerCalls(call: FuzzCall): FuzzCall[] {
  const { damage, ...sound } = call;
  const simpler: FuzzCall[] = [{ ...sound, args: call.types.map(plainArgument), value: 0n, sender: 0 }];
  if (damage) simpler.push(sound);
  if (call.value !== 0n) simpler.push({ ...call, value: 0n });
  call.types.forEach((type, i) => simpler.push({ ...call, args: call.args.with(i, plainArgument(type)) }));
  const text = JSON.stringify(call, bigintText);
  return simpler.filter((c) => JSON.stringify(c, bigintText) !== text);
}

function bigintText(_key: string, value: unknown): unknown {
  return typeof value === "bigint" ? String(value) : value;
}
