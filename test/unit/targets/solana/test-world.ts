/**
 * Runs linked modules on the test machine with a stand-in for the in-program runtime: storage, logs and environment are
 * kept by the test, external calls fail. Every runtime routine is a LIR function that hands its arguments to the test.
 */
import { emitElf } from "../../../../targets/solana/emit.js";
import { contractId, linkImage } from "../../../../targets/solana/link.js";
import { FLAG_CREATION, FRAME, FRAME_HEADER_SIZE, GLOBAL, GLOBALS_SIZE, HEAP, HEAP_SIZE, STATUS } from "../../../../targets/solana/layout.js";
import { LirBuilder } from "../../../../targets/solana/lir/builder.js";
import type { LirProgram } from "../../../../targets/solana/lir/instruction.js";
import { ENTRY_POINT, ENV, IMAGE, LOG_BLOCK, RUNTIME } from "../../../../targets/solana/runtime/abi.js";
import type { SbpfVersion } from "../../../../targets/solana/sbpf/opcodes.js";
import type { Module } from "../../../../compiler/ir/module.js";
import { runElf, type MachineMemory } from "./sbpf-machine.js";

const BASE = HEAP + BigInt(GLOBALS_SIZE + FRAME_HEADER_SIZE);
const CELLS = 12;
/** Offset of the immutables area in the heap. */
const IMMUTABLES = HEAP_SIZE - 4096;
const WORD = (1n << 64n) - 1n;

export interface TestOutcome {
  readonly success: boolean;
  readonly status: bigint;
  readonly returnData: Uint8Array;
  readonly logs: readonly { readonly topics: readonly bigint[]; readonly data: Uint8Array }[];
  readonly instructions: number;
  readonly error?: string;
}

export interface TestMessage {
  readonly data: Uint8Array;
  readonly creation?: boolean;
  readonly caller?: bigint;
  readonly address?: bigint;
  readonly value?: bigint;
}

/** Defines every runtime routine as a syscall `test_<name>` on a block of cells: arguments in, results out. */
function defineHostRoutines(program: LirProgram): void {
  for (const routine of Object.values(RUNTIME)) {
    const f = new LirBuilder(program, routine.name, routine.args.length);
    const block = f.slot(8 * CELLS);
    f.params.forEach((p, i) => f.store(8, { slot: block }, 8 * i, p));
    f.syscall(`test_${routine.name}`, [f.slotAddr(block)]);
    const count = routine.results.length + (routine.traps ? 1 : 0);
    f.ret(Array.from({ length: count }, (_, i) => f.load(8, { slot: block }, 8 * i)));
    f.finish();
  }
}

/** Input: contract id, kind, data length, value, caller, address (quads), data. */
function defineEntry(program: LirProgram): void {
  const f = new LirBuilder(program, ENTRY_POINT, 1);
  const input = f.param(0);
  const globals = f.copy(HEAP);
  const limit = HEAP + BigInt(IMMUTABLES);
  f.store(8, globals, GLOBAL.HEAP_LIMIT, limit);
  f.store(8, globals, GLOBAL.CURRENT_BASE, BASE);
  const base = f.copy(BASE);
  const kind = f.load(8, input, 8);
  f.store(8, base, FRAME.CALLDATA, f.add(input, 120n));
  f.store(8, base, FRAME.CALLDATA_SIZE, f.load(8, input, 16));
  f.store(8, base, FRAME.CODE_ID, f.load(8, input, 0));
  f.store(8, base, FRAME.IMMUTABLES, limit);
  f.if("eq", kind, 0n, () => f.store(8, base, FRAME.FLAGS, FLAG_CREATION));
  [FRAME.VALUE, FRAME.CALLER, FRAME.ADDRESS].forEach((cell, k) => {
    for (let i = 0; i < 4; i++) f.store(8, base, cell + 8 * i, f.load(8, input, 24 + 32 * k + 8 * i));
  });
  const status = f.call1(IMAGE.run.name, [base, f.load(8, input, 0), kind]);
  f.syscall("test_end", [f.load(8, base, FRAME.OUTPUT), f.load(8, base, FRAME.OUTPUT_SIZE)]);
  f.ret([status]);
  f.finish();
}

function readQuad(memory: MachineMemory, at: bigint): bigint {
  let value = 0n;
  for (let i = 3n; i >= 0n; i--) value = (value << 64n) | memory.read(at + 8n * i, 8);
  return value;
}
/** 32 big-endian bytes as a number. */
function readWord(memory: MachineMemory, at: bigint): bigint {
  return BigInt(`0x${Buffer.from(memory.slice(at, 32, false)).toString("hex")}`);
}
function writeQuad(memory: MachineMemory, at: bigint, value: bigint): void {
  for (let i = 0n; i < 4n; i++) memory.write(at + 8n * i, 8, (value >> (64n * i)) & WORD);
}

