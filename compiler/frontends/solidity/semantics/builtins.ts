/** Names that the language declares, and the members of `msg`, `block`, `tx`, `abi` and `type(T)`, per language line. */
import type { ContractDefinition } from "../syntax/ast.js";
import { isBefore, type LanguageLine } from "../syntax/language.js";
import type { BuiltinName } from "./program.js";
import { Scope } from "./scope.js";
import {
  ADDRESS,
  BOOL,
  BYTES32,
  BYTES4,
  BYTES_CALLDATA,
  BYTES_MEMORY,
  ERROR_MAGIC,
  fixedBytes,
  functionType,
  PAYABLE_ADDRESS,
  STRING_MEMORY,
  UINT256,
  UINT8,
} from "./type-factory.js";
import type { AddressType, FunctionType, MagicType, SolType } from "./types.js";

const variadic = { variadic: true };

function magic(name: MagicType["magic"]): MagicType {
  return { kind: "magic", magic: name };
}

/** Every builtin with its types; several are overloads. Those that a line does not have are left out. */
function builtinsOf(line: LanguageLine): [BuiltinName, SolType][] {
  const hash = (returns: SolType, kind: "keccak256" | "sha256" | "ripemd160"): SolType => functionType(kind, [BYTES_MEMORY], [returns], "pure");
  const modular = (kind: "addmod" | "mulmod"): SolType => functionType(kind, [UINT256, UINT256, UINT256], [UINT256], "pure");
  const list: [BuiltinName, SolType][] = [
    ["abi", magic("abi")],
    ["addmod", modular("addmod")],
    ["assert", functionType("assert", [BOOL], [], "pure")],
    ["block", magic("block")],
    ["blockhash", functionType("blockhash", [UINT256], [BYTES32], "view")],
    ["ecrecover", functionType("ecrecover", [BYTES32, UINT8, BYTES32, BYTES32], [ADDRESS], "pure")],
    ["gasleft", functionType("gasleft", [], [UINT256], "view")],
    ["keccak256", hash(BYTES32, "keccak256")],
    ["msg", magic("msg")],
    ["mulmod", modular("mulmod")],
    ["now", UINT256],
    ["require", functionType("require", [BOOL], [], "pure")],
    ["require", functionType("require", [BOOL, STRING_MEMORY], [], "pure")],
    ["revert", functionType("revert", [], [], "pure")],
    ["revert", functionType("revert", [STRING_MEMORY], [], "pure")],
    ["ripemd160", hash(fixedBytes(20), "ripemd160")],
    ["selfdestruct", functionType("selfdestruct", [PAYABLE_ADDRESS], [], "nonpayable")],
    ["sha256", hash(BYTES32, "sha256")],
    ["sha3", hash(BYTES32, "keccak256")],
    ["suicide", functionType("selfdestruct", [PAYABLE_ADDRESS], [], "nonpayable")],
    ["tx", magic("tx")],
    ["type", functionType("metaType", [], [], "pure", variadic)],
  ];
  if (isBefore(line, "0.8")) {
    for (const [i, name] of (["log0", "log1", "log2", "log3", "log4"] as const).entries())
      list.push([
        name,
        functionType(
          "log",
          Array.from({ length: i + 1 }, () => BYTES32),
          [],
          "nonpayable",
        ),
      ]);
  } else {
    list.push(
      ["require", functionType("require", [BOOL, ERROR_MAGIC], [], "pure")],
      ["blobhash", functionType("blobhash", [UINT256], [BYTES32], "view")],
      ["erc7201", functionType("erc7201", [STRING_MEMORY], [UINT256], "pure")],
    );
  }
  return list;
}

const globalScopes = new Map<LanguageLine, Scope>();

/** The outermost scope of a file. */
export function globalScope(line: LanguageLine): Scope {
  let scope = globalScopes.get(line);
  if (!scope) {
    globalScopes.set(line, (scope = new Scope()));
    for (const [name, type] of builtinsOf(line)) scope.add(name, { kind: "Builtin", name, type });
  }
  return scope;
}

/** Members of an address; `code` and `codehash` came with 0.8, and libraries of earlier lines attach functions of these names. */
export function addressMembers(type: AddressType, line: LanguageLine): ReadonlyMap<string, SolType> {
  const members = type.payable ? payableMembers : plainMembers;
  if (line === "0.8") return members;
  return new Map([...members].filter(([name]) => name !== "code" && name !== "codehash"));
}

