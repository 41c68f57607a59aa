/**
 * The runtime as a library: the node, hand-written contracts, and the multi-version store.
 *
 * @example
 * const node = await startNode({ port: 0 });               // http://127.0.0.1:<node.port>
 * await node.close();
 *
 * @example
 * const contract = new PublishedContract(wasm);             // imports storage_api, chain_api, crypto_api
 * const { values } = contract.call("add", [7, 8], { context, storage: new Map() });
 *
 * @example
 * const store = new MultiVersionStore<number>();
 * await runTransaction(store, (tx) => tx.write("n", (tx.read("n") ?? 0) + 1));
 */
export { startNode, type NodeOptions, type RunningNode } from "./node/node.js";
export { StateError, type StateErrorKind } from "./store/durable/kv.js";
export { DumpError } from "./node/dump/format.js";

export { PublishedContract, type PublishedContext, type PublishedEvent, type PublishedResult, type PublishedStorage } from "./host/published/contract.js";
export type { Signature, ValueType } from "./host/published/signatures.js";
export { ModuleError } from "./host/wasm/reader.js";
export { addressHex, addressKey, bytesOfKey, keyOf, type AddressKey } from "./store/keys.js";

export { LocalChain, type LocalChainOptions } from "./executor/local-chain.js";
export type { Receipt, Transaction as ChainTransaction } from "./executor/transaction.js";
export { CodeRegistry } from "./host/code.js";

export { MultiVersionStore, DEFAULT_MAX_VERSIONS, type StoreStatistics } from "./store/mvcc/store.js";
export type { Commit, Isolation, Transaction } from "./store/mvcc/transaction.js";
export { ConflictError, ReadOnlyError, TransactionStateError, VersionCollectedError } from "./store/mvcc/errors.js";
export { DEFAULT_RETRY, runTransaction, type Retried, type RetryPolicy } from "./store/mvcc/retry.js";
export { ADAPTIVE, Collector, COLLECTOR_DEFAULTS, type CollectorOptions, type Pace } from "./store/mvcc/collector.js";
