/** Arguments as tests write them, made what ethers' coder takes: contracts and accounts for addresses, external functions for their 24 bytes. */
import type { ParamType } from "ethers";

/** An external function as an argument. @see TestContract.functionPointer */
export interface ExternalFunction {
  /** 20 bytes, 0x-hex. */
  readonly address: string;
  /** 4 bytes, 0x-hex. */
  readonly selector: string;
}

/** The 24 bytes that stand for an external function: its contract's address, then its selector. */
export function packExternalFunction({ address, selector }: ExternalFunction): string {
  return `0x${address.slice(2)}${selector.slice(2)}`.toLowerCase();
}

/** Arguments for parameters, by position. Surplus ones pass as they are, for the coder to refuse. */
export function plainArguments(parameters: readonly ParamType[], values: readonly unknown[]): unknown[] {
  return values.map((value, i) => {
    const parameter = parameters[i];
    return parameter ? plainArgument(parameter, value) : value;
  });
}

function plainArgument(parameter: ParamType, value: unknown): unknown {
  const { arrayChildren, components } = parameter;
  if (arrayChildren) return Array.isArray(value) ? value.map((item) => plainArgument(arrayChildren, item)) : value;
  if (components) {
    if (Array.isArray(value)) return plainArguments(components, value as unknown[]);
    return isObject(value) ? Object.fromEntries(components.map((c) => [c.name, plainArgument(c, value[c.name])])) : value;
  }
  if (!isObject(value) || typeof value.address !== "string") return value;
  if (parameter.type === "bytes24" && typeof value.selector === "string") return packExternalFunction({ address: value.address, selector: value.selector });
  return parameter.type === "address" ? value.address : value;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !(value instanceof Uint8Array);
}
