/** Text of LIR, for debugging and tests: `v3 = add v1, 8`, `branch lt.u v1, v2 -> L4`. */
import { isImmediate, type Address, type LirFunc, type LirInst, type Operand } from "./instruction.js";

const operand = (o: Operand): string => (isImmediate(o) ? (o > 0xffffn ? `0x${o.toString(16)}` : o.toString()) : `v${o}`);
const list = (os: readonly Operand[]): string => os.map(operand).join(", ");

function address(a: Address): string {
  const base = typeof a.base === "number" ? `v${a.base}` : `slot${a.base.slot}`;
  return a.offset === 0 ? `[${base}]` : `[${base}${a.offset < 0 ? "-" : "+"}${Math.abs(a.offset)}]`;
}

/** One instruction on one line. */
export function printInst(inst: LirInst): string {
  switch (inst.kind) {
    case "alu":
      return `v${inst.dst} = ${inst.op} ${operand(inst.a)}, ${operand(inst.b)}`;
    case "mov":
      return `v${inst.dst} = ${operand(inst.a)}`;
    case "neg":
      return `v${inst.dst} = neg v${inst.a}`;
    case "zext32":
      return `v${inst.dst} = zext32 v${inst.a}`;
    case "swap":
      return `v${inst.dst} = swap${inst.bits} v${inst.a}`;
    case "load":
      return `v${inst.dst} = load${inst.size * 8} ${address(inst.from)}`;
    case "store":
      return `store${inst.size * 8} ${address(inst.to)}, ${operand(inst.a)}`;
    case "slotaddr":
      return `v${inst.dst} = address slot${inst.slot}`;
    case "rodata":
      return `v${inst.dst} = rodata ${inst.data}+${inst.offset}`;
    case "label":
      return `L${inst.label}:`;
    case "jump":
      return `jump L${inst.to}`;
    case "branch":
      return `branch ${inst.cond} ${operand(inst.a)}, ${operand(inst.b)} -> L${inst.to}`;
    case "call":
      return `${inst.results.length > 0 ? `${list(inst.results)} = ` : ""}call ${inst.callee}(${list(inst.args)})`;
    case "syscall":
      return `${inst.result === undefined ? "" : `v${inst.result} = `}syscall ${inst.name}(${list(inst.args)})`;
    case "ret":
      return `ret ${list(inst.values)}`;
  }
}

/** A whole function. */
export function printFunc(func: LirFunc): string {
  const lines = func.insts.map((inst) => (inst.kind === "label" ? printInst(inst) : `  ${printInst(inst)}`));
  return [`func ${func.name}(${list(func.params)})`, ...lines].join("\n") + "\n";
}
