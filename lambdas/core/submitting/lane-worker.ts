import { checkpoint } from "../checkpoint.ts";
import type { Chain } from "../chain/chain.ts";
import type { Kapok } from "../kapok.ts";
import { saying } from "../log.ts";
import type { Operation } from "../operation.ts";
import type { Keys } from "../signing/keys.ts";
import type { Book, Cursor } from "../store/book.ts";
import { readBook, readCursor } from "../store/book.ts";
import type { Entry } from "../store/journal.ts";
import { journalCandidate, journalEntry, readJournal } from "../store/journal.ts";
import type { Lane } from "../store/lanes.ts";
import { changeLane, readLane, releaseLane, stillOwned, takeLane, useNonce } from "../store/lanes.ts";
import { readOperations } from "../store/operations.ts";
import { queueDepth, readQueue } from "../store/queue.ts";
import { isRefused, refusals } from "../store/table.ts";
import type { SubmittingSettings } from "./settings.ts";
import { BATCH_GAS, simulatedGas, sizeBatch, submitCall, voidGas } from "./batch.ts";
import { closeLane } from "./close-lane.ts";
import { signerIsKnown } from "./signer-is-known.ts";
import { Tending } from "./tend.ts";
import { sign } from "./transaction.ts";

/** How many waiting operations are looked at for one transaction. */
const WANTED = 1500;
/** How long the first operations of a further transaction wait for company, for each transaction that is in flight. */
const COMPANY_MILLISECONDS = 60;
const DEPTH_MILLISECONDS = 2000;

/** What a lane's next step needs to know; always read in this order, strongly consistently. */
export interface LaneView {
  book: Book;
  cursor: Cursor | undefined;
  lane: Lane;
  entries: Entry[];
  /** When it was read, milliseconds since 1970. */
  readAt: number;
}

/** Whether there is more to do at once, something under way to wait for, or nothing at all. */
export type Outcome = "again" | "waiting" | "idle";

/** The owner of one lane, for as long as it holds it. */
export class LaneWorker {
  readonly kapok: Kapok;
  readonly chain: Chain;
  readonly keys: Keys;
  readonly settings: SubmittingSettings;
  readonly tending: Tending;
  private readonly organisation: string;
  private fence = 0;
  private lastSent = 0;
  private measuredAt = 0;
  private knownSigner = "";

  constructor(kapok: Kapok, chain: Chain, keys: Keys, settings: SubmittingSettings, organisation: string) {
    this.kapok = kapok;
    this.chain = chain;
    this.keys = keys;
    this.settings = settings;
    this.organisation = organisation;
    this.tending = new Tending(kapok, chain, organisation);
  }

  /** Takes the lane; answers whether it is this worker's now. */
  async take(owner: string): Promise<boolean> {
    const lane = await takeLane(this.kapok.core, this.organisation, owner);
    if (lane) this.fence = lane.fence;
    await checkpoint("lane-taken");
    return lane !== undefined;
  }

  async release(): Promise<void> {
    const lane = await readLane(this.kapok.core, this.organisation);
    if (lane?.fence === this.fence) await releaseLane(this.kapok.core, lane);
  }

  /** One step. `lost`: somebody else has the lane. */
  async step(): Promise<Outcome | "lost"> {
    const view = await this.look();
    if (!view) return "lost";
    try {
      return await this.advance(view);
    } catch (error) {
      const codes = refusals(error)?.map(({ code }) => code);
      if (isRefused(error) || codes?.includes("ConditionalCheckFailed")) return "again";
      throw error;
    }
  }

  private async look(): Promise<LaneView | undefined> {
    const readAt = Date.now();
    const book = await readBook(this.kapok.core);
    const cursor = await readCursor(this.kapok.core);
    let lane = await readLane(this.kapok.core, this.organisation);
    if (!book || !lane || lane.fence !== this.fence) return undefined;
    if (lane.leaseUntil - Date.now() < 10_000) lane = await changeLane(this.kapok.core, lane, {});
    const entries = await readJournal(this.kapok.core, this.organisation);
    return { book, cursor, lane, entries, readAt };
  }

