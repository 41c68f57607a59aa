/**
 * The builder: appends instructions to a block, computing result types from the instruction table. Frontends
 * use it for everything; it folds nothing (passes do).
 *
 *   const b = new Builder(func); b.at(func.addBlock());
 *   const sum = b.emit("add.checked.u", [x, y]);      // the result's type follows from T
 *   b.ret([sum]);
 */
import { InternalError } from "../diagnostics/diagnostic.js";
import type { Span } from "../base/span.js";
import { opInfo, type Type, type TypePattern } from "./ops.js";
import type { Block, Func, Immediates, Inst, LocalId, Target, ValueId } from "./module.js";

export class Builder {
  private block: Block | undefined;
  /** Attached to every instruction emitted from now on. */
  span: Span | undefined;

  constructor(readonly func: Func) {}

  /** Continues at the end of a block. */
  at(block: Block): this {
    this.block = block;
    return this;
  }

  /** The block in work, or undefined behind a terminator. */
  get current(): Block | undefined {
    return this.block;
  }

  /** True behind a terminator: further code is unreachable until `at`. */
  get ended(): boolean {
    return this.block === undefined;
  }

  newBlock(paramTypes: readonly Type[] = []): Block {
    return this.func.addBlock(paramTypes);
  }

  typeOf(value: ValueId): Type {
    return this.func.typeOf(value);
  }

  const(type: Type, value: bigint | number): ValueId {
    const int = BigInt.asUintN(type, BigInt(value));
    return this.append("const", [], [type], { int })[0]!;
  }

  /** Emits an instruction with at most one result. `resultType` is needed where it does not follow from the operands. */
  emit(op: string, args: ValueId[], resultType?: Type, imm: Immediates = {}): ValueId {
    const info = opInfo(op);
    const types = info.results.map((pattern) => this.resolve(op, pattern, args, resultType));
    const results = this.append(op, args, types, imm);
    return results.length > 0 ? results[0]! : (-1 as ValueId);
  }

  zext(value: ValueId, type: Type): ValueId {
    return this.typeOf(value) === type ? value : this.emit("zext", [value], type);
  }
  sext(value: ValueId, type: Type): ValueId {
    return this.typeOf(value) === type ? value : this.emit("sext", [value], type);
  }
  trunc(value: ValueId, type: Type): ValueId {
    return this.typeOf(value) === type ? value : this.emit("trunc", [value], type);
  }
  /** Changes width, zero-extending or truncating. */
  resize(value: ValueId, type: Type): ValueId {
    return this.typeOf(value) < type ? this.zext(value, type) : this.trunc(value, type);
  }

  localGet(local: LocalId): ValueId {
    return this.append("local.get", [], [this.func.locals[local]!.type], { local })[0]!;
  }
  localSet(local: LocalId, value: ValueId): void {
    this.append("local.set", [value], [], { local });
  }

  call(callee: { name: string; resultTypes: readonly Type[] }, args: ValueId[]): ValueId[] {
    return this.append("call", args, callee.resultTypes, { func: callee.name });
  }

  jump(block: Block, args: ValueId[] = []): void {
    this.terminate("jump", [], [{ block: block.id, args }]);
  }
  branch(condition: ValueId, then: Block, otherwise: Block, thenArgs: ValueId[] = [], otherwiseArgs: ValueId[] = []): void {
    this.terminate(
      "branch",
      [condition],
      [
        { block: then.id, args: thenArgs },
        { block: otherwise.id, args: otherwiseArgs },
      ],
    );
  }
  /** Cases with their blocks, then the default. */
  switch(value: ValueId, cases: readonly [bigint, Block][], otherwise: Block): void {
    const targets = [...cases.map(([, block]) => block), otherwise].map((block) => ({ block: block.id, args: [] }));
    this.terminate(
      "switch",
      [value],
      targets,
      {},
      cases.map(([c]) => c),
    );
  }
  ret(values: ValueId[] = []): void {
    this.terminate("ret", values, []);
  }
  panic(code: number): void {
    this.terminate("panic", [], [], { code });
  }
  /** Any other terminator: exit.return, exit.revert, exit.stop, ... */
  exit(op: string, args: ValueId[] = []): void {
    this.terminate(op, args, []);
  }

  private resolve(op: string, pattern: TypePattern, args: ValueId[], given: Type | undefined): Type {
    if (typeof pattern === "number") return pattern;
    const info = opInfo(op);
    const from = info.args.indexOf(pattern);
    if (from >= 0) return this.typeOf(args[from]!);
    if (given === undefined) throw new InternalError(`the result type of '${op}' must be given`);
    return given;
  }

  private append(op: string, args: ValueId[], types: readonly Type[], imm: Immediates, targets: Target[] = [], cases?: bigint[]): ValueId[] {
    // Behind a terminator code is unreachable: it goes into a block that nothing jumps to, which CFG simplification drops.
    this.block ??= this.func.addBlock();
    const results = types.map((t) => this.func.newValue(t));
    const inst: Inst = { op, args, results, imm, targets, span: this.span };
    if (cases) inst.cases = cases;
    this.block.insts.push(inst);
    return results;
  }

  private terminate(op: string, args: ValueId[], targets: Target[], imm: Immediates = {}, cases?: bigint[]): void {
    this.append(op, args, [], imm, targets, cases);
    this.block = undefined;
  }
}
