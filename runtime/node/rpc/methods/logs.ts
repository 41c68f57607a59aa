/** Logs and the filters that clients poll. */
import type { DevChain } from "../../chain/dev-chain.js";
import type { Filters } from "../filters.js";
import { formatLog } from "../format.js";
import type { RpcLimits } from "../limits.js";
import { queryLogs, readLogQuery } from "../log-query.js";
import type { Methods } from "../params.js";

export function logMethods(node: DevChain, filters: Filters, limits: RpcLimits): Methods {
  return {
    eth_getLogs: (p) => queryLogs(node, readLogQuery(p.object(0, "filter")), limits).map((place) => formatLog(place)),
    eth_newFilter: (p) => filters.logs(readLogQuery(p.has(0) ? p.object(0, "filter") : {})),
    eth_newBlockFilter: () => filters.blocks(),
    eth_newPendingTransactionFilter: () => filters.pendingTransactions(),
    eth_uninstallFilter: (p) => filters.remove(p.string(0, "id")),
    eth_getFilterChanges: (p) => filters.changes(p.string(0, "id")),
    eth_getFilterLogs: (p) => filters.all(p.string(0, "id")),
  };
}
