import type { LedgerEvent } from "../../lambdas/core/scenario.ts";
import type { Programme } from "../../lambdas/points/settings.ts";

/** A book whose periods are a hundred seconds. */
export const programme: Programme = {
  currency: "CNY",
  periodSeconds: 100,
  periods: 4,
  issuePricePerThousand: 900,
  redeemPricePerThousand: 800,
  dailyIssueCap: 1_000_000,
  start: 1000,
};

export const hexOf = (uuid: string) => `0x${uuid.replaceAll("-", "")}`;
export const organisationBytes = (name: string) => `0x${Buffer.from(name).toString("hex").padEnd(64, "0")}`;

/** An event as core hands it on. */
export function event(name: string, args: Record<string, unknown>, more: Partial<LedgerEvent> = {}): LedgerEvent {
  const place = { hash: "0x01", blockNumber: 9, logIndex: 4 };
  return { name, args, organisation: "hotel", batch: 1, place, time: 1234, book: programme, ...more };
}
