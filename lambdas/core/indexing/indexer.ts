import { randomUUID } from "node:crypto";
import type { Block, Chain, Receipt } from "../chain/chain.ts";
import { ChainChanged, expectChain } from "../chain/expect-chain.ts";
import { checkpoint } from "../checkpoint.ts";
import type { Kapok } from "../kapok.ts";
import { saying } from "../log.ts";
import type { Book, BookFacts, Cursor, IndexerLease } from "../store/book.ts";
import {
  isMadeIn,
  keepBook,
  keepIndexer,
  moveCursor,
  readBook,
  readCursor,
  releaseIndexer,
  takeIndexer,
} from "../store/book.ts";
import { readJournal } from "../store/journal.ts";
import { allLanes, readLane } from "../store/lanes.ts";
import { writeRows } from "../store/projections.ts";
import { pause } from "../store/table.ts";
import { mark } from "./mark.ts";
import type { OrganisationsReader } from "./read-organisations.ts";
import { organisationsReader } from "./read-organisations.ts";
import type { Decided, ReadableLedger } from "./read-block.ts";
import { readableLedger, readLedgerBlock } from "./read-block.ts";
import { sayDecided } from "./say-decided.ts";
import { settleNonce } from "./settle-nonce.ts";

const LEASE_MILLISECONDS = 15_000;
/** For how long a store that lost rows must be at rest before they are made again. */
const STILL_MILLISECONDS = 3000;
/** How many blocks are fetched at once while catching up. */
const WINDOW = 32;

/**
 * Follows the chain by block number from a durable cursor. It alone marks operations final or rejected and updates
 * projections, from events, whoever wrote them. One is at work at a time; a second one that wakes up changes nothing.
 */
export class Indexer {
  private readonly kapok: Kapok;
  private readonly chain: Chain;
  private readonly owner: string;
  private readonly facts: () => Promise<BookFacts>;
  private readonly pollMilliseconds: number;
  /** Told after each block that moved the cursor. */
  onBlock: (blockNumber: number) => void = () => {};
  /** Goes on beside the indexing while this one has the lease; it fails never, and ends soon after the signal. */
  beside: (over: AbortSignal) => Promise<void> = async () => {};

  /**
   * @param facts what is known of the book without the store, so that an empty store can be filled again
   * @param owner takes over from itself at once; to be given where it is known that one of that name died
   */
  constructor(
    kapok: Kapok,
    chain: Chain,
    facts: () => Promise<BookFacts>,
    pollMilliseconds = 100,
    owner: string = randomUUID(),
  ) {
    this.owner = owner;
    this.kapok = kapok;
    this.chain = chain;
    this.facts = facts;
    this.pollMilliseconds = pollMilliseconds;
  }

  /** Indexes until the signal says stop. What fails is tried again; another chain stops it with an alarm. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) if (!(await this.turn(signal))) await pause(1000);
  }

  /**
   * Indexes until the signal says stop, or something fails.
   * @returns false where another indexer is at work
   */
  async turn(signal: AbortSignal): Promise<boolean> {
    try {
      const lease = await takeIndexer(this.kapok.core, this.owner, LEASE_MILLISECONDS);
      if (!lease) return false;
      const over = new AbortController();
      void this.beside(over.signal);
      await this.follow(lease, signal).finally(() => over.abort());
    } catch (error) {
      if (error instanceof ChainChanged) this.kapok.log.alarm("chain-changed", { error: saying(error) });
      else this.kapok.log.warn("indexer-waits", { error: saying(error) });
      await pause(error instanceof ChainChanged ? 10_000 : 1000);
    }
    return true;
  }

