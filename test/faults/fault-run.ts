import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { BookFile } from "../../lambdas/core/store/book.ts";
import { RunningKapok, settingsOf } from "../core/running-kapok.ts";
import { CheckpointListener } from "../start/checkpoint-listener.ts";
import { Aftermath, severalAtOnce } from "./aftermath.ts";
import { readChain } from "./chain-reader.ts";
import { command } from "./commands.ts";
import { Kills } from "./kills.ts";
import { Retries } from "./persistent-client.ts";
import type { Round } from "./plan.ts";
import { Random } from "./random.ts";
import { Shown } from "./shown.ts";
import { expireLeases, leftovers, projections } from "./store.ts";
import { Traffic } from "./traffic.ts";
import { compare } from "./verdict.ts";

/** A chain beside Kapok, where it is not the one that npm start runs. */
export interface ChainBeside {
  /** Where Kapok finds it. */
  readonly url: string;
  /** Where it is seen as it is. */
  readonly truth: string;
  end(): Promise<void>;
}

export interface FaultRunOptions {
  readonly seed: number;
  /** At least so many operations are sent. */
  readonly operations: number;
  /** The longest pause of a client between two wishes, milliseconds. */
  readonly pause?: number;
  readonly submitting?: Record<string, number>;
  /** Starts the chain, with the variables that make it quick and let its steps be heard. */
  readonly chain?: (variables: Record<string, string>) => Promise<ChainBeside>;
  readonly say?: (line: string) => void;
}

/** Quicker blocks than a second, so that a run meets more of them; and snapshots all the time. */
const quickChain = { CHAIN_BLOCK_SECONDS: "0.5", CHAIN_SNAPSHOT_AFTER_SECONDS: "0.2" };
/** A few dozen operations fill a transaction, so that what waits together is mined apart. */
const smallTransactions = { gas: 1_000_000, timeoutMilliseconds: 2000 };
/** How long the last operations may take to be decided when nothing is killed any more, milliseconds. */
const PATIENCE = 90_000;

/** One Kapok under traffic that insists, to be killed again and again, and then asked what it remembers. */
export class FaultRun {
  readonly random: Random;
  readonly shown = new Shown();
  readonly retries = new Retries();
  readonly traffic: Traffic;
  readonly kills: Kills;
  kapok: RunningKapok;
  readonly #listener: CheckpointListener;
  readonly #folder: string;
  readonly #options: FaultRunOptions;
  readonly #chain: ChainBeside | undefined;
  readonly #began = Date.now();

  private constructor(
    options: FaultRunOptions,
    folder: string,
    listener: CheckpointListener,
    kapok: RunningKapok,
    chain?: ChainBeside,
  ) {
    this.#options = options;
    this.#folder = folder;
    this.#listener = listener;
    this.#chain = chain;
    this.kapok = kapok;
    this.random = new Random(options.seed);
    this.kills = new Kills(listener, this.random.branch(), () => this.shown.open + this.shown.forgotten().length);
    this.traffic = new Traffic({
      credentials: kapok.credentials(),
      merchants: ["hotel-a", "hotel-b", "park-c"],
      operator: "office",
      shown: this.shown,
      random: this.random.branch(),
      retries: this.retries,
      pause: options.pause ?? 1000,
    });
  }

  static async begin(options: FaultRunOptions): Promise<FaultRun> {
    const folder = mkdtempSync(join(tmpdir(), "kapok-"));
    const listener = await CheckpointListener.open(folder);
    const env = { ...quickChain, KAPOK_CHECKPOINT_SOCKET: listener.socket };
    const chain = await options.chain?.(env);
    const kapok = await RunningKapok.start({
      settings: settingsOf({}, { submitting: { ...smallTransactions, ...options.submitting } }),
      env: { ...env, ...(chain && { CHAIN_RPC_URL: chain.url }) },
    });
    const run = new FaultRun(options, folder, listener, kapok, chain);
    run.say(`seed ${options.seed}: Kapok runs`);
    run.traffic.begin();
    return run;
  }

  /** Kills at every step of the round, and then what comes after. */
  async round({ steps, next, patient }: Round): Promise<void> {
    const over = new AbortController();
    if (!patient) void this.#hurry(over.signal);
    await Promise.all(steps.map((step) => this.kills.at(step)));
    if (next === "dynamodb" || next === "anvil") this.kills.program(this.kapok, next);
    else if (next) await this.killWhole(next === "everything");
    over.abort();
    this.say(`killed at ${[...steps, ...(next ? [next] : [])].join(", ")}`);
  }

