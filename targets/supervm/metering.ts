/**
 * Gas per basic block, and where it is charged. Costs come from the IR before binaryen sees the code, so that they depend on the module only.
 *
 *   b0 (3): branch c, b1, b2        b0 (3+5): branch c, b1, b2     a block whose siblings all end the activation is paid with its
 *   b1 (5): ...              ->     b1 (0): ...                    only predecessor
 *   b2 (2): panic 0x11              b2 (0): panic 0x11
 *
 *   b1 (4): jump b3                 b1 (4+7): jump b3              a join, a loop's header among them, is paid by its predecessors where
 *   b2 (6): jump b3          ->     b2 (6+7): jump b3              they lead nowhere else: a loop then has one charge a round
 *   b3 (7): ...                     b3 (0): ...
 *
 * Safe: on every path that does not end the activation the sum is unchanged, so every cycle keeps a cost of at least 1; paths that end it may
 * pay a little more, always the same.
 */
import { terminator, type Block, type Func, type Inst } from "../../compiler/ir/module.js";
import { GAS } from "../../runtime/host/gas-schedule.js";
import type { Flow } from "./flow.js";
import { limbCount } from "./types.js";

/** `env.gas` pays for itself where it stands, so that a later reading shows less. */
const FREE = new Set(["env.gas", "const", "local.get", "local.set", "zext", "trunc", "jump", "ret", "unreachable"]);

/** The static price of an instruction. */
export function instructionCost(func: Func, inst: Inst): number {
  const { op } = inst;
  if (FREE.has(op)) return 0;
  const fixed = FIXED.get(op);
  if (fixed !== undefined) return fixed;
  const width = Math.max(0, ...inst.args.map((v) => func.typeOf(v)), ...inst.results.map((v) => func.typeOf(v)));
  if (op.startsWith("mul")) return width <= 64 ? GAS.MULTIPLY_64 : GAS.MULTIPLY_256;
  if (op.startsWith("div") || op.startsWith("rem")) return width <= 64 ? GAS.DIVIDE_64 : GAS.DIVIDE_256;
  if (op.startsWith("env.")) return GAS.ENVIRONMENT;
  if (op === "log") return GAS.LOG + GAS.LOG_TOPIC * (inst.args.length - 2);
  return GAS.INSTRUCTION * limbCount(width);
}

const FIXED: ReadonlyMap<string, number> = new Map(
  Object.entries({
    addmod: GAS.MODULAR,
    mulmod: GAS.MODULAR,
    exp: GAS.EXP,
    "exp.checked.u": GAS.EXP,
    "exp.checked.s": GAS.EXP,
    call: GAS.INTERNAL_CALL,
    "mem.load": GAS.MEMORY_WORD,
    "mem.store": GAS.MEMORY_WORD,
    "mem.store.s": GAS.MEMORY_WORD,
    "mem.load.byte": GAS.MEMORY_WORD,
    "mem.store.byte": GAS.MEMORY_WORD,
    "calldata.load": GAS.MEMORY_WORD,
    "mem.copy": GAS.COPY,
    "mem.zero": GAS.COPY,
    "calldata.copy": GAS.COPY,
    "returndata.copy": GAS.COPY,
    "data.copy": GAS.COPY,
    "code.copy": GAS.COPY,
    "object.copy": GAS.COPY,
    "object.runtime.copy": GAS.COPY,
    "mem.keccak": GAS.KECCAK,
    "slot.map": GAS.KECCAK + 2 * GAS.KECCAK_WORD,
    "slot.map.bytes": GAS.KECCAK,
    "slot.array": GAS.KECCAK + GAS.KECCAK_WORD,
    "storage.load": GAS.STORAGE_LOAD,
    "storage.store": GAS.STORAGE_STORE,
    "transient.load": GAS.TRANSIENT,
    "transient.store": GAS.TRANSIENT,
    "env.blockhash": GAS.BLOCK_HASH,
    "env.balance": GAS.ACCOUNT,
    "env.selfbalance": GAS.ACCOUNT,
    "extcode.size": GAS.ACCOUNT,
    "extcode.hash": GAS.ACCOUNT,
    "extcode.copy": GAS.ACCOUNT,
    "ext.call": GAS.CALL,
    "ext.delegatecall": GAS.CALL,
    "ext.staticcall": GAS.CALL,
    "ext.create": GAS.CREATE,
    "ext.create2": GAS.CREATE,
    "exit.selfdestruct": GAS.SELFDESTRUCT,
  }),
);

function blockCost(func: Func, block: Block): number {
  let cost: number = GAS.BLOCK;
  for (const inst of block.insts) cost += instructionCost(func, inst);
  return cost;
}

/** True where a block ends the activation: its own cost is then only the price of its instructions. */
function endsActivation(block: Block): boolean {
  const inst = terminator(block);
  return inst.targets.length === 0 && inst.op !== "ret";
}

/** What to charge at the start of each block, by position in the flow's order; 0 means no charge. */
export function blockCharges(func: Func, flow: Flow): number[] {
  const { order, predecessors, position } = flow;
  const costs = order.map((block) => blockCost(func, block));
  const successors = order.map((block) => terminator(block).targets.map((t) => position[t.block]!));
  const single = (p: number): boolean => successors[p]!.length === 1;
  // Joins first (their predecessors may then move on as a whole), from the last to the first.
  for (let i = order.length - 1; i > 0; i--) {
    const from = predecessors[i]!;
    // A block that jumps to itself would pay for itself only.
    if (from.length === 0 || !from.every(single) || from.includes(i)) continue;
    for (const p of from) costs[p]! += costs[i]!;
    costs[i] = 0;
  }
  for (let i = order.length - 1; i > 0; i--) {
    const from = predecessors[i]!;
    const p = from[0];
    if (from.length !== 1 || p === undefined || p >= i || single(p)) continue;
    const siblings = successors[p]!.filter((s) => s !== i);
    if (!siblings.every((s) => endsActivation(order[s]!))) continue;
    costs[p]! += costs[i]!;
    costs[i] = 0;
  }
  return costs;
}
