/**
 * JSON-RPC 2.0 from text to text, whatever carried it. Nothing that a client sends can make this throw.
 *
 * A request without an id (a notification) is carried out and not answered, whatever comes of it: viem sends one every 30 seconds to keep a WebSocket
 * open. Within a batch it is left out of the answer; where nothing else was asked there is none, which is the empty text. An empty batch is -32600.
 */
import type { RpcLimits } from "./limits.js";
import { RPC_CODE, RpcError } from "./errors.js";
import { nestsDeeper, quoteLongNumbers } from "./json.js";
import { isObject, Params, type JsonObject, type Method, type Methods } from "./params.js";

type Id = string | number | null;

/** Told about every request that was answered. */
export interface RpcObserver {
  /** @param method "unknown" for names that the node does not know: clients must not be able to make up names without end. */
  answered(method: string, outcome: "ok" | "error", seconds: number): void;
  /** Something that should not happen. The text holds no parameters of requests. */
  failed(method: string, error: unknown): void;
}

/**
 * Begins a method's work before its turn comes, where that does not depend on what others change; gives a function that ends it, which may be called
 * after the method. The method gets the same parameters object.
 */
export type Ahead = (params: Params) => () => void;

type Begun = ReadonlyMap<unknown, { readonly params: Params; readonly end: () => void }>;

/** What is said where nothing is to be said: carriers send nothing. */
const NO_ANSWER = "";

/** A request or batch that was read. It is answered or dropped. */
export interface Reading {
  /** The answer, where it could not be read. */
  readonly refusal?: string;
  readonly request: unknown;
  /** By request. */
  readonly begun: Begun;
}

const NOTHING_BEGUN: Begun = new Map();

const ENCODING_SLACK = 64;
/** How long a batch goes on before others get their turn. */
const TURN_MILLISECONDS = 2;

export class Dispatcher {
  private readonly methods: ReadonlyMap<string, Method>;

  constructor(
    methods: Methods,
    readonly limits: RpcLimits,
    private readonly observer: RpcObserver,
    /** Undefined, or ends when all that an answer could tell of would survive the end of the process: answers wait for it. */
    private readonly settled: () => Promise<void> | undefined = () => undefined,
    private readonly ahead: ReadonlyMap<string, Ahead> = new Map(),
  ) {
    this.methods = new Map(Object.entries(methods));
  }

  get methodNames(): readonly string[] {
    return [...this.methods.keys()];
  }

  /** Answers a request or batch, as {@link read} and {@link answer}; the empty text where nothing is to be said. */
  handle(text: string, extra?: Methods): Promise<string> {
    return this.answer(this.read(text), extra);
  }

  /**
   * Reads a request or batch, and begins what can be done before its turn comes.
   * @param waits True where others are answered before it: then the first request of a batch has to wait as well.
   */
  read(text: string, waits = false): Reading {
    const { limits } = this;
    const refused = (error: RpcError): Reading => ({ refusal: failure(null, error), request: undefined, begun: NOTHING_BEGUN });
    if (text.length > limits.bodyBytes) return refused(new RpcError(RPC_CODE.INVALID_REQUEST, "request is too large"));
    if (nestsDeeper(text, limits.depth)) return refused(new RpcError(RPC_CODE.INVALID_REQUEST, `request nests deeper than ${limits.depth}`));
    let request: unknown;
    try {
      request = JSON.parse(quoteLongNumbers(text));
    } catch {
      return refused(new RpcError(RPC_CODE.PARSE, "parse error"));
    }
    if (!Array.isArray(request)) return { request, begun: waits ? this.begin([request]) : NOTHING_BEGUN };
    const requests = request as readonly unknown[];
    // A batch that is too large gets no answers: nothing is begun for it.
    return { request, begun: requests.length > limits.batch ? NOTHING_BEGUN : this.begin(waits ? requests : requests.slice(1)) };
  }

  private begin(requests: readonly unknown[]): Begun {
    if (this.ahead.size === 0) return NOTHING_BEGUN;
    const begun = new Map<unknown, { readonly params: Params; readonly end: () => void }>();
    for (const request of requests) {
      if (!isRequest(request) || !("id" in request) || !Array.isArray(request.params)) continue;
      const begin = this.ahead.get(request.method);
      if (!begin) continue;
      const params = new Params(request.params);
      begun.set(request, { params, end: begin(params) });
    }
    return begun;
  }

  /**
   * Answers what was read; gives the empty text where nothing but notifications was in it.
   * @param extra Methods of this connection only (subscriptions).
   */
  async answer(reading: Reading, extra?: Methods): Promise<string> {
    const { request, refusal, begun } = reading;
    if (refusal !== undefined) return refusal;
    try {
      if (Array.isArray(request)) return await this.batch(request as readonly unknown[], begun, extra);
      return await this.single(request, begun, extra, this.limits.responseBytes);
    } finally {
      this.drop(reading);
    }
  }

