import type { Table } from "../../lambdas/core/store/table.ts";
import type { Home } from "./home.ts";

const key = { pk: "book", sk: "starts" };

/**
 * How often Kapok has started, counted both in the home and in the store. A store that was put back from a copy has
 * counted less.
 */
export class Starts {
  readonly #home: Home;
  readonly #table: Table;
  readonly #kept: number;
  readonly #stored: number;

  private constructor(home: Home, table: Table, kept: number, stored: number) {
    this.#home = home;
    this.#table = table;
    this.#kept = kept;
    this.#stored = stored;
  }

  static async read(home: Home, table: Table): Promise<Starts> {
    const kept = (await home.read<{ starts: number }>("starts.json"))?.starts ?? 0;
    return new Starts(home, table, kept, (await table.get(key))?.["starts"] ?? 0);
  }

  /** Whether the store is an older one than the one that this home worked with last. */
  get storeIsOlder(): boolean {
    return this.#stored < this.#kept;
  }

  /** Counts this start, the store first. To be called once what follows from {@link storeIsOlder} is durable. */
  async count(): Promise<void> {
    const starts = Math.max(this.#kept, this.#stored) + 1;
    await this.#table.put({ ...key, starts });
    await this.#home.write("starts.json", { starts });
  }
}
