/** Points of one earning, or given back, that lie in storage still. Time alone decides whether they live. */
export interface Lot {
  period: number;
  points: number;
}

export interface Calendar {
  start: number;
  periodSeconds: number;
  /** For how many periods points live. */
  periods: number;
}

const BUCKET_END = 2 ** 28;

/** A member's account as anyone would keep it on paper: a list of lots, each with the second at which it is gone. */
export class NaiveAccount {
  frozen = false;
  lots: Lot[] = [];
  /** The period of the posting that touched it last. */
  period: number;
  private readonly calendar: Calendar;

  constructor(calendar: Calendar, time: number) {
    this.calendar = calendar;
    this.period = periodAt(calendar, time);
  }

  stored(): number {
    return sum(this.lots);
  }

  live(time: number): number {
    return sum(this.lots.filter((lot) => this.lives(lot, time)));
  }

  /** Whether the bucket of this period has room. */
  fits(points: number, time: number): boolean {
    const period = periodAt(this.calendar, time);
    return sum(this.lots.filter((lot) => lot.period === period)) + points < BUCKET_END;
  }

  /** Throws away what is expired, and returns how many points that were. */
  drop(time: number): number {
    const before = this.stored();
    this.lots = this.lots.filter((lot) => this.lives(lot, time));
    this.period = periodAt(this.calendar, time);
    return before - this.stored();
  }

  add(points: number): void {
    this.lots.push({ period: this.period, points });
  }

  /** Takes points out, of the oldest lots or of the newest, and returns how many there were to take. */
  take(points: number, from: "oldest" | "newest"): number {
    const sign = from === "oldest" ? 1 : -1;
    let left = points;
    for (const lot of [...this.lots].sort((a, b) => sign * (a.period - b.period))) {
      const taken = Math.min(left, lot.points);
      lot.points -= taken;
      left -= taken;
    }
    return points - left;
  }

  /** Points by age, the newest first. */
  buckets(): number[] {
    return Array.from({ length: 8 }, (_, age) => sum(this.lots.filter((lot) => lot.period === this.period - age)));
  }

  private lives({ period }: Lot, time: number): boolean {
    const { start, periodSeconds, periods } = this.calendar;
    return time < start + (period + periods) * periodSeconds;
  }
}

export function periodAt({ start, periodSeconds }: Calendar, time: number): number {
  return Math.floor((time - start) / periodSeconds);
}

function sum(lots: Lot[]): number {
  return lots.reduce((total, { points }) => total + points, 0);
}
