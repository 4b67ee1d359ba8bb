import { setTimeout as sleep } from "node:timers/promises";
import type { DifficultChain } from "../core/difficult-chain.ts";
import type { Random } from "./random.ts";

/** What a chain does to its clients for a while. Each gives what ends it. */
type Trouble = () => (() => unknown) | Promise<() => unknown>;

/** Bad days of a chain, one trouble after another and some at once, as chance will have it. */
export class Weather {
  /** How often each trouble came. */
  readonly met = new Map<string, number>();
  readonly #chain: DifficultChain;
  readonly #random: Random;
  readonly #over = new AbortController();
  readonly #poisoned = new Set<string>();
  #running: Promise<unknown> = Promise.resolve();

  constructor(chain: DifficultChain, random: Random) {
    this.#chain = chain;
    this.#random = random;
    chain.pool.neverMines = ({ raw }) => [...this.#poisoned].some((id) => isIn(raw, id));
  }

  begin(): void {
    this.#running = Promise.all([this.#keepChanging(), this.#keepChanging()]);
    this.#running.catch(() => undefined);
  }

  /** The sun comes out; what is poisoned stays so. */
  async end(): Promise<void> {
    this.#over.abort();
    await this.#running;
    await this.#chain.resume();
  }

  /** Resolves when every trouble has really been somebody's trouble. */
  async everyTroubleMet(): Promise<void> {
    const { pool, view } = this.#chain;
    while ([...Object.values(pool.count), view.count.hidden].includes(0)) await sleep(100);
  }

  /** From now on no transaction is ever mined that would execute this operation; one that only rejects it is. */
  poison(id: string): void {
    this.#poisoned.add(id.replaceAll("-", ""));
  }

  async #keepChanging(): Promise<void> {
    let left: [string, Trouble][] = [];
    while (!this.#over.signal.aborted) {
      if (left.length === 0) left = this.#random.shuffled(Object.entries(this.#troubles));
      const [name, trouble] = left.pop()!;
      this.met.set(name, (this.met.get(name) ?? 0) + 1);
      const end = await trouble();
      await sleep(this.#random.between(1000, 3000), undefined, { signal: this.#over.signal }).catch(() => undefined);
      await end();
    }
  }

  readonly #troubles: Record<string, Trouble> = {
    "broadcasts are lost": () => {
      const { pool } = this.#chain;
      pool.loses = () => this.#random.chance(0.5);
      return () => (pool.loses = () => false);
    },
    "broadcasts come twice": () => {
      const { pool } = this.#chain;
      pool.sendsTwice = () => this.#random.chance(0.7);
      return () => (pool.sendsTwice = () => false);
    },
    "far nonces are refused": () => {
      const { pool } = this.#chain;
      pool.nonceDistance = 0;
      return () => (pool.nonceDistance = Infinity);
    },
    "answers are late": () => {
      this.#chain.delay = () => (this.#random.chance(0.2) ? this.#random.between(100, 2000) : 0);
      return () => (this.#chain.delay = () => 0);
    },
    "answers to broadcasts are too late": () => {
      this.#chain.delay = ({ method }) =>
        method === "eth_sendRawTransaction" && this.#random.chance(0.2) ? 11_000 : 0;
      return () => (this.#chain.delay = () => 0);
    },
    "nodes lag": () => {
      const { view } = this.#chain;
      Object.assign(view, { lagBlocks: this.#random.between(1, 4), stateBlocks: 10 });
      return () => Object.assign(view, { lagBlocks: 0, stateBlocks: Infinity });
    },
    "the chain halts": async () => {
      await this.#chain.halt().catch(() => undefined);
      return () => this.#chain.resume().catch(() => undefined);
    },
    "all is well": () => () => undefined,
  };
}

/** Whether signed bytes would execute an operation: its id right after a kind. That of a void entry is 0. */
function isIn(raw: string, id: string): boolean {
  return [1, 2, 3, 4, 5, 6, 7].some((kind) => raw.includes(`0${kind}${id}`));
}
