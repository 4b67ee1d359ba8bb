/** The chain behind the front: anvil, brought to where it was, and every later block logged before it is shown. */
import { join } from "node:path";
import type { checkpoint } from "../../../lambdas/core/checkpoint.ts";
import { Anvil } from "./anvil.ts";
import { BlockLog, LogDamagedError, type LoggedBlock } from "./block-log.ts";
import { Cadence } from "./cadence.ts";
import { Gate } from "./gate.ts";
import { genesisOf, keepGenesis } from "./genesis.ts";
import { headOf, mine, type Head } from "./mine.ts";
import { Pool } from "./pool.ts";
import { replay } from "./replay.ts";
import type { ChainSettings } from "./settings.ts";
import { snapshotIn, takeSnapshot } from "./snapshot.ts";

/** Snapshots may take this share of the time. */
const SNAPSHOT_SHARE = 1 / 20;
/** What it costs to hand anvil one transaction again, beside mining it. */
const MILLISECONDS_TO_SEND = 0.3;

export class Chain {
  readonly anvil: Anvil;
  /** No answer that may show a block passes while it is closed. */
  readonly gate = new Gate();
  readonly pool = new Pool();
  readonly #settings: ChainSettings;
  readonly #log: BlockLog;
  readonly #reached: typeof checkpoint;
  readonly #cadence: Cadence;
  #head: Head;
  /** How long a replay of what the log holds would take. */
  #replayMilliseconds: number;
  #noSnapshotBefore = 0;

  private constructor(
    settings: ChainSettings,
    anvil: Anvil,
    log: BlockLog,
    head: Head,
    replayMilliseconds: number,
    reached: typeof checkpoint,
  ) {
    this.#settings = settings;
    this.anvil = anvil;
    this.#log = log;
    this.#head = head;
    this.#replayMilliseconds = replayMilliseconds;
    this.#reached = reached;
    this.#cadence = new Cadence(settings.blockMilliseconds, settings.idleMilliseconds, head.timestamp * 1000);
  }

  /**
   * Brings the chain of this home back to the last block that anybody may have seen.
   *
   * @throws LogDamagedError, GenesisDiffersError where what is on disk does not make the same blocks again.
   */
  static async open(settings: ChainSettings, reached: typeof checkpoint): Promise<Chain> {
    const { home, stateHistory } = settings;
    const genesis = genesisOf(settings);
    const logPath = join(home, "blocks.log");
    const { log, blocks } = BlockLog.open(logPath);
    const snapshot = snapshotIn(home);
    const anvil = await Anvil.start({ home, genesis, stateHistory, snapshot });
    try {
      keepGenesis(home, genesis, (await headOf(anvil, "earliest")).hash);
      const begun = Date.now();
      await replay(anvil, blocks, (problem) => new LogDamagedError(logPath, problem));
      return new Chain(settings, anvil, log, await headOf(anvil), Date.now() - begun, reached);
    } catch (error) {
      anvil.kill();
      throw error;
    }
  }

  get head(): Head {
    return this.#head;
  }

  /** Says that anvil has taken a transaction. Where a block has it already, there is nothing to wait for. */
  accepted(hash: string): void {
    if (this.pool.rawOf(hash) !== undefined) this.#cadence.wake();
  }

  /** Makes blocks, each when it is due, for as long as nothing fails. */
  async run(): Promise<never> {
    for (;;) {
      const begun = await this.#cadence.due();
      const block = await this.gate.closedDuring(() => this.#makeBlock(Math.floor(begun / 1000)));
      if (this.pool.size === 0) this.#cadence.rest();
      else if (await this.#hasMore()) this.#cadence.wake();
      this.#replayMilliseconds += Date.now() - begun + block.transactions.length * MILLISECONDS_TO_SEND;
      if (this.#snapshotIsDue()) await this.#takeSnapshot(block);
    }
  }

  async #makeBlock(clock: number): Promise<LoggedBlock> {
    const timestamp = Math.max(clock, this.#head.timestamp + 1);
    const mined = await mine(this.anvil, timestamp);
    await this.#reached("mined-not-logged");
    const block = {
      number: mined.number,
      timestamp,
      hash: mined.hash,
      transactions: this.pool.take(mined.transactions),
    };
    await this.#log.append(block);
    await this.#reached("logged-not-shown");
    this.#head = mined;
    return block;
  }

  /** What did not fit waits for the next block; what no block takes (a gap in nonces) waits for its sender. */
  async #hasMore(): Promise<boolean> {
    const { pending } = await this.anvil.call<{ pending: string }>("txpool_status");
    return Number(pending) > 0;
  }

  #snapshotIsDue(): boolean {
    return this.#replayMilliseconds > this.#settings.snapshotAfterMilliseconds && Date.now() >= this.#noSnapshotBefore;
  }

  /** No block is made meanwhile, so the snapshot's head is this block, and the log goes on after it. */
  async #takeSnapshot(head: LoggedBlock): Promise<void> {
    const begun = Date.now();
    await takeSnapshot(this.anvil, this.#settings.home, this.#reached);
    await this.#reached("snapshot-renamed-log-not-cut");
    this.#log.startFrom(head);
    this.#replayMilliseconds = 0;
    this.#noSnapshotBefore = Date.now() + (Date.now() - begun) / SNAPSHOT_SHARE;
  }
}
