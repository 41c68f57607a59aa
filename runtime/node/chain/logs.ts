/** Selecting logs by address and topics (eth_getLogs, filters, subscriptions). */
import { addressBytes, type AddressKey } from "../../store/keys.js";
import { bloomMayHold } from "../encoding/bloom.js";
import { dataHex, hexBytes, type Hex } from "../encoding/hex.js";
import { logsOf, type Block, type LogPlace } from "./block.js";

export interface LogSelector {
  /** None: any. */
  readonly addresses: readonly AddressKey[];
  /** By position; an empty list takes any topic, but there must be one. */
  readonly topics: readonly (readonly Hex[])[];
}

/** The selected logs of a block. */
export function selectLogs(block: Block, selector: LogSelector): LogPlace[] {
  if (!bloomAllows(block.header.logsBloom, selector)) return [];
  return [...logsOf(block)].filter((place) => isSelected(place, selector));
}

function isSelected({ log }: LogPlace, { addresses, topics }: LogSelector): boolean {
  if (addresses.length > 0 && !addresses.includes(log.address)) return false;
  if (topics.length > log.topics.length) return false;
  return topics.every((wanted, i) => wanted.length === 0 || wanted.includes(dataHex(log.topics[i]!)));
}

function bloomAllows(bloom: Uint8Array, { addresses, topics }: LogSelector): boolean {
  if (addresses.length > 0 && !addresses.some((address) => bloomMayHold(bloom, addressBytes(address)))) return false;
  return topics.every((wanted) => wanted.length === 0 || wanted.some((topic) => bloomMayHold(bloom, hexBytes(topic))));
}