  private async follow(lease: IndexerLease, signal: AbortSignal): Promise<void> {
    const before = await readBook(this.kapok.core);
    const book = await keepBook(this.kapok, await this.facts());
    if (before?.incarnation !== book.incarnation) await untilStill(this.kapok);
    const follower = await Follower.open(this.kapok, this.chain, book, lease);
    let keptAt = performance.now();
    try {
      while (!signal.aborted) {
        if (performance.now() - keptAt > LEASE_MILLISECONDS / 3) {
          if (!(await keepIndexer(this.kapok.core, lease, LEASE_MILLISECONDS))) return;
          const [now, tables] = await Promise.all([readBook(this.kapok.core), this.kapok.identities()]);
          if (now?.incarnation !== book.incarnation || !isMadeIn(now, tables)) return;
          keptAt = performance.now();
        }
        const moved = await follower.advance((number) => this.onBlock(number));
        if (moved === "lost") return;
        if (moved === "waiting") await pause(this.pollMilliseconds);
      }
    } finally {
      await releaseIndexer(this.kapok.core, lease).catch(() => {});
    }
  }
}

/** Waits until no row comes or goes: rows are not lost all at once, and one that goes after it was made again stays lost. */
async function untilStill(kapok: Kapok): Promise<void> {
  for (let before = -1; ;) {
    const rows = (await Promise.all(kapok.tables().map((table) => table.count()))).reduce(
      (sum, count) => sum + count,
      0,
    );
    if (rows === before) return;
    before = rows;
    await pause(STILL_MILLISECONDS);
  }
}

/** Applies the blocks after the cursor, in order. */
export class Follower {
  private readonly kapok: Kapok;
  private readonly chain: Chain;
  private readonly book: Book;
  private readonly lease: IndexerLease;
  private readonly ledgers: ReadableLedger[];
  private readonly organisations: OrganisationsReader;
  private cursor: Cursor | undefined;

  private constructor(kapok: Kapok, chain: Chain, book: Book, lease: IndexerLease, cursor: Cursor | undefined) {
    this.kapok = kapok;
    this.chain = chain;
    this.book = book;
    this.lease = lease;
    this.cursor = cursor;
    this.ledgers = kapok.scenarios.map((scenario) => {
      const address = book.addresses[scenario.ledger.contract];
      if (!address) throw new Error(`the book has no ${scenario.ledger.contract}`);
      return readableLedger(scenario, address, book.constants[scenario.name] ?? {});
    });
    this.organisations = organisationsReader(book.addresses["Organisations"]!);
  }

  /** @throws ChainChanged where the node's chain is not the book's */
  static async open(kapok: Kapok, chain: Chain, book: Book, lease: IndexerLease): Promise<Follower> {
    await expectChain(chain, book);
    return new Follower(kapok, chain, book, lease, await readCursor(kapok.core));
  }

  /** Applies what there is, up to a window of blocks. `lost`: somebody else moved the cursor. */
  async advance(onBlock: (blockNumber: number) => void = () => {}): Promise<"moved" | "waiting" | "lost"> {
    const head = await this.chain.head();
    const first = this.cursor ? this.cursor.blockNumber + 1 : this.book.startBlock;
    const last = Math.min(head, first + WINDOW - 1);
    if (first > head) return (await this.learn(head)) ? "waiting" : "lost";

    const numbers = Array.from({ length: last - first + 1 }, (_, index) => first + index);
    const blocks = await Promise.all(numbers.map((number) => this.readBlock(number)));
    let quiet: Block | undefined;
    for (const read of blocks) {
      if (!read) break;
      this.check(quiet ?? this.cursor, read.block);
      if (read.receipts.length === 0) {
        quiet = read.block;
        continue;
      }
      await this.apply(read.block, read.receipts);
      quiet = undefined;
      if (!(await this.moveTo(read.block))) return "lost";
      onBlock(read.block.number);
    }
    if (quiet) {
      if (!(await this.moveTo(quiet))) return "lost";
      onBlock(quiet.number);
    }
    return blocks[0] ? "moved" : "waiting";
  }

