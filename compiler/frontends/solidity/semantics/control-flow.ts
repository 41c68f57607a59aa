/**
 * Control flow of functions: storage and call data pointers used before they are set (an error), results that can stay
 * unset, code that is never reached. Calls of functions that always revert end a path.
 */
import type { Span } from "../../../base/span.js";
import type { ContractDefinition, FunctionDefinition, VariableDeclaration } from "../syntax/ast.js";
import { FlowBuilder } from "./flow-builder.js";
import { reachableNodes, type FlowNode, type FunctionFlow, type Occurrence } from "./flow-graph.js";
import type { Model } from "./model.js";
import { isInLocation } from "./type-properties.js";
import type { VirtualLookup } from "./virtual-lookup.js";

/** A function as it runs in a contract. */
interface Item {
  readonly f: FunctionDefinition;
  readonly contract: ContractDefinition | undefined;
  readonly flow: FunctionFlow;
  /** The nodes that end in a call. */
  readonly calls: readonly FlowNode[];
  /** Unknown until a path to the regular exit has been found, or shown to be missing. */
  returns: boolean | undefined;
  readonly waiting: Set<Item>;
}

export function checkControlFlow(m: Model, lookup: VirtualLookup): void {
  new ControlFlowChecker(m, lookup).check();
}

class ControlFlowChecker {
  private readonly items = new Map<FunctionDefinition, Map<ContractDefinition | undefined, Item>>();
  private readonly pending: Item[] = [];
  /** Code and variables that have been reported: a function runs in many contracts. */
  private readonly reportedCode = new Set<string>();
  private readonly reportedVariables = new Set<VariableDeclaration>();

  constructor(
    private readonly m: Model,
    private readonly lookup: VirtualLookup,
  ) {}

  check(): void {
    const own: Item[] = [];
    for (const unit of this.m.units) {
      for (const node of unit.nodes) {
        if (node.kind === "FunctionDefinition" && node.body) own.push(this.item(node, undefined));
        if (node.kind !== "ContractDefinition") continue;
        // Inherited functions too: an overridden modifier or function may leave their paths open.
        for (const contract of this.m.linearization(node)) {
          for (const f of this.m.membersOf(contract).functions) if (f.body) own.push(this.item(f, node));
        }
      }
    }
    for (let next = this.pending.pop(); next; next = this.pending.pop()) this.findExit(next);
    for (const item of own) this.report(item);
  }

  private item(f: FunctionDefinition, contract: ContractDefinition | undefined): Item {
    let byContract = this.items.get(f);
    if (!byContract) this.items.set(f, (byContract = new Map<ContractDefinition | undefined, Item>()));
    let item = byContract.get(contract);
    if (!item) {
      const site = contract && { linearizedBases: this.m.linearization(contract) };
      const builder = new FlowBuilder(this.m, this.lookup, site, f);
      item = { f, contract, flow: builder.build(), calls: builder.calls, returns: undefined, waiting: new Set() };
      byContract.set(contract, item);
      this.pending.push(item);
    }
    return item;
  }

  /** The called function in the context of its caller: base functions run in the caller's contract. */
  private callee(node: FlowNode, caller: Item): Item | undefined {
    const f = node.callee;
    if (!f?.body) return undefined;
    const home = this.m.contractOf.get(f);
    const isInherited = home && caller.contract && this.m.derivesFrom(caller.contract, home);
    return this.item(f, isInherited ? caller.contract : home);
  }

  /** Looks for a path to the exit past calls known to return; is woken up when more becomes known. */
  private findExit(item: Item): void {
    if (item.returns) return;
    for (const call of item.calls) this.callee(call, item);
    const reached = reachableNodes([item.flow.entry], "exits", (node) => {
      const callee = this.callee(node, item);
      if (!callee || callee.returns) return false;
      callee.waiting.add(item);
      return true;
    });
    if (!reached.has(item.flow.exit)) return;
    item.returns = true;
    this.pending.push(...item.waiting);
    item.waiting.clear();
  }

  private report(item: Item): void {
    const stops = (node: FlowNode): boolean => {
      const callee = this.callee(node, item);
      return callee !== undefined && !callee.returns;
    };
    this.reportUnset(item, stops);
    this.reportUnreachable(item, stops);
  }

