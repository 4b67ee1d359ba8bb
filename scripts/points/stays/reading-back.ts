import { inParallel } from "./in-parallel.ts";
import { namesOf } from "./keys.ts";
import { refused } from "./problem.ts";
import type { Watcher } from "./importing.ts";
import type { Reconciliation } from "./reconciliation.ts";
import type { Row } from "./rows.ts";
import type { Session } from "./session.ts";

const requestsAtOnce = 32;

/**
 * Reads back, when all is done, what each booking of the file earned: from the entries of its member, which are made from
 * the events of the chain alone. So an earning that the chain has twice counts twice, whatever the answers said.
 *
 * @throws UnusableInput, ServiceFailed
 */
export async function readBack(
  session: Session,
  rows: AsyncIterable<Row>,
  reconciliation: Reconciliation,
  watcher: Watcher,
): Promise<void> {
  await inParallel(requestsAtOnce, rows, async (row) => {
    if ("fault" in row || row.booking.points === 0) return;
    const { member, earning } = namesOf(session.organisation, row.booking);
    const points = await pointsEarned(session, member, earning);
    reconciliation.compare(row.booking.points, points);
    watcher.earningRead();
    if (points !== row.booking.points) {
      watcher.fault(row.line, "differs", `by the file ${row.booking.points} points, on the chain ${points}`);
    }
  });
}

/** The sum of the member's entries that this earning made. */
async function pointsEarned(session: Session, member: string, earning: string): Promise<number> {
  let points = 0;
  let cursor: string | undefined;
  do {
    const from = cursor === undefined ? "" : `&cursor=${encodeURIComponent(cursor)}`;
    const path = `/v1/points/members/${member}/entries?limit=100${from}`;
    const answer = await session.call({ method: "GET", path });
    if (answer.status === 404) return 0;
    if (answer.status !== 200) throw refused({ method: "GET", path }, answer);
    for (const entry of answer.body.entries) {
      const isThis = entry.operation === earning && entry.kind === "earn" && entry.merchant === session.organisation;
      if (isThis) points += entry.points;
    }
    cursor = answer.body.cursor;
  } while (cursor !== undefined);
  return points;
}
