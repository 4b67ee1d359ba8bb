import { checkpoint } from "../checkpoint.ts";
import type { Chain } from "../chain/chain.ts";
import type { EnvelopeEntry } from "../chain/envelope.ts";
import { voidEntry } from "../chain/envelope.ts";
import type { Kapok } from "../kapok.ts";
import { saying } from "../log.ts";
import type { Keys } from "../signing/keys.ts";
import type { Book, Cursor } from "../store/book.ts";
import type { Entry } from "../store/journal.ts";
import { journalCandidate, journalEntry, readBytes, readJournal } from "../store/journal.ts";
import type { Lane } from "../store/lanes.ts";
import { changeLane, readLane, readStanding, releaseLane, stillOwned, takeLane, useNonce } from "../store/lanes.ts";
import { readOperations } from "../store/operations.ts";
import type { Waiting } from "../store/queue.ts";
import { queueDepth, readQueue } from "../store/queue.ts";
import { isRefused, refusals } from "../store/table.ts";
import type { SubmittingSettings } from "./settings.ts";
import { simulation, sizeBatch, submitCall, submittedEntries } from "./batch.ts";
import { closeLane } from "./close-lane.ts";
import { signerIsKnown } from "./signer-is-known.ts";
import { Tending } from "./tend.ts";
import { sign } from "./transaction.ts";

/** How many waiting operations are looked at, and the most that go into one transaction. */
const WANTED = 2000;
const MOST_TOGETHER = 1200;
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

/** An operation that waits, with the scenario whose ledger it goes to. */
type WaitingEntry = EnvelopeEntry & { scenario: string };

