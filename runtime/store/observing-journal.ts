/**
 * A journal that tells of wei that move: as logs among those of contracts (eth_simulateV1's traceTransfers), and of accounts that destroy themselves.
 * What is undone takes its logs with it, as any other log.
 *
 *   transfer(a, b, 5)   ->   the transfer, and the log 0xeee…e  Transfer(a, b, 5)
 */
import { Journal, type LogRecord } from "./journal.js";
import { addressBytes, addressKeyOfInt, littleEndian, type AddressKey } from "./keys.js";
import type { StateReader } from "./state.js";

/** The address from which transfers of wei are logged (execution-apis, eth_simulateV1). */
export const TRANSFER_LOG_ADDRESS: AddressKey = addressKeyOfInt(BigInt(`0x${"e".repeat(40)}`));
/** keccak256("Transfer(address,address,uint256)"). */
const TRANSFER_TOPIC = Uint8Array.from(Buffer.from("ddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef", "hex"));

export interface JournalObserver {
  /** Whether transfers of wei are to be logged. */
  readonly logsTransfers: boolean;
  /** An account destroyed itself; its wei went to another. */
  destroyed(address: AddressKey, heir: AddressKey, wei: bigint): void;
}

export class ObservingJournal extends Journal {
  private lastTransfer: { readonly to: AddressKey; readonly value: bigint } | undefined;

  constructor(
    base: StateReader,
    private readonly observer: JournalObserver,
  ) {
    super(base);
  }

  override transfer(from: AddressKey, to: AddressKey, value: bigint): void {
    super.transfer(from, to, value);
    this.lastTransfer = { to, value };
    if (this.observer.logsTransfers && value > 0n) this.logs.push(transferLog(from, to, value));
  }

  /** The transfer of all that the account has comes right before (host/imports.ts). */
  override destroy(address: AddressKey): void {
    super.destroy(address);
    const { lastTransfer } = this;
    if (lastTransfer) this.observer.destroyed(address, lastTransfer.to, lastTransfer.value);
  }
}

function transferLog(from: AddressKey, to: AddressKey, value: bigint): LogRecord {
  return { address: TRANSFER_LOG_ADDRESS, topics: [TRANSFER_TOPIC, word(addressBytes(from)), word(addressBytes(to))], data: littleEndian(value, 32).reverse(), isTransfer: true };
}

function word(address: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(32);
  bytes.set(address, 12);
  return bytes;
}
