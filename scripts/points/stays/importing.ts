import { inParallel } from "./in-parallel.ts";
import { importLot } from "./lot.ts";
import type { Stay } from "./lot.ts";
import type { Reconciliation } from "./reconciliation.ts";
import type { Row } from "./rows.ts";
import type { Session } from "./session.ts";

/** Stays in a lot: as many as a batch of earnings may hold. */
const lotSize = 1000;
/** While some lots wait for the chain, others are sent. What is not in one of them has not been read yet. */
const lotsAtOnce = 4;

/** What is told as it happens. */
export interface Watcher {
  rowRead(): void;
  operationDecided(): void;
  /** A row that earned nothing because something is wrong with it, and what. */
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
  await inParallel(lotsAtOnce, lotsOf(rows, reconciliation, watcher), async (lot) => {
    for (const fate of await importLot(session, lot, watcher.operationDecided)) {
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