  private async readBlock(number: number): Promise<{ block: Block; receipts: Receipt[] } | undefined> {
    const block = await this.chain.block(number);
    const receipts = block && (await this.chain.receipts(block));
    return receipts && { block: block!, receipts };
  }

  private check(before: { blockNumber?: number; number?: number; hash: string } | undefined, block: Block): void {
    if (!before || before.hash === block.parentHash) return;
    throw new ChainChanged(`block ${block.number} does not follow the block that was indexed before it`);
  }

  /** Projections, then operations, then queues and journals; the cursor comes last. */
  private async apply(block: Block, receipts: Receipt[]): Promise<void> {
    const learned = this.cursor?.learned === this.book.incarnation;
    await checkpoint(learned ? "mined-not-indexed" : "chain-half-learned");
    const read = this.ledgers.map((ledger) => readLedgerBlock(ledger, block, receipts));
    await writeRows(this.kapok.core, this.organisations(block, receipts));
    for (const { ledger, rows } of read) await writeRows(this.kapok.projection(ledger.scenario.name), rows);
    await checkpoint("projections-written-not-marked");
    await mark(
      this.kapok.core,
      read.flatMap(({ decided }) => decided),
    );
    await checkpoint("operations-marked-not-unqueued");
    await this.settleLanes(
      block,
      receipts,
      read.flatMap(({ decided }) => decided),
    );
    await checkpoint("block-applied-cursor-not-moved");
  }

  private async settleLanes(block: Block, receipts: Receipt[], decided: Decided[]): Promise<void> {
    const senders = new Set(receipts.map(({ from }) => from));
    const lanes = (await allLanes(this.kapok.core)).filter(({ signer }) => senders.has(signer.toLowerCase()));
    for (const { organisation, signer } of lanes) {
      const entries = await readJournal(this.kapok.core, organisation);
      const own = decided.filter((each) => each.organisation === organisation);
      const ids = new Set(own.map(({ id }) => id));
      for (const receipt of receipts.filter(({ from }) => from === signer.toLowerCase())) {
        const nonce = await this.nonceOf(receipt, entries);
        const lane = await readLane(this.kapok.core, organisation);
        if (!lane || lane.signer !== signer) break;
        const { transactionHash: hash, status } = receipt;
        const mined = { nonce, hash, status, decided: ids, incarnation: this.book.incarnation };
        const entry = entries.find((candidate) => candidate.nonce === nonce);
        const settled = await settleNonce(this.kapok, lane, mined, entry);
        if (settled && entry) {
          sayDecided(this.kapok.log, organisation, entry, { ...mined, blockNumber: block.number }, own);
        }
      }
    }
  }

  private async nonceOf(receipt: Receipt, entries: Awaited<ReturnType<typeof readJournal>>): Promise<number> {
    const hash = receipt.transactionHash;
    const entry = entries.find(({ candidates }) => candidates.some((candidate) => candidate.hash === hash));
    if (entry) return entry.nonce;
    const transaction = await this.chain.request<any>("eth_getTransactionByHash", [hash]);
    if (!transaction) throw new Error(`the node has a receipt of ${hash} and not the transaction`);
    return Number(transaction.nonce);
  }

  /** Notes that this life of the store has seen the head once: from then on operations may be accepted. */
  private async learn(head: number): Promise<boolean> {
    const { cursor } = this;
    if (!cursor || cursor.blockNumber > head || cursor.learned === this.book.incarnation) return true;
    return this.keep({ ...cursor, learned: this.book.incarnation });
  }

  private moveTo(block: Block): Promise<boolean> {
    const learned = this.cursor?.learned;
    return this.keep({ blockNumber: block.number, hash: block.hash, time: block.time, ...(learned && { learned }) });
  }

  private async keep(next: Cursor): Promise<boolean> {
    const moved = await moveCursor(this.kapok.core, this.lease, this.cursor, next);
    if (moved) this.cursor = next;
    return moved;
  }
}
