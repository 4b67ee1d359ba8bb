/**
 * Runs the parts of Kapok on one machine, and knows nothing of what they do.
 *
 * It owns a folder, the home: `lock` says who, `parts.json` which processes, `logs/` what they said. Whatever way it
 * ends, the parts end with it, or are found and ended by the next one.
 */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { lockHome } from "./lock.ts";
import type { Part } from "./part.ts";
import { PartProcess } from "./part-process.ts";
import { endOrphans, ProcessRecords } from "./process-records.ts";
import type { Hint } from "./supervised.ts";

export class Supervisor {
  readonly #home: string;
  readonly #records: ProcessRecords;
  readonly #report: (line: string) => void;
  readonly #grace: number;
  readonly #running: PartProcess[] = [];
  #stopped: Promise<void> | undefined;

  private constructor(home: string, report: (line: string) => void, grace: number) {
    this.#home = home;
    this.#records = new ProcessRecords(home);
    this.#report = report;
    this.#grace = grace;
  }

  /**
   * Takes the home, ends what an earlier supervisor left running there, and from now on ends everything at SIGINT and
   * SIGTERM, after which this process exits with code 0. A second signal does not wait for anybody.
   *
   * @param report - takes a line for whoever watches, such as that a part died
   * @param graceMilliseconds - how long a part may take to end before it is killed
   * @throws HomeInUseError where another supervisor has it.
   */
  static async open(
    home: string,
    report: (line: string) => void = console.error,
    graceMilliseconds = 5_000,
  ): Promise<Supervisor> {
    mkdirSync(join(home, "logs"), { recursive: true });
    process.on("exit", lockHome(home));
    await endOrphans(home, graceMilliseconds);
    const supervisor = new Supervisor(home, report, graceMilliseconds);
    process.on("exit", () => supervisor.#killAll());
    for (const signal of ["SIGINT", "SIGTERM"] as const) {
      process.on(signal, () => {
        if (supervisor.#stopped !== undefined) process.exit(1);
        void supervisor.stop().then(() => process.exit(0));
      });
    }
    return supervisor;
  }

  /** Starts a part and waits until it can be used; from then on it is started again whenever it dies. @throws PartFailedError */
  async start(part: Part): Promise<void> {
    const running = new PartProcess(part, join(this.#home, "logs"), {
      started: (identity) => this.#records.remember(part.name, identity),
      hinted: (hint) => this.#passOn(hint, running),
      report: this.#report,
    });
    this.#running.push(running);
    await running.start();
  }

  /** Ends all parts, the last started first, and nothing else. */
  stop(): Promise<void> {
    this.#stopped ??= this.#stopAll();
    return this.#stopped;
  }

  async #stopAll(): Promise<void> {
    for (const running of this.#running.toReversed()) await running.stop(this.#grace);
  }

  #killAll(): void {
    for (const running of this.#running) running.kill();
  }

  /** A hint is for everybody but its sender; that a part is ready concerns the supervisor alone. */
  #passOn(hint: Hint, sender: PartProcess): void {
    if (hint.hint === "ready") return;
    for (const running of this.#running) if (running !== sender) running.tell(hint);
  }
}
