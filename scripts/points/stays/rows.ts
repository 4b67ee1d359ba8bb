import { recordsOf } from "./records.ts";
import { linesOf } from "./lines.ts";
import { bookingOf, columns } from "./stay.ts";
import { UnreadableRow } from "./rate.ts";
import type { CsvRecord } from "./records.ts";
import type { Booking } from "./stay.ts";

/** One row of the file. `line` is where it begins, counted from 1, the line of column names included. */
export type Row =
  | { line: number; booking: Booking }
  | { line: number; fault: "unreadable" | "repeated" | "contradicting"; reason: string; message: string };

/**
 * The rows of an export, each judged by itself and against those before it: `Hotel` and `RowNo` name one booking, so a
 * second row of that name either repeats the first or contradicts it, and is not taken in both cases.
 *
 * Memory is that of a line and, for each booking, a number to know it again by (some 40 bytes).
 *
 * @throws UnusableInput where the file as a whole cannot be read
 */
export async function* rowsOf(path: string, encoding?: string): AsyncGenerator<Row> {
  const known = new Map<string, Map<number, number>>();
  for await (const record of recordsOf(linesOf(path, encoding), columns)) {
    const row = rowOf(record);
    if ("fault" in row) {
      yield row;
      continue;
    }
    const { hotel, rowNo } = row.booking;
    if (!known.has(hotel)) known.set(hotel, new Map());
    const first = known.get(hotel)!.get(rowNo);
    if (first === undefined) {
      known.get(hotel)!.set(rowNo, markOf(row.booking));
      yield row;
    } else {
      const fault = first === markOf(row.booking) ? "repeated" : "contradicting";
      const like = fault === "repeated" ? "says the same as" : "differs from";
      yield { line: row.line, fault, reason: "", message: `${hotel} row ${rowNo} ${like} an earlier row` };
    }
  }
}

function rowOf(record: CsvRecord): Row {
  const { line } = record;
  if ("broken" in record) return { line, fault: "unreadable", reason: record.broken, message: record.broken };
  try {
    return { line, booking: bookingOf(record.fields) };
  } catch (error) {
    if (!(error instanceof UnreadableRow)) throw error;
    return { line, fault: "unreadable", reason: error.reason, message: error.message };
  }
}

/** What two rows of one booking must agree on, as one number: the points, or how it ended without a stay. */
function markOf(booking: Booking): number {
  if (booking.status === "checked-out") return booking.points;
  return booking.status === "cancelled" ? -1 : -2;
}
