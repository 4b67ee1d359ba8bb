import type { Facade } from "../facade.ts";
import type { Kapok } from "../kapok.ts";
import type { Operation, Status } from "../operation.ts";
import { merklePath } from "../chain/merkle.ts";
import { Problem } from "../problem.ts";
import { isLearned, readBook, readCursor } from "../store/book.ts";
import { gather } from "../store/gather.ts";
import { readJournal } from "../store/journal.ts";
import { operationKey, operationOf } from "../store/operations.ts";
import { contentOf, readLeaves, readRows } from "../store/projections.ts";
import { isRebuilding } from "../store/rebuilding.ts";
import { LARGEST_TRANSACTION, nameOf } from "../store/table.ts";
import type { Accepting } from "./accept.ts";
import { accept } from "./accept.ts";
import { admission } from "./admission.ts";
import type { Put } from "./put.ts";
import { putter } from "./put.ts";
import { remembered } from "./remembered.ts";
import { Waiting } from "./waiting.ts";

/** The accepting and reading side of one process: a facade a scenario over shared reads and writes. */
export class Front {
  private readonly kapok: Kapok;
  private readonly accepting: Accepting;
  readonly waiting: Waiting;
  /** Whether the projections say all that the chain says. */
  private readonly whole: () => Promise<boolean>;
  private readonly journals = new Map<string, (caller: undefined) => Promise<Set<string>>>();
  /** Operations that this process just stored: nobody has seen them further than `accepted`. */
  private readonly made = new WeakSet<Operation>();

  /** @param woken told whose queue grew */
  constructor(kapok: Kapok, woken: (organisation: string) => void, mostWaiting?: number) {
    this.kapok = kapok;
    this.whole = remembered(async () => (await isLearned(kapok.core)) && !(await isRebuilding(kapok.core)));
    const read = gather(
      (wanted: { organisation: string; id: string }[]) => this.readTogether(wanted),
      LARGEST_TRANSACTION,
    );
    this.waiting = new Waiting(read);
    const put = putter(kapok.core, woken);
    const putMade: Put = async (made) => {
      const given = new Set(made.map(({ operation }) => operation));
      const stored = await put(made);
      for (const operation of stored) if (given.has(operation)) this.made.add(operation);
      return stored;
    };
    this.accepting = { kapok, read, put: putMade, admit: admission(kapok.core, mostWaiting) };
  }

  /** What the routes of one scenario may use. */
  facade(scenario: string): Facade {
    const { core } = this.kapok;
    const projection = this.kapok.projection(scenario);
    const facade: Facade = {
      accept: (intents) => accept(this.accepting, facade, intents),
      settled: (operation, milliseconds) => this.waiting.settled(operation, milliseconds),
      operation: (organisation, id) => this.operation(organisation, id),
      status: (operation) => this.status(operation),
      organisations: async () => {
        await this.checkWhole();
        const names: string[] = [];
        for await (const item of core.partition("organisations")) names.push(item.sk);
        return names;
      },
      book: async () => (await this.book()).constants[scenario] ?? {},
      head: async () => {
        const cursor = await readCursor(core);
        return { blockNumber: cursor?.blockNumber ?? 0, time: cursor?.time ?? 0 };
      },
      row: async (pk, sk) => {
        await this.checkWhole();
        const item = await projection.get({ pk, sk });
        return item && contentOf(item);
      },
      rows: async (pk, options) => {
        await this.checkWhole();
        return readRows(projection, pk, options);
      },
      proofPath: async (organisation, batch, index) => {
        await this.checkWhole();
        return merklePath(await readLeaves(projection, organisation, batch), index);
      },
    };
    return facade;
  }

  /** @throws Problem where the store has none, and does not know yet what the chain has */
  private async operation(organisation: string, id: string): Promise<Operation | undefined> {
    const operation = await this.accepting.read({ organisation, id });
    if (operation || (await isLearned(this.kapok.core))) return operation;
    throw new Problem("learning-from-chain", "The store is being filled from the chain.", {}, { "Retry-After": "2" });
  }

  /** What a projection holds while it is made, or made again, must not be taken for the truth. */
  private async checkWhole(): Promise<void> {
    if (await this.whole()) return;
    const detail = "What is read here is being made again from the chain.";
    throw new Problem("learning-from-chain", detail, {}, { "Retry-After": "5" });
  }

  private async book() {
    const book = await readBook(this.kapok.core);
    if (book) return book;
    throw new Problem("learning-from-chain", "The store does not know the book yet.", {}, { "Retry-After": "2" });
  }

  private async readTogether(wanted: { organisation: string; id: string }[]): Promise<(Operation | undefined)[]> {
    const keys = wanted.map(({ organisation, id }) => operationKey(organisation, id));
    const found = await this.kapok.core.getMany(keys);
    return keys.map((key) => {
      const item = found.get(nameOf(key));
      return item && operationOf(item);
    });
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
