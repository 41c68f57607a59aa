/**
 * A function body in the making: typed helpers over raw instruction bytes, structured control with label depths, and locals. Nothing is checked here;
 * binaryen validates what comes out.
 */
import { Bytes } from "./bytes.js";
import { LOAD, OP, SIMD, STORE, type WasmType } from "./opcodes.js";

const EMPTY_BLOCK = 0x40;

export class Code {
  private readonly out = new Bytes();
  private readonly localTypes: WasmType[] = [];
  /** Open blocks, loops and ifs. */
  depth = 0;

  constructor(private readonly paramTypes: readonly WasmType[]) {}

  newLocal(type: WasmType): number {
    this.localTypes.push(type);
    return this.paramTypes.length + this.localTypes.length - 1;
  }

  op(name: keyof typeof OP): this {
    this.out.byte(OP[name]);
    return this;
  }
  i32(value: number): this {
    this.out.byte(0x41).i32(value);
    return this;
  }
  i64(value: bigint): this {
    this.out.byte(0x42).i64(value);
    return this;
  }
  get(local: number): this {
    this.out.byte(0x20).u32(local);
    return this;
  }
  set(local: number): this {
    this.out.byte(0x21).u32(local);
    return this;
  }
  tee(local: number): this {
    this.out.byte(0x22).u32(local);
    return this;
  }
  globalGet(global: number): this {
    this.out.byte(0x23).u32(global);
    return this;
  }
  globalSet(global: number): this {
    this.out.byte(0x24).u32(global);
    return this;
  }
  call(func: number): this {
    this.out.byte(0x10).u32(func);
    return this;
  }

  /** Loads and stores; `offset` is added to the i32 address on the stack. */
  load(kind: keyof typeof LOAD, offset: number): this {
    this.out.byte(LOAD[kind]).u32(0).u32(offset);
    return this;
  }
  store(kind: keyof typeof STORE, offset: number): this {
    this.out.byte(STORE[kind]).u32(0).u32(offset);
    return this;
  }
  vector(kind: "load" | "load64_splat" | "store", offset: number): this {
    this.out.byte(0xfd).u32(SIMD[kind]).u32(0).u32(offset);
    return this;
  }
  vectorConst(bytes: Uint8Array): this {
    this.out.byte(0xfd).u32(SIMD.const).bytes(bytes);
    return this;
  }
  shuffle(lanes: readonly number[]): this {
    this.out.byte(0xfd).u32(SIMD.shuffle).bytes(lanes);
    return this;
  }
  splat64(): this {
    this.out.byte(0xfd).u32(SIMD.i64x2_splat);
    return this;
  }
  lane64(kind: "extract" | "replace", lane: number): this {
    this.out.byte(0xfd).u32(SIMD[`i64x2_${kind}_lane`]).byte(lane);
    return this;
  }
  memoryInit(segment: number): this {
    this.out.byte(0xfc).u32(8).u32(segment).byte(0);
    return this;
  }
  memoryFill(): this {
    this.out.byte(0xfc).u32(11).byte(0);
    return this;
  }

  /** Opens a construct without parameters and results; its label is `depth - 1` counted from outside. */
  open(kind: "block" | "loop" | "if"): number {
    this.out.byte(kind === "block" ? 0x02 : kind === "loop" ? 0x03 : 0x04).byte(EMPTY_BLOCK);
    return this.depth++;
  }
  else(): this {
    this.out.byte(0x05);
    return this;
  }
  end(): this {
    this.depth--;
    return this.op("end");
  }
  /** Branches to a label that `open` returned. */
  br(label: number): this {
    this.out.byte(0x0c).u32(this.depth - 1 - label);
    return this;
  }
  brTable(labels: readonly number[], otherwise: number): this {
    this.out.byte(0x0e).u32(labels.length);
    for (const label of labels) this.out.u32(this.depth - 1 - label);
    this.out.u32(this.depth - 1 - otherwise);
    return this;
  }

  /** The body with its locals, as the code section holds it. */
  finish(): Bytes {
    const body = new Bytes();
    const runs: [number, WasmType][] = [];
    for (const type of this.localTypes) {
      const last = runs[runs.length - 1];
      if (last?.[1] === type) last[0]++;
      else runs.push([1, type]);
    }
    body.u32(runs.length);
    for (const [count, type] of runs) body.u32(count).byte(type);
    return body.append(this.out).byte(OP.end);
  }
}
