import { setTimeout as sleep } from "node:timers/promises";
import type { Random } from "./random.ts";
import type { Shown } from "./shown.ts";
import type { Traffic } from "./traffic.ts";

/** What clients do when the faults are over: they ask until they know what became of everything. */
export class Aftermath {
  readonly #traffic: Traffic;
  readonly #shown: Shown;
  readonly #random: Random;

  constructor(traffic: Traffic, shown: Shown, random: Random) {
    this.#traffic = traffic;
    this.#shown = shown;
    this.#random = random;
  }

  /** Whoever never heard the end of it asks again, with the same keys. */
  async askForForgotten(): Promise<void> {
    const forgotten = new Set(this.#shown.forgotten());
    const { operations } = this.#shown;
    const left = this.#traffic.wishes.filter(({ organisation, wanted }) => {
      return wanted.some(({ id }) => forgotten.has(operations.get(`${organisation} ${id}`)!));
    });
    await severalAtOnce(left, (wish) => this.#traffic.client(wish.organisation).send(wish));
  }

  /** Looks at what is open until nothing is, or the time is up. */
  async awaitDecisions(milliseconds: number): Promise<void> {
    for (const until = Date.now() + milliseconds; this.#shown.open > 0 && Date.now() < until;) {
      await this.#lookAt(this.#random.shuffled(this.#shown.undecided()).slice(0, 200));
      await sleep(300);
    }
  }

  /** Late retries: the same keys find the same operations. Then whatever was only ever shown in a batch is looked at. */
  async askOnceMore(): Promise<void> {
    const some = Array.from({ length: 40 }, () => this.#random.one(this.#traffic.wishes));
    await severalAtOnce(some, (wish) => this.#traffic.client(wish.organisation).send(wish));
    await this.#lookAt(this.#shown.promised.filter(({ document }) => !document));
  }

  async #lookAt(operations: { organisation: string; id: string }[]): Promise<void> {
    await severalAtOnce(operations, ({ organisation, id }) =>
      this.#traffic.client(organisation).look(organisation, id),
    );
  }
}

/** Does the work for each of a list, a few at a time. */
export async function severalAtOnce<T>(list: readonly T[], work: (item: T) => Promise<unknown>): Promise<void> {
  const left = [...list];
  const worker = async () => {
    for (let item = left.pop(); item !== undefined; item = left.pop()) await work(item);
  };
  await Promise.all(Array.from({ length: 6 }, worker));
}
