/** A small seeded source of randomness (mulberry32), so that a seed names a program on every machine. */
export class Random {
  constructor(private state: number) {}

  /** Uniform in [0, 2^32). */
  next(): number {
    this.state = (this.state + 0x6d2b79f5) | 0;
    let t = Math.imul(this.state ^ (this.state >>> 15), this.state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return (t ^ (t >>> 14)) >>> 0;
  }

  /** Uniform in [0, limit). */
  below(limit: number): number {
    return this.next() % limit;
  }

  /** Uniform in [from, to]. */
  between(from: number, to: number): number {
    return from + this.below(to - from + 1);
  }

  /** True with this probability. */
  chance(probability: number): boolean {
    return this.next() < probability * 2 ** 32;
  }

  pick<T>(items: readonly T[]): T {
    return items[this.below(items.length)]!;
  }

  /** `bits` random bits. */
  bits(bits: number): bigint {
    let value = 0n;
    for (let done = 0; done < bits; done += 32) value = (value << 32n) | BigInt(this.next());
    return BigInt.asUintN(bits, value);
  }

  /** A value of a width at which programs tend to break: small, large, around powers of two, signs; at times any. */
  edgeValue(bits: number): bigint {
    const power = 1n << BigInt(this.below(bits));
    const choices = [0n, 1n, 2n, -1n, -2n, 1n << BigInt(bits - 1), (1n << BigInt(bits - 1)) - 1n, power, power - 1n, power + 1n, -power, BigInt(this.below(300))];
    return BigInt.asUintN(bits, this.chance(0.75) ? this.pick(choices) : this.bits(bits));
  }
}
