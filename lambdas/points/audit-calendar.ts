/** The constants of a book of points, as the audit counts with them. */
export interface AuditedProgramme {
  /** Thousandths of a minor unit for a point. */
  issuePrice: bigint;
  redeemPrice: bigint;
  periodSeconds: number;
  periods: number;
  /** Seconds since 1970. */
  start: number;
  dailyIssueCap: bigint;
}

export function auditedProgramme(constants: Record<string, any>): AuditedProgramme {
  return {
    issuePrice: BigInt(constants["issuePricePerThousand"]),
    redeemPrice: BigInt(constants["redeemPricePerThousand"]),
    periodSeconds: constants["periodSeconds"],
    periods: constants["periods"],
    start: constants["start"],
    dailyIssueCap: BigInt(constants["dailyIssueCap"]),
  };
}

/** The period of a time in seconds since 1970, from 0. */
export function periodOf({ start, periodSeconds }: AuditedProgramme, time: number): number {
  return Math.floor((time - start) / periodSeconds);
}

/** Days of UTC+8 since 1970. */
export function dayOf(time: number): number {
  return Math.floor((time + 8 * 3600) / 86_400);
}

/** Whether what was earned in `period` is gone in `now`. */
export function isGone({ periods }: AuditedProgramme, period: number, now: number): boolean {
  return now >= period + periods;
}
