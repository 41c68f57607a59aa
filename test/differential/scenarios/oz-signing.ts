/** Signatures of scenarios: keys that belong to no chain, and typed data (EIP-712) for the domain that a contract reports (EIP-5267). */
import { SigningKey, TypedDataEncoder, computeAddress, concat, type Signature, type TypedDataField } from "ethers";
import type { Context } from "../scenario.js";

/** A key with its address. */
export interface Signer {
  readonly key: SigningKey;
  readonly address: string;
}

/** @param seed one byte: the key is 32 times it. */
export function signer(seed: number): Signer {
  const key = new SigningKey(`0x${seed.toString(16).padStart(2, "0").repeat(32)}`);
  return { key, address: computeAddress(key.publicKey) };
}

/** The domain of the contract at a label. */
export async function domainOf(c: Context, label: string): Promise<{ name: string; version: string; chainId: bigint; verifyingContract: string }> {
  const domain = (await c.contract(label).call("eip712Domain")) as { name: string; version: string; chainId: bigint; verifyingContract: string };
  return { name: domain.name, version: domain.version, chainId: domain.chainId, verifyingContract: domain.verifyingContract };
}

/** Fields written as in Solidity: `address owner,uint256 value`. */
export function fields(text: string): TypedDataField[] {
  return text.split(",").map((field) => {
    const [type, name] = field.trim().split(" ");
    return { type: type!, name: name! };
  });
}

/** Signs `Type(fields)` for the contract at a label. */
export async function signTyped(c: Context, label: string, by: Signer, type: string, members: string, values: Record<string, unknown>): Promise<Signature> {
  return by.key.sign(TypedDataEncoder.hash(await domainOf(c, label), { [type]: fields(members) }, values));
}

/** r, s and v in 65 bytes. */
export const packed = (s: Signature): string => concat([s.r, s.s, s.v === 27 ? "0x1b" : "0x1c"]);
