import { setTimeout as sleep } from "node:timers/promises";
import type { Answer, ApiClient } from "../core/api-client.ts";
import type { Random } from "./random.ts";
import type { Hear, Shown, Status } from "./shown.ts";
import type { Wish } from "./wish.ts";

/** What a client does not need to understand: it asks again, with the same keys. */
const passing = new Set([429, 500, 502, 503, 504]);

/** How often clients had to ask again, by what they got instead of an answer. */
export class Retries {
  readonly counts = new Map<string, number>();

  note(why: string | number): void {
    this.counts.set(String(why), (this.counts.get(String(why)) ?? 0) + 1);
  }
}

/** A client that never gives up and never changes its mind. */
export class PersistentClient {
  readonly organisation: string;
  readonly #api: ApiClient;
  readonly #shown: Shown;
  readonly #random: Random;
  readonly #retries: Retries;

  constructor(api: ApiClient, shown: Shown, random: Random, retries = new Retries()) {
    this.organisation = api.organisation;
    this.#api = api;
    this.#shown = shown;
    this.#random = random;
    this.#retries = retries;
  }

  /** Sends a wish until the API says what became of it; the statuses are in the order of its operations. */
  async send(wish: Wish, wait?: number): Promise<(Status | undefined)[]> {
    const { method, path, body, isBatch, wanted } = wish;
    const options = { body, ...(isBatch ? {} : { key: wanted[0]!.key }), ...(wait !== undefined && { wait }) };
    return this.#insist(async () => {
      const hear = wanted.map(({ id }) => this.#shown.ask(wish.organisation, id));
      const stood = this.#shown.look();
      const answer = await this.#api.call(method, path, options);
      const known = this.#understand(wish, answer, hear);
      if (known || isPassing(answer) || !stood()) return known ?? answer;
      const what = `${answer.status} to ${path}: ${JSON.stringify(answer.body)}`;
      this.#shown.fault({ ...wish, id: wanted[0]!.id }, what);
      return [undefined];
    });
  }

  /** Looks at one operation. */
  async look(organisation: string, id: string): Promise<Status | undefined> {
    const [status] = await this.#insist(async () => {
      const hear = this.#shown.ask(organisation, id);
      const answer = await this.#api.get(`/v1/operations/${id}`);
      if (isPassing(answer)) return answer;
      hear(answer.status === 404 ? undefined : answer.body.status, answer.body);
      return [answer.status === 404 ? undefined : (answer.body.status as Status)];
    });
    return status;
  }

  /** Reads anything until it is answered. */
  async read(path: string): Promise<Answer> {
    const [answer] = await this.#insist(async () => {
      const answer = await this.#api.get(path);
      return isPassing(answer) ? answer : [answer];
    });
    return answer!;
  }

  /** What the answer says of each wanted operation; undefined where it is another answer. */
  #understand(wish: Wish, { status, body }: Answer, hear: Hear[]): Status[] | undefined {
    if (wish.isBatch && status === 202) {
      wish.wanted.forEach((_, index) => hear[index]!(body.operations[index].status));
      return body.operations.map((operation: { status: Status }) => operation.status);
    }
    if (![200, 201, 202, 409].includes(status)) return undefined;
    const document = status === 201 || status === 409 ? body.operation : body;
    if (document?.status === undefined) return undefined;
    hear[0]!(document.status, document);
    return [document.status];
  }

  async #insist<T>(ask: () => Promise<T[] | Answer>): Promise<T[]> {
    for (;;) {
      try {
        const answer = await ask();
        if (Array.isArray(answer)) return answer;
        this.#retries.note(answer.status);
      } catch (error) {
        this.#retries.note((error as Error).message.startsWith("token") ? "no token" : "no answer");
        this.#api.renew();
      }
      await sleep(this.#random.between(30, 400));
    }
  }
}

function isPassing({ status }: Answer): boolean {
  return passing.has(status);
}
