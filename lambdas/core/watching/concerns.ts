import { isHeld } from "../store/lease.ts";
import type { LaneStanding, Standing } from "./standing.ts";

/** After so long without a block, the chain halts: seconds. */
export const HALTED_SECONDS = 600;
/** So long may something lie undone that heals by itself: milliseconds. Leases end, and a sweep comes, long before. */
const HEALS_MILLISECONDS = 180_000;
/** So long may an operation wait, a lane close, or the store be behind before a person looks: milliseconds. */
const PATIENCE_MILLISECONDS = 600_000;

/**
 * What a person must act on, the most urgent first; empty where all is well or heals by itself.
 * @param swept whether somebody sweeps here: in a deployment, and not on one machine
 */
export function concernsOf(standing: Standing, swept: boolean): string[] {
  const { book, sameTables, lanes } = standing;
  if (!book) return ["The store knows no book: start Kapok, or deploy, once more."];
  return [
    ...chainConcerns(standing),
    ...(sameTables
      ? []
      : ["The tables are not those of this life of the store; the indexer has yet to begin a new one."]),
    ...indexerConcerns(standing),
    ...(swept ? sweepConcerns(standing) : []),
    ...lanes.flatMap((lane) => laneConcerns(lane, standing)),
  ];
}

function chainConcerns({ chain, now }: Standing): string[] {
  const { head, other, silent } = chain;
  if (other) return [`This is another chain: ${other}.`];
  if (silent) return [`The chain cannot be asked: ${silent}.`];
  const age = Math.floor((now - head!.time) / 1000);
  if (age <= HALTED_SECONDS) return [];
  return [`The chain halts: block ${head!.number} is the newest and ${age} s old. Ask whoever runs its validators.`];
}

function indexerConcerns({ book, cursor, indexer, rebuilding, chain, now }: Standing): string[] {
  const { head } = chain;
  const isAtWork = indexer !== undefined && isHeld(indexer, now);
  if (rebuilding && !isAtWork) return ["A rebuild of the projections was interrupted: run npm run rebuild again."];
  if (!head || rebuilding) return [];
  if (!cursor) return isAtWork ? [] : ["Nothing was indexed yet, and nobody does."];
  const lag = head.number - cursor.blockNumber;
  const isLate = lag > 0 && head.time - cursor.time * 1000 > PATIENCE_MILLISECONDS;
  if (!isAtWork && lag > 0 && now - (indexer?.leaseUntil ?? 0) > HEALS_MILLISECONDS) {
    return [`Nobody indexes, and the store is ${lag} blocks behind: look at the indexer's log.`];
  }
  // A store that learns is behind for as long as that takes.
  if (cursor.learned !== book!.incarnation || !isLate) return [];
  return [`The store is ${lag} blocks behind though somebody indexes: look at the indexer's log.`];
}

function sweepConcerns({ sweptAt, now }: Standing): string[] {
  if (sweptAt === undefined) return ["Nobody has swept yet: see that the sweeper's schedule is on."];
  const age = now - sweptAt;
  if (age <= HEALS_MILLISECONDS) return [];
  return [`The sweeper is silent for ${Math.floor(age / 1000)} s: see that its schedule is on, and look at its log.`];
}

function laneConcerns(
  { lane, entries, queued, known, knowsNext }: LaneStanding,
  { now, chain, book }: Standing,
): string[] {
  const { organisation, signer, stopped, closing, barred, rotation } = lane;
  if (stopped && !rotation) return [`The lane of ${organisation} is stopped: ${stopped}.`];
  if (rotation?.awaited && knowsNext === false) {
    return [
      `The book's operator has to name ${rotation.to} as the signer of ${organisation}, in place of ${rotation.from}.`,
    ];
  }
  if (rotation && !rotation.awaited && !isHeld(lane, now) && stopped) {
    return [`The signer of ${organisation} is being changed and its lane is stopped: run npm run rotate again.`];
  }
  if (known === false && !barred && !rotation?.awaited) {
    return [`The book does not know ${signer} of ${organisation}: its operator has to let that signer speak.`];
  }
  if (closing && now - closing.since > PATIENCE_MILLISECONDS) {
    const minutes = Math.floor((now - closing.since) / 60_000);
    return [`The lane of ${organisation} closes since ${minutes} minutes: look at the submitter's log.`];
  }
  const work = entries.length > 0 || queued.depth > 0 || lane.incarnation !== book!.incarnation;
  if (work && !isHeld(lane, now) && now - lane.leaseUntil > HEALS_MILLISECONDS) {
    return [
      `Nobody works on the lane of ${organisation}, where ${queued.depth} operations wait: look at the submitter.`,
    ];
  }
  // What waits for a chain that halts is no other concern.
  const age = chain.head ? (now - chain.head.time) / 1000 : Infinity;
  if (age > HALTED_SECONDS || queued.since === undefined || now - queued.since <= PATIENCE_MILLISECONDS) return [];
  const minutes = Math.floor((now - queued.since) / 60_000);
  return [`An operation of ${organisation} waits since ${minutes} minutes: npm run trace shows what for.`];
}
