/** A child process that starts its program only after it was recorded, so that no kill -9 leaves an unknown orphan. */
import { spawn, type ChildProcess, type SpawnOptions } from "node:child_process";
import { identify, type ProcessIdentity } from "./process-identity.ts";

/**
 * Starts a shell that waits for one line and then becomes the program (the same pid and start time). `record` runs
 * before that line is written. Should this process die first, the shell reads the end of its input and ends.
 */
export function spawnRecorded(
  command: string,
  args: readonly string[],
  options: Omit<SpawnOptions, "stdio"> & { readonly output: number | "ignore" | "pipe"; readonly channel?: boolean },
  record: (identity: ProcessIdentity) => void,
): ChildProcess {
  const { output, channel, ...others } = options;
  const child = spawn("/bin/sh", ["-c", 'read -r go && exec "$0" "$@"', command, ...args], {
    ...others,
    detached: true, // Ctrl-C in a terminal is for whoever started us all; it tells us in its own order.
    stdio: ["pipe", output, output, ...(channel ? (["ipc"] as const) : [])],
  });
  const identity = child.pid === undefined ? undefined : identify(child.pid);
  if (identity !== undefined) record(identity);
  child.stdin?.on("error", () => undefined); // The child's exit tells what this error only hints at.
  child.stdin?.end("go\n");
  return child;
}
