/** Refuses what a target cannot do, naming the construct at its source position, before the target sees it. */
import { DiagnosticSink } from "../diagnostics/diagnostic.js";
import type { Module } from "../ir/module.js";
import type { TargetDefinition } from "../../targets/target.js";

/** One diagnostic for each instruction that the target's capabilities exclude. */
export function checkCapabilities(modules: readonly Module[], target: TargetDefinition, sink: DiagnosticSink): void {
  const refused = target.capabilities.unsupportedOps;
  if (refused.size === 0) return;
  const seen = new Set<string>();
  for (const module of modules)
    for (const func of module.funcs.values())
      for (const block of func.blocks)
        for (const inst of block.insts) {
          const reason = refused.get(inst.op);
          if (reason === undefined) continue;
          const place = inst.span ? `${inst.span.file.name}:${inst.span.start}:${inst.op}` : `${module.name}:${inst.op}`;
          if (seen.has(place)) continue;
          seen.add(place);
          sink.error(
            "CodeGenerationError",
            "SVM-2001",
            `the ${target.name} target does not support this: ${reason}`,
            inst.span,
            `Leave '${target.name}' out with --target, or write it another way.`,
          );
        }
}
