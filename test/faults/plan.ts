import type { Random } from "./random.ts";

/** Kills that happen as close together as chance will have it, so that one wait for leases serves them all. */
export interface Round {
  /** Steps, each in another process. */
  readonly steps: readonly string[];
  /** What is killed when all those were. */
  readonly next?: "supervisor" | "everything" | "dynamodb" | "anvil";
  /** Whether leases of the dead run out by themselves. */
  readonly patient?: boolean;
}

/** Every step at which a process of a Kapok can be killed, by process. */
export const steps = {
  api: ["operations-put-not-answered"],
  submitter: ["lane-taken", "signed-not-journaled", "journaled-not-broadcast", "broadcast-not-mined"],
  indexer: [
    "mined-not-indexed",
    "projections-written-not-marked",
    "operations-marked-not-unqueued",
    "unqueued-not-settled",
    "block-applied-cursor-not-moved",
  ],
  chain: ["mined-not-logged", "logged-not-shown", "snapshot-written-not-renamed", "snapshot-renamed-log-not-cut"],
} as const;

/** Enough rounds for every step, each in an order that chance chooses. */
export function plan(
  random: Random,
  processes: Record<string, readonly string[]> = steps,
  others: readonly Round["next"][] = ["supervisor", "everything", "dynamodb", "anvil"],
): Round[] {
  const lists = Object.values(processes).map((list) => random.shuffled(list));
  const length = Math.max(...lists.map((list) => list.length));
  const after = random.shuffled(others);
  return Array.from({ length }, (_, index) => {
    const next = after[index];
    return { steps: lists.map((list) => list[index % list.length]!), ...(next && { next }), patient: index === 0 };
  });
}
