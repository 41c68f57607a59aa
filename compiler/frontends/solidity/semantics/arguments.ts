/** Arguments of calls: which parameters they belong to, and whether a function can take them. */
import type { CallArguments } from "./code-context.js";
import { isImplicit } from "./conversions.js";
import type { Model } from "./model.js";
import type { FunctionType, SolType } from "./types.js";

/** The parameters that a call gives: without the object of a bound function. */
export function callParameters(type: FunctionType): { readonly types: readonly SolType[]; readonly names: readonly string[] } {
  const from = type.bound ? 1 : 0;
  return { types: type.parameters.slice(from), names: type.parameterNames.slice(from) };
}

/** Whether a call with these arguments can mean this function. @param self the object, for members */
export function canTakeArguments(m: Model, type: FunctionType, call: CallArguments, self: SolType | undefined): boolean {
  if (type.bound && self && !isImplicit(m, self, type.parameters[0]!)) return false;
  if (type.variadic) return true;
  const { types, names } = callParameters(type);
  if (call.types.length !== types.length) return false;
  if (!call.names) return call.types.every((argument, i) => isImplicit(m, argument, types[i]!));
  return call.names.every(({ name }, i) => {
    const position = names.indexOf(name);
    return position >= 0 && isImplicit(m, call.types[i]!, types[position]!);
  });
}
