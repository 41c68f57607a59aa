/** Keccak-256 on the host and inside contracts beside @noble/hashes. */
import { keccak_256 } from "@noble/hashes/sha3.js";
import { compile } from "../../index.js";
import { keccak256 } from "../../machine/keccak.js";
import type { Bench, Row } from "../report.js";
import { DeployedContract, LOOPS_SOURCE } from "./contract.js";
import { inTurns } from "./timing.js";
import { bytesOfHex } from "./token.js";

const ROUNDS = 9;
const COUNT = 5_000;
const NANO = 1e9;

function hostRow(size: number): Row {
  const data = Uint8Array.from({ length: size }, (_, i) => i);
  if (Buffer.compare(keccak256(data), keccak_256(data)) !== 0) throw new Error("the digests differ");
  const times = inTurns(
    ROUNDS,
    () => {
      for (let i = 0; i < COUNT; i++) keccak256(data);
    },
    () => {
      for (let i = 0; i < COUNT; i++) keccak_256(data);
    },
  );
  return { name: `keccak-256 of ${size} bytes, host`, ours: (times.ours / COUNT) * NANO, peer: (times.peer / COUNT) * NANO, unit: "ns" };
}

/** A loop of a contract that hashes 64 bytes a round, with all that belongs to it. */
async function contractRow(): Promise<Row> {
  const { artifacts } = await compile({ sources: [LOOPS_SOURCE], targets: ["supervm"] });
  const contract = new DeployedContract(artifacts.Loops!.abi, bytesOfHex(artifacts.Loops!.targets.supervm!.bytecode as string));
  const data = contract.encode("hashes", [COUNT]);
  const block = new Uint8Array(64);
  const peer = (): Uint8Array => {
    block.fill(0);
    for (let i = 0; i < COUNT; i++) {
      new DataView(block.buffer).setUint32(60, i);
      block.set(keccak_256(block));
    }
    return block.slice(0, 32);
  };
  if (Buffer.compare(contract.call(data).data, peer()) !== 0) throw new Error("the contract hashes differently");
  const times = inTurns(
    ROUNDS,
    () => void contract.call(data),
    () => void peer(),
  );
  return { name: "keccak-256 of 64 bytes, in a contract's loop", ours: (times.ours / COUNT) * NANO, peer: (times.peer / COUNT) * NANO, unit: "ns" };
}

export const hashing: Bench = {
  name: "runtime-hashing",
  title: "Keccak-256; peer: @noble/hashes",
  async run() {
    return [hostRow(64), hostRow(1024), await contractRow()];
  },
};
