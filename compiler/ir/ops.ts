/**
 * The instruction table: the one description of every IR instruction. Builder, printer, parser, verifier,
 * interpreter, passes and the reference page docs/ir.md are driven by it; adding an instruction is adding a row
 * (and its meaning in the interpreter and in each backend).
 *
 * Types are integer widths in bits: 1, 8, 16, ..., 256. Values carry no sign; instructions do. A value of type iN
 * is always an integer in [0, 2^N).
 *
 * Operand and result type patterns:
 *   number  exactly that width
 *   "T"     any width, the same for every T of the instruction; "U", "V": another independent width
 *   "A"     an address or length of the machine's byte spaces: i64 or i256, the same for every A of the instruction.
 *           i64 means TRUSTED: the range was allocated (`mem.alloc`), guaranteed (`mem.free`) or ensured
 *           (`mem.ensure`), so a backend adds no check. i256 means any value whatever (inline assembly): the backend
 *           checks, grows memory, and halts as out of gas does where the range is beyond the machine's limit. For call data,
 *           code and return data, where reads beyond the end are defined, i64 and i256 differ in width only.
 */

/** A width in bits: 1 or a multiple of 8 up to 256. */
export type Type = number;

export const I1 = 1;
export const I8 = 8;
export const I64 = 64;
export const I160 = 160;
export const I256 = 256;
/** Trusted byte addresses, offsets and lengths. */
export const PTR = 64;

export function isType(bits: number): boolean {
  return bits === 1 || (bits > 0 && bits <= 256 && bits % 8 === 0);
}

/** Parts of the machine's state that an instruction may read or write. */
export type Region =
  | "memory"
  | "free" // the free memory pointer, memory[0x40..0x60); also part of "memory"
  | "storage"
  | "transient"
  | "returndata"
  | "immutables"
  | "locals" // the function's own local variables (before mem2reg)
  | "logs"
  | "world" // balances, other accounts, code
  | "gas"; // the remaining gas as observed

export type TypePattern = number | "T" | "U" | "V" | "A";

export type ImmediateKind =
  | "int" // an unsigned integer of the result's type
  | "code" // a small unsigned number (a panic code, a topic count)
  | "local" // a local variable of the function
  | "func" // a function of the module
  | "data" // a data segment of the module
  | "object" // a contract object of the compilation: "source.sol:Name"
  | "immutable" // an immutable of the module
  | "library" // a library to be linked: "source.sol:Name"
  | "string"; // free text

export interface OpInfo {
  readonly name: string;
  /** Operand patterns. `variadic` operands (of any type, or i256 for logs) follow them. */
  readonly args: readonly TypePattern[];
  readonly variadic?: "any" | 256;
  readonly results: readonly TypePattern[];
  /** Result count and types come from elsewhere: the callee's signature, the local's type. */
  readonly dynamicResults?: boolean;
  readonly immediates: readonly ImmediateKind[];
  readonly reads: readonly Region[];
  readonly writes: readonly Region[];
  /** May end the execution of the contract (revert, panic, out of memory): not removable, not movable over effects. */
  readonly traps: boolean;
  readonly commutative: boolean;
  /** Ends a block. */
  readonly terminator: boolean;
  /** Number of successor blocks: a count, or "any" for switch. */
  readonly targets: number | "any";
  readonly doc: string;
}

type Row = Partial<Omit<OpInfo, "name" | "args" | "results" | "doc">>;

const table = new Map<string, OpInfo>();

function op(name: string, args: readonly TypePattern[], results: readonly TypePattern[], doc: string, row: Row = {}): void {
  table.set(name, {
    name,
    args,
    results,
    doc,
    immediates: [],
    reads: [],
    writes: [],
    traps: false,
    commutative: false,
    terminator: false,
    targets: 0,
    ...row,
  });
}

// ---- constants and local variables -------------------------------------------------------------------------------
op("const", [], ["T"], "A constant.", { immediates: ["int"] });
op("local.get", [], [], "Reads a local variable; mem2reg removes all locals.", { immediates: ["local"], reads: ["locals"], dynamicResults: true });
op("local.set", ["T"], [], "Writes a local variable of type T.", { immediates: ["local"], writes: ["locals"] });