  /** The leases of the dead run out soon, and not after fifteen seconds each. */
  async #hurry(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await sleep(1500);
      await expireLeases(this.kapok).catch(() => undefined);
    }
  }

  /** Kills npm start while promised operations are open, and starts it again. */
  async killWhole(withParts: boolean): Promise<void> {
    await this.until("something is open", () => this.shown.open > 0);
    await this.kills.whole(this.kapok, withParts);
    this.kapok = await this.kapok.startAgain();
  }

  /** Lets the traffic go on until so many more operations are decided. */
  async decide(more: number): Promise<void> {
    const decided = () => this.shown.promised.length - this.shown.open;
    const enough = decided() + more;
    await this.until(`${more} more operations are decided`, () => decided() >= enough);
  }

  /** Waits while the traffic goes on. @throws where that takes too long, or the traffic has stopped */
  async until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
    const deadline = Date.now() + PATIENCE;
    while (!(await holds())) {
      if (this.traffic.failure) throw this.traffic.failure;
      if (Date.now() > deadline) throw new Error(`waited ${PATIENCE / 1000} s in vain until ${what}`);
      await sleep(50);
    }
  }

  /** Goes on until enough was sent, and then until all of it is decided. */
  async settle(): Promise<void> {
    await this.until("enough is sent", () => this.#sent >= this.#options.operations);
    await this.traffic.end();
    this.say(`${this.#sent} operations sent, ${this.shown.open} open`);
    const aftermath = new Aftermath(this.traffic, this.shown, this.random);
    await aftermath.askForForgotten();
    await aftermath.awaitDecisions(PATIENCE);
    await aftermath.askOnceMore();
    this.say(`${this.shown.open} open`);
  }

  /** Where what was promised, what was shown, what the chain holds and what the store keeps do not agree. */
  async faults(): Promise<string[]> {
    const { rpcUrl, addresses } = this.kapok.read<BookFile>("book.json");
    const story = await readChain(this.#chain?.truth ?? rpcUrl, addresses["PointsLedger"]!);
    const faults = compare(this.shown, story);
    faults.push(...(await this.#balances(story.balances)));
    faults.push(...(await leftovers(this.kapok)).map((item) => `the store still has ${item}`));
    this.say(`${story.operations.length} operations on the chain`);

    const audited = await command(this.kapok, "audit");
    if (audited.code !== 0) faults.push(`npm run audit: ${audited.output}`);
    const kept = await projections(this.kapok);
    const rebuilt = await command(this.kapok, "rebuild");
    if (rebuilt.code !== 0) faults.push(`npm run rebuild: ${rebuilt.output}`);
    const again = await projections(this.kapok);
    if (kept.join("\n") !== again.join("\n"))
      faults.push(`${kept.length} rows were kept, and ${again.length} others rebuilt`);
    this.say(`audited, and ${again.length} rows rebuilt`);
    return faults;
  }

  /** Ends everything that the run started. */
  async end(): Promise<void> {
    await this.kapok.remove();
    await this.#chain?.end();
    this.#listener.close();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  get #sent(): number {
    return this.shown.operations.size;
  }

  async #balances(balances: Map<string, { stated: number }>): Promise<string[]> {
    const client = this.traffic.client("hotel-a");
    const faults: string[] = [];
    await severalAtOnce([...balances], async ([member, { stated }]) => {
      const { body } = await client.read(`/v1/points/members/${member}`);
      if (body.balance !== stated)
        faults.push(`member ${member} has ${stated} on the chain, and ${body.balance} by the API`);
    });
    return faults;
  }

  say(line: string): void {
    const seconds = ((Date.now() - this.#began) / 1000).toFixed(1);
    this.#options.say?.(`${seconds.padStart(6)} s  ${line}`);
  }

  /** What happened, for whoever reads. */
  report(): string {
    const kills = this.kills.done.map(({ what, open }) => `${what} (${open} open)`).join(", ");
    const retries = [...this.retries.counts].map(([why, count]) => `${why}: ${count}`).join(", ");
    return `${this.#sent} operations, ${this.kills.done.length} kills: ${kills}\nasked again after: ${retries || "nothing"}`;
  }
}