export class TestWorld {
  readonly storage = new Map<bigint, bigint>();
  private transient = new Map<bigint, bigint>();
  private logs: { topics: bigint[]; data: Uint8Array }[] = [];
  readonly elf: Uint8Array;
  private readonly host = new Map<string, (memory: MachineMemory, args: readonly bigint[]) => bigint>();
  private output = new Uint8Array(0);
  /** What creation code left in its immutables area, by contract. */
  private readonly immutables = new Map<string, Uint8Array>();

  constructor(
    private readonly modules: readonly Module[],
    version: SbpfVersion = "v0",
  ) {
    const { program } = linkImage(modules);
    defineHostRoutines(program);
    defineEntry(program);
    this.elf = emitElf(program, ENTRY_POINT, version);
    this.defineHost();
  }

  private defineHost(): void {
    const state = (map: () => Map<bigint, bigint>, load: string, store: string): void => {
      this.host.set(`test_${load}`, (memory, [block]) => {
        writeQuad(memory, block!, map().get(readQuad(memory, block! + 8n)) ?? 0n);
        return 0n;
      });
      this.host.set(`test_${store}`, (memory, [block]) => {
        const slot = readQuad(memory, block! + 8n);
        const value = readQuad(memory, memory.read(block! + 40n, 8));
        if (value === 0n) map().delete(slot);
        else map().set(slot, value);
        memory.write(block!, 8, STATUS.CONTINUE);
        return 0n;
      });
    };
    state(() => this.storage, RUNTIME.storageLoad.name, RUNTIME.storageStore.name);
    state(() => this.transient, RUNTIME.transientLoad.name, RUNTIME.transientStore.name);
    this.host.set(`test_${RUNTIME.log.name}`, (memory, [block]) => {
      const [data, length, logBlock, count] = [8n, 16n, 24n, 32n].map((o) => memory.read(block! + o, 8)) as [bigint, bigint, bigint, bigint];
      this.logs.push({
        topics: Array.from({ length: Number(count) }, (_, i) => readWord(memory, logBlock + BigInt(LOG_BLOCK.TOPICS + 32 * i))),
        data: memory.slice(data, Number(length), false).slice(),
      });
      memory.write(block!, 8, STATUS.CONTINUE);
      return 0n;
    });
    this.host.set(`test_${RUNTIME.env.name}`, (memory, [block]) => {
      const which = memory.read(block! + 8n, 8);
      const known = new Map<bigint, bigint>([
        [ENV.timestamp, 1_700_000_000n],
        [ENV.number, 1n],
        [ENV.gaslimit, 30_000_000n],
        [ENV.chainid, 1n],
        [ENV.blobbasefee, 1n],
      ]);
      writeQuad(memory, block!, known.get(which) ?? 0n);
      return 0n;
    });
    this.host.set("test_end", (memory, [at, size]) => {
      this.output = memory.slice(at!, Number(size), false).slice();
      return 0n;
    });
    for (const routine of Object.values(RUNTIME)) {
      const name = `test_${routine.name}`;
      if (!this.host.has(name)) this.host.set(name, () => assertUnused(name));
    }
  }

  /** Runs a contract's entry; state stays where it succeeds. */
  run(module: Module, message: TestMessage): TestOutcome {
    const before = new Map(this.storage);
    this.transient = new Map();
    this.logs = [];
    this.output = new Uint8Array(0);
    const input = new Uint8Array(120 + message.data.length);
    const view = new DataView(input.buffer);
    view.setBigUint64(0, contractId(module.name), true);
    view.setBigUint64(8, message.creation ? 0n : 1n, true);
    view.setBigUint64(16, BigInt(message.data.length), true);
    [message.value ?? 0n, message.caller ?? 0n, message.address ?? 0n].forEach((value, k) => {
      for (let i = 0; i < 4; i++) view.setBigUint64(24 + 32 * k + 8 * i, (value >> BigInt(64 * i)) & WORD, true);
    });
    input.set(message.data, 120);
    const heap = new Uint8Array(HEAP_SIZE);
    if (!message.creation) heap.set(this.immutables.get(module.name) ?? [], IMMUTABLES);
    const result = runElf(this.elf, { input, host: this.host, heap });
    const status = result.r0;
    if (status === STATUS.DEPLOY) this.immutables.set(module.name, result.heap.slice(IMMUTABLES));
    const success = result.error === undefined && (status === STATUS.RETURN || status === STATUS.DEPLOY);
    if (!success) {
      this.storage.clear();
      for (const [slot, value] of before) this.storage.set(slot, value);
    }
    const data = status === STATUS.RETURN || status === STATUS.REVERT ? this.output : new Uint8Array(0);
    return { success, status, returnData: data, logs: success ? this.logs : [], instructions: result.instructions, error: result.error };
  }

  get contracts(): readonly Module[] {
    return this.modules;
  }
}

function assertUnused(name: string): never {
  throw new Error(`${name} is not modelled by this test`);
}
