import { inParallel, turnstile } from "./in-parallel.ts";
import { importLot } from "./lot.ts";
import type { Stay } from "./lot.ts";
import type { Reconciliation } from "./reconciliation.ts";
import type { Row } from "./rows.ts";
import type { Session } from "./session.ts";

/** Stays in a lot. A batch of earnings may hold twice as many; smaller lots keep the chain and the API busy evenly. */
const lotSize = 500;
/** While some lots wait for the chain, others are sent. What is not in one of them has not been read yet. */
const lotsAtOnce = 6;

/** What is told as it happens. */
export interface Watcher {
  rowRead(): void;
  operationDecided(): void;
  earningRead(): void;
  /** A row with which something is wrong, and what. */
  fault(line: number, outcome: string, message: string): void;
}

/**
 * Imports every row: enrols a member for each checked-out booking, lets it earn, and counts what became of it.
 * Stopped anywhere and done again, it comes to the same end.
 *
 * @throws UnusableInput, ServiceFailed
 */
export async function importStays(
  session: Session,
  rows: AsyncIterable<Row>,
  reconciliation: Reconciliation,
  watcher: Watcher,
): Promise<void> {
  const course = { session, enrolInTurn: turnstile(), decided: watcher.operationDecided };
  await inParallel(lotsAtOnce, lotsOf(rows, reconciliation, watcher), async (lot) => {
    for (const fate of await importLot(course, lot)) {
      reconciliation.settle(fate);
      const { stay, outcome, problem } = fate;
      if (problem) watcher.fault(stay.line, outcome, `${problem.name}: ${problem.detail}`);
    }
  });
}

async function* lotsOf(
  rows: AsyncIterable<Row>,
  reconciliation: Reconciliation,
  watcher: Watcher,
): AsyncGenerator<Stay[]> {
  let lot: Stay[] = [];
  for await (const row of rows) {
    watcher.rowRead();
    if ("fault" in row || row.booking.status !== "checked-out") {
      reconciliation.leaveOut(row);
      if ("fault" in row) watcher.fault(row.line, row.fault, row.message);
      continue;
    }
    lot.push(row);
    if (lot.length === lotSize) {
      yield lot;
      lot = [];
    }
  }
  if (lot.length > 0) yield lot;
}
