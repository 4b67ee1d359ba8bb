import { outcomes } from "./reconciliation.ts";
import type { Outcome, Reconciliation } from "./reconciliation.ts";

const titles: Record<Outcome, string> = {
  earned: "earned points",
  "worth nothing": "checked out, worth nothing",
  cancelled: "cancelled",
  "no-show": "no-show",
  unreadable: "cannot be read",
  repeated: "repeats an earlier row",
  contradicting: "contradicts an earlier row",
  refused: "refused by the service",
  rejected: "rejected on the chain",
};

/** The reconciliation as a table for people: rows by outcome and reason, and both sides of the points. */
export function tableOf(reconciliation: Reconciliation): string {
  const { pointsByFile, pointsOnChain, differing } = reconciliation;
  return [
    "Rows by outcome",
    ...outcomes.flatMap((outcome) => linesOf(outcome, reconciliation)),
    line("  all rows", reconciliation.total()),
    "",
    "Points",
    line("  by the file", pointsByFile),
    line("  on the chain", pointsOnChain),
    ...(differing === 0
      ? ["  equal, booking by booking"]
      : [line("  NOT EQUAL, difference", pointsOnChain - pointsByFile), line("  bookings that differ", differing)]),
  ].join("\n");
}

function linesOf(outcome: Outcome, reconciliation: Reconciliation): string[] {
  const total = reconciliation.total(outcome);
  if (total === 0) return [];
  const reasons = [...(reconciliation.rows.get(outcome) ?? [])].filter(([reason]) => reason !== "");
  return [line(`  ${titles[outcome]}`, total), ...reasons.map(([reason, count]) => line(`    ${reason}`, count))];
}

function line(title: string, count: number): string {
  return title.padEnd(58) + grouped(count).padStart(16);
}

/** A whole number with its thousands apart, such as `2,616,052`. */
export function grouped(count: number): string {
  return count.toLocaleString("en-US");
}
