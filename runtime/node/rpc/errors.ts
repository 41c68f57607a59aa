/** Errors as JSON-RPC carries them (JSON-RPC 2.0, section 5.1; EIP-1474; go-ethereum for what those leave open). */

export const RPC_CODE = {
  PARSE: -32700,
  INVALID_REQUEST: -32600,
  METHOD_NOT_FOUND: -32601,
  INVALID_PARAMS: -32602,
  INTERNAL: -32603,
  /** A request that is right and cannot be fulfilled: a transaction against the rules, a block that is not there. */
  SERVER: -32000,
  RESPONSE_TOO_LARGE: -32003,
  /** More than a limit allows: range of logs, filters, subscriptions. */
  LIMIT: -32005,
  /** A call reverted; the error's data is the revert data. */
  REVERTED: 3,
} as const;

export class RpcError extends Error {
  constructor(
    readonly code: number,
    message: string,
    readonly data?: unknown,
  ) {
    super(message);
    this.name = "RpcError";
  }
}

export function invalidParams(message: string): RpcError {
  return new RpcError(RPC_CODE.INVALID_PARAMS, message);
}

export function serverError(message: string): RpcError {
  return new RpcError(RPC_CODE.SERVER, message);
}
