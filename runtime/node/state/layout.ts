/**
 * The keys of a durable chain: a letter, then what it names. Numbers have 8 bytes, most significant first, so that they are in order.
 *
 *   x format          what wrote this, and in which version
 *   x head            height, chain id, next version, next page of nodes
 *   x pruned          the first block whose state is kept
 *   x importing       a state is being imported; goes with the first block
 *   b number          block: header, transactions, receipts      h hash   number of a block      t hash   block and index of a transaction
 *   r number          root of the state at the end of a block
 *   c version         what one change of the state made and replaced: pages of nodes, nodes, modules
 *   n page            nodes of state tries, which never change (node-pages.ts)
 *   m identity        module: its bytes and what it refers to
 *
 * Pages are counted, so that the nodes of a block lie side by side at the end of the store: a block writes few pages however large the state is.
 */
const letter = (name: string): number => name.charCodeAt(0);

export const PREFIX = {
  META: letter("x"),
  BLOCK: letter("b"),
  BLOCK_HASH: letter("h"),
  TRANSACTION: letter("t"),
  ROOT: letter("r"),
  CHANGE: letter("c"),
  NODES: letter("n"),
  MODULE: letter("m"),
} as const;

export function metaKey(name: "format" | "head" | "pruned" | "importing"): Uint8Array {
  return Buffer.from(`x${name}`, "latin1");
}

/** Bytes of a key that {@link numberKey} makes. */
export const NUMBER_KEY = 9;

export function numberKey(prefix: number, value: number): Uint8Array {
  return writeNumberKey(Buffer.allocUnsafe(NUMBER_KEY), prefix, value);
}

/** The same in memory that is there already. */
export function writeNumberKey(key: Buffer, prefix: number, value: number): Buffer {
  key[0] = prefix;
  key.writeUInt32BE(Math.floor(value / 0x1_0000_0000), 1);
  key.writeUInt32BE(value % 0x1_0000_0000, 5);
  return key;
}

/** The number of a key that {@link numberKey} made. */
export function keyNumber(key: Uint8Array): number {
  const view = new DataView(key.buffer, key.byteOffset, key.byteLength);
  return view.getUint32(1) * 0x1_0000_0000 + view.getUint32(5);
}

export function hashKey(prefix: number, hash: Uint8Array): Uint8Array {
  const key = Buffer.allocUnsafe(1 + hash.length);
  key[0] = prefix;
  key.set(hash, 1);
  return key;
}
