import type { EnvelopeEntry } from "../chain/envelope.ts";
import { voidEntry } from "../chain/envelope.ts";
import type { Entry } from "../store/journal.ts";
import type { Lane } from "../store/lanes.ts";
import { readOpen, stillNoOperation } from "../store/operations.ts";
import type { Waiting } from "../store/queue.ts";
import { readQueue } from "../store/queue.ts";
import type { Table } from "../store/table.ts";
import { refusals } from "../store/table.ts";
import { simulation, sizeBatch } from "./batch.ts";
import type { LaneParts, LaneView, Outcome } from "./lane-step.ts";
import { send } from "./send.ts";

/** How many waiting operations are looked at, and the most that go into one transaction. */
const WANTED = 2000;
const MOST_TOGETHER = 1200;
/**
 * How long the first operations of a further transaction wait for company, for each transaction that is in flight: so the
 * few that a lane may have are spread over a block of a second, and what comes late in it need not wait for the next one.
 */
const COMPANY_MILLISECONDS = 250;
/** By then a transaction that was under way is whole: what still has no row was lost. */
const LOST_MILLISECONDS = 10 * 60_000;

/** An operation that waits, with the scenario whose ledger it goes to. */
type WaitingEntry = EnvelopeEntry & { scenario: string };

/**
 * Sends what waits, as much of it as fits into one transaction.
 * @param lastSent when this owner last did, by `performance.now()`
 */
export async function submitNext(parts: LaneParts, view: LaneView, lastSent: number): Promise<Outcome | "sent"> {
  const { organisation, kapok, chain, settings } = parts;
  const { lane, book, entries } = view;
  const held = new Set(entries.flatMap(({ ids }) => ids));
  const waiting = await readQueue(kapok.core, organisation, WANTED, held);
  const unclaimed = unclaimedOf(waiting, held, lane);
  const company = performance.now() - lastSent < entries.length * COMPANY_MILLISECONDS;
  if (company && unclaimed.length > 0 && unclaimed.length < MOST_TOGETHER / 2) return "waiting";
  const { free, removed } = await undecided(parts, waiting, unclaimed.slice(0, MOST_TOGETHER));
  const first = free[0];
  if (!first && removed > 0) return "again";
  if (!first) return entries.length > 0 ? "waiting" : "idle";

  const scenario = kapok.scenario(first.scenario);
  const to = book.addresses[scenario.ledger.contract]!;
  const onlyReject = first.operation === lane.voiding;
  const wanted = onlyReject ? [voidEntry(first.operation)] : free.filter((entry) => entry.scenario === scenario.name);
  const most = await chain.gasLimit();
  const bounds = { gas: Math.min(settings.gas, most), operations: lane.limit ?? Infinity };
  const batch = await sizeBatch(wanted, scenario, bounds, simulation(chain, lane.signer, to, bounds.gas));
  // After a batch that reverted, gas is not what the next one shall fail for; and no block takes more than its limit.
  if (lane.limit !== undefined) batch.gas = Math.max(batch.gas, bounds.gas);
  batch.gas = Math.min(batch.gas, most);
  const ids = batch.entries.map(({ operation }) => operation);
  await send(parts, view, { scenario: scenario.name, ids, ...takenFrom(waiting, ids), to, ...batch, onlyReject });
  return "sent";
}

/**
 * Leaves out what the chain has decided. Rows are read after journal and queue: what left the journal in between is
 * decided there by then. A queue item of which only a part is decided still stands; and after a closing, the queue may
 * hold what forgotten bytes have done. An operation without a row is not done: either the transaction that puts both is
 * not whole for every reader yet, or the row was lost, and nobody knows how it was decided until its client sends it again.
 */
async function undecided(
  { kapok, organisation }: LaneParts,
  waiting: Waiting[],
  unclaimed: WaitingEntry[],
): Promise<{ free: WaitingEntry[]; removed: number }> {
  const { core } = kapok;
  const ids = unclaimed.map(({ operation }) => operation);
  const { decided, open } = await readOpen(core, organisation, ids);
  const done = waiting.filter(({ entries }) => entries.every(({ operation }) => decided.has(operation)));
  await core.writeMany(
    [],
    done.map(({ key }) => key),
  );
  const looked = new Set(ids);
  const isLost = ({ operation }: EnvelopeEntry) => looked.has(operation) && !open.has(operation);
  const old = waiting.filter(({ since }) => since < Date.now() - LOST_MILLISECONDS);
  const lost = old.filter((each) => !done.includes(each) && each.entries.every(isLost));
  for (const each of lost) await forget(core, organisation, each, decided);
  return { free: unclaimed.filter(({ operation }) => open.has(operation)), removed: done.length + lost.length };
}

/** Takes away a place in the queue of which no operation is open, unless a row of one appears after all. */
async function forget(core: Table, organisation: string, place: Waiting, decided: Set<string>): Promise<void> {
  const rowless = place.entries.filter(({ operation }) => !decided.has(operation));
  const actions = [
    { Delete: { TableName: core.name, Key: place.key } },
    ...rowless.map(({ operation }) => stillNoOperation(core, organisation, operation)),
  ];
  await core.transact(actions).catch((error) => {
    if (!refusals(error)) throw error;
  });
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
