import type { Programme } from "./settings.ts";

/** What of a programme says when points expire. */
export type Calendar = Pick<Programme, "start" | "periodSeconds" | "periods">;

/** A member's account as the contract keeps it in one slot; its layout stands in IPointsLedger.sol. */
export interface Account {
  /** Bucket i holds the points earned i periods before `period`. */
  buckets: number[];
  period: number;
  frozen: boolean;
  enrolled: boolean;
}

/** Points that expire together. */
export interface Lot {
  points: number;
  /** Seconds since 1970: from then on they are gone. */
  expiresAt: number;
}

const bucketCount = 8;
const bucketBits = 28;
const periodBits = 30;

/** Unpacks an account word. */
export function unpackAccount(word: bigint): Account {
  const field = (offset: number, bits: number) => Number(BigInt.asUintN(bits, word >> BigInt(offset)));
  const end = bucketCount * bucketBits;
  return {
    buckets: Array.from({ length: bucketCount }, (_, index) => field(index * bucketBits, bucketBits)),
    period: field(end, periodBits),
    frozen: field(end + periodBits, 1) === 1,
    enrolled: field(end + periodBits + 1, 1) === 1,
  };
}

/** What the account can spend at `time` (seconds since 1970), the soonest to expire first. */
export function liveLots(account: Account, calendar: Calendar, time: number): Lot[] {
  return lots(account, calendar).filter((lot) => lot.expiresAt > time);
}

/** What has expired at `time` and still lies in the account, since no posting dropped it yet. */
export function expiredLots(account: Account, calendar: Calendar, time: number): Lot[] {
  return lots(account, calendar).filter((lot) => lot.expiresAt <= time);
}

/** How many points there are in `lots`. */
export function sumOf(lots: Lot[]): number {
  return lots.reduce((sum, lot) => sum + lot.points, 0);
}

/** What the account can spend at `time` (seconds since 1970). */
export function balanceAt(account: Account, calendar: Calendar, time: number): number {
  return sumOf(liveLots(account, calendar, time));
}

/** The period in which `time` (seconds since 1970) lies. */
export function periodAt(calendar: Calendar, time: number): number {
  return Math.floor((time - calendar.start) / calendar.periodSeconds);
}

/** Everything in the account, the oldest first. */
function lots({ buckets, period }: Account, { start, periodSeconds, periods }: Calendar): Lot[] {
  return buckets
    .map((points, age) => ({ points, expiresAt: start + (period - age + periods) * periodSeconds }))
    .filter((lot) => lot.points > 0)
    .toReversed();
}
