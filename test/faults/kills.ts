import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { isRunning, type ProcessIdentity } from "../../scripts/start/process-identity.ts";
import type { RunningKapok } from "../core/running-kapok.ts";
import type { CheckpointListener, Stop } from "../start/checkpoint-listener.ts";
import type { Random } from "./random.ts";

/** One kill -9, and how many promised operations were open at that moment. */
export interface Kill {
  readonly what: string;
  readonly open: number;
}

interface Armed {
  /** How often the step is let pass before. */
  passes: number;
  /** For how long the process is held at the step first, while all others go on, milliseconds. */
  hold: number;
  hit: () => void;
}

/** Kills processes of a running Kapok, for real, at exactly the steps that it is told. */
export class Kills {
  readonly done: Kill[] = [];
  readonly #armed = new Map<string, Armed>();
  readonly #random: Random;
  readonly #open: () => number;

  /** @param open how many promised operations are open: a step is passed where there are none */
  constructor(listener: CheckpointListener, random: Random, open: () => number) {
    this.#random = random;
    this.#open = open;
    listener.onStop = (stop) => this.#reached(stop);
  }

  /** Resolves when a process was killed at this step. */
  async at(step: string, milliseconds = 60_000): Promise<void> {
    const hit = new Promise<void>((resolve) => {
      const hold = this.#random.chance(0.5) ? this.#random.between(1, 400) : 0;
      this.#armed.set(step, { passes: this.#random.between(0, 2), hold, hit: resolve });
    });
    const late = new AbortController();
    const missed = sleep(milliseconds, undefined, { signal: late.signal }).then(
      () => Promise.reject(new Error(`${step} was not reached within ${milliseconds} ms while anything was open`)),
      () => undefined,
    );
    await Promise.race([hit, missed]);
    late.abort();
  }

  /** The supervisor alone: its parts notice, each in its own time. Or every process at once, anvil and the store included. */
  async whole(kapok: RunningKapok, withParts: boolean): Promise<void> {
    this.#note(withParts ? "every process of npm start" : "the supervisor of npm start");
    const killed = kapok.kill();
    if (withParts) for (const name of partsOf(kapok.home)) killPart(kapok.home, name);
    await killed;
  }

  /** One of the programs that are not ours. */
  program(kapok: RunningKapok, name: "dynamodb" | "anvil"): void {
    this.#note(name);
    killPart(kapok.home, name);
  }

  async #reached({ name, pid }: Stop): Promise<void> {
    const armed = this.#armed.get(name);
    if (!armed || this.#open() === 0 || armed.passes-- > 0) return;
    this.#armed.delete(name);
    await sleep(armed.hold);
    this.#note(name);
    process.kill(pid, "SIGKILL");
    armed.hit();
  }

  #note(what: string): void {
    this.done.push({ what, open: this.#open() });
  }
}

type Records = Record<string, ProcessIdentity>;

function recordsOf(home: string): Records {
  const read = (...path: string[]): Records => JSON.parse(readFileSync(join(home, ...path, "parts.json"), "utf8"));
  try {
    return { ...read(), ...read("chain") };
  } catch {
    return read();
  }
}

function partsOf(home: string): string[] {
  return Object.keys(recordsOf(home));
}

/** Exactly the process that the home has on record. */
export function killPart(home: string, name: string, signal: NodeJS.Signals = "SIGKILL"): void {
  const identity = recordsOf(home)[name];
  if (!identity || !isRunning(identity)) return;
  try {
    process.kill(identity.pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}
