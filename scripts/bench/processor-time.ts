import { readdirSync, readFileSync } from "node:fs";

/** Kernel ticks of Linux are hundredths of a second. */
const MICROSECONDS_A_TICK = 10_000;

interface Seen {
  name: string;
  parent: number;
  microseconds: number;
}

/** Processor time used so far by these processes and their children, in microseconds, by the names given to them. */
export function processorTime(processes: Record<string, number>): Record<string, number> {
  const seen = new Map<number, Seen>();
  for (const entry of readdirSync("/proc")) if (/^\d+$/.test(entry)) readProcess(Number(entry), seen);
  const names = new Map(Object.entries(processes).map(([name, pid]) => [pid, name]));
  const time: Record<string, number> = {};
  for (const [pid, { microseconds }] of seen) {
    const owner = ownerOf(pid, seen, names);
    if (owner) time[owner] = (time[owner] ?? 0) + microseconds;
  }
  return time;
}

function readProcess(pid: number, seen: Map<number, Seen>): void {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    const microseconds = (Number(fields[11]) + Number(fields[12])) * MICROSECONDS_A_TICK;
    seen.set(pid, {
      name: stat.slice(stat.indexOf("(") + 1, stat.lastIndexOf(")")),
      parent: Number(fields[1]),
      microseconds,
    });
  } catch {
    // It ended between the listing and the reading.
  }
}

function ownerOf(pid: number, seen: Map<number, Seen>, names: Map<number, string>): string | undefined {
  for (let at = pid; at > 1; at = seen.get(at)?.parent ?? 0) {
    const name = names.get(at);
    if (name) return name;
  }
  return undefined;
}
