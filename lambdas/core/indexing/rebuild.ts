import { randomUUID } from "node:crypto";
import type { Chain } from "../chain/chain.ts";
import { ChainChanged, expectChain } from "../chain/expect-chain.ts";
import { walk } from "../chain/walk.ts";
import { checkpoint } from "../checkpoint.ts";
import type { Kapok } from "../kapok.ts";
import type { Book, Cursor, IndexerLease } from "../store/book.ts";
import { keepIndexer, readBook, readCursor, releaseIndexer, seizeIndexer } from "../store/book.ts";
import type { PlacedRow } from "../store/projections.ts";
import { writeRows } from "../store/projections.ts";
import {
  endRebuilding,
  markRebuilding,
  rebuildingOwner,
  SEEN_MILLISECONDS,
  stillRebuilding,
} from "../store/rebuilding.ts";
import type { Key, Table } from "../store/table.ts";
import { chunks, LARGEST_TRANSACTION, pause, refusals } from "../store/table.ts";
import { readableLedger, readLedgerBlock } from "./read-block.ts";
import { organisationsReader } from "./read-organisations.ts";

const LEASE_MILLISECONDS = 15_000;
/** How many rows are deleted or written together. */
const TOGETHER = 500;

/** Another rebuild began while this one was under way, and goes on alone. */
export class RebuildOvertaken extends Error {
  constructor() {
    super("another rebuild took over; that one finishes the work");
    this.name = "RebuildOvertaken";
  }
}

/** What a rebuild did. */
export interface Rebuilt {
  /** By table: how many rows were dropped, and how many changes of rows were written; a newer one hides an older. */
  tables: { name: string; dropped: number; written: number }[];
  firstBlock: number;
  /** The cursor: what comes after it is the indexer's. Absent where nothing was indexed yet. */
  lastBlock: number | undefined;
}

/**
 * Drops the projections and makes them again from the chain up to the cursor, while everything else goes on. The indexer
 * pauses, and readers are told so, before the first row goes. What dies halfway leaves that mark, and the next call
 * finishes: every row that it writes is written over none but an older one, so it does not matter what stood there.
 * @param notice how long readers have, in milliseconds, to see the mark before the first row goes
 * @throws RebuildOvertaken, ChainChanged
 */
export async function rebuild(kapok: Kapok, chain: Chain, notice = SEEN_MILLISECONDS): Promise<Rebuilt> {
  const book = await readBook(kapok.core);
  if (!book) throw new Error("the store knows no book yet: start Kapok first");
  await expectChain(chain, book);
  const rebuilding = await Rebuilding.begin(kapok, chain, book, notice);
  try {
    await rebuilding.drop();
    await checkpoint("projections-dropped-not-rebuilt");
    const lastBlock = await rebuilding.replay();
    await rebuilding.end();
    return { tables: rebuilding.tables, firstBlock: book.startBlock, lastBlock };
  } finally {
    await rebuilding.release();
  }
}

class Rebuilding {
  /** Rows by table. */
  private readonly dropped = new Map<Table, number>();
  private readonly written = new Map<Table, number>();
  private readonly kapok: Kapok;
  private readonly chain: Chain;
  private readonly book: Book;
  private lease: IndexerLease;
  private keptAt = performance.now();

  private constructor(kapok: Kapok, chain: Chain, book: Book, lease: IndexerLease) {
    this.kapok = kapok;
    this.chain = chain;
    this.book = book;
    this.lease = lease;
  }

  /** Stops the indexer and tells readers; ends when all of them have seen it. */
  static async begin(kapok: Kapok, chain: Chain, book: Book, notice: number): Promise<Rebuilding> {
    const lease = await seizeIndexer(kapok.core, `rebuild ${randomUUID()}`, LEASE_MILLISECONDS);
    await markRebuilding(kapok.core, lease.owner);
    await pause(notice);
    return new Rebuilding(kapok, chain, book, lease);
  }

  get tables(): Rebuilt["tables"] {
    return [...this.dropped].map(([table, dropped]) => {
      return { name: table.name, dropped, written: this.written.get(table) ?? 0 };
    });
  }

  async drop(): Promise<void> {
    const { core, scenarios } = this.kapok;
    for (const partition of ["organisations", "signers"]) await this.dropRows(core, core.partition(partition));
    for (const { name } of scenarios) {
      const table = this.kapok.projection(name);
      await this.dropRows(table, table.everything());
    }
  }

