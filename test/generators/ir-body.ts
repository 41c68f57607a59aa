/** Random statements of one IR function; ir.ts has the whole. Values are picked among those that dominate the point of use. */
import type { Builder } from "../../compiler/ir/builder.js";
import { isFoldable } from "../../compiler/ir/fold.js";
import type { Func, LocalId, ValueId } from "../../compiler/ir/module.js";
import { OPS, type OpInfo, type Type, type TypePattern } from "../../compiler/ir/ops.js";
import type { IrSettings } from "./ir-options.js";
import type { Random } from "./random.js";

const pure: readonly OpInfo[] = [...OPS.values()].filter((op) => isFoldable(op.name));
const UNCHECKED = pure.filter((op) => !op.traps && !op.name.endsWith(".nuw"));
const CHECKED = pure.filter((op) => op.traps);
/** What frontends do with booleans. */
const ON_BOOLEANS = new Set(["and", "or", "xor", "not", "eq", "ne", "select", "zext", "sext", "trunc"]);

type Statement = (body: IrBody, budget: number) => void;

export class IrBody {
  /** Bytes of the memory buffer that programs play with. */
  static readonly BUFFER_SIZE = 256;

  private scope: ValueId[] = [];
  private locals: readonly LocalId[] = [];
  private nesting = 0;

  constructor(
    private readonly b: Builder,
    private readonly random: Random,
    private readonly settings: IrSettings,
    private readonly callees: readonly Func[],
    private readonly buffer: ValueId | undefined,
  ) {}

  addValues(values: readonly ValueId[]): void {
    this.scope.push(...values);
  }

  useLocals(locals: readonly LocalId[]): void {
    this.locals = locals;
  }

  /** The newest values in scope and, last, one of any age. */
  newest(count: number): ValueId[] {
    return [...this.scope.slice(-count), this.random.pick(this.scope)];
  }

  /** Emits statements until a budget is used up. */
  statements(budget: number): void {
    for (let left = budget; left > 0;) {
      const choice = this.random.below(100);
      if (choice < 14 && this.settings.controlFlow && this.nesting < 3 && left > 3) {
        const inner = this.random.between(1, Math.ceil(left / 2));
        this.random.pick(NESTED)(this, inner);
        left -= inner + 1;
      } else {
        this.simple(choice);
        left--;
      }
    }
  }

  /** A value of a type: one in scope, a constant, or one in scope converted. */
  value(type: Type): ValueId {
    const fitting = this.scope.filter((v) => this.b.typeOf(v) === type);
    if (fitting.length > 0 && this.random.chance(0.7)) return this.random.pick(fitting.slice(-8));
    if (this.scope.length === 0 || this.random.chance(0.3)) return this.b.const(type, this.random.edgeValue(type));
    return this.converted(this.random.pick(this.scope), type);
  }

  private converted(value: ValueId, type: Type): ValueId {
    const from = this.b.typeOf(value);
    if (from === type) return value;
    if (from > type) return this.b.trunc(value, type);
    return this.random.chance(0.6) ? this.b.zext(value, type) : this.b.sext(value, type);
  }

  private type(): Type {
    return this.random.pick(this.settings.types);
  }

  private simple(choice: number): void {
    const { memory, storage } = this.settings;
    if (choice < 24) this.checked();
    else if (choice < 30 && this.callees.length > 0) this.call();
    else if (choice < 42 && memory && this.buffer !== undefined) this.memory(this.buffer);
    else if (choice < 50 && storage) this.storage();
    else if (choice < 60 && this.locals.length > 0) this.local();
    else if (choice < 64) this.claimed();
    else if (choice < 66) this.addValues([this.environment()]);
    else this.operation(this.random.pick(UNCHECKED));
  }

  /** An operation of the table, with types bound to its patterns. */
  private operation(info: OpInfo, operand = (type: Type): ValueId => this.value(type)): void {
    const bound = new Map<TypePattern, Type>();
    for (const pattern of ["T", "U"] as const) bound.set(pattern, this.operandType(info));
    if (["zext", "sext", "trunc"].includes(info.name)) {
      const widths = [...new Set(this.settings.types)].sort((a, b) => a - b);
      if (widths.length < 2) return;
      const low = this.random.below(widths.length - 1);
      const high = this.random.between(low + 1, widths.length - 1);
      const [narrow, wide] = [widths[low]!, widths[high]!];
      bound.set("T", info.name === "trunc" ? wide : narrow);
      bound.set("U", info.name === "trunc" ? narrow : wide);
    }
    const args = info.args.map((pattern) => operand(typeof pattern === "number" ? pattern : bound.get(pattern)!));
    this.addValues([this.b.emit(info.name, args, bound.get("U"))]);
  }