// ---- arithmetic ------------------------------------------------------------------------------------------------
const commutative: Row = { commutative: true };
op("add", ["T", "T"], ["T"], "Sum modulo 2^N.", commutative);
op("sub", ["T", "T"], ["T"], "Difference modulo 2^N.");
op("mul", ["T", "T"], ["T"], "Product modulo 2^N.", commutative);
op("add.nuw", ["T", "T"], ["T"], "Sum that is known not to exceed 2^N-1 (else the IR is wrong).", commutative);
op("sub.nuw", ["T", "T"], ["T"], "Difference that is known not to be negative.");
op("mul.nuw", ["T", "T"], ["T"], "Product that is known not to exceed 2^N-1.", commutative);
op("div.u", ["T", "T"], ["T"], "Unsigned quotient; 0 where the divisor is 0.");
op("div.s", ["T", "T"], ["T"], "Signed quotient towards zero; 0 where the divisor is 0; MIN / -1 = MIN.");
op("rem.u", ["T", "T"], ["T"], "Unsigned remainder; 0 where the divisor is 0.");
op("rem.s", ["T", "T"], ["T"], "Signed remainder with the dividend's sign; 0 where the divisor is 0.");
op("exp", ["T", "U"], ["T"], "Base to the power of an unsigned exponent, modulo 2^N; 0^0 = 1.");
op("addmod", [256, 256, 256], [256], "(a + b) mod m without intermediate overflow; 0 where m is 0.");
op("mulmod", [256, 256, 256], [256], "(a * b) mod m without intermediate overflow; 0 where m is 0.");
const traps: Row = { traps: true };
const commutativeTraps: Row = { traps: true, commutative: true };
op("add.checked.u", ["T", "T"], ["T"], "Unsigned sum; Panic(0x11) on overflow.", commutativeTraps);
op("add.checked.s", ["T", "T"], ["T"], "Signed sum; Panic(0x11) on overflow.", commutativeTraps);
op("sub.checked.u", ["T", "T"], ["T"], "Unsigned difference; Panic(0x11) on underflow.", traps);
op("sub.checked.s", ["T", "T"], ["T"], "Signed difference; Panic(0x11) on overflow.", traps);
op("mul.checked.u", ["T", "T"], ["T"], "Unsigned product; Panic(0x11) on overflow.", commutativeTraps);
op("mul.checked.s", ["T", "T"], ["T"], "Signed product; Panic(0x11) on overflow.", commutativeTraps);
op("div.checked.u", ["T", "T"], ["T"], "Unsigned quotient; Panic(0x12) where the divisor is 0.", traps);
op("div.checked.s", ["T", "T"], ["T"], "Signed quotient; Panic(0x12) where the divisor is 0, Panic(0x11) for MIN / -1.", traps);
op("rem.checked.u", ["T", "T"], ["T"], "Unsigned remainder; Panic(0x12) where the divisor is 0.", traps);
op("rem.checked.s", ["T", "T"], ["T"], "Signed remainder; Panic(0x12) where the divisor is 0; MIN % -1 = 0.", traps);
op("exp.checked.u", ["T", "U"], ["T"], "Unsigned base to an unsigned exponent; Panic(0x11) on overflow.", traps);
op("exp.checked.s", ["T", "U"], ["T"], "Signed base to an unsigned exponent; Panic(0x11) on overflow.", traps);

