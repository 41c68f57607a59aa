/** The thread that recovers senders ahead of the main thread: takes signatures in the order in which they were put. */
import { workerData } from "node:worker_threads";
import { SignatureSlots, type SlotBuffer } from "./slots.js";

const slots = new SignatureSlots(workerData as SlotBuffer);

for (let next = 0; ;) {
  const { put } = slots;
  while (next !== put) {
    slots.recover(slots.slotOf(next));
    next = (next + 1) | 0;
  }
  slots.waitForMore(put);
}