  private operandType(info: OpInfo): Type {
    const type = this.type();
    return type === 1 && !this.settings.oddTypes && !ON_BOOLEANS.has(info.name) ? 256 : type;
  }

  /** Checked arithmetic, mostly of operands that are small enough not to panic: a program that always panics tests little. */
  private checked(): void {
    const small = (type: Type): ValueId => {
      const value = this.value(type);
      if (type < 8 || this.random.chance(0.05)) return value;
      const bits = Math.max(2, Math.floor(type / this.random.pick([2, 4, 8])));
      const masked = this.b.emit("and", [value, this.b.const(type, (1n << BigInt(bits - 1)) - 1n)]);
      return this.random.chance(0.5) ? this.b.emit("or", [masked, this.b.const(type, 1)]) : masked;
    };
    const info = this.random.pick(CHECKED);
    if (info.name.startsWith("exp")) return this.power(info, small);
    this.operation(info, this.random.chance(0.9) ? small : undefined);
  }

  private power(info: OpInfo, small: (type: Type) => ValueId): void {
    const type = this.operandType(info);
    const exponent = this.b.emit("and", [this.value(8), this.b.const(8, 3)]);
    this.addValues([this.b.emit(info.name, [small(type), exponent])]);
  }

  /** Arithmetic with a claim that holds: operands that were extended or masked. */
  private claimed(): void {
    const wide = this.random.pick([16, 32, 64, 128, 256]);
    const a = this.b.zext(this.value(8), wide);
    const b = this.b.zext(this.value(8), wide);
    const big = this.b.emit("or", [a, this.b.const(wide, 0xff)]);
    const emitted = this.random.pick([() => this.b.emit("add.nuw", [a, b]), () => this.b.emit("mul.nuw", [a, b]), () => this.b.emit("sub.nuw", [big, b])]);
    this.addValues([emitted()]);
  }

  private environment(): ValueId {
    return this.b.emit(this.random.pick(["env.value", "calldata.size", "env.caller"]), []);
  }

  private call(): void {
    const callee = this.random.pick(this.callees);
    this.addValues(
      this.b.call(
        callee,
        callee.paramTypes.map((t) => this.value(t)),
      ),
    );
  }

  private local(): void {
    const local = this.random.pick(this.locals);
    if (this.random.chance(0.5)) this.b.localSet(local, this.value(this.b.func.locals[local]!.type));
    else this.addValues([this.b.localGet(local)]);
  }

  private memory(buffer: ValueId): void {
    const trusted = this.random.chance(0.8);
    const at = trusted ? this.address(buffer) : this.b.zext(this.address(buffer), 256);
    const length = (): ValueId => this.b.const(trusted ? 64 : 256, this.random.below(33));
    const address = (): ValueId => (trusted ? this.address(buffer) : this.b.zext(this.address(buffer), 256));
    switch (this.random.below(9)) {
      case 0:
      case 1:
        return void this.b.emit("mem.store", [at, this.value(this.type())]);
      case 2:
        return void this.b.emit("mem.store.s", [at, this.value(this.type())]);
      case 3:
        return void this.b.emit("mem.store.byte", [at, this.value(8)]);
      case 4:
        return void this.b.emit("mem.copy", [at, address(), length()]);
      case 5:
        return this.addValues([this.b.emit("mem.keccak", [at, length()])]);
      case 6:
        return this.addValues([this.b.emit("mem.load.byte", [at])]);
      default:
        return this.addValues([this.b.emit("mem.load", [at], this.type())]);
    }
  }

  /** An address in the buffer with 32 bytes behind it: a constant offset, aligned or not, or a computed one. */
  private address(buffer: ValueId): ValueId {
    const words = IrBody.BUFFER_SIZE / 32;
    if (this.random.chance(0.2)) {
      const index = this.b.emit("and", [this.value(64), this.b.const(64, words - 1)]);
      return this.b.emit("add.nuw", [buffer, this.b.emit("mul.nuw", [index, this.b.const(64, 32)])]);
    }
    const offset = this.random.chance(0.8) ? 32 * this.random.below(words) : this.random.below(IrBody.BUFFER_SIZE - 32);
    return this.b.emit("add.nuw", [buffer, this.b.const(64, offset)]);
  }

  private storage(): void {
    const kind = this.random.pick(["storage", "storage", "transient"]);
    if (this.random.chance(0.1)) return this.log();
    if (this.random.chance(0.5)) this.b.emit(`${kind}.store`, [this.slot(), this.value(256)]);
    else this.addValues([this.b.emit(`${kind}.load`, [this.slot()])]);
  }

