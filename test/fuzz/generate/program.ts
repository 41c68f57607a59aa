/**
 * Random programs: a source file and the messages to send to it.
 *
 *   const program = randomProgram(seed);
 *   render(program.root)       // deploy program.libraries, then contract C with program.constructorArgs, then send program.calls
 *
 * Programs end, and what they do depends neither on gas nor on the addresses of contracts. A seed names the same program everywhere.
 */
import { Random } from "../../generators/random.js";
import { group, item, type Piece, type SourceNode } from "../tree.js";
import { constructorParams, ContractDraft } from "./contracts.js";
import { makeFunction, randomSignature, storageTypes, type Surroundings } from "./functions.js";
import { randomCalls, type FuzzCall } from "./call-data.js";
import { countIn, randomProportions, type Proportions } from "./proportions.js";
import type { Callable, Effects, EventShape } from "./scope.js";
import { nameOf, randomArgument, randomType, randomTypes, type AbiValue, type Type, type TypePool } from "./types.js";

export interface FuzzProgram {
  readonly seed: number;
  readonly root: SourceNode;
  /** External libraries, to be deployed first. */
  readonly libraries: readonly string[];
  readonly constructorTypes: readonly Type[];
  readonly constructorArgs: readonly AbiValue[];
  readonly calls: readonly FuzzCall[];
}

/** The contract that messages go to. */
export const MAIN_CONTRACT = "C";

export function randomProgram(seed: number): FuzzProgram {
  return new ProgramMaker(seed).make();
}

class ProgramMaker {
  private readonly random: Random;
  private readonly size: Proportions;
  private readonly pool: TypePool;
  private readonly callables: Callable[] = [];
  private readonly errors: EventShape[] = [];
  private readonly pieces: Piece[] = ["// SPDX-License-Identifier: MIT\npragma solidity ^0.8.30;\n"];
  private readonly libraries: string[] = [];

  constructor(private readonly seed: number) {
    this.random = new Random(seed);
    this.size = randomProportions(this.random);
    this.pool = randomTypes(this.random, { numbers: countIn(this.random, this.size.numberTypes), structs: countIn(this.random, this.size.structs) });
  }

  private get around(): Surroundings {
    return { random: this.random, pool: this.pool, variables: [], callables: this.callables, events: [], errors: this.errors, creations: [] };
  }

  make(): FuzzProgram {
    const { random } = this;
    const { parts } = this.size;
    this.declareTypes();
    if (random.chance(0.5)) this.addError();
    if (random.chance(parts.free)) this.addFreeFunction();
    if (random.chance(parts.library)) this.addLibrary("L", false);
    const helper = random.chance(parts.helper) ? this.addHelper() : undefined;
    const main = this.addContracts(helper);
    const constructorTypes = main.constructorParams.map((p) => p.type);
    const constructorArgs = constructorTypes.map((t) => randomArgument(random, t));
    const calls = randomCalls(random, main.entries);
    return { seed: this.seed, root: group(...this.pieces), libraries: this.libraries, constructorTypes, constructorArgs, calls };
  }

  private declareTypes(): void {
    for (const { name, members } of this.pool.enums) this.pieces.push(item(`enum ${name} { ${members.join(", ")} }\n`));
    for (const type of this.pool.wrapped) this.pieces.push(item(...this.wrappedPieces(type)));
    for (const { name, fields } of [...this.pool.structs, ...this.pool.holders])
      this.pieces.push(item(`struct ${name} { ${fields.map((f) => `${nameOf(f.type)} ${f.name};`).join(" ")} }\n`));
  }

  /** A user-defined value type; those of numbers have operators. */
  private wrappedPieces({ name, base }: { name: string; base: Type }): string[] {
    const declaration = `type ${name} is ${nameOf(base)};\n`;
    if (base.kind !== "uint" && base.kind !== "int") return [declaration];
    const operator = (fn: string, symbol: string): string =>
      `function ${fn}${name}(${name} a, ${name} b) pure returns (${name}) { unchecked { return ${name}.wrap(${name}.unwrap(a) ${symbol} ${name}.unwrap(b)); } }\n`;
    return [declaration, operator("add", "+"), operator("xor", "^"), `using {add${name} as +, xor${name} as ^} for ${name} global;\n`];
  }

  private addError(): void {
    const params = Array.from({ length: this.random.below(4) }, () => randomType(this.random, this.pool, this.random.chance(0.7) ? 0 : 2));
    const name = `Bad${this.errors.length}`;
    this.pieces.push(item(`error ${name}(${params.map(nameOf).join(", ")});\n`));
    this.errors.push({ name, params });
  }

  private addFreeFunction(): void {
    const signature = randomSignature(this.random, this.pool, { external: false, storageTypes: [] });
    const facts = { maxCost: 150, self: false, sender: false, payable: false, effects: "pure" as Effects };
    const { node, cost } = makeFunction(this.around, { ...signature, name: "free0", attributes: "pure", facts, size: countIn(this.random, this.size.innerSize) });
    this.pieces.push(node);
    this.callables.push({ ...signature, name: "free0", effects: "pure", cost, attached: false, external: false, payable: false });
  }

