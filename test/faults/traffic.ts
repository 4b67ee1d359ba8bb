import { setTimeout as sleep } from "node:timers/promises";
import type { Credentials } from "../../scripts/start/home.ts";
import { ApiClient } from "../core/api-client.ts";
import { PersistentClient, type Retries } from "./persistent-client.ts";
import type { Random } from "./random.ts";
import { idOf, type Shown, type ShownOperation } from "./shown.ts";
import type { Wanted, Wish } from "./wish.ts";

export interface TrafficOptions {
  readonly credentials: Credentials;
  readonly merchants: readonly string[];
  readonly operator: string;
  readonly shown: Shown;
  readonly random: Random;
  readonly retries: Retries;
  /** The longest pause of a client between two wishes, milliseconds. */
  readonly pause: number;
}

/** Two clients a merchant and one of the operator, all at once: operations of every kind over the same members. */
export class Traffic {
  readonly wishes: Wish[] = [];
  readonly members: string[] = [];
  readonly #options: TrafficOptions;
  readonly #over = new AbortController();
  /** Why it stopped, where it did so by itself: the test is wrong. */
  failure: unknown;
  #running: Promise<unknown> = Promise.resolve();
  #keys = 0;
  readonly #apis = new Map<string, ApiClient>();

  constructor(options: TrafficOptions) {
    this.#options = options;
  }

  begin(): void {
    const { merchants, operator } = this.#options;
    const clients = [...merchants, ...merchants].map((organisation) => this.#trade(this.client(organisation)));
    const watchers = [...merchants, operator].map((organisation) => this.#watch(this.client(organisation)));
    this.#running = Promise.all([...clients, ...watchers, this.#operate(this.client(operator))]);
    this.#running.catch((error) => (this.failure = error));
  }

  /** No new wishes; resolves when the last one is answered. */
  async end(): Promise<void> {
    this.#over.abort();
    await this.#running;
  }

  /** A client of an organisation; they share its access token. */
  client(organisation: string): PersistentClient {
    const { credentials, shown, random, retries } = this.#options;
    let api = this.#apis.get(organisation);
    if (!api) this.#apis.set(organisation, (api = new ApiClient(credentials, organisation)));
    return new PersistentClient(api, shown, random.branch(), retries);
  }

  async #trade(client: PersistentClient): Promise<void> {
    const random = this.#options.random.branch();
    while (!this.#over.signal.aborted) {
      const wish = this.#wishOf(client.organisation, random);
      this.wishes.push(wish);
      await client.send(wish, random.chance(0.2) ? random.between(0, 2) : undefined);
      // A guest who taps twice, a till that lost its network: the same keys once more, now or much later.
      if (random.chance(0.15)) await client.send(wish);
      const own = this.wishes.filter(({ organisation }) => organisation === client.organisation);
      if (random.chance(0.1)) await client.send(random.one(own));
      await sleep(random.next() * this.#options.pause);
    }
  }

  async #operate(client: PersistentClient): Promise<void> {
    const random = this.#options.random.branch();
    while (!this.#over.signal.aborted) {
      const wish = this.#administration(client.organisation, random);
      this.wishes.push(wish);
      await client.send(wish, random.chance(0.3) ? 1 : undefined);
      if (random.chance(0.3)) await client.send(wish);
      await sleep(500 + random.next() * this.#options.pause * 4);
    }
  }

  /** Looks at operations of its organisation, and when one is final, whether its effect is there too. */
  async #watch(client: PersistentClient): Promise<void> {
    const random = this.#options.random.branch();
    while (!this.#over.signal.aborted) {
      await sleep(random.next() * 400);
      const own = [...this.#options.shown.operations.values()].filter(({ organisation }) => {
        return organisation === client.organisation;
      });
      const open = own.filter(({ rank }) => rank < 2);
      const operation = random.chance(0.8) && open.length > 0 ? random.one(open) : own.length > 0 && random.one(own);
      if (!operation || !operation.promised) continue;
      const status = await client.look(operation.organisation, operation.id);
      if (status === "final" && random.chance(0.3)) await this.#seeEffect(client, operation);
    }
  }

