import { setTimeout as sleep } from "node:timers/promises";
import type { BookFile } from "../../lambdas/core/store/book.ts";
import { Aftermath } from "../faults/aftermath.ts";
import { readChain } from "../faults/chain-reader.ts";
import { Retries } from "../faults/persistent-client.ts";
import { chosenSeed, Random } from "../faults/random.ts";
import { Shown } from "../faults/shown.ts";
import { Traffic } from "../faults/traffic.ts";
import { compare } from "../faults/verdict.ts";
import type { Deployed } from "./cloud.ts";

/** How long the last operations may take to be decided, milliseconds: a lane of the dead goes on within 90 seconds. */
const PATIENCE = 120_000;

/** A deployment under traffic that insists, which is then asked what became of everything. */
export class DeployedRun {
  readonly shown = new Shown();
  readonly random = new Random(chosenSeed());
  readonly traffic: Traffic;
  readonly #deployed: Deployed;
  readonly #retries = new Retries();

  private constructor(deployed: Deployed, pause: number) {
    this.#deployed = deployed;
    this.traffic = new Traffic({
      credentials: deployed.credentials,
      merchants: ["hotel-a", "hotel-b", "park-c"],
      operator: "office",
      shown: this.shown,
      random: this.random.branch(),
      retries: this.#retries,
      pause,
    });
  }

  /** @param pause the longest of a client between two wishes, milliseconds */
  static begin(deployed: Deployed, pause = 2500): DeployedRun {
    const run = new DeployedRun(deployed, pause);
    console.log(`      seed ${run.random.seed}`);
    run.traffic.begin();
    return run;
  }

  /** Waits while the traffic goes on. @throws where that takes too long, or the traffic has stopped */
  async until(what: string, holds: () => boolean | Promise<boolean>, patience = PATIENCE): Promise<void> {
    for (const deadline = Date.now() + patience; !(await holds()); await sleep(100)) {
      if (this.traffic.failure) throw this.traffic.failure;
      if (Date.now() > deadline) throw new Error(`waited ${patience / 1000} s in vain until ${what}`);
    }
  }

  /** Ends the traffic, and waits until every operation that was answered 202 is decided. */
  async settle(): Promise<void> {
    await this.traffic.end();
    const aftermath = new Aftermath(this.traffic, this.shown, this.random);
    await aftermath.askForForgotten();
    await aftermath.awaitDecisions(PATIENCE);
    await aftermath.askOnceMore();
    const { promised, open } = this.shown;
    const asked = [...this.#retries.counts].map(([why, count]) => `${why} ${count}`).join(", ");
    console.log(`      ${promised.length} operations promised, ${open} open; asked again for: ${asked || "nothing"}`);
  }

  /** Where what was promised, what was shown and what the chain holds do not agree. @param chainUrl the chain itself */
  async faults(chainUrl: string): Promise<string[]> {
    const { addresses } = (await this.#deployed.emulation.home.book()) as BookFile;
    const story = await readChain(chainUrl, addresses["PointsLedger"]!);
    const names = new Set(this.shown.promised.map(({ organisation, id }) => `${organisation} ${id}`));
    // Other suites used this deployment too.
    const operations = story.operations.filter(({ organisation, id }) => names.has(`${organisation} ${id}`));
    const members = new Set(this.traffic.members);
    const balances = new Map([...story.balances].filter(([member]) => members.has(member)));
    return compare(this.shown, { ...story, operations, balances });
  }
}
