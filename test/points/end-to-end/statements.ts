import type { Desk, Entry } from "./desk.ts";

export interface Money {
  currency: string;
  minor: number;
  thousandths: number;
}

export interface Counters {
  issued: number;
  clawedBack: number;
  redeemed: number;
  givenBack: number;
}

export interface Statement extends Counters {
  organisation: string;
  opening: Money;
  net: Money;
  closing: Money;
}

/** Prices of one point, in thousandths of a minor unit. */
export interface Prices {
  issue: bigint;
  redeem: bigint;
}

/** An amount in thousandths of a minor unit. */
export function thousandths({ minor, thousandths }: Money): bigint {
  return BigInt(minor) * 1000n + BigInt(thousandths);
}

/** What an organisation's postings come to. */
export function countersOf(organisation: string, entries: Pick<Entry, "kind" | "points" | "merchant">[]): Counters {
  const own = entries.filter(({ merchant }) => merchant === organisation);
  const sum = (wanted: (entry: Pick<Entry, "kind" | "points">) => boolean) =>
    own.filter(wanted).reduce((total, { points }) => total + Math.abs(points), 0);
  return {
    issued: sum(({ kind }) => kind === "earn"),
    clawedBack: sum(({ kind, points }) => kind === "reverse" && points < 0),
    redeemed: sum(({ kind }) => kind === "redeem"),
    givenBack: sum(({ kind, points }) => kind === "reverse" && points > 0),
  };
}

/** What the pool owes a merchant for these points. */
export function worthOf({ issued, clawedBack, redeemed, givenBack }: Counters, { issue, redeem }: Prices): bigint {
  return redeem * BigInt(redeemed - givenBack) - issue * BigInt(issued - clawedBack);
}

/** What a merchant expects of its statement: net in whole minor units, rounded toward zero, the rest carried on. */
export function expected(counters: Counters, opening: bigint, prices: Prices) {
  const value = opening + worthOf(counters, prices);
  return { ...counters, opening, net: (value / 1000n) * 1000n, closing: value % 1000n };
}

/** A statement in the same form. */
export function stated({ organisation, opening, net, closing, ...counters }: Statement) {
  return { ...counters, opening: thousandths(opening), net: thousandths(net), closing: thousandths(closing) };
}

/** The prices of the book, which the pool's reserve tells: it holds them for points that are there. */
export async function pricesOf(operator: Desk): Promise<Prices> {
  const { pool } = await operator.read("/v1/points/positions");
  const redeem = thousandths(pool.reserveForOutstanding) / BigInt(pool.outstanding);
  return { redeem, issue: redeem + thousandths(pool.reserveFromPrices) / BigInt(pool.issued - pool.clawedBack) };
}
