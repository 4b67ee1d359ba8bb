import { checkpoint } from "../checkpoint.ts";
import { changeLane, stillOwned } from "../store/lanes.ts";
import { BATCH_GAS } from "./batch.ts";
import { giveBackEntry } from "./ended-signer.ts";
import type { LaneParts, LaneView, Outcome } from "./lane-step.ts";
import { send } from "./send.ts";
import { HIGHEST_AHEAD } from "./settings.ts";
import { succeedSigner } from "./succeed-signer.ts";

/**
 * Closes a lane that cannot vouch for its journal: bytes that nobody remembers may still land, each at a nonce that is
 * at most {@link HIGHEST_AHEAD} above one that was used when it was signed. So every nonce up to there is used, by empty
 * batches or by those bytes, and indexed, before the lane takes work again. What the lost bytes did is known by its ids.
 */
export async function closeLane(parts: LaneParts, view: LaneView): Promise<Outcome> {
  const { kapok, chain, settings } = parts;
  const { book, cursor, lane, entries } = view;
  const closing = lane.closing!;

  const others = closing.since + settings.timeoutMilliseconds - Date.now();
  if (others > settings.timeoutMilliseconds) {
    // It began by a clock that has been set back since: it begins anew.
    await changeLane(kapok.core, lane, { closing: { since: Date.now() } });
    return "again";
  }
  if (others > 0) return "waiting";
  const head = await chain.head();
  if (!cursor || cursor.learned !== book.incarnation || cursor.blockNumber < head) return "waiting";

  // A node that lagged had empty batches signed at nonces that were settled already: no block will close their entries.
  const over = entries.filter(({ nonce }) => nonce < lane.decidedNonce);
  for (const entry of over) await giveBackEntry(kapok, lane, entry, stillOwned(kapok.core, lane));
  if (over.length > 0) return "again";

  // What a block used and nobody indexed yet is waited for; what neither a block nor the journal holds is used up.
  const used = await chain.usedNonces(lane.signer);
  const open = Math.max(used, lane.decidedNonce);
  const held = new Set(entries.map(({ nonce }) => nonce));
  let free = open;
  while (held.has(free)) free++;
  const isWhole = entries.every(({ nonce }) => nonce < free);
  const last = closing.first === undefined ? Infinity : closing.first + HIGHEST_AHEAD;
  if (lane.decidedNonce > last && lane.decidedNonce === open && isWhole) {
    if (await succeedSigner(parts, view)) return "again";
    await changeLane(kapok.core, lane, { nextNonce: free }, ["closing"]);
    kapok.log.info("lane-closed", { organisation: lane.organisation, nextNonce: free });
    return "again";
  }
  if (free !== lane.nextNonce) {
    await changeLane(kapok.core, lane, { nextNonce: free });
    return "again";
  }
  if (free - open >= settings.ahead || (free > last && isWhole)) return "waiting";

  await checkpoint("lane-half-closed");
  const scenario = kapok.scenarios[0]!;
  const to = book.addresses[scenario.ledger.contract]!;
  const nothing = { ids: [], queued: [], closes: closing.since, entries: [] };
  await send(parts, view, { scenario: scenario.name, ...nothing, to, gas: BATCH_GAS });
  return "again";
}
