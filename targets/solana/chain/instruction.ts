/** Instruction data of the program (format of ../runtime/format.ts), and the order of an instruction's accounts. */
import { FLAG_STAGED, INSTRUCTION, OPERATION, WRITE } from "../runtime/format.js";

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
  readonly operation: "execute" | "deploy" | "grow";
  /** The value; grow: the wanted length of the data. */
  readonly lamports: bigint;
  /** execute, grow: the 20-byte address; deploy: contract id and nonce, 16 bytes. */
  readonly target: Uint8Array;
  /** Call data; deploy: library addresses, then constructor arguments. */
  readonly data: Uint8Array;
}

const OPERATIONS = { execute: OPERATION.EXECUTE, deploy: OPERATION.DEPLOY, grow: OPERATION.GROW } as const;

/** Data of EXECUTE, DEPLOY or GROW; with `staged` the call data lie in a buffer account behind the named ones. */
export function executionData(execution: Execution, named: readonly NamedAccount[], staged: boolean): Uint8Array {
  const claims = named.flatMap((account, i) => (account.claimed ? [Buffer.concat([Uint8Array.of(FIRST_NAMED + i), account.address])] : []));
  const head = new Uint8Array(INSTRUCTION.FIRST_CLAIM);
  const view = new DataView(head.buffer);
  head[INSTRUCTION.OPERATION] = OPERATIONS[execution.operation];
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
export function writeData(offset: number, piece: Uint8Array): Uint8Array {
  const data = new Uint8Array(WRITE.DATA + piece.length);
  data[0] = OPERATION.WRITE;
  new DataView(data.buffer).setUint32(WRITE.OFFSET, offset, true);
  data.set(piece, WRITE.DATA);
  return data;
}

export function closeData(): Uint8Array {
  return Uint8Array.of(OPERATION.CLOSE);
}
