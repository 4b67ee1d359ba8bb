import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { isRunning, type ProcessIdentity } from "../../scripts/start/process-identity.ts";
import { until } from "./until.ts";

const pathOf = (name: string): string => new URL(name, import.meta.url).pathname;

/** A part in Node that does what the variables of sample-part.ts say. */
export function samplePart(name: string, env: Record<string, string> = {}): object {
  return { name, command: process.execPath, args: [pathOf("sample-part.ts")], env };
}

/** A part that is no Node program. */
export const sleepingPart = { name: "sleeping", command: "/bin/sleep", args: ["600"], env: {} };

/** A supervisor to be interrupted and killed for real. */
export class SupervisorProcess {
  readonly ended: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
  said = "";
  readonly #home: string;
  readonly #child: ChildProcess;

  constructor(home: string, parts: readonly object[]) {
    this.#home = home;
    const args = [pathOf("sample-supervisor.ts"), home, JSON.stringify(parts)];
    this.#child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "pipe"] });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.on("data", (chunk: Buffer) => (this.said += chunk.toString()));
    }
    this.ended = once(this.#child, "close").then(([code, signal]) => ({ code, signal }));
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  ready(): Promise<unknown> {
    return until("all parts are ready", () => this.said.includes("All are ready") || undefined);
  }

  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** The processes on record. */
  parts(): Record<string, ProcessIdentity> {
    const path = join(this.#home, "parts.json");
    return existsSync(path) ? JSON.parse(readFileSync(path, "utf8")) : {};
  }

  async noneRuns(): Promise<void> {
    await until("every part ended", () => !Object.values(this.parts()).some(isRunning) || undefined);
  }
}
