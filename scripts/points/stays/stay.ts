import Big from "big.js";
import { rateOf, UnreadableRow } from "./rate.ts";

/** The columns that an import needs; others are not looked at. */
export const columns = [
  "Hotel",
  "RowNo",
  "IsCanceled",
  "StaysInWeekendNights",
  "StaysInWeekNights",
  "ADR",
  "ReservationStatus",
] as const;

/** The most points that one earning can hold: a period's part of a member's account has 28 bits. */
export const largestEarning = 2 ** 28 - 1;

/** What an import needs of a booking; `Hotel` and `RowNo` name it. */
export interface Booking {
  hotel: string;
  rowNo: number;
  /** What became of it. Only `checked-out` enrols a member. */
  status: "checked-out" | "cancelled" | "no-show";
  /** ⌊ADR × nights⌋, never negative; 0 unless it was checked out. */
  points: number;
  /** Why a checked-out booking is worth nothing. */
  worthless?: "no night" | "rate of zero" | "less than one point" | "negative rate or nights";
}

/**
 * Reads one booking.
 *
 * @throws UnreadableRow where the row does not say, beyond doubt, what the booking was and what it is worth
 */
export function bookingOf(fields: Map<string, string>): Booking {
  const field = (column: (typeof columns)[number]) => fields.get(column)!;
  const hotel = field("Hotel");
  if (hotel === "" || encodeURIComponent(hotel).length > 200) throw new UnreadableRow("Hotel is not a name", hotel);
  if (!/^\d{1,12}$/.test(field("RowNo"))) throw new UnreadableRow("RowNo is not a whole number", field("RowNo"));
  const rowNo = Number(field("RowNo"));
  const status = statusOf(field("ReservationStatus"), field("IsCanceled"));
  if (status !== "checked-out") return { hotel, rowNo, status, points: 0 };

  const weekend = nightsOf("StaysInWeekendNights", field("StaysInWeekendNights"));
  const week = nightsOf("StaysInWeekNights", field("StaysInWeekNights"));
  const rate = rateOf(field("ADR"));
  const worth = rate.times(weekend + week);
  if (rate.lt(0) || weekend < 0 || week < 0) {
    return { hotel, rowNo, status, points: 0, worthless: "negative rate or nights" };
  }
  if (worth.gt(largestEarning)) throw new UnreadableRow("more points than one earning can hold", worth.toFixed());
  const points = Number(worth.round(0, Big.roundDown).toFixed());
  if (points > 0) return { hotel, rowNo, status, points };
  const worthless = weekend + week === 0 ? "no night" : rate.eq(0) ? "rate of zero" : "less than one point";
  return { hotel, rowNo, status, points, worthless };
}

function statusOf(status: string, canceled: string): Booking["status"] {
  if (status === "Check-Out" && canceled === "0") return "checked-out";
  if (status === "Canceled" && canceled === "1") return "cancelled";
  if (status === "No-Show" && canceled === "1") return "no-show";
  throw new UnreadableRow("ReservationStatus and IsCanceled do not fit together", `${status}, ${canceled}`);
}

function nightsOf(column: string, text: string): number {
  if (!/^-?\d{1,5}$/.test(text)) throw new UnreadableRow(`${column} is not a whole number`, text);
  return Number(text);
}
