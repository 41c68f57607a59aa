/**
 * Memory in which encodings of trie nodes are put together and hashed where they lie: a WebAssembly instance of the hash with a page of its own, so that
 * nothing is copied in or out and nothing is allocated for a node.
 *
 *   ROOM.RECORD   the record that is being made, its encoding in it
 *   ROOM.DIGEST   what was hashed last
 *
 * There is one room for all; nobody leaves anything in it for later.
 */
import { KECCAK } from "../../../machine/keccak.gen.js";

interface KeccakModule {
  readonly memory: WebAssembly.Memory;
  /** Hashes `length` bytes at `at`; writes 32 bytes to `out`. */
  readonly digest: (at: number, length: number, out: number) => void;
}

export const ROOM = { DIGEST: 0, RECORD: 64, SIZE: 4_096 } as const;

const PAGE = 65_536;
const instance = new WebAssembly.Instance(new WebAssembly.Module(Buffer.from(KECCAK, "base64")), {});
const { memory, digest } = instance.exports as unknown as KeccakModule;
/** Above all that the kernel keeps for itself. */
const START = memory.grow(1) * PAGE;

export const room: Uint8Array = new Uint8Array(memory.buffer, START, ROOM.SIZE);

/** Writes keccak256 of bytes of the room to ROOM.DIGEST. */
export function hashInRoom(at: number, length: number): void {
  digest(START + at, length, START + ROOM.DIGEST);
}
