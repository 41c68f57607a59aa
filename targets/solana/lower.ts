/**
 * Lowers the contracts of one compilation to one program image: every contract's artifact part carries the whole image and
 * the contract's id within it.
 */
import type { Diagnostic } from "../../compiler/diagnostics/diagnostic.js";
import type { Module } from "../../compiler/ir/module.js";
import type { LowerOptions, LowerResult, TargetPart } from "../target.js";
import { emitProgram } from "./emit.js";
import { kernelsOf } from "./kernels.js";
import { linkImage, type LinkedContract } from "./link.js";
import type { LirProgram } from "./lir/instruction.js";
import { mergeFunctions } from "./merge-functions.js";
import { ENTRY_POINT, type RuntimeOptions } from "./runtime/abi.js";
import { JumpTooFarError } from "./sbpf/assembler.js";
import { disassemble } from "./sbpf/disassemble.js";
import { writeElf } from "./sbpf/elf.js";
import { mayKeySlots } from "./slots.js";

/** What `targets.solana` of an artifact holds. */
export interface SolanaPart extends TargetPart {
  /** The ELF file of the image, 0x-hex. */
  readonly program: string;
  readonly sbpfVersion: "v0" | "v3";
  /** 8 bytes, 0x-hex, big-endian: names the contract within the image. */
  readonly contractId: string;
  /** Number of immutables, each 32 bytes in the instance's account. */
  readonly immutables: number;
  /** Full names of the external libraries whose addresses an instance carries, in the order of its link table. */
  readonly libraries: readonly string[];
  readonly disasm?: string;
}

/** What mainnet loads without a feature gate. */
const DEFAULT_VERSION = "v0";

/**
 * @param defineRuntime adds the in-program runtime to the image
 */
export function lowerModules(modules: readonly Module[], options: LowerOptions, defineRuntime: (program: LirProgram, options: RuntimeOptions) => void): LowerResult {
  const parts: LowerResult["parts"] = new Map();
  const files: LowerResult["files"] = new Map();
  const diagnostics: Diagnostic[] = [];
  if (modules.length === 0) return { parts, files, diagnostics };
  const version = options.sbpfVersion ?? DEFAULT_VERSION;
  const keyedSlots = mayKeySlots(modules);
  try {
    const { program, contracts } = linkImage(modules, keyedSlots);
    defineRuntime(program, { kernels: kernelsOf(modules), keyedSlots });
    const { assembly, data } = emitProgram(mergeFunctions(program, new Set([ENTRY_POINT])), ENTRY_POINT, version);
    const elf = writeElf(assembly, data, ENTRY_POINT, version);
    const hex = `0x${Buffer.from(elf).toString("hex")}`;
    const disasm = options.emit.has("disasm") ? disassemble(assembly, version) : undefined;
    for (const contract of contracts) {
      parts.set(contract.name, solanaPart(contract, hex, version, disasm));
      files.set(contract.name, disasm === undefined ? { ".so": elf } : { ".so": elf, ".disasm": disasm });
    }
  } catch (error) {
    if (!(error instanceof JumpTooFarError)) throw error;
    diagnostics.push(functionTooLarge(modules, error));
  }
  return { parts, files, diagnostics };
}

function solanaPart(contract: LinkedContract, program: string, sbpfVersion: "v0" | "v3", disasm: string | undefined): SolanaPart {
  const { immutables, libraries } = contract;
  const contractId = `0x${contract.id.toString(16).padStart(16, "0")}`;
  // Libraries are linked when an instance is made, not in the code: no places, only names.
  const linkReferences = Object.fromEntries(libraries.map((name) => [name, []]));
  return { program, sbpfVersion, contractId, immutables, libraries, linkReferences, ...(disasm === undefined ? {} : { disasm }) };
}

/** LIR names of functions are `module#function`. */
function functionTooLarge(modules: readonly Module[], error: JumpTooFarError): Diagnostic {
  const [moduleName, functionName] = error.functionName.split("#");
  const span = modules.find((m) => m.name === moduleName)?.funcs.get(functionName ?? "")?.span;
  return {
    severity: "error",
    kind: "CodeGenerationError",
    code: "SOLANA-0001",
    message: `function '${functionName ?? error.functionName}' is too large for Solana: its code is longer than a jump can reach (32,767 instructions)`,
    span,
    hint: "split the function",
  };
}
