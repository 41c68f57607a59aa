/** The optional packages of the Solana chain, loaded on first use. */
import { MissingPeerError } from "../../target.js";

export type Kit = typeof import("@solana/kit");
export type Litesvm = typeof import("litesvm");

export interface Packages {
  readonly kit: Kit;
  readonly litesvm: Litesvm;
}

/** Throws MissingPeerError where one is not installed. */
export async function loadPackages(): Promise<Packages> {
  return { kit: await load("@solana/kit", () => import("@solana/kit")), litesvm: await load("litesvm", () => import("litesvm")) };
}

async function load<T>(name: string, importer: () => Promise<T>): Promise<T> {
  try {
    return await importer();
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === "ERR_MODULE_NOT_FOUND" || code === "MODULE_NOT_FOUND") throw new MissingPeerError(name, "the Solana chain");
    throw error;
  }
}
