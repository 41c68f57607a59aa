/**
 * Who calls whom within a module: an order in which callees come before their callers, and the functions that can come back to themselves. There are
 * no tables, so that calls name their callees. Tarjan's algorithm for strongly connected components, without recursion of its own.
 */
import { OP, readInstruction } from "../wasm/instructions.js";
import { Reader } from "../wasm/reader.js";
import { LIMITS } from "./limits.js";
import { ModuleError } from "../wasm/reader.js";
import { requireInteger } from "./shape.js";

/** Without tables there is nothing to refer to, and the guard does not follow references on the operand stack. */
const OF_REFERENCES = new Set<number>([OP.CALL_INDIRECT, OP.TABLE_GET, OP.REF_NULL, OP.REF_IS_NULL, OP.REF_FUNC]);

/** A function's body, split. */
export interface Body {
  /** Locals behind the parameters. */
  readonly locals: number;
  /** The groups of locals as they stand, and how many there are. */
  readonly groups: Uint8Array;
  readonly groupCount: number;
  /** The instructions. */
  readonly code: Uint8Array;
  /** Own functions that it calls, without imports, counted from the first own one. */
  readonly callees: readonly number[];
}

/** Reads a body; `imported` functions come first in the index space. Throws ModuleError. */
export function readBody(bytes: Uint8Array, imported: number): Body {
  if (bytes.length > LIMITS.BODY) throw new ModuleError(`a function of the module has ${bytes.length} bytes; at most ${LIMITS.BODY} are allowed`);
  const reader = new Reader(bytes);
  const groupCount = reader.u32();
  const start = reader.at;
  let locals = 0;
  for (let i = 0; i < groupCount; i++) {
    locals += reader.u32();
    requireInteger(reader.byte());
  }
  if (locals > LIMITS.LOCALS) throw new ModuleError(`a function of the module has ${locals} locals; at most ${LIMITS.LOCALS} are allowed`);
  const groups = bytes.subarray(start, reader.at);
  const code = bytes.subarray(reader.at);
  const callees = new Set<number>();
  while (!reader.done) {
    const { op, immediate } = readInstruction(reader);
    if (OF_REFERENCES.has(op)) throw new ModuleError(`the instruction 0x${op.toString(16)} is not available to contracts (references)`);
    if (op === OP.CALL && immediate >= imported) callees.add(immediate - imported);
  }
  return { locals, groups, groupCount, code, callees: [...callees] };
}

export interface CallGraph {
  /** Own functions, callees before callers; those that call each other in a circle lie together. */
  readonly order: readonly number[];
  /** The circle that a function is in, as a number; -1 where it is in none. */
  readonly circle: Int32Array;
}

interface Visit {
  readonly node: number;
  next: number;
}

export function callGraph(bodies: readonly Body[]): CallGraph {
  const count = bodies.length;
  const index = new Int32Array(count).fill(-1);
  const low = new Int32Array(count);
  const onStack = new Uint8Array(count);
  const circle = new Int32Array(count).fill(-1);
  const order: number[] = [];
  const stack: number[] = [];
  let visited = 0;
  let circles = 0;

  const enter = (node: number): Visit => {
    index[node] = low[node] = visited++;
    stack.push(node);
    onStack[node] = 1;
    return { node, next: 0 };
  };
  const leave = (node: number): void => {
    if (low[node] !== index[node]) return;
    const members = stack.splice(stack.lastIndexOf(node));
    const isCircle = members.length > 1 || bodies[node]!.callees.includes(node);
    for (const member of members) {
      onStack[member] = 0;
      if (isCircle) circle[member] = circles;
    }
    if (isCircle) circles++;
    order.push(...members);
  };

  for (let root = 0; root < count; root++) {
    if (index[root] !== -1) continue;
    const path = [enter(root)];
    while (path.length > 0) {
      const visit = path[path.length - 1]!;
      const callee = bodies[visit.node]!.callees[visit.next++];
      if (callee === undefined) {
        path.pop();
        leave(visit.node);
        const caller = path[path.length - 1];
        if (caller) low[caller.node] = Math.min(low[caller.node]!, low[visit.node]!);
      } else if (index[callee] === -1) path.push(enter(callee));
      else if (onStack[callee]) low[visit.node] = Math.min(low[visit.node]!, index[callee]!);
    }
  }
  return { order, circle };
}
