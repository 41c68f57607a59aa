/**
 * The node's port: JSON-RPC by POST and WebSocket, /healthz and /metrics by GET. Everything that costs is bounded before it is spent: sockets,
 * header and request time, body size.
 */
import http from "node:http";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import { refusal, type Dispatcher } from "../rpc/dispatcher.js";
import { RPC_CODE } from "../rpc/errors.js";
import { isHostAllowed, isOriginAllowed, type AccessRules } from "./access.js";
import type { WebSocketEndpoint } from "./websocket.js";

export interface HttpOptions {
  readonly host: string;
  /** 0: any that is free. */
  readonly port: number;
  readonly access: AccessRules;
  /** The text of /metrics. */
  readonly metrics: () => Promise<{ readonly type: string; readonly text: string }>;
  /** The document of /healthz. */
  readonly health: () => Record<string, unknown>;
  /** Told why a request was turned away. */
  readonly turnedAway: (reason: "host" | "origin" | "size" | "method" | "path") => void;
}

const HEADERS_MILLISECONDS = 5_000;
const REQUEST_MILLISECONDS = 30_000;
const IDLE_MILLISECONDS = 30_000;
const CHECK_MILLISECONDS = 1_000;
const CLOSE_MILLISECONDS = 1_000;

/** Statuses of requests that the parser gives up, by Node's error codes; 400 for others. */
const CLIENT_ERRORS: Readonly<Record<string, string>> = { ERR_HTTP_REQUEST_TIMEOUT: "408 Request Timeout", HPE_HEADER_OVERFLOW: "431 Request Header Fields Too Large" };

export class HttpServer {
  private readonly server: http.Server;

  constructor(
    private readonly dispatcher: Dispatcher,
    private readonly sockets: WebSocketEndpoint,
    private readonly options: HttpOptions,
  ) {
    this.server = http.createServer(
      { headersTimeout: HEADERS_MILLISECONDS, requestTimeout: REQUEST_MILLISECONDS, keepAliveTimeout: IDLE_MILLISECONDS, connectionsCheckingInterval: CHECK_MILLISECONDS },
      (request, response) => void this.serve(request, response).catch(() => response.destroy()),
    );
    this.server.maxConnections = dispatcher.limits.sockets;
    this.server.on("upgrade", (request: http.IncomingMessage, socket: Duplex, head: Buffer) => this.upgrade(request, socket, head));
    this.server.on("clientError", (error: NodeJS.ErrnoException, socket) => {
      if (socket.writable) socket.end(`HTTP/1.1 ${CLIENT_ERRORS[error.code ?? ""] ?? "400 Bad Request"}\r\nConnection: close\r\n\r\n`);
      else socket.destroy();
    });
  }

  /** Opens the port; gives its number. Rejects where it is taken. */
  listen(): Promise<number> {
    return new Promise((resolve, reject) => {
      this.server.once("error", reject);
      this.server.listen(this.options.port, this.options.host, () => {
        this.server.off("error", reject);
        resolve((this.server.address() as AddressInfo).port);
      });
    });
  }

  /** Answers what was asked, then closes the port. */
  close(): Promise<void> {
    return new Promise((resolve) => {
      this.server.close(() => resolve());
      this.server.closeIdleConnections();
      setTimeout(() => this.server.closeAllConnections(), CLOSE_MILLISECONDS).unref();
    });
  }

  private async serve(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    const { access, turnedAway } = this.options;
    if (!isHostAllowed(request.headers.host, access)) {
      turnedAway("host");
      reply(response, 403, "text/plain", "this host name is not allowed\n", true);
      return;
    }
    const { origin } = request.headers;
    if (!isOriginAllowed(origin, access)) {
      turnedAway("origin");
      reply(response, 403, "text/plain", "this origin is not allowed\n", true);
      return;
    }
    if (origin !== undefined) {
      response.setHeader("access-control-allow-origin", origin);
      response.setHeader("vary", "origin");
    }
    const path = (request.url ?? "/").split("?")[0];
    // An answer to HEAD is sent without its body.
    const isRead = request.method === "GET" || request.method === "HEAD";
    if (request.method === "OPTIONS" && origin !== undefined) {
      response.setHeader("access-control-allow-methods", "POST, GET");
      response.setHeader("access-control-allow-headers", "content-type");
      response.writeHead(204).end();
    } else if (isRead && path === "/healthz") reply(response, 200, "application/json", JSON.stringify(this.options.health()));
    else if (isRead && path === "/metrics") {
      const { type, text } = await this.options.metrics();
      reply(response, 200, type, text);
    } else if (path !== "/") {
      turnedAway("path");
      reply(response, 404, "text/plain", "not found\n", true);
    } else if (request.method !== "POST") {
      turnedAway("method");
      response.setHeader("allow", "POST");
      reply(response, 405, "text/plain", "JSON-RPC requests are sent by POST\n", true);
    } else await this.answer(request, response);
  }

  private async answer(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    const body = await readBody(request, this.dispatcher.limits.bodyBytes);
    if (body === undefined) {
      this.options.turnedAway("size");
      reply(response, 413, "application/json", refusal(RPC_CODE.INVALID_REQUEST, "request is too large"), true);
      return;
    }
    const answer = await this.dispatcher.handle(body);
    // Notifications are not answered: no content.
    if (answer === "") response.writeHead(204).end();
    else reply(response, 200, "application/json", answer);
  }

  private upgrade(request: http.IncomingMessage, socket: Duplex, head: Buffer): void {
    const { access, turnedAway } = this.options;
    const refuse = (reason: "host" | "origin"): void => {
      turnedAway(reason);
      socket.end("HTTP/1.1 403 Forbidden\r\nConnection: close\r\n\r\n");
    };
    socket.on("error", () => socket.destroy());
    if (!isHostAllowed(request.headers.host, access)) refuse("host");
    else if (!isOriginAllowed(request.headers.origin, access)) refuse("origin");
    else this.sockets.accept(request, socket, head);
  }
}

/** The body as text; undefined where it is larger than the limit. Rejects where the client goes away. */
function readBody(request: http.IncomingMessage, limit: number): Promise<string | undefined> {
  if (Number(request.headers["content-length"] ?? 0) > limit) return Promise.resolve(undefined);
  return new Promise((resolve, reject) => {
    const parts: Buffer[] = [];
    let size = 0;
    request.on("data", (part: Buffer) => {
      size += part.length;
      if (size > limit) {
        request.pause();
        resolve(undefined);
      } else parts.push(part);
    });
    request.on("end", () => resolve((parts.length === 1 ? parts[0]! : Buffer.concat(parts)).toString("utf8")));
    request.on("error", reject);
    request.on("close", () => {
      if (!request.complete) reject(new Error("the request was broken off"));
    });
  });
}

function reply(response: http.ServerResponse, status: number, type: string, text: string, close = false): void {
  response.writeHead(status, { "content-type": type, "content-length": Buffer.byteLength(text), "x-content-type-options": "nosniff", ...(close && { connection: "close" }) });
  response.end(text);
}