type BareKind = "bareCall" | "bareCallCode" | "bareDelegateCall" | "bareStaticCall";

function bare(kind: BareKind, mutability: "payable" | "nonpayable" | "view"): FunctionType {
  return functionType(kind, [BYTES_MEMORY], [BOOL, BYTES_MEMORY], mutability);
}

const plainMembers: ReadonlyMap<string, SolType> = new Map<string, SolType>([
  ["balance", UINT256],
  ["code", BYTES_MEMORY],
  ["codehash", BYTES32],
  ["call", bare("bareCall", "payable")],
  ["callcode", bare("bareCallCode", "payable")],
  ["delegatecall", bare("bareDelegateCall", "nonpayable")],
  ["staticcall", bare("bareStaticCall", "view")],
]);

const payableMembers: ReadonlyMap<string, SolType> = new Map<string, SolType>([
  ...plainMembers,
  ["send", functionType("send", [UINT256], [BOOL], "nonpayable")],
  ["transfer", functionType("transfer", [UINT256], [], "nonpayable")],
]);

function abiFunction(kind: FunctionType["functionKind"], parameters: readonly SolType[], returns: readonly SolType[]): SolType {
  return functionType(kind, parameters, returns, "pure", variadic);
}

const abiMembers: ReadonlyMap<string, SolType> = new Map([
  ["encode", abiFunction("abiEncode", [], [BYTES_MEMORY])],
  ["encodePacked", abiFunction("abiEncodePacked", [], [BYTES_MEMORY])],
  ["encodeWithSelector", abiFunction("abiEncodeWithSelector", [BYTES4], [BYTES_MEMORY])],
  ["encodeCall", abiFunction("abiEncodeCall", [], [BYTES_MEMORY])],
  ["encodeWithSignature", abiFunction("abiEncodeWithSignature", [STRING_MEMORY], [BYTES_MEMORY])],
  ["decode", abiFunction("abiDecode", [], [])],
]);

const blockMembers: ReadonlyMap<string, SolType> = new Map<string, SolType>([
  ["coinbase", PAYABLE_ADDRESS],
  ["timestamp", UINT256],
  ["blockhash", functionType("blockhash", [UINT256], [BYTES32], "view")],
  ["difficulty", UINT256],
  ["prevrandao", UINT256],
  ["number", UINT256],
  ["gaslimit", UINT256],
  ["chainid", UINT256],
  ["basefee", UINT256],
  ["blobbasefee", UINT256],
]);

/**
 * Members of `msg`, `block`, `tx`, `abi`, `type(T)`; `msg.sender` and `tx.origin` were payable before 0.8.
 *
 * @param isAbstract tells contracts that have no code
 */
export function magicMembers(type: MagicType, line: LanguageLine, isAbstract: (contract: ContractDefinition) => boolean): ReadonlyMap<string, SolType> {
  const sender = line === "0.8" ? ADDRESS : PAYABLE_ADDRESS;
  switch (type.magic) {
    case "abi":
      return abiMembers;
    case "block":
      return blockMembers;
    case "msg":
      return new Map<string, SolType>([
        ["sender", sender],
        ["value", UINT256],
        ["data", BYTES_CALLDATA],
        ["sig", BYTES4],
        ["gas", UINT256],
      ]);
    case "tx":
      return new Map<string, SolType>([
        ["origin", sender],
        ["gasprice", UINT256],
      ]);
    case "error":
      return new Map();
    case "metaType":
      return metaTypeMembers(type.of, isAbstract);
  }
}

function metaTypeMembers(of: SolType | undefined, isAbstract: (contract: ContractDefinition) => boolean): ReadonlyMap<string, SolType> {
  if (of?.kind === "integer" || of?.kind === "enum") {
    return new Map<string, SolType>([
      ["min", of],
      ["max", of],
    ]);
  }
  if (of?.kind !== "contract") return new Map();
  if (isAbstract(of.definition) || of.definition.contractKind === "interface") {
    return new Map<string, SolType>([
      ["interfaceId", BYTES4],
      ["name", STRING_MEMORY],
    ]);
  }
  return new Map<string, SolType>([
    ["creationCode", BYTES_MEMORY],
    ["runtimeCode", BYTES_MEMORY],
    ["name", STRING_MEMORY],
  ]);
}
