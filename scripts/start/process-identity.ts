/** Which process is meant, for longer than its pid: pids are used again, a pid with its start time is not. */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

export interface ProcessIdentity {
  readonly pid: number;
  /** When the process started, as the system writes it: only ever compared for equality. */
  readonly startedAt: string;
}

/** Reads who has this pid now. Undefined where nobody has it, or only the remains of a process (a zombie). */
export function identify(pid: number): ProcessIdentity | undefined {
  const startedAt = process.platform === "linux" ? startOnLinux(pid) : startElsewhere(pid);
  return startedAt === undefined ? undefined : { pid, startedAt };
}

/** Whether this very process still runs. */
export function isRunning(identity: ProcessIdentity): boolean {
  return identify(identity.pid)?.startedAt === identity.startedAt;
}

/**
 * Ends exactly this process and waits until it is gone: SIGTERM first, and SIGKILL after `graceMilliseconds`.
 * A process that is gone, and another one with the same pid, are left alone.
 */
export async function endProcess(identity: ProcessIdentity, graceMilliseconds: number): Promise<void> {
  const deadline = Date.now() + graceMilliseconds;
  if (graceMilliseconds > 0) signal(identity, "SIGTERM");
  while (isRunning(identity)) {
    if (Date.now() >= deadline) signal(identity, "SIGKILL");
    await sleep(5);
  }
}

function signal(identity: ProcessIdentity, name: NodeJS.Signals): void {
  if (!isRunning(identity)) return;
  try {
    process.kill(identity.pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

function startOnLinux(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    // The second field is the program's name in parentheses, and may itself hold spaces and parentheses.
    const [state, ...fields] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return state === "Z" || state === "X" ? undefined : `${bootId()}/${fields[18]}`;
  } catch {
    return undefined;
  }
}

function bootId(): string {
  return readFileSync("/proc/sys/kernel/random/boot_id", "latin1").trim();
}

function startElsewhere(pid: number): string | undefined {
  try {
    return execFileSync("ps", ["-o", "lstart=", "-p", String(pid)], { encoding: "latin1" }).trim() || undefined;
  } catch {
    return undefined;
  }
}