  private addLibrary(library: string, isExternal: boolean): void {
    const { random, pool } = this;
    const nodes: SourceNode[] = [];
    const uses: SourceNode[] = [];
    const count = random.between(1, 2);
    // A library cannot send messages to itself by name.
    const around = { ...this.around, callables: isExternal ? [...this.callables] : this.callables };
    for (let i = 0; i < count; i++) {
      const name = `l${library}${i}`;
      const signature = randomSignature(random, pool, { external: isExternal, storageTypes: [{ kind: "array", element: random.pick(pool.values) }, ...pool.structs] });
      const effects: Effects = signature.params.some((p) => p.location === "storage") ? "write" : "pure";
      const facts = { maxCost: 150, self: false, sender: false, payable: false, effects };
      const attributes = `${isExternal ? "public" : "internal"}${effects === "pure" ? " pure" : ""}`;
      const { node, cost } = makeFunction(around, { ...signature, name, attributes, facts, size: countIn(random, this.size.innerSize) });
      nodes.push(node);
      const isAttached = signature.params.length > 0 && random.chance(0.6);
      this.callables.push({ ...signature, name: `${library}.${name}`, effects, cost, attached: isAttached, external: false, payable: false });
      if (isAttached) uses.push(item(`using {${library}.${name}} for ${nameOf(signature.params[0]!.type)};\n`));
    }
    this.pieces.push(item(`library ${library} {\n`, ...nodes, "}\n"), ...uses);
    if (isExternal) this.libraries.push(library);
  }

  /** A second contract, which the main one creates and calls. */
  private addHelper(): ContractDraft {
    const { random } = this;
    const helper = new ContractDraft("D", this.around);
    helper.addState(random.between(1, 3));
    helper.addEvents(random.below(2));
    helper.addConstructor(constructorParams(this.around, random.below(3)), "", [], random.below(3));
    const count = random.between(1, 3);
    for (let i = 0; i < count; i++) helper.addHelperEntry(i, random.between(1, 4));
    this.pieces.push(helper.node("contract D"));
    return helper;
  }

  private addContracts(helper: ContractDraft | undefined): ContractDraft {
    const { random } = this;
    if (!random.chance(this.size.parts.bases)) return this.finishMain(new ContractDraft(MAIN_CONTRACT, this.around), "contract C", "", helper);
    const base = new ContractDraft("A", this.around);
    this.fill(base);
    base.addConstructor(constructorParams(this.around, random.below(3)), "", [], random.below(3));
    const virtuals = random.between(1, 2);
    for (let i = 0; i < virtuals; i++) base.addVirtual(i, random.between(1, 3));
    this.pieces.push(base.node("abstract contract A"));
    const isDiamond = random.chance(0.4);
    const middles = isDiamond ? ["B", "B2"] : random.chance(0.4) ? ["B"] : [];
    // In a diamond both sides override a function or neither does; then the override lists stay simple.
    const overridden = base.virtuals.filter(() => random.chance(0.7));
    const drafts = middles.map((name) => this.middle(name, base, overridden));
    const main = new ContractDraft(MAIN_CONTRACT, this.around, base);
    for (const draft of drafts) {
      main.variables.push(...draft.variables.filter((v) => !main.variables.includes(v)));
      main.entries.push(...draft.entries.filter((e) => !main.entries.includes(e)));
    }
    for (const virtual of base.virtuals) {
      const bases = overridden.includes(virtual) ? middles : [];
      if (bases.length > 1 || random.chance(0.5)) main.addOverride(virtual, bases, random.between(1, 3));
    }
    const parents = middles.length > 0 ? middles : ["A"];
    const params = constructorParams(this.around, random.below(3));
    return this.finishMain(main, `contract C is ${parents.join(", ")}`, main.baseCall(base, params), helper, params);
  }

  private middle(name: string, base: ContractDraft, overridden: ContractDraft["virtuals"]): ContractDraft {
    const { random } = this;
    const draft = new ContractDraft(name, this.around, base);
    draft.addState(random.below(3));
    for (const virtual of overridden) draft.addOverride(virtual, [], random.between(1, 3));
    if (random.chance(0.3)) draft.addConstructor([], "", [], 1);
    this.pieces.push(draft.node(`abstract contract ${name} is A`));
    return draft;
  }

  private fill(draft: ContractDraft): void {
    const { random, size } = this;
    draft.addState(countIn(random, size.state));
    draft.addEvents(countIn(random, size.events));
    if (random.chance(0.3)) draft.addModifier(0);
    const functions = countIn(random, size.internals);
    for (let i = 0; i < functions; i++) draft.addInternal(i, countIn(random, size.innerSize));
  }

  private finishMain(
    main: ContractDraft,
    heading: string,
    head: Piece,
    helper: ContractDraft | undefined,
    params = constructorParams(this.around, this.random.below(4)),
  ): ContractDraft {
    const { random } = this;
    this.fill(main);
    const first: Piece[] = [];
    if (helper) {
      main.members.push(group("D internal immutable d;\n"));
      first.push(group("d = new D", main.creationArguments(helper, params), ";\n"));
    }
    if (random.chance(this.size.parts.linked)) this.addExternalLibrary(main);
    main.addConstructor(params, head, first, random.below(5));
    if (helper) main.useHelper(helper);
    const entries = countIn(random, this.size.entries);
    for (let i = 0; i < entries; i++) main.addEntry(i, countIn(random, this.size.entrySize));
    if (random.chance(0.06)) main.addFallback(countIn(random, this.size.innerSize));
    if (random.chance(0.12)) main.members.push(item("receive() external payable {}\n"));
    this.pieces.push(main.node(heading));
    return main;
  }

  /** A library that is called by messages; it takes what the contract has in storage. */
  private addExternalLibrary(main: ContractDraft): void {
    const known = this.callables.length;
    const types = storageTypes(main.variables);
    if (types.length > 0 || this.random.chance(0.5)) this.addLibrary("X", true);
    main.callables.push(...this.callables.slice(known));
  }
}