// ---- bits, comparisons, conversions ------------------------------------------------------------------------------
op("and", ["T", "T"], ["T"], "Bitwise and.", commutative);
op("or", ["T", "T"], ["T"], "Bitwise or.", commutative);
op("xor", ["T", "T"], ["T"], "Bitwise exclusive or.", commutative);
op("not", ["T"], ["T"], "Bitwise complement within N bits (on i1: logical not).");
op("shl", ["T", "U"], ["T"], "Shift left; 0 where the amount is N or more.");
op("shr.u", ["T", "U"], ["T"], "Logical shift right; 0 where the amount is N or more.");
op("shr.s", ["T", "U"], ["T"], "Arithmetic shift right; sign fill where the amount is N or more.");
op("byte", [256, 256], [256], "byte(i, x): the i-th byte of x from the most significant end; 0 where i > 31.");
op("signextend", [256, 256], [256], "signextend(k, x): sign-extends from bit 8k+7; x where k > 30.");
op("clz", [256], [256], "Leading zero bits of a 256-bit word; 256 for 0 (EIP-7939).");
op("eq", ["T", "T"], [1], "Equal.", commutative);
op("ne", ["T", "T"], [1], "Not equal.", commutative);
op("lt.u", ["T", "T"], [1], "Unsigned less.");
op("lt.s", ["T", "T"], [1], "Signed less.");
op("gt.u", ["T", "T"], [1], "Unsigned greater.");
op("gt.s", ["T", "T"], [1], "Signed greater.");
op("le.u", ["T", "T"], [1], "Unsigned less or equal.");
op("le.s", ["T", "T"], [1], "Signed less or equal.");
op("ge.u", ["T", "T"], [1], "Unsigned greater or equal.");
op("ge.s", ["T", "T"], [1], "Signed greater or equal.");
op("zext", ["T"], ["U"], "Zero extension to a wider type.");
op("sext", ["T"], ["U"], "Sign extension to a wider type.");
op("trunc", ["T"], ["U"], "The low bits, to a narrower type.");
op("select", [1, "T", "T"], ["T"], "The second operand where the first is 1, else the third.");

// ---- memory ----------------------------------------------------------------------------------------------------
const reads = (...regions: Region[]): Row => ({ reads: regions });
const writes = (...regions: Region[]): Row => ({ writes: regions });
op("mem.load", ["A"], ["T"], "The low N bits of the 32-byte big-endian word at an address.", { ...reads("memory"), ...traps });
op("mem.store", ["A", "T"], [], "Stores a value, zero-extended, as a 32-byte big-endian word.", { ...writes("memory"), ...traps });
op("mem.store.s", ["A", "T"], [], "Stores a value, sign-extended, as a 32-byte big-endian word.", { ...writes("memory"), ...traps });
op("mem.load.byte", ["A"], [8], "The byte at an address.", { ...reads("memory"), ...traps });
op("mem.store.byte", ["A", 8], [], "Stores one byte.", { ...writes("memory"), ...traps });
op("mem.copy", ["A", "A", "A"], [], "mem.copy(to, from, length); the ranges may overlap (EIP-5656).", { ...reads("memory"), ...writes("memory"), ...traps });
op("mem.zero", ["A", "A"], [], "mem.zero(to, length): clears a range.", { ...writes("memory"), ...traps });
op("mem.keccak", ["A", "A"], [256], "Keccak-256 of memory[address, address+length).", { ...reads("memory"), ...traps });
op(
  "mem.alloc",
  [PTR],
  [PTR],
  "Allocates size bytes, rounded up to 32, at the free pointer (memory word 0x40), and moves it; Panic(0x41) where the new pointer would exceed 2^64-1; out of gas beyond the machine's limit. Contents are undefined.",
  { reads: ["free"], writes: ["free", "memory"], traps: true },
);
op("mem.free", [], [PTR], "The free pointer; the 1,024 bytes from it on are trusted. Contents are undefined.", { reads: ["free"], traps: true });
op("mem.ensure", [PTR, PTR], [], "mem.ensure(address, length): makes a range trusted (grows memory); no code on the EVM.", { writes: ["gas"], traps: true });
op("mem.size", [], [256], "The EVM's MSIZE; only where the target's capabilities say so.", { reads: ["memory"] });

