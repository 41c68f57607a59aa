/**
 * Checks a module's invariants, driven by the instruction table. It collects every fault rather than stopping at the first, and
 * survives any input that the data structures can express. What it checks: the classes of faults.ts; types: verify-types.ts;
 * definitions and dominance: verify-ssa.ts.
 */
import { InternalError } from "../diagnostics/diagnostic.js";
import { ArityFault, ImmediateFault, IrFault, LocalsFault, ModuleFault, SignatureFault, SwitchFault, TargetFault, TerminatorFault, UnknownOpFault } from "./faults.js";
import type { Block, Func, Inst, Module, Target } from "./module.js";
import { OPS, isType, type OpInfo } from "./ops.js";
import { printInst } from "./printer.js";
import { verifySsa } from "./verify-ssa.js";
import { verifyTypes } from "./verify-types.js";

export interface VerifyOptions {
  /** Local variables are a fault: backends need them gone. */
  readonly noLocals?: boolean;
}

/** All faults of a module; none where it is valid. */
export function verifyModule(module: Module, options: VerifyOptions = {}): IrFault[] {
  const faults: IrFault[] = [];
  for (const entry of [module.creation, module.runtime]) {
    const func = module.funcs.get(entry);
    if (!func) faults.push(new ModuleFault(`the entry @${entry} does not exist`, {}));
    else if (func.params.length > 0 || func.resultTypes.length > 0) faults.push(new ModuleFault("an entry takes and returns nothing", { func: entry }));
  }
  const immutables = new Set<string>();
  for (const { name } of module.immutables) {
    if (immutables.has(name)) faults.push(new ModuleFault(`the immutable ${name} is declared twice`, {}));
    immutables.add(name);
  }
  for (const [name, func] of module.funcs) {
    if (name !== func.name) faults.push(new ModuleFault(`it is registered as @${name}`, { func: func.name }));
    new FuncVerifier(module, func, faults, options, immutables).run();
  }
  return faults;
}

/** Throws an {@link InternalError} that lists the faults, if there are any. `context` says when: "after cse". */
export function assertValid(module: Module, context: string, options: VerifyOptions = {}): void {
  const faults = verifyModule(module, options);
  if (faults.length === 0) return;
  const shown = faults.slice(0, 20).map((f) => `  ${f.toString()}`);
  const more = faults.length > shown.length ? `\n  and ${faults.length - shown.length} more` : "";
  throw new InternalError(`invalid IR of ${module.name} ${context}:\n${shown.join("\n")}${more}`);
}

type FaultClass = new (message: string, place: { func: string; block?: number; inst?: string }) => IrFault;

class FuncVerifier {
  private readonly blocks = new Map<number, Block>();

  constructor(
    private readonly module: Module,
    private readonly func: Func,
    private readonly faults: IrFault[],
    private readonly options: VerifyOptions,
    private readonly immutables: ReadonlySet<string>,
  ) {}

  run(): void {
    const { func, options } = this;
    if (options.noLocals && func.locals.length > 0) this.report(LocalsFault, "local variables remain");
    for (const type of [...func.resultTypes, ...func.locals.map((l) => l.type)]) if (!isType(type)) this.report(ModuleFault, `i${type} is no type`);
    if (func.blocks.length === 0) return this.report(TerminatorFault, "a function has at least one block");
    for (const block of func.blocks) {
      if (this.blocks.has(block.id)) this.report(ModuleFault, `the block b${block.id} is there twice`);
      this.blocks.set(block.id, block);
    }
    if (func.entry.params.length > 0) this.report(TargetFault, "the entry block has no parameters", func.entry);
    const before = this.faults.length;
    for (const block of func.blocks) this.block(block);
    // Dominance needs sound control flow.
    if (this.faults.length === before) verifySsa(func, (kind, message, block, inst) => this.report(kind, message, block, inst));
  }

  private report(kind: FaultClass, message: string, block?: Block, inst?: Inst): void {
    const place = { func: this.func.name, block: block?.id, inst: inst && printInst(this.func, inst) };
    this.faults.push(new kind(message, place));
  }

  private block(block: Block): void {
    if (block.insts.length === 0) return this.report(TerminatorFault, "the block is empty", block);
    block.insts.forEach((inst, i) => {
      const info = OPS.get(inst.op);
      if (!info) return this.report(UnknownOpFault, `no instruction is called '${inst.op}'`, block, inst);
      const last = i === block.insts.length - 1;
      if (info.terminator && !last) this.report(TerminatorFault, "code follows a terminator", block, inst);
      if (!info.terminator && last) this.report(TerminatorFault, "the block does not end in a terminator", block, inst);
      this.inst(block, inst, info);
    });
  }

