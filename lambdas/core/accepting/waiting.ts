import type { Operation } from "../operation.ts";
import { pause } from "../store/table.ts";

/** Between two looks without a hint, milliseconds: from the first to the last. */
const SHORTEST = 150;
const LONGEST = 1000;

/**
 * Waits for decisions by reading the operation's own row again: when a hint comes that a block was indexed, and with
 * growing pauses where no hint comes.
 */
export class Waiting {
  private readonly read: (wanted: { organisation: string; id: string }) => Promise<Operation | undefined>;
  private sleepers: (() => void)[] = [];
  private hinted = false;

  constructor(read: (wanted: { organisation: string; id: string }) => Promise<Operation | undefined>) {
    this.read = read;
  }

  /** A block was indexed. */
  hint(): void {
    this.hinted = true;
    const sleepers = this.sleepers;
    this.sleepers = [];
    for (const wake of sleepers) wake();
  }

  /** The operation as it is when it is decided, or when the time is up. */
  async settled(operation: Operation, milliseconds: number): Promise<Operation> {
    const until = Date.now() + milliseconds;
    let now = operation;
    for (let turn = 0; !now.decision && Date.now() < until; turn++) {
      const longest = this.hinted ? LONGEST : Math.min(LONGEST, SHORTEST * 1.5 ** turn);
      await this.sleep(Math.min(longest, until - Date.now()));
      now = (await this.read(operation)) ?? now;
    }
    return now;
  }

  private sleep(milliseconds: number): Promise<void> {
    return Promise.race([new Promise<void>((resolve) => this.sleepers.push(resolve)), pause(milliseconds)]);
  }
}
