/** Third stage, for all declarations: types of members, parameters and constants, and the `using for` directives. */
import type {
  ContractDefinition,
  ContractMember,
  FunctionDefinition,
  SourceUnitMember,
  StructDefinition,
  UserDefinedValueTypeDefinition,
  VariableDeclaration,
} from "../syntax/ast.js";
import type { Model } from "./model.js";
import { signatureScope, type Scope } from "./scope.js";
import { INVALID, isInvalid } from "./type-factory.js";
import { isValueType } from "./type-properties.js";
import { checkStructRecursion, type TypeResolver } from "./type-resolver.js";
import type { UsingTable } from "./using-for.js";
import { resolveUsing } from "./using-directives.js";
import type { VariableContext } from "./variable-types.js";
import { functionVisibility } from "./visibility.js";

export function declareTypes(m: Model, resolver: TypeResolver, using: UsingTable): void {
  const structs: StructDefinition[] = [];
  const visitMembers = (visit: (member: ContractMember | SourceUnitMember, scope: Scope, contract: ContractDefinition | undefined) => void): void => {
    for (const unit of m.units) {
      const scope = m.scopes.get(unit)!;
      for (const node of unit.nodes) {
        visit(node, scope, undefined);
        if (node.kind !== "ContractDefinition") continue;
        for (const member of node.members) visit(member, m.scopes.get(node)!, node);
      }
    }
  };
  // Value types and structs first: everything else may hold them.
  visitMembers((member, scope) => {
    if (member.kind === "UserDefinedValueTypeDefinition") declareValueType(m, resolver, member, scope);
    else if (member.kind === "StructDefinition") {
      structs.push(member);
      for (const part of member.members) resolver.declare(part, scope);
    }
  });
  checkStructRecursion(m, structs);
  visitMembers((member, scope, contract) => declareMember(m, resolver, member, scope, contract));
  visitMembers((member, scope, contract) => {
    if (member.kind === "UsingForDirective") resolveUsing(m, resolver, using, member, scope, contract);
  });
}

function declareValueType(m: Model, resolver: TypeResolver, definition: UserDefinedValueTypeDefinition, scope: Scope): void {
  if (definition.underlyingType.kind !== "ElementaryTypeName") {
    const message = "The underlying type for a user defined value type has to be an elementary value type.";
    m.sink.error("TypeError", "8657", message, definition.underlyingType.span);
    m.typeNames.set(definition.underlyingType, INVALID);
    return;
  }
  const type = resolver.resolve(definition.underlyingType, scope);
  if (!isValueType(type) && !isInvalid(type)) {
    const message = `The underlying type of the user defined value type "${definition.name}" is not a value type.`;
    m.sink.error("TypeError", "8129", message, definition.span);
  }
}

function declareMember(m: Model, resolver: TypeResolver, member: ContractMember | SourceUnitMember, scope: Scope, contract: ContractDefinition | undefined): void {
  const declareAll = (variables: readonly VariableDeclaration[], context: VariableContext, inner = scope): void => {
    for (const variable of variables) resolver.declare(variable, inner, context);
  };
  switch (member.kind) {
    case "VariableDeclaration":
      return declareAll([member], {});
    case "FunctionDefinition": {
      const variables = [...member.parameters, ...member.returnParameters];
      return declareAll(variables, functionContext(member, contract), signatureScope(scope, variables));
    }
    case "ModifierDefinition":
      return declareAll(member.parameters, { isInternal: true }, signatureScope(scope, member.parameters));
    case "EventDefinition":
    case "ErrorDefinition":
      return declareAll(member.parameters, {});
    case "EnumDefinition":
      if (member.members.length > 256) m.sink.error("DeclarationError", "1611", "Enum with more than 256 members is not allowed.", member.span);
      return;
    default:
      return;
  }
}

function functionContext(f: FunctionDefinition, contract: ContractDefinition | undefined): VariableContext {
  const visibility = functionVisibility(f);
  return {
    isExternal: visibility === "external",
    isInternal: visibility === "internal" || visibility === "private",
    isConstructor: f.functionKind === "constructor",
    inLibrary: contract?.contractKind === "library",
  };
}
