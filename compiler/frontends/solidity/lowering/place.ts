/** Places that can be read, assigned and deleted: what the left side of an assignment evaluates to. */
import type { LocalId, ValueId } from "../../../ir/module.js";
import type { ArrayType, BytesType, SolType } from "../semantics/types.js";
import type { StoragePlace } from "./data/storage.js";

export type Place =
  /** A local variable: one IR local for each IR value of its type. */
  | { readonly kind: "local"; readonly type: SolType; readonly locals: readonly LocalId[] }
  /** A state variable, a mapping's entry, an element or member in storage or transient storage. */
  | { readonly kind: "storage"; readonly type: SolType; readonly place: StoragePlace }
  /** A word in memory that holds a value or a reference. */
  | { readonly kind: "memory"; readonly type: SolType; readonly address: ValueId }
  /** One byte of `bytes` in memory. */
  | { readonly kind: "memoryByte"; readonly type: SolType; readonly address: ValueId }
  | { readonly kind: "immutable"; readonly type: SolType; readonly name: string }
  /** Something readable that cannot be assigned, inside a nested access: its value. */
  | { readonly kind: "value"; readonly type: SolType; readonly ids: readonly ValueId[] }
  /** The length of a dynamic storage array (assignable before 0.6); `slot` is the array's. */
  | { readonly kind: "length"; readonly type: SolType; readonly array: ArrayType | BytesType; readonly slot: ValueId }
  /** Undefined components are holes. */
  | { readonly kind: "tuple"; readonly type: SolType; readonly places: readonly (Place | undefined)[] };
