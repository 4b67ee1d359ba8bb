import type { CheckpointListener } from "../start/checkpoint-listener.ts";
import { until } from "../start/until.ts";

const BROADCAST = "journaled-not-broadcast";

/** What processes are made to do at their steps: die there, or keep signed bytes back from the chain. */
export class Steps {
  /** The step at which a process dies. */
  kill: string | undefined;
  readonly #listener: CheckpointListener;
  #kept = false;
  #released = Promise.resolve();
  #release: () => void = () => undefined;

  constructor(listener: CheckpointListener) {
    this.#listener = listener;
    listener.onStop = async ({ name, pid }) => {
      if (name === this.kill) process.kill(pid, "SIGKILL");
      if (name !== BROADCAST) return;
      this.#kept = true;
      await this.#released;
    };
  }

  /** How often a step was reached. */
  reached(name: string): number {
    return this.#listener.reached.get(name) ?? 0;
  }

  /** Keeps back what is signed from now on, and waits until something is. */
  async keepBack(): Promise<void> {
    this.#kept = false;
    this.#released = new Promise((resolve) => (this.#release = resolve));
    await until("signed bytes are kept back", () => this.#kept, 30_000);
  }

  /** Lets go of what is kept back. */
  letGo(): void {
    this.#release();
  }
}