  private async advance(view: LaneView): Promise<Outcome> {
    const { lane, book } = view;
    if (lane.stopped) return "idle";
    if (lane.incarnation !== book.incarnation) {
      const closing = { since: Date.now() };
      this.kapok.log.warn("lane-closes", { organisation: this.organisation, signer: lane.signer });
      await changeLane(this.kapok.core, lane, { incarnation: book.incarnation, closing });
      return "again";
    }
    if (!(await this.isKnown(book, lane))) {
      await this.tending.look(view.entries);
      return "idle";
    }
    if (lane.closing) return closeLane(this, view);

    const inVain = await this.tending.look(view.entries);
    if (inVain >= this.settings.patienceBlocks && (await this.addCandidate(view))) return "again";
    if (lane.barred || view.entries.length >= this.settings.ahead) return view.entries.length > 0 ? "waiting" : "idle";
    return this.submitNext(view);
  }

  /** A signer that the book does not know signs nothing; it goes on by itself once the operator has added it. */
  private async isKnown(book: Book, lane: Lane): Promise<boolean> {
    if (this.knownSigner === lane.signer) return true;
    const known = await signerIsKnown(this.chain, book, lane);
    if (known) this.knownSigner = lane.signer;
    else this.kapok.log.warn("signer-not-in-book", { organisation: this.organisation, signer: lane.signer });
    return known;
  }

  private async submitNext(view: LaneView): Promise<Outcome> {
    const { lane, book, entries } = view;
    const held = new Set(entries.flatMap(({ ids }) => ids));
    const waiting = await readQueue(this.kapok.core, this.organisation, WANTED, held);
    await this.measure(lane);
    const { operations, keys } = await this.free(waiting, held, lane);
    const first = operations[0];
    if (!first) return entries.length > 0 ? "waiting" : "idle";

    const company = Date.now() - this.lastSent < entries.length * COMPANY_MILLISECONDS;
    if (company && operations.length < WANTED / 2) return "waiting";

    const scenario = this.kapok.scenario(first.scenario);
    const ledger = book.addresses[scenario.ledger.contract]!;
    const onlyReject = lane.voiding !== undefined && first.id === lane.voiding;
    const bounds = { gas: this.settings.gas, operations: onlyReject ? 1 : (lane.limit ?? Infinity) };
    const batch = await sizeBatch(operations, scenario, bounds, (operation) =>
      simulatedGas(this.chain, lane.signer, ledger, operation, this.settings.gas),
    );
    const ids = batch.operations.map(({ id }) => id);
    const taken = new Set(ids);
    await this.send(view, {
      scenario: scenario.name,
      ids,
      queued: keys.filter(({ ids: queued }) => queued.some((id) => taken.has(id))).map(({ key }) => key),
      to: ledger,
      data: submitCall(batch.operations, onlyReject),
      gas: onlyReject ? voidGas(1) : batch.gas,
      onlyReject,
    });
    this.lastSent = Date.now();
    return "again";
  }

  /** The waiting operations that no journal entry holds and the chain has not decided, in order. */
  private async free(waiting: Awaited<ReturnType<typeof readQueue>>, held: ReadonlySet<string>, lane: Lane) {
    const ids = [...new Set(waiting.flatMap((item) => item.ids))].filter((id) => !held.has(id));
    const found = await readOperations(this.kapok.core, this.organisation, ids.slice(0, WANTED));
    const operations: Operation[] = [];
    for (const id of ids) {
      const operation = found.get(id);
      if (operation && !operation.decision) operations.push(operation);
    }
    if (lane.voiding) operations.sort((a, b) => Number(b.id === lane.voiding) - Number(a.id === lane.voiding));
    const done = waiting.filter((item) => item.ids.every((id) => !held.has(id) && found.get(id)?.decision));
    if (done.length > 0) {
      await this.kapok.core.writeMany(
        [],
        done.map(({ key }) => key),
      );
    }
    return { operations, keys: waiting };
  }

