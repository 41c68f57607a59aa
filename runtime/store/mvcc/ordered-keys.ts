/**
 * A set of strings in order, for scans. Keys lie in sorted chunks of at most CHUNK: finding one is two binary searches, adding one moves
 * at most a chunk.
 */
const CHUNK = 512;

/** The first index whose key is not less than `key`. */
function lowerBound(keys: readonly string[], key: string): number {
  let low = 0;
  let high = keys.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (keys[middle]! < key) low = middle + 1;
    else high = middle;
  }
  return low;
}

export class OrderedKeys {
  /** No chunk is empty; all keys of one are less than those of the next. */
  private readonly chunks: string[][] = [];

  add(key: string): void {
    if (this.chunks.length === 0) {
      this.chunks.push([key]);
      return;
    }
    const index = Math.min(this.chunkFor(key), this.chunks.length - 1);
    const chunk = this.chunks[index]!;
    const at = lowerBound(chunk, key);
    if (chunk[at] === key) return;
    chunk.splice(at, 0, key);
    if (chunk.length > CHUNK) this.chunks.splice(index + 1, 0, chunk.splice(CHUNK / 2));
  }

  delete(key: string): void {
    const index = this.chunkFor(key);
    const chunk = this.chunks[index];
    if (!chunk) return;
    const at = lowerBound(chunk, key);
    if (chunk[at] !== key) return;
    chunk.splice(at, 1);
    if (chunk.length === 0) this.chunks.splice(index, 1);
  }

  /** Keys that begin with `prefix`, in order (of UTF-16 code units). The set must not change meanwhile. */
  *withPrefix(prefix: string): Generator<string> {
    let index = this.chunkFor(prefix);
    if (index === this.chunks.length) return;
    let at = lowerBound(this.chunks[index]!, prefix);
    for (; index < this.chunks.length; index++, at = 0) {
      const chunk = this.chunks[index]!;
      for (; at < chunk.length; at++) {
        const key = chunk[at]!;
        if (!key.startsWith(prefix)) return;
        yield key;
      }
    }
  }

  /** The first chunk whose last key is not less than `key`. */
  private chunkFor(key: string): number {
    let low = 0;
    let high = this.chunks.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const chunk = this.chunks[middle]!;
      if (chunk[chunk.length - 1]! < key) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
