/**
 * The document that anvil_dumpState gives and `--dump-state` writes: a whole chain with its newest state, as JSON.
 *
 *   { "format": "supervm-dump-1", "chainId": "0x7a69", "best_block_number": 7, "stateRoot": "0x…",
 *     "accounts": { address: { "nonce", "balance", "code", "storage": { slot: word } } },
 *     "modules":  { identity: { "bytes", "references": [identity] } },
 *     "blocks":   [ "0x…" ] }
 *
 * Accounts are written as anvil writes them; their code is the reference that contracts see, whose module stands under `modules`. A block is the record
 * of chain/block-codec.ts with its receipts. Over JSON-RPC the document travels as anvil's does: gzip, then 0x-hex.
 */

export const DUMP_FORMAT = "supervm-dump-1";

/** Characters of a document: it is held in memory several times over while it is made or read. */
export const MAX_DUMP_SIZE = 256 * 1024 * 1024;

/** A dump cannot be made or loaded. The message is complete and for the user. */
export class DumpError extends Error {
  constructor(
    message: string,
    readonly hint?: string,
  ) {
    super(message);
    this.name = "DumpError";
  }
}
