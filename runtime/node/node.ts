/**
 * The node: a development chain behind JSON-RPC over HTTP and WebSocket.
 *
 *   const node = await startNode({ port: 0 });
 *   // http://127.0.0.1:<node.port> and ws://127.0.0.1:<node.port>
 *   await node.close();
 */
import { addressHex } from "../store/keys.js";
import { NodeMetrics } from "../metrics/node-metrics.js";
import { DEFAULT_CHAIN_ID, DevChain, type DevChainOptions } from "./chain/dev-chain.js";
import { DumpFile } from "./dump/dump-file.js";
import { DumpError } from "./dump/format.js";
import { readDump, unpackDump } from "./dump/read-dump.js";
import { openDurability, type StateOptions } from "./durability.js";
import { Dispatcher } from "./rpc/dispatcher.js";
import { Filters } from "./rpc/filters.js";
import { RawTransactions } from "./rpc/raw-transactions.js";
import { RPC_LIMITS, type RpcLimits } from "./rpc/limits.js";
import { methodTable } from "./rpc/table.js";
import { isLoopback } from "./server/access.js";
import { HttpServer } from "./server/http.js";
import { WebSocketEndpoint } from "./server/websocket.js";
import { SenderRecovery } from "./transactions/recovery/sender-recovery.js";

export interface NodeOptions extends Omit<DevChainOptions, "place"> {
  /** Where the chain lies, so that it outlives the process; absent: in memory. */
  readonly state?: StateOptions;
  /** A dump (dump/format.ts, also as gzip) with which the chain begins. With `state`, nothing but a genesis block may lie there. */
  readonly load?: Uint8Array;
  /** Where the whole chain is written at the end and every so many seconds; in a folder, state.json. */
  readonly dump?: { readonly file: string; readonly seconds: number };
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** Default 8545; 0 for any that is free. */
  readonly port?: number;
  /** Host names besides localhost and addresses that requests may name. */
  readonly allowHosts?: readonly string[];
  /** Origins whose pages may send requests; none by default. */
  readonly allowOrigins?: readonly string[];
  readonly limits?: Partial<RpcLimits>;
  /** What web3_clientVersion says. */
  readonly clientVersion?: string;
  /** Gets a line for each block and each fault. No line holds keys or parameters. */
  readonly log?: (line: string) => void;
}

export interface RunningNode {
  readonly chain: DevChain;
  readonly dispatcher: Dispatcher;
  readonly metrics: NodeMetrics;
  readonly port: number;
  /** Rejects when the chain can no longer be written or read; never ends otherwise. */
  readonly lost: Promise<never> | undefined;
  /** Answers what was asked, writes the dump, then stops. Rejects with DumpError where that cannot be written. */
  close(): Promise<void>;
}

/** Opens the state and the port. Rejects where it cannot, with StateError or DumpError where that is the fault of the state or dump. */
export async function startNode(options: NodeOptions = {}): Promise<RunningNode> {
  const host = options.host ?? "127.0.0.1";
  const limits: RpcLimits = { ...RPC_LIMITS, ...options.limits };
  const log = options.log ?? (() => undefined);
  const durability = options.state && (await openDurability(options.state, options.chainId ?? DEFAULT_CHAIN_ID, () => metrics));
  const failed = (method: string, error: unknown): void => {
    metrics.fault();
    log(`fault in ${method}: ${messageOf(error)}`);
  };
  const chain = new DevChain({ ...options, ...(durability && { place: durability.place }), intervalFailed: (error) => failed("interval mining", error) });
  const filters = new Filters(chain, limits);
  const recovery = new SenderRecovery();
  const rawTransactions = new RawTransactions(chain.chain.settings.chainId, recovery);
  const methods = methodTable(chain, filters, { clientVersion: options.clientVersion ?? "supervm/js", limits, trusted: isLoopback(host), rawTransactions });
  const metrics: NodeMetrics = new NodeMetrics({
    height: () => chain.chain.height,
    baseFee: () => Number(chain.chain.head.header.baseFee),
    waiting: () => chain.pool.size,
    connections: () => sockets.connectionCount,
    subscriptions: () => sockets.subscriptionCount,
    filters: () => filters.size,
    parallel: () => chain.chain.executor.statistics,
    stateBytes: () => durability?.size() ?? 0,
    checkpointAge: () => durability?.checkpointAge() ?? Number.NaN,
  });
  durability?.attach(chain, log);
  const dispatcher = new Dispatcher(
    methods,
    limits,
    {
      answered: (method, outcome, seconds) => metrics.requestAnswered(method, outcome, seconds),
      failed,
    },
    () => durability?.settled(),
    new Map([["eth_sendRawTransaction", (params) => rawTransactions.begin(params)]]),
  );
  const sockets = new WebSocketEndpoint(chain, dispatcher);
  const server = new HttpServer(dispatcher, sockets, {
    host,
    port: options.port ?? 8545,
    access: { hosts: [host, ...(options.allowHosts ?? [])], origins: options.allowOrigins ?? [] },
    metrics: () => metrics.text(),
    health: () => ({ status: "ok", block: chain.chain.height, waiting: chain.pool.size }),
    turnedAway: (reason) => metrics.requestTurnedAway(reason),
  });
  reportBlocks(chain, metrics, log);
  const stop = (): void => {
    chain.close();
    void recovery.close();
    filters.close();
    sockets.close();
    metrics.close();
  };
  try {
    if (options.load) load(chain, options.load);
    const dumpFile = options.dump && new DumpFile(options.dump.file, chain.chain, options.dump.seconds, (error) => log(`dump not written: ${messageOf(error)}`));
    await chain.chain.archive.durable();
    const port = await server.listen();
    return {
      chain,
      dispatcher,
      metrics,
      port,
      lost: durability?.lost,
      async close() {
        stop();
        await server.close();
        try {
          dumpFile?.close();
        } finally {
          await durability?.close();
        }
      },
    };
  } catch (error) {
    stop();
    await durability?.close();
    throw error;
  }
}

/** Begins with a dump. Throws DumpError. */
function load(node: DevChain, bytes: Uint8Array): void {
  const { settings, backend, height } = node.chain;
  if (height > 0) throw new DumpError(`the state holds a chain already, up to block ${height}: a dump would replace it`, "leave out the dump, or keep the chain in another folder");
  node.load(readDump(unpackDump(bytes), { chainId: settings.chainId, registry: backend.registry }));
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : "unknown";
}

function reportBlocks(chain: DevChain, metrics: NodeMetrics, log: (line: string) => void): void {
  chain.onBlock(({ header, receipts }) => {
    const succeeded = receipts.filter((r) => r.success).length;
    metrics.blockMined(succeeded, receipts.length - succeeded, header.gasUsed);
    for (const { transaction, success, gasUsed, created, error } of receipts) {
      const what = created === undefined ? "" : ` created ${addressHex(created)}`;
      log(`transaction ${transaction.hash} ${success ? "succeeded" : `failed${error === undefined ? "" : `: ${error}`}`}, gas ${gasUsed}${what}`);
    }
    log(`block ${header.number} ${header.hash}, ${receipts.length} transactions, gas ${header.gasUsed}`);
  });
}
