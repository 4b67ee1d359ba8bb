import { setTimeout as sleep } from "node:timers/promises";
import { hexToBytes, type Hex } from "viem";
import { VOID } from "../../lambdas/core/chain/envelope.ts";
import { submittedEntries } from "../../lambdas/core/submitting/batch.ts";
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
  /** Operations that were on their way to the chain before. */
  readonly #seen = new Set<string>();
  readonly #poisonings = new Set<(id: string) => boolean>();
  #running: Promise<unknown> = Promise.resolve();

  constructor(chain: DifficultChain, random: Random) {
    this.#chain = chain;
    this.#random = random;
    chain.pool.neverMines = ({ raw }) => this.#isPoisoned(executedBy(raw));
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

  /**
   * Poisons one of the wanted operations on its way to the chain, before any node has seen it: no transaction is ever mined
   * that would execute it; one that only rejects it is.
   */
  poisonNext(isWanted: (id: string) => boolean): Promise<string> {
    return new Promise((resolve) => {
      const poisoning = (id: string) => {
        if (!isWanted(id)) return false;
        this.#poisoned.add(id);
        this.#poisonings.delete(poisoning);
        resolve(id);
        return true;
      };
      this.#poisonings.add(poisoning);
    });
  }

  #isPoisoned(ids: string[]): boolean {
    const fresh = ids.filter((id) => !this.#seen.has(id));
    for (const id of fresh) this.#seen.add(id);
    for (const poisoning of this.#poisonings) fresh.find(poisoning);
    return ids.some((id) => this.#poisoned.has(id));
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

/** The operations that signed bytes would execute; none where they are no batch. */
function executedBy(raw: Hex): string[] {
  try {
    const entries = submittedEntries(hexToBytes(raw));
    return entries.filter(({ code }) => code !== VOID).map(({ operation }) => operation);
  } catch {
    return [];
  }
}
