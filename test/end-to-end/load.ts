import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { idOf } from "../points/end-to-end/desk.ts";
import type { Desk } from "../points/end-to-end/desk.ts";

/** Earnings of one point that go on until they are told to stop, each sent until it is answered. */
export class Load {
  readonly keys: string[] = [];
  readonly #desk: Desk;
  readonly #member: string;
  readonly #lanes: Promise<void>[];
  #stopping = false;

  constructor(desk: Desk, member: string, atOnce = 4) {
    this.#desk = desk;
    this.#member = member;
    this.#lanes = Array.from({ length: atOnce }, () => this.#go());
    for (const lane of this.#lanes) lane.catch(() => {});
  }

  /** Stops, and waits until everything is decided. @returns how many points were earned */
  async stop(): Promise<number> {
    this.abandon();
    await Promise.all(this.#lanes);
    const outcomes = this.keys.map(async (key) => {
      const { status } = await this.#desk.decided(idOf(this.#desk.organisation, key));
      if (status !== "final") throw new Error(`an earning was ${status}`);
    });
    await Promise.all(outcomes);
    return this.keys.length;
  }

  /** Stops without looking back. */
  abandon(): void {
    this.#stopping = true;
  }

  async #go(): Promise<void> {
    while (!this.#stopping) {
      const key = randomUUID();
      this.keys.push(key);
      while (!(await this.#sent(key))) await sleep(100);
      await sleep(100);
    }
  }

  /** @throws for an answer that no client should get */
  async #sent(key: string): Promise<boolean> {
    const body = { member: this.#member, points: 1 };
    const answer = await this.#desk.post("/v1/points/earnings", body, { key }).catch(() => undefined);
    if (answer?.status === 202 || answer?.status === 200) return true;
    if (answer === undefined || answer.status === 503) return false;
    throw new Error(`an earning was answered ${answer.status} ${JSON.stringify(answer.body)}`);
  }
}
