/** The calls and creations of a transaction as a tree, noted on their way to the code that runs them. The shape is that of go-ethereum's callTracer. */
import type { CallRequest, CallResult, CreateRequest } from "../host/activation.js";
import type { AddressKey } from "../store/keys.js";
import type { LogRecord } from "../store/log-record.js";
import { Messages } from "./messages.js";

export interface CallFrame {
  readonly type: "CALL" | "DELEGATECALL" | "STATICCALL" | "CREATE" | "CREATE2" | "SELFDESTRUCT";
  readonly from: AddressKey;
  readonly to: AddressKey | undefined;
  readonly value: bigint;
  readonly gas: number;
  readonly gasUsed: number;
  readonly input: Uint8Array;
  readonly output: Uint8Array;
  readonly success: boolean;
  /** Why it failed, where it was no revert. */
  readonly error: string | undefined;
  readonly calls: readonly CallFrame[];
  /** Its own logs, not those of its calls; none of a call that failed. */
  readonly logs: readonly FrameLog[];
}

export interface FrameLog extends Pick<LogRecord, "address" | "topics" | "data"> {
  /** How many of the frame's calls came before it. */
  readonly position: number;
}

/** What is known of an activation that still runs. */
interface OpenFrame {
  readonly calls: CallFrame[];
  readonly logs: FrameLog[];
  /** Logs of the transaction that are in a frame already. */
  seen: number;
}

const CALL_TYPES = { call: "CALL", delegatecall: "DELEGATECALL", staticcall: "STATICCALL" } as const;
const EMPTY = new Uint8Array(0);

export class TracingMessages extends Messages {
  /** The running activation, and above it its callers. */
  private readonly open: OpenFrame[] = [{ calls: [], logs: [], seen: 0 }];

  /** The transaction's own call, when it is over. */
  get root(): CallFrame | undefined {
    return this.open[0]!.calls[0];
  }

  override call(request: CallRequest): CallResult {
    const type = CALL_TYPES[request.kind];
    const to = request.kind === "call" ? request.address : request.codeAddress;
    // What a delegatecall shows as caller is who runs it, not who called that one.
    const from = request.kind === "delegatecall" ? request.address : request.caller;
    return this.note({ type, from, to, value: request.value, gas: request.gas, input: request.data }, () => super.call(request));
  }

  override create(request: CreateRequest): CallResult {
    return this.note({ type: request.salt ? "CREATE2" : "CREATE", from: request.caller, to: undefined, value: request.value, gas: request.gas, input: request.code }, () =>
      super.create(request),
    );
  }

  override createAtNonce(request: CreateRequest, nonce: number): CallResult {
    return this.note({ type: "CREATE", from: request.caller, to: undefined, value: request.value, gas: request.gas, input: request.code }, () =>
      super.createAtNonce(request, nonce),
    );
  }

  /** The running contract destroyed itself. */
  noteDestruction(from: AddressKey, to: AddressKey, value: bigint): void {
    this.add({ type: "SELFDESTRUCT", from, to, value, gas: 0, gasUsed: 0, input: EMPTY, output: EMPTY, success: true, error: undefined, calls: [], logs: [] });
  }

  /** What a call gave; of a creation that succeeded, the code of what was created. */
  private output({ success, address, data }: CallResult): Uint8Array {
    const code = success && address !== undefined ? this.journal.account(address)?.code?.bytes : undefined;
    return (code ?? data).slice();
  }

  private note(start: Pick<CallFrame, "type" | "from" | "to" | "value" | "gas" | "input">, run: () => CallResult): CallResult {
    const caller = this.running;
    this.takeLogs(caller);
    const frame: OpenFrame = { calls: [], logs: [], seen: caller.seen };
    this.open.push(frame);
    const result = run();
    this.open.pop();
    // What a failed call logged is undone.
    if (result.success) this.takeLogs(frame);
    caller.seen = this.journal.logs.length;
    this.add({
      ...start,
      // A contract's memory lives on after the call.
      input: start.input.slice(),
      to: start.to ?? result.address,
      gasUsed: start.gas - result.gasLeft,
      output: this.output(result),
      success: result.success,
      error: result.error,
      calls: frame.calls,
      logs: result.success ? frame.logs : [],
    });
    return result;
  }

  private get running(): OpenFrame {
    return this.open[this.open.length - 1]!;
  }

  /** Adds the logs since the last look to the frame in which they were emitted. They decode themselves when asked; a frame must be able to leave the thread. */
  private takeLogs(frame: OpenFrame): void {
    const { logs } = this.journal;
    for (const { address, topics, data } of logs.slice(frame.seen)) frame.logs.push({ address, topics, data, position: frame.calls.length });
    frame.seen = logs.length;
  }

  private add(frame: CallFrame): void {
    this.running.calls.push(frame);
  }
}
