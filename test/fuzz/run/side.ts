/** One implementation that runs programs: what it is given, and what it must tell. Sides are compared word by word. */

/** Two 20-byte accounts with funds, the same on every side; the first deploys. */
export type Senders = readonly [bigint, bigint];

/** Senders for sides that take any. */
export const SENDERS: Senders = [0x1212121212121212121212121212120000000012n, 0x1212121212121212121212121212120000001012n];

/** What a message did; 0x-hex in lower case. */
export interface Observed {
  readonly success: boolean;
  readonly returnData: string;
  readonly logs: readonly { readonly emitter: string; readonly topics: readonly string[]; readonly data: string }[];
  /** Why it failed, where that is no revert. */
  readonly error?: string;
}

export interface Message {
  readonly from: bigint;
  readonly data: string;
  /** In wei. */
  readonly value: bigint;
}

/** Non-zero words by slot, in hex. */
export type Words = ReadonlyMap<string, string>;

export interface Side {
  readonly name: string;
  /** Whether it tells all words of storage at once; a side that is asked slot by slot is asked less often. */
  readonly listsStorage: boolean;
  /** Deploys a library that the main contract links to; gives no address, which is the side's own business. */
  deployLibrary(name: string): Promise<Observed>;
  deploy(args: string): Promise<Observed>;
  send(message: Message): Promise<Observed>;
  /** Storage of the main contract. `slots` are those that the reference has words in: a side may tell of these only. */
  storage(slots: readonly bigint[]): Promise<Words>;
  /** In wei. */
  balance(): Promise<bigint>;
  close(): Promise<void>;
}

export function hexWord(n: bigint): string {
  return `0x${n.toString(16).padStart(64, "0")}`;
}

export function hexAddress(n: bigint): string {
  return `0x${n.toString(16).padStart(40, "0")}`;
}

export function bytesOf(hex: string): Uint8Array {
  return Uint8Array.from(Buffer.from(hex.slice(2), "hex"));
}

export function hexOf(bytes: Uint8Array): string {
  return `0x${Buffer.from(bytes).toString("hex")}`;
}
