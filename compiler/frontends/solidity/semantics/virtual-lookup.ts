/** Virtual calls: which override of a function or modifier a contract runs, and what `super` means in it. */
import type { ContractDefinition, FunctionDefinition, ModifierDefinition } from "../syntax/ast.js";
import { asExternallyCallable, functionDefinitionType } from "./function-types.js";
import type { Model } from "./model.js";
import { typeKey } from "./same-type.js";
import type { ContractInfo } from "./program.js";

/** The contract being compiled, as far as look-ups need it. */
export type VirtualSite = Pick<ContractInfo, "linearizedBases">;

export class VirtualLookup {
  private readonly signatures = new Map<FunctionDefinition, string>();
  private readonly functionsBySignature = new Map<ContractDefinition, Map<string, FunctionDefinition>>();

  constructor(private readonly m: Model) {}

  /** The first function in the linearisation that is `f` or overrides it. */
  function(info: VirtualSite, f: FunctionDefinition): FunctionDefinition {
    return this.isVirtual(f) ? this.find(info.linearizedBases, f) : f;
  }

  /** What `super.f` means in `from`, while compiling a contract: the next implementation behind `from`. */
  superFunction(info: VirtualSite, from: ContractDefinition, f: FunctionDefinition): FunctionDefinition {
    const position = info.linearizedBases.indexOf(from);
    return this.find(info.linearizedBases.slice(position + 1), f, true);
  }

  modifier(info: VirtualSite, modifier: ModifierDefinition): ModifierDefinition {
    for (const contract of info.linearizedBases) {
      const found = this.m.membersOf(contract).modifiers.find((other) => other.name === modifier.name);
      if (found) return found;
    }
    return modifier;
  }

  private isVirtual(f: FunctionDefinition): boolean {
    return this.m.contractOf.has(f) && f.visibility !== "private" && f.functionKind === "function" && !this.m.isLibraryMember(f);
  }

  private find(contracts: readonly ContractDefinition[], f: FunctionDefinition, onlyImplemented = false): FunctionDefinition {
    const signature = this.signature(f);
    for (const contract of contracts) {
      const found = this.functionsOf(contract).get(signature);
      if (found && (!onlyImplemented || found.body)) return found;
    }
    return f;
  }

  private functionsOf(contract: ContractDefinition): Map<string, FunctionDefinition> {
    let table = this.functionsBySignature.get(contract);
    if (!table) {
      table = new Map();
      for (const f of this.m.membersOf(contract).functions) if (this.isVirtual(f)) table.set(this.signature(f), f);
      this.functionsBySignature.set(contract, table);
    }
    return table;
  }

  /** Name and parameters; overrides may differ in call data and memory. */
  private signature(f: FunctionDefinition): string {
    let signature = this.signatures.get(f);
    if (signature === undefined) {
      const type = asExternallyCallable(functionDefinitionType(this.m, f, "external"), false);
      signature = `${f.name}(${type.parameters.map(typeKey).join()})`;
      this.signatures.set(f, signature);
    }
    return signature;
  }
}