/** One transaction's worth of entries, and where they were taken from. */
type Sending = Pick<Entry, "scenario" | "ids" | "queued" | "partly" | "closes"> & {
  to: string;
  entries: EnvelopeEntry[];
  gas: number;
  onlyReject?: boolean;
};

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
    if (!lane) return false;
    this.fence = lane.fence;
    await checkpoint("lane-taken");
    return true;
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
    let { book, cursor, lane } = await readStanding(this.kapok.core, this.organisation);
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
    if (!(await this.vouches(view))) {
      this.kapok.log.alarm("journal-incomplete", { organisation: this.organisation, signer: lane.signer });
      await changeLane(this.kapok.core, lane, { closing: { since: Date.now() } });
      return "again";
    }
    if (!(await this.isKnown(book, lane))) {
      await this.tending.look(view.entries);
      return "idle";
    }
    const inVain = await this.tending.look(view.entries);
    if (inVain >= this.settings.patienceBlocks && (await this.addCandidate(view))) return "again";
    if (lane.closing) return closeLane(this, view);
    if (lane.barred || view.entries.length >= this.settings.ahead) return view.entries.length > 0 ? "waiting" : "idle";
    return this.submitNext(view);
  }

  /** Whether the journal holds every nonce that the lane has used and no block has decided: a store may lose rows. */
  private async vouches({ lane, entries }: LaneView): Promise<boolean> {
    if (lane.closing || lane.rotation) return true;
    const held = new Set(entries.map(({ nonce }) => nonce));
    let highest = lane.nextNonce - 1;
    while (highest >= lane.decidedNonce && held.has(highest)) highest--;
    if (highest < lane.decidedNonce) return true;
    // Blocks may have decided it after the lane was read and before the journal was.
    const now = await readLane(this.kapok.core, this.organisation);
    return now === undefined || now.fence !== lane.fence || now.decidedNonce > highest;
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
    const unclaimed = unclaimedOf(waiting, held, lane);
    const company = Date.now() - this.lastSent < entries.length * COMPANY_MILLISECONDS;
    if (company && unclaimed.length > 0 && unclaimed.length < MOST_TOGETHER / 2) return "waiting";
    const { free, removed } = await this.undecided(waiting, unclaimed.slice(0, MOST_TOGETHER));
    const first = free[0];
    if (!first && removed > 0) return "again";
    if (!first) return entries.length > 0 ? "waiting" : "idle";

    const scenario = this.kapok.scenario(first.scenario);
    const to = book.addresses[scenario.ledger.contract]!;
    const onlyReject = first.operation === lane.voiding;
    const wanted = onlyReject ? [voidEntry(first.operation)] : free.filter((entry) => entry.scenario === scenario.name);
    const bounds = { gas: this.settings.gas, operations: lane.limit ?? Infinity };
    const batch = await sizeBatch(wanted, scenario, bounds, simulation(this.chain, lane.signer, to, bounds.gas));
    // After a batch that reverted, gas is not what the next one shall fail for.
    if (lane.limit !== undefined) batch.gas = Math.max(batch.gas, bounds.gas);
    const ids = batch.entries.map(({ operation }) => operation);
    await this.send(view, { scenario: scenario.name, ids, ...takenFrom(waiting, ids), to, ...batch, onlyReject });
    this.lastSent = Date.now();
    return "again";
  }

  /**
   * Leaves out what the chain has decided. Rows are read after journal and queue: what left the journal in between is
   * decided there by then. A queue item of which only a part is decided still stands; and after a closing, the queue may
   * hold what forgotten bytes have done.
   */
  private async undecided(
    waiting: Waiting[],
    unclaimed: WaitingEntry[],
  ): Promise<{ free: WaitingEntry[]; removed: number }> {
    const ids = unclaimed.map(({ operation }) => operation);
    const operations = await readOperations(this.kapok.core, this.organisation, ids);
    const isDecided = (id: string) => operations.get(id)?.decision !== undefined;
    const done = waiting.filter(({ entries }) => entries.every(({ operation }) => isDecided(operation)));
    await this.kapok.core.writeMany(
      [],
      done.map(({ key }) => key),
    );
    return { free: unclaimed.filter(({ operation }) => !isDecided(operation)), removed: done.length };
  }

  /** Signs one transaction, writes it into the journal, and only then broadcasts it. */
  async send(view: LaneView, batch: Sending): Promise<void> {
    const { lane, book } = view;
    const { to, entries, gas, onlyReject, ...taken } = batch;
    const { ids, closes } = taken;
    const nonce = lane.nextNonce;
    const signer = await this.keys.signer(lane.signer);
    const { hash, bytes } = await sign(signer, { chainId: book.chainId, nonce, to, data: submitCall(entries), gas });
    const candidate = { hash, count: ids.length, ...(onlyReject && { void: true }) };
    const entry: Entry = { nonce, ...taken, candidates: [candidate] };

    await checkpoint("signed-not-journaled");
    await this.kapok.core.transact([
      useNonce(this.kapok.core, lane, closes !== undefined),
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
    if (entry.closes !== undefined || last.void) return false;
    const scenario = this.kapok.scenario(entry.scenario);
    const onlyReject = last.count === 1;
    const count = onlyReject ? 1 : Math.floor(last.count / 2);
    const bytesBefore = await readBytes(this.kapok.core, this.organisation, entry.nonce, entry.candidates.length - 1);
    const entriesBefore = submittedEntries(bytesBefore).slice(0, count);
    const smaller = onlyReject ? entriesBefore.map(({ operation }) => voidEntry(operation)) : entriesBefore;
    const to = book.addresses[scenario.ledger.contract]!;
    const bounds = { gas: Infinity, operations: count };
    const simulate = simulation(this.chain, lane.signer, to, this.settings.gas);
    const { gas } = await sizeBatch(smaller, scenario, bounds, simulate);
    const signer = await this.keys.signer(lane.signer);
    const transaction = { chainId: book.chainId, nonce: entry.nonce, to, data: submitCall(smaller), gas };
    const { hash, bytes } = await sign(signer, transaction);

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

/** The waiting operations that no journal entry holds, in order; first the one that is to be rejected, if there is one. */
function unclaimedOf(waiting: Waiting[], held: ReadonlySet<string>, lane: Lane): WaitingEntry[] {
  const found = new Map<string, WaitingEntry>();
  for (const { scenario, entries } of waiting) {
    for (const entry of entries) if (!held.has(entry.operation)) found.set(entry.operation, { ...entry, scenario });
  }
  const { voiding } = lane;
  const unclaimed = [...found.values()];
  if (voiding) unclaimed.sort((a, b) => Number(b.operation === voiding) - Number(a.operation === voiding));
  return unclaimed;
}

/** The queue items that hold these operations: those of which all are taken, and those of which a part is. */
function takenFrom(waiting: Waiting[], ids: string[]): Pick<Entry, "queued" | "partly"> {
  const taken = new Set(ids);
  const queued: Entry["queued"] = [];
  const partly: Entry["queued"] = [];
  for (const { key, entries } of waiting) {
    const count = entries.filter(({ operation }) => taken.has(operation)).length;
    if (count === entries.length) queued.push(key);
    else if (count > 0) partly.push(key);
  }
  return { queued, ...(partly.length > 0 && { partly }) };
}
