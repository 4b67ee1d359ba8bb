import { pointsLedgerAbi } from "../../contracts/points/generated/PointsLedger.abi.ts";
import type { Ledger } from "../core/scenario.ts";
import { applied } from "./applied.ts";
import { project } from "./projection.ts";
import { rejection } from "./rejections.ts";
import type { Programme, Settings } from "./settings.ts";

/** PointsLedger.sol, as core reads and deploys it. */
export const ledger: Ledger = {
  contract: "PointsLedger",
  abi: pointsLedgerAbi,

  async code() {
    return (await import("../../contracts/points/generated/PointsLedger.code.ts")).pointsLedgerCode;
  },

  constructorArguments(settings: Settings, core) {
    // A price for a thousand points in minor units is the price of one in thousandths of a minor unit.
    const programme = {
      currency: `0x${Buffer.from(settings.currency, "ascii").toString("hex")}`,
      issuePrice: settings.issuePricePerThousand,
      redeemPrice: settings.redeemPricePerThousand,
      periodSeconds: settings.periodSeconds,
      periods: settings.periods,
      dailyIssueCap: BigInt(settings.dailyIssueCap),
    };
    return [core.authority, core.organisations, programme];
  },

  async settingsOf(read) {
    const [programme, start] = await Promise.all([read("programme"), read("start")]);
    const settings: Programme = {
      currency: Buffer.from(programme.currency.slice(2), "hex").toString("ascii"),
      periodSeconds: programme.periodSeconds,
      periods: programme.periods,
      issuePricePerThousand: programme.issuePrice,
      redeemPricePerThousand: programme.redeemPrice,
      dailyIssueCap: Number(programme.dailyIssueCap),
      start: Number(start),
    };
    return { ...settings };
  },

  applied,
  rejection,
  project,

  async audit(book) {
    const { audit } = await import("./audit.ts");
    return audit(book);
  },
};
