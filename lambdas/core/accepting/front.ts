import type { Facade } from "../facade.ts";
import type { Kapok } from "../kapok.ts";
import type { Service } from "../scenario.ts";
import type { Operation, Status } from "../operation.ts";
import { merklePath } from "../chain/merkle.ts";
import { Problem } from "../problem.ts";
import { isLearned, readBook, readCursor } from "../store/book.ts";
import type { Book } from "../store/book.ts";
import { gather } from "../store/gather.ts";
import { readJournal } from "../store/journal.ts";
import type { Named } from "../store/operations.ts";
import { readEach } from "../store/operations.ts";
import { contentOf, readLeaves, readRows } from "../store/projections.ts";
import { isRebuilding, SEEN_MILLISECONDS } from "../store/rebuilding.ts";
import { StoreUnavailable } from "../store/table.ts";
import type { Accepting } from "./accept.ts";
import { accept } from "./accept.ts";
import { admission } from "./admission.ts";
import { announcer } from "./announce.ts";
import type { Put } from "./put.ts";
import { putter, queueAgain } from "./put.ts";
import { remembered, VIEW_MILLISECONDS } from "../remembered.ts";
import { Waiting } from "./waiting.ts";

/** How often a read is tried that takes so long that the projection may have been dropped meanwhile. */
const MOST_READS = 3;
/** How many operations are read together: those that were decided together are read at the price of few. */
const READ_TOGETHER = 1000;

/** The accepting and reading side of one process: a facade a scenario over shared reads and writes. */
export class Front {
  private readonly kapok: Kapok<Service>;
  private readonly accepting: Accepting;
  readonly waiting: Waiting;
  /** Whether the store knows every operation that the chain knew when this life of it began. */
  private readonly learned: () => Promise<boolean>;
  /** Whether the projections say all that the chain says. */
  private readonly whole: () => Promise<boolean>;
  private readonly book: () => Promise<Book | undefined>;
  private readonly journals = new Map<string, (caller: undefined) => Promise<Set<string>>>();
  /** Operations that this process just stored: nobody has seen them further than `accepted`. */
  private readonly made = new WeakSet<Operation>();

  /** @param woken told whose queue grew */
  constructor(kapok: Kapok<Service>, woken: (organisation: string) => void, mostWaiting?: number) {
    this.kapok = kapok;
    this.learned = remembered(() => isLearned(kapok));
    this.whole = remembered(async () => (await isLearned(kapok)) && !(await isRebuilding(kapok.core)));
    this.book = remembered(() => readBook(kapok.core));
    const read = gather((wanted: Named[]) => readEach(kapok.core, wanted), READ_TOGETHER);
    this.waiting = new Waiting(read);
    const put = putter(kapok.core, woken);
    const announce = announcer(kapok.log);
    const putMade: Put = async (made) => {
      const given = new Set(made.map(({ operation }) => operation));
      const stored = await put(made);
      const added = stored.filter((operation) => given.has(operation));
      for (const operation of added) this.made.add(operation);
      announce(added);
      return stored;
    };
    this.accepting = {
      kapok,
      read,
      put: putMade,
      queueAgain: (made) => queueAgain(kapok.core, woken, made),
      admit: admission(kapok.core, mostWaiting),
      begunAt: async () => {
        if (!(await this.learned())) throw learning("The store is being filled from the chain.", 2);
        return (await this.knownBook()).begunAt;
      },
    };
  }

  /** What the routes of one scenario may use. */
  facade(scenario: string): Facade {
    const { core } = this.kapok;
    const facade: Facade = {
      accept: (intents) => accept(this.accepting, facade, intents),
      settled: (operation, milliseconds) => this.waiting.settled(operation, milliseconds),
      operation: (organisation, id) => this.operation(organisation, id),
      status: (operation) => this.status(operation),
      organisations: () =>
        this.fromWhole(async () => {
          const names: string[] = [];
          for await (const item of core.partition("organisations")) names.push(item.sk);
          return names;
        }),
      book: async () => (await this.knownBook()).constants[scenario] ?? {},
      head: async () => {
        const cursor = await readCursor(core);
        return { blockNumber: cursor?.blockNumber ?? 0, time: cursor?.time ?? 0 };
      },
      row: (pk, sk) =>
        this.fromWhole(async () => {
          const item = await this.kapok.projection(scenario).get({ pk, sk });
          return item && contentOf(item);
        }),
      rows: (pk, options) => this.fromWhole(() => readRows(this.kapok.projection(scenario), pk, options)),
      proofPath: (organisation, batch, index) =>
        this.fromWhole(async () => {
          return merklePath(await readLeaves(this.kapok.projection(scenario), organisation, batch), index);
        }),
    };
    return facade;
  }

  /** @throws Problem where the store does not know yet whether the chain has it, or has decided it */
  private async operation(organisation: string, id: string): Promise<Operation | undefined> {
    const operation = await this.accepting.read({ organisation, id });
    if (operation?.decision) return operation;
    if (operation ? await this.learned() : await isLearned(this.kapok)) return operation;
    throw learning("The store is being filled from the chain.", 2);
  }

  /**
   * Reads a projection. What it holds while it is made, or made again, must not be taken for the truth; and a reader
   * that slept meanwhile looks again.
   */
  private async fromWhole<T>(read: () => Promise<T>): Promise<T> {
    for (let attempt = 0; attempt < MOST_READS; attempt++) {
      const began = performance.now();
      if (!(await this.whole())) throw learning("What is read here is being made again from the chain.", 5);
      const found = await read();
      if (performance.now() - began < SEEN_MILLISECONDS - VIEW_MILLISECONDS) return found;
    }
    throw new StoreUnavailable("its answers take seconds");
  }

  private async knownBook(): Promise<Book> {
    const book = await this.book();
    if (book) return book;
    throw learning("The store does not know the book yet.", 2);
  }

  /** Journal first, then the row again: what left the journal in between is decided or was returned by then. */
  private async status(operation: Operation): Promise<Status> {
    if (operation.decision) return operation.decision.status;
    if (operation.returned) return "submitted";
    if (this.made.has(operation)) return "accepted";
    if ((await this.held(operation.organisation)).has(operation.id)) return "submitted";
    const now = await this.accepting.read(operation);
    return now?.decision || now?.returned ? "submitted" : "accepted";
  }

  /** The operations that a journal entry of the organisation claims: `submitted` is a view of this. */
  private held(organisation: string): Promise<Set<string>> {
    let journal = this.journals.get(organisation);
    if (!journal) {
      journal = gather(
        async (callers: undefined[]) => {
          const entries = await readJournal(this.kapok.core, organisation);
          const held = new Set(entries.flatMap(({ ids }) => ids));
          return callers.map(() => held);
        },
        Infinity,
        1,
      );
      this.journals.set(organisation, journal);
    }
    return journal(undefined);
  }
}

function learning(detail: string, seconds: number): Problem {
  return new Problem("learning-from-chain", detail, {}, { "Retry-After": String(seconds) });
}
