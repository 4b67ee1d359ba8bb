/** Whose connection it is: the process at the other end of one on this machine. Linux only. */
import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import type { Socket } from "node:net";

/** The process at the other end, as it is now: undefined where it is gone. */
export function ownerOf({ remotePort, localPort }: Socket): number | undefined {
  const inode = inodeOf(remotePort!, localPort!);
  if (inode === undefined) return undefined;
  const wanted = `socket:[${inode}]`;
  return readdirSync("/proc")
    .filter((entry) => /^\d+$/.test(entry))
    .map(Number)
    .find((pid) => pid !== process.pid && filesOf(pid).includes(wanted));
}

/** The group that a process belongs to. */
export function groupOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
  return Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[2]);
}

/** Of the socket that has `near` as its own port and `far` as the other one. */
function inodeOf(near: number, far: number): string | undefined {
  const hex = (port: number) => port.toString(16).toUpperCase().padStart(4, "0");
  for (const table of ["/proc/net/tcp", "/proc/net/tcp6"]) {
    for (const line of readFileSync(table, "latin1").split("\n").slice(1)) {
      const [, local, remote, , , , , , , inode] = line.trim().split(/\s+/);
      if (local?.endsWith(`:${hex(near)}`) && remote?.endsWith(`:${hex(far)}`) && inode !== "0") return inode;
    }
  }
  return undefined;
}

function filesOf(pid: number): string[] {
  try {
    return readdirSync(`/proc/${pid}/fd`).map((file) => {
      try {
        return readlinkSync(`/proc/${pid}/fd/${file}`);
      } catch {
        return ""; // It was just closed.
      }
    });
  } catch {
    return []; // It just ended, or is not ours.
  }
}
