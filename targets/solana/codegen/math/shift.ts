/**
 * Shifts of 256-bit values by a variable amount: five register arguments, four results.
 *
 *   math.shl, math.shr, math.sar (x0, x1, x2, x3, amount) -> 4 limbs      amounts of 256 and more shift everything out
 *   math.clz (x0, x1, x2, x3) -> leading zero bits, 256 for 0
 */
import { LirBuilder } from "../../lir/builder.js";
import type { LirProgram, VReg } from "../../lir/instruction.js";

/** Defines all of them. */
export function defineShift(program: LirProgram): void {
  defineShl(program);
  defineRight(program, "math.shr", false);
  defineRight(program, "math.sar", true);
  defineClz(program);
}

/** Repeats `move` for every 64 of the amount; leaves the amount below 64. */
function byLimbs(f: LirBuilder, amount: VReg, move: () => void): void {
  f.while(
    () => ["ge.u", amount, 64n],
    () => {
      move();
      f.aluTo(amount, "sub", amount, 64n);
    },
  );
}

function defineShl(program: LirProgram): void {
  const f = new LirBuilder(program, "math.shl", 5);
  const x = f.params.slice(0, 4).map((p) => f.copy(p));
  const amount = f.copy(f.param(4));
  f.if("ge.u", amount, 256n, () => f.ret([0n, 0n, 0n, 0n]));
  byLimbs(f, amount, () => {
    for (let i = 3; i > 0; i--) f.set(x[i]!, x[i - 1]!);
    f.set(x[0]!, 0n);
  });
  f.if("eq", amount, 0n, () => f.ret(x));
  const back = f.sub(64n, amount);
  for (let i = 3; i > 0; i--) f.set(x[i]!, f.or(f.shl(x[i]!, amount), f.shr(x[i - 1]!, back)));
  f.set(x[0]!, f.shl(x[0]!, amount));
  f.ret(x);
  f.finish();
}

function defineRight(program: LirProgram, name: string, signed: boolean): void {
  const f = new LirBuilder(program, name, 5);
  const x = f.params.slice(0, 4).map((p) => f.copy(p));
  const amount = f.copy(f.param(4));
  const fill = signed ? f.sar(x[3]!, 63n) : f.copy(0n);
  f.if("ge.u", amount, 256n, () => f.ret([fill, fill, fill, fill]));
  byLimbs(f, amount, () => {
    for (let i = 0; i < 3; i++) f.set(x[i]!, x[i + 1]!);
    f.set(x[3]!, fill);
  });
  f.if("eq", amount, 0n, () => f.ret(x));
  const back = f.sub(64n, amount);
  for (let i = 0; i < 3; i++) f.set(x[i]!, f.or(f.shr(x[i]!, amount), f.shl(x[i + 1]!, back)));
  f.set(x[3]!, signed ? f.sar(x[3]!, amount) : f.shr(x[3]!, amount));
  f.ret(x);
  f.finish();
}

function defineClz(program: LirProgram): void {
  const f = new LirBuilder(program, "math.clz", 4);
  const count = f.copy(0n);
  const limb = f.reg();
  const found = f.label();
  for (let i = 3; i >= 0; i--) {
    f.set(limb, f.param(i));
    f.branch("ne", limb, 0n, found);
    f.aluTo(count, "add", count, 64n);
  }
  f.ret([count]);
  f.place(found);
  for (const step of [32n, 16n, 8n, 4n, 2n, 1n]) {
    f.if("eq", f.shr(limb, 64n - step), 0n, () => {
      f.aluTo(limb, "shl", limb, step);
      f.aluTo(count, "add", count, step);
    });
  }
  f.ret([count]);
  f.finish();
}
