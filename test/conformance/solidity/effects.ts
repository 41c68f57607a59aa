/** Logs as the expectations write them: `emit E(uint256): #0x01, 0x02`. The format's own oddities are kept (see its reader). */
import type { AbiEntry, AbiParameter } from "../../../compiler/driver/artifact.js";
import type { ChainLog } from "../../../targets/target.js";
import { keccak_256 } from "@noble/hashes/sha3.js";

interface EventShape {
  readonly signature: string;
  readonly indexed: readonly string[];
  readonly plain: readonly string[];
}

/** Events by their topic, of all contracts of a compilation. */
export class EventTable {
  private readonly events = new Map<string, EventShape>();

  constructor(abis: readonly (readonly AbiEntry[])[]) {
    for (const abi of abis) {
      const entries = abi.filter((e) => e.type === "event" && e.anonymous !== true);
      for (const entry of entries) {
        const signature = `${entry.name ?? ""}(${(entry.inputs ?? []).map(canonicalType).join(",")})`;
        const topic = `0x${Buffer.from(keccak_256(new TextEncoder().encode(signature))).toString("hex")}`;
        const types = (indexed: boolean): string[] => (entry.inputs ?? []).filter((p) => (p.indexed ?? false) === indexed).map(typeText);
        this.events.set(topic, { signature, indexed: types(true), plain: types(false) });
      }
    }
  }

  /** One log as text; `own` is the address of the contract under test. */
  format(log: ChainLog, own: string): string {
    const event = log.topics[0] === undefined ? undefined : this.events.get(log.topics[0]);
    let text = `emit ${event?.signature ?? "<anonymous>"}`;
    if (log.address.toLowerCase() !== own.toLowerCase()) text += ` from ${log.address.toLowerCase()}`;
    const parts: string[] = [];
    for (const [i, topic] of log.topics.entries()) if (!event || i > 0) parts.push(`#${formatWord(bytesOf(topic), event?.indexed[i])}`);
    const data = bytesOf(log.data);
    for (let i = 0; i * 32 < data.length; i++) parts.push(formatWord(data.subarray(32 * i, 32 * i + 32), event?.plain[i]));
    return parts.length > 0 ? `${text}: ${parts.join(", ")}` : text;
  }
}

/** A type as signatures write it: tuples by their components. */
function canonicalType(parameter: AbiParameter): string {
  if (!parameter.type.startsWith("tuple")) return parameter.type;
  return `(${(parameter.components ?? []).map(canonicalType).join(",")})${parameter.type.slice("tuple".length)}`;
}

/** The type as the source names it: a user-defined type over bool is no bool. */
function typeText(parameter: AbiParameter): string {
  return parameter.internalType ?? parameter.type;
}

function bytesOf(hex: string): Uint8Array {
  return Uint8Array.from(Buffer.from(hex.slice(2), "hex"));
}

function formatWord(word: Uint8Array, type: string | undefined): string {
  if (type === "bool") return word.some((b) => b !== 0) ? "true" : "false";
  const end = word.indexOf(0);
  const text = end < 0 ? word : word.subarray(0, end);
  if (text.length > 0 && text.every((b) => b > 0x1f && b < 0x7f)) return `"${stringText(word)}"`;
  const hex = Buffer.from(word)
    .toString("hex")
    .replace(/^(00)+/, "");
  return `0x${hex === "" ? "00" : hex}`;
}

function stringText(word: Uint8Array): string {
  let end = word.length;
  while (end > 0 && word[end - 1] === 0) end--;
  return [...word.subarray(0, end)]
    .map((b) => (b === 0 ? "\\0" : b === 10 ? "\\n" : b >= 0x20 && b < 0x7f ? String.fromCharCode(b) : `\\x${b.toString(16).padStart(2, "0")}`))
    .join("");
}
