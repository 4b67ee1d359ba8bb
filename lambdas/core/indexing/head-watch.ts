import { setTimeout as pause } from "node:timers/promises";
import type { Chain } from "../chain/chain.ts";
import type { Kapok } from "../kapok.ts";
import { saying } from "../log.ts";
import { readCursor } from "../store/book.ts";

/** Three looks a minute, so that no minute is without one. */
const PERIOD_MILLISECONDS = 20_000;

/** The newest block that is known, and since when. */
interface Head {
  number: number;
  /** Of the block, milliseconds since 1970. */
  time: number;
  /** When it was first seen here, by `performance.now()`. */
  seenAt: number;
  /** Whether nodes answered with an older one before, so that it was made when it was first seen. */
  moved: boolean;
}

/**
 * Says how old the chain's head is and how far the store is behind it, whether the chain goes on, halts or does not
 * answer at all: then its head is the newest one that was ever seen.
 */
export class HeadWatch {
  private readonly kapok: Kapok;
  private readonly chain: Chain;
  private head: Head | undefined;
  /** The newest block that a node answered with. */
  private answered = Infinity;
  private saidAt = -Infinity;
  private readonly periodMilliseconds: number;

  constructor(kapok: Kapok, chain: Chain, periodMilliseconds = PERIOD_MILLISECONDS) {
    this.kapok = kapok;
    this.chain = chain;
    this.periodMilliseconds = periodMilliseconds;
  }

  /** Looks now and then until the signal says stop, however often this is begun anew. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const rest = this.saidAt + this.periodMilliseconds - performance.now();
      if (rest > 0) await pause(rest, undefined, { signal }).catch(() => undefined);
      else await this.look().catch((error) => this.kapok.log.warn("head-unknown", { error: saying(error) }));
    }
  }

  private async look(): Promise<void> {
    this.saidAt = performance.now();
    const [cursor, block] = await Promise.all([
      readCursor(this.kapok.core).catch(() => undefined),
      this.newestBlock().catch(() => undefined),
    ]);
    if (block) this.see(block.number, block.time, block.number > this.answered);
    if (block) this.answered = block.number;
    if (cursor) this.see(cursor.blockNumber, cursor.time, false);
    if (!this.head) return this.kapok.log.warn("head-unknown");
    const age = ageOf(this.head);
    const lag = block && cursor ? Math.max(0, block.number - cursor.blockNumber) : undefined;
    this.kapok.log.info(
      "head",
      { block: this.head.number, ageSeconds: age, answers: block !== undefined, ...(lag !== undefined && { lag }) },
      { values: { HeadAge: age, ...(lag !== undefined && { IndexerLag: lag }) } },
    );
  }

  private async newestBlock() {
    return this.chain.block(await this.chain.head());
  }

  private see(number: number, seconds: number, moved: boolean): void {
    if (this.head && number <= this.head.number) return;
    this.head = { number, time: seconds * 1000, seenAt: performance.now(), moved };
  }
}

/**
 * Seconds. A head that was seen to come is as old as that; before, it is as old as it says, or as long as it was seen to
 * stand, where validators' clocks are ahead of ours.
 */
function ageOf({ time, seenAt, moved }: Head): number {
  const stood = performance.now() - seenAt;
  return Math.floor((moved ? stood : Math.max(stood, Date.now() - time)) / 1000);
}
