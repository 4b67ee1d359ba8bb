import { randomUUID } from "node:crypto";
import { once } from "node:events";
import type { Chain } from "../chain/chain.ts";
import type { Kapok } from "../kapok.ts";
import { saying } from "../log.ts";
import type { Keys } from "../signing/keys.ts";
import { pause } from "../store/table.ts";
import { ensureLane } from "./ensure-lane.ts";
import { LaneWorker } from "./lane-worker.ts";
import type { SubmittingSettings } from "./settings.ts";
import { Tending } from "./tend.ts";

const UNDER_WAY_MILLISECONDS = 250;
/** In a crowd each operation is a hint: so long nobody looks again, and many are seen at once. */
const CROWD_MILLISECONDS = 30;
/** Between two looks at a lane with nothing to do: where hints come, and where none do. */
const HINTED_MILLISECONDS = 3000;
const UNHINTED_MILLISECONDS = 300;

/** Keeps the lanes of this Kapok's own organisations moving, in one process. */
export class Submitter {
  private readonly kapok: Kapok;
  private readonly chain: Chain;
  private readonly keys: Keys;
  private readonly settings: SubmittingSettings;
  private readonly owner: string;
  private readonly idleMilliseconds: number;
  private readonly sleepers = new Map<string, () => void>();
  /** Lanes that were woken while they were at work: they look once more before they sleep. */
  private readonly woken = new Set<string>();
  /** Lanes that wait for what is under way. */
  private readonly waiting = new Set<string>();

  /**
   * @param hinted whether somebody calls {@link wake}
   * @param owner takes lanes from itself at once; to be given where it is known that one of that name died
   */
  constructor(
    kapok: Kapok,
    chain: Chain,
    keys: Keys,
    settings: SubmittingSettings,
    hinted = true,
    owner: string = randomUUID(),
  ) {
    this.owner = owner;
    this.idleMilliseconds = hinted ? HINTED_MILLISECONDS : UNHINTED_MILLISECONDS;
    this.kapok = kapok;
    this.chain = chain;
    this.keys = keys;
    this.settings = settings;
  }

  /** Works on the lanes of these organisations, of which there may be none, until the signal says stop. */
  async run(organisations: string[], signal: AbortSignal): Promise<void> {
    signal.addEventListener("abort", () => this.wakeAll());
    if (organisations.length === 0 && !signal.aborted) await once(signal, "abort");
    await Promise.all(organisations.map((organisation) => this.keep(organisation, signal)));
  }

  /** A hint that there may be something to do for a lane. Losing one costs time, nothing else. */
  wake(organisation: string): void {
    this.woken.add(organisation);
    this.sleepers.get(organisation)?.();
  }

  /** A hint that a block was indexed: it says nothing to a lane that has nothing under way. */
  blockIndexed(): void {
    for (const organisation of this.waiting) this.wake(organisation);
  }

  private wakeAll(): void {
    for (const organisation of this.sleepers.keys()) this.wake(organisation);
  }

  private async keep(organisation: string, signal: AbortSignal): Promise<void> {
    const { kapok, chain, keys, settings } = this;
    // It outlives a worker that failed: how long bytes have been before the chain is not forgotten with each error.
    const tending = new Tending(kapok, chain, organisation);
    while (!signal.aborted) {
      const worker = new LaneWorker({ organisation, kapok, chain, keys, settings, tending });
      try {
        await ensureLane(kapok, chain, keys, organisation);
        if (await worker.take(this.owner)) await this.work(worker, organisation, signal);
        else await this.sleep(organisation, this.idleMilliseconds);
      } catch (error) {
        worker.failed(error);
        await this.sleep(organisation, this.idleMilliseconds);
      }
    }
  }

  private async work(worker: LaneWorker, organisation: string, signal: AbortSignal): Promise<void> {
    try {
      while (!signal.aborted) {
        const outcome = await worker.step();
        if (outcome === "idle" || outcome === "lost") this.waiting.delete(organisation);
        else this.waiting.add(organisation);
        if (outcome === "lost") return this.sleep(organisation, UNDER_WAY_MILLISECONDS);
        if (outcome === "waiting") {
          await pause(CROWD_MILLISECONDS);
          await this.sleep(organisation, UNDER_WAY_MILLISECONDS - CROWD_MILLISECONDS);
        }
        if (outcome === "idle") await this.sleep(organisation, this.idleMilliseconds);
      }
    } finally {
      await worker.release().catch((error) => this.kapok.log.warn("lane-not-released", { error: saying(error) }));
    }
  }

  private async sleep(organisation: string, milliseconds: number): Promise<void> {
    if (!this.woken.has(organisation)) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, milliseconds);
        this.sleepers.set(organisation, () => {
          clearTimeout(timer);
          resolve();
        });
      });
    }
    this.woken.delete(organisation);
  }
}
