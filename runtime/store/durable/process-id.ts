/** Which process owns a state, and whether it still runs. Process ids are used again, so the time of the start is part of the name. */
import fs from "node:fs";
import os from "node:os";

export interface ProcessId {
  readonly host: string;
  readonly pid: number;
  /** When it started, as the system counts; absent where the system does not say. */
  readonly start?: string;
}

export function thisProcess(): ProcessId {
  const start = startOf(process.pid);
  return { host: os.hostname(), pid: process.pid, ...(start !== undefined && { start }) };
}

/** True unless the process is known to have ended. Of another machine nothing is known. */
export function isRunning(owner: ProcessId): boolean {
  if (owner.host !== os.hostname()) return true;
  try {
    process.kill(owner.pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ESRCH") return false;
  }
  return owner.start === undefined || startOf(owner.pid) === owner.start;
}

/** Linux: the boot and the start in clock ticks since it (proc(5), field 22 of stat; the name before it may hold spaces). */
function startOf(pid: number): string | undefined {
  try {
    const stat = fs.readFileSync(`/proc/${pid}/stat`, "latin1");
    const boot = fs.readFileSync("/proc/sys/kernel/random/boot_id", "latin1").trim();
    return `${boot}:${stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? ""}`;
  } catch {
    return undefined;
  }
}
