/** BLAKE2b's compression function F (precompiled contract 9, EIP-152; RFC 7693), in the program's own code: there is no syscall. */
import { IV, LANES, SIGMA } from "../../../machine/blake2f.js";
import { LirBuilder } from "../lir/builder.js";
import type { LirProgram, VReg } from "../lir/instruction.js";
import { globals, RT } from "./cells.js";

/** (input, length) -> success, output, length. Uses the runtime's scratch. */
export const BLAKE2F = "rt.blake2f";
const MIX = "rt.blake2_mix";

const INPUT_SIZE = 213n;
/** Offsets in the input: rounds (4 bytes, big-endian), state, message, counter, flag of the last block. */
const INPUT = { STATE: 4, MESSAGE: 68, COUNTER: 196, FINAL: 212 } as const;

export function defineBlake2f(program: LirProgram): void {
  defineMix(program);
  defineCompress(program);
}

const rotate = (f: LirBuilder, x: VReg, by: bigint): VReg => f.or(f.shr(x, by), f.shl(x, 64n - by));

/** G (RFC 7693, section 3.1): (addresses of four words, message words x and y). */
function defineMix(program: LirProgram): void {
  const f = new LirBuilder(program, MIX, 6);
  const at = f.params.slice(0, 4) as [VReg, VReg, VReg, VReg];
  const [x, y] = [f.param(4), f.param(5)];
  let [a, b, c, d] = at.map((p) => f.load(8, p, 0)) as [VReg, VReg, VReg, VReg];
  a = f.add(f.add(a, b), x);
  d = rotate(f, f.xor(d, a), 32n);
  c = f.add(c, d);
  b = rotate(f, f.xor(b, c), 24n);
  a = f.add(f.add(a, b), y);
  d = rotate(f, f.xor(d, a), 16n);
  c = f.add(c, d);
  b = rotate(f, f.xor(b, c), 63n);
  [a, b, c, d].forEach((word, i) => f.store(8, at[i]!, 0, word));
  f.ret([]);
  f.finish();
}

function defineCompress(program: LirProgram): void {
  const f = new LirBuilder(program, BLAKE2F, 2);
  const input = f.param(0);
  const malformed = f.label();
  f.branch("ne", f.param(1), INPUT_SIZE, malformed);
  const last = f.load(1, input, INPUT.FINAL);
  f.branch("gt.u", last, 1n, malformed);
  const output = f.add(globals(f), BigInt(RT.SCRATCH));
  const v = f.add(output, 64n);
  for (let i = 0; i < 8; i++) f.store(8, v, 8 * i, f.load(8, input, INPUT.STATE + 8 * i));
  IV.forEach((word, i) => f.store(8, v, 64 + 8 * i, word));
  for (const i of [0, 1]) f.store(8, v, 96 + 8 * i, f.xor(f.load(8, v, 96 + 8 * i), f.load(8, input, INPUT.COUNTER + 8 * i)));
  f.if("ne", last, 0n, () => f.store(8, v, 112, f.xor(f.load(8, v, 112), -1n)));
  const table = f.rodata(Uint8Array.from(SIGMA.flat(), (word) => 8 * word));
  const row = f.copy(0n);
  const left = f.swap(32, f.load(4, input, 0));
  const message = f.add(input, BigInt(INPUT.MESSAGE));
  f.while(
    () => ["ne", left, 0n],
    () => {
      const order = f.add(table, f.shl(row, 4n));
      LANES.forEach((words, i) => {
        const wordOf = (place: number): VReg => f.load(8, f.add(message, f.load(1, order, place)), 0);
        f.call(MIX, [...words.map((word) => f.add(v, BigInt(8 * word))), wordOf(2 * i), wordOf(2 * i + 1)]);
      });
      f.aluTo(row, "add", row, 1n);
      f.if("eq", row, BigInt(SIGMA.length), () => f.set(row, 0n));
      f.aluTo(left, "sub", left, 1n);
    },
  );
  for (let i = 0; i < 8; i++) {
    const mixed = f.xor(f.load(8, v, 8 * i), f.load(8, v, 64 + 8 * i));
    f.store(8, output, 8 * i, f.xor(f.load(8, input, INPUT.STATE + 8 * i), mixed));
  }
  f.ret([1n, output, 64n]);
  f.place(malformed);
  f.ret([0n, input, 0n]);
  f.finish();
}
