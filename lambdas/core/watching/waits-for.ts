import { isHeld } from "../store/lease.ts";
import type { Lane } from "../store/lanes.ts";
import type { Claim, Trace } from "./trace.ts";

/**
 * Where an operation that is not decided waits, and what for, in words for a person; undefined where it is decided.
 * @param now milliseconds since 1970
 */
export function waitsFor(trace: Trace, now = Date.now()): string | undefined {
  const { operation, book, cursor, queued, claims, head } = trace;
  if (operation.decision) return undefined;
  if (!book) return "for the book: this store does not know it yet; start Kapok, or deploy, once more";
  if (cursor?.learned !== book.incarnation) {
    const far = `block ${cursor?.blockNumber ?? "?"} of ${head?.number ?? "?"}`;
    return `until this life of the store has learned the chain, ${far}; it goes on by itself`;
  }
  const claim = claims[0];
  if (claim) return inJournal(trace, claim, now);
  if (queued) return inQueue(trace, now);
  return (
    "for its client: neither queue nor journal holds it, as after a restore. Sent again with the same " +
    "Idempotency-Key, it waits again and is done once"
  );
}

function inJournal(trace: Trace, { entry, sights = [] }: Claim, now: number): string {
  const { lane, head, lowest, silent, cursor } = trace;
  const nonce = `nonce ${entry.nonce}`;
  const mined = sights.find(({ whereabouts }) => whereabouts === "mined");
  if (mined) {
    const becomes = mined.decision
      ? `which makes it ${mined.decision.status}`
      : "after which it waits in the queue again";
    const block = `block ${mined.block!.number}`;
    return `for the indexer to reach ${block}, ${becomes}. It stands at block ${cursor?.blockNumber}; ${atWork(trace, now)}`;
  }
  if (lane?.stopped) return stopped(lane);
  if (silent) return `for a block that holds ${nonce}; the chain does not answer: ${silent}`;
  const age = head ? `the newest block, ${head.number}, is ${seconds(now - head.time)} old` : "";
  const isFirst = entry.nonce === lowest;
  const turn = isFirst ? "" : `, after nonce ${lowest}, the lowest that is open`;
  if (sights.some(({ whereabouts }) => whereabouts === "pending")) {
    return `for a block that holds ${nonce}, which a node's pool shows${turn}; ${age}`;
  }
  return `for ${nonce} to be broadcast again: no node shows it${turn}. ${owner(lane, now)}; ${age}`;
}

function inQueue(trace: Trace, now: number): string {
  const { lane, queued, book, open, silent, known } = trace;
  if (!lane)
    return "for its lane, which is made when a submitter is next woken for it; accept another operation, or start Kapok";
  if (lane.stopped) return stopped(lane);
  if (lane.barred && lane.rotation?.awaited)
    return `for the book's operator to name ${lane.rotation.to} in place of ${lane.rotation.from}, and for what that signed`;
  if (lane.barred)
    return "until its organisation's signer is changed; if nobody does that now, run npm run rotate again";
  if (lane.closing || lane.incarnation !== book?.incarnation) {
    return `until its lane is closed: lost bytes may still land, so every nonce up to a ceiling is used first. ${owner(lane, now)}`;
  }
  if (known === false) return `for the book's operator to let ${lane.signer} speak for ${lane.organisation}`;
  if (silent) return `for the lane to send it; the chain does not answer: ${silent}`;
  const before = `${queued!.ahead} operations wait before it, and ${open} transactions of the lane are under way`;
  return `for the lane to send it: ${before}. ${owner(lane, now)}`;
}

const stopped = (lane: Lane) => `for a person: its lane is stopped, since ${lane.stopped}`;

function owner(lane: Lane | undefined, now: number): string {
  if (lane && isHeld(lane, now)) return `${lane.owner} works on the lane`;
  return "Nobody works on the lane at the moment; where Kapok runs, a submitter takes it within two minutes";
}

function atWork({ indexer }: Trace, now: number): string {
  if (indexer && isHeld(indexer, now)) return `${indexer.owner} is at work`;
  return "nobody indexes at the moment; where Kapok runs, somebody does within two minutes";
}

function seconds(milliseconds: number): string {
  return `${Math.max(0, Math.round(milliseconds / 1000))} s`;
}
