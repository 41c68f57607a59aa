/** What the node tells Prometheus (text format, /metrics). All names begin with supervm_. */
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from "prom-client";
import type { ParallelStatistics } from "../executor/block-executor.js";

/** Seconds; from calls answered out of memory to those that run for long. */
const LATENCY_BUCKETS = [0.0002, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10];

/** What is read at the moment of a scrape. */
export interface NodeGauges {
  readonly height: () => number;
  readonly baseFee: () => number;
  readonly waiting: () => number;
  readonly connections: () => number;
  readonly subscriptions: () => number;
  readonly filters: () => number;
  /** Bytes that the state takes in its store; 0 where it lies in memory. */
  readonly stateBytes: () => number;
  /** What the executor's threads have done; undefined where there is one thread. */
  readonly parallel: () => ParallelStatistics | undefined;
  /** Seconds since the newest checkpoint; NaN where there is none. */
  readonly checkpointAge: () => number;
}

export class NodeMetrics {
  private readonly registry = new Registry();
  private readonly requests: Counter<"method" | "outcome">;
  private readonly durations: Histogram<"method">;
  private readonly faults: Counter;
  private readonly turnedAway: Counter<"reason">;
  private readonly blocks: Counter;
  private readonly transactions: Counter<"status">;
  private readonly gas: Counter;
  private readonly commits: Histogram;
  private readonly committedBlocks: Counter;
  private readonly checkpoints: Counter;

  constructor(gauges: NodeGauges) {
    const registers = [this.registry];
    const counter = <L extends string>(name: string, help: string, labelNames: L[] = []): Counter<L> => new Counter({ name, help, labelNames, registers });
    this.requests = counter("supervm_rpc_requests_total", "JSON-RPC requests answered", ["method", "outcome"]);
    this.durations = new Histogram({
      name: "supervm_rpc_duration_seconds",
      help: "time to answer a JSON-RPC request",
      labelNames: ["method"],
      buckets: LATENCY_BUCKETS,
      registers,
    });
    this.faults = counter("supervm_rpc_faults_total", "requests that met a fault of the node");
    this.turnedAway = counter("supervm_http_turned_away_total", "HTTP requests turned away before JSON-RPC", ["reason"]);
    this.blocks = counter("supervm_blocks_total", "blocks mined");
    this.transactions = counter("supervm_transactions_total", "transactions mined", ["status"]);
    this.gas = counter("supervm_gas_used_total", "gas used by mined transactions");
    this.commits = new Histogram({ name: "supervm_commit_duration_seconds", help: "time to bring a group of blocks to the store", buckets: LATENCY_BUCKETS, registers });
    this.committedBlocks = counter("supervm_committed_blocks_total", "changes of the chain that reached the store: blocks, and changes by hand");
    this.checkpoints = counter("supervm_checkpoints_total", "checkpoints saved");
    const gauge = (name: string, help: string, read: () => number): void => {
      new Gauge({
        name,
        help,
        registers,
        collect() {
          this.set(read());
        },
      });
    };
    const total = (name: string, help: string, read: (counts: ParallelStatistics) => number): void => {
      new Counter({
        name,
        help,
        registers,
        collect() {
          const counts = gauges.parallel();
          this.reset();
          this.inc(counts ? read(counts) : 0);
        },
      });
    };
    total("supervm_parallel_blocks_total", "blocks that ran on several threads", (c) => c.parallelBlocks);
    total("supervm_parallel_blocks_abandoned_total", "of these those that were given up and run serially", (c) => c.abandonedBlocks);
    total("supervm_parallel_blocks_serial_total", "blocks too small or unfit for several threads", (c) => c.serialBlocks);
    total("supervm_parallel_transactions_total", "transactions of blocks that ran on several threads", (c) => c.transactions);
    total("supervm_parallel_executions_total", "their executions, repeated ones included", (c) => c.executions);
    total("supervm_parallel_conflicts_total", "executions that had read what changed", (c) => c.conflicts);
    gauge("supervm_block_height", "number of the newest block", gauges.height);
    gauge("supervm_base_fee_wei", "base fee of the newest block", gauges.baseFee);
    gauge("supervm_pool_transactions", "transactions that wait for a block", gauges.waiting);
    gauge("supervm_websocket_connections", "open WebSocket connections", gauges.connections);
    gauge("supervm_subscriptions", "subscriptions of all connections", gauges.subscriptions);
    gauge("supervm_filters", "filters that clients poll", gauges.filters);
    gauge("supervm_state_bytes", "size of the state in its store", gauges.stateBytes);
    gauge("supervm_checkpoint_age_seconds", "time since the newest checkpoint", gauges.checkpointAge);
    collectDefaultMetrics({ register: this.registry, prefix: "supervm_" });
  }

  requestAnswered(method: string, outcome: "ok" | "error", seconds: number): void {
    this.requests.inc({ method, outcome });
    this.durations.observe({ method }, seconds);
  }

  fault(): void {
    this.faults.inc();
  }

  requestTurnedAway(reason: string): void {
    this.turnedAway.inc({ reason });
  }

  blockMined(succeeded: number, failed: number, gasUsed: number): void {
    this.blocks.inc();
    if (succeeded > 0) this.transactions.inc({ status: "success" }, succeeded);
    if (failed > 0) this.transactions.inc({ status: "failed" }, failed);
    this.gas.inc(gasUsed);
  }

  /** A group of changes of the chain reached the store. */
  committed(changes: number, seconds: number): void {
    this.commits.observe(seconds);
    this.committedBlocks.inc(changes);
  }

  checkpointSaved(): void {
    this.checkpoints.inc();
  }

  /** The names of all metrics. */
  get names(): readonly string[] {
    return this.registry.getMetricsAsArray().map((metric) => metric.name);
  }

  async text(): Promise<{ type: string; text: string }> {
    return { type: this.registry.contentType, text: await this.registry.metrics() };
  }

  /** Frees what the process's own metrics hold. */
  close(): void {
    this.registry.clear();
  }
}
