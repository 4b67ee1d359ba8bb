import type { AuditedProgramme } from "./audit-calendar.ts";
import { isGone } from "./audit-calendar.ts";
import type { Lot } from "./audit-member.ts";
import { lotsOf } from "./audit-member.ts";

/** All points of a book by the period in which they were earned, added up from account words. */
export class PointsByAge {
  private readonly byPeriod = new Map<number, bigint>();

  /** Takes in that an account word took the place of another one. */
  replace(before: bigint | undefined, after: bigint): void {
    if (before !== undefined) this.add(lotsOf(before), -1n);
    this.add(lotsOf(after), 1n);
  }

  /** All of them. */
  stored(): bigint {
    return [...this.byPeriod.values()].reduce((sum, points) => sum + points, 0n);
  }

  /** Those that are gone in `period`, and still stored. */
  expired(programme: AuditedProgramme, period: number): bigint {
    const gone = [...this.byPeriod].filter(([earned]) => isGone(programme, earned, period));
    return gone.reduce((sum, [, points]) => sum + points, 0n);
  }

  private add(lots: Lot[], sign: bigint): void {
    for (const { period, points } of lots) {
      const now = (this.byPeriod.get(period) ?? 0n) + sign * BigInt(points);
      if (now === 0n) this.byPeriod.delete(period);
      else this.byPeriod.set(period, now);
    }
  }
}
