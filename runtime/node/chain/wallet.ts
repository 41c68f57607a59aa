/**
 * The node's own accounts: derived from a mnemonic (BIP-39, BIP-44 path m/44'/60'/0'/0/i), able to sign. Their keys stay in this object;
 * nothing but {@link Wallet.revealKey}, for the banner, gives one out.
 */
import { HDNodeWallet, Mnemonic, type TypedDataDomain, type TypedDataField } from "ethers";
import { addressKey, type AddressKey } from "../../store/keys.js";
import type { Hex } from "../encoding/hex.js";
import { signTransaction } from "../transactions/sign.js";
import type { NodeTransaction, UnsignedTransaction } from "../transactions/transaction.js";

/** The mnemonic that development nodes share. Its keys are public. */
export const DEV_MNEMONIC = "test test test test test test test test test test test junk";
const DERIVATION_PATH = "m/44'/60'/0'/0";

export class Wallet {
  private readonly keys = new Map<AddressKey, HDNodeWallet>();

  /** Derives `count` accounts. */
  constructor(
    count: number,
    readonly mnemonic: string = DEV_MNEMONIC,
  ) {
    const parent = HDNodeWallet.fromMnemonic(Mnemonic.fromPhrase(mnemonic), DERIVATION_PATH);
    for (let i = 0; i < count; i++) {
      const key = parent.deriveChild(i);
      this.keys.set(addressKey(key.address), key);
    }
  }

  get addresses(): readonly AddressKey[] {
    return [...this.keys.keys()];
  }

  has(address: AddressKey): boolean {
    return this.keys.has(address);
  }

  /** Signs a transaction of one of the accounts; undefined for any other. */
  signTransaction(unsigned: UnsignedTransaction, from: AddressKey): NodeTransaction | undefined {
    const key = this.keys.get(from);
    return key && signTransaction(unsigned, from, key.signingKey);
  }

  /** EIP-191, version 0x45. */
  signMessage(from: AddressKey, message: Uint8Array): Hex | undefined {
    return this.keys.get(from)?.signMessageSync(message) as Hex | undefined;
  }

  /** EIP-712. */
  async signTypedData(from: AddressKey, domain: TypedDataDomain, types: Record<string, TypedDataField[]>, message: Record<string, unknown>): Promise<Hex | undefined> {
    return (await this.keys.get(from)?.signTypedData(domain, types, message)) as Hex | undefined;
  }

  /** The private key of an account, for the banner of a development node. */
  revealKey(address: AddressKey): string | undefined {
    return this.keys.get(address)?.privateKey;
  }
}
