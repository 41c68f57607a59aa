/**
 * The workers' protocol under chosen interleavings. All workers run in this thread on the memory that threads would share; wherever another
 * thread's step could come in between, the explorer decides whether one does (and, within that step, again). Small blocks are explored
 * exhaustively up to a number of such decisions, larger ones at random.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { BlockWorker, type Execute } from "../../../../runtime/executor/parallel/block-worker.js";
import { blockBuffers, HEADER } from "../../../../runtime/executor/parallel/layout.js";
import { layOut } from "../../../../runtime/executor/parallel/lay-out.js";
import { MainWorker } from "../../../../runtime/executor/parallel/main-worker.js";
import type { Transaction } from "../../../../runtime/executor/transaction.js";
import { intOfLittleEndian, littleEndian, slotKey, type AddressKey } from "../../../../runtime/store/keys.js";
import { RECORD, RECORD_WORDS } from "../../../../runtime/store/shared/layout.js";
import { SharedState } from "../../../../runtime/store/shared/state.js";
import { BLOCK } from "./world.js";

const PLACE: AddressKey = "\x77".repeat(20);
const SLOTS = 3;

/** Mixes a slot's word into the sum; writes the sum; does the next step only if the sum is even. */
type Step = readonly ["read" | "write" | "if-even", slot: number];
type Program = readonly Step[];
const KINDS = ["read", "write", "if-even"] as const;

const transactionOf = (program: Program): Transaction => ({
  from: PLACE,
  to: PLACE,
  data: Uint8Array.from(program.flatMap(([kind, slot]) => [KINDS.indexOf(kind), slot])),
  value: 0n,
  gasLimit: 1,
  gasPrice: 0n,
});

/** Runs a program against reads and writes; its sum. */
function interpret(data: Uint8Array, read: (slot: number) => number, write: (slot: number, value: number) => void): number {
  let sum = 1;
  for (let at = 0; at < data.length; at += 2) {
    const [kind, slot] = [KINDS[data[at]!]!, data[at + 1]!];
    if (kind === "read") sum = (sum * 31 + read(slot)) % 65_521;
    else if (kind === "write") write(slot, (sum % 1000) + 1);
    else if (sum % 2 === 1) at += 2;
  }
  return sum;
}

/** Chooses one of so many ways to go on; 0 is to go on as if nobody else were there. */
type Choose = (ways: number) => number;

interface Outcome {
  readonly sums: number[];
  readonly slots: number[];
  readonly executions: number;
}

function serially(programs: readonly Program[]): Pick<Outcome, "sums" | "slots"> {
  const slots = new Array<number>(SLOTS).fill(0);
  const sums = programs.map((program) => {
    const own = [...slots];
    const sum = interpret(
      transactionOf(program).data,
      (slot) => own[slot]!,
      (slot, value) => (own[slot] = value),
    );
    slots.splice(0, SLOTS, ...own);
    return sum;
  });
  return { sums, slots };
}

const buffers = blockBuffers(4 * 2 ** 20);
const state = SharedState.create({ codeBytes: 1024 });

/** Runs a block with some workers; `choose` decides who steps when. */
function explore(programs: readonly Program[], count: number, choose: Choose): Outcome {
  state.apply({ accounts: new Map(), storage: new Map([[PLACE, new Map(Array.from({ length: SLOTS }, (_, slot) => [slotKey(BigInt(slot)), undefined]))]]) });
  const busy = new Set<BlockWorker>();
  const step = (worker: BlockWorker): boolean => {
    busy.add(worker);
    const moved = worker.step();
    busy.delete(worker);
    return moved;
  };
  const between = (): void => {
    for (;;) {
      const idle = workers.filter((w) => !busy.has(w));
      const choice = idle.length === 0 ? 0 : choose(idle.length + 1);
      if (choice === 0) return;
      step(idle[choice - 1]!);
    }
  };
  const execute: Execute = (view, _block, _registry, transaction) => {
    const own = new Map<string, Uint8Array | undefined>();
    const read = (slot: number): number => {
      between();
      const key = slotKey(BigInt(slot));
      return Number(intOfLittleEndian((own.has(key) ? own.get(key) : view.storage(PLACE, key)) ?? new Uint8Array(0)));
    };
    const sum = interpret(transaction.data, read, (slot, value) => own.set(slotKey(BigInt(slot)), littleEndian(BigInt(value), 32)));
    return {
      success: true,
      data: Uint8Array.of(sum, sum >> 8),
      gasUsed: sum,
      executionGas: 0,
      logs: [],
      changes: { accounts: new Map(), storage: new Map([[PLACE, own]]) },
      modules: [],
    };
  };
  const main = new MainWorker(state, buffers, { execute, between });
  const workers: BlockWorker[] = [main, ...Array.from({ length: count - 1 }, (_, i) => new BlockWorker(state, buffers, { number: i + 1, execute, between }))];
  layOut(main, { block: BLOCK, transactions: programs.map(transactionOf) }, { asking: false, workers: count, window: 4 });
  for (const worker of workers.slice(1)) worker.open(BLOCK, main.receipts.words.buffer as SharedArrayBuffer);
  for (let turn = 0, idle = 0; !main.isDone; turn++) {
    const worker = workers[(turn + choose(count)) % count]!;
    idle = step(worker) ? 0 : idle + 1;
    assert.ok(idle < 200, "nobody can go on");
    assert.ok(!main.isStopped);
  }
  main.openSettling();
  for (const worker of workers) worker.settle();
  for (let index = 1; index <= state.table.allocated; index++) assert.equal(state.table.records[index * RECORD_WORDS + RECORD.HEAD], 0, "a chain of versions was left behind");
  const sums = [...main.outcomes].map((outcome) => outcome.gasUsed);
  const slots = Array.from({ length: SLOTS }, (_, slot) => Number(intOfLittleEndian(state.storage(PLACE, slotKey(BigInt(slot))) ?? new Uint8Array(0))));
  return { sums, slots, executions: main.header[HEADER.EXECUTIONS]! };
}

