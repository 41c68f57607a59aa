/** The deep thread's side: runs jobs, asks the caller for state. */
import { workerData, type MessagePort } from "node:worker_threads";
import type { BlockCells } from "../../host/activation.js";
import { CodeRegistry, type Code, type ModuleEntry } from "../../host/code.js";
import { Interruption, isStackOverflow, STACK_EXHAUSTED } from "../../host/interruption.js";
import { keyOf } from "../../store/keys.js";
import type { AccountRecord, StateReader } from "../../store/state.js";
import { executeOnThisStack, failWhole, type Receipt } from "../run.js";
import { COUNTER, Line, sendable, type Answer, type Job, type Question } from "./protocol.js";

const { port, counters } = workerData as { readonly port: MessagePort; readonly counters: Int32Array };
const line = new Line<Question, Answer>(port, counters, COUNTER.QUESTIONS, COUNTER.ANSWERS);
const INTERRUPTED = new Interruption("the state interrupted a read");

/** Modules by identity: one object each, whatever message brought it. */
const modules = new Map<string, ModuleEntry>();

function known(module: ModuleEntry): ModuleEntry {
  const key = keyOf(module.identity);
  const own = modules.get(key);
  if (own) return own;
  modules.set(key, module);
  return module;
}

function ask(question: Question): unknown {
  line.send(question);
  const answer = line.receive();
  if (answer.kind === "value") return answer.value;
  throw INTERRUPTED;
}

const state: StateReader = {
  account(address) {
    const account = ask({ kind: "account", address }) as AccountRecord | undefined;
    if (!account?.code?.module) return account;
    const code: Code = { ...account.code, module: known(account.code.module) };
    return { ...account, code };
  },
  storage: (address, slot) => ask({ kind: "storage", address, slot }) as Uint8Array | undefined,
};

class RemoteRegistry extends CodeRegistry {
  override get(identity: Uint8Array): ModuleEntry | undefined {
    const module = ask({ kind: "module", identity }) as ModuleEntry | undefined;
    return module && known(module);
  }
}

let jobs = 0;

function run({ transaction, block }: Job): Receipt {
  const cells: BlockCells = { bytes: block, id: jobs++, blockHash: (number) => ask({ kind: "blockHash", number }) as Uint8Array | undefined };
  try {
    return executeOnThisStack(state, cells, new RemoteRegistry(), transaction);
  } catch (thrown) {
    // Beyond what any transaction that pays for its depth can need: such a transaction fails as a whole.
    if (thrown !== STACK_EXHAUSTED && !isStackOverflow(thrown)) throw thrown;
    return failWhole(state, transaction, "calls nest too deeply");
  }
}

line.send({ kind: "ready" });
for (;;) {
  const message = line.receive();
  if (message.kind !== "job") continue;
  try {
    line.send({ kind: "done", receipt: sendable(run(message.job)) });
  } catch (thrown) {
    line.send(thrown === INTERRUPTED ? { kind: "interrupted" } : { kind: "failed", error: thrown });
  }
}
