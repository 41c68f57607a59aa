/** Branded integer ids: a block id where a value id is wanted is a type error. They index arrays, so they stay small. */
export type ValueId = number & { readonly __brand: "ValueId" };
export type BlockId = number & { readonly __brand: "BlockId" };
export type LocalId = number & { readonly __brand: "LocalId" };
