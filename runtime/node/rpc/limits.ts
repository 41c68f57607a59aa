/** What one client may ask of the node. */
export interface RpcLimits {
  /** Bytes of a request, counted before it is parsed. */
  readonly bodyBytes: number;
  /** Nesting of a request's JSON. */
  readonly depth: number;
  /** Requests in a batch. */
  readonly batch: number;
  /** Bytes of a response, those of a batch together. */
  readonly responseBytes: number;
  /** Blocks that one query of logs may look through. */
  readonly logBlocks: number;
  /** Logs that one query may give. */
  readonly logResults: number;
  /** Filters on the node. */
  readonly filters: number;
  /** Seconds after which a filter that nobody asks is dropped. */
  readonly filterSeconds: number;
  /** Subscriptions of one connection. */
  readonly subscriptions: number;
  /** Bytes that may wait for a slow subscriber before its connection is closed. */
  readonly backlogBytes: number;
  /** Open connections, HTTP and WebSocket together. */
  readonly sockets: number;
  /** Blocks whose transactions one query may run again (trace_filter). */
  readonly traceBlocks: number;
  /** Blocks, and calls in all of them, of one simulation (eth_simulateV1). */
  readonly simulationBlocks: number;
  readonly simulationCalls: number;
  /** Gas that one simulation may use. */
  readonly simulationGas: number;
  /** Milliseconds of execution for the entries of one batch; later entries are refused. */
  readonly batchMilliseconds: number;
}

export const RPC_LIMITS: RpcLimits = {
  bodyBytes: 2 * 1024 * 1024,
  depth: 64,
  batch: 100,
  responseBytes: 10 * 1024 * 1024,
  logBlocks: 100_000,
  logResults: 10_000,
  filters: 1_000,
  filterSeconds: 300,
  subscriptions: 100,
  backlogBytes: 16 * 1024 * 1024,
  sockets: 80,
  traceBlocks: 1_000,
  simulationBlocks: 256,
  simulationCalls: 1_000,
  simulationGas: 300_000_000,
  batchMilliseconds: 10_000,
};
