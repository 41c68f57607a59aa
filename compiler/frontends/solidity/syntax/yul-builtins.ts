/** Names that inline assembly reserves for EVM instructions. */
import { isBefore, type LanguageLine } from "./language.js";

const always =
  "stop add sub mul div sdiv mod smod exp not lt gt slt sgt eq iszero and or xor byte shl shr sar addmod mulmod " +
  "signextend keccak256 address balance selfbalance origin caller callvalue calldataload calldatasize calldatacopy " +
  "codesize codecopy gasprice extcodesize extcodecopy extcodehash returndatasize returndatacopy blockhash coinbase " +
  "timestamp number gaslimit chainid pop mload mstore mstore8 sload sstore pc msize gas log0 log1 log2 log3 log4 " +
  "create create2 call callcode return delegatecall staticcall revert invalid selfdestruct";

/** Instructions of 0.8's last EVM versions; programs of earlier lines may use these names as they like. */
const since08 = "basefee blobbasefee blobhash clz mcopy prevrandao tload tstore";

const until07 = "difficulty";

const current: ReadonlySet<string> = new Set(`${always} ${since08}`.split(" "));
const former: ReadonlySet<string> = new Set(`${always} ${until07}`.split(" "));

/** Neither functions nor names to be had: instructions that structured code replaces, and what only objects of Yul have. */
const withheld = /^(difficulty|linkersymbol|datasize|dataoffset|datacopy|setimmutable|loadimmutable|jump|jumpi|jumpdest|push\d+|dup\d+|swap\d+)$/;

/** Whether assembly may not declare `name`, though nothing is to be called by it. */
export function isWithheldInYul(name: string, line: LanguageLine): boolean {
  return !isBefore(line, "0.8") && withheld.test(name);
}

/** Instructions without operands that give a value: 0.5 has them without parentheses too. */
const values: ReadonlySet<string> = new Set(
  ("address selfbalance origin caller callvalue calldatasize codesize gasprice returndatasize coinbase timestamp number " + "difficulty gaslimit chainid pc msize gas").split(" "),
);

export function isYulValue(name: string): boolean {
  return values.has(name);
}

/** Whether `name` is an instruction, so that it must be called and cannot be declared. */
export function isYulBuiltin(name: string, line: LanguageLine): boolean {
  return (isBefore(line, "0.8") ? former : current).has(name);
}