  private reportUnset(item: Item, stops: (node: FlowNode) => boolean): void {
    const accesses = [...unsetAccesses(item.flow, stops)].sort((a, b) => (a.span?.start ?? -1) - (b.span?.start ?? -1));
    for (const { variable, kind, span } of accesses) {
      const type = this.m.variableType(variable);
      const isStorage = isInLocation(type, "storage");
      if (isStorage || isInLocation(type, "calldata")) {
        if (this.isReported(span ?? variable.span)) continue;
        const what = isStorage ? "storage" : "calldata";
        const how = kind === "return" ? "returned" : "accessed";
        const message = `This variable is of ${what} pointer type and can be ${how} without prior assignment, which would lead to undefined behaviour.`;
        const related = span && [{ span: variable.span, message: "The variable was declared here." }];
        this.m.sink.error("TypeError", "3464", message, span ?? variable.span, "Assign it on every path first.", related);
      } else if (variable.name === "" && item.f.body && item.f.body.statements.length > 0 && !this.reportedVariables.has(variable)) {
        this.reportedVariables.add(variable);
        const advice = "Add an explicit return with value to all non-reverting code paths or name the variable.";
        this.m.sink.warning("6321", `Unnamed return variable can remain unassigned. ${advice}`, variable.span);
      }
    }
  }

  private reportUnreachable({ flow }: Item, stops: (node: FlowNode) => boolean): void {
    const reached = reachableNodes([flow.entry], "exits", stops);
    const spans: Span[] = [];
    for (const node of reachableNodes([flow.exit, flow.revert, flow.end], "entries")) {
      if (!reached.has(node) && node.span) spans.push(node.span);
    }
    spans.sort((a, b) => a.file.id - b.file.id || a.start - b.start || a.end - b.end);
    for (const span of mergeOverlaps(spans)) if (!this.isReported(span)) this.m.sink.warning("5740", "Unreachable code.", span);
  }

  private isReported({ file, start, end }: Span): boolean {
    const key = `${file.id}:${start}:${end}`;
    const known = this.reportedCode.has(key);
    this.reportedCode.add(key);
    return known;
  }
}

function mergeOverlaps(spans: readonly Span[]): Span[] {
  const merged: Span[] = [];
  for (const span of spans) {
    const last = merged[merged.length - 1];
    if (last?.file === span.file && span.start <= last.end) merged[merged.length - 1] = { ...last, end: Math.max(last.end, span.end) };
    else merged.push(span);
  }
  return merged;
}

interface NodeState {
  readonly unset: Set<VariableDeclaration>;
  readonly accesses: Set<Occurrence>;
}

/** Uses of unset variables that lie on a path to the regular exit. */
function unsetAccesses(flow: FunctionFlow, stops: (node: FlowNode) => boolean): ReadonlySet<Occurrence> {
  const states = new Map<FlowNode, NodeState>([[flow.entry, { unset: new Set(), accesses: new Set() }]]);
  const queue = new Set<FlowNode>([flow.entry]);
  for (const node of queue) {
    queue.delete(node);
    const state = states.get(node)!;
    const unset = new Set(state.unset);
    for (const occurrence of node.occurrences) {
      const { kind, variable } = occurrence;
      if (kind === "assignment") unset.delete(variable);
      else if (kind === "declaration") unset.add(variable);
      else if (unset.has(variable)) state.accesses.add(occurrence);
    }
    if (stops(node)) continue;
    for (const exit of node.exits) if (propagate(states, exit, unset, state.accesses)) queue.add(exit);
  }
  return states.get(flow.exit)?.accesses ?? new Set();
}

/** Adds to what is known at a node; true if that was news. */
function propagate(states: Map<FlowNode, NodeState>, to: FlowNode, unset: ReadonlySet<VariableDeclaration>, accesses: ReadonlySet<Occurrence>): boolean {
  const known = states.get(to);
  if (!known) {
    states.set(to, { unset: new Set(unset), accesses: new Set(accesses) });
    return true;
  }
  const before = known.unset.size + known.accesses.size;
  for (const variable of unset) known.unset.add(variable);
  for (const access of accesses) known.accesses.add(access);
  return known.unset.size + known.accesses.size > before;
}
