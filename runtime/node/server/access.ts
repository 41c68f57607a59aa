/**
 * Who may talk to the node. Browsers are the danger: a page of any site can send requests to a port of this machine. So the Host header
 * must name this machine (a page that had its own name resolved to 127.0.0.1 sends its own name there), and a request with an Origin,
 * which only browsers send, is refused unless that origin was allowed.
 */
import { isIP } from "node:net";

export interface AccessRules {
  /** Host names besides localhost and addresses. */
  readonly hosts: readonly string[];
  /** Origins that pages may have; "*" for any. */
  readonly origins: readonly string[];
}

/** The name in a Host header, without the port. */
function hostName(header: string): string | undefined {
  const match = /^(\[[0-9a-fA-F:.]+\]|[^:[\]/@\s]+)(?::\d{1,5})?$/.exec(header);
  return match?.[1]?.toLowerCase();
}

export function isHostAllowed(header: string | undefined, rules: AccessRules): boolean {
  const name = header === undefined ? undefined : hostName(header);
  if (name === undefined) return false;
  // An address cannot have been rebound: no name was resolved.
  if (name === "localhost" || isIP(name.replace(/^\[|\]$/g, "")) !== 0) return true;
  return rules.hosts.some((host) => host.toLowerCase() === name);
}

export function isOriginAllowed(origin: string | undefined, rules: AccessRules): boolean {
  return origin === undefined || rules.origins.includes("*") || rules.origins.includes(origin);
}

/** True for addresses that only this machine can reach. */
export function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || host === "[::1]" || /^127(\.\d{1,3}){3}$/.test(host);
}
