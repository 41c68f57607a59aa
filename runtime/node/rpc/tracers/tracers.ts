/**
 * The tracers of debug_trace*, by go-ethereum's names, with their options. WebAssembly has no opcode steps: without a tracer the answer is that of the
 * struct logger with no steps, and tracers that live on steps are not there.
 */
import { dataHex } from "../../encoding/hex.js";
import { invalidParams } from "../errors.js";
import { readObject, type JsonObject } from "../params.js";
import { formatAccounts } from "./accounts.js";
import { countSelectors, formatFrame } from "./call-frames.js";
import { formatFlatCalls } from "./flat-calls.js";
import type { Traced } from "./traced.js";

/** Gives what a tracer says of a transaction. */
export type Tracer = (traced: Traced) => JsonObject | readonly JsonObject[];

/** Makes a tracer of its options. Throws RpcError where it does not know one. */
type MakeTracer = (config: JsonObject, name: string) => Tracer;

const TRACERS: Readonly<Record<string, MakeTracer>> = {
  structLogger: () => (traced) => ({ gas: traced.gasUsed, failed: !traced.frame.success, returnValue: dataHex(traced.frame.output), structLogs: [] }),
  callTracer(config, name) {
    const options = readFlags(config, name, ["onlyTopCall", "withLog"]);
    return ({ wholeFrame }) => formatFrame(wholeFrame, options);
  },
  prestateTracer(config, name) {
    const options = readFlags(config, name, ["diffMode", "disableCode", "disableStorage"]);
    if (!options.diffMode) return ({ stateRead }) => formatAccounts(stateRead, options);
    return ({ stateChanged: { pre, post } }) => ({ pre: formatAccounts(pre, options), post: formatAccounts(post, options) });
  },
  flatCallTracer(config, name) {
    const options = readFlags(config, name, ["convertParityErrors", "includePrecompiles"]);
    return (traced) => formatFlatCalls(traced, options);
  },
  "4byteTracer"(config, name) {
    readFlags(config, name, []);
    return ({ frame }) => countSelectors(frame);
  },
  noopTracer(config, name) {
    readFlags(config, name, []);
    return () => ({});
  },
  muxTracer(config) {
    const tracers = Object.entries(config).map(([name, own]): [string, Tracer] => {
      // An answer could grow without bound by such nesting, and gets nothing by it.
      if (name === "muxTracer" || name === "structLogger") throw invalidParams(`tracerConfig: a muxTracer cannot hold a ${name}`);
      return [name, makeTracer(name, own)];
    });
    return (traced) => Object.fromEntries(tracers.map(([name, tracer]) => [name, tracer(traced)]));
  },
};

/** The tracer that the options of debug_trace* name, the struct logger where they name none. Throws RpcError. */
export function readTracer({ tracer, tracerConfig }: JsonObject): Tracer {
  if (tracer !== undefined && tracer !== null && typeof tracer !== "string") throw invalidParams("tracer: a name is expected");
  // Without a tracer its options mean nothing.
  return tracer === undefined || tracer === null ? makeTracer("structLogger", undefined) : makeTracer(tracer, tracerConfig);
}

function makeTracer(name: string, config: unknown): Tracer {
  if (!Object.hasOwn(TRACERS, name)) {
    const known = Object.keys(TRACERS).filter((one) => one !== "structLogger");
    throw invalidParams(`tracer: there is no ${name.slice(0, 100)}, only ${known.join(", ")} (contracts are WebAssembly: there are no opcodes to log)`);
  }
  return TRACERS[name]!(config === undefined || config === null ? {} : readObject(config, "tracerConfig"), name);
}

function readFlags<K extends string>(config: JsonObject, name: string, known: readonly K[]): Readonly<Record<K, boolean>> {
  for (const key of Object.keys(config))
    if (!(known as readonly string[]).includes(key)) throw invalidParams(`tracerConfig: the ${name} has no ${key.slice(0, 100)} here (${known.join(", ") || "it has no options"})`);
  return Object.fromEntries(
    known.map((key) => {
      const value = config[key] ?? false;
      if (typeof value !== "boolean") throw invalidParams(`tracerConfig.${key}: true or false is expected`);
      return [key, value];
    }),
  ) as Record<K, boolean>;
}