  async #seeEffect(client: PersistentClient, operation: ShownOperation): Promise<void> {
    const { kind, result } = operation.document ?? {};
    if (!["enrol", "earn", "redeem", "reverse"].includes(kind) || client.organisation === this.#options.operator)
      return;
    const path = `/v1/points/members/${result.member}`;
    const stood = this.#options.shown.look();
    const { status, body } = await client.read(kind === "enrol" ? path : `${path}/entries?limit=100`);
    const seen =
      kind === "enrol"
        ? body?.id === result.member
        : body?.entries?.some((entry: any) => entry.operation === operation.id);
    const tooMany = body?.entries?.length === 100;
    if (stood() && (status !== 200 || (!seen && !tooMany)))
      this.#options.shown.fault(operation, `is final, and its effect is not there`);
  }

  #wishOf(organisation: string, random: Random): Wish {
    if (this.members.length < 5 || random.chance(0.1)) return this.#enrolment(organisation);
    const final = this.#options.shown.promised.filter(
      (operation) => operation.organisation === organisation && isReversible(operation),
    );
    if (final.length > 0 && random.chance(0.1)) return this.#reversal(organisation, random.one(final), random);
    if (random.chance(0.25)) return this.#batch(organisation, random);
    const { kind, ...body } = this.#posting(random);
    return this.#single(organisation, kind, `/v1/points/${kind === "earn" ? "earnings" : "redemptions"}`, body);
  }

  #enrolment(organisation: string): Wish {
    const wish = this.#single(organisation, "enrol", "/v1/points/members", { reference: `guest ${this.#keys}` });
    this.members.push(wish.wanted[0]!.id);
    return wish;
  }

  #reversal(organisation: string, original: ShownOperation, random: Random): Wish {
    const part = random.chance(0.5) ? { points: random.between(1, original.document.result.points) } : {};
    return this.#single(organisation, "reverse", "/v1/points/reversals", { operation: original.id, ...part });
  }

  #batch(organisation: string, random: Random): Wish {
    const length = random.chance(0.1) ? random.between(80, 150) : random.between(2, 25);
    const operations = Array.from({ length }, () => ({ key: this.#newKey(), ...this.#posting(random) }));
    const wanted = operations.map(({ key, kind }): Wanted => ({ key, id: idOf(organisation, key), kind }));
    return { organisation, method: "POST", path: "/v1/points/batches", body: { operations }, wanted, isBatch: true };
  }

  #administration(organisation: string, random: Random): Wish {
    if (this.members.length === 0 || random.chance(0.4)) {
      return this.#single(organisation, "settle", "/v1/points/settlements", {});
    }
    const freezes = random.chance(0.4);
    const path = `/v1/points/members/${random.one(this.members)}/freeze`;
    return {
      ...this.#single(organisation, freezes ? "freeze" : "unfreeze", path, undefined),
      method: freezes ? "PUT" : "DELETE",
    };
  }

  #posting(random: Random) {
    const kind = random.chance(0.6) ? ("earn" as const) : ("redeem" as const);
    return { kind, member: random.one(this.members), points: random.between(1, 400) };
  }

  #single(organisation: string, kind: string, path: string, body: unknown): Wish {
    const key = this.#newKey();
    return {
      organisation,
      method: "POST",
      path,
      body,
      wanted: [{ key, id: idOf(organisation, key), kind }],
      isBatch: false,
    };
  }

  #newKey(): string {
    return `${this.#options.random.seed}-${this.#keys++}`;
  }
}

function isReversible({ status, document }: ShownOperation): boolean {
  return status === "final" && (document?.kind === "earn" || document?.kind === "redeem");
}
