/**
 * Solidity's types as values. Types are structural and immutable; compare them with `sameType` (identity is not
 * guaranteed, though the factories intern the common ones). Operations on types (convertibility, common type, members,
 * canonical names) live in files of their own beside this one.
 */
import type {
  ContractDefinition,
  EnumDefinition,
  ErrorDefinition,
  EventDefinition,
  FunctionDefinition,
  ModifierDefinition,
  SourceUnit,
  StateMutability,
  StructDefinition,
  UserDefinedValueTypeDefinition,
  VariableDeclaration,
} from "../syntax/ast.js";

/** Where a reference type lives. A storage `pointer` (local variable) holds a slot; a storage non-pointer is the place itself. */
export type Location = "storage" | "transient" | "memory" | "calldata";

export interface IntegerType {
  readonly kind: "integer";
  readonly signed: boolean;
  readonly bits: number;
}
export interface BoolType {
  readonly kind: "bool";
}
export interface AddressType {
  readonly kind: "address";
  readonly payable: boolean;
}
/** bytes1 to bytes32. */
export interface FixedBytesType {
  readonly kind: "fixedBytes";
  readonly size: number;
}
/** `fixed`/`ufixed`: declared only, as in solc. */
export interface FixedPointType {
  readonly kind: "fixedPoint";
  readonly signed: boolean;
  readonly bits: number;
  readonly decimals: number;
}
/** The exact rational type of literals and constant expressions. `value` = numerator / denominator, denominator > 0, reduced. */
export interface RationalType {
  readonly kind: "rational";
  readonly numerator: bigint;
  readonly denominator: bigint;
  /** Set for literals such as 0x00ff that may convert to bytesN of exactly that size. */
  readonly hexBytes?: number;
}
/** The type of a string, hex or unicode literal. */
export interface StringLiteralType {
  readonly kind: "stringLiteral";
  readonly value: Uint8Array;
  readonly isValidUtf8: boolean;
}
/** `bytes` and `string` (dynamic byte arrays). */
export interface BytesType {
  readonly kind: "bytes";
  readonly isString: boolean;
  readonly location: Location;
  readonly pointer: boolean;
}
export interface ArrayType {
  readonly kind: "array";
  readonly element: SolType;
  /** Undefined for a dynamic array. */
  readonly length: bigint | undefined;
  readonly location: Location;
  readonly pointer: boolean;
}
/** `x[a:b]` of a dynamic calldata array or bytes. */
export interface ArraySliceType {
  readonly kind: "arraySlice";
  readonly array: ArrayType | BytesType;
}
export interface StructType {
  readonly kind: "struct";
  readonly definition: StructDefinition;
  readonly location: Location;
  readonly pointer: boolean;
}
export interface MappingType {
  readonly kind: "mapping";
  readonly key: SolType;
  readonly value: SolType;
  readonly keyName?: string;
  readonly valueName?: string;
}
export interface EnumType {
  readonly kind: "enum";
  readonly definition: EnumDefinition;
}
export interface UserValueType {
  readonly kind: "userValue";
  readonly definition: UserDefinedValueTypeDefinition;
  readonly underlying: SolType;
}
export interface ContractType {
  readonly kind: "contract";
  readonly definition: ContractDefinition;
  /** `super`. */
  readonly isSuper: boolean;
}

/**
 * What calling a value of function type does.
 *  internal: jump; external: message call by address and selector (also `this.f`, contract members and public getters);
 *  delegatecall: external or public library function; declaration: `C.f` named without instance, not callable but has .selector;
 *  creation: `new C`; objectCreation: `new uint[](n)`, `new bytes(n)`; event, error: their constructors; bare*: address members;
 *  the others are builtins of the same name.
 */
export type FunctionKind =
  | "internal"
  | "external"
  | "delegatecall"
  | "declaration"
  | "creation"
  | "objectCreation"
  | "event"
  | "error"
  | "bareCall"
  | "bareCallCode"
  | "bareDelegateCall"
  | "bareStaticCall"
  | "transfer"
  | "send"
  | "revert"
  | "require"
  | "assert"
  | "keccak256"
  | "sha256"
  | "ripemd160"
  | "ecrecover"
  | "addmod"
  | "mulmod"
  | "blockhash"
  | "blobhash"
  | "gasleft"
  | "selfdestruct"
  | "log"
  | "erc7201"
  | "abiEncode"
  | "abiEncodePacked"
  | "abiEncodeWithSelector"
  | "abiEncodeWithSignature"
  | "abiEncodeCall"
  | "abiDecode"
  | "arrayPush"
  | "arrayPop"
  | "bytesConcat"
  | "stringConcat"
  | "wrap"
  | "unwrap"
  | "metaType";

export interface FunctionType {
  readonly kind: "function";
  readonly functionKind: FunctionKind;
  readonly parameters: readonly SolType[];
  readonly parameterNames: readonly string[];
  readonly returns: readonly SolType[];
  readonly returnNames: readonly string[];
  readonly mutability: StateMutability;
  /** The declaration, where there is one: function, event, error, or a public state variable (getter). */
  readonly declaration?: FunctionDefinition | EventDefinition | ErrorDefinition | VariableDeclaration;
  /** A member bound by `using for` (or push/pop): the first parameter is the object; `parameters` still contains it. */
  readonly bound: boolean;
  /** `{gas: g}`, `{value: v}`, `{salt: s}` were set. */
  readonly gasSet: boolean;
  readonly valueSet: boolean;
  readonly saltSet: boolean;
  /** Accepts any arguments (abi.encode, low-level builtins): `parameters` lists the fixed ones. */
  readonly variadic: boolean;
}

/** Several values. Undefined components are holes on the left side of an assignment. */
export interface TupleType {
  readonly kind: "tuple";
  readonly components: readonly (SolType | undefined)[];
}
/** A type used as an expression: `uint8` in `uint8(x)`, a contract's or library's name, a struct's name, `uint[]`. */
export interface TypeType {
  readonly kind: "type";
  readonly actual: SolType;
}
/** `import "x" as M`. */
export interface ModuleType {
  readonly kind: "module";
  readonly unit: SourceUnit;
}
export interface ModifierType {
  readonly kind: "modifier";
  readonly declaration: ModifierDefinition;
  readonly parameters: readonly SolType[];
}
/** `msg`, `block`, `tx`, `abi`, and `type(T)`. */
export interface MagicType {
  readonly kind: "magic";
  readonly magic: "msg" | "block" | "tx" | "abi" | "error" | "metaType";
  /** metaType: T. */
  readonly of?: SolType;
}

export type SolType =
  | IntegerType
  | BoolType
  | AddressType
  | FixedBytesType
  | FixedPointType
  | RationalType
  | StringLiteralType
  | BytesType
  | ArrayType
  | ArraySliceType
  | StructType
  | MappingType
  | EnumType
  | UserValueType
  | ContractType
  | FunctionType
  | TupleType
  | TypeType
  | ModuleType
  | ModifierType
  | MagicType;

export type ReferenceType = BytesType | ArrayType | StructType;
