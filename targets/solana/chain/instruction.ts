/** Instruction data of the program (format of ../runtime/format.ts), and the order of an instruction's accounts. */
import { FLAG_STAGED, GROW, INSTRUCTION, OPERATION, WRITE } from "../runtime/format.js";

/** An account that the transaction names because it stands for a 20-byte address. */
export interface NamedAccount {
  /** 20 bytes, most significant first. */
  readonly address: Uint8Array;
  /** Base58. */
  readonly key: string;
  /** False for instances: their own data say whose address they are. */
  readonly claimed: boolean;
}

/** Sender, payer and system program come first. */
export const FIRST_NAMED = 3;

export interface Execution {
  readonly operation: "execute" | "deploy";
  readonly lamports: bigint;
  /** execute: 20 bytes; deploy: contract id and nonce, 16 bytes. */
  readonly target: Uint8Array;
  /** Call data; deploy: library addresses, then constructor arguments. */
  readonly data: Uint8Array;
}

/** Data of EXECUTE or DEPLOY; with `staged` the call data lie in a buffer account behind the named ones. */
export function executionData(execution: Execution, named: readonly NamedAccount[], staged: boolean): Uint8Array {
  const claims = named.flatMap((account, i) => (account.claimed ? [Buffer.concat([Uint8Array.of(FIRST_NAMED + i), account.address])] : []));
  const head = new Uint8Array(INSTRUCTION.FIRST_CLAIM);
  const view = new DataView(head.buffer);
  head[INSTRUCTION.OPERATION] = execution.operation === "execute" ? OPERATION.EXECUTE : OPERATION.DEPLOY;
  head[INSTRUCTION.CLAIMS] = claims.length;
  if (staged) {
    head[INSTRUCTION.FLAGS] = FLAG_STAGED;
    head[INSTRUCTION.BUFFER_INDEX] = FIRST_NAMED + named.length;
    view.setUint32(INSTRUCTION.STAGED_SIZE, execution.data.length, true);
  }
  view.setBigUint64(INSTRUCTION.LAMPORTS, execution.lamports, true);
  head.set(execution.target, INSTRUCTION.TARGET);
  return Buffer.concat([head, ...claims, ...(staged ? [] : [execution.data])]);
}

/** Data of WRITE: a piece of the staging buffer. */
export function writeData(offset: number, total: number, piece: Uint8Array): Uint8Array {
  const data = new Uint8Array(WRITE.DATA + piece.length);
  const view = new DataView(data.buffer);
  data[0] = OPERATION.WRITE;
  view.setUint32(WRITE.OFFSET, offset, true);
  view.setUint32(WRITE.SIZE, total, true);
  data.set(piece, WRITE.DATA);
  return data;
}

export function closeData(): Uint8Array {
  return Uint8Array.of(OPERATION.CLOSE);
}

/** Data of GROW: the state account of an address is to have `size` bytes. */
export function growData(address: Uint8Array, size: number): Uint8Array {
  const data = new Uint8Array(GROW.LENGTH);
  data[0] = OPERATION.GROW;
  new DataView(data.buffer).setUint32(GROW.SIZE, size, true);
  data.set(address, GROW.ADDRESS);
  return data;
}
