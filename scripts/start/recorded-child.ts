/** Child processes that are never lost: each is on record before its program starts, and ends when this process does. */
import { spawn, type ChildProcess, type SpawnOptions } from "node:child_process";
import { identify, type ProcessIdentity } from "./process-identity.ts";

/** Waits for one line and becomes the program, with the same pid and start time; at the end of its input it ends instead. */
const HOLD = 'read -r go || exit; exec "$0" "$@" </dev/null';

/** The same, and leaves a watch behind that kills the program once this process is gone and has not said that it is over. */
const HOLD_AND_WATCH = `read -r go || exit
exec 3<&0
{ read -r over <&3 || kill -9 $$; } >/dev/null 2>&1 &
exec "$0" "$@" </dev/null 3<&-`;

export interface ChildOptions extends Omit<SpawnOptions, "stdio" | "detached"> {
  /** Where its output goes: a file, or "pipe". */
  readonly output: number | "pipe";
  /** For a program in Node: a channel, by which it knows itself that this process is gone. */
  readonly channel?: boolean;
}

/**
 * Starts a program. `record` runs first: should this process be killed right after it, the program never starts. The
 * child has a session of its own, since Ctrl-C in a terminal is for whoever started us all, and he ends us in order.
 */
export function spawnRecorded(
  command: string,
  args: readonly string[],
  { output, channel = false, ...options }: ChildOptions,
  record: (identity: ProcessIdentity) => void,
): ChildProcess {
  const child = spawn("/bin/sh", ["-c", channel ? HOLD : HOLD_AND_WATCH, command, ...args], {
    ...options,
    detached: true,
    stdio: ["pipe", output, output, ...(channel ? (["ipc"] as const) : [])],
  });
  const identity = child.pid === undefined ? undefined : identify(child.pid);
  if (identity !== undefined) record(identity);
  child.stdin?.on("error", () => undefined); // The child's exit tells what this error only hints at.
  child.stdin?.write("go\n");
  child.once("exit", () => child.stdin?.end("over\n"));
  return child;
}
