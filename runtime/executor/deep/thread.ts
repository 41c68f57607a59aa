/**
 * A thread with a stack for 1,024 nested calls, each with internal recursion of its own (docs/host-abi.md, section 2), and the caller's
 * side of it. It is started when it is first needed and does not keep the process alive. Only transactions that nest deeper than the caller's stack
 * allows come here, so that it need not be fast: each state read is a question to the caller.
 */
import { MessageChannel, Worker } from "node:worker_threads";
import type { BlockCells } from "../../host/activation.js";
import type { CodeRegistry, ModuleEntry } from "../../host/code.js";
import { keyOf } from "../../store/keys.js";
import type { AccountRecord, ChangeSet, StateReader } from "../../store/state.js";
import type { Receipt, Transaction } from "../run.js";
import { COUNTER, Line, type Answer, type Question } from "./protocol.js";

/** Enough for what gas and the limits on nesting allow, with room for unoptimised code's larger frames. */
export const DEEP_STACK_MB = 512;

/** Milliseconds; it takes about 30. */
const START_PATIENCE = 20_000;

let line: Line<Answer, Question> | undefined;

function start(): Line<Answer, Question> {
  const counters = new Int32Array(new SharedArrayBuffer(8));
  const { port1, port2 } = new MessageChannel();
  const worker = new Worker(new URL("./worker.js", import.meta.url), {
    workerData: { port: port2, counters },
    transferList: [port2],
    resourceLimits: { stackSizeMb: DEEP_STACK_MB },
  });
  worker.unref();
  port1.unref();
  const started = new Line<Answer, Question>(port1, counters, COUNTER.ANSWERS, COUNTER.QUESTIONS);
  started.receive(START_PATIENCE);
  return started;
}

/** Runs a transaction on the deep thread; the caller's thread waits. Throws what the state throws. */
export function executeDeep(state: StateReader, block: BlockCells, registry: CodeRegistry, transaction: Transaction): Receipt {
  line ??= start();
  line.send({ kind: "job", job: { transaction, block: block.bytes } });
  let interruption: { readonly thrown: unknown } | undefined;
  for (;;) {
    const question = line.receive();
    switch (question.kind) {
      case "done":
        return withKnownModules(question.receipt, registry);
      case "ready":
        break;
      case "interrupted":
        throw interruption?.thrown;
      case "failed":
        throw question.error;
      default:
        try {
          line.send({ kind: "value", value: answer(question, state, block, registry) });
        } catch (thrown) {
          interruption = { thrown };
          line.send({ kind: "interrupt" });
        }
    }
  }
}

function answer(
  question: Exclude<Question, { kind: "ready" | "done" | "interrupted" | "failed" }>,
  state: StateReader,
  block: BlockCells,
  registry: CodeRegistry,
): AccountRecord | ModuleEntry | Uint8Array | undefined {
  switch (question.kind) {
    case "account":
      return state.account(question.address);
    case "storage":
      return state.storage(question.address, question.slot);
    case "module":
      return registry.get(question.identity);
    case "blockHash":
      return block.blockHash(question.number);
  }
}

/** The receipt with the modules that this thread knows in place of their copies: instances are pooled by module. */
function withKnownModules(receipt: Receipt, registry: CodeRegistry): Receipt {
  const fresh = new Map(receipt.modules.map((m) => [keyOf(m.identity), m]));
  const accounts = new Map<string, AccountRecord | undefined>();
  for (const [address, account] of receipt.changes.accounts) {
    const module = account?.code?.module;
    const known = module && (registry.get(module.identity) ?? fresh.get(keyOf(module.identity)));
    accounts.set(address, known ? { ...account, code: { ...account.code, module: known } } : account);
  }
  const changes: ChangeSet = { accounts, storage: receipt.changes.storage };
  return { ...receipt, changes };
}
