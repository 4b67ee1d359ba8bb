import { checkpoint } from "../checkpoint.ts";
import type { Kapok } from "../kapok.ts";
import type { Entry } from "../store/journal.ts";
import { closeEntry, stillNoEntry } from "../store/journal.ts";
import type { Lane } from "../store/lanes.ts";
import { decideNonce, readLane } from "../store/lanes.ts";
import { refusals } from "../store/table.ts";
import { markReturned, unqueue } from "./mark.ts";

/** The bound on a batch that is gone again once it has grown this far. */
const NO_LIMIT = 2048;
/** A nonce that the journal lacks may be a lost backup once; twice within this time somebody else has the key. */
const STRANGER_MILLISECONDS = 24 * 3600 * 1000;

/** One transaction of a lane's signer that a block holds. */
export interface Mined {
  nonce: number;
  hash: string;
  /** 1 succeeded, 0 reverted. */
  status: number;
  /** Ids of the lane's organisation that the block decided. */
  decided: ReadonlySet<string>;
  /** The incarnation of the store: a lane of another one is about to be closed, and knows less than the chain. */
  incarnation: string;
}

/**
 * Closes the journal's entry of a nonce that was mined: what the mined transaction held is decided by its events, what
 * it did not hold waits again. Settling a nonce twice changes nothing.
 * @returns whether this call did it
 * @throws where the mined transaction held an operation and the block says nothing of it: nothing may leave the queue
 */
export async function settleNonce(kapok: Kapok, lane: Lane, mined: Mined, entry: Entry | undefined): Promise<boolean> {
  if (mined.nonce < lane.decidedNonce) return false;
  const candidate = entry?.candidates.find(({ hash }) => hash === mined.hash);
  const consequence = candidate ? known(kapok, lane, mined, entry!) : stranger(kapok, lane, mined);

  if (entry) {
    const held = candidate && mined.status === 1 ? candidate.count : 0;
    const silent = entry.ids.slice(0, held).find((id) => !mined.decided.has(id));
    if (silent) throw new Error(`${mined.hash} held ${silent}, and its block says nothing of it`);
    const returned = entry.ids.slice(held);
    const { queued, partly = [] } = entry;
    if (returned.length === 0) await kapok.core.writeMany([], queued);
    else await markReturned(kapok.core, lane.organisation, returned);
    await unqueue(kapok.core, lane.organisation, returned.length === 0 ? partly : [...queued, ...partly]);
    await checkpoint("unqueued-not-settled");
  }

  try {
    await kapok.core.transact([
      decideNonce(kapok.core, lane, mined.nonce, consequence),
      ...(entry
        ? closeEntry(kapok.core, lane.organisation, entry)
        : [stillNoEntry(kapok.core, lane.organisation, mined.nonce)]),
    ]);
    return true;
  } catch (error) {
    const codes = refusals(error)?.map(({ code }) => code);
    if (!codes?.includes("ConditionalCheckFailed")) throw error;
    const now = await readLane(kapok.core, lane.organisation);
    if (now && now.decidedNonce <= mined.nonce) throw error;
    return false;
  }
}

interface Consequence {
  set?: Partial<Lane>;
  remove?: (keyof Lane)[];
}

function known(kapok: Kapok, lane: Lane, mined: Mined, entry: Entry): Consequence {
  const place = entry.candidates.findIndex(({ hash }) => hash === mined.hash);
  const candidate = entry.candidates[place]!;

  if (mined.status === 0) {
    if (entry.closes !== undefined || candidate.void) {
      const stopped = "a batch that changes nothing reverted: the book does not take this signer's batches";
      kapok.log.alarm("lane-stopped", { organisation: lane.organisation, reason: stopped });
      return { set: { stopped } };
    }
    kapok.log.warn("batch-reverted", { organisation: lane.organisation, nonce: mined.nonce, hash: mined.hash });
    // Once more, alone and with all the gas there is: its signer may have been what was refused.
    const again = entry.limit !== 1;
    if (candidate.count === 1) return { set: { limit: 1, ...(!again && { voiding: entry.ids[0]! }) } };
    return { set: { limit: smaller(lane, Math.floor(candidate.count / 2)) } };
  }

  if (entry.closes !== undefined) return emptyMined(lane, mined, entry.closes);
  const voided: Consequence = candidate.void && lane.voiding === entry.ids[0] ? { remove: ["voiding"] } : {};
  if (place > 0) return { ...voided, set: { limit: smaller(lane, Math.max(1, candidate.count)) } };
  // What was signed under another bound was in flight already when this one was set, and says nothing of it.
  if (lane.limit === undefined || entry.limit !== lane.limit || entry.ids.length < lane.limit) return voided;
  if (lane.limit * 2 >= NO_LIMIT) return { remove: ["limit", ...(voided.remove ?? [])] };
  return { ...voided, set: { limit: lane.limit * 2 } };
}

function smaller({ limit = Infinity }: Lane, bound: number): number {
  return Math.min(limit, bound);
}

/** Only the first empty batch of this very closing counts: one of an earlier closing was signed before bytes were lost. */
function emptyMined({ closing }: Lane, mined: Mined, since: number): Consequence {
  if (closing?.since !== since || closing.first !== undefined) return {};
  return { set: { closing: { ...closing, first: mined.nonce } } };
}

function stranger(kapok: Kapok, lane: Lane, mined: Mined): Consequence {
  if (lane.closing || lane.incarnation !== mined.incarnation) return {};
  const again = lane.strangerAt !== undefined && Date.now() - lane.strangerAt < STRANGER_MILLISECONDS;
  const fields = { organisation: lane.organisation, nonce: mined.nonce, hash: mined.hash };
  if (again) {
    const stopped = "the chain used nonces that the journal lacks twice within a day: somebody else signs with its key";
    kapok.log.alarm("lane-stopped", { ...fields, reason: stopped });
    return { set: { stopped } };
  }
  kapok.log.alarm("nonce-not-in-journal", fields);
  return { set: { strangerAt: Date.now(), closing: { since: Date.now() } } };
}
