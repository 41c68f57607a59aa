/** The Solidity frontend as the driver sees it: load, check, lower. */
import type { DiagnosticSink } from "../../diagnostics/diagnostic.js";
import type { Frontend, FrontendContract, FrontendOutput, FrontendRequest } from "../frontend.js";
import { checkedByFittingRules } from "./fitting-rules.js";
import type { LoadedSources } from "./imports/resolve.js";
import { storageLayoutJson } from "./lowering/data/layout-json.js";
import { lower } from "./lowering/lower.js";
import { abiOf } from "./semantics/abi.js";
import { developerDocumentation, userDocumentation } from "./semantics/natspec.js";
import type { ContractInfo } from "./semantics/program.js";
import type { SourceUnit } from "./syntax/ast.js";

export const solidityFrontend: Frontend = { language: "solidity", extensions: [".sol"], compile };

function compile(request: FrontendRequest, sink: DiagnosticSink): FrontendOutput | undefined {
  const fitting = checkedByFittingRules(request, sink);
  if (!fitting) return undefined;
  const { loaded, program } = fitting;
  const modules = new Map(lower(program, { revertStrings: request.revertStrings }, sink).map((m) => [m.name, m]));
  if (sink.failed()) return undefined;
  const closures = new ImportClosures(loaded);
  const contracts = program.contracts.map((info): FrontendContract => {
    const module = modules.get(info.fullName);
    return {
      name: info.definition.name,
      fullName: info.fullName,
      sourceName: info.unit.file.name,
      abi: abiOf(info, program),
      methodIdentifiers: methodIdentifiersOf(info),
      storageLayout: storageLayoutJson(program, info),
      documentation: { userdoc: userDocumentation(info, program), devdoc: developerDocumentation(info, program) },
      sources: closures.of(info.unit),
      ...(module && { module }),
    };
  });
  return { contracts, sources: loaded.units.map((u) => ({ file: u.file, ...(u.license !== undefined && { license: u.license }) })) };
}

function methodIdentifiersOf({ interfaceFunctions }: ContractInfo): Record<string, string> {
  const entries = interfaceFunctions.map(({ signature, selector }) => [signature, selector.toString(16).padStart(8, "0")] as const);
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Which units a unit depends on through imports, itself included. */
class ImportClosures {
  private readonly known = new Map<SourceUnit, readonly string[]>();

  constructor(private readonly loaded: LoadedSources) {}

  of(unit: SourceUnit): readonly string[] {
    let names = this.known.get(unit);
    if (!names) {
      const reached = new Set<SourceUnit>();
      this.reach(unit, reached);
      names = [...reached].map((u) => u.file.name).sort();
      this.known.set(unit, names);
    }
    return names;
  }

  private reach(unit: SourceUnit, reached: Set<SourceUnit>): void {
    if (reached.has(unit)) return;
    reached.add(unit);
    for (const node of unit.nodes) {
      if (node.kind !== "ImportDirective") continue;
      const imported = this.loaded.resolveImport(unit, node);
      if (imported) this.reach(imported, reached);
    }
  }
}
