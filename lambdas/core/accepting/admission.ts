import { Problem } from "../problem.ts";
import { readLane } from "../store/lanes.ts";
import type { Table } from "../store/table.ts";
import { remembered } from "../remembered.ts";

/** Operations of one organisation that may wait before its clients are asked to slow down. */
const MOST_WAITING = 50_000;

/**
 * Decides whether more operations may be accepted now: not while too many of the organisation wait. A chain that halts is
 * no reason.
 * @throws Problem `too-many-requests`
 */
export function admission(table: Table, mostWaiting = MOST_WAITING): (organisation: string) => Promise<void> {
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
