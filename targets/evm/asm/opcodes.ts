/** The EVM's opcodes: code byte, operands taken, results given (Yellow Paper, appendix H, and the EIPs since). */

export interface Opcode {
  readonly name: string;
  readonly byte: number;
  readonly pops: number;
  readonly pushes: number;
}

const byName = new Map<string, Opcode>();
const byByte = new Map<number, Opcode>();

function define(byte: number, name: string, pops: number, pushes: number): void {
  const opcode = { name, byte, pops, pushes };
  byName.set(name, opcode);
  byByte.set(byte, opcode);
}

/** Consecutive opcodes of one shape. */
function run(first: number, names: string, pops: number, pushes: number): void {
  names.split(" ").forEach((name, i) => define(first + i, name, pops, pushes));
}

run(0x00, "STOP", 0, 0);
run(0x01, "ADD MUL SUB DIV SDIV MOD SMOD", 2, 1);
run(0x08, "ADDMOD MULMOD", 3, 1);
run(0x0a, "EXP SIGNEXTEND", 2, 1);
run(0x10, "LT GT SLT SGT EQ", 2, 1);
run(0x15, "ISZERO", 1, 1);
run(0x16, "AND OR XOR", 2, 1);
run(0x19, "NOT", 1, 1);
run(0x1a, "BYTE SHL SHR SAR", 2, 1);
run(0x1e, "CLZ", 1, 1);
run(0x20, "KECCAK256", 2, 1);
run(0x30, "ADDRESS", 0, 1);
run(0x31, "BALANCE", 1, 1);
run(0x32, "ORIGIN CALLER CALLVALUE", 0, 1);
run(0x35, "CALLDATALOAD", 1, 1);
run(0x36, "CALLDATASIZE", 0, 1);
run(0x37, "CALLDATACOPY", 3, 0);
run(0x38, "CODESIZE", 0, 1);
run(0x39, "CODECOPY", 3, 0);
run(0x3a, "GASPRICE", 0, 1);
run(0x3b, "EXTCODESIZE", 1, 1);
run(0x3c, "EXTCODECOPY", 4, 0);
run(0x3d, "RETURNDATASIZE", 0, 1);
run(0x3e, "RETURNDATACOPY", 3, 0);
run(0x3f, "EXTCODEHASH BLOCKHASH", 1, 1);
run(0x41, "COINBASE TIMESTAMP NUMBER PREVRANDAO GASLIMIT CHAINID SELFBALANCE BASEFEE", 0, 1);
run(0x49, "BLOBHASH", 1, 1);
run(0x4a, "BLOBBASEFEE", 0, 1);
run(0x50, "POP", 1, 0);
run(0x51, "MLOAD", 1, 1);
run(0x52, "MSTORE MSTORE8", 2, 0);
run(0x54, "SLOAD", 1, 1);
run(0x55, "SSTORE", 2, 0);
run(0x56, "JUMP", 1, 0);
run(0x57, "JUMPI", 2, 0);
run(0x58, "PC MSIZE GAS", 0, 1);
run(0x5b, "JUMPDEST", 0, 0);
run(0x5c, "TLOAD", 1, 1);
run(0x5d, "TSTORE", 2, 0);
run(0x5e, "MCOPY", 3, 0);
run(0x5f, "PUSH0", 0, 1);
for (let n = 1; n <= 32; n++) define(0x5f + n, `PUSH${n}`, 0, 1);
for (let n = 1; n <= 16; n++) define(0x7f + n, `DUP${n}`, n, n + 1);
for (let n = 1; n <= 16; n++) define(0x8f + n, `SWAP${n}`, n + 1, n + 1);
for (let n = 0; n <= 4; n++) define(0xa0 + n, `LOG${n}`, n + 2, 0);
run(0xf0, "CREATE", 3, 1);
run(0xf1, "CALL CALLCODE", 7, 1);
run(0xf3, "RETURN", 2, 0);
run(0xf4, "DELEGATECALL", 6, 1);
run(0xf5, "CREATE2", 4, 1);
run(0xfa, "STATICCALL", 6, 1);
run(0xfd, "REVERT", 2, 0);
run(0xfe, "INVALID", 0, 0);
run(0xff, "SELFDESTRUCT", 1, 0);

/** The opcode of a mnemonic; throws on a name that is none. */
export function opcode(name: string): Opcode {
  const found = byName.get(name);
  if (!found) throw new Error(`no EVM opcode is called '${name}'`);
  return found;
}

/** The opcode of a byte; undefined where the byte is unassigned. */
export function opcodeOf(byte: number): Opcode | undefined {
  return byByte.get(byte);
}

/** Opcodes behind which control never continues with the next one. */
export const ENDS: ReadonlySet<string> = new Set(["STOP", "JUMP", "RETURN", "REVERT", "INVALID", "SELFDESTRUCT"]);
