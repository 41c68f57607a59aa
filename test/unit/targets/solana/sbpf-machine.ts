/**
 * A plain interpreter of sBPF v0 and v3, for tests: reads the ELF file by the loader's rules and counts instructions. It shares
 * nothing with the compiler's encoder, so that a wrong encoding shows. Facts: anza-xyz/sbpf (elf.rs, interpreter.rs).
 */
import { keccak_256 } from "@noble/hashes/sha3.js";
import { sha256 } from "@noble/hashes/sha2.js";

const MASK = (1n << 64n) - 1n;
const REGION = 1n << 32n;
const STACK_FRAME = 4096;

export interface MachineResult {
  readonly r0: bigint;
  readonly instructions: number;
  readonly returnData: Uint8Array;
  readonly logs: readonly string[];
  readonly heap: Uint8Array;
  readonly error?: string;
}

export interface MachineOptions {
  readonly input?: Uint8Array;
  readonly heapSize?: number;
  /** Content of the heap when the program starts; zeros where absent. */
  readonly heap?: Uint8Array;
  readonly maxInstructions?: number;
  /** Called before each instruction. */
  readonly trace?: (pc: number, registers: readonly bigint[]) => void;
  /** Further syscalls, which stand for a runtime in tests. */
  readonly host?: ReadonlyMap<string, (memory: MachineMemory, args: readonly bigint[]) => bigint>;
}

/** The program's memory as a host function sees it. */
export interface MachineMemory {
  slice(address: bigint, size: number, write: boolean): Uint8Array;
  read(address: bigint, size: number): bigint;
  write(address: bigint, size: number, value: bigint): void;
}

interface Image {
  code: DataView;
  entry: number;
  regions: Map<number, { start: number; bytes: Uint8Array; writable: boolean }>;
  /** Instruction index -> name of the syscall. */
  syscalls: Map<number, string>;
  gaps: boolean;
}

export const KNOWN_SYSCALLS = [
  "abort",
  "sol_panic_",
  "sol_log_",
  "sol_log_64_",
  "sol_log_data",
  "sol_keccak256",
  "sol_sha256",
  "sol_memcpy_",
  "sol_memmove_",
  "sol_memset_",
  "sol_memcmp_",
  "sol_set_return_data",
  "sol_get_return_data",
  "sol_remaining_compute_units",
];

