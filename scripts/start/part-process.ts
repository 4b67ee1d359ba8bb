/** Keeps one part running: starts it, starts it again when it dies, and ends it when asked to. */
import type { ChildProcess } from "node:child_process";
import { closeSync, existsSync, openSync, readFileSync, renameSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { spawnRecorded } from "./recorded-child.ts";
import type { Part } from "./part.ts";
import { endProcess, type ProcessIdentity } from "./process-identity.ts";
import { isHint, type Hint } from "./supervised.ts";

const FIRST_PAUSE = 100;
const LONGEST_PAUSE = 5_000;
/** A part that ran for this long did not die of its start. */
const SOUND_AFTER = 10_000;

export class PartFailedError extends Error {
  override readonly name = "PartFailedError";
  constructor(part: string, end: string, log: string) {
    const tail = readFileSync(log, "utf8").trimEnd().split("\n").slice(-10).join("\n");
    super(`${part} ended before it could be used (${end}). The end of ${log}:\n${tail}`);
  }
}

export interface PartEvents {
  /** The part has a process, which is to be on disk before it does anything. */
  started(identity: ProcessIdentity): void;
  hinted(hint: Hint): void;
  /** A line for whoever watches. */
  report(line: string): void;
}

export class PartProcess {
  readonly part: Part;
  readonly #log: string;
  readonly #events: PartEvents;
  #child: ChildProcess | undefined;
  #identity: ProcessIdentity | undefined;
  #pause = FIRST_PAUSE;
  #stopping = false;

  constructor(part: Part, logs: string, events: PartEvents) {
    this.part = part;
    this.#log = join(logs, `${part.name}.log`);
    this.#events = events;
    if (existsSync(this.#log)) renameSync(this.#log, `${this.#log}.1`);
  }

  /** Starts the part and waits until it can be used. @throws PartFailedError where it ends instead. */
  async start(): Promise<void> {
    const { ready } = this.part;
    const child = this.#spawn();
    const dead = new AbortController();
    let end = "";
    child.once("exit", (code, signal) => {
      end = signal ?? `exit code ${code}`;
      dead.abort();
    });
    try {
      await Promise.race([ready === undefined ? saysReady(child) : ready(dead.signal), aborted(dead.signal)]);
    } catch (error) {
      throw dead.signal.aborted ? new PartFailedError(this.part.name, end, this.#log) : error;
    }
    child.once("exit", () => void this.#startAgain(end));
    if (dead.signal.aborted) void this.#startAgain(end);
  }

  /** Ends the part for good: SIGTERM, and SIGKILL after `graceMilliseconds`. */
  async stop(graceMilliseconds: number): Promise<void> {
    this.#stopping = true;
    if (this.#identity !== undefined) await endProcess(this.#identity, graceMilliseconds);
  }

  /** Ends the part where no time is left to wait for it. */
  kill(): void {
    this.#stopping = true;
    this.#child?.kill("SIGTERM");
  }

  /** Passes on a hint of another part, where this one has a channel. */
  tell(hint: Hint): void {
    if (this.#child?.connected) this.#child.send(hint, () => undefined);
  }

  #spawn(): ChildProcess {
    const { command, args, env } = this.part;
    const output = openSync(this.#log, "a");
    const child = spawnRecorded(
      command,
      args,
      { output, channel: command === process.execPath, env: { PATH: process.env["PATH"], ...env } },
      (identity) => {
        this.#identity = identity;
        this.#events.started(identity);
      },
    );
    closeSync(output);
    child.on("message", (message) => {
      if (isHint(message)) this.#events.hinted(message);
    });
    this.#child = child;
    return child;
  }

  /** Goes on for as long as the part dies and nobody wants it to. */
  async #startAgain(firstEnd: string): Promise<void> {
    for (let end = firstEnd; !this.#stopping;) {
      this.#events.report(`${this.part.name} ended (${end}) and starts again in ${this.#pause / 1000} s`);
      await sleep(this.#pause);
      if (this.#stopping) return;
      const began = Date.now();
      end = await ended(this.#spawn());
      this.#pause = Date.now() - began > SOUND_AFTER ? FIRST_PAUSE : Math.min(this.#pause * 2, LONGEST_PAUSE);
    }
  }
}

function saysReady(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    child.on("message", (message) => {
      if (isHint(message) && message.hint === "ready") resolve();
    });
  });
}

function ended(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => child.once("exit", (code, signal) => resolve(signal ?? `exit code ${code}`)));
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => signal.addEventListener("abort", () => reject(new Error("ended")), { once: true }));
}
