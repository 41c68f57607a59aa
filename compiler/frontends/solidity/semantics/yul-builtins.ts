/**
 * EVM instructions that inline assembly can call: how many values they take and give, and what they need of the
 * function around them (Ethereum yellow paper; Solidity documentation, "Yul: EVM Dialect").
 */

/** What an instruction does with the world outside: nothing, reads it, or changes it. */
export type YulEffect = "pure" | "view" | "nonpayable";

export interface YulBuiltin {
  readonly parameters: number;
  readonly returns: number;
  readonly effect: YulEffect;
  /** Control does not continue behind it. */
  readonly terminates: boolean;
}

/** `name:parameters:returns` by effect. */
const rows: Readonly<Record<YulEffect, string>> = {
  pure:
    "stop:0:0 add:2:1 sub:2:1 mul:2:1 div:2:1 sdiv:2:1 mod:2:1 smod:2:1 exp:2:1 not:1:1 lt:2:1 gt:2:1 slt:2:1 sgt:2:1 eq:2:1 iszero:1:1 " +
    "and:2:1 or:2:1 xor:2:1 byte:2:1 shl:2:1 shr:2:1 sar:2:1 clz:1:1 addmod:3:1 mulmod:3:1 signextend:2:1 keccak256:2:1 pop:1:0 mload:1:1 " +
    "mstore:2:0 mstore8:2:0 msize:0:1 mcopy:3:0 calldataload:1:1 calldatasize:0:1 calldatacopy:3:0 codesize:0:1 codecopy:3:0 " +
    "returndatasize:0:1 returndatacopy:3:0 return:2:0 revert:2:0 invalid:0:0 pc:0:1",
  view:
    "gas:0:1 address:0:1 balance:1:1 selfbalance:0:1 caller:0:1 callvalue:0:1 sload:1:1 tload:1:1 extcodesize:1:1 extcodecopy:4:0 " +
    "extcodehash:1:1 staticcall:6:1 chainid:0:1 basefee:0:1 blobbasefee:0:1 blobhash:1:1 origin:0:1 gasprice:0:1 blockhash:1:1 " +
    "coinbase:0:1 timestamp:0:1 number:0:1 difficulty:0:1 prevrandao:0:1 gaslimit:0:1",
  nonpayable: "sstore:2:0 tstore:2:0 create:3:1 create2:4:1 call:7:1 callcode:7:1 delegatecall:6:1 selfdestruct:1:0 " + "log0:2:0 log1:3:0 log2:4:0 log3:5:0 log4:6:0",
};

const terminators: ReadonlySet<string> = new Set(["stop", "return", "revert", "invalid", "selfdestruct"]);

export const yulBuiltins: ReadonlyMap<string, YulBuiltin> = new Map(
  (Object.keys(rows) as YulEffect[]).flatMap((effect) =>
    rows[effect].split(" ").map((row): [string, YulBuiltin] => {
      const [name = "", parameters, returns] = row.split(":");
      return [name, { parameters: Number(parameters), returns: Number(returns), effect, terminates: terminators.has(name) }];
    }),
  ),
);