  /**
   * Writes what the chain says up to the cursor. An indexer that did not see yet that it was stopped may still move it:
   * then the replay goes on.
   * @returns the last block
   */
  async replay(): Promise<number | undefined> {
    const { startBlock } = this.book;
    let next = startBlock;
    for (;;) {
      const cursor = await readCursor(this.kapok.core);
      if (!cursor || cursor.blockNumber < next) return next > startBlock ? next - 1 : undefined;
      await this.replayTo(cursor, next);
      next = cursor.blockNumber + 1;
    }
  }

  async end(): Promise<void> {
    if (!(await endRebuilding(this.kapok.core, this.lease.owner))) throw new RebuildOvertaken();
  }

  async release(): Promise<void> {
    await releaseIndexer(this.kapok.core, this.lease).catch(() => {});
  }

  private async dropRows(table: Table, rows: AsyncIterable<Key>): Promise<void> {
    let keys: Key[] = [];
    const flush = async () => {
      await this.keep();
      await Promise.all(chunks(keys, LARGEST_TRANSACTION - 1).map((some) => this.deleteRows(table, some)));
      add(this.dropped, table, keys.length);
      keys = [];
    };
    for await (const { pk, sk } of rows) if (keys.push({ pk, sk }) === TOGETHER) await flush();
    await flush();
  }

  /** @throws RebuildOvertaken where another rebuild has begun: that one may have written these rows again already */
  private async deleteRows(table: Table, keys: Key[]): Promise<void> {
    const deletes = keys.map((Key) => ({ Delete: { TableName: table.name, Key } }));
    try {
      await table.transact([stillRebuilding(this.kapok.core, this.lease.owner), ...deletes]);
    } catch (error) {
      if (refusals(error)?.[0]?.code === "ConditionalCheckFailed") throw new RebuildOvertaken();
      throw error;
    }
  }

  private async replayTo(cursor: Cursor, first: number): Promise<void> {
    const { kapok, book } = this;
    const readMembers = organisationsReader(book.addresses["Organisations"]!);
    const ledgers = kapok.scenarios.map((scenario) => {
      return readableLedger(scenario, book.addresses[scenario.ledger.contract]!, book.constants[scenario.name]!);
    });
    const waiting = new Map<Table, PlacedRow[]>();
    let count = 0;
    const wait = (table: Table, rows: PlacedRow[]) => {
      if (!waiting.has(table)) waiting.set(table, []);
      waiting.get(table)!.push(...rows);
      count += rows.length;
    };
    const flush = async () => {
      for (const [table, rows] of waiting) {
        await writeRows(table, rows);
        add(this.written, table, rows.length);
      }
      waiting.clear();
      count = 0;
    };

    for await (const { block, receipts } of walk(this.chain, first, cursor.blockNumber)) {
      if (block.number === cursor.blockNumber && block.hash !== cursor.hash) {
        throw new ChainChanged(`block ${block.number} is ${block.hash}, the one that was indexed is ${cursor.hash}`);
      }
      await this.keep();
      if (receipts.length === 0) continue;
      wait(kapok.core, readMembers(block, receipts));
      for (const ledger of ledgers) {
        wait(kapok.projection(ledger.scenario.name), readLedgerBlock(ledger, block, receipts).rows);
      }
      if (count >= TOGETHER) await flush();
    }
    await flush();
  }

  /**
   * Keeps the indexer from its work. Where a halt of the chain lasted longer than the lease, it is seized again.
   * @throws RebuildOvertaken
   */
  private async keep(): Promise<void> {
    if (performance.now() - this.keptAt < LEASE_MILLISECONDS / 5) return;
    const { core } = this.kapok;
    if ((await rebuildingOwner(core)) !== this.lease.owner) throw new RebuildOvertaken();
    if (!(await keepIndexer(core, this.lease, LEASE_MILLISECONDS))) {
      this.lease = await seizeIndexer(core, this.lease.owner, LEASE_MILLISECONDS);
    }
    this.keptAt = performance.now();
  }
}

function add(counts: Map<Table, number>, table: Table, count: number): void {
  counts.set(table, (counts.get(table) ?? 0) + count);
}
