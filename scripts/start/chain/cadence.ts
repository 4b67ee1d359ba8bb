/** When the next block is due: a period after the last one while something waits, and rarely while nothing does. */
import { EventEmitter, once } from "node:events";

export class Cadence {
  readonly #blockMilliseconds: number;
  readonly #idleMilliseconds: number;
  readonly #work = new EventEmitter();
  #lastBlock: number;
  #waiting = false;

  /** @param lastBlock - when the last block was begun, in milliseconds since 1970 */
  constructor(blockMilliseconds: number, idleMilliseconds: number, lastBlock: number) {
    this.#blockMilliseconds = blockMilliseconds;
    this.#idleMilliseconds = idleMilliseconds;
    this.#lastBlock = lastBlock;
  }

  /** Says that something waits for the next block. */
  wake(): void {
    this.#waiting = true;
    this.#work.emit("work");
  }

  /** Says that nothing waits any more. */
  rest(): void {
    this.#waiting = false;
  }

  /** Waits until the next block is due, and gives the time at which it begins. From here on, wake is for the one after. */
  async due(): Promise<number> {
    for (let wait = this.#wait(); wait > 0; wait = this.#wait()) await this.#sleep(wait);
    this.#waiting = false;
    return (this.#lastBlock = Date.now());
  }

  #wait(): number {
    const now = Date.now();
    this.#lastBlock = Math.min(this.#lastBlock, now); // The clock may be set back.
    return this.#lastBlock + (this.#waiting ? this.#blockMilliseconds : this.#idleMilliseconds) - now;
  }

  /** Sleeps, at most until work arrives. */
  async #sleep(milliseconds: number): Promise<void> {
    const alarm = new AbortController();
    const timer = setTimeout(() => alarm.abort(), Math.ceil(milliseconds));
    await once(this.#work, "work", { signal: alarm.signal }).catch(() => undefined);
    clearTimeout(timer);
  }
}
