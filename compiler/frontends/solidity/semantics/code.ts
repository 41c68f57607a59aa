/** Fourth stage: all code, contract by contract: state variables' values, function headers and bodies, modifiers. */
import type {
  ContractDefinition,
  ContractMember,
  FunctionDefinition,
  ModifierDefinition,
  ModifierInvocation,
  SourceUnit,
  SourceUnitMember,
  VariableDeclaration,
} from "../syntax/ast.js";
import { isBefore } from "../syntax/language.js";
import { CodeContext, type CodeTables } from "./code-context.js";
import { checkBaseInvocation, checkInheritanceArguments, checkModifierArguments } from "./invocations.js";
import { expectType } from "./expectations.js";
import { checkFunctionRules, checkLogParameters, checkModifierRules, checkVariableRules } from "./member-rules.js";
import { checkVariableLocation, enterName } from "./locals.js";
import { resolvePath } from "./paths.js";
import { checkBlock } from "./statements.js";
import { checkStorageLayout } from "./storage-layout.js";
import { isInvalid } from "./type-factory.js";
import { containsMapping } from "./type-properties.js";

export function checkUnitCode(tables: CodeTables, unit: SourceUnit): void {
  for (const node of unit.nodes) {
    if (node.kind === "ContractDefinition") checkContractCode(tables, unit, node);
    else checkMember(new CodeContext(tables, unit, undefined), node);
  }
}

function checkContractCode(tables: CodeTables, unit: SourceUnit, contract: ContractDefinition): void {
  const cx = new CodeContext(tables, unit, contract);
  for (const base of contract.bases) checkInheritanceArguments(cx, base);
  checkStorageLayout(cx, contract);
  for (const member of contract.members) checkMember(cx, member);
}

function checkMember(cx: CodeContext, member: ContractMember | SourceUnitMember): void {
  switch (member.kind) {
    case "VariableDeclaration":
      return checkVariable(cx, member);
    case "FunctionDefinition":
      return checkFunction(cx, member);
    case "ModifierDefinition":
      return checkModifier(cx, member);
    case "EventDefinition":
    case "ErrorDefinition":
      return checkLogParameters(cx, member);
    default:
      return;
  }
}

/** A state variable or a constant at file level. */
function checkVariable(cx: CodeContext, variable: VariableDeclaration): void {
  const type = cx.m.variableType(variable);
  if (variable.value) {
    if (variable.role === "state" && (isBefore(cx.line, "0.7") ? type.kind === "mapping" : containsMapping(cx.m, type))) {
      cx.error("6280", "Types in storage containing (nested) mappings cannot be assigned to.", variable.span);
      cx.visit(variable.value);
    } else expectType(cx, variable.value, type);
  }
  checkVariableRules(cx, variable, type);
  if (!isInvalid(type)) checkVariableLocation(cx, variable, type);
}

function checkFunction(cx: CodeContext, f: FunctionDefinition): void {
  cx.callable = f;
  cx.inScope(() => {
    for (const parameter of [...f.parameters, ...f.returnParameters]) {
      enterName(cx, parameter);
      checkVariableLocation(cx, parameter, cx.m.variableType(parameter));
    }
    const seen = new Set<object>();
    for (const invocation of f.modifiers) checkInvocation(cx, f, invocation, seen);
    checkFunctionRules(cx, f);
    if (f.body) checkBlock(cx, f.body);
  });
  cx.callable = undefined;
}

/** What stands beside modifiers in a function's header. */
const functionSpecifiers = ["external", "public", "internal", "private", "view", "pure", "payable", "virtual", "override", "returns"];

function checkInvocation(cx: CodeContext, f: FunctionDefinition, invocation: ModifierInvocation, seen: Set<object>): void {
  for (const argument of invocation.arguments ?? []) cx.visit(argument);
  const target = resolvePath(cx.m, invocation.path, cx.scope, functionSpecifiers);
  if (!target) return;
  if (target.kind === "ModifierDefinition") checkModifierArguments(cx, invocation, target);
  else if (target.kind === "ContractDefinition" && f.functionKind === "constructor") {
    if (seen.has(target)) cx.error("1697", "Base constructor already provided.", invocation.span, undefined, undefined, "DeclarationError");
    checkBaseInvocation(cx, invocation, target);
  } else cx.error("4659", "Referenced declaration is neither modifier nor base class.", invocation.span);
  seen.add(target);
}

function checkModifier(cx: CodeContext, modifier: ModifierDefinition): void {
  cx.callable = modifier;
  cx.inScope(() => {
    for (const parameter of modifier.parameters) {
      enterName(cx, parameter);
      checkVariableLocation(cx, parameter, cx.m.variableType(parameter));
    }
    checkModifierRules(cx, modifier);
    if (modifier.body) checkBlock(cx, modifier.body);
  });
  cx.callable = undefined;
}