  /** Ends what was begun for a request that is not answered. */
  drop({ begun }: Reading): void {
    for (const { end } of begun.values()) end();
  }

  private async batch(requests: readonly unknown[], begun: Begun, extra: Methods | undefined): Promise<string> {
    const { limits } = this;
    if (requests.length === 0) return failure(null, new RpcError(RPC_CODE.INVALID_REQUEST, "empty batch"));
    if (requests.length > limits.batch) return failure(null, new RpcError(RPC_CODE.INVALID_REQUEST, `batch too large: at most ${limits.batch} requests`));
    const answers: string[] = [];
    let size = 0;
    const end = performance.now() + limits.batchMilliseconds;
    let turn = performance.now() + TURN_MILLISECONDS;
    for (const request of requests) {
      // Others get their turn between the entries of a batch.
      if (performance.now() > turn) {
        await new Promise(setImmediate);
        turn = performance.now() + TURN_MILLISECONDS;
      }
      const answer =
        performance.now() > end
          ? isNotification(request)
            ? NO_ANSWER
            : failure(idOf(request), new RpcError(RPC_CODE.LIMIT, "the batch takes too long"))
          : await this.single(request, begun, extra, limits.responseBytes - size);
      if (answer === NO_ANSWER) continue;
      answers.push(answer);
      size += answer.length + 1;
    }
    return answers.length === 0 ? NO_ANSWER : `[${answers.join(",")}]`;
  }

  /** The answer to one request; the empty text for a notification. */
  private async single(request: unknown, begun: Begun, extra: Methods | undefined, room: number): Promise<string> {
    if (!isRequest(request)) return failure(idOf(request), new RpcError(RPC_CODE.INVALID_REQUEST, "invalid request"));
    const id = idOf(request);
    const method = extra && Object.hasOwn(extra, request.method) ? extra[request.method] : this.methods.get(request.method);
    const name = method ? request.method : "unknown";
    const start = performance.now();
    const finish = (answer: string, outcome: "ok" | "error"): string => {
      this.observer.answered(name, outcome, (performance.now() - start) / 1000);
      return isNotification(request) ? NO_ANSWER : answer;
    };
    if (!method) return finish(failure(id, new RpcError(RPC_CODE.METHOD_NOT_FOUND, `the method ${shorten(request.method)} does not exist/is not available`)), "error");
    try {
      const result = JSON.stringify((await method(begun.get(request)?.params ?? paramsOf(request))) ?? null);
      await this.settled();
      if (result.length + ENCODING_SLACK > room) throw new RpcError(RPC_CODE.RESPONSE_TOO_LARGE, "response too large");
      return finish(`{"jsonrpc":"2.0","id":${JSON.stringify(id)},"result":${result}}`, "ok");
    } catch (error) {
      if (error instanceof RpcError) return finish(failure(id, error), "error");
      // Details stay here: messages of faults may hold paths.
      this.observer.failed(name, error);
      return finish(failure(id, new RpcError(RPC_CODE.INTERNAL, "internal error")), "error");
    }
  }
}

interface Request {
  readonly id?: Id;
  readonly method: string;
  readonly params?: unknown;
}

function isRequest(value: unknown): value is JsonObject & Request {
  if (!isObject(value) || value.jsonrpc !== "2.0" || typeof value.method !== "string") return false;
  return !("id" in value) || isId(value.id);
}

function isNotification(request: unknown): boolean {
  return isRequest(request) && !("id" in request);
}

function isId(value: unknown): value is Id {
  return value === null || typeof value === "string" || typeof value === "number";
}

/** An id fit to be sent back: of what is none, null. */
function idOf(request: unknown): Id {
  return isObject(request) && isId(request.id) ? request.id : null;
}

function paramsOf(request: Request): Params {
  if (request.params === undefined || request.params === null) return new Params([]);
  if (Array.isArray(request.params)) return new Params(request.params);
  throw new RpcError(RPC_CODE.INVALID_PARAMS, "non-array args");
}

function shorten(name: string): string {
  return name.length > 64 ? `${name.slice(0, 64)}...` : name;
}

function failure(id: Id, error: RpcError): string {
  return JSON.stringify({ jsonrpc: "2.0", id, error: { code: error.code, message: error.message, ...(error.data !== undefined && { data: error.data }) } });
}

/** A text's answer where it could not even be read: a body that is too large. */
export function refusal(code: number, message: string): string {
  return failure(null, new RpcError(code, message));
}
