/** What the bench of large states brings in: the token as it was deployed and many who hold it, in the order in which an import takes them. */
import { keccak256 } from "../../machine/keccak.js";
import type { Artifact } from "../../index.js";
import type { MemoryBackend } from "../../runtime/node/state/backend.js";
import type { ImportedAccount } from "../../runtime/node/state/import.js";
import { addressBytes, addressKey, keyOf, littleEndian, type AddressKey, type SlotKey } from "../../runtime/store/keys.js";
import type { AccountRecord } from "../../runtime/store/state.js";
import { accountHex, balancesSlot, UNITS_EACH } from "./token.js";

const WEI = 10n ** 18n;
/** So that 29 bits of a hash and the number of what was hashed fit a double. */
export const MAX_ACCOUNTS = 2 ** 24;

/** Numbers below `count` in the order of their hashes. */
function inHashOrder(count: number, hashOf: (n: number) => Uint8Array): Uint32Array {
  const keys = new Float64Array(count);
  for (let n = 0; n < count; n++) {
    const hash = hashOf(n);
    keys[n] = (((hash[0]! << 21) | (hash[1]! << 13) | (hash[2]! << 5) | (hash[3]! >> 3)) >>> 0) * MAX_ACCOUNTS + n;
  }
  keys.sort();
  const order = Uint32Array.from(keys, (key) => key % MAX_ACCOUNTS);
  const beginning = (at: number): number => Math.floor(keys[at]! / MAX_ACCOUNTS);
  for (let start = 0; start < count;) {
    let end = start + 1;
    while (end < count && beginning(end) === beginning(start)) end++;
    if (end > start + 1) order.subarray(start, end).sort((a, b) => Buffer.compare(hashOf(a), hashOf(b)));
    start = end;
  }
  return order;
}

/** Things in the order of their hashes, each made when its turn comes. */
function* ordered<T>(count: number, hashOf: (n: number) => Uint8Array, make: (n: number) => T): Generator<T> {
  for (const n of inHashOrder(count, hashOf)) yield make(n);
}

/** A chain's state with the token and many who hold it. */
export class Holders {
  private readonly preimage = new Uint8Array(64);
  private readonly units = littleEndian(UNITS_EACH, 32);
  /** What the token's deployment left. */
  private readonly accounts: readonly (readonly [AddressKey, AccountRecord])[];
  private readonly words: readonly (readonly [SlotKey, Uint8Array])[];

  constructor(
    artifact: Artifact,
    deployed: MemoryBackend,
    private readonly token: AddressKey,
    private readonly count: number,
  ) {
    this.preimage.set(littleEndian(balancesSlot(artifact), 32).reverse(), 32);
    const { accounts, storage } = deployed.view().everything();
    this.accounts = [...accounts] as (readonly [AddressKey, AccountRecord])[];
    this.words = [...(storage.get(token) ?? [])] as (readonly [SlotKey, Uint8Array])[];
  }

  private address(n: number): Uint8Array {
    return n < this.count ? Buffer.from(accountHex(n).slice(2), "hex") : addressBytes(this.accounts[n - this.count]![0]);
  }

  private slot(n: number): Uint8Array {
    if (n >= this.count) return Buffer.from(this.words[n - this.count]![0], "latin1").reverse();
    this.preimage.set(this.address(n), 12);
    return keccak256(this.preimage);
  }

  *inOrder(): Generator<ImportedAccount> {
    const { count, accounts, token } = this;
    yield* ordered(
      count + accounts.length,
      (n) => keccak256(this.address(n)),
      (n): ImportedAccount => {
        if (n < count) return { address: addressKey(accountHex(n)), record: { nonce: 1, balance: WEI + BigInt(n) } };
        const [address, record] = accounts[n - count]!;
        return { address, record, ...(address === token && { storage: this.wordsInOrder() }) };
      },
    );
  }

  private *wordsInOrder(): Generator<readonly [SlotKey, Uint8Array]> {
    const { count, words, units } = this;
    yield* ordered(
      count + words.length,
      (n) => keccak256(this.slot(n)),
      (n) => (n < count ? ([keyOf(this.slot(n).reverse()), units] as const) : words[n - count]!),
    );
  }
}
