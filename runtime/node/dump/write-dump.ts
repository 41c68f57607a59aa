/** Writes a chain as a dump (format.ts), piece by piece, so that one that is too large is given up before it fills the memory. */
import { gzipSync } from "node:zlib";
import { addressHex, intOfKey, intOfLittleEndian } from "../../store/keys.js";
import { encodeBlock } from "../chain/block-codec.js";
import type { Blockchain } from "../chain/blockchain.js";
import { dataHex, quantity, wordHex } from "../encoding/hex.js";
import type { StoredModule } from "../state/backend.js";
import type { AccountContents } from "../state/state-trie.js";
import { DUMP_FORMAT, DumpError, MAX_DUMP_SIZE } from "./format.js";

/** Pieces of text, up to a size in all. */
class Text {
  private readonly pieces: string[] = [];
  private size = 0;

  constructor(private readonly limit: number) {}

  add(piece: string): void {
    this.size += piece.length;
    if (this.size > this.limit) throw new DumpError(`the chain is too large for a dump: it needs more than ${this.limit} bytes`, "keep it with --state DIR");
    this.pieces.push(piece);
  }

  /** Pieces with commas between them. */
  list(items: Iterable<string>): void {
    let isFirst = true;
    for (const item of items) {
      this.add(isFirst ? item : `,\n${item}`);
      isFirst = false;
    }
  }

  toString(): string {
    return this.pieces.join("");
  }
}

/**
 * The whole chain: blocks, receipts, the newest state, modules. Not what waits, not the states of older blocks.
 * @param limit Characters. Throws DumpError where it takes more.
 */
export function writeDump({ settings, height, state, backend, archive }: Blockchain, limit = MAX_DUMP_SIZE): string {
  const text = new Text(limit);
  text.add(`{"format":"${DUMP_FORMAT}","chainId":"${quantity(settings.chainId)}","best_block_number":${height},"stateRoot":"${dataHex(state.root)}",\n"accounts":{\n`);
  text.list(map(state.contents(), accountEntry));
  text.add('},\n"modules":{\n');
  text.list(map(backend.storedModules(), moduleEntry));
  text.add('},\n"blocks":[\n');
  text.list(map(range(height + 1), (number) => `"${dataHex(encodeBlock(archive.block(number)!))}"`));
  text.add("]}\n");
  return text.toString();
}

/** A dump as JSON-RPC carries it: 0x-hex of gzip. */
export function packDump(text: string): string {
  return dataHex(gzipSync(text));
}

function accountEntry({ address, record, words }: AccountContents): string {
  const storage = Object.fromEntries([...words].map(({ slot, word }) => [wordHex(intOfKey(slot)), wordHex(intOfLittleEndian(word))]));
  const { nonce, balance, code } = record;
  return `"${addressHex(address)}":${JSON.stringify({ nonce, balance: quantity(balance), code: code ? dataHex(code.bytes) : "0x", storage })}`;
}

function moduleEntry({ identity, bytes, references }: StoredModule): string {
  return `"${dataHex(identity)}":${JSON.stringify({ bytes: dataHex(bytes), references: references.map(dataHex) })}`;
}

function* map<T, R>(items: Iterable<T>, change: (item: T) => R): Generator<R> {
  for (const item of items) yield change(item);
}

function* range(end: number): Generator<number> {
  for (let i = 0; i < end; i++) yield i;
}
