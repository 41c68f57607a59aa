/** ABI encoding and decoding for the testing library, by ethers' coder: calls, results, logs and errors of a contract. */
import { AbiCoder, Interface, type ParamType, type Result } from "ethers";
import type { AbiEntry } from "../compiler/driver/artifact.js";
import type { ChainLog } from "../targets/target.js";
import { parseAbi, type AbiFunction, type ParsedAbi } from "./abi.js";
import { plainArguments } from "./arguments.js";
import { UsageError } from "./errors.js";
import { showValue } from "./show-value.js";

/** A log with what the ABI makes of it. */
export interface DecodedLog extends ChainLog {
  /** The event's name, where an ABI knows it. */
  readonly event?: string;
  /** The event's arguments, by position and by name. */
  readonly args?: Result;
}

export interface DecodedError {
  readonly reason: string;
  readonly errorName: string;
  readonly args: readonly unknown[];
}

/** Meanings of Solidity's panic codes. */
const PANICS: Readonly<Record<string, string>> = {
  "0x1": "assertion failed",
  "0x11": "arithmetic overflow or underflow",
  "0x12": "division or modulo by zero",
  "0x21": "conversion to a value outside the enum",
  "0x22": "storage byte array is incorrectly encoded",
  "0x31": "pop on an empty array",
  "0x32": "array index out of bounds",
  "0x41": "too much memory allocated",
  "0x51": "call of an uninitialised internal function",
};

/** What coding needs of ethers' interfaces; fragments bring the types. */
const coder = new Interface([]);

/** The coder of one contract's ABI. */
export class Codec {
  private readonly abi: ParsedAbi;

  constructor(abi: readonly AbiEntry[]) {
    this.abi = parseAbi(abi);
  }

  /** A function by name or signature; overloads by their argument count, else by signature. Throws UsageError. */
  function(name: string, args?: readonly unknown[]): AbiFunction {
    const all = this.abi.functions;
    const exact = all.find((f) => f.signature === name.replaceAll(" ", ""));
    if (exact) return exact;
    const named = all.filter((f) => f.name === name && (args === undefined || f.inputs.length === args.length));
    if (named.length === 1) return named[0]!;
    const known = all.map((f) => f.signature);
    if (named.length > 1) throw new UsageError(`'${name}' is overloaded: write one of ${named.map((f) => f.signature).join(", ")}`);
    const other = all.find((f) => f.name === name);
    if (other && args) throw new UsageError(`${other.signature} takes ${other.inputs.length} arguments, ${args.length} were given`);
    throw new UsageError(`the contract has no function '${name}'; it has ${known.length > 0 ? known.join(", ") : "none"}`);
  }

  encodeCall(name: string, args: readonly unknown[]): string {
    const { selector, inputs } = this.function(name, args);
    return selector + encode(inputs, args).slice(2);
  }

  encodeConstructor(args: readonly unknown[]): string {
    const inputs = this.abi.constructorInputs;
    if (inputs.length !== args.length) throw new UsageError(`the constructor takes ${inputs.length} arguments, ${args.length} were given`);
    return encode(inputs, args);
  }

  /** The function's results: nothing, the one value, or all of them (by position and name). */
  decodeResult(name: string, args: readonly unknown[] | undefined, data: string): unknown {
    const { fragment } = this.function(name, args);
    const values = coder.decodeFunctionResult(fragment, data);
    return fragment.outputs.length === 0 ? undefined : fragment.outputs.length === 1 ? values[0] : values;
  }

  decodeLog(log: ChainLog): DecodedLog | undefined {
    const [topic, ...indexed] = log.topics;
    const event = topic === undefined ? undefined : this.abi.events.find((e) => e.topic === topic.toLowerCase());
    if (!event) return undefined;
    try {
      return { ...log, event: event.name, args: coder.decodeEventLog(event.fragment, log.data, indexed) };
    } catch {
      return undefined; // same topic, other shape: not this contract's event
    }
  }

  decodeError(data: string): DecodedError | undefined {
    return decodeBuiltinError(data) ?? this.decodeCustomError(data);
  }

  private decodeCustomError(data: string): DecodedError | undefined {
    const error = this.abi.errors.find((e) => e.selector === data.slice(0, 10).toLowerCase());
    if (!error) return undefined;
    try {
      const args = AbiCoder.defaultAbiCoder()
        .decode(error.inputs, `0x${data.slice(10)}`)
        .toArray() as unknown[];
      return { reason: `${error.name}(${args.map(showValue).join(", ")})`, errorName: error.name, args };
    } catch {
      return undefined;
    }
  }
}

function encode(inputs: readonly ParamType[], args: readonly unknown[]): string {
  return AbiCoder.defaultAbiCoder().encode(inputs, plainArguments(inputs, args));
}

/** Error(string) and Panic(uint256), which every contract may revert with. */
export function decodeBuiltinError(data: string): DecodedError | undefined {
  const coder = AbiCoder.defaultAbiCoder();
  try {
    if (data.startsWith("0x08c379a0")) {
      const [text] = coder.decode(["string"], `0x${data.slice(10)}`) as unknown as [string];
      return { reason: text, errorName: "Error", args: [text] };
    }
    if (data.startsWith("0x4e487b71")) {
      const [code] = coder.decode(["uint256"], `0x${data.slice(10)}`) as unknown as [bigint];
      const hex = `0x${code.toString(16)}`;
      return { reason: `Panic ${hex}: ${PANICS[hex] ?? "unknown code"}`, errorName: "Panic", args: [code] };
    }
  } catch {
    return undefined; // the selector without a well-formed payload
  }
  return undefined;
}