function assertSerial(programs: readonly Program[], workers: number, choose: Choose): Outcome {
  const outcome = explore(programs, workers, choose);
  const { sums, slots } = serially(programs);
  assert.deepEqual({ sums: outcome.sums, slots: outcome.slots }, { sums, slots });
  return outcome;
}

/** Every schedule with at most `bound` decisions other than going on; their number. */
function exhaustively(bound: number, run: (choose: Choose) => void): number {
  let schedules = 0;
  // Decisions of a schedule up to its last one that is not 0.
  const waiting: number[][] = [[]];
  for (let prefix = waiting.pop(); prefix; prefix = waiting.pop()) {
    const taken = prefix;
    const ways: number[] = [];
    run((n) => {
      ways.push(n);
      return taken[ways.length - 1] ?? 0;
    });
    schedules++;
    if (taken.filter((choice) => choice !== 0).length >= bound) continue;
    for (let at = taken.length; at < ways.length; at++)
      for (let choice = 1; choice < ways[at]!; choice++) waiting.push([...taken, ...new Array<number>(at - taken.length).fill(0), choice]);
  }
  return schedules;
}

const CHAIN: Program = [
  ["read", 0],
  ["write", 0],
];
/** Reads one slot and writes it or another: executions differ in what they write. */
const FICKLE: Program = [
  ["read", 0],
  ["if-even", 0],
  ["write", 1],
  ["write", 2],
];
const BLOCKS: readonly (readonly Program[])[] = [
  [CHAIN, CHAIN, CHAIN],
  [
    CHAIN,
    FICKLE,
    [
      ["read", 1],
      ["write", 0],
    ],
    FICKLE,
  ],
  [
    [["write", 0]],
    [
      ["read", 0],
      ["write", 1],
    ],
    [
      ["read", 1],
      ["read", 0],
      ["write", 0],
    ],
  ],
];

for (const [i, programs] of BLOCKS.entries())
  test(`block ${i + 1}: all schedules of two workers with up to three decisions, of three with two`, () => {
    let most = 0;
    const schedules = exhaustively(3, (choose) => {
      most = Math.max(most, assertSerial(programs, 2, choose).executions);
    });
    assert.ok(schedules > 1000, `${schedules} schedules`);
    assert.ok(most > programs.length, "some executions were stale");
    assert.ok(most <= 2 * programs.length, "a transaction is executed twice at most");
    exhaustively(2, (choose) => void assertSerial(programs, 3, choose));
  });

test("random blocks, workers and schedules", () => {
  const program = fc.array(fc.tuple(fc.constantFrom(...KINDS), fc.nat(SLOTS - 1)), { minLength: 1, maxLength: 6 });
  let stale = 0;
  fc.assert(
    fc.property(fc.array(program, { minLength: 1, maxLength: 12 }), fc.constantFrom(1, 2, 4, 8), fc.nat(), (programs, workers, seed) => {
      let random = seed | 1;
      const choose: Choose = (ways) => {
        random = (Math.imul(random, 1_103_515_245) + 12_345) >>> 0;
        // Half the time nobody comes in between: else no step would end.
        return (random >>> 8) % 2 === 0 ? 0 : (random >>> 16) % ways;
      };
      const { executions } = assertSerial(programs, workers, choose);
      if (workers === 1) assert.equal(executions, programs.length);
      stale += executions - programs.length;
    }),
    { numRuns: 500 },
  );
  assert.ok(stale > 0);
});
