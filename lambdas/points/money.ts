/** An exact amount of money as the API shows it. */
export interface Money {
  /** ISO 4217. */
  currency: string;
  /** Whole minor units, rounded toward zero. */
  minor: number;
  /** What is left of the amount, in thousandths of a minor unit, with the sign of the amount. */
  thousandths: number;
}

/** @param amount in thousandths of a minor unit */
export function money(currency: string, amount: bigint): Money {
  return { currency, minor: Number(amount / 1000n), thousandths: Number(amount % 1000n) };
}

/** What a merchant's or the pool's counters of points come to. */
export interface Counters {
  issued: number;
  clawedBack: number;
  redeemed: number;
  givenBack: number;
}

/** Prices of one point in thousandths of a minor unit, which is the price of a thousand in minor units. */
export interface Prices {
  issuePricePerThousand: number;
  redeemPricePerThousand: number;
}

/** What the pool owes a merchant for these points, in thousandths of a minor unit; negative where the merchant owes. */
export function worth(counters: Counters, prices: Prices): bigint {
  const accepted = BigInt(counters.redeemed - counters.givenBack) * BigInt(prices.redeemPricePerThousand);
  const issued = BigInt(counters.issued - counters.clawedBack) * BigInt(prices.issuePricePerThousand);
  return accepted - issued;
}