  /** Signs one transaction, writes it into the journal, and only then broadcasts it. */
  async send(
    view: LaneView,
    batch: Pick<Entry, "scenario" | "ids" | "queued" | "empty"> & {
      to: string;
      data: `0x${string}`;
      gas: number;
      onlyReject?: boolean;
    },
  ): Promise<void> {
    const { lane, book } = view;
    const { to, data, gas, scenario, ids, queued, empty, onlyReject } = batch;
    const nonce = lane.nextNonce;
    const signer = await this.keys.signer(lane.signer);
    const { hash, bytes } = await sign(signer, { chainId: book.chainId, nonce, to, data, gas });
    const candidate = { hash, count: ids.length, ...(onlyReject && { void: true }) };
    const entry: Entry = { nonce, scenario, ids, queued, candidates: [candidate], ...(empty && { empty }) };

    await checkpoint("signed-not-journaled");
    await this.kapok.core.transact([
      useNonce(this.kapok.core, lane, empty),
      ...journalEntry(this.kapok.core, this.organisation, entry, bytes),
    ]);
    this.kapok.log.info("batch-journaled", { organisation: this.organisation, nonce, hash, operations: ids.length });
    const late = Date.now() - view.readAt > this.settings.timeoutMilliseconds;
    if (!late) await this.tending.broadcast(nonce, 0, bytes);
  }

  /** A smaller transaction for the lowest nonce, beside those that do not land; false where none is smaller. */
  private async addCandidate(view: LaneView): Promise<boolean> {
    const { lane, book, entries } = view;
    const entry = entries[0]!;
    const last = entry.candidates.at(-1)!;
    if (entry.empty || last.void) return false;
    const scenario = this.kapok.scenario(entry.scenario);
    const onlyReject = last.count === 1;
    const count = onlyReject ? 1 : Math.floor(last.count / 2);
    const found = await readOperations(this.kapok.core, this.organisation, entry.ids.slice(0, count));
    const operations = entry.ids.slice(0, count).map((id) => found.get(id)!);
    const to = book.addresses[scenario.ledger.contract]!;
    const gas = onlyReject ? voidGas(count) : await this.gasOf(operations, lane, to);
    const signer = await this.keys.signer(lane.signer);
    const data = submitCall(operations, onlyReject);
    const { hash, bytes } = await sign(signer, { chainId: book.chainId, nonce: entry.nonce, to, data, gas });

    const candidate = { hash, count, ...(onlyReject && { void: true }) };
    await this.kapok.core.transact([
      stillOwned(this.kapok.core, lane),
      ...journalCandidate(this.kapok.core, this.organisation, entry, candidate, bytes),
    ]);
    this.kapok.log.warn("candidate-journaled", { organisation: this.organisation, nonce: entry.nonce, hash, count });
    await checkpoint("candidate-journaled-not-broadcast");
    const late = Date.now() - view.readAt > this.settings.timeoutMilliseconds;
    if (!late) await this.tending.broadcast(entry.nonce, entry.candidates.length, bytes);
    return true;
  }

  private async gasOf(operations: Operation[], lane: Lane, ledger: string): Promise<number> {
    let gas = BATCH_GAS;
    for (const operation of operations) {
      const kind = this.kapok.scenario(operation.scenario).operations[operation.kind!]!;
      if (kind.gas !== "simulate") gas += kind.gas;
      else gas += await simulatedGas(this.chain, lane.signer, ledger, operation, this.settings.gas);
    }
    return gas;
  }

  /** Tells the accepting side how much waits, so that it can ask clients to slow down. */
  private async measure(lane: Lane): Promise<void> {
    if (Date.now() - this.measuredAt < DEPTH_MILLISECONDS) return;
    this.measuredAt = Date.now();
    const depth = await queueDepth(this.kapok.core, this.organisation);
    if (depth !== (lane.depth ?? 0)) await changeLane(this.kapok.core, lane, { depth });
  }

  /** Reports what a step could not do; it is tried again. */
  failed(error: unknown): void {
    this.kapok.log.warn("lane-waits", { organisation: this.organisation, error: saying(error) });
  }
}