  private inst(block: Block, inst: Inst, info: OpInfo): void {
    const fail = (kind: FaultClass, message: string): void => this.report(kind, message, block, inst);
    const limit = this.func.valueTypes.length;
    for (const value of [...inst.args, ...inst.results, ...inst.targets.flatMap((t) => t.args)])
      if (!(value >= 0 && value < limit)) return fail(ArityFault, `%${value} is no value of the function`);
    this.immediates(inst, info, fail);
    verifyTypes(this.func, inst, info, fail);
    this.signature(inst, fail);
    this.targets(inst, info, fail);
  }

  private immediates(inst: Inst, info: OpInfo, fail: (kind: FaultClass, message: string) => void): void {
    const { imm } = inst;
    const missing = (what: string): void => fail(ImmediateFault, what);
    for (const kind of info.immediates) {
      switch (kind) {
        case "int":
          if (imm.int === undefined) missing("the constant is missing");
          break;
        case "code":
          if (imm.code === undefined || imm.code < 0 || imm.code > 0xff) missing("the code is missing or above 255");
          break;
        case "local":
          if (imm.local === undefined || !this.func.locals[imm.local]) missing(`no local is $${imm.local}`);
          break;
        case "func":
          if (imm.func === undefined || !this.module.funcs.has(imm.func)) missing(`no function is @${imm.func}`);
          break;
        case "data":
          if (imm.data === undefined || !this.module.data.has(imm.data)) missing(`no data segment is $${imm.data}`);
          break;
        case "immutable":
          if (imm.immutable === undefined || !this.immutables.has(imm.immutable)) missing(`no immutable is ${imm.immutable}`);
          break;
        case "object":
          if (!imm.object) missing("the object's name is missing");
          break;
        case "library":
          if (!imm.library) missing("the library's name is missing");
          break;
        case "string":
          break;
      }
    }
  }

  private signature(inst: Inst, fail: (kind: FaultClass, message: string) => void): void {
    const given = inst.args.map((a) => this.func.typeOf(a));
    if (inst.op === "ret") {
      if (!sameTypes(given, this.func.resultTypes)) fail(SignatureFault, `returns (${listTypes(given)}), the function's results are (${listTypes(this.func.resultTypes)})`);
    } else if (inst.op === "call") {
      const callee = this.module.funcs.get(inst.imm.func ?? "");
      if (!callee) return;
      const results = inst.results.map((r) => this.func.typeOf(r));
      if (!sameTypes(given, callee.paramTypes)) fail(SignatureFault, `passes (${listTypes(given)}) for (${listTypes(callee.paramTypes)})`);
      if (!sameTypes(results, callee.resultTypes)) fail(SignatureFault, `expects (${listTypes(results)}) from a function of (${listTypes(callee.resultTypes)})`);
    }
  }

  private targets(inst: Inst, info: OpInfo, fail: (kind: FaultClass, message: string) => void): void {
    if (info.targets === "any") this.cases(inst, fail);
    else if (inst.targets.length !== info.targets) fail(ArityFault, `${inst.targets.length} successors instead of ${info.targets}`);
    for (const target of inst.targets) this.target(target, fail);
  }

  private target(target: Target, fail: (kind: FaultClass, message: string) => void): void {
    const to = this.blocks.get(target.block);
    if (!to) return fail(TargetFault, `no block is b${target.block}`);
    if (to === this.func.entry) fail(TargetFault, "the entry block is no successor");
    const given = target.args.map((a) => this.func.typeOf(a));
    const wanted = to.params.map((p) => this.func.typeOf(p));
    if (!sameTypes(given, wanted)) fail(TargetFault, `passes (${listTypes(given)}) to b${to.id}(${listTypes(wanted)})`);
  }

  private cases(inst: Inst, fail: (kind: FaultClass, message: string) => void): void {
    const cases = inst.cases ?? [];
    if (inst.targets.length !== cases.length + 1) fail(SwitchFault, `${cases.length} cases with ${inst.targets.length} successors`);
    if (new Set(cases).size !== cases.length) fail(SwitchFault, "a case value is there twice");
    const type = inst.args[0] === undefined ? 256 : this.func.typeOf(inst.args[0]);
    if (cases.some((c) => BigInt.asUintN(type, c) !== c)) fail(SwitchFault, `a case value is no i${type}`);
  }
}

function sameTypes(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((type, i) => type === b[i]);
}

function listTypes(types: readonly number[]): string {
  return types.map((t) => `i${t}`).join(", ");
}
