/** All methods of a node in one table. */
import type { DevChain } from "../chain/dev-chain.js";
import type { Filters } from "./filters.js";
import type { RpcLimits } from "./limits.js";
import { chainMethods } from "./methods/chain.js";
import { configMethods } from "./methods/config.js";
import { developmentMethods } from "./methods/development.js";
import { dumpMethods } from "./methods/dump.js";
import { flatTraceMethods } from "./methods/flat-trace.js";
import { logMethods } from "./methods/logs.js";
import { otterscanMethods } from "./methods/otterscan.js";
import { rawMethods } from "./methods/raw.js";
import { simulationMethods } from "./methods/simulation.js";
import { stateMethods } from "./methods/state.js";
import { tokenMethods } from "./methods/tokens.js";
import { traceMethods } from "./methods/trace.js";
import { accountMethods, transactionMethods } from "./methods/transactions.js";
import type { Methods } from "./params.js";
import { RawTransactions } from "./raw-transactions.js";

export interface TableOptions {
  readonly clientVersion: string;
  readonly limits: RpcLimits;
  /** Whether callers may use the node's keys and change the chain by hand: they must be on this machine. */
  readonly trusted: boolean;
  /** Reads transactions that come signed; absent: each when its turn comes. */
  readonly rawTransactions?: RawTransactions;
}

export function methodTable(node: DevChain, filters: Filters, options: TableOptions): Methods {
  const table: Methods = {
    ...chainMethods(node, options.clientVersion, options.limits),
    ...configMethods(node),
    ...stateMethods(node),
    ...transactionMethods(node, options.rawTransactions ?? new RawTransactions(node.chain.settings.chainId)),
    ...logMethods(node, filters, options.limits),
    ...traceMethods(node),
    ...flatTraceMethods(node, options.limits),
    ...rawMethods(node),
    ...otterscanMethods(node, options.limits),
    ...simulationMethods(node, options.limits),
    ...(options.trusted
      ? { ...accountMethods(node), ...developmentMethods(node, options.clientVersion), ...dumpMethods(node), ...tokenMethods(node) }
      : { eth_accounts: () => [] }),
  };
  return { ...table, rpc_modules: () => Object.fromEntries([...new Set(Object.keys(table).map((name) => name.split("_")[0]!))].map((module) => [module, "1.0"])) };
}
