/** go-ethereum's prestateTracer: accounts as a transaction found them, or what it changed of them. */
import { addressHex, bytesOfKey } from "../../../store/keys.js";
import type { Accounts } from "../../chain/prestate.js";
import { dataHex, quantity } from "../../encoding/hex.js";
import type { JsonObject } from "../params.js";

export interface AccountOptions {
  readonly disableCode: boolean;
  readonly disableStorage: boolean;
}

export function formatAccounts(accounts: Accounts, { disableCode, disableStorage }: AccountOptions): JsonObject {
  const word = (bytes: Uint8Array | undefined): string => dataHex(bytes ? Uint8Array.from(bytes).reverse() : new Uint8Array(32));
  return Object.fromEntries(
    [...accounts].map(([address, { balance, nonce, code, storage }]) => [
      addressHex(address),
      {
        ...(balance !== undefined && { balance: quantity(balance) }),
        ...(nonce !== undefined && { nonce }),
        ...(code && !disableCode && { code: dataHex(code) }),
        ...(storage.size > 0 && !disableStorage && { storage: Object.fromEntries([...storage].map(([slot, value]) => [word(bytesOfKey(slot)), word(value)])) }),
      },
    ]),
  );
}
