/** Messages to a generated contract: functions with interesting arguments, at times with call data that no encoder makes. */
import { AbiCoder, id } from "ethers";
import type { Random } from "../../generators/random.js";
import { abiName, randomArgument, type AbiValue, type Type } from "./types.js";

/** A change to encoded call data. */
export type Damage =
  | { readonly kind: "cut"; readonly bytes: number }
  | { readonly kind: "append"; readonly data: string }
  /** Puts another value in place of a word after the selector. */
  | { readonly kind: "word"; readonly index: number; readonly value: bigint };

export interface FuzzCall {
  /** Empty: the data are the only argument, bytes, without a selector. */
  readonly name: string;
  readonly types: readonly Type[];
  readonly args: readonly AbiValue[];
  /** In wei; a multiple of a gwei, so that every chain can pay it. */
  readonly value: bigint;
  /** Which of the accounts sends it. */
  readonly sender: 0 | 1;
  readonly damage?: Damage;
}

interface Callee {
  readonly name: string;
  readonly params: readonly Type[];
  readonly payable: boolean;
}

/** Every function a few times, in random order, so that calls find the state that others left. */
export function randomCalls(random: Random, entries: readonly Callee[]): FuzzCall[] {
  const calls: FuzzCall[] = [];
  if (entries.length === 0) return calls;
  const count = Math.min(16, 3 * entries.length);
  for (let i = 0; i < count; i++) {
    const entry = i < entries.length ? entries[i]! : random.pick(entries);
    const damage = entry.name !== "" && entry.params.length > 0 && random.chance(0.12) ? randomDamage(random) : undefined;
    const value = random.chance(entry.payable ? 0.5 : 0.03) ? BigInt(random.below(5)) * 10n ** 9n : 0n;
    const sender = random.chance(0.7) ? 0 : 1;
    calls.push({ name: entry.name, types: entry.params, args: entry.params.map((t) => randomArgument(random, t)), value, sender, ...(damage && { damage }) });
  }
  return calls;
}

function randomDamage(random: Random): Damage {
  const choice = random.below(5);
  if (choice === 0) return { kind: "cut", bytes: random.pick([1, 4, 31, 32, 33, 64]) };
  if (choice === 1) return { kind: "append", data: "ab".repeat(random.between(1, 40)) };
  const value = random.chance(0.4) ? BigInt(32 * random.below(8)) : random.edgeValue(256);
  return { kind: "word", index: random.below(6), value };
}

/** The call's canonical signature. */
export function signatureOf(call: Pick<FuzzCall, "name" | "types">): string {
  return call.name === "" ? "fallback" : `${call.name}(${call.types.map(abiName).join(",")})`;
}

export function encodeArguments(types: readonly Type[], args: readonly AbiValue[]): string {
  return AbiCoder.defaultAbiCoder().encode(types.map(abiName), args);
}

/** The message's data, 0x-hex. */
export function callData(call: FuzzCall): string {
  if (call.name === "") return String(call.args[0]);
  const body = encodeArguments(call.types, call.args).slice(2);
  return id(signatureOf(call)).slice(0, 10) + (call.damage ? damaged(body, call.damage) : body);
}

function damaged(body: string, damage: Damage): string {
  switch (damage.kind) {
    case "cut":
      return body.slice(0, Math.max(0, body.length - 2 * damage.bytes));
    case "append":
      return body + damage.data;
    case "word": {
      const words = body.length / 64;
      if (words < 1) return body;
      const at = 64 * (damage.index % Math.floor(words));
      return body.slice(0, at) + damage.value.toString(16).padStart(64, "0") + body.slice(at + 64);
    }
  }
}
