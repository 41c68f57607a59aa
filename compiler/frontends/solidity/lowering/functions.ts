/**
 * The functions of the module in work: a Solidity function gets its IR function on first use and its body from a queue, so
 * that only reachable functions are lowered, each once. Functions whose pointers are taken get ids; a call through a pointer goes
 * to a generated dispatcher for its signature that switches on the id.
 *
 *   call @dispatch_256_to_256(id, x)   ->   switch id { 1: ret f(x); 2: ret g(x); default: panic 0x51 }
 */
import { Builder } from "../../../ir/builder.js";
import { Func } from "../../../ir/module.js";
import { PTR, type Type } from "../../../ir/ops.js";
import type { FunctionDefinition } from "../syntax/ast.js";
import type { SolType } from "../semantics/types.js";
import type { ModuleContext } from "./context.js";
import { irTypes } from "./values.js";

/** A function whose body is still to be lowered. */
export interface QueuedFunction {
  readonly definition: FunctionDefinition;
  readonly func: Func;
}

interface Dispatcher {
  readonly func: Func;
  readonly params: readonly Type[];
  readonly results: readonly Type[];
}

export class FunctionTable {
  private readonly funcs = new Map<FunctionDefinition, Func>();
  private readonly queue: QueuedFunction[] = [];
  private readonly pointers = new Map<FunctionDefinition, number>();
  private readonly dispatchers = new Map<string, Dispatcher>();

  constructor(private readonly m: ModuleContext) {}

  /** The IR function of a Solidity function; its body is queued on first use. */
  use(definition: FunctionDefinition): Func {
    const known = this.funcs.get(definition);
    if (known) return known;
    const type = this.m.program.functionType(definition);
    const func = this.m.module.addFunc(new Func(this.nameOf(definition), flatTypes(type.parameters), flatTypes(type.returns)));
    func.span = definition.span;
    this.funcs.set(definition, func);
    this.queue.push({ definition, func });
    return func;
  }

  /** `Contract.function#id`: readable, and unique through the declaration's id. */
  nameOf(definition: FunctionDefinition): string {
    const contract = this.m.program.contractOf(definition);
    const name = definition.name || definition.functionKind;
    return `${contract ? contract.name + "." : ""}${name}#${definition.id}`;
  }

  /** The next function without a body. */
  next(): QueuedFunction | undefined {
    return this.queue.shift();
  }

  /** The id that a pointer to a function holds; ids start with 1, 0 is an uninitialised pointer. */
  pointerId(definition: FunctionDefinition): number {
    let id = this.pointers.get(definition);
    if (id === undefined) {
      id = this.pointers.size + 1;
      this.pointers.set(definition, id);
      this.use(definition);
    }
    return id;
  }

  /** The function that calls a pointer with this signature: its parameters are the id and then the arguments. */
  dispatcher(params: readonly Type[], results: readonly Type[]): Func {
    const key = `${params.join("_")}_to_${results.join("_")}`;
    let known = this.dispatchers.get(key);
    if (!known) {
      const func = this.m.module.addFunc(new Func(`dispatch_${key}`, [PTR, ...params], results));
      func.inline = "never";
      known = { func, params, results };
      this.dispatchers.set(key, known);
    }
    return known.func;
  }

  /** Writes the dispatchers' bodies; to be called when no function is queued any more. */
  finishDispatchers(): void {
    for (const { func, params, results } of this.dispatchers.values()) {
      const b = new Builder(func);
      const [id, ...args] = func.params;
      const entry = b.newBlock();
      const callees = [...this.pointers]
        .map(([definition, n]) => [n, this.use(definition)] as const)
        .filter(([, f]) => sameTypes(f.paramTypes, params) && sameTypes(f.resultTypes, results));
      const cases = callees.map(([n, callee]) => {
        const block = b.newBlock();
        b.at(block);
        b.ret(b.call(callee, args));
        return [BigInt(n), block] as [bigint, typeof block];
      });
      const otherwise = b.newBlock();
      b.at(otherwise);
      b.panic(0x51);
      b.at(entry);
      b.switch(id!, cases, otherwise);
    }
  }
}

function sameTypes(a: readonly Type[], b: readonly Type[]): boolean {
  return a.length === b.length && a.every((t, i) => t === b[i]);
}

/** IR types of several Solidity values, one after another. */
export function flatTypes(types: readonly SolType[]): Type[] {
  return types.flatMap((t) => irTypes(t));
}
