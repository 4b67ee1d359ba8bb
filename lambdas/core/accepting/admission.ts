import { Problem } from "../problem.ts";
import { isLearned } from "../store/book.ts";
import { readLane } from "../store/lanes.ts";
import type { Table } from "../store/table.ts";
import { remembered } from "./remembered.ts";

/** Operations of one organisation that may wait before its clients are asked to slow down. */
const MOST_WAITING = 50_000;

/**
 * Decides whether operations may be accepted now: not while the store is still learning from the chain what happened
 * before, and not while too many of the organisation wait. A chain that halts is no reason.
 * @throws Problem `learning-from-chain`, `too-many-requests`
 */
export function admission(table: Table, mostWaiting = MOST_WAITING): (organisation: string) => Promise<void> {
  const learned = remembered(() => isLearned(table));
  const depths = new Map<string, () => Promise<number>>();
  const depthOf = (organisation: string) => {
    let depth = depths.get(organisation);
    if (!depth) {
      depth = remembered(async () => (await readLane(table, organisation))?.depth ?? 0);
      depths.set(organisation, depth);
    }
    return depth();
  };

  return async (organisation) => {
    if (!(await learned())) {
      throw new Problem("learning-from-chain", "The store is being filled from the chain.", {}, { "Retry-After": "2" });
    }
    const depth = await depthOf(organisation);
    if (depth < mostWaiting) return;
    throw new Problem(
      "too-many-requests",
      `${depth} operations of ${organisation} wait.`,
      { waiting: depth },
      { "Retry-After": "5" },
    );
  };
}
