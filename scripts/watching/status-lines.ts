import { isHeld } from "../../lambdas/core/store/lease.ts";
import type { LaneStanding, Standing } from "../../lambdas/core/watching/standing.ts";
import type { DeadLetters } from "./dead-letters.ts";
import { moment, row, span } from "./rows.ts";

/** How a Kapok stands, for a person: the chain, the indexer, and a line or two for each lane. */
export function statusLines(standing: Standing, letters: DeadLetters[] | string): string[] {
  const { book, sweptAt, rebuilding, lanes, now } = standing;
  return [
    row("chain", chain(standing)),
    row(
      "book",
      book ? `chain ${book.chainId}, from block ${book.startBlock}, this life since ${book.begunAt}` : "none yet",
    ),
    row("indexer", indexer(standing)),
    ...(rebuilding ? [row("rebuilding", `since ${rebuilding.since}, by ${rebuilding.owner}`)] : []),
    ...(sweptAt === undefined ? [] : [row("sweeper", `${span(now - sweptAt)} ago, ${moment(sweptAt)}`)]),
    ...deadLetters(letters),
    ...lanes.flatMap((lane) => laneLines(lane, standing)),
  ];
}

function chain({ chain: { head, other, silent }, now }: Standing): string {
  if (head) return `block ${head.number}, ${span(now - head.time)} old`;
  return other ?? `does not answer: ${silent}`;
}

function indexer({ book, cursor, indexer: lease, chain: { head }, now }: Standing): string {
  const at = cursor ? `block ${cursor.blockNumber}` : "nothing indexed";
  const behind = head && cursor ? `, ${Math.max(0, head.number - cursor.blockNumber)} behind` : "";
  const learning = book && cursor?.learned !== book.incarnation ? ", still learning the chain" : "";
  const who = lease && isHeld(lease, now) ? `${lease.owner} until ${moment(lease.leaseUntil)}` : "nobody at the moment";
  return `${at}${behind}${learning}; ${who}`;
}

function deadLetters(letters: DeadLetters[] | string): string[] {
  if (typeof letters === "string") return [row("dead", `letters could not be counted: ${letters}`)];
  return letters.map(({ queue, count }) => row("dead", `letters in ${queue}: ${count}`));
}

function laneLines({ lane, entries, queued, known }: LaneStanding, { book, now }: Standing): string[] {
  const { organisation, signer, nextNonce, decidedNonce } = lane;
  const candidates = entries.reduce((sum, entry) => sum + entry.candidates.length, 0);
  const owner = isHeld(lane, now) ? lane.owner : "nobody";
  const oldest = queued.since === undefined ? "" : `, the oldest for ${span(now - queued.since)}`;
  const states = [
    lane.stopped && `STOPPED: ${lane.stopped}`,
    lane.closing && `closing since ${moment(lane.closing.since)}`,
    lane.incarnation !== book?.incarnation && "to be closed: the store began a new life",
    lane.rotation &&
      `signer being changed to ${lane.rotation.to}${lane.rotation.awaited ? ", which the book's operator has to name" : ""}`,
    lane.limit !== undefined && `at most ${lane.limit} operations together, after a batch that did not land`,
    known === false && "the book does not know its signer",
  ].filter((state) => typeof state === "string");
  return [
    row(
      "lane",
      `${organisation}: ${queued.depth} wait${oldest}; ${entries.length} open entries, ${candidates} candidates`,
    ),
    row("", `signer ${signer}, next nonce ${nextNonce}, decided below ${decidedNonce}; owner ${owner}`),
    ...states.map((state) => row("", state)),
  ];
}