// ---- call data, return data, code, constant data -------------------------------------------------------------------
op("calldata.size", [], [PTR], "Length of the call data in bytes.");
op("calldata.load", ["A"], ["T"], "The low N bits of the 32-byte big-endian word at an offset; zeros beyond the end.");
op("calldata.copy", ["A", "A", "A"], [], "calldata.copy(to, offset, length); zeros beyond the end.", { ...writes("memory"), ...traps });
op("returndata.size", [], [PTR], "Length of the last external call's return data.", reads("returndata"));
op("returndata.copy", ["A", "A", "A"], [], "returndata.copy(to, offset, length); halts exceptionally beyond the end.", { ...reads("returndata"), ...writes("memory"), ...traps });
op("data.copy", [PTR, PTR, PTR], [], "data.copy $segment (to, offset, length): copies constant data of the module.", { immediates: ["data"], ...writes("memory") });
op("code.size", [], [PTR], "Size of the running code.");
op("code.copy", ["A", "A", "A"], [], "code.copy(to, offset, length) of the running code; zeros beyond the end.", { ...writes("memory"), ...traps });
op("object.size", [], [PTR], "Size of the creation code of a contract of this compilation, as this target represents it.", { immediates: ["object"] });
op("object.copy", [PTR], [], "object.copy @object (to): copies that creation code to memory; constructor arguments are appended behind it.", {
  immediates: ["object"],
  ...writes("memory"),
});
op("object.runtime.size", [], [PTR], "Size of the runtime code of a contract of this compilation.", { immediates: ["object"] });
op("object.runtime.copy", [PTR], [], "Copies that runtime code to memory.", { immediates: ["object"], ...writes("memory") });

// ---- storage ---------------------------------------------------------------------------------------------------
op("storage.load", [256], [256], "The storage word of a slot.", reads("storage"));
op("storage.store", [256, 256], [], "storage.store(slot, value); halts in a static call.", { ...writes("storage"), ...traps });
op("transient.load", [256], [256], "The transient storage word of a slot (EIP-1153).", reads("transient"));
op("transient.store", [256, 256], [], "transient.store(slot, value).", { ...writes("transient"), ...traps });
op("slot.map", [256, 256], [256], "slot.map(key, base): keccak256(key . base), the slot of a mapping's entry with a value key (already padded to a word).");
op(
  "slot.map.bytes",
  [PTR, PTR, 256],
  [256],
  "slot.map.bytes(address, length, base): keccak256(bytes . base), for string and bytes keys in memory. Memory behind the bytes may be overwritten temporarily: the 32 bytes behind the key must be trusted scratch or are restored.",
  { reads: ["memory"], traps: true },
);
op("slot.array", [256], [256], "keccak256(base): the first slot of a dynamic array's data.");
op("immutable.load", [], [256], "An immutable's word. While the constructor runs: the value assigned so far, 0 before.", { immediates: ["immutable"], reads: ["immutables"] });
op("immutable.store", [256], [], "Assigns an immutable (creation code only).", { immediates: ["immutable"], writes: ["immutables"] });

// ---- environment ------------------------------------------------------------------------------------------------
op("env.address", [], [160], "This contract's address.");
op("env.caller", [], [160], "msg.sender.");
op("env.origin", [], [160], "tx.origin.");
op("env.value", [], [256], "msg.value in wei.");
op("env.gasprice", [], [256], "tx.gasprice in wei.");
op("env.coinbase", [], [160], "block.coinbase.");
op("env.timestamp", [], [64], "block.timestamp in seconds.");
op("env.number", [], [64], "block.number.");
op("env.gaslimit", [], [64], "block.gaslimit.");
op("env.chainid", [], [256], "block.chainid.");
op("env.basefee", [], [256], "block.basefee in wei.");
op("env.blobbasefee", [], [256], "block.blobbasefee in wei.");
op("env.prevrandao", [], [256], "block.prevrandao (EIP-4399).");
op("env.blockhash", [256], [256], "The hash of one of the last 256 blocks; 0 for others.");
op("env.blobhash", [256], [256], "A blob's versioned hash; 0 beyond the last.");
op("env.gas", [], [64], "Gas left (compute units on Solana).", { reads: ["gas"], writes: ["gas"] });
op("env.balance", [160], [256], "An account's balance in wei.", reads("world"));
op("env.selfbalance", [], [256], "This contract's balance in wei.", reads("world"));
op("extcode.size", [160], [64], "Size of an account's code; 0 where it has none.", reads("world"));
op("extcode.hash", [160], [256], "EXTCODEHASH (EIP-1052).", reads("world"));
op("extcode.copy", [160, "A", "A", "A"], [], "extcode.copy(account, to, offset, length).", { reads: ["world"], writes: ["memory"], traps: true });
op("library.address", [], [160], "The linked address of an external library.", { immediates: ["library"] });

