/**
 * The runtime code's entry: memory set-up, selector dispatch, receive and fallback.
 *
 *   size < 4: receive where the call data is empty and there is one, else fallback
 *   else: switch on the selector; unknown ones go to fallback; without fallback a revert without data
 */
import { Builder } from "../../../../ir/builder.js";
import { Func, type Block } from "../../../../ir/module.js";
import { I1, I160, I256, PTR } from "../../../../ir/ops.js";
import type { FunctionDefinition } from "../../syntax/ast.js";
import type { ContractInfo } from "../../semantics/program.js";
import { Body, type Lowerers } from "../body.js";
import { scopeOf } from "../bodies.js";
import type { ModuleContext } from "../context.js";
import { refuse, refuseIf } from "../data/reasons.js";
import { offsetPtr } from "../data/words.js";
import type { FunctionTable } from "../functions.js";
import { irTypes } from "../values.js";
import { decodeArguments, initializeMemory, refuseValue, returnValues, splitValues } from "./coding.js";
import { getterResults } from "./getters.js";

type Entry = ContractInfo["interfaceFunctions"][number];

/** Immutable that holds a library's own address, by which it knows that it was not called by delegatecall. */
export const LIBRARY_ADDRESS = "library_deploy_address";

export class RuntimeEntry {
  private readonly b: Builder;
  private readonly info: ContractInfo;
  /** One check at the top instead of one in each function, where no function accepts ether. */
  private readonly refusesAllValue: boolean;

  constructor(
    private readonly m: ModuleContext,
    private readonly functions: FunctionTable,
    private readonly lowerers: Lowerers,
  ) {
    this.info = m.contract;
    this.b = new Builder(m.module.addFunc(new Func("runtime", [], [])));
    const payable = this.info.interfaceFunctions.some((f) => f.type.mutability === "payable");
    const acceptsPlain = this.info.receive !== undefined || this.info.fallback?.stateMutability === "payable";
    // Debug builds name the fault, and unknown selectors are another one.
    const isQuiet = m.options.revertStrings !== "debug";
    this.refusesAllValue = isQuiet && !this.isLibrary && !payable && !acceptsPlain;
  }

  private get isLibrary(): boolean {
    return this.m.module.kind === "library";
  }

  lower(): void {
    const { b, info } = this;
    b.at(b.newBlock());
    b.span = info.definition.span;
    initializeMemory(b);
    if (this.refusesAllValue) refuseValue(this.m, b);
    const fallback = b.newBlock();
    if (info.interfaceFunctions.length === 0) this.plain(fallback);
    else {
      const select = b.newBlock();
      const short = info.receive ? b.newBlock() : fallback;
      b.branch(b.emit("lt.u", [b.emit("calldata.size", []), b.const(PTR, 4)]), short, select);
      b.at(select);
      this.select(fallback);
      if (info.receive) {
        b.at(short);
        this.plain(fallback);
      }
    }
    b.at(fallback);
    this.fallback();
  }

  /** Too short for a selector: receive takes empty call data. */
  private plain(fallback: Block): void {
    const { b } = this;
    const { receive } = this.info;
    if (!receive) {
      b.jump(fallback);
      return;
    }
    const take = b.newBlock();
    b.branch(b.emit("eq", [b.emit("calldata.size", []), b.const(PTR, 0)]), take, fallback);
    b.at(take);
    b.call(this.functions.use(receive), []);
    b.exit("exit.stop");
  }

  private select(fallback: Block): void {
    const { b, info } = this;
    const word = b.emit("calldata.load", [b.const(PTR, 0)], I256);
    const selector = b.trunc(b.emit("shr.u", [word, b.const(PTR, 224)]), 32);
    const delegated = this.isLibrary ? this.isDelegated() : undefined;
    const start = b.current!;
    const cases = info.interfaceFunctions.map((entry): [bigint, Block] => {
      const block = b.newBlock();
      b.at(block);
      b.span = entry.declaration.span;
      // A library's state-changing functions must run in their caller's storage.
      if (delegated !== undefined && !isReadOnly(entry)) refuseIf(this.m, b, b.emit("eq", [delegated, b.const(I1, 0)]), "Non-view function of library called without DELEGATECALL");
      this.function(entry);
      return [BigInt(entry.selector), block];
    });
    b.span = info.definition.span;
    b.at(start);
    b.switch(selector, cases, fallback);
  }

  private isDelegated() {
    const { b } = this;
    this.m.immutable(LIBRARY_ADDRESS);
    const own = b.trunc(b.emit("immutable.load", [], undefined, { immutable: LIBRARY_ADDRESS }), I160);
    return b.emit("ne", [own, b.emit("env.address", [])]);
  }

  /** Decodes, calls, encodes. */
  private function(entry: Entry): void {
    const { b, m } = this;
    const { declaration, type } = entry;
    if (type.mutability !== "payable" && !this.refusesAllValue && !this.isLibrary) refuseValue(m, b);
    if (declaration.kind === "VariableDeclaration") {
      const f = new Body(m, b, this.functions, this.lowerers, scopeOf(m, declaration));
      returnValues(m, b, getterResults(f, declaration, decodeArguments(m, b, type.parameters, 4)));
      return;
    }
    const own = m.program.functionType(declaration);
    const args = decodeArguments(m, b, own.parameters, 4).flatMap((v) => [...v.ids]);
    const results = b.call(this.functions.use(declaration), args);
    returnValues(
      m,
      b,
      splitValues(
        own.returns,
        own.returns.map((t) => irTypes(t).length),
        results,
      ),
    );
  }

  private fallback(): void {
    const { b } = this;
    const { fallback } = this.info;
    if (!fallback) {
      refuse(this.m, b, this.info.receive ? "Unknown signature and no fallback defined" : "Contract does not have fallback nor receive functions");
      return;
    }
    b.span = fallback.span;
    if (fallback.stateMutability !== "payable" && !this.refusesAllValue) refuseValue(this.m, b);
    const args = takesData(fallback) ? [b.const(PTR, 0), b.emit("calldata.size", [])] : [];
    const [data] = b.call(this.functions.use(fallback), args);
    if (data === undefined) b.exit("exit.stop");
    else b.exit("exit.return", [offsetPtr(b, data, 32), b.emit("mem.load", [data], PTR)]);
  }
}

/** `fallback(bytes calldata) returns (bytes memory)`. */
function takesData(fallback: FunctionDefinition): boolean {
  return fallback.parameters.length > 0;
}

function isReadOnly(entry: Entry): boolean {
  return entry.type.mutability === "view" || entry.type.mutability === "pure";
}
