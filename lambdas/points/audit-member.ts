import type { AuditedProgramme } from "./audit-calendar.ts";
import { isGone } from "./audit-calendar.ts";

/** Points that were earned in one period. */
export interface Lot {
  period: number;
  points: number;
}

const BUCKETS = 8;
const BUCKET_BITS = 28n;
const PERIOD_AT = 224n;
const FROZEN_AT = 254n;
const ENROLLED_AT = 255n;

/** A member told naively: lots that come in at one end and are spent from the other. */
export class AuditedMember {
  frozen = false;
  /** The oldest first. */
  private lots: Lot[] = [];
  /** When a posting last touched the points. */
  private period: number;
  private readonly programme: AuditedProgramme;

  constructor(programme: AuditedProgramme, period: number) {
    this.programme = programme;
    this.period = period;
  }

  /** What can be spent in `period`. */
  live(period: number): number {
    return sum(this.lots.filter((lot) => !isGone(this.programme, lot.period, period)));
  }

  /** Lets time pass up to `period`; answers how many points that drops. */
  expire(period: number): number {
    const dropped = sum(this.lots.filter((lot) => isGone(this.programme, lot.period, period)));
    this.lots = this.lots.filter((lot) => !isGone(this.programme, lot.period, period));
    this.period = period;
    return dropped;
  }

  /** Adds points with the life of the current period. */
  earn(points: number): void {
    const newest = this.lots.at(-1);
    if (newest?.period === this.period) newest.points += points;
    else this.lots.push({ period: this.period, points });
  }

  /** Takes the oldest points out; answers how many were missing. */
  spend(points: number): number {
    return this.take(points, () => this.lots[0]);
  }

  /** Takes the newest points out; answers how many were missing. */
  takeBack(points: number): number {
    return this.take(points, () => this.lots.at(-1));
  }

  /** The account as the contract packs it; undefined where a bucket cannot hold a lot. */
  word(): bigint | undefined {
    let word = (1n << ENROLLED_AT) | (BigInt(this.frozen) << FROZEN_AT) | (BigInt(this.period) << PERIOD_AT);
    for (const { period, points } of this.lots) {
      if (BigInt(points) >> BUCKET_BITS !== 0n) return undefined;
      word |= BigInt(points) << (BigInt(this.period - period) * BUCKET_BITS);
    }
    return word;
  }

  private take(points: number, next: () => Lot | undefined): number {
    let missing = points;
    for (let lot = next(); lot && missing > 0; lot = next()) {
      const taken = Math.min(lot.points, missing);
      lot.points -= taken;
      missing -= taken;
      if (lot.points === 0) this.lots.splice(this.lots.indexOf(lot), 1);
    }
    return missing;
  }
}

/** The lots that an account word holds. */
export function lotsOf(word: bigint): Lot[] {
  const period = Number((word >> PERIOD_AT) & ((1n << (FROZEN_AT - PERIOD_AT)) - 1n));
  const lots: Lot[] = [];
  for (let age = 0; age < BUCKETS; age++) {
    const points = Number((word >> (BigInt(age) * BUCKET_BITS)) & ((1n << BUCKET_BITS) - 1n));
    if (points > 0) lots.push({ period: period - age, points });
  }
  return lots;
}

export function sum(lots: Lot[]): number {
  return lots.reduce((points, lot) => points + lot.points, 0);
}