// ---- calls, creation, logs ----------------------------------------------------------------------------------------
op("call", [], [], "Calls a function of the module.", {
  immediates: ["func"],
  variadic: "any",
  dynamicResults: true,
  reads: ["memory", "free", "storage", "transient", "returndata", "immutables", "world", "gas"],
  writes: ["memory", "free", "storage", "transient", "returndata", "immutables", "logs", "world", "gas"],
  traps: true,
});
const external: Row = {
  reads: ["memory", "storage", "transient", "world", "gas"],
  writes: ["memory", "storage", "transient", "returndata", "logs", "world", "gas"],
  traps: true,
};
op(
  "ext.call",
  [256, 160, 256, "A", "A", "A", "A"],
  [1],
  "ext.call(gas, to, value, in, inLength, out, outLength) -> success. Out receives at most outLength bytes; the whole is the return data.",
  external,
);
op("ext.callcode", [256, 160, 256, "A", "A", "A", "A"], [1], "CALLCODE; only where the target's capabilities say so.", external);
op("ext.delegatecall", [256, 160, "A", "A", "A", "A"], [1], "ext.delegatecall(gas, to, in, inLength, out, outLength) -> success.", external);
op("ext.staticcall", [256, 160, "A", "A", "A", "A"], [1], "ext.staticcall(gas, to, in, inLength, out, outLength) -> success.", external);
op(
  "ext.create",
  [256, "A", "A"],
  [160],
  "ext.create(value, address, length) -> account, 0 on failure. The range holds creation code (object.copy) and constructor arguments.",
  external,
);
op("ext.create2", [256, "A", "A", 256], [160], "ext.create2(value, address, length, salt) -> account, 0 on failure (EIP-1014).", external);
op("log", ["A", "A"], [], "log(address, length, topic...) with 0 to 4 topics.", { variadic: 256, reads: ["memory"], writes: ["logs"], traps: true });

// ---- terminators ------------------------------------------------------------------------------------------------
const end: Row = { terminator: true };
op("jump", [], [], "Continues in a block, passing its parameters.", { ...end, targets: 1 });
op("branch", [1], [], "The first target where the condition is 1, else the second.", { ...end, targets: 2 });
op("switch", ["T"], [], "The target whose case equals the operand, else the default (the last target).", { ...end, targets: "any" });
op("ret", [], [], "Returns from the function.", { ...end, variadic: "any" });
const exit: Row = { terminator: true, traps: true };
op(
  "exit.return",
  ["A", "A"],
  [],
  "Ends the contract's execution with success and memory[address, address+length) as return data. In creation code: that is the code to install (inline assembly only).",
  { ...exit, reads: ["memory"] },
);
op("exit.revert", ["A", "A"], [], "Undoes the contract's effects and returns that memory as revert data.", { ...exit, reads: ["memory"] });
op("exit.stop", [], [], "Ends with success and no return data.", exit);
op("exit.deploy", [], [], "Ends creation code: installs this module's runtime code with its immutables.", { ...exit, reads: ["immutables"] });
op("exit.invalid", [], [], "Exceptional halt: all effects undone, all gas used.", exit);
op("exit.selfdestruct", [160], [], "SELFDESTRUCT with EIP-6780's meaning.", { ...exit, writes: ["world"] });
op("panic", [], [], "Reverts with Panic(uint256 code).", { ...exit, immediates: ["code"] });
op("unreachable", [], [], "Cannot be reached (else the IR is wrong).", end);

/** Every instruction by name. */
export const OPS: ReadonlyMap<string, OpInfo> = table;

/** The row of an instruction; throws on a name that is not in the table. */
export function opInfo(name: string): OpInfo {
  const info = table.get(name);
  if (!info) throw new Error(`no IR instruction is called '${name}'`);
  return info;
}

/** True where an instruction without uses may be removed: no writes, no trap, no control flow. */
export function isPure(info: OpInfo): boolean {
  return info.writes.length === 0 && !info.traps && !info.terminator;
}
