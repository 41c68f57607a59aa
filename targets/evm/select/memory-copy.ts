/**
 * memory_copy(to, from, length) for forks without MCOPY: words upwards where the target lies below the source, downwards
 * where it lies above, so that overlapping ranges come out as if copied at once (EIP-5656). The last, partial word keeps
 * the bytes behind the target's end.
 */
import { LirBuilder } from "../lir/builder.js";
import type { Fork } from "../hardfork.js";
import { LFunc, MEMORY, type Word } from "../lir/lir.js";

class CopyBuilder {
  readonly b: LirBuilder;
  readonly to: Word;
  readonly from: Word;
  readonly length: Word;
  /** Length of the whole words. */
  readonly whole: Word;

  constructor(fork: Fork) {
    const func = new LFunc("memory_copy");
    func.params = [func.param(256), func.param(256), func.param(256)];
    [this.to, this.from, this.length] = func.params as [Word, Word, Word];
    func.returnAddress = func.param(32);
    this.b = new LirBuilder(func, fork);
    this.b.at(this.b.newBlock());
    this.whole = this.b.op("AND", this.b.const((1n << 256n) - 32n), this.length);
  }

  build(): LFunc {
    const { b } = this;
    const up = b.newBlock();
    const down = b.newBlock();
    b.branch(b.op("LT", this.to, this.from), up, down);
    b.at(up);
    this.loop(true);
    this.tail();
    b.terminate({ kind: "ret", values: [] });
    b.at(down);
    this.tail();
    this.loop(false);
    b.terminate({ kind: "ret", values: [] });
    return b.func;
  }

  private word(at: Word): void {
    const { b } = this;
    const value = b.effect("MLOAD", [b.op("ADD", this.from, at)], { reads: MEMORY });
    b.effect("MSTORE", [b.op("ADD", this.to, at), value], { writes: MEMORY });
  }

  /** The whole words; `at` runs over their offsets, or their ends on the way down. Continues behind the loop. */
  private loop(upwards: boolean): void {
    const { b } = this;
    const head = b.newBlock([256]);
    const body = b.newBlock();
    const exit = b.newBlock();
    const at = head.params[0]!;
    b.jump(head, upwards ? b.const(0) : this.whole);
    b.at(head);
    b.branch(upwards ? b.op("LT", at, this.whole) : at, body, exit);
    b.at(body);
    const next = upwards ? b.op("ADD", at, b.const(32)) : b.op("SUB", at, b.const(32));
    this.word(upwards ? at : next);
    b.jump(head, next);
    b.at(exit);
  }

  /** The bytes behind the whole words. */
  private tail(): void {
    const { b } = this;
    const some = b.newBlock();
    const none = b.newBlock();
    const exit = b.newBlock();
    b.branch(b.op("SUB", this.length, this.whole), some, none);
    b.at(some);
    // The upper bits are copied, the lower `keep` mask stays: 2^(8 * (32 - rest)) - 1.
    const rest = b.op("SUB", this.length, this.whole);
    const bits = b.op("SHL", b.const(3), b.op("SUB", b.const(32), rest));
    const keep = b.op("SUB", b.op("SHL", bits, b.const(1)), b.const(1));
    const source = b.effect("MLOAD", [b.op("ADD", this.from, this.whole)], { reads: MEMORY });
    const target = b.effect("MLOAD", [b.op("ADD", this.to, this.whole)], { reads: MEMORY });
    const word = b.op("OR", b.op("AND", b.op("NOT", keep), source), b.op("AND", keep, target));
    b.effect("MSTORE", [b.op("ADD", this.to, this.whole), word], { writes: MEMORY });
    b.jump(exit);
    b.at(none);
    b.jump(exit);
    b.at(exit);
  }
}

export function makeMemoryCopy(fork: Fork): LFunc {
  return new CopyBuilder(fork).build();
}
