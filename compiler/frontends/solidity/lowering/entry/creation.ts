/**
 * The creation code's entry: decodes the constructor's arguments, runs the constructors of all bases, and installs the runtime code.
 *
 *   arguments of base constructors, from the most derived contract to the most base-like
 *   then for each contract from the most base-like on: initial values of its state variables, its constructor's body
 *
 * Before 0.8 all initial values come first, then the arguments of base constructors.
 */
import { Builder } from "../../../../ir/builder.js";
import { Func } from "../../../../ir/module.js";
import type { ContractDefinition, FunctionDefinition } from "../../syntax/ast.js";
import { Body, type Lowerers } from "../body.js";
import { fillSlots, newFrame, runFunction } from "../bodies.js";
import type { ModuleContext } from "../context.js";
import { flatTypes, type FunctionTable } from "../functions.js";
import { variablePlace } from "../expressions/variables.js";
import { storePlace } from "../places.js";
import { decodeArguments, initializeMemory, refuseValue } from "./coding.js";
import { LIBRARY_ADDRESS } from "./runtime.js";

type Frame = ReturnType<typeof newFrame>;

/** The IR function that runs all constructors; nothing that it reaches sees the creation code's call data. */
export const CONSTRUCTOR = "constructor";

export function lowerCreation(m: ModuleContext, functions: FunctionTable, lowerers: Lowerers): void {
  const b = new Builder(m.module.addFunc(new Func("creation", [], [])));
  b.at(b.newBlock());
  b.span = m.contract.definition.span;
  initializeMemory(b);
  if (m.module.kind === "library") {
    m.immutable(LIBRARY_ADDRESS);
    b.emit("immutable.store", [b.zext(b.emit("env.address", []), 256)], undefined, { immutable: LIBRARY_ADDRESS });
    b.exit("exit.deploy");
    return;
  }
  const own = m.contract.constructor_;
  if (own?.stateMutability !== "payable") refuseValue(m, b);
  const types = own ? m.program.functionType(own).parameters : [];
  const args = decodeArguments(m, b, types, 0).flatMap((v) => [...v.ids]);
  const constructor = m.module.addFunc(new Func(CONSTRUCTOR, flatTypes(types), []));
  b.call(constructor, args);
  b.exit("exit.deploy");
  new Constructors(m, functions, lowerers, constructor).lower();
}

class Constructors {
  private readonly f: Body;
  private readonly frames = new Map<ContractDefinition, Frame>();

  constructor(
    private readonly m: ModuleContext,
    functions: FunctionTable,
    lowerers: Lowerers,
    private readonly func: Func,
  ) {
    const b = new Builder(func);
    b.at(b.newBlock());
    this.f = new Body(m, b, functions, lowerers, this.scope(m.contract.definition));
  }

  lower(): void {
    const { f, m } = this;
    const contracts = m.contract.linearizedBases;
    for (const contract of contracts) {
      const definition = constructorOf(contract);
      if (definition) this.frames.set(contract, newFrame(f, definition));
    }
    const own = this.frames.get(m.contract.definition);
    fillSlots(f, own?.params ?? [], this.func.params);
    const forEach = (order: readonly ContractDefinition[], body: (contract: ContractDefinition) => void): void => {
      for (const contract of order) f.scoped({ scope: this.scope(contract) }, () => body(contract));
    };
    const basesFirst = [...contracts].reverse();
    const initializesFirst = f.isOldCode;
    if (initializesFirst) forEach(basesFirst, (contract) => this.initializeState(contract));
    forEach(contracts, (contract) => this.baseArguments(contract));
    forEach(basesFirst, (contract) => {
      if (!initializesFirst) this.initializeState(contract);
      this.runConstructor(contract);
    });
    f.b.ret();
  }

  private scope(contract: ContractDefinition) {
    return { contract, line: this.m.program.lineOf(this.m.program.unitOf(contract)) };
  }

  /** Evaluates the arguments that a contract gives to its bases, in the order of the linearisation. */
  private baseArguments(contract: ContractDefinition): void {
    const { f, m } = this;
    const frame = this.frames.get(contract);
    for (const p of frame?.params ?? []) f.locals.set(p.variable, p.locals);
    for (const base of m.contract.linearizedBases) {
      const given = m.contract.baseArguments.get(base);
      const target = this.frames.get(base);
      if (!given || !target || !isGivenBy(contract, given.source)) continue;
      const values = given.arguments.map((a, i) => f.exprAs(a, target.params[i]!.type));
      values.forEach((v, i) => f.setLocals(target.params[i]!.locals, v.ids));
    }
  }

  /** Stores the initial values of a contract's own state variables. */
  private initializeState(contract: ContractDefinition): void {
    const { f } = this;
    for (const member of contract.members) {
      if (member.kind !== "VariableDeclaration" || member.mutability === "constant" || !member.value) continue;
      const { value } = member;
      f.spanned(member.span, () => {
        const initial = f.expr(value);
        storePlace(f, variablePlace(f, member), initial);
      });
    }
  }

  private runConstructor(contract: ContractDefinition): void {
    const { f } = this;
    const definition = constructorOf(contract);
    const frame = this.frames.get(contract);
    if (definition && frame) f.spanned(definition.span, () => runFunction(f, definition, frame, `${contract.name}.constructor#${definition.id}`));
  }
}

function constructorOf(contract: ContractDefinition): FunctionDefinition | undefined {
  for (const m of contract.members) if (m.kind === "FunctionDefinition" && m.functionKind === "constructor") return m;
  return undefined;
}

/** True where base constructor arguments stand in this contract's header or on its constructor. */
function isGivenBy(contract: ContractDefinition, source: object): boolean {
  return contract.bases.some((b) => b === source) || (constructorOf(contract)?.modifiers.some((i) => i === source) ?? false);
}
