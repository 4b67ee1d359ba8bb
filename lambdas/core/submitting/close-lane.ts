import { checkpoint } from "../checkpoint.ts";
import { closeEntry } from "../store/journal.ts";
import { changeLane, stillOwned } from "../store/lanes.ts";
import { BATCH_GAS } from "./batch.ts";
import type { LaneView, LaneWorker, Outcome } from "./lane-worker.ts";
import { HIGHEST_AHEAD } from "./settings.ts";

/**
 * Closes a lane that cannot vouch for its journal: bytes that nobody remembers may still land, each at a nonce that is
 * at most {@link HIGHEST_AHEAD} above one that was used when it was signed. So every nonce up to there is used, by empty
 * batches or by those bytes, and indexed, before the lane takes work again. What the lost bytes did is known by its ids.
 */
export async function closeLane(worker: LaneWorker, view: LaneView): Promise<Outcome> {
  const { kapok, chain, settings } = worker;
  const { book, cursor, lane, entries } = view;
  const closing = lane.closing!;

  const others = closing.since + settings.timeoutMilliseconds - Date.now();
  if (others > 0) return "waiting";
  const head = await chain.head();
  if (!cursor || cursor.learned !== book.incarnation || cursor.blockNumber < head) return "waiting";

  // A node that lagged had empty batches signed at nonces that were settled already: no block will close their entries.
  const over = entries.filter(({ nonce }) => nonce < lane.decidedNonce);
  if (over.length > 0) {
    const closed = over.flatMap((entry) => closeEntry(kapok.core, lane.organisation, entry));
    await kapok.core.transact([stillOwned(kapok.core, lane), ...closed]);
    return "again";
  }

  const last = closing.first === undefined ? undefined : closing.first + HIGHEST_AHEAD;
  if (last !== undefined && lane.decidedNonce > last) {
    const nextNonce = Math.max(lane.nextNonce, lane.decidedNonce);
    await changeLane(kapok.core, lane, { nextNonce }, ["closing"]);
    kapok.log.info("lane-closed", { organisation: lane.organisation, nextNonce });
    return "again";
  }

  const used = await chain.usedNonces(lane.signer);
  const free = Math.max(used, lane.decidedNonce, ...entries.map(({ nonce }) => nonce + 1));
  if (free !== lane.nextNonce) {
    await changeLane(kapok.core, lane, { nextNonce: free });
    return "again";
  }
  const inFlight = entries.filter(({ nonce }) => nonce >= used).length;
  if (inFlight >= settings.ahead || (last !== undefined && lane.nextNonce > last)) return "waiting";

  await checkpoint("lane-half-closed");
  const scenario = kapok.scenarios[0]!;
  const to = book.addresses[scenario.ledger.contract]!;
  const nothing = { ids: [], queued: [], closes: closing.since, entries: [] };
  await worker.send(view, { scenario: scenario.name, ...nothing, to, gas: BATCH_GAS });
  return "again";
}