function murmur(name: string): number {
  const bytes = Buffer.from(name);
  let h = 0;
  const mix = (k: number): number => Math.imul((Math.imul(k, 0xcc9e2d51) << 15) | (Math.imul(k, 0xcc9e2d51) >>> 17) | 0, 0x1b873593);
  let i = 0;
  for (; i + 4 <= bytes.length; i += 4) {
    h ^= mix(bytes.readInt32LE(i));
    h = Math.imul((h << 13) | (h >>> 19), 5) + 0xe6546b64;
  }
  let k = 0;
  for (let j = bytes.length - 1; j >= i; j--) k = (k << 8) | bytes[j]!;
  if (i < bytes.length) h ^= mix(k);
  h ^= bytes.length;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/** Reads an ELF file; throws where Solana's loader would refuse it. */
function loadElf(file: Uint8Array, known: readonly string[]): Image {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const u64 = (at: number): number => Number(view.getBigUint64(at, true));
  if (view.getUint32(0, false) !== 0x7f454c46 || view.getUint16(18, true) !== 247) throw new Error("not a BPF ELF file");
  return view.getUint32(48, true) === 3 ? loadV3(file, view, u64, known) : loadV0(file, view, u64, known);
}

function loadV3(file: Uint8Array, view: DataView, u64: (at: number) => number, known: readonly string[]): Image {
  const regions: Image["regions"] = new Map();
  const count = view.getUint16(56, true);
  let expected = 64 + 56 * count;
  let codeHeader = 64;
  for (let i = 0; i < count; i++) {
    const at = 64 + 56 * i;
    const flags = view.getUint32(at + 4, true);
    const vaddr = u64(at + 16);
    const size = u64(at + 32);
    if (u64(at + 8) !== expected || size % 8 !== 0 || u64(at + 24) !== vaddr || u64(at + 40) !== size) throw new Error("invalid program header");
    if (flags === 4 && i === 0 && vaddr === 0) regions.set(0, { start: 0, bytes: file.slice(expected, expected + size), writable: false });
    else if (flags === 1 && vaddr === 2 ** 32) codeHeader = at;
    else throw new Error("invalid program header");
    expected += size;
  }
  const offset = u64(codeHeader + 8);
  const code = new DataView(file.slice(offset, offset + u64(codeHeader + 32)).buffer);
  const names = new Map(known.map((n) => [murmur(n), n]));
  const syscalls = new Map<number, string>();
  for (let pc = 0; pc * 8 < code.byteLength; pc++) {
    if (code.getUint8(pc * 8) !== 0x85 || code.getUint8(pc * 8 + 1) !== 0) continue;
    const name = names.get(code.getUint32(pc * 8 + 4, true));
    if (name === undefined) throw new Error(`unknown syscall at ${pc}`);
    syscalls.set(pc, name);
  }
  return { code, entry: (u64(24) - 2 ** 32) / 8, regions, syscalls, gaps: false };
}

function loadV0(file: Uint8Array, view: DataView, u64: (at: number) => number, known: readonly string[]): Image {
  const shoff = u64(40);
  const strings = (at: number, offset: number): string => {
    let end = at + offset;
    while (file[end] !== 0) end++;
    return Buffer.from(file.slice(at + offset, end)).toString();
  };
  const header = (i: number): { name: number; type: number; addr: number; offset: number; size: number } => {
    const at = shoff + 64 * i;
    return { name: view.getUint32(at, true), type: view.getUint32(at + 4, true), addr: u64(at + 16), offset: u64(at + 24), size: u64(at + 32) };
  };
  const headers = Array.from({ length: view.getUint16(60, true) }, (_, i) => header(i));
  const nameTable = headers[view.getUint16(62, true)]!.offset;
  const byName = new Map(headers.map((h) => [strings(nameTable, h.name), h]));
  let last = 0;
  for (const h of headers) {
    if (h.offset < last) throw new Error("sections not in order");
    last = h.offset + h.size;
  }
  const text = byName.get(".text")!;
  const rodata = byName.get(".rodata")!;
  if (text.addr !== text.offset || rodata.addr !== rodata.offset) throw new Error("address and offset differ");
  const dynamic = byName.get(".dynamic");
  const tags = new Map<number, number>();
  if (dynamic) for (let at = dynamic.offset; at < dynamic.offset + dynamic.size && u64(at) !== 0; at += 16) tags.set(u64(at), u64(at + 8));
  // The loader finds the symbol table by its address, and refuses a relocation table without entries.
  if (tags.has(6) && headers.find((h) => h.addr === tags.get(6))?.type !== 11) throw new Error("invalid section header");
  if (tags.get(18) === 0) throw new Error("empty relocation table");
  const syscalls = new Map<number, string>();
  const rel = tags.get(17);
  if (rel !== undefined) {
    for (let at = rel; at < rel + tags.get(18)!; at += 16) {
      if (view.getUint32(at + 8, true) !== 10) throw new Error("unknown relocation");
      const symbol = tags.get(6)! + 24 * view.getUint32(at + 12, true);
      const name = strings(tags.get(5)!, view.getUint32(symbol, true));
      if (!known.includes(name)) throw new Error(`unknown syscall ${name}`);
      syscalls.set((u64(at) - text.offset) / 8, name);
    }
  }
  const regions: Image["regions"] = new Map();
  regions.set(1, { start: text.addr, bytes: file.slice(text.offset, rodata.offset + rodata.size), writable: false });
  const code = new DataView(file.slice(text.offset, text.offset + text.size).buffer);
  return { code, entry: (u64(24) - text.addr) / 8, regions, syscalls, gaps: true };
}

class Fault extends Error {}

/** Runs a program from its entry until `exit`. */
export function runElf(file: Uint8Array, options: MachineOptions = {}): MachineResult {
  return new Machine(loadElf(file, [...KNOWN_SYSCALLS, ...(options.host?.keys() ?? [])]), options).run();
}

class Machine implements MachineMemory {
  private readonly regs: bigint[] = new Array<bigint>(11).fill(0n);
  private readonly calls: { pc: number; saved: bigint[]; fp: bigint }[] = [];
  private pc: number;
  private count = 0;
  private returnData = new Uint8Array(0);
  private readonly logs: string[] = [];
  private readonly heap: Uint8Array;

  constructor(
    private readonly image: Image,
    private readonly options: MachineOptions,
  ) {
    this.pc = image.entry;
    this.heap = options.heap?.slice() ?? new Uint8Array(options.heapSize ?? 256 * 1024);
    image.regions.set(2, { start: 0, bytes: new Uint8Array(STACK_FRAME * 64 * (image.gaps ? 2 : 1)), writable: true });
    image.regions.set(3, { start: 0, bytes: this.heap, writable: true });
    image.regions.set(4, { start: 0, bytes: options.input ?? new Uint8Array(8), writable: true });
    this.regs[1] = 4n * REGION;
    this.regs[10] = 2n * REGION + BigInt(STACK_FRAME);
  }

  run(): MachineResult {
    let error: string | undefined;
    try {
      while (this.step()) if (this.count > (this.options.maxInstructions ?? 10_000_000)) throw new Fault("too many instructions");
    } catch (e) {
      if (!(e instanceof Fault)) throw e;
      error = `${e.message} at instruction ${this.pc}`;
    }
    return { r0: this.regs[0]!, instructions: this.count, returnData: this.returnData, logs: this.logs, heap: this.heap, error };
  }

  slice(address: bigint, size: number, write: boolean): Uint8Array {
    const region = this.image.regions.get(Number(address >> 32n));
    const offset = Number(address & (REGION - 1n)) - (region?.start ?? 0);
    if (size === 0) return new Uint8Array(0);
    if (!region || offset < 0 || offset + size > region.bytes.length || (write && !region.writable)) throw new Fault(`access violation at 0x${address.toString(16)} (${size})`);
    return region.bytes.subarray(offset, offset + size);
  }
  read(address: bigint, size: number): bigint {
    const bytes = this.slice(address, size, false);
    let value = 0n;
    for (let i = size - 1; i >= 0; i--) value = (value << 8n) | BigInt(bytes[i]!);
    return value;
  }
  write(address: bigint, size: number, value: bigint): void {
    const bytes = this.slice(address, size, true);
    for (let i = 0; i < size; i++) bytes[i] = Number((value >> BigInt(8 * i)) & 255n);
  }

  private step(): boolean {
    const { code } = this.image;
    const at = this.pc * 8;
    if (at < 0 || at + 8 > code.byteLength) throw new Fault("pc out of code");
    const opcode = code.getUint8(at);
    const dst = code.getUint8(at + 1) & 15;
    const src = code.getUint8(at + 1) >> 4;
    const off = code.getInt16(at + 2, true);
    const imm = code.getInt32(at + 4, true);
    this.options.trace?.(this.pc, this.regs);
    this.count++;
    this.pc++;
    const kind = opcode & 7;
    if (opcode === 0x18) {
      this.regs[dst] = (BigInt(code.getUint32(at + 12, true)) << 32n) | BigInt(code.getUint32(at + 4, true));
      this.pc++;
    } else if (kind === 1) this.set(dst, this.read((this.regs[src]! + BigInt(off)) & MASK, sizeOf(opcode)));
    else if (kind === 2) this.write((this.regs[dst]! + BigInt(off)) & MASK, sizeOf(opcode), BigInt.asUintN(64, BigInt(imm)));
    else if (kind === 3) this.write((this.regs[dst]! + BigInt(off)) & MASK, sizeOf(opcode), this.regs[src]!);
    else if (kind === 7) this.alu64(opcode, dst, opcode & 8 ? this.regs[src]! : BigInt.asUintN(64, BigInt(imm)));
    else if (kind === 4) this.alu32(opcode, dst, src, imm);
    else if (kind === 5) return this.control(opcode, dst, src, off, imm);
    else throw new Fault(`unknown opcode ${opcode}`);
    return true;
  }

  private set(dst: number, value: bigint): void {
    if (dst > 9) throw new Fault("write to r10");
    this.regs[dst] = value & MASK;
  }

  private alu64(opcode: number, dst: number, b: bigint): void {
    const a = this.regs[dst]!;
    const shift = b & 63n;
    switch (opcode & 0xf0) {
      case 0x00:
        return this.set(dst, a + b);
      case 0x10:
        return this.set(dst, a - b);
      case 0x20:
        return this.set(dst, a * b);
      case 0x30:
      case 0x90:
        if (b === 0n) throw new Fault("division by zero");
        return this.set(dst, (opcode & 0xf0) === 0x30 ? a / b : a % b);
      case 0x40:
        return this.set(dst, a | b);
      case 0x50:
        return this.set(dst, a & b);
      case 0x60:
        return this.set(dst, a << shift);
      case 0x70:
        return this.set(dst, a >> shift);
      case 0x80:
        return this.set(dst, -a);
      case 0xa0:
        return this.set(dst, a ^ b);
      case 0xb0:
        return this.set(dst, b);
      case 0xc0:
        return this.set(dst, BigInt.asIntN(64, a) >> shift);
      default:
        throw new Fault(`unknown opcode ${opcode}`);
    }
  }

  private alu32(opcode: number, dst: number, src: number, imm: number): void {
    if (opcode === 0xbc) return this.set(dst, this.regs[src]! & 0xffffffffn);
    if (opcode === 0xb4) return this.set(dst, BigInt(imm >>> 0));
    if (opcode === 0xdc) {
      let value = 0n;
      for (let i = 0; i < imm / 8; i++) value = (value << 8n) | ((this.regs[dst]! >> BigInt(8 * i)) & 255n);
      return this.set(dst, value);
    }
    throw new Fault(`unknown opcode ${opcode}`);
  }

  private control(opcode: number, dst: number, src: number, off: number, imm: number): boolean {
    if (opcode === 0x05) this.pc += off;
    else if (opcode === 0x85) this.call(src, imm);
    else if (opcode === 0x95) {
      const frame = this.calls.pop();
      if (!frame) return false;
      this.pc = frame.pc;
      this.regs[10] = frame.fp;
      for (let i = 0; i < 4; i++) this.regs[6 + i] = frame.saved[i]!;
    } else if (this.compare(opcode & 0xf0, this.regs[dst]!, opcode & 8 ? this.regs[src]! : BigInt.asUintN(64, BigInt(imm)))) this.pc += off;
    return true;
  }

  private compare(code: number, a: bigint, b: bigint): boolean {
    const x = BigInt.asIntN(64, a);
    const y = BigInt.asIntN(64, b);
    switch (code) {
      case 0x10:
        return a === b;
      case 0x20:
        return a > b;
      case 0x30:
        return a >= b;
      case 0x40:
        return (a & b) !== 0n;
      case 0x50:
        return a !== b;
      case 0x60:
        return x > y;
      case 0x70:
        return x >= y;
      case 0xa0:
        return a < b;
      case 0xb0:
        return a <= b;
      case 0xc0:
        return x < y;
      case 0xd0:
        return x <= y;
      default:
        throw new Fault(`unknown jump ${code}`);
    }
  }

  private call(src: number, imm: number): void {
    const name = this.image.syscalls.get(this.pc - 1);
    if (name !== undefined) {
      this.regs[0] = this.syscall(name);
      return;
    }
    if (src !== 1) throw new Fault("call with a wrong source register");
    this.calls.push({ pc: this.pc, saved: this.regs.slice(6, 10), fp: this.regs[10]! });
    if (this.calls.length >= 64) throw new Fault("call depth exceeded");
    this.regs[10] = this.regs[10]! + BigInt(STACK_FRAME * (this.image.gaps ? 2 : 1));
    this.pc += imm;
  }

  /** Concatenation of `count` (address, length) pairs. */
  private gather(address: bigint, count: bigint): Uint8Array {
    const parts: Uint8Array[] = [];
    for (let i = 0n; i < count; i++) parts.push(this.slice(this.read(address + 16n * i, 8), Number(this.read(address + 16n * i + 8n, 8)), false));
    return Buffer.concat(parts);
  }

  private syscall(name: string): bigint {
    const [, a, b, c, d] = this.regs as [bigint, bigint, bigint, bigint, bigint];
    const host = this.options.host?.get(name);
    if (host) return host(this, this.regs.slice(1, 6));
    switch (name) {
      case "sol_log_":
        this.logs.push(Buffer.from(this.slice(a, Number(b), false)).toString());
        return 0n;
      case "sol_log_64_":
        this.logs.push([a, b, c, d, this.regs[5]!].map((v) => v.toString(16)).join(" "));
        return 0n;
      case "sol_keccak256":
        this.slice(c, 32, true).set(keccak_256(this.gather(a, b)));
        return 0n;
      case "sol_sha256":
        this.slice(c, 32, true).set(sha256(this.gather(a, b)));
        return 0n;
      case "sol_memcpy_":
      case "sol_memmove_":
        if (name === "sol_memcpy_" && a < b + c && b < a + c && c > 0n) throw new Fault("copy of overlapping ranges");
        this.slice(a, Number(c), true).set(this.slice(b, Number(c), false).slice());
        return 0n;
      case "sol_memset_":
        this.slice(a, Number(c), true).fill(Number(b & 255n));
        return 0n;
      case "sol_set_return_data":
        if (b > 1024n) throw new Fault("return data too long");
        this.returnData = new Uint8Array(this.slice(a, Number(b), false));
        return 0n;
      case "sol_remaining_compute_units":
        return BigInt(1_400_000 - this.count);
      default:
        throw new Fault(name);
    }
  }
}

function sizeOf(opcode: number): number {
  return { 0x10: 1, 0x08: 2, 0x00: 4, 0x18: 8 }[opcode & 0x18]!;
}