  private slot(): ValueId {
    const base = this.b.const(256, this.random.below(3));
    if (this.random.chance(0.6)) return base;
    if (this.random.chance(0.5)) return this.b.emit("slot.map", [this.value(256), base]);
    return this.b.emit("add", [this.b.emit("slot.array", [base]), this.b.const(256, this.random.below(3))]);
  }

  private log(): void {
    const topics = Array.from({ length: this.random.below(5) }, () => this.value(256));
    const range = [this.buffer ?? this.b.const(64, 0), this.b.const(64, this.buffer === undefined ? 64 : this.random.below(IrBody.BUFFER_SIZE))];
    this.b.emit("log", [...range, ...topics]);
  }

  /** Statements whose values are gone behind them; returns values of these types for what follows. */
  private nested(budget: number, types: readonly Type[]): ValueId[] {
    const outer = this.scope.length;
    this.nesting++;
    this.statements(budget);
    const results = types.map((t) => this.value(t));
    this.nesting--;
    this.scope.length = outer;
    return results;
  }

  private types(max: number): Type[] {
    return Array.from({ length: this.random.below(max + 1) }, () => this.type());
  }

  /** if/else with values that meet behind it, or an arm that ends the execution. */
  ifElse(budget: number): void {
    const types = this.types(3);
    const [then, otherwise, join] = [this.b.newBlock(), this.b.newBlock(), this.b.newBlock(types)];
    this.b.branch(this.value(1), then, otherwise);
    this.b.at(then);
    if (this.random.chance(0.12)) this.end();
    else this.b.jump(join, this.nested(budget, types));
    this.b.at(otherwise);
    this.b.jump(join, this.nested(budget, types));
    this.b.at(join);
    this.addValues(join.params);
  }

  /** A loop with values that it carries, which counts down from at most 5. */
  loop(budget: number): void {
    const counter = this.random.pick([8, 64, 256]);
    const types = [counter, ...this.types(2)];
    const [head, body, after] = [this.b.newBlock(types), this.b.newBlock(), this.b.newBlock()];
    const count = this.b.emit("rem.u", [this.value(counter), this.b.const(counter, 6)]);
    this.b.jump(head, [count, ...types.slice(1).map((t) => this.value(t))]);
    this.b.at(head);
    const left = head.params[0]!;
    this.b.branch(this.b.emit("eq", [left, this.b.const(counter, 0)]), after, body);
    this.b.at(body);
    const outer = this.scope.length;
    this.addValues(head.params);
    const carried = this.nested(Math.ceil(budget / 2), types.slice(1));
    this.scope.length = outer;
    this.b.jump(head, [this.b.emit("sub.nuw", [left, this.b.const(counter, 1)]), ...carried]);
    this.b.at(after);
    this.addValues(head.params);
  }

  /** A switch over a few cases, some of which share a block. */
  switchCase(budget: number): void {
    const type = this.random.pick([8, 32, 256]);
    const types = this.types(2);
    const arms = [this.b.newBlock(), this.b.newBlock(), this.b.newBlock()];
    const join = this.b.newBlock(types);
    const values = [...new Set(Array.from({ length: this.random.between(0, 4) }, () => this.random.edgeValue(type)))];
    const operand = this.random.chance(0.6) ? this.b.emit("and", [this.value(type), this.b.const(type, 3)]) : this.value(type);
    this.b.switch(
      operand,
      values.map((v) => [v, this.random.pick(arms)]),
      arms[0]!,
    );
    for (const arm of arms) {
      this.b.at(arm);
      this.b.jump(join, this.nested(Math.ceil(budget / 3), types));
    }
    this.b.at(join);
    this.addValues(join.params);
  }

  private end(): void {
    const zero = this.b.const(64, 0);
    switch (this.random.below(4)) {
      case 0:
        return this.b.panic(this.random.pick([0x01, 0x11, 0x32]));
      case 1:
        this.b.emit("mem.store", [zero, this.value(256)]);
        return this.b.exit("exit.revert", [zero, this.b.const(64, 32)]);
      case 2:
        this.b.emit("mem.store", [zero, this.value(256)]);
        return this.b.exit("exit.return", [zero, this.b.const(64, 32)]);
      default:
        return this.b.exit(this.random.pick(["exit.stop", "exit.invalid"]));
    }
  }
}

const NESTED: readonly Statement[] = [
  (body, budget) => body.ifElse(budget),
  (body, budget) => body.ifElse(budget),
  (body, budget) => body.loop(budget),
  (body, budget) => body.switchCase(budget),
];
