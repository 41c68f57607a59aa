/**
 * What lies behind an account's code. The interpreter runs IR, but programs see code as bytes: they hash it, measure it, copy creation
 * code to memory and create contracts of it. So each contract has recognisable bytes that stand for its code: a 32-byte header made of
 * its name, then, in runtime code, one word for each immutable. Minimal proxies (ERC-1167), which contracts assemble by hand as EVM
 * bytecode, are recognised too.
 */
import { keccak_256 } from "@noble/hashes/sha3.js";
import type { Module } from "../module.js";
import { bytesToInt, concatBytes, intToBytes, sameBytes } from "../../../machine/bytes.js";

/** Addresses of the linked libraries, by full name. */
export type Libraries = ReadonlyMap<string, bigint>;

/** Code that runs a module's entry. */
export interface ModuleCode {
  readonly kind: "module";
  readonly module: Module;
  readonly immutables: ReadonlyMap<string, bigint>;
  readonly libraries: Libraries;
  readonly bytes: Uint8Array;
}

/** ERC-1167: forwards everything to another account's code. */
export interface ProxyCode {
  readonly kind: "proxy";
  readonly implementation: bigint;
  readonly bytes: Uint8Array;
}

/** Bytes without a meaning here: data (SSTORE2), or foreign bytecode. */
export interface DataCode {
  readonly kind: "data";
  readonly bytes: Uint8Array;
}

export type Code = ModuleCode | ProxyCode | DataCode;

const HEADER_LENGTH = 32;

/** 0xfe (EIP-141's INVALID) and the hash of the contract's name. */
function header(phase: "creation" | "runtime", name: string): Uint8Array {
  const bytes = keccak_256(new TextEncoder().encode(`${phase} code of ${name}`));
  bytes[0] = 0xfe;
  return bytes;
}

export function creationBytes(module: Module): Uint8Array {
  return header("creation", module.name);
}

export function runtimeBytes(module: Module, immutables: ReadonlyMap<string, bigint>): Uint8Array {
  const words = module.immutables.map(({ name }) => intToBytes(immutables.get(name) ?? 0n, 32));
  return concatBytes(header("runtime", module.name), ...words);
}

export function runtimeCode(module: Module, immutables: ReadonlyMap<string, bigint>, libraries: Libraries): ModuleCode {
  return { kind: "module", module, immutables, libraries, bytes: runtimeBytes(module, immutables) };
}

const PROXY_CREATION = /^(?:3d602d80600a3d3981f3|61[0-9a-f]{4}3d81600a3d39f3)/;
const PROXY_RUNTIME = /^363d3d373d3d3d363d73([0-9a-f]{40})5af43d82803e903d91602b57fd5bf3/;

/** What creation code does: runs a constructor with arguments, or installs code as it is. */
export type Creation = { readonly kind: "module"; readonly module: Module; readonly args: Uint8Array } | { readonly kind: "install"; readonly code: Code };

/** Finds contracts by the bytes that stand for them. */
export class CodeBook {
  private readonly byName = new Map<string, Module>();
  private readonly byHeader = new Map<bigint, { module: Module; phase: "creation" | "runtime" }>();

  constructor(modules: readonly Module[]) {
    for (const module of modules) {
      this.byName.set(module.name, module);
      for (const phase of ["creation", "runtime"] as const) this.byHeader.set(bytesToInt(header(phase, module.name)), { module, phase });
    }
  }

  /** A contract by full name, or undefined. */
  module(name: string): Module | undefined {
    return this.byName.get(name);
  }

  /** What a create instruction's bytes mean; undefined for foreign code. */
  creation(bytes: Uint8Array): Creation | undefined {
    const found = this.byHeader.get(bytesToInt(bytes.subarray(0, HEADER_LENGTH)));
    if (found?.phase === "creation" && bytes.length >= HEADER_LENGTH) return { kind: "module", module: found.module, args: bytes.slice(HEADER_LENGTH) };
    if (bytes.length === 0) return { kind: "install", code: { kind: "data", bytes } };
    const hex = Buffer.from(bytes).toString("hex");
    const prefix = PROXY_CREATION.exec(hex);
    if (!prefix) return undefined;
    const code = this.installed(bytes.slice(prefix[0].length / 2), new Map());
    return code.kind === "proxy" ? { kind: "install", code } : undefined;
  }

  /** What bytes mean that a constructor returns as its code. */
  installed(bytes: Uint8Array, libraries: Libraries): Code {
    const found = this.byHeader.get(bytesToInt(bytes.subarray(0, HEADER_LENGTH)));
    if (found?.phase === "runtime") {
      const words = found.module.immutables.map(({ name }, i) => [name, bytesToInt(bytes.subarray(32 * i + 32, 32 * i + 64))] as const);
      const code = runtimeCode(found.module, new Map(words), libraries);
      if (sameBytes(code.bytes, bytes)) return code;
    }
    const proxy = PROXY_RUNTIME.exec(Buffer.from(bytes).toString("hex"));
    return proxy ? { kind: "proxy", implementation: BigInt("0x" + proxy[1]!), bytes } : { kind: "data", bytes };
  }
}
