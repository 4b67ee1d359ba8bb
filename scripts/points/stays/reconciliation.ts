import type { Fate } from "./lot.ts";
import type { Row } from "./rows.ts";

/** What can become of a row, in the order in which the table shows it. */
export const outcomes = [
  "earned",
  "worth nothing",
  "cancelled",
  "no-show",
  "unreadable",
  "repeated",
  "contradicting",
  "refused",
  "rejected",
] as const;

export type Outcome = (typeof outcomes)[number];

/** Counts what became of each row, and both sides of the points. */
export class Reconciliation {
  /** Rows by outcome, and by reason where an outcome has several. */
  readonly rows = new Map<Outcome, Map<string, number>>();
  /** The sum of ⌊ADR × nights⌋ over all bookings that should earn. */
  pointsByFile = 0;
  /** The sum of what these bookings' earnings gave their members, by the members' entries. */
  pointsOnChain = 0;
  /** Bookings of which the file and the chain say different points. */
  differing = 0;
  /** Points of the earnings that were open when this run sent them. */
  newPoints = 0;
  operations = 0;
  newOperations = 0;

  /** Counts a row that the service has no part in. */
  leaveOut(row: Row): void {
    if ("fault" in row) this.count(row.fault, row.reason);
    else if (row.booking.status !== "checked-out") this.count(row.booking.status, "");
  }

  /** Counts a checked-out booking by what it is worth, before the service was asked. */
  foresee(row: Row): void {
    if ("fault" in row || row.booking.status !== "checked-out") return this.leaveOut(row);
    this.pointsByFile += row.booking.points;
    this.count(row.booking.worthless ? "worth nothing" : "earned", row.booking.worthless ?? "");
  }

  /** Counts a checked-out booking by what became of it. */
  settle({ stay: { booking }, outcome, problem, ...fate }: Fate): void {
    this.newPoints += fate.newPoints;
    this.operations += fate.operations;
    this.newOperations += fate.newOperations;
    this.count(outcome, problem?.name ?? booking.worthless ?? "");
  }

  /** Counts what a booking is worth on both sides. */
  compare(byFile: number, onChain: number): void {
    this.pointsByFile += byFile;
    this.pointsOnChain += onChain;
    if (byFile !== onChain) this.differing += 1;
  }

  /** How many rows ended so, or how many there are. */
  total(outcome?: Outcome): number {
    const reasons = outcome === undefined ? [...this.rows.values()] : [this.rows.get(outcome) ?? new Map()];
    return reasons.flatMap((counts) => [...counts.values()]).reduce((sum, count) => sum + count, 0);
  }

  /** Equal, and nothing that the file says was turned down: neither by the service nor by another row. */
  get agrees(): boolean {
    const turnedDown = this.total("contradicting") + this.total("refused") + this.total("rejected");
    return this.differing === 0 && turnedDown === 0;
  }

  private count(outcome: Outcome, reason: string): void {
    if (!this.rows.has(outcome)) this.rows.set(outcome, new Map());
    const reasons = this.rows.get(outcome)!;
    reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
  }
}
