import { settingsOf } from "../core/running-kapok.ts";
import type { Deployed } from "./cloud.ts";
import { Cloud } from "./cloud.ts";

/** Prices at which hardly a settlement comes out even. */
const prices = { issuePricePerThousand: 333, redeemPricePerThousand: 271 };

/** Settings of the deployment that everything happens to. */
export const alliance = settingsOf(prices);

/** Settings of one whose points expire while a test looks. */
export const fleeting = settingsOf(
  { ...prices, periodSeconds: 4, periods: 4, dailyIssueCap: 100_000 },
  { organisations: [...settingsOf().organisations, { id: "shop-d", name: "Shop D", roles: ["points:merchant"] }] },
);

/** The deployment that everything happens to. */
export async function deployedAlliance(): Promise<Deployed> {
  return (await Cloud.shared()).deployment("kapok", alliance);
}
